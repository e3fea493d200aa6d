"""The data protection officer's page: places, periods, commands and tests that it names are those of the program."""

from __future__ import annotations

import re
import stat
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import typer

from metrics.cli.main import COMMANDS, LazyCommands
from metrics.definitions.load import load_configuration
from metrics.settings import Audit, Connections, SettingsFile, load_settings
from tests.support.tiny_council import TinyCouncil

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "data-protection.md"
TEXT = PAGE.read_text(encoding="utf-8")
MARCH = date(2026, 3, 31)


def default(name: str) -> Any:
    return SettingsFile.model_fields[name].get_default(call_default_factory=True)


def test_places_are_the_defaults_of_the_program() -> None:
    connections = Connections()
    for connection in (connections.workforce, connections.releases, connections.audit):
        assert f"`{connection.default.partition(':///')[2]}`" in TEXT
        assert f"`{connection.env}`" in TEXT
    assert f"`{default('private_folder')}/`" in TEXT


def test_periods_are_those_that_are_written_and_marked_as_an_illustration() -> None:
    for folder in (ROOT / "config", ROOT / "metrics/definitions/starter"):
        kept = load_settings(folder, {}).retention
        assert f"write {kept.person_rows_years}, as an illustration only" in TEXT
        assert f"{kept.import_reports_days}, as an illustration only" in TEXT
        assert "illustrative" in (folder / "settings.yaml").read_text()
    assert f"{Audit().keep_months} unless the council says otherwise" in TEXT


def test_every_command_and_option_exists() -> None:
    named = re.findall(r"`equality ([a-z]+)([^`]*)`", TEXT)
    assert {command for command, _ in named} >= {"ingest", "refresh", "purge", "certify", "audit", "releases", "check"}
    group: Any = LazyCommands(name="equality")
    for command, rest in named:
        assert command in COMMANDS
        found: Any = group.get_command(typer.Context(group), command)
        first = rest.split()[0] if rest.split() else ""
        if first in getattr(found, "commands", {}):
            found = found.commands[first]
        known = {option for parameter in found.params for option in parameter.opts}
        assert {word.strip("…,.") for word in rest.split() if word.startswith("--")} <= known, (command, rest)


def test_every_file_and_key_that_is_named_exists() -> None:
    for path in re.findall(r"`((?:tests|config)/[^`]*)`", TEXT):
        assert (ROOT / path).exists(), path
    for link in re.findall(r"\]\(([^)#]+)\)", TEXT):
        assert (PAGE.parent / link).exists(), link
    kept = default("retention")
    assert all(f"retention.{name}" in TEXT for name in type(kept).model_fields)
    assert "cut_off" in (ROOT / "config/access.yaml").read_text()


@pytest.fixture(scope="module")
def founded(tmp_path_factory: pytest.TempPathFactory) -> TinyCouncil:
    return TinyCouncil.found(tmp_path_factory.mktemp("protection") / "council")


WATCHED = """
import sys
def watch(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"):
        print("REACHED OUT", event, arguments[1:] , file=sys.stderr, flush=True)
sys.addaudithook(watch)
from metrics.cli.main import main
main(sys.argv[1:])
"""


def test_commands_open_no_connection_to_another_machine(founded: TinyCouncil, tmp_path: Path) -> None:
    council = founded.copy(tmp_path / "council")
    council.load(MARCH)
    file = f"staff-{MARCH}-0.csv"
    for line in (
        "check",
        f"inspect {file}",
        f"ingest hr {file} --as-at 2026-06-30",
        "refresh",
        "certify",
        "show WR03",
        "purge --before 2026-05-01 --yes",
    ):
        done = subprocess.run(
            [sys.executable, "-c", WATCHED, *line.split()], cwd=council.folder, capture_output=True, text=True, timeout=180
        )
        assert done.returncode == 0, done.stderr
        assert "REACHED OUT" not in done.stderr, (line, done.stderr)


def test_a_connection_would_be_noticed() -> None:
    code = WATCHED.replace("from metrics.cli.main import main", "").replace(
        "main(sys.argv[1:])", "import socket\ntry: socket.create_connection(('127.0.0.1', 1), 1)\nexcept OSError: pass"
    )
    assert "REACHED OUT" in subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60).stderr


def test_stores_are_for_their_owner_alone_and_unnamed_columns_are_not_stored(founded: TinyCouncil, tmp_path: Path) -> None:
    council = founded.copy(tmp_path / "council")
    path = council.folder / "staff.csv"
    rows = [f"{n},Housing,{'female' if n % 2 else 'male'},not_disabled,Quillfeather{n}" for n in range(60)]
    path.write_text("\n".join(["Id,Directorate,Sex,Disability,Surname", *rows]))
    done = subprocess.run(
        [sys.executable, "-m", "metrics.cli.main", "ingest", "hr", "staff.csv", "--as-at", "2026-03-31"],
        cwd=council.folder, capture_output=True, text=True, timeout=120, env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    stored = council.folder / "data" / "workforce.duckdb"
    assert b"Quillfeather" not in stored.read_bytes()
    assert stat.S_IMODE(stored.stat().st_mode) == 0o600
    reports = list((council.folder / "data" / "private").iterdir())
    assert reports
    for report in reports:
        assert stat.S_IMODE(report.stat().st_mode) == 0o600
        assert b"Quillfeather" not in report.read_bytes()
    assert load_configuration(council.config).datasets["hr"].columns.keys() == {"sex", "disability"}
