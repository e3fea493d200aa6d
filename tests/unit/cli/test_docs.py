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
    in_groups = {f"releases {name}" for name in ("backup", "restore", "upgrade", "withdraw")}
    in_groups |= {"comparators gpg", *(f"return {name}" for name in ("gpg", "sc-wres", "duty"))}
    assert {name for name in headed if " " in name} == in_groups
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


def test_every_dataset_is_told_with_its_columns_populations_and_what_is_worked_out() -> None:
    page = make_pages(ROOT / "config")["datasets.md"]
    ids = {path.stem for path in (ROOT / "config/datasets").glob("*.yaml")}
    assert {line[3:] for line in page.splitlines() if line.startswith("## ")} == ids
    told = page[page.index("\n## hr\n") : page.index("\n## movers\n")]
    assert "| **FTE** | `fte`, `fte_all_posts` |" in told
    assert "| number | full-time equivalent | 0 to 1 | The row is refused. | yes |" in told
    assert "| Not recorded | `not_recorded` | not an answer |" in told
    assert "| `fte_all_posts` | a person's total of “FTE” over all posts of the day, at most 1 |" in told
    assert "| `everyone` | Everyone who works for the council" in told
    derived = page[page.index("\n## movers\n") :].split("\n## ")[1]
    assert "those of [hr](#hr)" in derived
    assert "joined_or_left" in derived


def test_the_page_of_datasets_does_not_change_from_day_to_day_or_with_units() -> None:
    pages = [make_pages(ROOT / "config")["datasets.md"] for _ in range(2)]
    assert pages[0] == pages[1]
    assert "Adult Social Care" not in pages[0]
