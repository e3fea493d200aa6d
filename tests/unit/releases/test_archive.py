"""A backup is whole or absent, and a restore is the same store cell for cell on either engine, or nothing."""

from __future__ import annotations

import json
import shutil
import stat
import threading
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path

import pytest
from pandas.testing import assert_frame_equal

from metrics.access.viewer import Viewer
from metrics.errors import InputError, NotPublished, SourceError
from metrics.releases import archive as module
from metrics.releases import restore as restoring
from metrics.releases.archive import check_archive, write_archive
from metrics.releases.database import Database
from metrics.releases.restore import restore_archive
from metrics.releases.store import ReleaseStore
from metrics.report import Request
from tests.support.drafts import a_batch, a_draft
from tests.support.first_store import FIGURES, build_first_store
from tests.unit.releases.conftest import ENGINES, fresh_url

MARCH, JUNE = date(2026, 3, 31), date(2026, 6, 30)
AUDIENCES = ("leadership", "public")


def fill(store: ReleaseStore) -> tuple[str, ...]:
    """Three releases: carried figures, a restatement, a withdrawal, both audiences, hidden cells, letters of all kinds."""
    first = store.publish(a_draft(a_batch(MARCH, seed=1), a_batch(MARCH, seed=2, audience="public")))
    held = tuple(b.id for b in store.batches(first))
    second = store.publish(a_draft(a_batch(JUNE, seed=3), a_batch(JUNE, seed=4, audience="public"), carried=held, base=first))
    store.withdraw(second, "Ärger – “zwei” Ämter fehlten 数", with_later=False, now=datetime(2026, 7, 1, tzinfo=UTC))
    third = store.publish(a_draft(a_batch(JUNE, seed=5), a_batch(JUNE, seed=6, audience="public"), carried=held, base=first, reason="£1"))
    return first, second, third


@pytest.fixture
def filled(store: ReleaseStore) -> ReleaseStore:
    fill(store)
    return store


@pytest.fixture
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    (tmp_path / "target").mkdir()
    database = Database(fresh_url(getattr(request, "param", "sqlite"), request, tmp_path / "target"))
    yield database
    database.close()


def same(one: ReleaseStore, other: ReleaseStore) -> None:
    """Every release, every figure of every audience, all that surrounds them, and what the attacker was given."""
    assert one.list_releases() == other.list_releases()
    for release in one.list_releases():
        assert one.snapshot(release.id) == other.snapshot(release.id)
        assert one.batches(release.id) == other.batches(release.id)
        assert list(one.systems(release.id)) == list(other.systems(release.id))
        for audience in AUDIENCES:
            viewer = Viewer(audience, "command_line")
            assert one.contents(release.id, viewer) == other.contents(release.id, viewer)
            wanted = Request(release=release.id)
            assert_frame_equal(one.read(wanted, viewer).cells, other.read(wanted, viewer).cells, check_exact=True)


@pytest.mark.parametrize("target", ENGINES, indirect=True)
def test_a_restored_store_is_the_same_cell_for_cell(filled: ReleaseStore, target: Database, url: str, tmp_path: Path) -> None:
    file = tmp_path / "backup.zip"
    manifest = write_archive(Database(url), file)
    assert restore_archive(target, file) == manifest
    restored = ReleaseStore(target.url.render_as_string(hide_password=False))
    same(filled, restored)
    again = tmp_path / "again.zip"
    assert replace(write_archive(target, again), written_at="") == replace(manifest, written_at="")
    base = restored.latest()
    new = restored.publish(a_draft(a_batch(date(2026, 9, 30)), carried=tuple(b.id for b in restored.batches(base)), base=base))
    assert restored.latest() == new, "and it can be published to"
    restored.close()


def test_the_file_says_what_it_holds_and_only_its_owner_reads_it(filled: ReleaseStore, url: str, tmp_path: Path) -> None:
    file = tmp_path / "backup.zip"
    manifest = write_archive(Database(url), file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [p.name for p in tmp_path.iterdir() if "backup" in p.name] == ["backup.zip"]
    assert manifest.releases == ("2026-05-21", "2026-05-21.2", "2026-05-21.3")
    assert {name: part.rows for name, part in manifest.tables.items()} == {
        "releases": 3, "batches": 6, "release_batches": 2 + 4 + 4, "series": 12, "cells": 6 * 12,
        "batch_seals": 6, "release_seals": 3, "attacks": 0,
    }  # fmt: skip
    with zipfile.ZipFile(file) as content:
        stored = json.loads(content.read("manifest.json"))
        assert stored["store_version"] == 3
        for name, part in stored["tables"].items():
            text = content.read(f"{name}.jsonl")
            assert sha256(text).hexdigest() == part["sha256"]
            assert len(text.splitlines()) == part["rows"]


def test_a_backup_while_others_publish_is_one_instant(store: ReleaseStore, url: str, tmp_path: Path) -> None:
    last = store.publish(a_draft(a_batch(date(2000, 3, 31))))
    done, files = threading.Event(), []

    def back_up() -> None:
        database = Database(url)
        while not done.is_set() or len(files) < 2:
            files.append(tmp_path / f"backup-{len(files)}.zip")
            write_archive(database, files[-1])
        database.close()

    thread = threading.Thread(target=back_up)
    thread.start()
    for year in range(2001, 2009):
        last = store.publish(a_draft(a_batch(date(year, 3, 31)), carried=tuple(b.id for b in store.batches(last)), base=last))
    done.set()
    thread.join()
    for number, file in enumerate(files):
        tables = check_archive(file).tables
        releases = tables["releases"].rows
        assert (tables["batches"].rows, tables["cells"].rows) == (releases, 12 * releases)
        assert tables["release_batches"].rows == releases * (releases + 1) // 2
        target = Database(f"sqlite:///{tmp_path}/restored-{number}.sqlite")
        restore_archive(target, file)
        target.close()


def test_a_store_with_releases_is_not_overwritten_unless_told(filled: ReleaseStore, url: str, tmp_path: Path) -> None:
    file = tmp_path / "backup.zip"
    write_archive(Database(url), file)
    base = filled.latest()
    later = filled.publish(a_draft(a_batch(date(2026, 9, 30)), carried=tuple(b.id for b in filled.batches(base)), base=base))
    with pytest.raises(InputError, match=f"holds 4 releases, the newest {re_escaped(later)}") as refused:
        restore_archive(Database(url), file)
    assert "--replace" in refused.value.advice
    assert filled.latest() == later
    restore_archive(Database(url), file, replace=True)
    fresh = ReleaseStore(url)
    assert [r.id for r in fresh.list_releases()] == ["2026-05-21.3", "2026-05-21.2", "2026-05-21"]
    with pytest.raises(SourceError, match="never changed or deleted"), fresh._database.publishing() as connection:
        connection.exec_driver_sql("DELETE FROM cells")
    fresh.close()


def re_escaped(text: str) -> str:
    return text.replace(".", r"\.")


def test_readers_go_on_while_a_store_is_replaced(filled: ReleaseStore, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "backup.zip"
    write_archive(Database(url), file)
    seen: list[int] = []
    check = restoring._check_readable

    def look(connection: object) -> None:
        seen.append(len(filled.read(Request(), Viewer("leadership", "command_line")).cells))
        check(connection)  # type: ignore[arg-type]

    monkeypatch.setattr(restoring, "_check_readable", look)
    restore_archive(Database(url), file, replace=True)
    assert seen == [24]


@pytest.mark.parametrize("moment", ["_check_readable", "_digest"])
def test_a_restore_that_fails_changes_nothing(
    filled: ReleaseStore, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    file, before, after = (tmp_path / f"{name}.zip" for name in ("backup", "before", "after"))
    write_archive(Database(url), file)
    base = filled.latest()
    filled.publish(a_draft(a_batch(date(2026, 9, 30)), carried=tuple(b.id for b in filled.batches(base)), base=base))
    stood = replace(write_archive(Database(url), before), written_at="")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(restoring, moment, full)
    with pytest.raises(SourceError, match="No space left"):
        restore_archive(Database(url), file, replace=True)
    monkeypatch.undo()
    assert replace(write_archive(Database(url), after), written_at="") == stood
    with pytest.raises(SourceError, match="never changed or deleted"), filled._database.publishing() as connection:
        connection.exec_driver_sql("DELETE FROM cells")


def test_an_archive_of_the_first_version_is_upgraded_on_the_way(url: str, target: Database, tmp_path: Path) -> None:
    """Also how a store on a server is backed up before its upgrade."""
    build_first_store(url)
    file = tmp_path / "first.zip"
    assert write_archive(Database(url), file).store_version == 1
    restore_archive(target, file)
    restored = ReleaseStore(target.url.render_as_string(hide_password=False))
    for key, wanted in FIGURES.items():
        release, audience = key.split()
        mine = [b for b in restored.batches(release) if b.label.audience == audience]
        assert restored.batch_cells(mine).to_csv(index=False) == wanted
    restored.close()


# what is no backup


def cut(file: Path, share: float) -> None:
    content = file.read_bytes()
    file.write_bytes(content[: int(len(content) * share)])


def flip(file: Path, place: float) -> None:
    content = bytearray(file.read_bytes())
    content[int(len(content) * place)] ^= 0xFF
    file.write_bytes(bytes(content))


def rewrite(file: Path, change: Callable[[dict[str, bytes]], object]) -> None:
    """Unpack, change, and pack again, as somebody would who means to."""
    with zipfile.ZipFile(file) as content:
        parts = {name: content.read(name) for name in content.namelist()}
    change(parts)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as content:
        for name, text in parts.items():
            content.writestr(name, text)


def in_manifest(**values: object) -> Callable[[Path], None]:
    return lambda file: rewrite(
        file, lambda parts: parts.update({"manifest.json": json.dumps({**json.loads(parts["manifest.json"]), **values}).encode()})
    )


def in_part(name: str, old: bytes, new: bytes, keep_hash: bool = False) -> Callable[[Path], None]:
    """Change a part; `keep_hash` leaves the manifest's hash, else it is made to fit, as a careful forger would."""

    def change(parts: dict[str, bytes]) -> None:
        assert old in parts[f"{name}.jsonl"]
        parts[f"{name}.jsonl"] = parts[f"{name}.jsonl"].replace(old, new, 1)
        manifest = json.loads(parts["manifest.json"])
        if not keep_hash:
            manifest["tables"][name]["sha256"] = sha256(parts[f"{name}.jsonl"]).hexdigest()
            manifest["tables"][name]["rows"] = len(parts[f"{name}.jsonl"].splitlines())
        parts["manifest.json"] = json.dumps(manifest).encode()

    return lambda file: rewrite(file, change)


def without_last_figure(file: Path) -> None:
    with zipfile.ZipFile(file) as content:
        last = content.read("cells.jsonl").splitlines(keepends=True)[-1]
    in_part("cells", last, b"")(file)


BAD: dict[str, tuple[Callable[[Path], object], str]] = {
    "empty": (lambda file: file.write_bytes(b""), "not a whole archive"),
    "a picture": (lambda file: file.write_bytes(b"\x89PNG\r\n" * 500), "not a whole archive"),
    "another ZIP": (lambda file: rewrite(file, lambda parts: parts.pop("manifest.json")), "not a whole archive"),
    "half of it": (lambda file: cut(file, 0.5), "not a whole archive"),
    "all but its end": (lambda file: cut(file, 0.99), "not a whole archive"),
    "a bit of a figure": (lambda file: flip(file, 0.5), "not a whole archive|is not as it was written"),
    "a bit of the manifest": (lambda file: flip(file, 0.87), "not a whole archive|is not as it was written"),
    "a changed figure": (in_part("cells", b"0.25", b"0.35", keep_hash=True), "the part 'cells' is not as it was written"),
    "a missing row": (in_part("series", b'[1,"', b'[77,"', keep_hash=True), "the part 'series' is not as it was written"),
    "a missing part": (lambda file: rewrite(file, lambda parts: parts.pop("cells.jsonl")), "its parts are not those"),
    "a part too many": (lambda file: rewrite(file, lambda parts: parts.update({"../evil": b"x"})), "its parts are not those"),
    "a newer store": (in_manifest(store_version=99), "written by a newer product: its store version is 99"),
    "a newer archive": (in_manifest(archive_version=2), "written by a newer product: its archive version is 2"),
    "another format": (in_manifest(format="something"), "not a whole archive"),
    "no tables": (in_manifest(tables=None), "its manifest is not as it was written"),
    "version nought": (in_manifest(store_version=0), "its manifest is not as it was written"),
    "fitting hashes, another figure": (in_part("cells", b"0.25", b"0.35"), "its rows do not fit together"),
    "fitting hashes, another council": (in_part("releases", b"Exampleton", b"Elsewheret"), "its rows do not fit together"),
    "fitting hashes, a line that is no row": (in_part("series", b'[1,"', b'{1,"'), "its rows do not fit together"),
    "fitting hashes, twice the same": (in_part("series", b"[2,", b"[1,"), "its rows do not fit together"),
    "fitting hashes, a figure of nothing": (in_part("cells", b"[1,1,", b"[999,1,"), "its rows do not fit together"),
    "fitting hashes, a figure less": (without_last_figure, "its rows do not fit together"),
    "fitting hashes, contents that are none": (in_part("releases", b'"abc","', b'"abc","AAAA'), "its rows do not fit together"),
}


@pytest.mark.parametrize("case", BAD)
@pytest.mark.parametrize("target", ENGINES, indirect=True)
def test_what_is_no_whole_backup_is_refused_and_nothing_is_written(good: Path, target: Database, tmp_path: Path, case: str) -> None:
    spoil, words = BAD[case]
    file = tmp_path / "backup.zip"
    shutil.copy(good, file)
    spoil(file)
    with pytest.raises(InputError, match=words) as refused:
        restore_archive(target, file)
    assert "Nothing was restored" in refused.value.advice
    with pytest.raises(NotPublished), target.reading():
        pass


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("good")
    store = ReleaseStore(f"sqlite:///{folder}/releases.sqlite")
    fill(store)
    write_archive(store._database, folder / "backup.zip")
    store.close()
    return folder / "backup.zip"


def test_a_file_that_is_not_there(target: Database, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no such file"):
        restore_archive(target, tmp_path / "none.zip")
    with pytest.raises(InputError, match="cannot be read"):
        restore_archive(target, tmp_path)


def test_a_backup_never_overwrites_and_leaves_nothing_unfinished(
    on_sqlite: ReleaseStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(on_sqlite)
    database, folder = on_sqlite._database, tmp_path / "backups"
    folder.mkdir()
    (folder / "there.zip").write_text("mine")
    with pytest.raises(InputError, match="is there already and was left as it is"):
        write_archive(database, folder / "there.zip")
    with pytest.raises(InputError, match="there is no folder"):
        write_archive(database, folder / "none" / "backup.zip")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module, "_sync", full)
    with pytest.raises(SourceError, match="No space left on device"):
        write_archive(database, folder / "backup.zip")
    monkeypatch.undo()
    monkeypatch.setattr(module, "check_archive", lambda *_: None)
    with pytest.raises(SourceError, match="did not come back from the disk as it was written"):
        write_archive(database, folder / "backup.zip")
    assert [(p.name, p.read_text()) for p in folder.iterdir()] == [("there.zip", "mine")]


def test_two_backups_at_once_do_not_overwrite_each_other(on_sqlite: ReleaseStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(on_sqlite)
    check = module.check_archive

    def meanwhile(file: Path, told: object) -> object:
        (tmp_path / "backup.zip").write_text("the other one")
        return check(file)

    monkeypatch.setattr(module, "check_archive", meanwhile)
    with pytest.raises(InputError, match="is there already"):
        write_archive(on_sqlite._database, tmp_path / "backup.zip")
    assert (tmp_path / "backup.zip").read_text() == "the other one"


def test_nothing_published_is_nothing_to_back_up(url: str, tmp_path: Path) -> None:
    with pytest.raises(NotPublished):
        write_archive(Database(url), tmp_path / "backup.zip")
    assert not (tmp_path / "backup.zip").exists()
