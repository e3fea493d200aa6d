"""Rates and indexes against a reference group are published only as their printed counts give them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.releases.certified import faults
from metrics.releases.worked_out import not_worked_out
from metrics.report import ESTIMATE_COLUMNS
from metrics.statistics.intervals import wilson
from metrics.statistics.rates import rate

FOUR = ("numerator", "denominator", "reference_numerator", "reference_denominator")
UNITS = st.sampled_from([1_000, 10_000, 100_000])


def cell(**row: Any) -> pd.DataFrame:
    plain = {"kpi": "ER03", "breakdown": "", "unit": "council", "group": "", "marker": "", "note": ""}
    return pd.DataFrame([{**plain, **row}]).reindex(columns=list(ESTIMATE_COLUMNS))


def wrong(measure: str, counts: dict[str, float], figure: dict[str, float]) -> bool:
    parts = {name: np.array([float(n)]) for name, n in counts.items()}
    frame = cell(**{k: v for k, v in counts.items() if k in ("numerator", "denominator")}, **figure)
    return bool(not_worked_out(frame, parts, np.array([measure], dtype=object))[0])


def a_rate(people: int, base: int, per: int) -> dict[str, float]:
    return {str(k): float(v) for k, v in rate(pd.Series([people]), pd.Series([base]), per).iloc[0].items()}


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 500), st.integers(0, 20_000), UNITS, st.sampled_from(["value", "lower", "upper"]))
def test_a_rate_is_that_of_its_printed_counts(people: int, others: int, per: int, column: str) -> None:
    counts = {"numerator": people, "denominator": people + others + 10}
    figure = a_rate(people, counts["denominator"], per)
    assert not wrong("rate", counts, figure)
    assert wrong("rate", counts, {**figure, column: figure[column] * 1.01 + 0.001})


def test_a_rate_of_other_counts_than_the_printed_ones_is_refused() -> None:
    assert wrong("rate", {"numerator": 15, "denominator": 1_000}, a_rate(13, 1_000, 1_000))  # 13 stands behind a rounded 15


def an_index(a: int, n: int, c: int, m: int) -> dict[str, float]:
    limits = wilson(pd.Series([a]), pd.Series([n])).iloc[0] * m / c
    return {"value": (a / n) / (c / m), "lower": limits["lower"], "upper": limits["upper"], "reference_value": c / m}


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 90), st.integers(0, 90), st.integers(1, 900), st.integers(0, 900))
def test_an_index_is_that_of_its_four_counts(a: int, more: int, c: int, others: int) -> None:
    counts = dict(zip(FOUR, (a, a + more + 10, c, c + others), strict=True))
    figure = an_index(*counts.values())
    assert not wrong("representation_index", counts, figure)
    assert wrong("representation_index", counts, {**figure, "upper": figure["upper"] * 1.01})
    assert wrong("representation_index", {**counts, "reference_numerator": c + 1, "reference_denominator": c + others + 3}, figure) or (
        (c + 1) / (c + others + 3) == pytest.approx(c / (c + others))
    )


@pytest.mark.parametrize("hidden", FOUR)
def test_with_any_of_the_four_hidden_no_index_may_stand(hidden: str) -> None:
    counts = (30, 75, 1_000, 2_000)
    shown = np.array([np.nan if part == hidden else n for part, n in zip(FOUR, counts, strict=True)], dtype=float)
    regions = {part: np.array([place]) for place, part in enumerate(FOUR)}
    found = faults(cell(**an_index(*counts)), regions, shown, {"ER03": "representation_index"})
    assert "hold a value that is made of a hidden count" in found
