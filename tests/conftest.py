"""Fixtures that every test may ask for."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.engines import fresh_store, rows_database  # noqa: F401 - fixtures for every test
from tests.support.postgres import own_postgres, postgres  # noqa: F401 - fixtures for every test

LONGEST = (
    "app/test_browser_councils.py",
    "app/test_bad_input.py",
    "councils/houston/test_attack.py",
    "app/test_browser.py",
    "app/test_sign_in.py",
    "app/test_no_number_leaks.py",
    "councils/",
    "docs/",
    "properties/",
    "app/",
)
"""Files and folders of tests that take minutes, longest first: begun last, one of them would keep one processor waiting for the other."""
SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files in the order of `LONGEST`, then as they were collected; tests within a file stay as they stand."""

    def place(item: pytest.Item) -> int:
        path = item.path.relative_to(Path(__file__).parent).as_posix()
        return next((number for number, name in enumerate(LONGEST) if path.startswith(name)), len(LONGEST))

    items.sort(key=place)


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
