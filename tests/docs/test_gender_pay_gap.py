"""The how-tos of the gender pay gap: their commands run in order, their YAML is accepted, their table says what was published."""

from __future__ import annotations

import csv
import gzip
import io
import re
import shlex
from pathlib import Path

import pytest
import yaml

from metrics.cli.main import main
from metrics.definitions.gpg import CORE_CITIES, GpgComparators, GpgReturn
from metrics.gpg_service.councils import plain_name
from tests.support.gpg_files import NUMBERED, employer, write_year

HOW_TO = Path(__file__).parents[2] / "docs" / "how-to"
COMPARE = (HOW_TO / "compare-with-other-councils.md").read_text(encoding="utf-8")
RETURN = (HOW_TO / "gender-pay-gap-return.md").read_text(encoding="utf-8")
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(text: str, kind: str) -> list[str]:
    return [found[2] for found in FENCE.finditer(text) if found[1] == kind]


def run(*words: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main([*words])
    return int(ended.value.code or 0)


def test_the_commands_of_the_comparison_run_as_they_are_written(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert run("init", "mycouncil") == 0
    write_year(tmp_path / "UK Gender Pay Gap Data - 2021 to 2022.csv", [NUMBERED])
    later = {**NUMBERED, "DueDate": "2023/03/31 00:00:00", "DateSubmitted": "2023/03/14 10:00:00"}
    write_year(tmp_path / "UK Gender Pay Gap Data - 2022 to 2023.csv", [later])
    write_year(tmp_path / "old-download.csv", [employer("Anytown City Council")], early=True)
    commands = [shlex.split(line) for block in blocks(COMPARE, "console") for line in block.splitlines()]
    assert len(commands) == 4
    for words in commands:
        assert run(*words[1:]) == 0, words
    assert "Imported snapshots: 2017, 2021, 2022. 1 council in all." in capsys.readouterr().out
    assert (tmp_path / "mycouncil" / "comparators" / "gender_pay_gap.csv.gz").is_file()


def test_the_yaml_of_both_pages_is_accepted():
    declared, decided = blocks(COMPARE, "yaml")
    assert GpgReturn.model_validate(yaml.safe_load(declared)).hourly_gap.median == "PG02"
    assert GpgComparators.model_validate(yaml.safe_load(decided)).same[1].is_ == "nobody"
    (whole,) = blocks(RETURN, "yaml")
    assert GpgReturn.model_validate(yaml.safe_load(whole)).quarters is not None


@pytest.mark.realdata
def test_the_table_says_what_was_published(shared_data):
    rows = [line.strip("| ").split(" | ") for line in COMPARE.splitlines() if line.startswith("| ") and " Council |" in line]
    assert [row[0] for row in rows] == list(CORE_CITIES)
    published: dict[tuple[str, str], float] = {}
    for path in (shared_data / "gpg_service").glob("*.gz"):
        year = path.name.split(" - ")[1][:4]
        text = gzip.decompress(path.read_bytes()).decode("utf-8-sig")
        for row in csv.DictReader(io.StringIO(text, newline="")):
            published.setdefault((plain_name(row["EmployerName"]), year), float(row["DiffMedianHourlyPercent"]))
    for name, *figures in rows:
        told = dict(zip(("2017", "2020", "2021", "2022"), map(float, figures), strict=True))
        assert told == {year: published[plain_name(name), year] for year in told}
