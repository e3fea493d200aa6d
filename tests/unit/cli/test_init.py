"""`equality init`: a whole configuration that is right as written, or nothing."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from metrics.cli import init
from metrics.cli.check import load_everything
from metrics.cli.main import main
from metrics.errors import InputError
from metrics.settings import load_settings

TODAY = date(2026, 11, 21)


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as end:
        main(["init", *arguments])
    return int(end.value.code or 0)


@pytest.mark.parametrize("council", ["Anytown City Council", 'King\'s "Lynn", Wisbech & Co: #1', "Ynys Môn — Cyngor", "{x: [1]}"])
def test_what_is_written_is_right(tmp_path: Path, council: str) -> None:
    folder = tmp_path / "mine"
    init.write_starter(folder, council, "€", TODAY)
    configuration, problems, _ = load_everything(folder)
    assert problems == []
    assert configuration is not None
    assert len(configuration.kpis) == 10
    assert configuration.organisation.root.name == council
    settings = load_settings(folder, {})
    assert (settings.council, settings.currency, settings.synthetic) == (council, "€", False)
    assert {kpi.review.last for kpi in configuration.kpis.values()} == {TODAY}
    assert (folder / "schemas" / "kpi.json").is_file()


def test_the_console_says_what_is_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("mine", "--council", "Anytown") == 0
    said = capsys.readouterr().out
    assert "mine/ is ready" in said
    for step in (
        "inspect FILE --config mine --write mine",
        "check --config mine",
        "organisation.csv",
        "ingest hr FILE",
        "refresh --config mine",
        "serve --local",
    ):
        assert step in said


def test_numbers_on_the_console_are_what_is_there() -> None:
    starter = Path(init.__file__).parents[1] / "definitions" / "starter"
    number = {name: len(list((starter / name).glob("*.yaml"))) for name in ("dimensions", "datasets", "benchmarks", "kpis")}
    assert number == {"dimensions": 9, "datasets": 1, "benchmarks": 3, "kpis": 10}


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    assert run(str(tmp_path)) == 2
    assert "already holds files; nothing was written" in capsys.readouterr().err
    assert [p.name for p in tmp_path.iterdir()] == ["notes.txt"]


def test_an_empty_folder_is_filled(tmp_path: Path) -> None:
    folder = tmp_path / "empty"
    folder.mkdir()
    init.write_starter(folder, "Anytown", "£", TODAY)
    assert (folder / "settings.yaml").is_file()


def test_a_file_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("", encoding="utf-8")
    with pytest.raises(InputError, match="is a file"):
        init.write_starter(tmp_path / "x", "Anytown", "£", TODAY)


def test_nothing_half_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(init, "write_schemas", full)
    with pytest.raises(InputError, match=r"No space left on device.*nothing was left behind"):
        init.write_starter(tmp_path / "mine", "Anytown", "£", TODAY)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("council", "currency"), [("", "£"), ("Any\ntown", "£"), ("Anytown", "pounds"), ("Anytown", "")])
def test_names_that_cannot_be_used(tmp_path: Path, council: str, currency: str) -> None:
    with pytest.raises(InputError, match="--"):
        init.write_starter(tmp_path / "mine", council, currency, TODAY)
    assert not (tmp_path / "mine").exists()


def test_a_council_starts_with_nobody_missing(tmp_path: Path) -> None:
    """A file that lacks a characteristic still loads: its column is optional."""
    folder = tmp_path / "mine"
    init.write_starter(folder, "Anytown", "£", TODAY)
    configuration, _, _ = load_everything(folder)
    assert configuration is not None
    assert not any(column.required for column in configuration.datasets["hr"].columns.values())
    shutil.rmtree(folder)
