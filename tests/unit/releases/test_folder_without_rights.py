"""A SQLite store whose folder the reader may not write in: read all the same, never a half, and precise words where it cannot be."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from metrics.access.viewer import Viewer
from metrics.errors import SourceError
from metrics.releases import database as module
from metrics.releases.engines import still_engine
from metrics.releases.store import ReleaseStore
from metrics.report import Request
from tests.support.command import obey_permissions
from tests.support.drafts import a_batch, a_draft

ROOT = Path(__file__).resolve().parents[3]
MARCH, JUNE = date(2026, 3, 31), date(2026, 6, 30)
LEADER = Viewer("leadership", "command_line")
READ = """
import json, sys
from metrics.access.viewer import Viewer
from metrics.errors import EqualityError
from metrics.releases.store import ReleaseStore
from metrics.report import Request
store = ReleaseStore(sys.argv[1])
try:
    found = [len(store.read(Request(), Viewer("leadership", "command_line")).cells), store.latest(), len(store.list_releases())]
except EqualityError as error:
    found = [str(error)]
print(json.dumps(found))
"""
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs Linux's permissions")


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    made = tmp_path / "data"
    made.mkdir()
    yield made
    made.chmod(0o755)


def as_a_reader(folder: Path) -> list[object]:
    """What a program finds that may read the folder and its files, and write neither."""
    for file in folder.iterdir():
        file.chmod(0o444)
    folder.chmod(0o555)
    command = [sys.executable, "-c", READ, f"sqlite:///{folder}/releases.sqlite"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, preexec_fn=obey_permissions)
    folder.chmod(0o755)
    for file in folder.iterdir():
        file.chmod(0o644)
    return list(json.loads(done.stdout))


def test_a_store_that_nobody_is_writing_is_read(folder: Path) -> None:
    """The log is gone when the last publisher has ended, and could not be made."""
    store = ReleaseStore(f"sqlite:///{folder}/releases.sqlite")
    store.publish(a_draft(a_batch(MARCH)))
    store.close()
    assert [p.name for p in folder.iterdir()] == ["releases.sqlite"]
    assert as_a_reader(folder) == [12, "2026-05-21", 1]
    assert [p.name for p in folder.iterdir()] == ["releases.sqlite"]


def test_a_store_with_an_open_publisher_is_read_with_what_it_published(folder: Path) -> None:
    store = ReleaseStore(f"sqlite:///{folder}/releases.sqlite")
    store.publish(a_draft(a_batch(MARCH)))
    assert (folder / "releases.sqlite-wal").exists()
    assert as_a_reader(folder) == [12, "2026-05-21", 1]
    store.close()


def test_a_store_whose_publisher_was_killed_is_read(folder: Path) -> None:
    """Its log was left behind, with a release that is nowhere else."""
    url = f"sqlite:///{folder}/releases.sqlite"
    code = (
        "import os; from datetime import date; from metrics.releases.store import ReleaseStore; "
        "from tests.support.drafts import a_batch, a_draft; "
        f"ReleaseStore({url!r}).publish(a_draft(a_batch(date(2026, 3, 31)))); os._exit(9)"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 9
    assert (folder / "releases.sqlite-wal").stat().st_size > 0
    assert as_a_reader(folder) == [12, "2026-05-21", 1]


def test_publishing_without_rights_says_which_right_is_lacking(folder: Path) -> None:
    store = ReleaseStore(f"sqlite:///{folder}/releases.sqlite")
    store.publish(a_draft(a_batch(MARCH)))
    store.close()
    publish = READ.replace("store.latest()", "store.withdraw('2026-05-21', 'Wrong')")
    (folder / "releases.sqlite").chmod(0o444)
    folder.chmod(0o555)
    command = [sys.executable, "-c", publish, f"sqlite:///{folder}/releases.sqlite"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, preexec_fn=obey_permissions)
    assert "readonly database" in done.stdout
    assert "Writing needs the right to change the file and to make files in its folder" in done.stdout


@pytest.fixture
def still(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """As if nobody could write in the folder: the file alone is read."""
    return lambda: monkeypatch.setattr(module, "needs_still_file", lambda file: True)


def test_a_file_that_changes_while_it_is_read_alone_is_refused(folder: Path, still: Callable[[], None]) -> None:
    url = f"sqlite:///{folder}/releases.sqlite"
    publisher = ReleaseStore(url)
    first = publisher.publish(a_draft(a_batch(MARCH)))
    publisher.close()
    still()
    reader = ReleaseStore(url)
    assert len(reader.read(Request(), LEADER).cells) == 12

    def read_while_another_publishes() -> None:
        with reader._database.reading():
            publisher.publish(a_draft(a_batch(JUNE), carried=(1,), base=first))
            with sqlite3.connect(folder / "releases.sqlite") as connection:
                connection.execute("pragma wal_checkpoint(truncate)")
            connection.close()

    with pytest.raises(SourceError, match="A release was published at this moment") as refused:
        read_while_another_publishes()
    assert "again" in refused.value.advice
    publisher.close()
    assert len(reader.read(Request(), LEADER).cells) == 24
    reader.close()


def test_a_name_with_signs_of_urls_is_still_a_name(tmp_path: Path) -> None:
    store = ReleaseStore(f"sqlite:///{tmp_path}/releases.sqlite")
    store.publish(a_draft(a_batch(MARCH)))
    store.close()
    file = tmp_path / "50% & more?x=1#2" / "releases.sqlite"
    file.parent.mkdir()
    (tmp_path / "releases.sqlite").rename(file)
    engine = still_engine(file)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("select count(*) from cells").scalar() == 12
    engine.dispose()
