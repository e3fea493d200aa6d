"""`refresh`, `releases`, `show` and `certify` as a person at a terminal meets them: what is printed, and how it ends."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from metrics.access.viewer import Viewer
from metrics.cli.main import main
from metrics.disclosure.system import published_system
from metrics.disclosure.worked import unprotected
from metrics.evaluate.evaluate import evaluate
from metrics.query.fetch import fetch_counts
from metrics.releases.draft import DraftBatch
from metrics.releases.restore import _rewriting
from metrics.report import UnitSummary
from metrics.sources.engine import open_source
from tests.support.certified import certified
from tests.support.command import obey_permissions
from tests.support.drafts import UNITS, a_batch, a_draft
from tests.support.tiny_council import TinyCouncil

MARCH_25, MARCH = date(2025, 3, 31), date(2026, 3, 31)
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> TinyCouncil:
    """Two periods, one release. No test changes it."""
    council = TinyCouncil.found(tmp_path_factory.mktemp("published") / "council")
    council.define("WF02-women", "Women among staff", "sex", "female", ["directorate", "disability"])
    council.load(MARCH_25, people=600)
    council.load(MARCH, people=600)
    council.refresh()
    return council


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command in a council's folder: exit code, what was printed, what was complained of."""

    def command(council: TinyCouncil, *arguments: str) -> tuple[int, str, str]:
        monkeypatch.chdir(council.folder)
        for variable in ("EQUALITY_CONFIG", "EQUALITY_WORKFORCE_URL", "EQUALITY_RELEASES_URL"):
            monkeypatch.delenv(variable, raising=False)
        with pytest.raises(SystemExit) as ended:
            main(list(arguments))
        printed = capsys.readouterr()
        return int(ended.value.code or 0), printed.out, printed.err

    return command


COLUMNS = [
    "release", "kpi", "period_start", "period_end", "unit", "sex", "numerator", "denominator", "value", "lower", "upper", "benchmark",
    "target", "gap", "ratio", "status", "marker", "structure", "made_of", "note",
]  # fmt: skip


def test_csv_has_the_columns_that_every_file_agrees_on(published: TinyCouncil, run: Run) -> None:
    code, out, _ = run(published, "show", "WR03", "--by", "sex", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert code == 0
    assert list(rows[0]) == COLUMNS
    assert {(r["unit"], r["sex"], r["period_end"]) for r in rows} == {
        ("littlewick", sex, day) for sex in ("female", "male") for day in ("2025-03-31", "2026-03-31")
    }
    assert all(0 <= float(r["value"]) <= 1 for r in rows if not r["marker"])


def test_a_hidden_figure_is_empty_with_its_marker_and_never_0(published: TinyCouncil, run: Run) -> None:
    _, out, _ = run(published, "show", "WF02", "--by", "disability", "--by", "directorate", "--format", "csv")
    hidden = [r for r in csv.DictReader(io.StringIO(out)) if r["marker"] == "[c]"]
    assert len(hidden) > 0
    assert all(r[name] == "" for r in hidden for name in ("numerator", "value", "lower", "upper", "gap", "ratio"))


def test_json_says_the_same_as_csv(published: TinyCouncil, run: Run) -> None:
    wanted = ("show", "WF02", "--by", "directorate", "--by", "disability", "--period", "latest")
    _, text, _ = run(published, *wanted, "--format", "csv")
    code, out, _ = run(published, *wanted, "--format", "json")
    rows = json.loads(out)
    assert code == 0
    assert [{k: "" if v is None else str(v) for k, v in r.items()} for r in rows] == list(csv.DictReader(io.StringIO(text)))
    assert {r["period_end"] for r in rows} == {"2026-03-31"}


def test_a_table_is_for_people(published: TinyCouncil, run: Run) -> None:
    code, out, _ = run(published, "show", "WR03", "--by", "directorate", "--unit", "housing", "--period", "2026-03-31")
    assert code == 0
    assert out.startswith("WR03  Disabled staff\nAll staff (headcount)\n")
    assert "Housing" in out
    assert "%" in out
    assert "Release 2026-07-21. Littlewick Town Council. Synthetic figures. Source: HR extract, 31 March 2026." in out


def test_another_audience_has_other_figures(published: TinyCouncil, run: Run) -> None:
    _, mine, _ = run(published, "show", "WF02", "--format", "csv")
    code, public, _ = run(published, "show", "WF02", "--audience", "public", "--format", "csv")
    shown = [float(r["numerator"]) for r in csv.DictReader(io.StringIO(public)) if r["numerator"]]
    assert code == 0
    assert mine != public
    assert len(shown) > 0
    assert all(n % 5 == 0 for n in shown)


def test_text_that_a_spreadsheet_would_run_is_disarmed(tmp_path: Path, run: Run) -> None:
    """No definition accepts such an id; a release written by something else might hold one."""
    council = TinyCouncil.found(tmp_path / "council")
    odd = UnitSummary("=1+1", "Odd", "council", "directorate", 1)
    batch = a_batch(MARCH, {"WR03": "v1"})
    batch = certified(batch.label, batch.cells.assign(unit=batch.cells["unit"].replace("parks", "=1+1")))
    council.store.publish(a_draft(batch, units={**UNITS, "=1+1": odd}))
    _, out, _ = run(council, "show", "WR03", "--by", "unit", "--by", "sex", "--format", "csv")
    units = {r["unit"] for r in csv.DictReader(io.StringIO(out))}
    assert "'=1+1" in units
    assert "=1+1" not in units


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("show", "WR99"), 1, "has no KPI 'WR99'"),
        (("show", "WR03", "--by", "disability"), 1, "Declare the breakdown in config/kpis/WR03"),
        (("show", "WR03", "--period", "last"), 2, "--period: found 'last'; write a day as YEAR-MONTH-DAY"),
        (("show", "WR03", "--period", "2020-03-31"), 1, "nothing was published for 2020-03-31"),
        (("show", "WR03", "--audience", "press"), 1, "no figures for 'press'; it has them for: leadership, public"),
        (("show", "WR03", "--release", "2020-01-01"), 1, "There is no release '2020-01-01'"),
        (("releases", "--compare", "2020-01-01", "2026-07-21"), 1, "There is no release '2020-01-01'"),
        (("refresh", "--restate", "2026-03-31"), 2, "needs --reason"),
        (("refresh", "--restate", "yesterday", "--reason", "x"), 2, "--restate: found 'yesterday'"),
        (("certify", "2020-01-01"), 1, "There is no release '2020-01-01'"),
        (("certify", "--audience", "press"), 1, "no figures for 'press'"),
    ],
)
def test_refusals_are_words_and_an_exit_code(published: TinyCouncil, run: Run, arguments: tuple[str, ...], code: int, words: str) -> None:
    ended, out, complained = run(published, *arguments)
    assert ended == code
    assert words in complained
    assert "Traceback" not in out + complained


def test_refresh_prints_the_certificate(tmp_path: Path, run: Run) -> None:
    council = TinyCouncil.found(tmp_path / "council")
    council.load(MARCH)
    code, out, _ = run(council, "refresh", "--dry-run")
    assert code == 0
    assert out.startswith("Dry run, nothing was published: ")
    assert council.store.latest() is None
    code, out, _ = run(council, "refresh")
    assert code == 0
    assert out.startswith("Published release ")
    assert "hr       2026-03-31  leadership" in out
    assert run(council, "refresh")[1].startswith("Nothing to do")


def test_refresh_says_what_it_left_alone(published: TinyCouncil, run: Run, tmp_path: Path) -> None:
    council = published.copy(tmp_path / "council")
    council.load(MARCH_25, seed=7)
    council.define("WR09-men", "Men", "sex", "male", ["directorate"])
    code, out, _ = run(council, "refresh")
    assert code == 0
    assert "HR extract, 31 March 2025: the data changed after publishing; figures kept." in out
    assert "HR extract, 31 March 2025 to 31 March 2026 (2 periods): WR09 had not been defined when it was published; figures kept." in out
    assert "equality refresh --restate 2026-03-31 --reason" in out


def test_refresh_for_a_machine(published: TinyCouncil, run: Run) -> None:
    code, out, _ = run(published, "refresh", "--json")
    said = json.loads(out)
    assert code == 0
    assert (said["release"], said["nothing_to_do"], len(said["carried"])) == (None, True, 4)


def test_releases_are_listed_and_compared(published: TinyCouncil, run: Run, tmp_path: Path) -> None:
    council = published.copy(tmp_path / "council")
    council.load(MARCH, seed=3)
    council.refresh(restate=[MARCH], reason="Payroll corrected")
    code, out, _ = run(council, "releases")
    assert code == 0
    assert out.index("2026-07-21.2") < out.index("2026-07-21  ")
    assert "Payroll corrected" in out
    code, out, _ = run(council, "releases", "--compare", "2026-07-21", "2026-07-21.2")
    assert code == 0
    assert "figures were made from other data." in out
    same = run(council, "releases", "--compare", "2026-07-21", "2026-07-21")[1]
    assert same.strip() == "Every figure is the same in 2026-07-21 and 2026-07-21."
    listed = json.loads(run(council, "releases", "--json")[1])
    assert [r["id"] for r in listed] == ["2026-07-21.2", "2026-07-21"]
    compared = json.loads(run(council, "releases", "--compare", "2026-07-21", "2026-07-21.2", "--json")[1])
    assert set(compared["differing"]) <= {"data", "suppression"}
    assert len(compared["figures"]) >= compared["differing"]["data"] > 0


def test_nothing_published_yet(tmp_path: Path, run: Run) -> None:
    council = TinyCouncil.found(tmp_path / "council")
    assert run(council, "releases")[:2] == (0, "Nothing has been published yet. Run `equality refresh`.\n")
    assert run(council, "show", "WR03")[0] == 1
    code, _, complained = run(council, "refresh")
    assert code == 3
    assert "Traceback" not in complained


def test_certify_attacks_what_was_published_and_finds_nothing(published: TinyCouncil, run: Run) -> None:
    code, out, _ = run(published, "certify", "--no-store")
    assert code == 0
    assert "no protected count can be worked out" in out
    code, out, _ = run(published, "certify", "2026-07-21", "--audience", "public", "--no-store", "--json")
    said = json.loads(out)
    assert code == 0
    assert {part["audience"] for part in said["parts"]} == {"public"}
    assert said["recovered"] == 0


PART = {
    "dataset", "period_end", "audience", "profile", "counts", "hidden_or_rounded", "recovered", "unsettled", "known_before", "narrowest",
    "proven", "earlier", "earlier_left_out", "uncertified", "seconds", "certificate",
}  # fmt: skip
WHOLE = {
    "release", "attacked_at", "program", "recovered", "unsettled", "known_before", "uncertified", "stored", "not_stored_because", "parts",
}  # fmt: skip


def test_certify_prints_the_certificate_and_keeps_the_verdict(published: TinyCouncil, run: Run, tmp_path: Path) -> None:
    council = published.copy(tmp_path / "council")
    assert "not yet" in run(council, "releases")[1]
    code, out, _ = run(council, "certify", "--no-store")
    assert code == 0
    assert "The verdict was not stored: --no-store was given." in out
    assert council.store.list_releases()[0].verdict is None
    code, out, _ = run(council, "certify", "--audience", "public", "--json")
    said = json.loads(out)
    assert (code, said["stored"], said["not_stored_because"], said["uncertified"]) == (0, True, None, 0)
    assert set(said) == WHOLE
    assert {frozenset(part) for part in said["parts"]} == {frozenset(PART)}
    assert {part["certificate"]["sealed_by"] for part in said["parts"]} == {"publish"}
    assert f"{said['attacked_at'][:10]}: none found, 2 of 4 parts" in run(council, "releases")[1]
    run(council, "certify")
    (listed,) = json.loads(run(council, "releases", "--json")[1])
    assert (listed["verdict"]["parts"], listed["verdict"]["recovered"]) == (4, 0)
    assert len(council.store.contents(None, Viewer("leadership", "command_line")).attacks) == 4


def test_what_machines_are_told_is_documented() -> None:
    page = (Path(__file__).resolve().parents[3] / "docs/how-to/release-store.md").read_text(encoding="utf-8")
    told = page[page.index("## Attack a release again") :]
    assert {f"`{name}`" for name in WHOLE | PART} <= set(re.findall(r"`[a-z_]+`", told))


def test_certify_gives_the_attacker_earlier_releases_of_the_same_day(published: TinyCouncil, run: Run, tmp_path: Path) -> None:
    council = published.copy(tmp_path / "council")
    council.load(MARCH, people=603)
    council.refresh(restate=[MARCH], reason="Payroll corrected")
    said = json.loads(run(council, "certify", "--json")[1])
    assert {(part["period_end"], tuple(part["earlier"])) for part in said["parts"]} == {("2025-03-31", ()), ("2026-03-31", ("2026-07-21",))}


def test_certify_says_that_earlier_figures_were_left_out(published: TinyCouncil, run: Run, tmp_path: Path) -> None:
    council = published.copy(tmp_path / "council")
    council.load(MARCH, people=120, seed=3)
    council.refresh(restate=[MARCH], reason="The wrong extract was loaded")
    words = run(council, "certify")[1]
    assert re.search(r"^hr, 2026-03-31, public: [0-9]+ figures of release 2026-07-21 contradict today's and were left out\.$", words, re.M)
    (newest, _) = council.store.list_releases()
    attacks = council.store.contents(newest.id, Viewer("leadership", "command_line")).attacks
    assert {tuple(a["earlier"]) for a in attacks} == {()}, "a release of which nothing agrees with today was not read"


@pytest.mark.skipif(sys.platform != "linux", reason="needs Linux's permissions")
def test_who_may_only_read_the_store_attacks_it_all_the_same(published: TinyCouncil, tmp_path: Path) -> None:
    council = published.copy(tmp_path / "council")
    folder = council.folder / "data"
    for file in folder.glob("releases.*"):
        file.chmod(0o444)
    folder.chmod(0o555)
    command = [sys.executable, "-m", "metrics.cli.main", "certify", "--audience", "public"]
    done = subprocess.run(
        command,
        cwd=council.folder,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[3])},
        capture_output=True,
        text=True,
        preexec_fn=obey_permissions,
    )
    folder.chmod(0o755)
    assert done.returncode == 0
    assert "no protected count can be worked out" in done.stdout
    assert "The verdict was not stored: The release store" in done.stdout


def test_certify_refuses_a_store_that_was_changed(published: TinyCouncil, run: Run, tmp_path: Path) -> None:
    council = published.copy(tmp_path / "council")
    with council.store._database.changing() as connection, _rewriting(connection):
        connection.exec_driver_sql("UPDATE cells SET value = 0.5 WHERE series = 1")
    for command in (("certify",), ("show", "WR03")):
        code, _, complained = run(council, *command)
        assert code == 1
        assert "are not the ones that were certified" in complained


def test_certify_finds_a_release_that_gives_a_count_away(tmp_path: Path, run: Run) -> None:
    """One small count is hidden and everything around it is shown exactly: subtraction finds it."""
    council = TinyCouncil.found(tmp_path / "council")
    council.load(MARCH, people=40)
    with open_source(council.settings.workforce_url) as source:
        (counts,) = fetch_counts(source, council.configuration, "hr", [MARCH], council.settings.year)
    careless = unprotected(counts, "leadership")
    small = int(np.flatnonzero((counts.values >= 1) & (counts.values < 5))[0])
    careless.shown[small] = np.nan
    careless.how[small] = "primary"
    certificate = replace(careless.certificate, profile="leadership", exact=len(counts.values) - 1, primary=1, recovered=0, required=4)
    careless = replace(careless, certificate=certificate)
    label = replace(a_batch(MARCH).label, kpis={"WR03": "v1"})
    system, cells = published_system(careless, counts).as_dict(), evaluate(careless, council.configuration)
    council.store.publish(a_draft(DraftBatch(label, cells, certificate.as_dict(), system, careless.cells), units=UNITS))
    code, out, _ = run(council, "certify")
    assert code == 1
    assert "can be worked out exactly. It should be withdrawn." in out
    assert json.loads(run(council, "certify", "--json")[1])["recovered"] >= 1


def test_todays_structure_says_so_in_every_row(published: TinyCouncil, run: Run) -> None:
    code, out, _ = run(published, "show", "WR03", "--by", "sex", "--structure", "today", "--format", "csv")
    assert code == 0
    assert {row["structure"] for row in csv.DictReader(io.StringIO(out))} == {"today"}
    _, table, _ = run(published, "show", "WR03", "--by", "sex", "--structure", "today")
    assert "Earlier figures are put together for the units of today, from published figures only." in table
