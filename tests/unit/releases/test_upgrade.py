"""A store of the first version becomes one of this version with every figure as it was, or stays what it is."""

from __future__ import annotations

import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text

from metrics.access.viewer import Viewer
from metrics.errors import NotPublished, SourceError
from metrics.releases import upgrade as module
from metrics.releases.database import Database
from metrics.releases.schema import METADATA, VERSION, stored_version
from metrics.releases.store import ReleaseStore
from metrics.releases.upgrade import FOLDER, REVISION_TABLE, plan_upgrade, upgrade
from tests.support.drafts import a_batch, a_draft
from tests.support.first_store import FIGURES, RELEASES, build_first_store
from tests.unit.releases.conftest import fresh_url

MARCH = date(2026, 3, 31)
FIRST_TABLES = {"store_version", "releases", "batches", "release_batches", "series", "cells"}
LEADER = Viewer("leadership", "command_line")


@pytest.fixture
def old(url: str) -> Iterator[Database]:
    build_first_store(url)
    database = Database(url)
    yield database
    database.close()


def figures(url: str) -> dict[str, str]:
    store = ReleaseStore(url)
    found = {}
    for key in FIGURES:
        release, audience = key.split()
        mine = [b for b in store.batches(release) if b.label.audience == audience]
        found[key] = store.batch_cells(mine).to_csv(index=False)
    store.close()
    return found


def dump(url: str) -> dict[str, list[str]]:
    engine = create_engine(url)
    with engine.connect() as connection:
        rows = {table: sorted(map(str, connection.execute(text(f"select * from {table}")))) for table in FIRST_TABLES}
    engine.dispose()
    return rows


def test_every_figure_reads_back_as_the_first_version_read_it(old: Database, url: str) -> None:
    before = dump(url)
    done = upgrade(old)
    assert (done.before, done.after) == (1, VERSION)
    assert figures(url) == FIGURES
    after = dump(url)
    assert {t: rows for t, rows in after.items() if t != "store_version"} == {t: r for t, r in before.items() if t != "store_version"}
    store = ReleaseStore(url)
    assert tuple(r.id for r in store.list_releases()) == RELEASES
    assert [r.withdrawn for r in store.list_releases()] == [None, "Agency staff were counted twice", None]
    base = store.latest()
    carried = tuple(b.id for b in store.batches(base))
    assert store.publish(a_draft(a_batch(MARCH.replace(year=2027)), carried=carried, base=base))
    store.close()


def test_what_was_published_before_seals_is_sealed_by_the_upgrade_and_says_so(old: Database, url: str) -> None:
    upgrade(old)
    store = ReleaseStore(url)
    for release in RELEASES:
        store.check_seals(release)
        assert {b.certificate["sealed_by"] for b in store.batches(release)} == {"upgrade"}
    base = store.latest()
    store.publish(a_draft(a_batch(MARCH.replace(year=2027)), carried=tuple(b.id for b in store.batches(base)), base=base))
    assert {b.certificate["sealed_by"] for b in store.batches()} == {"upgrade", "publish"}
    assert store.uncertified() == {}, "older batches do not keep which count each figure is, so there is nothing to hold against them"
    store.close()


@pytest.mark.parametrize("attempt", ["list_releases", "latest", "contents", "publish"])
def test_readers_and_publishers_of_an_old_store_say_what_to_run(old: Database, url: str, attempt: str) -> None:
    before, store = dump(url), ReleaseStore(url)
    arguments = {"contents": (None, LEADER), "publish": (a_draft(a_batch(MARCH), base="2026-04-22"),)}.get(attempt, ())
    with pytest.raises(SourceError, match="has version 1; this product reads and writes version 3") as refused:
        getattr(store, attempt)(*arguments)
    assert "`equality releases upgrade`" in refused.value.advice
    assert dump(url) == before
    store.close()


def test_an_upgraded_store_has_the_tables_and_refusals_of_a_new_one(
    old: Database, url: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    (tmp_path / "new").mkdir()
    other = fresh_url(old.url.get_backend_name(), request, tmp_path / "new")
    new = ReleaseStore(other)
    new.publish(a_draft(a_batch(MARCH)))
    new.close()
    upgrade(old)
    assert refusals(url) == refusals(other) != []


def refusals(url: str) -> list[str]:
    engine = create_engine(url)
    statement = (
        "select sql from sqlite_master where sql is not null order by name"
        if engine.dialect.name == "sqlite"
        else "select pg_get_triggerdef(t.oid) || prosrc from pg_trigger t join pg_proc p on p.oid = tgfoid where not tgisinternal"
    )
    with engine.connect() as connection:
        found = [" ".join(row[0].split()) for row in connection.execute(text(statement))]
    engine.dispose()
    return sorted(one for one in found if "TRIGGER" in one)


@pytest.mark.parametrize("begin", ["from_nothing", "from_first"])
def test_the_steps_and_the_declared_tables_agree(url: str, begin: str) -> None:
    if begin == "from_first":
        build_first_store(url)
    database = Database(url)
    if begin == "from_first":
        upgrade(database)
    else:
        with database.publishing():
            pass
    with database.reading() as connection:
        options = {"version_table": REVISION_TABLE, "compare_type": True, "compare_server_default": True}
        assert compare_metadata(MigrationContext.configure(connection, opts=options), METADATA) == []
    database.close()


def test_there_is_one_line_of_steps_to_this_version_and_none_leads_back() -> None:
    scripts = ScriptDirectory(str(FOLDER))
    assert [s.revision for s in scripts.walk_revisions()] == [str(n) for n in range(VERSION, 0, -1)]
    assert not any(hasattr(s.module, "downgrade") for s in scripts.walk_revisions())


def test_the_steps_are_packages_so_that_an_installed_product_has_them() -> None:
    assert (FOLDER / "__init__.py").is_file()
    assert {p.name for p in (FOLDER / "versions").glob("*.py")} == {
        "__init__.py",
        "v1_first_tables.py",
        "v2_nothing_changes.py",
        "v3_seals_and_attacks.py",
    }
    assert (FOLDER / "versions/__init__.py").is_file()


def test_a_step_that_fails_leaves_the_store_as_it_was(old: Database, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before = dump(url)
    move = module.command.upgrade

    def fail(*arguments: object) -> None:
        move(*arguments)  # type: ignore[arg-type]
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module.command, "upgrade", fail)
    with pytest.raises(SourceError, match="No space left on device"):
        upgrade(old)
    monkeypatch.undo()
    assert dump(url) == before
    assert refusals(url) == []
    with old.reading(any_version=True) as connection:
        assert stored_version(connection) == 1
    assert upgrade(old).after == VERSION
    assert figures(url) == FIGURES


def test_upgrading_again_does_nothing(old: Database, url: str) -> None:
    upgrade(old)
    before = dump(url)
    again = upgrade(old)
    assert (again.nothing_to_do, again.steps) == (True, ())
    assert dump(url) == before


def test_a_store_of_a_newer_product_is_refused(old: Database, url: str) -> None:
    upgrade(old)
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("update store_version set version = 99"))
    engine.dispose()
    for attempt in (plan_upgrade, upgrade):
        with pytest.raises(SourceError, match="has version 99"):
            attempt(Database(url))


def test_there_is_nothing_to_upgrade_before_anything_was_published(url: str) -> None:
    with pytest.raises(NotPublished, match="Nothing has been published yet"):
        upgrade(Database(url))


def test_a_sqlite_file_is_copied_first_for_its_owner_only(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/releases.sqlite"
    build_first_store(url)
    before = dump(url)
    (tmp_path / "releases.version-1.sqlite").write_text("of an earlier attempt")
    done = upgrade(Database(url))
    assert done.copy == tmp_path / "releases.version-1.2.sqlite"
    assert stat.S_IMODE(done.copy.stat().st_mode) == 0o600
    assert dump(f"sqlite:///{done.copy}") == before
    assert (tmp_path / "releases.version-1.sqlite").read_text() == "of an earlier attempt"
    assert not list(tmp_path.glob(".*"))


def test_without_a_copy_there_is_no_upgrade(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"sqlite:///{tmp_path}/releases.sqlite"
    build_first_store(url)
    before = dump(url)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module.os, "replace", full)
    with pytest.raises(SourceError, match="No space left on device"):
        upgrade(Database(url))
    assert dump(url) == before
    assert [p.name for p in tmp_path.iterdir() if "version" in p.name] == []


def test_no_reader_waits_for_alembic() -> None:
    """The dashboard reads without importing what takes the steps."""
    code = "import sys, metrics.releases.store; print([m for m in sys.modules if m.startswith(('alembic', 'mako'))])"
    done = subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).resolve().parents[3], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_first_store_is_what_it_says(tmp_path: Path) -> None:
    """The fixture itself: version 1, no trigger, and no note of Alembic's."""
    build_first_store(f"sqlite:///{tmp_path}/first.sqlite")
    with sqlite3.connect(tmp_path / "first.sqlite") as connection:
        assert connection.execute("select version from store_version").fetchall() == [(1,)]
        names = {row[0] for row in connection.execute("select name from sqlite_master where type in ('table', 'trigger')")}
        assert names == FIRST_TABLES
    connection.close()
