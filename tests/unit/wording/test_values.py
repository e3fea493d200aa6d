"""How figures are printed."""

from __future__ import annotations

import math
from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.wording.dates import format_day, format_month, format_period
from metrics.wording.values import (
    digits_for,
    format_amount,
    format_change,
    format_count_of,
    format_figure,
    format_list,
    format_number,
    format_range,
    format_value,
    lower_first,
)
from tests.support.wording_rows import a_hidden_row, a_row, a_summary


@pytest.mark.parametrize(
    ("value", "unit", "words", "bare"),
    [
        (0.364, "percent", "36.4%", "36.4%"),
        (-0.006, "percent", "−0.6%", "−0.6%"),
        (-0.0004, "percent", "0.0%", "0.0%"),
        (0.3125, "percent", "31.3%", "31.3%"),
        (0.145, "percent", "14.5%", "14.5%"),
        (1.0, "percent", "100.0%", "100.0%"),
        (0.055, "percentage_points", "5.5 percentage points", "5.5"),
        (1.38, "ratio", "1.38 times", "1.38"),
        (16.48, "pounds", "£16.48", "£16.48"),
        (-0.3, "pounds", "−£0.30", "−£0.30"),
        (67250.5, "dollars", "$67,250.50", "$67,250.50"),
        (10984, "people", "10,984 people", "10,984"),
        (1, "people", "1 person", "1"),
        (0, "people", "0 people", "0"),
        (math.nan, "percent", "–", "–"),
        (None, "people", "–", "–"),
    ],
)
def test_values_with_their_unit(value: float | None, unit: str, words: str, bare: str) -> None:
    assert format_value(value, unit) == words
    assert format_value(value, unit, bare=True) == bare


def test_digits_and_currency() -> None:
    assert format_value(0.385, "percent", digits=0) == "39%"
    assert format_value(1234.5, "pounds", "€", 0) == "€1,235"
    assert format_value(0.00049, "percent", digits=2) == "0.05%"


def test_ranges_name_the_unit_once() -> None:
    assert format_range(0.2016, 0.2838, "percent") == "20.2% to 28.4%"
    assert format_range(1.028, 2.189, "ratio") == "1.03 to 2.19 times"
    assert format_range(0.0038, 0.0956, "percentage_points") == "0.4 to 9.6 percentage points"
    assert format_range(-0.198, 0.329, "percent") == "−19.8% to 32.9%"
    assert format_range(math.nan, 0.2, "percent") == "–"


@pytest.mark.parametrize(
    ("change", "unit", "words"),
    [
        (0.014, "percent", "Up 1.4 points"),
        (-0.007, "percent", "Down 0.7 points"),
        (0.0001, "percent", "No change"),
        (-0.04, "ratio", "Down 0.04"),
        (120, "people", "Up 120 people"),
        (-0.3, "pounds", "Down £0.30"),
        (math.nan, "percent", "–"),
    ],
)
def test_changes_say_their_way_in_words(change: float, unit: str, words: str) -> None:
    assert format_change(change, unit) == words


def test_amounts_in_full() -> None:
    assert format_amount(-0.055, "percent", full=True) == "5.5 percentage points"


def test_rounded_counts_give_whole_percentages() -> None:
    assert digits_for(a_row(rounded=True), "percent") == 0
    assert format_figure(a_row(rounded=True), a_summary()) == "24%"
    assert format_figure(a_row(), a_summary()) == "24.0%"


@pytest.mark.parametrize(("marker", "word"), [("[c]", "Hidden"), ("[w]", "Withheld"), ("[x]", "Not available"), ("[z]", "Not applicable")])
def test_a_word_stands_where_a_figure_may_not(marker: str, word: str) -> None:
    assert format_figure(a_hidden_row(marker=marker), a_summary()) == word


def test_lists_and_small_numbers() -> None:
    assert format_list(["A"]) == "A"
    assert format_list(["A", "B", "C"]) == "A, B and C"
    assert format_list(["A", "B"], "or") == "A or B"
    assert format_list([]) == ""
    assert [format_count_of(n) for n in (0, 4, 10, 11)] == ["none", "four", "ten", "11"]
    assert [lower_first(t) for t in ("Median gap", "EU staff")] == ["median gap", "EU staff"]


def test_days_months_and_spans() -> None:
    assert format_day("2026-03-31") == "31 March 2026"
    assert format_day(pd.Timestamp("2026-03-01")) == "1 March 2026"
    assert format_month(date(2026, 3, 31)) == "March 2026"
    assert format_period("2026-03-31", "2026-03-31") == "31 March 2026"
    assert format_period("2025-04-01", "2026-03-31") == "year to 31 March 2026"
    assert format_period("2026-01-01", "2026-03-31") == "1 January 2026 to 31 March 2026"


def read_back(text: str) -> float:
    return float(text.replace("−", "-").replace(",", "").strip("%£$ abcdefghijklmnopqrstuvwxyz"))


@given(st.floats(-1e6, 1e6), st.sampled_from([0, 1, 2]))
def test_a_printed_number_reads_back_within_half_a_digit(value: float, digits: int) -> None:
    text = format_number(value, digits)
    assert abs(read_back(text) - value) <= 0.5 * 10**-digits + 1e-9
    assert "-" not in text
    assert not text.startswith("−0" + ("." + "0" * digits if digits else "")) or read_back(text) != 0


@given(st.floats(-2, 2), st.sampled_from(["percent", "percentage_points"]))
def test_a_printed_share_reads_back(value: float, unit: str) -> None:
    assert abs(read_back(format_value(value, unit)) - value * 100) <= 0.05 + 1e-9


@given(st.floats(0, 1e5), st.floats(0, 1e5))
def test_a_larger_number_never_prints_smaller(a: float, b: float) -> None:
    low, high = sorted((a, b))
    assert read_back(format_number(low, 1)) <= read_back(format_number(high, 1))
