"""Caveats, legends, definitions: plain words, each said once."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from metrics.evaluate.values import DEFAULT_INTERVAL
from metrics.wording.definition import (
    METHODS,
    describe_change_method,
    describe_definition,
    describe_method,
    describe_polarity,
    describe_status_rule,
    describe_target,
)
from metrics.wording.groups import format_breakdown, format_group
from metrics.wording.legend import EMPTY_IS_NOT_ZERO, MARKERS, describe_markers
from metrics.wording.notes import NOTES, describe_marker, describe_note, describe_notes
from tests.support.wording_rows import DIMENSIONS, a_gap, a_hidden_row, a_row, a_summary, a_table

ROOM = Path(__file__).parents[3] / "metrics" / "wording"
NOTE_KEYS = {
    "hidden",
    "pay_hidden",
    "minimum_base",
    "nobody",
    "no_benchmark",
    "not_available",
    "withheld",
    "declared_low",
    "no_path",
    "rounded",
}


def test_every_note_that_evaluate_writes_has_a_sentence() -> None:
    source = (ROOM.parent / "evaluate" / "evaluate.py").read_text(encoding="utf-8")
    assert set(NOTES) >= NOTE_KEYS
    for key in NOTE_KEYS:
        assert f'"{key}"' in source


def test_notes_of_one_row() -> None:
    assert describe_note(a_row()) == ""
    assert describe_note(a_hidden_row(note="withheld", declared=0.597)) == (
        "Withheld: only 59 in 100 people have answered, and a figure needs at least 60."
    )
    assert describe_note(a_row(note="declared_low", declared=0.71)) == "Read with care: 71 in 100 people have answered."
    assert describe_note(a_hidden_row()) == NOTES["hidden"]


def test_notes_of_a_table_are_said_once() -> None:
    rows = a_table(a_row(rounded=True, note="rounded"), a_row(rounded=True, note="rounded"), a_hidden_row())
    found = describe_notes(rows, a_summary(notes=("Casual workers are left out.",)), synthetic=True)
    assert found == (
        NOTES["synthetic"],
        NOTES["hidden"],
        NOTES["rounding"],
        NOTES["not_known"],
        NOTES["census"],
        NOTES["differences"],
        "Casual workers are left out.",
    )


def test_every_pay_gap_says_that_it_is_not_unequal_pay() -> None:
    assert NOTES["pay_gap"] in describe_notes(a_table(a_row()), a_gap())
    assert NOTES["pay_gap"] not in describe_notes(a_table(a_row()), a_summary())


def test_breaks_and_made_up_benchmarks_are_said() -> None:
    early = a_row(period_end=a_row()["period_end"].replace(year=2022))
    kpi = a_summary(series_breaks=(("2024-04-01", "Agency staff left out."), ("2010-01-01", "Old")), benchmark_illustrative=True)
    found = describe_notes(a_table(early, a_row(benchmark=0.3)), kpi)
    assert "Agency staff left out, 1 April 2024: figures before and after are not compared." in found
    assert NOTES["illustrative"] in found
    assert not any("2010" in note for note in found)


def test_the_legend_of_exports() -> None:
    assert set(MARKERS) == {"[c]", "[x]", "[z]", "[u]", "[w]"}
    assert describe_markers(["[c]", ""])[0].startswith("[c] Confidential. Hidden to protect people")
    assert describe_markers(["[c]"])[-1] == EMPTY_IS_NOT_ZERO
    assert describe_markers([""]) == ()
    assert len(describe_markers()) == 6
    assert describe_marker("") == ""


def test_groups_and_breakdowns_by_name() -> None:
    assert format_group("sex=female;ethnicity_5=asian", DIMENSIONS) == "Women, Asian"
    assert format_group("", DIMENSIONS) == "Everyone"
    assert format_group("grade=g9", DIMENSIONS) == "g9"
    assert format_breakdown("directorate+ethnicity_5", DIMENSIONS) == "directorate and ethnic group"
    assert format_breakdown("", DIMENSIONS) == "whole council"


def test_targets_and_rules_in_words() -> None:
    assert describe_target(a_summary()) == "38% by March 2030, from 21% in March 2022"
    assert describe_target(a_gap(within=0.01, has_baseline=False)) == "Within 1 point of 0% by March 2026"
    assert describe_target(a_summary(target=())) == ""
    four = a_gap(within=0.01, has_baseline=True, target=(("2022-03-31", 0.103), ("2027-03-31", 0.04)))
    assert describe_target(four) == "At most 5 points from 0% by March 2027, from 10.3% in March 2022"  # 2% is as good as 4%
    assert describe_polarity(a_gap()) == "Closer to 0% is better"
    assert describe_polarity(a_gap(target=(("2027-03-31", 0.04),))) == "Closer to 0% is better"
    assert describe_polarity(a_gap(measure="representation_index", unit="ratio")) == "Closer to 1 is better"
    assert describe_polarity(a_gap(measure="proportion", target=(("2027-03-31", 0.50),))) == "Closer to 50% is better"
    assert describe_polarity(a_gap(measure="proportion", target=())) == "Closer to the target is better"
    assert describe_polarity(a_summary()) == "Higher is better"
    assert describe_status_rule(a_summary()) == "A figure is off path only when its whole likely range is worse than the path."
    assert (
        describe_status_rule(a_summary(status_rule="tolerance 2"))
        == "A figure is off path when it is more than 2 points worse than the path."
    )
    assert describe_status_rule(a_summary(target=())) == "There is no target, so the figure has no status."
    assert describe_status_rule(a_summary(interval="none")) == "A figure is off path when it is worse than the path."


def test_a_definition_leaves_nothing_empty() -> None:
    facts = dict(describe_definition(a_summary(benchmark_title="Residents", benchmark_source="Census 2021", benchmark_illustrative=True)))
    assert facts["Compared with"] == "Residents (made up for demonstration), Census 2021"
    assert facts["Changes in how it is counted"] == "None"
    assert "Compared with" not in dict(describe_definition(a_summary()))
    assert all(text for text in facts.values())


@pytest.mark.parametrize("method", sorted({*DEFAULT_INTERVAL.values(), "none"}))
def test_every_method_has_its_statistical_name(method: str) -> None:
    assert describe_method(a_summary(interval=method)) == METHODS[method]


def test_plain_words_everywhere_and_statistical_names_only_where_we_say_how_we_know() -> None:
    assert "Newcombe" in describe_change_method()
    for file in ROOM.glob("*.py"):
        text = file.read_text(encoding="utf-8")
        assert not re.search(r"\b(BAME|BME|non-White|RAG)\b", text), file.name
        if file.name != "definition.py":
            assert not re.search(r"Wilson|Newcombe|bootstrap|confidence interval|p-value|significan", text), file.name
