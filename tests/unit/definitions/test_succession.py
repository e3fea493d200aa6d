"""What became of units, in words that an officer would use, and what the file leaves open."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from metrics.definitions.checks.succession import succession_warnings
from metrics.definitions.organisation_csv import read_organisation
from metrics.definitions.succession import Succession, listed
from tests.support.councils import a_council

TODAY = date(2026, 3, 31)
HEAD = "unit,name,parent,level,valid_from,valid_to,successor\ncity,City,,council,,,\n"


def told(tmp_path: Path, *lines: str, empty: tuple[str, ...] = ()) -> Succession:
    path = tmp_path / "organisation.csv"
    path.write_text(HEAD + "\n".join(lines) + "\n")
    organisation, _, problems = read_organisation(path, "organisation.csv")
    assert not problems
    assert organisation is not None
    return Succession(organisation, TODAY, lambda _: frozenset(empty))


def words(breaks: tuple) -> list[str]:
    return [f"{b.day}: {b.reason}" for b in breaks]


MOVE = (
    "housing,Housing,city,directorate,,,",
    "adults,Adult Social Care,city,directorate,,,",
    "options_a,Housing Options,adults,service,,2024-03-31,options",
    "care,Care,adults,service,,,",
    "options,Housing Options,housing,service,2024-04-01,,",
)


def test_a_move_breaks_both_directorates_and_is_said_in_words(tmp_path: Path) -> None:
    one = told(tmp_path, *MOVE)
    assert words(one.breaks("housing")) == ["2024-04-01: Housing Options moved here from Adult Social Care"]
    assert words(one.breaks("adults")) == ["2024-04-01: Housing Options moved to Housing"]
    assert one.breaks("city") == one.breaks("care") == ()
    assert one.began("options") == "in Adult Social Care until then"
    assert one.composition("housing", date(2023, 3, 31)).terms == (("housing", 1), ("options_a", 1))
    assert one.composition("adults", date(2023, 3, 31)).terms == (("adults", 1), ("options_a", -1))
    assert one.breaks_today("housing") == one.breaks_today("adults") == ()
    assert one.now_in("options_a") == ("options",)


def test_where_nobody_is_attached_above_whole_units_are_simply_added(tmp_path: Path) -> None:
    one = told(tmp_path, *MOVE, empty=("adults", "housing"))
    assert one.composition("adults", date(2023, 3, 31)).terms == (("care", 1),)


def test_a_split_inside_a_directorate_breaks_its_parts_and_not_the_directorate(tmp_path: Path) -> None:
    one = told(
        tmp_path,
        "housing,Housing,city,directorate,,,",
        "advice,Advice,housing,service,,2024-03-31,debt;legal",
        "debt,Debt Advice,housing,service,2024-04-01,,",
        "legal,Legal Advice,housing,service,2024-04-01,,",
    )
    assert one.breaks("housing") == one.breaks_today("housing") == ()
    assert one.composition("housing", date(2024, 3, 31)).same_unit
    assert one.composition("debt", date(2024, 3, 31)).partly == ("advice",)
    assert words(one.breaks_today("debt")) == ["2024-04-01: Advice was split between Debt Advice and Legal Advice"]
    assert one.began("legal") == "made of a part of Advice"


def test_parts_that_are_joined_again_are_exact_again(tmp_path: Path) -> None:
    one = told(
        tmp_path,
        "advice,Advice,city,service,,2023-03-31,debt;legal",
        "debt,Debt Advice,city,service,2023-04-01,2025-03-31,support",
        "legal,Legal Advice,city,service,2023-04-01,2025-03-31,support",
        "support,Support,city,service,2025-04-01,,",
    )
    assert one.composition("support", date(2022, 3, 31)).terms == (("advice", 1),)
    assert one.composition("support", date(2024, 3, 31)).terms == (("debt", 1), ("legal", 1))
    assert one.breaks_today("support") == ()


def test_a_unit_that_ended_with_the_one_above_shares_its_successor(tmp_path: Path) -> None:
    one = told(
        tmp_path,
        "works,Works,city,directorate,,2024-03-31,place",
        "roads,Roads,works,service,,2024-03-31,",
        "place,Place,city,directorate,,,",
    )
    assert one.where("roads", TODAY) == {"place"}
    assert words(one.breaks("place")) == ["2024-04-01: Works joined"]


def test_ends_and_beginnings_that_name_nothing_are_breaks(tmp_path: Path) -> None:
    one = told(
        tmp_path,
        "place,Place,city,directorate,,,",
        "baths,Baths,place,service,,2024-03-31,",
        "arts,Arts,place,service,2025-04-01,,",
    )
    assert words(one.breaks("place")) == [
        "2024-04-01: Baths ended, and nothing is named as what it became",
        "2025-04-01: Arts began, and nothing is named as what it came from",
    ]
    assert words(one.breaks_today("place")) == ["2025-04-01: Arts began, and nothing is named as what it came from"]
    assert one.composition("place", date(2023, 3, 31)).terms == (("place", 1), ("baths", -1))
    assert one.composition("arts", date(2023, 3, 31)).nobody
    assert one.now_in("baths") == ()
    assert one.began("arts") == "newly formed; nothing is named as what it came from"


def test_a_restructure_still_to_come_is_not_in_todays_structure(tmp_path: Path) -> None:
    one = told(tmp_path, "a,A,city,service,,2026-03-31,b", "b,B,city,service,2026-04-01,,")
    assert one.composition("a", date(2025, 3, 31)).same_unit
    assert one.breaks_today("a") == ()


def test_long_lists_end_in_a_number() -> None:
    assert [listed(list("abcdefg"[:n])) for n in (1, 2, 4, 6)] == ["a", "a and b", "a, b, c and d", "a, b, c and 3 more"]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (("a,A,city,service,,2024-03-31,",), "'a' ended on 2024-03-31 and names no successor."),
        (("a,A,city,service,,2024-03-31,b", "b,B,city,service,2024-04-01,,"), ""),
        (("a,A,city,service,,2024-03-31,b", "b,B,city,service,2024-01-01,,"), "both stood for 91 days"),
        (("a,A,city,service,,2027-03-31,",), ""),
        (("d,D,city,directorate,,2024-03-31,e", "a,A,d,service,,2024-03-31,", "e,E,city,directorate,,,"), ""),
    ],
)
def test_what_the_file_leaves_open_is_a_warning_with_its_line(tmp_path: Path, lines: tuple[str, ...], said: str) -> None:
    organisation = told(tmp_path, *lines).organisation
    found = succession_warnings(replace(a_council(), folder=tmp_path, organisation=organisation), TODAY)
    assert [p.line for p in found] == ([3] if said else [])
    assert said in "".join(p.message for p in found)
