"""What each figure says, from shown cells alone: tables checked by eye."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from metrics.evaluate.evaluate import _steps, evaluate
from metrics.evaluate.parts import ROUNDED
from metrics.evaluate.values import interval_of
from metrics.report import ESTIMATE_COLUMNS, STATUSES
from tests.support.evaluated import KNOWN, MINORITY, SHARE, configured, estimated, one, share
from tests.support.factories import a_count, a_kpi, a_median, a_pay_gap, a_point_gap, a_proportion
from tests.support.shown import some_shown


def test_the_frame_keeps_its_contract() -> None:
    frame = estimated(SHARE, share(99, 412, 436, 123))
    assert tuple(frame.columns) == ESTIMATE_COLUMNS
    assert str(frame["period_end"].dtype).startswith("datetime64")
    assert set(frame["status"]) <= set(STATUSES)
    assert frame[["change", "change_lower", "change_upper"]].isna().all(axis=None)
    assert frame["movement"].tolist() == [""]
    assert evaluate(some_shown([]), configured(SHARE)).columns.tolist() == list(ESTIMATE_COLUMNS)


def test_a_share_stands_with_its_likely_range_and_declaration() -> None:
    row = one(SHARE, **share(99, 412, 436, 123))
    assert row["value"] == pytest.approx(99 / 412)
    assert (round(row["lower"], 3), round(row["upper"], 3)) == (0.202, 0.284)
    assert row["declared"] == pytest.approx(412 / 436)
    assert np.isnan(row["bound_low"])  # more than 90 in 100 are known
    assert (row["marker"], row["note"], row["status"]) == ("", "", "no_target")


def test_worked_declaration_and_bounds() -> None:
    """10,000 staff: 2,800 ethnic minority, 5,200 White, 2,000 not known."""
    row = one(SHARE, **share(2800, 8000, 10000, 4800))
    assert (row["value"], row["declared"], row["bound_low"], row["bound_high"]) == (0.35, 0.80, 0.28, 0.48)
    assert row["note"] == ""


@pytest.mark.parametrize(
    ("known", "marker", "note", "status"),
    [
        (599, "[w]", "withheld", "withheld"),
        (600, "", "declared_low", "no_target"),
        (799, "", "declared_low", "no_target"),
        (800, "", "", "no_target"),
    ],
)
def test_how_many_have_answered_decides_what_is_shown(known: int, marker: str, note: str, status: str) -> None:
    row = one(SHARE, **share(200, known, 1000, 200 + 1000 - known))
    assert (row["marker"], row["note"], row["status"]) == (marker, note, status)
    assert np.isnan(row["value"]) == (marker == "[w]")
    assert row["declared"] == known / 1000


@pytest.mark.parametrize("hidden", ["numerator", "denominator"])
def test_a_hidden_part_hides_all_that_is_made_from_it(hidden: str) -> None:
    row = one(SHARE, **{**share(200, 700, 1000, 500), hidden: None})
    assert (row["marker"], row["status"], row["note"]) == ("[c]", "hidden", "hidden")
    assert row[["value", "lower", "upper", "bound_low", "bound_high", "gap", "ratio", "reference_value"]].isna().all()
    assert np.isnan(row[hidden])


def test_a_hidden_number_of_everyone_hides_only_what_needs_it() -> None:
    row = one(SHARE, **share(200, 700, None, 500))
    assert row["value"] == pytest.approx(2 / 7)
    assert row[["everyone", "declared", "bound_low", "bound_high"]].isna().all()


def test_a_small_base_hides_the_share_and_what_would_give_it() -> None:
    row = one(SHARE, **share(5, 9, 9, 5))
    assert (row["marker"], row["note"], row["status"]) == ("[c]", "minimum_base", "hidden")
    assert np.isnan(row["value"])
    assert np.isnan(row["numerator"])
    assert row["denominator"] == 9
    assert one(SHARE, **share(5, 10, 10, 5))["marker"] == ""


def test_the_stricter_of_two_profiles_decides_on_a_small_base() -> None:
    assert one(SHARE, audience="public", **share(5, 29, 29, 5))["marker"] == "[c]"
    assert one(SHARE, audience="public", **share(5, 30, 30, 5))["marker"] == ""


@pytest.mark.parametrize(("numerator", "base", "marker"), [("~5", "~20", "[c]"), ("~0", "~20", "[c]"), ("~5", "~25", ""), (5, 20, "")])
def test_a_share_of_rounded_counts_needs_a_larger_base(numerator: object, base: object, marker: str) -> None:
    """Worked by hand: 5 of 20 could be 3 of 22 or 7 of 18, 14% to 39%; on exact counts 20 people are enough."""
    row = one(SHARE, **share(numerator, base, base, base))
    assert row["marker"] == marker
    assert row["note"] == ("minimum_base_rounded" if marker else "rounded" if isinstance(base, str) else "")
    assert np.isnan(row["value"]) == bool(marker)


def test_people_counted_in_rounded_numbers_are_shown_however_few() -> None:
    frame = estimated(a_count(), {"numerator": "~15", "denominator": "~15", "everyone": "~15"})
    assert frame[["value", "marker"]].iloc[0].tolist() == [15, ""]


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"numerator": None, "denominator": "~640", "everyone": "~640"}, True),
        ({"numerator": None, "denominator": None, "everyone": "~640"}, True),
        ({"numerator": None, "denominator": 640, "everyone": 640}, False),
    ],
    ids=["base and everyone rounded", "everyone rounded", "exact"],
)
def test_a_rounded_base_beside_a_hidden_count_says_that_it_is_rounded(parts: dict[str, object], said: bool) -> None:
    row = estimated(a_count(), parts).iloc[0]
    assert (row["marker"], row["everyone"], row["rounded"]) == ("[c]", 640, said)


def test_a_share_rounded_to_nothing_keeps_a_range() -> None:
    row = one(SHARE, **share("~0", "~40", "~40", "~0"))
    assert (row["value"], row["lower"], row["note"]) == (0, 0, "rounded")
    assert row["upper"] == pytest.approx(0.0876, abs=5e-5)  # Wilson: z² / (n + z²)


def test_nobody_to_count_is_not_applicable_but_a_rounded_nobody_is_hidden() -> None:
    assert one(SHARE, **share(0, 0, 0, 0))[["marker", "status", "note"]].tolist() == ["[z]", "not_available", "nobody"]
    frame = estimated(SHARE, share("~0", "~0", "~0", "~0"), minimum_base=0)
    assert frame.loc[0, ["marker", "status"]].tolist() == ["[c]", "hidden"]


def test_rounded_counts_give_a_share_that_stays_a_share() -> None:
    row = one(SHARE, **share("~30", "~25", "~25", "~30"))
    assert (row["value"], row["upper"], row["rounded"], row["note"]) == (1.0, 1.0, True, "rounded")
    row = one(SHARE, **share("~125", "~390", "~400", "~130"))
    assert row["value"] == pytest.approx(125 / 390)
    assert row["rounded"]


def test_read_with_care_matters_more_than_rounded() -> None:
    assert one(SHARE, **share("~125", "~300", "~400", "~130"))["note"] == "declared_low"


def test_no_answer_asked_for_means_no_declaration_rate() -> None:
    row = one(a_proportion(MINORITY, {}), **share(200, 700, 700, 300))
    assert np.isnan(row["declared"])
    assert np.isnan(row["bound_low"])


def test_people_are_counted_with_their_declaration_but_never_withheld() -> None:
    frame = estimated(
        a_count(benchmark="census"),
        {"numerator": 1744, "denominator": 9688, "everyone": 10984, "breakdown": "ethnicity_5", "group": "ethnicity_5=asian"},
        {"numerator": 10984, "denominator": 10984, "everyone": 10984, "same": ("numerator", "denominator", "everyone")},
        {"numerator": 50, "denominator": 100, "everyone": 900, "breakdown": "ethnicity_5", "group": "ethnicity_5=white", "unit": "housing"},
    )
    assert frame["value"].tolist() == [1744, 10984, 50]
    assert frame["declared"].round(3).fillna(-1).tolist() == [0.882, -1, 0.111]
    assert frame["note"].tolist() == ["", "", "declared_low"]
    assert frame["gap"].round(3).fillna(9).tolist() == [round(1744 / 9688 - 0.31, 3), 9, round(0.5 - 0.486, 3)]
    assert frame[["lower", "upper"]].isna().all(axis=None)


def test_groups_are_compared_with_their_benchmark_else_with_everyone_in_their_unit() -> None:
    rows = [
        share(3000, 10000, 10000, 3000),
        share(310, 1000, 1000, 310, breakdown="ethnicity_5", group="ethnicity_5=asian"),
        share(310, 1000, 1000, 310, breakdown="sex", group="sex=female"),
        share(31, 100, 100, 31, breakdown="directorate+sex", unit="housing", group="sex=female"),
        share(None, 100, 100, 31, breakdown="directorate", unit="housing"),
    ]
    frame = estimated(a_proportion(MINORITY, KNOWN, benchmark="census"), *rows)
    assert frame["benchmark"].round(3).fillna(-1).tolist() == [0.514, 0.31, -1, -1, 0.514]
    assert frame["gap"].round(3).fillna(9).tolist() == [-0.214, 0.0, 0.01, 9, 9]
    assert frame["ratio"].round(3).fillna(9).tolist() == [0.584, 1.0, 1.033, 9, 9]


def test_representation_index_of_the_worked_share() -> None:
    kpi = a_kpi(measure={"type": "representation_index", "unit": "ratio", "numerator": MINORITY, "denominator": KNOWN}, benchmark="census")
    row = one(kpi, **share(3080, 11000, 12000, 4080))
    assert round(row["value"], 3) == 0.545  # 28% against 51.4%
    assert (row["lower"], row["upper"]) == pytest.approx((0.2717 / 0.514, 0.2885 / 0.514), abs=2e-4)
    assert np.isnan(row["bound_low"])
    row = one(kpi, **share(2800, 8000, 10000, 4800))
    assert (row["bound_low"], row["bound_high"]) == pytest.approx((0.28 / 0.514, 0.48 / 0.514))


def test_an_index_without_a_benchmark_does_not_apply() -> None:
    kpi = a_kpi(measure={"type": "representation_index", "unit": "ratio", "numerator": MINORITY, "denominator": KNOWN})
    assert one(kpi, **share(28, 100, 100, 28))[["marker", "note"]].tolist() == ["[z]", "no_benchmark"]


def test_gap_between_two_groups_has_newcombes_range() -> None:
    kpi = a_point_gap({"grade": ["g3"]}, {"sex": ["female"]}, {"sex": ["male"]})
    parts = {"reference_numerator": 38, "reference_denominator": 380}
    row = one(kpi, **share(63, 420, 420, 63), **parts)
    assert row["value"] == pytest.approx(0.05)
    assert (round(row["lower"] * 100, 2), round(row["upper"] * 100, 2)) == (0.38, 9.56)
    assert row["reference_value"] == pytest.approx(0.1)
    assert one(kpi, **share(63, 420, 420, 63), **{**parts, "reference_numerator": None})["marker"] == "[c]"
    assert one(kpi, **share(63, 420, 420, 63), reference_numerator=2, reference_denominator=8)["note"] == "minimum_base"


@pytest.mark.parametrize(
    ("denominator", "reference", "inside"),
    [
        ({"grade": ["g3"], "sex": "known"}, {"sex": "known"}, True),
        ({"grade": ["g3"], "sex": ["female"]}, {"grade": ["g2", "g3"], "sex": "known"}, True),
        ({"grade": ["g3"], "sex": "known"}, {"grade": ["g2"], "sex": "known"}, False),
        ({"grade": ["g3"]}, {"sex": "known"}, False),
        ({"sex": "known"}, {"sex": ["female"]}, False),
    ],
)
def test_a_gap_to_a_whole_that_holds_the_group_has_the_range_of_the_group_and_the_rest(
    denominator: dict[str, object], reference: dict[str, object], inside: bool
) -> None:
    kpi = a_point_gap({"grade": ["g3"]}, denominator, reference)
    assert interval_of(kpi) == ("newcombe_within" if inside else "newcombe")
    row = one(kpi, **share(60, 150, 150, 60), reference_numerator=150, reference_denominator=500)
    assert (round(row["lower"], 4), round(row["upper"], 4)) == ((0.0376, 0.1635) if inside else (0.0143, 0.1887))


def test_gap_to_the_benchmark_where_there_is_no_reference_group() -> None:
    kpi = a_point_gap(MINORITY, KNOWN, {}, benchmark="census")
    row = one(kpi, **share(28, 100, 100, 28))
    assert row["value"] == pytest.approx(0.28 - 0.514)
    assert row["lower"] < row["value"] < row["upper"]


MEN = np.array([12.20, 12.60, 12.60, 13.40, 14.75, 16.25, 18.40, 22.10, 31.75])
WOMEN = np.array([11.90, 12.10, 12.35, 12.60, 12.60, 13.05, 13.90, 14.20, 15.10, 15.60, 17.00, 19.95, 26.30])


def pay_side(values: np.ndarray, side: str) -> dict[str, Any]:
    return {
        "side": side,
        "mean": values.mean(),
        "variance": values.var(ddof=1),
        "median": np.median(values),
        "ranks": values,
        "rank_first": 1,
    }


GAP = {"numerator": 13, "denominator": 22, "everyone": 22, "reference_denominator": 9}
BOTH = [pay_side(WOMEN, "group"), pay_side(MEN, "reference")]


def test_median_pay_gap_of_the_worked_data_set() -> None:
    row = one(a_pay_gap({"sex": ["female"]}, {"sex": ["male"]}), BOTH, **GAP)
    assert row["value"] == 0.058  # 5.762712 %, published to one decimal place
    assert (round(row["lower"], 3), round(row["upper"], 3)) == (-0.198, 0.329)
    assert (row["numerator"], row["denominator"], row["reference_value"]) == (13, 9, 14.75)
    assert row["declared"] == 1


def test_mean_pay_gap_of_the_worked_data_set() -> None:
    row = one(a_pay_gap({"sex": ["female"]}, {"sex": ["male"]}, kind="pay_gap_mean"), BOTH, **GAP)
    assert row["value"] == 0.116  # 11.624597 %
    assert row["lower"] < row["value"] < row["upper"]
    assert row["reference_value"] == 17.12  # 17.116667: pay is published to the penny


@pytest.mark.parametrize("kind", ["pay_gap_mean", "pay_gap_median"])
def test_pay_that_may_not_be_shown_leaves_no_gap(kind: str) -> None:
    kpi = a_pay_gap({"sex": ["female"]}, {"sex": ["male"]}, kind=kind)
    hidden = {**pay_side(MEN, "reference"), "mean": np.nan, "variance": np.nan, "median": np.nan, "ranks": None, "marker": "[c]"}
    row = one(kpi, [BOTH[0], hidden], **GAP)
    assert row[["marker", "status"]].tolist() == ["[c]", "hidden"]
    assert row[["value", "lower", "upper", "reference_value"]].isna().all()
    assert one(kpi, BOTH, **{**GAP, "reference_denominator": None})[["value", "reference_value"]].isna().all()


def test_a_gap_of_groups_few_of_whom_have_answered_is_withheld() -> None:
    assert one(a_pay_gap({"sex": ["female"]}, {"sex": ["male"]}), BOTH, **{**GAP, "everyone": 40})["marker"] == "[w]"


def test_median_and_mean_pay_have_their_own_ranges() -> None:
    parts = {"denominator": 13, "everyone": 13}
    median = one(a_median(), [BOTH[0]], **parts)
    assert median[["value", "lower", "upper"]].tolist() == [13.90, 12.35, 17.00]
    mean = one(a_median(kind="mean"), [BOTH[0]], **parts)
    assert mean["value"] == 15.13  # 15.126923
    reach = 2.178813 * WOMEN.std(ddof=1) / 13**0.5  # Student's t, 12 degrees of freedom
    assert mean["upper"] - mean["value"] == pytest.approx(reach, abs=0.01)


def test_the_middle_of_a_group_keeps_its_place_when_the_base_is_rounded() -> None:
    cut = {**pay_side(WOMEN, "group"), "ranks": WOMEN[2:11], "rank_first": 3}
    row = one(a_median(), [cut], denominator="~15", everyone="~15")
    assert row["value"] == 13.90
    assert (row["lower"], row["upper"]) == (12.35, 17.00)  # ranks 4 and 12 of 15 stand where 3 and 11 of 13 stood
    assert row["rounded"]


def test_no_interval_when_the_kpi_says_none() -> None:
    row = one(
        a_kpi(measure={"type": "proportion", "unit": "percent", "numerator": MINORITY, "denominator": KNOWN, "interval": "none"}),
        **share(99, 412, 412, 99),
    )
    assert row[["lower", "upper"]].isna().all()


def test_a_hidden_figure_leaves_the_others_as_they_are() -> None:
    alone = estimated(SHARE, share(30, 100, 120, 50, unit="housing"))
    beside = estimated(SHARE, share(None, 700, 1000, None), share(30, 100, 120, 50, unit="housing"))
    pd.testing.assert_frame_equal(beside.iloc[[1]].reset_index(drop=True), alone)


def test_a_group_that_takes_the_numerators_place_is_not_compared_with_all_minorities() -> None:
    rows = [
        share(274, 794, 900, 380),
        share(192, 794, 900, 298, breakdown="ethnicity_5", group="ethnicity_5=asian"),
        share(154, 457, 516, 213, breakdown="sex", group="sex=female"),
    ]
    assert estimated(SHARE, *rows)["gap"].round(3).fillna(9).tolist() == [9, 9, round(154 / 457 - 274 / 794, 3)]


def test_rounded_counts_never_put_the_share_outside_its_own_bounds() -> None:
    row = one(SHARE, **share("~10", "~25", "~30", "~10"))
    assert (row["value"], row["bound_high"]) == (0.4, 0.4)
    assert row["bound_low"] == pytest.approx(1 / 3)


def test_a_rounded_step_of_nobody_may_be_somebody() -> None:
    """The last step of a waterfall at a unit that is shown as 0 people: rounded, that may be two of them; exact, it is nobody."""
    rows = pd.DataFrame(
        {"numerator": [0.0, 0.0], "denominator": [0.0, 0.0], "rounded_numerator": [True, False], "rounded_denominator": [True, False]}
    ).rename(columns=lambda name: name.replace("rounded_", ROUNDED))
    said = _steps(rows)
    assert said["note"].tolist() == ["not_available", "nobody"]
    assert said["marker"].tolist() == ["[x]", "[z]"]
    assert said["value"].isna().all()
