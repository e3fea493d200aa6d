"""Sentences beside charts: right, and never more telling than the cells."""

from __future__ import annotations

import math
import re
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.report import ESTIMATE_COLUMNS, KpiSummary
from metrics.wording.headline import headline_kpi, headline_unit
from metrics.wording.movement import describe_movement
from metrics.wording.notes import describe_note, describe_notes
from metrics.wording.sentences import (
    describe_base,
    describe_benchmark,
    describe_bounds,
    describe_declared,
    describe_groups,
    describe_hidden,
    describe_other_benchmarks,
    describe_path,
    describe_people,
    describe_range,
    describe_series,
)
from metrics.wording.status import describe_status
from tests.support.wording_rows import LABELS, a_gap, a_group, a_hidden_row, a_row, a_summary, a_table

KPI = a_summary()


def test_bounds_range_path_base_and_declaration() -> None:
    assert describe_bounds(a_row(bound_low=0.227, bound_high=0.282), KPI) == "22.7% to 28.2% if none or all of the unknown belonged"
    assert describe_bounds(a_row(), KPI) == ""
    assert describe_range(a_row(), KPI) == "20.2% to 28.4%. All of it is below the path."
    assert describe_range(a_row(target=0.25), KPI) == "20.2% to 28.4%. It contains the path."
    assert describe_range(a_row(target=math.nan), KPI) == "20.2% to 28.4%."
    assert describe_path(a_row(), KPI) == "Path for March 2026: 29.5%, so 5.5 percentage points behind"
    assert describe_path(a_row(value=0.31), KPI) == "Path for March 2026: 29.5%, so 1.5 percentage points ahead"
    assert describe_path(a_row(value=0.295), KPI) == "Path for March 2026: 29.5%, so level with it"
    assert describe_path(a_row(value=0.064, target=0.05), a_gap()) == "Path for March 2026: 5.0%, so 1.4 percentage points above it"
    assert describe_path(a_hidden_row(), KPI) == "Path for March 2026: 29.5%"
    assert describe_base(a_row(), KPI) == "99 of 412, 31 March 2026"
    assert describe_base(a_row(rounded=True, numerator=100, denominator=410), KPI) == "100 of 410, rounded, 31 March 2026"
    assert describe_base(a_row(numerator=6200, denominator=4110), a_gap()) == "4,110 and 6,200 people, 31 March 2026"
    assert describe_base(a_hidden_row(), KPI) == "412 people, 31 March 2026"


TWO_GROUPS = a_summary(measure="percentage_point_gap", unit="percentage_points", numerator_words="“Yes”", reference_words="“Female”")


def test_the_base_of_a_difference_says_both_shares_and_whose_people_they_are() -> None:
    row = a_row(numerator=97, denominator=4813, value=-0.004, reference_value=0.0237)
    assert describe_base(row, TWO_GROUPS) == "97 of 4,813 in the first group (2.0%), against 2.4% of the second, 31 March 2026"
    assert describe_base(row.replace(0.0237, math.nan), TWO_GROUPS) == "97 of 4,813 in the first group, 31 March 2026"
    assert describe_base(row.replace(False, True), TWO_GROUPS) == (
        "97 of 4,813 in the first group (2%), against 2% of the second, rounded, 31 March 2026"
    )


def test_how_many_people_a_figure_is_about() -> None:
    assert describe_people(a_row(), KPI) == "412 people"
    assert describe_people(a_row(numerator=150, denominator=97), a_gap()) == "247 people"
    assert describe_people(a_row(numerator=97, denominator=4813), TWO_GROUPS) == "4,813 people in the first group"
    assert describe_people(a_hidden_row(denominator=math.nan), KPI) == ""
    assert describe_people(a_row(numerator=math.nan), a_gap()) == ""
    assert describe_declared(a_row()) == "94% have answered"
    assert describe_declared(a_row(declared=0.5999)) == "59% have answered"
    assert describe_declared(a_row(), a_summary(asks=("Ethnic group",), steps=(("known", "", ""),))) == "94% have answered"
    assert describe_declared(a_row(), a_summary(asks=(), steps=(("known", "", ""),))) == "94% are on record"


def test_benchmarks() -> None:
    kpi = a_summary(benchmark_title="Residents aged 16 to 64")
    row = a_row(value=0.107, benchmark=0.31, gap=0.107 - 0.31)
    assert describe_benchmark(row, kpi) == "Residents aged 16 to 64: 31.0%, so 20.3 percentage points below"
    assert describe_benchmark(a_row(benchmark=0.24, gap=0.0), kpi) == "Residents aged 16 to 64: 24.0%, the same"
    assert describe_benchmark(a_hidden_row(benchmark=0.31), kpi) == "Residents aged 16 to 64: 31.0%"
    assert describe_benchmark(row, KPI) == ""


def test_what_changes_if_another_benchmark_is_taken() -> None:
    others = (
        ("Residents in 2011", "All residents of the city.", "Census, 2011-03-27", 0.042),
        ("Staff of 2012", "Everybody", "HR, 2012", 0.107),
    )
    kpi = a_summary(benchmark_title="Residents", benchmark_others=others)
    row = a_row(value=0.107, benchmark=0.31, gap=-0.203)
    assert describe_other_benchmarks(row, kpi) == (
        "Residents in 2011 (all residents of the city): 4.2%, so 6.5 percentage points above; Staff of 2012 (everybody): 10.7%, the same"
    )
    assert describe_other_benchmarks(a_hidden_row(benchmark=0.31), kpi) == ""
    assert describe_other_benchmarks(row.copy().replace("", "sex=female"), kpi) == ""
    assert describe_other_benchmarks(row, KPI) == ""


def test_a_series_with_a_hidden_period() -> None:
    first = a_row(period_end=pd.Timestamp("2022-03-31"), value=0.209, movement="first")
    gone = a_hidden_row(period_end=pd.Timestamp("2024-03-31"))
    assert describe_series(a_table(a_row(), gone, first), KPI) == (
        "Ethnic minorities in senior grades: from 20.9% in March 2022 to 24.0% in March 2026. Up 1.4 points in a year: truly moved. "
        "Path for March 2026: 29.5%, so 5.5 percentage points behind. One period hidden to protect people."
    )
    assert describe_series(a_table(gone), KPI) == (
        "Ethnic minorities in senior grades: no figure can be shown in this time. One period hidden to protect people."
    )


def groups(*rows: pd.Series) -> str:
    return describe_groups(a_table(*rows), KPI, LABELS)


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([("asian", 0.05), ("black", 0.10), ("white", 0.20)], "White is clearly the highest and Asian the lowest."),
        ([("asian", 0.05), ("black", 0.06), ("white", 0.20)], "White is clearly the highest."),
        ([("asian", 0.05), ("black", 0.19), ("white", 0.20)], "Asian is clearly the lowest."),
        ([("asian", 0.10), ("black", 0.115), ("white", 0.13)], "White is clearly higher than Asian."),
        ([("asian", 0.10), ("black", 0.105), ("white", 0.11)], "No clear difference."),
        ([("asian", 0.10), ("white", 0.20)], "White is clearly higher than Asian."),
    ],
)
def test_highest_and_lowest_only_when_clearly_different(rows: list[tuple[str, float]], words: str) -> None:
    assert groups(*[a_group(name, value) for name, value in rows]).endswith(words)


def test_many_groups_are_compared_with_a_caution() -> None:
    rows = [a_group("asian", 0.05 + n / 100).replace("ethnicity_5=asian", f"ethnicity_19=g{n}") for n in range(7)]
    text = describe_groups(a_table(*rows), KPI, {f"ethnicity_19=g{n}": f"G{n}" for n in range(7)})
    assert text.endswith("G6 is clearly higher than G0. With 7 groups, some may differ by chance.")


def test_groups_are_listed_and_hidden_ones_are_named_without_a_claim_over_them() -> None:
    rows = [a_group("asian", 0.025), a_group("white", 0.051), a_hidden_row(group="ethnicity_5=other"), a_group("black", 0.023)]
    assert groups(*rows) == (
        "Asian 2.5%, White 5.1%, Black 2.3%. Of those shown, White is clearly the highest. Other: hidden to protect people."
    )
    rows[1] = a_group("white", 0.026)
    assert "Of those shown, no clear difference." in groups(*rows)


def test_whole_counts_are_listed_without_a_claim() -> None:
    rows = [a_group(n, v) for n, v in (("asian", 1744), ("black", 1162))]
    for row in rows:
        row["lower"] = row["upper"] = math.nan
    assert describe_groups(a_table(*rows), a_summary(unit="people", measure="count"), LABELS) == "Asian 1,744 people, Black 1,162 people."


def test_how_many_are_hidden() -> None:
    assert describe_hidden(a_table(a_hidden_row(), a_row(), a_row())) == "1 of 3 is hidden to protect people."
    assert describe_hidden(a_table(a_hidden_row(), a_hidden_row())) == "Hidden to protect people at this level."
    assert describe_hidden(a_table(a_row())) == ""


EMPTY = (
    "numerator",
    "value",
    "lower",
    "upper",
    "gap",
    "ratio",
    "bound_low",
    "bound_high",
    "reference_value",
    "change",
    "change_lower",
    "change_upper",
)


ROW_SENTENCES: tuple[Callable[[pd.Series, KpiSummary], str], ...] = (
    describe_bounds,
    describe_range,
    describe_path,
    describe_people,
    describe_base,
    describe_benchmark,
    describe_movement,
    describe_status,
    headline_kpi,
)


def all_texts(rows: pd.DataFrame) -> str:
    kpi = a_summary(benchmark_title="Residents")
    texts = [
        describe_groups(rows, kpi, LABELS),
        describe_series(rows, kpi),
        describe_hidden(rows),
        headline_unit("Parks", rows, {"SL01": kpi}),
    ]
    texts += describe_notes(rows, kpi)
    for _, row in rows.iterrows():
        texts += [describe(row, kpi) for describe in ROW_SENTENCES]
        texts += [describe_note(row)]
    return "\n".join(texts)


@settings(deadline=None, derandomize=True)
@given(st.lists(st.tuples(st.floats(0.01, 0.99), st.booleans()), min_size=2, max_size=5), st.floats(0.01, 0.99))
def test_texts_are_the_same_whatever_a_hidden_figure_was(figures: list[tuple[float, bool]], other: float) -> None:
    """Rows as `evaluate` leaves them: hide some, and no text differs however the hidden ones stood."""
    names = list(LABELS)

    def told(replaced: float | None) -> str:
        rows = []
        for name, (value, hide) in zip(names, figures, strict=False):
            row = a_group(name.split("=")[1], replaced if hide and replaced is not None else value, numerator=round(value * 412))
            if hide:
                row[list(EMPTY)] = np.nan
                row["status"], row["marker"], row["note"], row["movement"] = "hidden", "[c]", "hidden", ""
            rows.append(row)
        return all_texts(a_table(*rows))

    assert told(None) == told(other)


def test_a_hidden_figure_prints_no_number_but_its_base_its_path_and_its_dates() -> None:
    text = all_texts(a_table(a_hidden_row(denominator=np.nan, everyone=np.nan, declared=np.nan)))
    text = text.replace("29.5%", "").replace("31 March 2026", "").replace("March 2026", "")
    assert re.findall(r"\d+", text) == []


def test_a_hidden_row_never_counts_as_lowest_or_highest() -> None:
    rows = [a_group("asian", 0.05), a_group("white", 0.20), a_hidden_row(group="ethnicity_5=black")]
    assert "clearly higher than Asian" in groups(*rows)
    assert "Of those shown" in groups(*rows)
    assert list(a_table(*rows).columns) == list(ESTIMATE_COLUMNS)
