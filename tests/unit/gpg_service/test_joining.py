"""Which employers are councils, and which rows of different years are the same one: never by a name that is only alike."""

from dataclasses import replace

import pytest

from metrics.gpg_service.councils import is_council, plain_name
from metrics.gpg_service.joining import NOBODY, join_years, renamed
from metrics.gpg_service.reading import read_year
from metrics.gpg_service.rows import council_of
from tests.support.gpg_files import NUMBERED, write_year


@pytest.fixture
def row(tmp_path):
    (made,) = read_year(write_year(tmp_path / "a.csv", [NUMBERED])).rows
    return made


@pytest.mark.parametrize(
    ("name", "codes", "number", "council"),
    [
        ("Birmingham City Council", ("1", "84110"), "", True),
        ("The London Borough Of Lewisham", ("1", "84110"), "", True),
        ("London borough Harrow Council", ("1",), "", True),
        ("Bournemouth, Christchurch & Poole Council", (), "", True),  # no code, and no company either
        ("Suffolk Coastal District Council and Waveney District Counci", ("1", "84110"), "", True),  # cut off by the service
        ("City of London Corporation", ("1", "84110"), "", True),
        ("Medical Research Council", ("1",), "", False),
        ("General Dental Council", ("84120",), "", False),
        ("BRITISH COUNCIL(THE)", (), "RC000060", False),
        ("FIELD STUDIES COUNCIL", ("85590",), "00412621", False),
        ("Loughborough College", ("1", "85310"), "", False),
        ("BOROUGH CARE LTD", (), "IP27788R", False),
        ("Greater London Authority", ("1", "84110"), "", False),
    ],
)
def test_councils_are_told_by_name_and_code_together(row, name, codes, number, council):
    made = replace(row, name=name, current_name=name, sic_codes=codes, company_number=number)
    assert is_council(made) is council
    assert is_council(made, also={plain_name(name)}) is True
    assert is_council(made, also={plain_name(name)}, never={plain_name(name)}) is False


def in_2017(row, name="Anytown City Council", **changes):
    return replace(council_of(row), year=2017, name=name, current_name=name, employer_id="", **changes)


def employers(joined):
    return {(r.year, r.name): r.employer for r in joined.rows}


def test_a_year_without_numbers_is_joined_by_name_and_something_else(row):
    moved = in_2017(row, post_code="B9 9ZZ")  # the website agrees
    assert employers(join_years([council_of(row), moved]))[2017, "Anytown City Council"] == "1"
    namesake = in_2017(row, post_code="B9 9ZZ", website="")
    joined = join_years([council_of(row), namesake])
    assert employers(joined)[2017, "Anytown City Council"] == "name:anytown city council, B9 9ZZ"
    (doubt,) = joined.undecided
    assert str(doubt) == "2017 'Anytown City Council' is perhaps Anytown City Council (1): nothing but the name is alike"


def test_look_alikes_are_never_joined_but_shown(row):
    castle = replace(council_of(row), name="Newcastle City Council", current_name="Newcastle City Council", website="newcastle.gov.uk")
    other = in_2017(row, "Newcastle-under-Lyme Borough Council", post_code="ST5 2AG", website="newcastle-staffs.gov.uk")
    joined = join_years([castle, other])
    assert len(set(employers(joined).values())) == 2
    assert joined.undecided == ()
    typing = in_2017(row, "Anytown Cty Council")
    assert [u.name for u in join_years([council_of(row), typing]).undecided] == ["Anytown Cty Council"]


def test_two_of_one_name_and_one_house_are_left_to_the_analyst(row):
    both = [council_of(row), replace(council_of(row), employer_id="2")]
    joined = join_years([*both, in_2017(row)])
    assert employers(joined)[2017, "Anytown City Council"].startswith("name:")
    assert [c[0] for c in joined.undecided[0].candidates] == ["1", "2"]


def test_what_a_person_decided_holds(row):
    rows = [council_of(row), in_2017(row, "Old Town Council", post_code="", website="")]
    assert employers(join_years(rows, {(2017, "old town council"): "1"}))[2017, "Old Town Council"] == "1"
    mine = join_years([council_of(row), in_2017(row)], {(2017, "anytown city council"): NOBODY})
    assert employers(mine)[2017, "Anytown City Council"] == "name:anytown city council, B1 1BB"
    assert mine.undecided == ()


def test_a_renamed_employer_is_followed_by_its_number_and_by_its_current_name(row):
    now = replace(council_of(row), year=2022, name="Newtown Council", current_name="Newtown Council")
    before = in_2017(row, "Anytown City Council")
    before = replace(before, current_name="Newtown Council")
    joined = join_years([now, council_of(row), before])
    assert {r.employer for r in joined.rows} == {"1"}
    assert renamed(joined.rows) == {"1": ((2017, "Anytown City Council"), (2022, "Newtown Council"))}


def test_the_order_of_files_changes_nothing(row):
    rows = [council_of(row), in_2017(row), in_2017(row, "Elsewhere Council", post_code="X1 1XX", website="e.gov.uk")]
    assert join_years(rows) == join_years(rows[::-1])


def test_employers_without_number_keep_apart_by_their_post_code(row):
    rows = [in_2017(row, post_code=code, website="") for code in ("B1 1BB", "L1 1AA")]
    assert len({r.employer for r in join_years(rows).rows}) == 2
