"""Rates per thousand, and indexes against a reference group: their values and ranges, and why they are empty."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from metrics.definitions.kpi import Kpi
from tests.support.evaluated import KNOWN, MINORITY, estimated, one, share
from tests.support.factories import a_kpi


def a_rate(unit: str = "per_1000", **more: Any) -> Kpi:
    measure = {"type": "rate", "unit": unit, "numerator": {"grade": ["g3"]}, "denominator": {"grade": "known"}, "of": "staff"}
    return a_kpi(measure=measure, **{"polarity": "contextual", **more})


def an_index(**more: Any) -> Kpi:
    """Ethnic minorities among senior staff, against their share of the grades below."""
    places, eligible = {**KNOWN, "grade": ["g3"]}, {**KNOWN, "grade": ["g1", "g2"]}
    measure = {"type": "representation_index", "unit": "ratio", "numerator": MINORITY, "denominator": places, "reference_group": eligible}
    return a_kpi(measure=measure, **{"polarity": "higher", **more})


def of_two(a: Any, n: Any, c: Any, m: Any) -> dict[str, Any]:
    return {**share(a, n, n, a), "reference_numerator": c, "reference_denominator": m}


# rates


def test_the_worked_rate_with_byars_range() -> None:
    """37 of 145,000: 0.2552 per 1,000, 0.1796 to 0.3517."""
    row = one(a_rate(), **share(37, 145_000, 145_000))
    assert [round(row[name], 4) for name in ("value", "lower", "upper")] == [0.2552, 0.1796, 0.3517]
    assert one(a_rate("per_100000"), **share(37, 145_000, 145_000))["value"] == pytest.approx(25.517, abs=1e-3)


FEW = settings(max_examples=8, deadline=None)
"""Each example is a frame of up to twenty figures: a frame costs as much as a figure."""


def frame_of(kpi: Kpi, figures: list[dict[str, Any]]) -> pd.DataFrame:
    return estimated(kpi, *({**figure, "unit": f"unit_{n}"} for n, figure in enumerate(figures)))


@FEW
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(10, 20_000)), min_size=1, max_size=20))
def test_below_ten_people_the_range_is_the_exact_one(counts: list[tuple[int, int]]) -> None:
    people, base = (np.array(column, dtype=float) for column in zip(*counts, strict=True))
    frame = frame_of(a_rate(), [share(n, of, of) for n, of in counts])
    assert frame["value"].to_numpy() == pytest.approx(1000 * people / base)
    assert frame["upper"].to_numpy() * base / 1000 == pytest.approx(stats.chi2.ppf(0.975, 2 * people + 2) / 2)
    lower = np.where(people > 0, stats.chi2.ppf(0.025, np.maximum(2 * people, 1)) / 2, 0.0)
    assert frame["lower"].to_numpy() * base / 1000 == pytest.approx(lower)


@FEW
@given(st.lists(st.tuples(st.integers(10, 5_000), st.integers(0, 20_000)), min_size=1, max_size=20))
def test_from_ten_on_the_range_is_near_the_exact_one(counts: list[tuple[int, int]]) -> None:
    people = np.array([n for n, _ in counts], dtype=float)
    scale = 1000 / np.array([n + more for n, more in counts])
    frame = frame_of(a_rate(), [share(n, n + more, n + more) for n, more in counts])
    assert frame["lower"].to_numpy() == pytest.approx(scale * stats.chi2.ppf(0.025, 2 * people) / 2, rel=2e-3)
    assert frame["upper"].to_numpy() == pytest.approx(scale * stats.chi2.ppf(0.975, 2 * people + 2) / 2, rel=2e-3)


@pytest.mark.parametrize(
    ("counts", "marker", "note"),
    [((None, 400), "[c]", "hidden"), ((3, None), "[c]", "hidden"), ((0, 0), "[z]", "nobody"), ((2, 9), "[c]", "minimum_base")],
)
def test_why_there_is_no_rate(counts: tuple[Any, Any], marker: str, note: str) -> None:
    row = one(a_rate(), **share(*counts, everyone=counts[1]))
    assert (row["marker"], row["note"]) == (marker, note)
    assert row[["value", "lower", "upper", "gap", "ratio"]].isna().all()
    assert marker == "[z]" or np.isnan(row["numerator"])


def test_a_group_is_compared_with_everyone_in_its_unit_and_context_has_no_status() -> None:
    frame = estimated(a_rate(), share(110, 11_000, 11_000), share(30, 2_000, 2_000, breakdown="sex", group="sex=female"))
    assert frame["value"].tolist() == [10, 15]
    assert frame["gap"].tolist()[1] == pytest.approx(5)
    assert frame["ratio"].tolist()[1] == pytest.approx(1.5)
    assert frame["status"].tolist() == ["context", "context"]


# indexes against a reference group


def test_an_index_is_one_share_over_the_other_with_the_limits_of_the_first() -> None:
    """30 of 75 places (40.0%) against 1,000 of 2,000 in the eligible grades (50.0%): 0.80."""
    row = one(an_index(), **of_two(30, 75, 1_000, 2_000))
    own = stats.binomtest(30, 75).proportion_ci(method="wilson")
    assert (row["value"], row["reference_value"]) == (pytest.approx(0.8), pytest.approx(0.5))
    assert (row["lower"], row["upper"]) == (pytest.approx(own.low / 0.5), pytest.approx(own.high / 0.5))
    assert row[["gap", "ratio", "bound_low", "bound_high", "benchmark"]].isna().all()


FOUR_COUNTS = st.tuples(st.integers(0, 400), st.integers(10, 400), st.integers(0, 4_000), st.integers(10, 4_000))


@FEW
@given(st.lists(FOUR_COUNTS, min_size=1, max_size=20))
def test_whatever_the_counts_an_index_lies_in_its_range_and_nobody_is_zero(drawn: list[tuple[int, int, int, int]]) -> None:
    counts = [(min(a, n), n, min(c, m), m) for a, n, c, m in drawn]
    frame = frame_of(an_index(), [of_two(*four) for four in counts])
    for (a, n, c, m), (_, row) in zip(counts, frame.iterrows(), strict=True):
        if c == 0:
            assert (row["marker"], row["note"]) == ("[x]", "not_enough_compared")
            assert row[["value", "lower", "upper", "reference_value"]].isna().all()
            continue
        own = stats.binomtest(a, n).proportion_ci(method="wilson")
        assert row["value"] == pytest.approx((a / n) / (c / m))
        assert row["lower"] - 1e-9 <= row["value"] <= row["upper"] + 1e-9
        assert [row["lower"], row["upper"]] == pytest.approx([own.low * m / c, own.high * m / c], abs=1e-9)


@pytest.mark.parametrize(
    ("counts", "marker", "note"),
    [
        ((None, 75, 1_000, 2_000), "[c]", "hidden"),
        ((30, 75, None, 2_000), "[c]", "hidden"),
        ((5, 9, 1_000, 2_000), "[c]", "minimum_base"),
        ((30, 75, 5, 9), "[c]", "minimum_base"),
        ((0, 0, 1_000, 2_000), "[z]", "nobody"),
        ((30, 75, 0, 2_000), "[x]", "not_enough_compared"),
    ],
)
def test_why_there_is_no_index(counts: tuple[Any, ...], marker: str, note: str) -> None:
    row = one(an_index(), **of_two(*counts))
    assert (row["marker"], row["note"]) == (marker, note)
    assert np.isnan(row["value"])


def test_an_index_against_a_benchmark_is_as_it_was() -> None:
    measure = {"type": "representation_index", "unit": "ratio", "numerator": MINORITY, "denominator": KNOWN}
    row = one(a_kpi(measure=measure, benchmark="census", polarity="closer_to_target"), **share(28, 100, 100))
    assert row["value"] == pytest.approx(0.28 / 0.514)
