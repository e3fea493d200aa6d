"""The how-to of the two returns: its YAML is accepted, its table names every metric, its turned likelihood is right."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from metrics.cli.returns import app
from metrics.definitions.duty import DutyReturn
from metrics.definitions.sc_wres import ScWresReturn
from metrics.returns.sc_wres import METRICS

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "make-returns.md").read_text(encoding="utf-8")
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(kind: str) -> list[str]:
    return [found[2] for found in FENCE.finditer(PAGE) if found[1] == kind]


def test_the_yaml_is_accepted() -> None:
    wres, duty = map(yaml.safe_load, blocks("yaml"))
    assert ScWresReturn.model_validate(wres).left is not None
    assert DutyReturn.model_validate(duty).characteristics.race == ("ethnicity_5", "ethnicity_19")


def test_every_metric_stands_in_the_table_with_its_number() -> None:
    (head,) = [n for n, line in enumerate(PAGE.splitlines()) if line.startswith("| key | metric |")]
    rows = [line for line in PAGE.splitlines()[head + 2 :] if line.startswith("| `")]
    named = [key for row in rows for key in re.findall(r"`(\w+)`", row.split("|")[1])]
    assert named == [metric.key for metric in METRICS]
    numbers = [number for row in rows for number in re.findall(r"\d[ab]?", row.split("|")[2].split(":")[0])]
    assert numbers == [metric.number for metric in METRICS]


def test_every_command_is_one_of_the_program() -> None:
    kinds = {command.name for command in app.registered_commands}
    told = {line.split()[2] for block in blocks("console") for line in block.splitlines()}
    assert told == {"sc-wres", "duty"} <= kinds


def test_the_likelihood_that_is_turned_round_is_right() -> None:
    found = re.search(r"(\d\.\d+) \((\d\.\d+) to (\d\.\d+)\) becomes (\d\.\d+) \((\d\.\d+) to (\d\.\d+)\)", PAGE)
    assert found is not None
    value, lower, upper, turned, low, high = map(float, found.groups())
    assert (round(1 / value, 2), round(1 / upper, 2), round(1 / lower, 2)) == (turned, low, high)
