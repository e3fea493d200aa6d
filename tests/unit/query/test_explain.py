"""The waterfall adds up for the analyst and gives no small number away."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.errors import InputError
from metrics.query.explain import explain, shown_steps
from tests.support.factories import DAY, a_configuration, a_dataset, a_pay_gap, a_proportion
from tests.support.stored import a_source

REGULAR = {"title": "Staff without casual workers", "where": {"contract": ["permanent", "fixed_term"]}}
SHARE = a_proportion(
    {"disability": ["disabled"]}, {"disability": "known", "grade": ["g1", "g2"]}, population="regular", breakdowns=[["directorate"]]
)
COUNCIL = a_configuration(SHARE, a_pay_gap({"sex": ["female"]}, {"sex": ["male"]}, id="PG01"), dataset=a_dataset(regular=REGULAR))


def staff(**people: int) -> list[dict[str, object]]:
    usual = {"contract": "permanent", "grade": "g1", "disability": "not_disabled", "sex": "female", "pay": 10.0}
    odd: dict[str, dict[str, object]] = {
        "usual": {}, "second_post": {"counts_once": False}, "casual": {"contract": "casual"}, "senior": {"grade": "g3"},
        "silent": {"disability": "prefer_not_to_say"}, "unpaid": {"pay": None}, "sex_unknown": {"sex": None},
    }  # fmt: skip
    return [{**usual, **odd[kind]} for kind, n in people.items() for _ in range(n)]


def test_each_reason_takes_its_people_away() -> None:
    with a_source(COUNCIL, staff(usual=50, second_post=6, casual=7, senior=8, silent=9)) as source:
        found = explain(source, COUNCIL, "WR01", DAY)
    assert [(s.people, s.words) for s in found.waterfall] == [
        ("80", "Rows of that day"),
        ("74", "People"),
        ("67", "Whose contract is Permanent or Fixed term"),
        ("59", "Whose grade is G1 or G2"),
        ("50", "Whose disability is known (not recorded and prefer not to say leave here)"),
    ]
    assert not found.rounded


def test_rows_that_are_no_people_are_called_what_they_are() -> None:
    survey = a_dataset(regular=REGULAR).model_copy(update={"rows_are": "responses"})
    with a_source(council := a_configuration(SHARE, dataset=survey), staff(usual=50)) as source:
        found = explain(source, council, "WR01", DAY)
    assert [s.words for s in found.waterfall][:2] == ["Rows of that day", "Responses"]
    assert {s.title.partition(" by ")[0] for s in found.statements if " by " in s.title} == {"Responses"}


def test_a_step_of_three_people_rounds_the_whole_waterfall() -> None:
    with a_source(COUNCIL, staff(usual=51, silent=3)) as source:
        found = explain(source, COUNCIL, "WR01", DAY)
    assert [s.people for s in found.waterfall] == ["55", "55", "55", "55", "50"]
    assert found.rounded
    assert found.note.startswith("Rounded to the nearest 5")


def test_pay_and_the_compared_groups_are_steps_of_a_pay_gap() -> None:
    with a_source(COUNCIL, staff(usual=20, unpaid=10, sex_unknown=5)) as source:
        found = explain(source, COUNCIL, "PG01")
    assert [(s.people, s.words) for s in found.waterfall][2:] == [
        ("25", "With a value for pay"),
        ("20", "In one of the two groups that are compared"),
    ]
    assert [s.title for s in found.statements] == [
        "People by pay__present, sex",
        "Sums and middle values of pay",
        "Who is left out of the base",
    ]


def test_every_parameter_of_the_sql_is_listed() -> None:
    with a_source(COUNCIL, staff(usual=20)) as source:
        for statement in explain(source, COUNCIL, "WR01").statements:
            assert {mark for mark, _ in statement.parameters} == set(re.findall(r"\$\d+", statement.sql))


def test_an_unknown_kpi_and_an_unloaded_day_are_said_with_what_there_is() -> None:
    with a_source(COUNCIL, staff(usual=1)) as source:
        with pytest.raises(InputError, match="WR01"):
            explain(source, COUNCIL, "WR99")
        with pytest.raises(InputError, match="as at 2020-01-01; days that are loaded: 2026-03-31"):
            explain(source, COUNCIL, "WR01", date(2020, 1, 1))


@given(st.lists(st.integers(0, 60), min_size=2, max_size=6).map(lambda n: sorted(n, reverse=True)))
def test_no_exact_pair_of_steps_is_a_small_number_apart(counts: list[int]) -> None:
    shown, rounded = shown_steps(counts)
    if rounded:
        assert all(s == "fewer than 5" or int(s) % 5 == 0 for s in shown)
    else:
        assert [int(s) for s in shown] == counts
        assert all(a - b == 0 or a - b >= 5 for i, a in enumerate(counts) for b in [*counts[i + 1 :], 0])


def test_the_room_knows_no_engine() -> None:
    texts = [p.read_text() for p in Path("metrics/query").glob("*.py")]
    assert not any(re.search(r"^\s*(import|from) (duckdb|networkx)", t, re.M) for t in texts)
