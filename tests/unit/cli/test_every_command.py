"""What holds for every subcommand: help with an example that the command would take, and JSON that a machine can read."""

from __future__ import annotations

import json
import re
import shlex
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import typer

from metrics.cli.main import COMMANDS, LazyCommands, main
from tests.support.gpg_files import NUMBERED, write_year
from tests.support.tiny_council import TinyCouncil

MARCH_25, MARCH, JUNE = date(2025, 3, 31), date(2026, 3, 31), date(2026, 6, 30)


def command_of(line: str) -> Any:
    """A command by its name, or one inside a group by both names."""
    found: Any = LazyCommands(name="equality")
    for name in line.split():
        found = found.get_command(typer.Context(found), name)
    return found


def every_command() -> list[str]:
    inside = {name: sorted(getattr(command_of(name), "commands", {})) for name in COMMANDS}
    return [*COMMANDS, *(f"{group} {name}" for group, names in inside.items() for name in names)]


def options(command: str) -> set[str]:
    """The long options that a subcommand takes."""
    found = command_of(command)
    return {name for parameter in found.params for name in (*parameter.opts, *parameter.secondary_opts) if name.startswith("--")}


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main([*arguments])
    return int(ended.value.code or 0)


def examples(help: str) -> list[list[str]]:
    """The commands of `Example: …`, without what stands after them in the sentence."""
    told = " ".join(help[help.index("Example") :].split())
    told = re.sub(r"^Examples?: ", "", told).replace("`", "")
    return [shlex.split(re.split(r"\. | shows | && |; ", part)[0]) for part in re.split(r"\bequality ", told)[1:]]


@pytest.mark.parametrize("command", every_command())
def test_help_has_an_example_that_the_command_takes(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*command.split(), "--help") == 0
    shown = capsys.readouterr().out
    words = [example for example in examples(shown) if example[: len(command.split())] == command.split()]
    assert len(words) >= 1
    for example in words:
        assert {word for word in example if word.startswith("--")} <= options(command)


def test_help_lists_every_command_without_importing_them(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--help") == 0
    shown = capsys.readouterr().out
    assert all(re.search(rf"^\s+{name}\s+\S", shown, re.MULTILINE) for name in COMMANDS)


JSON = {
    "check": ["check --json"],
    "comparators gpg": ["comparators gpg {year} --json"],
    "inspect": ["inspect {file} --json", "inspect {file} --write {new} --json"],
    "template": ["template hr --json", "template hr --output {new} --json"],
    "ingest": ["ingest hr {file} --as-at 2026-06-30 --json", "ingest hr {file} --as-at 2026-03-31 --json"],
    "refresh": [
        "refresh --json",
        "refresh --dry-run --json",
        "refresh --restate 2025-03-31 --reason 'Payroll file corrected' --json",
        "refresh --json --restate 2026-03-31 --reason 'Again' --dry-run",
    ],
    "purge": ["purge --before 2025-06-30 --dry-run --json", "purge --before 2025-06-30 --yes --json", "purge --before 2020-01-01 --json"],
    "parity": ["parity --other duckdb:///other.duckdb --copy --json"],
    "releases": ["releases --json", "releases --compare {release} {release} --json"],
    "releases withdraw": ["releases withdraw {release} --reason 'Counted twice' --yes --json"],
    "releases backup": ["releases backup {archive} --json"],
    "releases restore": ["releases restore {earlier} --replace --yes --json"],
    "releases upgrade": ["releases upgrade --json", "releases upgrade --dry-run --json"],
    "audit": ["audit --json", "audit --since 2026-01-01 --json"],
    "certify": ["certify --json", "certify {release} --audience public --json"],
    "explain": ["explain WR03 --json"],
    "movements": ["movements --json", "movements --release {release} --period 2025-03-31 --json"],
    "show": ["show WR03 --format json", "show WR03 --by sex --format json"],
}
ELSEWHERE = {"return gpg", "return sc-wres"}
"""Need figures that its council does not have: `test_gender_pay_gap.py` and `test_returns.py` read their JSON."""


@pytest.fixture(scope="module")
def founded(tmp_path_factory: pytest.TempPathFactory) -> TinyCouncil:
    council = TinyCouncil.found(tmp_path_factory.mktemp("every") / "council")
    council.load(MARCH_25)
    council.refresh()
    council.load(MARCH)
    return council


def test_every_command_with_json_is_tried() -> None:
    assert {name for name in every_command() if "--json" in options(name) or "--format" in options(name)} == {*JSON, *ELSEWHERE}


def refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


@pytest.mark.parametrize("line", [line for lines in JSON.values() for line in lines])
def test_json_is_json_and_nothing_else(
    founded: TinyCouncil, tmp_path: Path, line: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    council = founded.copy(tmp_path / "council")
    monkeypatch.chdir(council.folder)
    for variable in ("EQUALITY_CONFIG", "EQUALITY_WORKFORCE_URL", "EQUALITY_RELEASES_URL"):
        monkeypatch.delenv(variable, raising=False)
    places = {"file": f"staff-{MARCH}-0.csv", "new": "drafts", "release": council.store.latest(), "archive": "new.zip"}
    if "{year}" in line:
        places["year"] = str(write_year(council.folder / "2021-to-2022.csv", [NUMBERED]))
    if "{earlier}" in line:
        assert run("releases", "backup", "earlier.zip", "--json") == 0
        capsys.readouterr()
        places["earlier"] = "earlier.zip"
    assert run(*(word.format(**places) for word in shlex.split(line))) == 0
    said = json.loads(capsys.readouterr().out, parse_constant=refuse_constant)
    assert isinstance(said, dict | list)
    assert len(said) > 0 or line.startswith("audit")  # nobody has signed in


def test_json_of_a_refused_configuration_lists_its_problems(
    founded: TinyCouncil, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    council = founded.copy(tmp_path / "council")
    monkeypatch.chdir(council.folder)
    path = next((council.config / "kpis").glob("*.yaml"))
    path.write_text(path.read_text() + "colour: red\n")
    assert run("check", "--json") == 2
    said = json.loads(capsys.readouterr().out)
    assert said["right"] is False
    assert any(path.name in problem["where"] and "colour" in problem["message"] for problem in said["problems"])
