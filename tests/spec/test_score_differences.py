"""What a difference of two mean scores is made of, and what it says: held against scipy, which shares no code with it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from metrics.definitions.kpi import Kpi
from metrics.statistics.precision import round_score
from tests.spec.conftest import Spec
from tests.support.evaluated import estimated
from tests.support.factories import a_kpi

PERMANENT = {"contract": ["permanent"]}


def a_difference(**shared: Any) -> Kpi:
    measure = {
        "type": "mean_difference",
        "unit": "points",
        "column": "pay",
        "denominator": {**shared, "ethnicity_5": ["asian", "black"]},
        "reference_group": {**shared, "ethnicity_5": ["white"]},
    }
    return a_kpi("SS01", measure=measure, polarity="closer_to_target")


ROWS = """directorate | contract  | ethnicity     | pay
          housing     | permanent | indian        | 40
          housing     | permanent | african       | 60
          housing     | permanent | white_british | 70
          housing     | permanent | white_other   | 90
          housing     | permanent | white_british | -
          people      | permanent | indian        | 50
          people      | permanent | white_british | 65
          people      | casual    | white_british | 10
          people      | permanent | not_known     | 30"""


def test_the_first_group_is_held_against_the_second_and_who_gave_no_score_is_in_neither(spec: Spec) -> None:
    spec(
        a_difference(**PERMANENT),
        rows=ROWS,
        gives="""n | mean | reference_n | reference_mean | numerator | reference_denominator | denominator | everyone
                 3 | 50   | 3           | 75             | 3         | 3                     | 6           | 8""",
    )


def test_without_a_common_condition_everybody_of_the_two_groups_counts(spec: Spec) -> None:
    spec(
        a_difference(),
        rows=ROWS,
        breakdown=["directorate"],
        gives="""directorate | n | mean | reference_n | reference_mean | everyone
                 housing     | 2 | 50   | 2           | 80             | 5
                 people      | 1 | 50   | 2           | 37.5           | 4""",
    )


def test_split_by_what_is_compared_each_group_stands_against_the_same_reference_group(spec: Spec) -> None:
    spec(
        a_difference(**PERMANENT),
        rows=ROWS,
        breakdown=["ethnicity_5"],
        gives="""ethnicity_5 | n | mean | reference_n | reference_mean
                 asian       | 2 | 45   | 3           | 75
                 black       | 1 | 60   | 3           | 75
                 white       | x | x    | x           | x""",
    )


def sides(first: np.ndarray, second: np.ndarray, rounded: bool = False) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """What disclosure hands over of two groups' scores."""
    keys = {"kpi": "SS01"}
    pay = [
        {**keys, "side": side, "mean": scores.mean(), "variance": scores.var(ddof=1)}
        for side, scores in (("group", first), ("reference", second))
    ]
    n, m = len(first), len(second)
    counts = {"numerator": n, "denominator": n + m, "everyone": n + m, "reference_denominator": m}
    return pay, {**keys, **{part: f"~{people}" if rounded else people for part, people in counts.items()}}


@pytest.mark.parametrize(("n", "m", "seed"), [(40, 60, 1), (25, 900, 2), (300, 2500, 3)])
def test_value_and_range_are_welchs_as_scipy_has_them(n: int, m: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    first, second = rng.integers(0, 21, n) * 5.0, np.minimum(rng.integers(2, 23, m) * 5.0, 100.0)
    pay, counts = sides(first, second)
    row = estimated(a_difference(), counts, pay=pay).iloc[0]
    theirs = stats.ttest_ind(first, second, equal_var=False)
    limits = theirs.confidence_interval(0.95)
    exact = pd.Series([first.mean() - second.mean(), limits.low, limits.high, second.mean()])
    assert row[["value", "lower", "upper", "reference_value"]].tolist() == round_score(exact, pd.Series([False] * 4)).tolist()
    assert (row["numerator"], row["denominator"], row["marker"]) == (n, m, "")


def test_beside_rounded_counts_it_is_printed_in_whole_points_and_never_of_fewer_than_25() -> None:
    rng = np.random.default_rng(7)
    first, second = rng.integers(0, 21, 40) * 5.0, rng.integers(0, 21, 80) * 5.0
    pay, counts = sides(first, second, rounded=True)
    row = estimated(a_difference(), counts, pay=pay).iloc[0]
    assert row["value"] == round(first.mean() - second.mean())
    assert all(float(row[name]).is_integer() for name in ("value", "lower", "upper", "reference_value"))
    few, counts = sides(first[:20], second, rounded=True)
    row = estimated(a_difference(), counts, pay=few).iloc[0]
    assert (row["marker"], row["note"]) == ("[c]", "minimum_base_rounded")
    assert row[["value", "lower", "upper", "reference_value"]].isna().all()


def test_scores_that_are_hidden_leave_no_difference() -> None:
    rng = np.random.default_rng(9)
    pay, counts = sides(rng.random(40) * 100, rng.random(60) * 100)
    gone = [side | {"mean": np.nan, "variance": np.nan, "marker": "[c]"} for side in pay]
    row = estimated(a_difference(), counts, pay=gone).iloc[0]
    assert (row["marker"], row["note"]) == ("[c]", "score_hidden")
    assert row[["value", "lower", "upper", "reference_value"]].isna().all()


def test_a_whole_point_fits_every_number_of_people_that_a_rounded_count_may_stand_for() -> None:
    """Scores in steps of 5 to 20 points, 23 people or more: whatever the printed mean, each number of people has scores that give it."""
    for step in (5, 10, 20):
        for people in range(23, 60):
            printed = np.arange(0, 101)
            low, high = people * (printed - 0.5), people * (printed + 0.5)
            first = np.maximum(np.ceil(low / step) * step, 0)
            assert (first <= np.minimum(high, people * 100)).all(), (step, people)


@pytest.mark.parametrize(("rounded", "value"), [(False, 61.4), (True, 61.0)])
def test_a_mean_score_is_printed_as_finely_as_a_difference(rounded: bool, value: float) -> None:
    scores = np.array([60.0, 65.0, 45.0, 75.0, 62.0] * 8)
    kpi = a_kpi("SS01", measure={"type": "mean", "unit": "points", "column": "pay"})
    people = f"~{len(scores)}" if rounded else len(scores)
    pay = [{"kpi": "SS01", "side": "group", "mean": scores.mean(), "variance": scores.var(ddof=1)}]
    row = estimated(kpi, {"kpi": "SS01", "denominator": people, "everyone": people}, pay=pay).iloc[0]
    low, high = stats.t.interval(0.95, len(scores) - 1, scores.mean(), stats.sem(scores))
    assert row["value"] == value
    assert row[["lower", "upper"]].tolist() == round_score(pd.Series([low, high]), pd.Series([rounded] * 2)).tolist()
