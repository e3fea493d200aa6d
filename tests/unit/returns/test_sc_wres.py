"""The nine metrics from figures whose answers are known: the order, both groups' numbers, and every reason for which there is none."""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from metrics.definitions.kpi import Kpi
from metrics.definitions.sc_wres import ScWresReturn
from metrics.report import ESTIMATE_COLUMNS, DimensionSummary, Report, issued
from metrics.returns.sc_wres import METRICS, make_metrics, needed_kpis
from metrics.returns.sc_wres_tables import as_rows, sc_wres_tables
from metrics.returns.tables import Number
from tests.support.reports import a_kpi, some_contents

DAY = date(2026, 3, 31)
ORDERED = {
    "white_first": {"first": "White applicants", "second": "minority applicants", "to": "be appointed", "above_one_is_worse_for": "second"},
    "minority_first": {"first": "minority staff", "second": "White staff", "to": "be disciplined", "above_one_is_worse_for": "first"},
}  # fmt: skip
LIKELY = {
    "RC01": ("white_first", ["white"], ["ethnic_minority"]),
    "ER01": ("minority_first", ["ethnic_minority"], ["white"]),
}


def a_likelihood(id):
    order, first, second = LIKELY[id]
    measure = {
        "type": "relative_likelihood", "unit": "ratio", "numerator": {"stage": ["yes"]}, "denominator": {"ethnicity_2": first},
        "reference_group": {"ethnicity_2": second}, "order": ORDERED[order],
    }  # fmt: skip
    return Kpi.model_validate(
        {
            "id": id, "title": id, "why_it_matters": "It matters.", "owner": "hr", "review": {"last": DAY, "next": DAY}, "dataset": "hr",
            "population": "staff", "measure": measure, "period": {"grain": "year"}, "polarity": "closer_to_target",
        }
    )  # fmt: skip


KPIS = {id: a_likelihood(id) for id in LIKELY}
# the worked numbers of WRES 2 and 3: 63 of 420 White and 38 of 380 minority; 24 of 3,000 minority and 21 of 6,000 White
WORKED = {
    ("RC01", "adults", ""): {"numerator": 63, "denominator": 420, "value": 1.5, "lower": 1.0279, "upper": 2.1889, "reference_value": 0.1},
    ("ER01", "adults", ""): {
        "numerator": 24, "denominator": 3000, "value": 0.008 / 0.0035, "lower": 1.2741, "upper": 4.1, "reference_value": 0.0035,
    },
    ("SS02", "adults", "ethnicity_2=ethnic_minority"): {"numerator": 45, "denominator": 300, "value": 0.15},
    ("SS02", "adults", "ethnicity_2=white"): {"numerator": 60, "denominator": 600, "value": 0.1},
    ("SL01", "adults", ""): {"numerator": 20, "denominator": 100, "value": 0.2},
    ("WR01", "adults", ""): {"numerator": 800, "denominator": 2000, "value": 0.4},
    ("WR01", "adults", "grade_band=g1"): {"numerator": 600, "denominator": 1200, "value": 0.5},
    ("WR01", "adults", "grade_band=g4"): {"numerator": 180, "denominator": 700, "value": 180 / 700},
    ("WR01", "adults", "grade_band=g7"): {"numerator": 20, "denominator": 100, "value": 0.2},
}  # fmt: skip
DECLARED = {
    "units": ["adults"],
    "pay_bands": {"share": "WR01", "by": "grade_band"},
    "appointed": {"likelihood": "RC01"},
    "disciplinary": {"likelihood": "ER01"},
    "harassed_by_colleagues": {"outcome": "SS02"},
    "senior": {"senior": "SL01", "everyone": "WR01"},
}
TWO = DimensionSummary("ethnicity_2", "Ethnic group", False, (("ethnic_minority", "Minority", True), ("white", "White", True)))


def made(figures=WORKED, declared=DECLARED, day=DAY, period=DAY, orders=ORDERED, second=None):
    """The return of a release that holds these figures and no others."""
    summaries = {k: a_kpi(k, order=orders[LIKELY[k][0]] if k in LIKELY else {}) for k, _, _ in figures}
    plain = some_contents()
    contents = replace(plain, kpis=summaries, dimensions={**plain.dimensions, "ethnicity_2": TWO})
    stamp = {"period_start": pd.Timestamp(period), "period_end": pd.Timestamp(period), "rounded": False, "marker": "", "note": ""}
    rows = [{**stamp, "kpi": k, "unit": u, "group": g, **f} for (k, u, g), f in figures.items()]
    cells = issued(pd.DataFrame(rows).reindex(columns=list(ESTIMATE_COLUMNS)), contents.provenance)
    return make_metrics(Report(contents, cells), ScWresReturn.model_validate(declared), KPIS, day, second or {})


def line(found, key, band=""):
    (one,) = [x for x in found.lines if x.metric.key == key and x.band == band]
    return one


def reasons(found, key):
    return [m.reason for m in found.missing if m.metric.key == key]


def test_the_standard_has_nine_metrics_and_only_the_seventh_has_two_figures():
    assert [m.number for m in METRICS] == ["1", "2", "3", "4", "5", "6", "7a", "7b", "8", "9"]
    assert {m.key for m in METRICS} <= set(ScWresReturn.model_fields)


def test_white_over_minority_is_turned_round_with_its_interval_and_its_groups():
    one = line(made(), "appointed")
    assert (one.value, one.lower, one.upper) == pytest.approx((0.6667, 0.4568, 0.9728), abs=1e-4)
    assert (one.white.counted, one.white.of, one.white.share) == (63, 420, 0.15)
    assert (one.minority.counted, one.minority.of, one.minority.share) == (None, None, 0.1)
    assert one.said == "Outside the four-fifths band of 0.80 to 1.25, and a clear difference: the likely range, 0.46 to 0.97, leaves out 1"
    assert one.kpi == "RC01, turned round"


def test_minority_over_white_stays_as_it_is():
    one = line(made(), "disciplinary")
    assert one.value == pytest.approx(2.2857, abs=1e-4)
    assert (one.lower, one.upper) == (1.2741, 4.1)
    assert (one.minority.counted, one.minority.of) == (24, 3000)
    assert (one.white.counted, one.white.share) == (None, 0.0035)


def test_people_of_the_second_group_stand_where_they_are_shown():
    found = made(second={("RC01", "adults", "", DAY): (38.0, 380.0), ("ER01", "adults", "", DAY): (21.0, 6000.0)})
    assert (line(found, "appointed").minority.counted, line(found, "appointed").minority.of) == (38, 380)
    assert (line(found, "disciplinary").white.counted, line(found, "disciplinary").white.of) == (21, 6000)
    assert not any("Not published" in text for text in sc_wres_tables(found)[0].about)
    assert any("Not published" in text for text in sc_wres_tables(made())[0].about)


def test_two_shares_of_an_outcome_make_a_likelihood_with_its_katz_interval():
    one = line(made(), "harassed_by_colleagues")
    assert one.value == pytest.approx(1.5)
    error = (1 / 45 - 1 / 300 + 1 / 60 - 1 / 600) ** 0.5
    assert (one.lower, one.upper) == pytest.approx((1.5 * np.exp(-1.959964 * error), 1.5 * np.exp(1.959964 * error)), rel=1e-6)
    assert (one.minority.counted, one.minority.of, one.white.counted, one.white.of) == (45, 300, 60, 600)


def test_senior_managers_are_so_many_of_each_group():
    one = line(made(), "senior")
    assert (one.minority.counted, one.minority.of) == (20, 800)
    assert (one.white.counted, one.white.of) == (80, 1200)
    assert one.value == pytest.approx((20 / 800) / (80 / 1200))
    assert "20.0% of senior managers and 40.0% of all staff are minority ethnic" in one.said


def test_pay_bands_stand_beside_all_bands():
    found = made()
    shares = {x.band: (x.minority.share, x.white.share) for x in found.lines if x.metric.key == "pay_bands"}
    assert list(shares) == ["Grades 1 to 3", "Grades 4 to 6", "Grade 7 and over", "All bands"]
    assert shares["Grades 1 to 3"] == (0.5, 0.5)
    assert shares["All bands"] == (0.4, 0.6)


def test_what_no_kpi_gives_is_listed_with_the_cure_all_at_once():
    found = made()
    assert not found.complete
    assert {m.metric.key for m in found.missing} == {
        "fitness_to_practise",
        "development",
        "harassed_by_public",
        "harassed_by_managers",
        "left",
    }
    assert reasons(found, "left") == [
        "no KPI gives it. Define a relative_likelihood of the two groups (`likelihood`), or a proportion by them (`outcome`), and name it "
        "under `left` in config/returns/sc-wres.yaml"
    ]
    nothing = made(declared={})
    assert len(nothing.missing) == len(METRICS)
    assert "breakdown by pay band" in reasons(nothing, "pay_bands")[0]


def hidden(key):
    gone = {"numerator": None, "value": None, "lower": None, "upper": None, "reference_value": None, "marker": "[c]", "note": "hidden"}
    return {**WORKED, key: {**WORKED[key], **gone}}


@pytest.mark.parametrize(
    ("figures", "key", "said"),
    [
        (hidden(("RC01", "adults", "")), "appointed", "Adult Social Care: Hidden to protect people"),
        (hidden(("SS02", "adults", "ethnicity_2=white")), "harassed_by_colleagues", "Adult Social Care: Hidden to protect people"),
        (hidden(("SL01", "adults", "")), "senior", "Adult Social Care: Hidden to protect people"),
        (hidden(("WR01", "adults", "grade_band=g7")), "pay_bands", "Adult Social Care, Grade 7 and over: Hidden to protect people"),
    ],
)
def test_a_hidden_figure_is_said_in_words_and_nothing_is_made_of_it(figures, key, said):
    found = made(figures)
    (reason,) = reasons(found, key)
    assert reason.startswith(said)
    gone = [x for x in found.lines if x.metric.key == key and x.marker]
    assert len(gone) == 1
    assert all(v is None for side in (gone[0].minority, gone[0].white) for v in (side.counted, side.of, side.share))
    assert gone[0].value is gone[0].lower is gone[0].upper is None


def test_few_events_give_no_likelihood():
    few = {**WORKED, ("SS02", "adults", "ethnicity_2=white"): {"numerator": 0, "denominator": 600, "value": 0.0}}
    assert reasons(made(few), "harassed_by_colleagues")[0].startswith("Adult Social Care: Not enough data")


def test_other_units_other_years_and_other_orders_are_not_taken_for_these():
    assert (
        "ER01 is not published for Children and Families. Add the breakdown"
        in reasons(made(declared={**DECLARED, "units": ["children"]}), "disciplinary")[0]
    )
    assert "the release has no unit 'elsewhere'" in reasons(made(declared={**DECLARED, "units": ["elsewhere"]}), "disciplinary")[0]
    late = reasons(made(day=date(2027, 3, 31)), "disciplinary")[0]
    assert late == "ER01 has no figure of Adult Social Care in the year to 2027-03-31; it has: 2026-03-31. Ingest the year and refresh"
    early = made(period=date(2025, 10, 31))
    assert line(early, "disciplinary").end == date(2025, 10, 31)
    turned = {**ORDERED, "minority_first": ORDERED["white_first"]}
    assert reasons(made(orders=turned), "disciplinary") == [
        "ER01 had another order when the release was published. Refresh it under its definition of today"
    ]


def test_a_kpi_that_the_release_does_not_have_is_named():
    without = {k: v for k, v in WORKED.items() if k[0] != "ER01"}
    assert "has no figures of ER01. Ingest its dataset" in reasons(made(without), "disciplinary")[0]
    assert needed_kpis(ScWresReturn.model_validate(DECLARED)) == ("WR01", "RC01", "ER01", "SS02", "SL01")


def test_a_likelihood_of_few_rounded_people_has_one_digit_less_as_on_the_pages():
    rounded = {**WORKED, ("ER01", "adults", ""): {**WORKED["ER01", "adults", ""], "rounded": True, "numerator": 25}}
    found = made(rounded)
    one = line(found, "disciplinary")
    assert "the likely range, 1.3 to 4.1, leaves out 1. Made from rounded counts, so approximate" in one.said
    (row,) = [row for row in sc_wres_tables(found)[0].rows if row[0] == "3"]
    assert row[10:13] == (Number(one.value, "ratio", 1), Number(1.2741, "ratio", 1), Number(4.1, "ratio", 1))


def test_a_range_that_rounds_to_1_says_on_which_side_it_is():
    near = {"value": 1.43, "lower": 1.019, "upper": 1.998, "rounded": True, "numerator": 60}
    found = made({**WORKED, ("ER01", "adults", ""): {**WORKED["ER01", "adults", ""], **near}})
    assert "the likely range, 1.02 to 2.00, leaves out 1" in line(found, "disciplinary").said


def test_a_metric_may_have_units_of_its_own():
    whole = {**WORKED, ("ER01", "alderbourne", ""): WORKED["ER01", "adults", ""]}
    found = made(whole, {**DECLARED, "disciplinary": {"likelihood": "ER01", "units": ["alderbourne"]}})
    assert line(found, "disciplinary").unit_name == "Alderbourne City Council"


def test_rows_are_tidy_and_tables_have_no_empty_cell():
    found = made(hidden(("RC01", "adults", "")))
    rows = as_rows(found)
    assert len({tuple(row) for row in rows}) == 1
    (appointed,) = [row for row in rows if row["metric"] == "2"]
    assert (appointed["value"], appointed["marker"], appointed["order"]) == (None, "[c]", "minority ethnic over White")
    likely, bands, missing = sc_wres_tables(found)
    for table in (likely, bands, missing):
        assert all(len(row) == len(table.heads) for row in table.rows)
        assert all(isinstance(cell, Number) or cell for row in table.rows for cell in row)
    disciplined = next(row for row in likely.rows if row[0] == "3")
    assert disciplined[likely.heads.index("White: counted")] == "Not published"
    assert disciplined[likely.heads.index("Worse for minority ethnic staff")] == "above 1"
    assert [row[0] for row in missing.rows] == ["2", "4", "5", "6", "7b", "8"]
