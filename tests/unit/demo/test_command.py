"""`equality demo`: an interrupted demo leaves nothing half, the next run finishes it, and a complete one is left alone."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path

import pytest

from metrics.cli import demo as command
from metrics.cli.main import main
from metrics.demo import load

ONE_FILE = (("hr", date(2022, 6, 30)),)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the shipped configuration, with a demo of one file."""
    shutil.copytree("config", tmp_path / "config")
    for name in ("EQUALITY_WORKFORCE_URL", "EQUALITY_RELEASES_URL", "EQUALITY_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(load, "EXTRACTS", ONE_FILE)
    monkeypatch.setattr(command, "EXTRACTS", ONE_FILE)
    return tmp_path


def run(folder: Path, *more: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["demo", "--config", str(folder / "config"), *more])
    return int(ended.value.code or 0)


def test_interrupted_then_finished_then_left_alone(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    data = folder / "data"

    def killed(*_: object, **__: object) -> None:
        raise RuntimeError("killed")

    with monkeypatch.context() as broken:
        broken.setattr(command, "refresh", killed)
        assert run(folder) != 0
    assert not (data / "workforce.duckdb").exists()
    assert not (data / "releases.sqlite").exists()
    assert (data / command.UNFINISHED / "workforce.duckdb").exists()
    capsys.readouterr()

    assert run(folder, "--json-progress") == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert all({"step", "done", "of"} <= set(line) for line in lines)
    assert [line["done"] for line in lines] == sorted(line["done"] for line in lines)
    assert lines[-1]["step"] == "ready"
    assert lines[-1]["release"]
    assert sorted(p.name for p in data.iterdir() if p.name != "private") == ["releases.sqlite", "workforce.duckdb"]

    before = (data / "releases.sqlite").read_bytes()
    assert run(folder) == 0
    assert "complete already" in capsys.readouterr().out
    assert (data / "releases.sqlite").read_bytes() == before


def test_a_real_configuration_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = folder / "config" / "settings.yaml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("synthetic: true ", "synthetic: false "), encoding="utf-8")
    assert run(folder) == 2
    assert "settings are for real figures" in capsys.readouterr().err
    assert not (folder / "data").exists()
