"""The three notes of the overview claim what the rows say, and no more."""

from __future__ import annotations

import pandas as pd

from metrics.wording.overview import describe_behind, describe_moved, describe_too_early
from metrics.wording.values import format_declared
from tests.support.reports import a_kpi

KPIS = {id: a_kpi(id, title) for id, title in (("A", "Disability known"), ("B", "Median pay gap"), ("C", "LGB+ staff"), ("D", "Women"))}


def rows(**each: tuple[str, str]) -> pd.DataFrame:
    return pd.DataFrame([{"kpi": kpi, "movement": movement, "status": status} for kpi, (movement, status) in each.items()])


def test_each_measure_is_named_where_it_belongs() -> None:
    now = rows(A=("up", "on_path"), B=("down", "missed"), C=("unclear", "unclear"), D=("up", "off_path"))
    assert describe_moved(now, KPIS) == "Up in a year: disability known and women. Down: median pay gap."
    assert describe_behind(now, KPIS) == "Off path: women. Missed: median pay gap."
    assert describe_too_early(now, KPIS) == "LGB+ staff: the likely range contains the path."


def test_a_figure_that_is_not_shown_is_named_as_such() -> None:
    now = rows(A=("", "withheld"), B=("", "hidden"))
    assert describe_too_early(now, KPIS) == "No figure can be shown for disability known and median pay gap."


def test_good_news_is_said_only_of_figures_that_can_be_judged() -> None:
    quiet = rows(A=("unclear", "on_path"))
    assert describe_moved(quiet, KPIS) == "Nothing: every change in a year could be chance."
    assert describe_behind(quiet, KPIS) == "None is behind its target."
    assert describe_too_early(quiet, KPIS) == "Nothing: every figure with a target can be judged."
    first = rows(A=("first", "no_target"))
    assert describe_moved(first, KPIS) == "No figure can be compared with a year ago yet."
    assert describe_behind(first, KPIS) == "No measure is held against a target yet."
    assert describe_too_early(first, KPIS) == "Nothing."


def test_a_declaration_rate_never_rounds_up_to_where_its_meaning_changes() -> None:
    assert [format_declared(x) for x in (0.597, 0.6, 0.799, 0.9195, 0.996, 1.0)] == ["59", "60", "79", "92", "99", "100"]
