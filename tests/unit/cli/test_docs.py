"""The reference pages come from the product itself, and `--check` says when they do not."""

from __future__ import annotations

from pathlib import Path

import pytest

from metrics.cli.docs import make_pages
from metrics.cli.main import COMMANDS, main
from metrics.cli.reference.definitions import attribute_comments, definitions_page
from metrics.definitions.kpi import Kpi

ROOT = Path(__file__).resolve().parents[3]


def ends(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main([*arguments])
    return int(ended.value.code or 0)


def test_pages_are_written_found_up_to_date_and_found_stale(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ("docs", "--to", str(tmp_path), "--config", str(ROOT / "config"))
    assert ends(*command, "--check") == 1
    assert ends(*command) == 0
    assert ends(*command, "--check") == 0
    page = tmp_path / "kpis.md"
    page.write_text(page.read_text() + "A line by hand.\n")
    capsys.readouterr()
    assert ends(*command, "--check") == 1
    assert "kpis.md" in capsys.readouterr().out


def test_every_command_is_on_its_page() -> None:
    page = make_pages(ROOT / "config")["commands.md"]
    headed = [line[len("## `equality ") : -1] for line in page.splitlines() if line.startswith("## ")]
    assert [name for name in headed if " " not in name] == list(COMMANDS)
    assert {name for name in headed if " " in name} == {f"releases {name}" for name in ("backup", "restore", "upgrade", "withdraw")}
    assert page.count("Example") >= len(COMMANDS)


def test_every_key_of_a_kpi_is_on_its_page() -> None:
    page = definitions_page()
    section = page[page.index("## `config/kpis") : page.index("## `config/benchmarks")]
    for name, field in Kpi.model_fields.items():
        if name != "id":
            assert f"| `{field.alias or name}` |" in section
    assert "For tiles and table heads, at most 40 characters." in section


def test_comments_under_attributes_are_found() -> None:
    comments = attribute_comments(Kpi)
    assert comments["headline"] == "True: a tile on the overview."
    assert "title" not in comments


def test_every_shipped_kpi_is_in_the_catalogue() -> None:
    page = make_pages(ROOT / "config")["kpis.md"]
    ids = {path.name[:4] for path in (ROOT / "config/kpis").glob("*.yaml")}
    assert {line[3:] for line in page.splitlines() if line.startswith("## ")} - {"Disclosure profiles"} == ids
