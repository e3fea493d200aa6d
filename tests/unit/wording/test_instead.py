"""Where to read instead of what is hidden, hidden lines gathered, and rounded parts that do not add up."""

from __future__ import annotations

from datetime import UTC, datetime

import pandas as pd
import pytest

from metrics.report import Contents, Provenance, UnitSummary
from metrics.wording.groups import gather_hidden, worth_drawing
from metrics.wording.instead import describe_instead_of, read_instead
from metrics.wording.notes import NOTES, describe_note, describe_notes
from metrics.wording.rounding import describe_additivity
from tests.support.wording_rows import DIMENSIONS, a_hidden_row, a_row, a_summary, a_table

COUNT = a_summary(measure="count", unit="people")


def contents(*units: str, off_by: int = 2) -> Contents:
    known = {
        "council": UnitSummary("council", "Council", None, "council", 0),
        "parks": UnitSummary("parks", "Parks", "council", "directorate", 1),
    }
    stamp = Provenance("r1", datetime(2026, 4, 1, tzinfo=UTC), "Council", False, "£", {}, "v", "leadership", "leadership", "")
    certificates = ({"dataset": "hr", "off_by": off_by}, {"dataset": "hr", "off_by": 0})
    return Contents(stamp, {}, {u: known[u] for u in units}, DIMENSIONS, {}, certificates)


@pytest.mark.parametrize(
    ("note", "words"),
    [
        ("coarsened:by:ethnicity_5", "See the figures by ethnic group."),
        ("coarsened:by:ethnicity_5,sex", "See the figures by ethnic group and by sex."),
        ("coarsened:at:council", "See the figures of the whole council."),
        ("coarsened:at:parks", "See the figures of Parks."),
        ("coarsened:yearly:sex", "See the yearly figures by sex."),
    ],
)
def test_a_hidden_row_says_where_to_read_instead(note: str, words: str) -> None:
    row = a_hidden_row(note=note)
    assert describe_note(row, contents("council", "parks")) == f"{NOTES['coarsened']} {words}"
    assert describe_note(row) == NOTES["coarsened"]
    assert describe_notes(a_table(row), a_summary())[0] == NOTES["coarsened"]


def test_a_unit_that_the_reader_may_not_see_is_not_named() -> None:
    assert describe_note(a_hidden_row(note="coarsened:at:council"), contents("parks")) == NOTES["coarsened"]


def test_other_notes_point_nowhere() -> None:
    assert read_instead("hidden") == read_instead("")
    assert not read_instead("minimum_base").splits


def test_a_coarser_breakdown_in_the_place_of_the_chosen_one_says_so() -> None:
    assert describe_instead_of("ethnicity_5", "sex", contents("council")) == (
        "Too few people in most groups by ethnic group here, so these are the figures by sex."
    )


def test_two_hidden_rows_are_one_line_and_one_keeps_its_own() -> None:
    said, hidden = gather_hidden(a_table(a_row(), a_hidden_row(), a_hidden_row()))
    assert (len(said), len(hidden)) == (1, 2)
    said, hidden = gather_hidden(a_table(a_row(), a_hidden_row()))
    assert (len(said), len(hidden)) == (2, 0)
    base_shown = a_table(a_hidden_row(denominator=20.0), a_hidden_row(denominator=30.0))
    assert len(gather_hidden(base_shown, ("denominator",))[1]) == 0
    assert len(gather_hidden(base_shown)[1]) == 2


def test_groups_of_nobody_beside_hidden_ones_make_no_chart() -> None:
    nobody = a_row(value=0.0, numerator=0.0)
    assert not worth_drawing(a_table(nobody, a_hidden_row()), COUNT)
    assert not worth_drawing(a_table(a_hidden_row()), COUNT)
    assert worth_drawing(a_table(nobody, nobody), COUNT)
    assert worth_drawing(a_table(a_row(value=3.0), a_hidden_row()), COUNT)


def rounded(*people: float) -> pd.DataFrame:
    return a_table(*(a_row(value=n, rounded=True) for n in people))


def test_rounded_parts_that_do_not_add_up_are_told_with_both_numbers() -> None:
    whole = a_row(value=250.0, rounded=True)
    said = describe_additivity(rounded(120, 125), whole, "value", contents("council"), COUNT, "groups")
    assert said == "Counts are rounded to the nearest 5, each by itself, so groups may not add up to the total: here 245 beside 250."
    ten = describe_additivity(rounded(120, 120), whole, "value", contents("council", off_by=5), COUNT, "groups")
    assert "to the nearest 10" in ten


def test_nothing_is_said_where_parts_add_up_or_a_part_is_hidden_or_nothing_is_rounded() -> None:
    whole, held = a_row(value=250.0, rounded=True), contents("council")
    assert describe_additivity(rounded(125, 125), whole, "value", held, COUNT, "groups") == ""
    with_hidden = a_table(a_row(value=120.0, rounded=True), a_hidden_row())
    assert describe_additivity(with_hidden, whole, "value", held, COUNT, "groups") == ""
    exact = a_table(a_row(value=120.0), a_row(value=125.0))
    assert describe_additivity(exact, a_row(value=250.0), "value", held, COUNT, "groups") == ""
    assert describe_additivity(rounded(120), None, "value", held, COUNT, "groups") == ""
