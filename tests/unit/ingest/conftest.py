"""Fixtures for tests that read whole files."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def shared_file(shared_data: Path) -> Callable[[str], Path]:
    """One file of the real public data; a missing one fails in CI and is a skip that names it elsewhere."""

    def find(name: str) -> Path:
        path = shared_data / name
        if not path.exists():
            message = f"public data file {name} is missing from {shared_data}"
            if os.environ.get("CI") == "true":
                pytest.fail(message)
            pytest.skip(message)
        return path

    return find
