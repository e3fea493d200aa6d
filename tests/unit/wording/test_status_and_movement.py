"""Status words and movement sentences: two separate things."""

from __future__ import annotations

import math
from typing import Any

import pytest

from metrics.report import STATUSES
from metrics.wording.movement import describe_movement, direction
from metrics.wording.status import NARROW_WORDS, STATUS_MEANINGS, STATUS_SYMBOLS, STATUS_WORDS, describe_status, format_status
from tests.support.wording_rows import a_gap, a_hidden_row, a_row, a_summary


def test_every_status_has_a_word_a_symbol_and_a_meaning() -> None:
    for table in (STATUS_WORDS, NARROW_WORDS, STATUS_SYMBOLS, STATUS_MEANINGS):
        assert set(table) == {*STATUSES, "withdrawn"}
    assert len(set(STATUS_WORDS.values())) == len(STATUS_WORDS)


def test_status_words() -> None:
    assert format_status("unclear") == "Too early to say"
    assert format_status("unclear", narrow=True) == "Too early to say"
    assert describe_status(a_row(), a_summary()) == "Off path"
    assert describe_status(a_row(status="missed"), a_gap()) == "Missed, March 2026"
    assert describe_status(a_row(status="no_target", note="no_path"), a_summary()) == "Target not yet due"
    assert describe_status(a_hidden_row(), a_summary()) == "Hidden to protect people"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "Up 1.4 points in a year: truly moved"),
        ({"change": -0.091, "movement": "down"}, "Down 9.1 points in a year: truly moved"),
        (
            {"change": 0.015, "change_lower": -0.005, "change_upper": 0.035, "movement": "unclear"},
            "Up 1.5 points in a year: could be chance",
        ),
        ({"change": 0.002, "change_lower": -0.02, "change_upper": 0.024, "movement": "unclear"}, "No clear change in a year, was 23.8%"),
        ({"change": 0.0, "change_lower": -0.001, "change_upper": 0.001, "movement": "unclear"}, "No clear change in a year, was 24.0%"),
        ({"change": math.nan, "movement": "first"}, "First published figure"),
        ({"change": math.nan, "movement": ""}, ""),
        ({"rounded": True}, "Up 1 point in a year: truly moved"),
    ],
)
def test_movement_sentences(changes: dict[str, Any], words: str) -> None:
    assert describe_movement(a_row(**changes), a_summary()) == words


def test_movement_of_ratios_and_people() -> None:
    ratio = a_row(value=1.38, change=-0.04, change_lower=-0.4, change_upper=0.3, movement="unclear")
    assert describe_movement(ratio, a_summary(unit="ratio")) == "No clear change in a year, was 1.42"
    people = a_row(value=10984, change=120, change_lower=math.nan, change_upper=math.nan, movement="unclear")
    assert describe_movement(people, a_summary(unit="people", measure="count")) == "Up 120 people in a year"


def test_a_true_movement_smaller_than_the_last_digit_is_not_called_no_change() -> None:
    row = a_row(change=0.0004, change_lower=0.0001, change_upper=0.0007)
    assert describe_movement(row, a_summary()) == "Up 0.04 points in a year: truly moved"


def test_another_day_than_a_year_ago_is_named() -> None:
    assert describe_movement(a_row(), a_summary(), earlier="2025-06-30") == "Up 1.4 points since June 2025: truly moved"
    assert describe_movement(a_row(), a_summary(), earlier="2025-03-31") == "Up 1.4 points in a year: truly moved"


def test_a_break_is_the_reason_for_no_comparison() -> None:
    kpi = a_summary(series_breaks=(("2025-04-01", "Agency staff left out"),))
    row = a_row(change=math.nan, movement="first")
    assert describe_movement(row, kpi) == "Not comparable with last year: Agency staff left out, 1 April 2025"
    assert describe_movement(row, a_summary(series_breaks=(("2020-04-01", "x"),))) == "First published figure"


@pytest.mark.parametrize(
    ("polarity", "movement", "value", "change", "way"),
    [
        ("higher", "up", 0.24, 0.01, "better"),
        ("higher", "down", 0.24, -0.01, "worse"),
        ("lower", "down", 0.24, -0.01, "better"),
        ("contextual", "up", 0.24, 0.01, "neither"),
        ("higher", "unclear", 0.24, 0.01, "neither"),
        ("closer_to_target", "down", 0.05, -0.02, "better"),  # from 7% to 5%, towards 0
        ("closer_to_target", "down", -0.05, -0.02, "worse"),  # from −3% to −5%
        ("closer_to_target", "up", -0.01, 0.03, "better"),
    ],
)
def test_which_way_is_good(polarity: str, movement: str, value: float, change: float, way: str) -> None:
    assert direction(a_row(movement=movement, value=value, change=change), a_gap(polarity=polarity)) == way
