"""Our pay gap beside other councils', in words and charts that say the same."""

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from metrics.charts.comparators import draw_beside, draw_years, limits
from metrics.report import ESTIMATE_COLUMNS, Report, issued
from metrics.wording.comparators import (
    describe_country,
    describe_missing,
    describe_origin,
    describe_standing,
    list_of_named,
    standing,
    title_beside,
)
from tests.support.gpg_files import some_comparators
from tests.support.reports import a_kpi, some_contents


def a_report(values, ours="", **changes):
    """The whole council's gap on each day; no value is a hidden one."""
    kpi = a_kpi("PG02", "Median gender pay gap", measure="pay_gap_median", unit="percent", column="hourly_pay", grain="year", within=0.01)
    contents = replace(some_contents(PG02=kpi), comparators=some_comparators(ours=ours))
    plain = {"kpi": "PG02", "group": "", "unit": contents.root.id, "rounded": False, "marker": "", "status": "reached", **changes}
    rows = [{**plain, "period_end": pd.Timestamp(day), "value": value} for day, value in values.items()]
    return Report(contents, issued(pd.DataFrame(rows).reindex(columns=list(ESTIMATE_COLUMNS)), contents.provenance))


def found_in(report):
    found = standing(report, "PG02")
    assert found is not None
    return found


def test_the_newest_day_that_both_have_is_compared():
    found = found_in(a_report({"2021-03-31": 0.06, "2024-03-31": 0.047, "2026-03-31": 0.02}))
    assert (found.day, found.same_day) == (date(2024, 3, 31), True)
    assert describe_standing(found) == (
        "On 31 March 2024 our gap was 4.7%; the median of 5 other councils’ medians was 4.4%, and 3 of them reported a lower gap than ours."
    )
    assert title_beside(found) == "Median gender pay gap: ours is above the median of other councils, 4.7% and 4.4%"


def test_where_no_day_is_shared_it_is_said():
    found = found_in(a_report({"2026-03-31": 0.02}))
    assert not found.same_day
    assert "Our newest figure, 2.0% on 31 March 2026, is of another day" in describe_standing(found)
    assert title_beside(found) == "Median gender pay gap: the median of councils is 4.4%"


def test_a_hidden_figure_is_placed_nowhere():
    found = found_in(a_report({"2024-03-31": float("nan")}, marker="[c]", status="hidden"))
    assert found.ours is None
    assert describe_standing(found).endswith("No figure of ours is shown, so it is not placed among them.")
    assert describe_country(found) == ""
    figure = draw_beside(a_report({"2024-03-31": float("nan")}, marker="[c]", status="hidden"), found)
    assert "Our figure" not in figure.layout.yaxis.ticktext


def test_a_figure_from_rounded_counts_is_about():
    found = found_in(a_report({"2024-03-31": 0.047}, rounded=True))
    assert "our gap was about 5%" in describe_standing(found)
    assert "about 3 of them" in describe_standing(found)


def test_our_own_return_is_not_one_of_the_others():
    found = found_in(a_report({"2024-03-31": 0.04}, ours="1"))
    assert len(found.others) == 4
    assert found.middle == pytest.approx(0.051)


def test_the_country_is_told_for_everybody_and_for_public_bodies():
    found = found_in(a_report({"2024-03-31": 0.05}))
    assert describe_country(found) == (
        "A lower gap than ours was reported by about 50 in 100 of all employers that reported one (10,000) "
        "and 50 in 100 of public bodies that reported one (1,000)."
    )


def test_years_that_were_not_imported_are_named_and_break_the_line():
    beside = some_comparators()
    assert describe_missing(beside.kpis["PG02"]) == "Not imported, so the line is broken there: 31 March 2022 and 31 March 2023."
    figure = draw_years(a_report({"2024-03-31": 0.047}), "PG02")
    theirs = figure.data[0]
    assert list(theirs.y) == [pytest.approx(0.0485), None, None, pytest.approx(0.044)]
    assert theirs.connectgaps is False
    assert "31 March 2022 and 31 March 2023" in figure.layout.meta["alt"]


def test_the_picture_says_what_the_words_say():
    report = a_report({"2024-03-31": 0.047})
    found = found_in(report)
    figure = draw_beside(report, found)
    alt = figure.layout.meta["alt"]
    assert "ours is above the median of other councils, 4.7% and 4.4%" in alt
    assert list_of_named(found, some_comparators()) == "Named: Birmingham City Council 4.4%, Cardiff Council 5.8%."
    assert "Named: Birmingham City Council 4.4%, Cardiff Council 5.8%." in alt
    assert list(figure.layout.yaxis.ticktext) == ["Cardiff Council", "Birmingham City<br>Council", "Our figure", "All 5 councils"]
    assert len(figure.data[0].x) == 5
    assert draw_beside(report, found) == figure


def test_a_few_far_ones_do_not_squeeze_the_others():
    values = [n / 1000 for n in range(300)] + [-5.0]
    low, high = limits(values, [0.1])
    assert low > -1
    assert high > 0.29


def test_the_source_is_stamped():
    told = describe_origin(some_comparators())
    assert told == (
        "Source of other councils’ figures: HM Government, gender pay gap service. Imported 1 May 2026, 2 years, SHA-256 efefefefefef."
    )


def test_without_imports_nothing_is_beside():
    report = a_report({"2024-03-31": 0.047})
    bare = replace(report.contents, comparators=replace(some_comparators(), kpis={"PG02": ()}))
    assert standing(replace(report, contents=bare), "PG02") is None
