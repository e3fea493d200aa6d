"""A series against its usual range, in words."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from metrics.report import Report
from metrics.wording.variation import (
    describe_assurance,
    describe_change_rule,
    describe_point,
    describe_usual_method,
    describe_variation,
    format_usual,
    judge,
)
from tests.unit.charts.test_control_chart import TWENTY, UNIT, monthly


def said(report: Report) -> str:
    kpi = report.kpi_at("TR01", UNIT)
    return describe_variation(report, kpi, UNIT, report.usual_range("TR01", UNIT))


def last(report: Report) -> pd.Series:
    found = report.usual_range("TR01", UNIT).latest
    assert found is not None
    return found


def test_a_figure_within_its_usual_range():
    assert (
        said(monthly(TWENTY[:12]))
        == "34.0% in July 2025 lies within its usual range, 27.4% to 37.6%: no more than the ups and downs of every month."
    )


@pytest.mark.parametrize(
    ("polarity", "way"), [("higher", "for the better"), ("lower", "for the worse"), ("contextual", "neither good nor bad")]
)
def test_a_figure_out_of_the_ordinary_says_how_since_when_and_whether_it_is_good(polarity, way):
    assert said(monthly(polarity=polarity)) == (
        f"46.0% in March 2026: above the usual range. Its usual range is 27.4% to 37.6%. Out of the ordinary, {way}, since July 2025."
    )


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ([*TWENTY[:12], 27], "Below the usual range: for the worse"),
        ([*TWENTY[:12], 37, 37], "Close to the upper edge of the usual range, two figures of three: for the better"),
        ([*TWENTY[:12], 33, 33, 33, 33, 33, 33], "Above the average, at least 7 figures in a row: for the better"),
        ([*TWENTY[:6], *TWENTY[:6], 28, 29, 30, 31, 31.5, 32, 33], "Rising, at least 7 figures in a row: for the better"),
    ],
)
def test_each_rule_has_its_words(values, words):
    report = monthly(values)
    assert describe_point(last(report), report.kpi_at("TR01", UNIT)) == words


def test_a_kpi_without_anything_to_come_closer_to_has_no_good_direction():
    report = monthly(polarity="closer_to_target", target=())
    assert judge(pd.Series({"side": 1}), report.kpi_at("TR01", UNIT)) == "neutral_high"


def test_ranges_of_rounded_figures_are_about():
    report = monthly()
    assert format_usual(last(report), report.kpi_at("TR01", UNIT), rounded=True) == "about 27% to 38%"


@pytest.mark.parametrize(
    ("values", "changes", "words"),
    [
        (TWENTY[:11], {}, "There is no usual range yet: it takes 12 figures, and 11 are shown."),
        (TWENTY, {"grain": "year"}, "There is no usual range: it needs figures by month or quarter."),
        (TWENTY, {"span_months": 12}, "There is no usual range: each figure covers 12 months"),
        ([30] * 12, {}, "There is no usual range: the figures it would be made of are all the same."),
        (list(range(20, 40)), {}, "There is no usual range: the 12 figures that it would be made of rose or fell all along"),
        (
            TWENTY,
            {"series_breaks": (("2025-12-01", "Other system"),)},
            "There is no usual range yet: it takes 12 figures, and four are shown since the series was broken in December 2025.",
        ),
        (
            TWENTY,
            {"rebases": (("2025-12-01", "Reminders"),)},
            "There is no usual range yet: it takes 12 figures, and four are shown since it was set anew in December 2025.",
        ),
    ],
)
def test_where_there_is_none_it_says_why(values, changes, words):
    assert said(monthly(values, **changes)).startswith(words)


@pytest.mark.parametrize(
    ("target", "words"),
    [
        (0.40, "Within its usual range it would never reach the target of 40%: all of the range is worse."),
        (0.30, "Within its usual range it would sometimes meet the target of 30% and sometimes miss it."),
        (0.27, "Within its usual range it would always meet the target of 27%: all of the range is better."),
        (None, ""),
    ],
)
def test_what_the_usual_range_says_of_the_target(target, words):
    report = monthly()
    kpi, found = report.kpi_at("TR01", UNIT), report.usual_range("TR01", UNIT)
    assert describe_assurance(kpi, found, target) == words
    assert describe_assurance(replace(kpi, polarity="contextual"), found, target) == ""


def test_statistical_names_stand_under_how_we_know_alone():
    report = monthly(trend=6)
    kpi = report.kpi_at("TR01", UNIT)
    assert "XmR" in describe_usual_method(kpi)
    assert "6 figures (5 steps)" in describe_usual_method(kpi)
    assert "out of the ordinary" in describe_change_rule(kpi)
    assert "XmR" not in said(report)
    yearly = replace(kpi, grain="year")
    assert describe_usual_method(yearly) == ""
    assert describe_change_rule(yearly).startswith("A change has truly moved")


def test_a_figure_beyond_an_edge_is_not_printed_as_that_edge():
    kpi = replace(monthly().kpi_at("TR01", UNIT), polarity="contextual")
    point = pd.Series({"value": 0.5683, "signal": "outside", "side": 1, "lower": 0.5647, "upper": 0.56793, "mean": 0.5663})
    assert format_usual(point, kpi, rounded=False) == "56.47% to 56.79%"
    assert format_usual(point, kpi, rounded=True) == "about 56% to 57%"
    assert format_usual(pd.Series({**point, "value": 0.5699}), kpi, rounded=False) == "56.5% to 56.8%"
    assert format_usual(pd.Series({**point, "signal": "", "value": 0.5678}), kpi, rounded=False) == "56.5% to 56.8%"
