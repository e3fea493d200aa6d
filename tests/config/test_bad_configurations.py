"""Every rule about definitions: a configuration that breaks it is refused, with the exact place and words."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from metrics.definitions.checks import CHECKS
from metrics.definitions.load import load_configuration
from metrics.errors import DefinitionError

HERE = Path(__file__).parent
RULES = sorted(path.name for path in (HERE / "bad").iterdir())


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that holds the good configuration as `config/`, so that messages read as at the command line."""
    shutil.copytree(HERE / "base", tmp_path / "config")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def refused() -> str:
    with pytest.raises(DefinitionError) as refusal:
        load_configuration(Path("config"))
    return f"{refusal.value}\n"


def test_the_good_configuration_loads(place: Path) -> None:
    assert sorted(load_configuration(Path("config")).kpis) == ["PG01", "WR01"]


@pytest.mark.parametrize("rule", RULES)
def test_a_bad_configuration_says_where_and_what_to_do(place: Path, rule: str) -> None:
    shutil.copytree(HERE / "bad" / rule, place / "config", dirs_exist_ok=True)
    assert refused() == (HERE / "bad" / rule / "expected.txt").read_text(encoding="utf-8")


def test_every_check_is_broken_by_some_bad_configuration(place: Path) -> None:
    from metrics.definitions.load import parse_folder

    silent = {check.__module__ for check in CHECKS}
    for rule in RULES:
        shutil.rmtree(place / "config")
        shutil.copytree(HERE / "base", place / "config")
        shutil.copytree(HERE / "bad" / rule, place / "config", dirs_exist_ok=True)
        parsed, _ = parse_folder(Path("config"))
        silent -= {check.__module__ for check in CHECKS if list(check(parsed))}
    assert silent == set()


@pytest.mark.parametrize(
    ("file", "content", "message"),
    [
        ("kpis/WR01-minority-share.yaml", b"# " + b"x" * 300_000, "the file is 292 KiB; a definition has at most 256 KiB. Split it"),
        (
            "dimensions/sex.yaml",
            "title: Säx\n".encode("cp1252"),
            "a character is not UTF-8; save the file as UTF-8 (in Excel: 'CSV UTF-8')",
        ),
        ("dimensions/sex.yaml", "title: Sex\n".encode("utf-16"), "the file is saved as UTF-16 ('Unicode'); save it as UTF-8"),
        ("dimensions/sex.yaml", b"", "the file is empty"),
        ("dimensions/sex.yaml", b"- a\n- b\n", "a definition is keys with values, one a line, such as `title: Sex`"),
        (
            "dimensions/sex.yaml",
            b"title: \x07\n",
            "the file holds a character that is not text (perhaps copied from a document); retype the line",
        ),
        ("dimensions/sex.yaml", b"a: " + b"[" * 100_000, "nested more than 20 levels deep; no definition needs that"),
        ("organisation.csv", b"", "the file is empty; its first line is: unit,name,parent,level,valid_from,valid_to,successor"),
        (
            "organisation.csv",
            b"unit,name,parent,level\n",
            "no units; write at least the council itself: its unit, name, no parent, and its level",
        ),
    ],
)
def test_files_that_are_no_definitions(place: Path, file: str, content: bytes, message: str) -> None:
    (place / "config" / file).write_bytes(content)
    assert message in refused()


@pytest.mark.parametrize("name", ["organisation.csv", "disclosure.yaml"])
def test_a_missing_file_is_named(place: Path, name: str) -> None:
    (place / "config" / name).unlink()
    assert refused().startswith(f"config/{name}: no such file; `equality init` writes one to start from")


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError, match="no such folder"):
        load_configuration(tmp_path / "nothing")


def test_folders_inside_are_not_passed_over_in_silence(place: Path) -> None:
    (place / "config/kpis/workforce").mkdir()
    assert "config/kpis/workforce: folders inside kpis/ are not read; move its files up" in refused()


def test_a_dataset_being_mended_is_not_reported_as_missing(place: Path) -> None:
    (place / "config/datasets/hr.yaml").write_text("title: 1\n", encoding="utf-8")
    assert "no dataset" not in refused()
