"""Fixtures that every test may ask for."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.engines import fresh_store, rows_database  # noqa: F401 - fixtures for every test
from tests.support.postgres import own_postgres, postgres  # noqa: F401 - fixtures for every test

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real public data beside the repository: `shared_data / "houston_employees" / "employee.csv"`.

    In CI a missing folder fails the test; elsewhere the test is skipped and says what is missing.
    """
    if not SHARED_DATA.is_dir():
        message = f"the folder of public data, {SHARED_DATA}, is missing"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    return SHARED_DATA


@pytest.fixture(autouse=True)
def process_stays() -> Iterator[None]:
    """What runs in a test's own process and is the process's: the mask of commands that handle rows about people, and `__main__`, in
    whose place Streamlit puts the script that it runs and which processes that are started later would run again."""
    main = sys.modules["__main__"]
    mask = os.umask(0o022)
    os.umask(mask)
    yield
    os.umask(mask)
    sys.modules["__main__"] = main
