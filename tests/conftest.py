"""Fixtures that every test may ask for."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Callable[[str], Path]:
    """The real public data beside the repository: `shared_data("houston_employees/employee.csv")`.

    In CI a missing file fails the test; elsewhere the test is skipped and says what is missing.
    """

    def find(name: str) -> Path:
        path = SHARED_DATA / name
        if not path.exists():
            message = f"public data file {name} is not in {SHARED_DATA}"
            if os.environ.get("CI") == "true":
                pytest.fail(message)
            pytest.skip(message)
        return path

    return find
