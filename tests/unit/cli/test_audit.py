"""`equality audit`: listing, filtering, and taking away what is past its retention."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from metrics.access.audit import AuditLog, Event
from metrics.cli.audit import app
from metrics.errors import EqualityError


@pytest.fixture
def config(tmp_path: Path) -> Path:
    folder = tmp_path / "config"
    folder.mkdir()
    (folder / "settings.yaml").write_text("council: Anytown\naudit: {keep_months: 12}\n", encoding="utf-8")
    log = AuditLog(f"sqlite:///{tmp_path}/data/audit.sqlite")
    log.record(Event("signed_in", "o-1/t", "Lead", datetime.now(UTC) - timedelta(days=400)))
    log.record(Event("signed_in", "o-2/t", "Lead", datetime.now(UTC) - timedelta(days=2)))
    log.record(Event("downloaded", "=cmd/t", "Lead", datetime.now(UTC), release="2026-05-21", kpi="WR01", file="WR01-over-time.csv"))
    return folder


def run(config: Path, *words: str) -> Any:
    done = CliRunner().invoke(app, [*words, "--config", str(config)])
    if isinstance(done.exception, EqualityError):
        raise done.exception
    assert done.exit_code == 0, done.output
    return done.stdout


def test_the_list(config: Path) -> None:
    said = run(config)
    assert said.index("o-1/t") < said.index("o-2/t") < said.index("WR01-over-time.csv")
    assert "kept for 12 months" in said


@pytest.mark.parametrize(
    ("words", "who"),
    [
        (["--who", "o-2"], ["o-2/t"]),
        (["--what", "downloaded"], ["=cmd/t"]),
        (["--since", (datetime.now(UTC) - timedelta(days=30)).date().isoformat()], ["o-2/t", "=cmd/t"]),
        (["--who", "nobody"], []),
    ],
)
def test_filters(config: Path, words: list[str], who: list[str]) -> None:
    assert [row["who"] for row in json.loads(run(config, "--json", *words))] == who


def test_csv_holds_nothing_that_a_spreadsheet_would_run(config: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(run(config, "--csv"))))
    assert rows[-1]["who"] == "'=cmd/t"
    assert rows[-1]["release"] == "2026-05-21"


def test_purging_keeps_to_the_retention_and_says_so(config: Path) -> None:
    assert "1 row before" in run(config, "--purge")
    rows = json.loads(run(config, "--json"))
    assert [row["what"] for row in rows] == ["signed_in", "downloaded", "purged"]
    assert rows[-1]["who"].startswith("cli:")
    assert json.loads(run(config, "--purge-before", datetime.now(UTC).date().isoformat(), "--json"))["purged"] == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--what", "downloadd"], "did you mean 'downloaded'?"),
        (["--since", "1 March"], "write a day as YEAR-MONTH-DAY"),
        (["--purge-before", "2999-01-01"], "still to come"),
    ],
)
def test_what_cannot_be_is_said(config: Path, words: list[str], said: str) -> None:
    with pytest.raises(EqualityError, match=said.replace("?", r"\?")):
        run(config, *words)
