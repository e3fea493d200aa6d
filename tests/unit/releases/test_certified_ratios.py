"""Ratios of two groups and figures over groups are published only as the certified system gives them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from metrics.releases.certified import faults
from metrics.report import ESTIMATE_COLUMNS
from metrics.statistics.intervals import newcombe, newcombe_within

PARTS = ("numerator", "denominator", "reference_numerator", "reference_denominator")
OTHERS = "hold a value that is not made of their printed counts"


def cells(*rows: dict[str, Any]) -> pd.DataFrame:
    plain = {"kpi": "RC01", "breakdown": "", "unit": "council", "group": "", "marker": "", "note": ""}
    return pd.DataFrame([{**plain, **row} for row in rows]).reindex(columns=list(ESTIMATE_COLUMNS))


def of_four(counts: tuple[float, ...], value: float, measure: str) -> dict[str, int]:
    frame = cells({"numerator": counts[0], "denominator": counts[1], "value": value})
    regions = {part: np.array([place]) for place, part in enumerate(PARTS)}
    return faults(frame, regions, np.array(counts, dtype=float), {"RC01": measure})


@pytest.mark.parametrize(
    ("measure", "value"), [("relative_likelihood", (63 / 420) / (38 / 380)), ("ratio_of_ratios", (63 / 357) / (38 / 342))]
)
def test_a_ratio_is_that_of_its_four_counts(measure: str, value: float) -> None:
    counts = (63, 420, 38, 380)
    assert of_four(counts, value, measure) == {}
    assert of_four(counts, value * 1.001, measure) == {OTHERS: 1}


@pytest.mark.parametrize("method", [newcombe, newcombe_within])
def test_a_difference_has_the_range_of_groups_apart_or_of_a_group_within_the_whole(method: Callable[..., pd.DataFrame]) -> None:
    counts, regions = (60.0, 150.0, 150.0, 500.0), {part: np.array([place]) for place, part in enumerate(PARTS)}
    limits = method(*(pd.Series([n]) for n in counts))
    figure = {"numerator": 60, "denominator": 150, "value": 60 / 150 - 150 / 500, "lower": limits["lower"][0], "upper": limits["upper"][0]}
    measure = {"RC01": "percentage_point_gap"}
    assert faults(cells(figure), regions, np.array(counts), measure) == {}
    for column in ("value", "lower", "upper"):
        assert faults(cells({**figure, column: figure[column] + 0.001}), regions, np.array(counts), measure)


@pytest.mark.parametrize("hidden", PARTS)
def test_with_any_of_the_four_hidden_no_ratio_may_stand(hidden: str) -> None:
    counts = tuple(np.nan if part == hidden else n for part, n in zip(PARTS, (63, 420, 38, 380), strict=True))
    assert "hold a value that is made of a hidden count" in of_four(counts, 1.5, "relative_likelihood")


def over_groups(measure: str, whole: float, *groups: tuple[str, float, float]) -> dict[str, int]:
    """(group, its value, its benchmark), shown counts of which each group's share is the value."""
    rows = [{"value": whole, "numerator": 100.0, "denominator": 100.0}]
    rows += [
        {"group": f"e={g}", "breakdown": "e", "value": v, "benchmark": b, "numerator": 100 * v, "denominator": 100.0} for g, v, b in groups
    ]
    frame = cells(*rows)
    shown = np.array([100.0, *frame["numerator"].iloc[1:]])
    regions = {"numerator": np.arange(len(frame)), "denominator": np.zeros(len(frame), dtype=int)}
    regions["reference_denominator"] = regions["denominator"]
    return faults(frame, regions, shown, {"RC01": measure})


def test_dissimilarity_is_that_of_its_printed_groups() -> None:
    groups = (("a", 0.25, 0.31), ("b", 0.75, 0.69))
    assert OTHERS not in over_groups("dissimilarity", 0.06, *groups)
    assert over_groups("dissimilarity", 0.07, *groups)[OTHERS] == 1


def test_dissimilarity_of_a_hidden_group_is_refused() -> None:
    assert OTHERS in over_groups("dissimilarity", 0.06, ("a", 0.25, 0.31), ("b", np.nan, 0.69))


def test_a_largest_gap_is_one_that_is_printed() -> None:
    groups = (("a", 0.25, np.nan), ("b", 0.10, np.nan), ("c", np.nan, np.nan))
    assert OTHERS not in over_groups("extreme_group_gap", 0.25, *groups)
    assert over_groups("extreme_group_gap", 0.40, *groups)[OTHERS] == 1
    assert over_groups("extreme_group_gap", 0.40)[OTHERS] == 1
