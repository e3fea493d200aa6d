"""Headings state a finding, and claim no more than the rules allow."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from metrics.wording.headline import headline_kpi, headline_overview, headline_pay_gaps, headline_unit
from tests.support.wording_rows import a_gap, a_hidden_row, a_row, a_summary, a_table


def headlines(*rows: pd.Series) -> str:
    kpis = {f"WR{n:02d}": a_summary(id=f"WR{n:02d}") for n in range(len(rows))}
    return headline_overview(a_table(*[row.replace("SL01", f"WR{n:02d}") for n, row in enumerate(rows)]), kpis)


UP, STILL = a_row(status="on_path"), a_row(movement="unclear", status="unclear")
DOWN = a_row(movement="down", change=-0.014)
FIRST = a_row(movement="first", change=math.nan, status="no_target")


def test_the_overview_of_the_picture() -> None:
    rows = [UP, UP, UP, UP.copy(), STILL, *[a_row(movement="unclear")] * 3]
    assert headlines(*rows) == "Four of eight headline measures truly moved, all for the better. Three are behind their targets."


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (
            [UP, DOWN, STILL],
            "Two of three headline measures truly moved: one for the better and one for the worse. One is behind its target.",
        ),
        ([UP, UP], "Two of two headline measures truly moved, both for the better. None is behind its target."),
        ([DOWN, STILL], "One of two headline measures truly moved, for the worse. One is behind its target."),
        ([STILL], "None of one headline measure truly moved. None is behind its target."),
        ([FIRST, FIRST], "First published figures."),
        ([a_hidden_row(), a_hidden_row()], "No figures can be compared with a year ago."),
    ],
)
def test_other_overviews(rows: list[pd.Series], words: str) -> None:
    assert headlines(*rows) == words


def test_nothing_published() -> None:
    assert headline_overview(a_table(), {}) == "No headline measures have been published yet"
    assert headline_pay_gaps(a_table(), {}) == "No pay gaps have been published yet"


def test_contextual_movement_is_neither_good_nor_bad() -> None:
    kpis = {"SL01": a_summary(polarity="contextual", target=())}
    assert headline_overview(a_table(a_row(status="context")), kpis) == "One of one headline measure truly moved."


def test_a_directorate() -> None:
    kpis = {"SL01": a_summary()}
    rows = a_table(*[a_row()] * 2, *[a_row(movement="unclear")] * 5, *[a_row(status="on_path", movement="unclear")] * 3, a_hidden_row())
    assert (
        headline_unit("City Operations", rows, kpis)
        == "City Operations is behind on seven of ten measures with a target; two truly improved"
    )
    assert headline_unit("Parks", a_table(STILL), kpis) == "Parks is behind on none of one measure with a target"
    assert headline_unit("Parks", a_table(a_hidden_row()), kpis) == "Parks: no measure can be held against a target yet"


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (a_row(), "24.0%, a real rise, but 5.5 points short of the path"),
        (a_row(status="on_path"), "24.0%, a real rise, and on path"),
        (DOWN, "24.0%, a real fall, and 5.5 points short of the path"),
        (a_row(status="reached", movement="down", change=-0.01), "24.0%, a real fall, but the target is reached"),
        (a_row(status="missed"), "24.0%, a real rise, but 14.0 points short of its target"),
        (a_row(status="unclear", movement="unclear"), "24.0%, no clear change in a year, and too early to say whether it is on path"),
        (a_row(status="no_target", movement="first", target=math.nan), "24.0%"),
        (a_row(status="on_path", movement="first"), "24.0%, on path"),
        (a_row(rounded=True), "24%, a real rise, but 5 points short of the path"),
        (a_hidden_row(), "hidden to protect people"),
        (a_hidden_row(status="withheld", declared=0.589), "withheld, only 59% have answered"),
        (a_hidden_row(status="not_available"), "no figure"),
    ],
)
def test_one_measure(row: pd.Series, words: str) -> None:
    assert headline_kpi(row, a_summary()) == f"Ethnic minorities in senior grades: {words}"


def test_one_measure_in_one_unit() -> None:
    assert headline_kpi(a_row(), a_summary(), unit_name="Parks").startswith("Ethnic minorities in senior grades, Parks: 24.0%")


def test_pay_gaps() -> None:
    gender = a_gap(id="PG02", short_title="Median gender pay gap")
    kpis = {"PG02": gender, "PG07": a_gap(), "PG10": a_gap(id="PG10", short_title="Median disability pay gap")}
    small = a_row(kpi="PG02", value=0.008, movement="unclear", status="reached")
    missed = a_row(kpi="PG07", value=0.064, movement="down", change=-0.007, status="missed")
    early = a_row(kpi="PG10", value=0.031, movement="unclear", status="unclear")
    assert headline_pay_gaps(a_table(small, missed, early), kpis) == (
        "The median gender pay gap is 0.8%, within its target. The median ethnicity pay gap is narrowing, but at 6.4% it missed its target."
    )
    wider = a_row(kpi="PG07", value=0.064, movement="up", change=0.007, status="off_path")
    assert headline_pay_gaps(a_table(early, wider), kpis) == (
        "The median disability pay gap is 3.1%; it is too early to say whether it is on path. "
        "The median ethnicity pay gap is 6.4% and widening: it is off path."
    )
    assert headline_pay_gaps(a_table(a_hidden_row(kpi="PG07")), kpis) == "The median ethnicity pay gap is hidden to protect people."
