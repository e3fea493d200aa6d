"""What a target takes in hiring, from published shares and published leavers; and what is never said."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date

import pytest

from metrics.report import KpiSummary, Report
from metrics.statistics.hires import required_share_of_hires
from metrics.understanding.hires import Hiring, hiring, related
from metrics.wording.hires import describe_assumptions, describe_hiring
from tests.support.gap_report import ROOT, a_release, a_row
from tests.support.reports import a_kpi

POPULATION = {"population": "Staff (headcount)"}
TARGET = a_kpi(
    "WF02", "Women", numerator_words="“Female”", counted=(("sex", ("female",)),), target=(("2024-03-31", 0.30), ("2030-03-31", 0.40)),
    **POPULATION,
)  # fmt: skip
MOVERS = {"dataset": "movers", "polarity": "contextual", "target": (), "has_baseline": False, "grain": "year", **POPULATION}
TURNOVER = a_kpi("WF07", "Turnover", measure="turnover", **MOVERS)
JOINERS = a_kpi("WF05", "Joiners", measure="count", unit="people", movement="joined", **MOVERS)
SHARE_OF_JOINERS = a_kpi("WF08", "Women who joined", movement="joined", counted=(("sex", ("female",)),), **MOVERS)
PATH = 0.30 + 0.10 * (date(2026, 3, 31) - date(2024, 3, 31)).days / (date(2030, 3, 31) - date(2024, 3, 31)).days
OURS = a_row("WF02", value=0.31, lower=0.30, upper=0.32, numerator=310, denominator=1000, target=PATH)
EVERYBODY = a_row("WF07", value=0.10, lower=0.08, upper=0.12, numerator=100, denominator=1000)
BY_SEX = [
    a_row("WF07", "sex=female", value=0.14, numerator=42, denominator=300),
    a_row("WF07", "sex=male", value=0.08, numerator=56, denominator=700),
]
JOINED = [a_row("WF05", value=100), a_row("WF05", "sex=female", value=31), a_row("WF05", "sex=male", value=69)]


def found(*rows: object, target: KpiSummary = TARGET, ours: object = OURS) -> Hiring | None:
    report = told(ours, *rows)
    return hiring(report.series(target.id, ROOT).iloc[-1], target, report)


def told(*rows: object) -> Report:
    kpis = {k.id: k for k in (TARGET, TURNOVER, JOINERS, SHARE_OF_JOINERS)}
    used = {str(r["kpi"]) for r in rows}  # type: ignore[index]
    return a_release(rows, *(k for id, k in kpis.items() if id in used))  # type: ignore[arg-type]


def test_the_sentence() -> None:
    takes = found(EVERYBODY, *JOINED)
    assert takes is not None
    years = (date(2030, 3, 31) - date(2026, 3, 31)).days / 365.25
    assert takes.needed == pytest.approx(required_share_of_hires(0.31, 0.40, 0.10, years))
    assert describe_hiring(takes, TARGET) == (
        "To reach 40.0% by March 2030, about 57 of every 100 people who join would have to be women (likely between 52 and 65); "
        "in the year to March 2026 it was 31."
    )
    assert describe_assumptions(takes, TARGET).startswith(
        "This takes for granted that 10.0% of every group leave each year, as in the year to March 2026, that as many people join as leave"
    )


def test_leavers_of_the_group_are_used_where_they_are_published() -> None:
    takes, alike = found(EVERYBODY, *BY_SEX), found(EVERYBODY)
    assert takes is not None and alike is not None  # noqa: PT018
    assert (takes.leaving.rate, takes.leaving.others) == (pytest.approx(0.14), pytest.approx(0.08))
    assert takes.needed > alike.needed
    assert "14.0% of women and 8.0% of all others leave each year" in describe_assumptions(takes, TARGET)


def test_a_hidden_group_of_leavers_is_not_worked_out() -> None:
    takes = found(EVERYBODY, BY_SEX[0], a_row("WF07", "sex=male", hidden=True))
    assert takes is not None
    assert takes.leaving.others is None


def test_a_published_share_of_joiners_comes_before_numbers() -> None:
    takes = found(EVERYBODY, *JOINED, a_row("WF08", value=0.35, rounded=True))
    assert takes is not None
    assert describe_hiring(takes, TARGET).endswith("in the year to March 2026 it was about 35.")


def test_hidden_joiners_are_not_said() -> None:
    takes = found(EVERYBODY, JOINED[0], JOINED[1], a_row("WF05", "sex=male", hidden=True))
    assert takes is not None
    assert takes.last_year is None


def test_out_of_reach_is_said_plainly() -> None:
    takes = found(a_row("WF07", value=0.02, lower=0.019, upper=0.021), *JOINED)
    assert takes is not None
    assert takes.needed == math.inf
    assert describe_hiring(takes, TARGET) == (
        "To reach 40.0% by March 2030 by hiring alone is not possible: even if everybody who joins were women, the share would stay "
        "below it; in the year to March 2026 it was 31."
    )


def test_with_few_people_nothing_can_be_told() -> None:
    takes = found(
        a_row("WF07", value=0.10, lower=0.01, upper=0.40),
        ours={**OURS, "lower": 0.05, "upper": 0.60},
    )
    assert takes is not None
    assert describe_hiring(takes, TARGET).startswith("What it would take to reach 40.0% by March 2030 cannot be told here")


def test_nothing_is_said_without_a_share_a_milestone_ahead_its_own_path_or_leavers() -> None:
    assert found(EVERYBODY, ours=a_row("WF02", hidden=True, target=PATH)) is None
    assert found(EVERYBODY, ours={**OURS, "value": 0.45}) is None
    assert found(EVERYBODY, ours={**OURS, "target": 0.33}) is None  # a unit's own milestones
    assert found(a_row("WF07", hidden=True)) is None
    assert found() is None


def test_which_measures_are_asked_for() -> None:
    contents = told(OURS, EVERYBODY, JOINED[0], a_row("WF08", value=0.3)).contents
    assert related(contents, TARGET) == ("WF07", "WF05", "WF08")
    for other in ({"polarity": "contextual"}, {"counted": ()}, {"target": ()}, {"population": "Others"}, {"measure": "count"}):
        assert related(contents, replace(TARGET, **other)) == ()  # type: ignore[arg-type]
