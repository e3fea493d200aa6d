"""Who may see what, as one table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from metrics.access.claims import viewer_from_claims
from metrics.access.rules import (
    as_role,
    can_download,
    can_open_page,
    can_view_as,
    can_view_audience,
    can_view_release,
    can_view_unit,
    check_can_download,
    check_can_open_page,
    check_can_view_as,
    check_can_view_audience,
    check_can_view_unit,
    on_page,
    viewing_as,
)
from metrics.access.viewer import Grant, Viewer
from metrics.definitions.access import Access
from metrics.errors import AccessDenied

AUDIENCES = ("leadership", "public")
PARENTS = {"council": None, "housing": "council", "repairs": "housing", "parks": "council"}

LEADER = Viewer("leadership", "signed_in")
PUBLIC = Viewer("public", "signed_in")
HOUSING = Viewer("leadership", "signed_in", units=("housing",))
NOBODY = Viewer("leadership", "signed_in", units=())
DEMO = Viewer("leadership", "demo")


@pytest.mark.parametrize(
    ("viewer", "audience", "answer"),
    [
        (LEADER, "leadership", True),
        (LEADER, "public", True),
        (LEADER, "press", False),
        (PUBLIC, "public", True),
        (PUBLIC, "leadership", False),
        (Viewer("press", "signed_in"), "public", False),
    ],
)
def test_audiences(viewer: Viewer, audience: str, answer: bool) -> None:
    assert can_view_audience(viewer, audience, AUDIENCES) is answer


@pytest.mark.parametrize(
    ("viewer", "council", "housing", "repairs", "parks", "nowhere"),
    [
        (LEADER, True, True, True, True, False),
        (HOUSING, True, True, True, False, False),
        (Viewer("leadership", "signed_in", units=("repairs", "parks")), True, True, True, True, False),
        (Viewer("leadership", "signed_in", units=("council",)), True, True, True, True, False),
        (NOBODY, False, False, False, False, False),
    ],
)
def test_units(viewer: Viewer, council: bool, housing: bool, repairs: bool, parks: bool, nowhere: bool) -> None:
    answers = [can_view_unit(viewer, unit, PARENTS) for unit in ("council", "housing", "repairs", "parks", "nowhere")]
    assert answers == [council, housing, repairs, parks, nowhere]


@pytest.mark.parametrize(
    ("viewer", "synthetic", "answer"),
    [(DEMO, True, True), (DEMO, False, False), (LEADER, False, True), (LEADER, True, True), (Viewer("leadership", "local"), False, True)],
)
def test_releases(viewer: Viewer, synthetic: bool, answer: bool) -> None:
    assert can_view_release(viewer, synthetic) is answer


def test_refusals_say_whose_figures_and_which_are_open() -> None:
    with pytest.raises(AccessDenied, match="'leadership' are not open to you: you read them as 'public'"):
        check_can_view_audience(PUBLIC, "leadership", AUDIENCES)
    with pytest.raises(AccessDenied, match="'parks' are not open to you; yours are: housing"):
        check_can_view_unit(HOUSING, "parks", PARENTS)


def test_leadership_may_look_at_the_public_view_and_not_the_other_way_round() -> None:
    assert viewing_as(HOUSING, "public", AUDIENCES) == Viewer("public", "signed_in", units=("housing",))
    with pytest.raises(AccessDenied):
        viewing_as(PUBLIC, "leadership", AUDIENCES)


# one table: who, asked for what, gets which answer

ACCESS = Access.model_validate(
    {
        "claims": {"person": "oid+tid", "tenant": "anytown"},
        "roles": {
            "Admin": {"title": "Administrator", "audience": "leadership", "pages": "all", "units": "all", "administrator": True},
            "Lead": {"title": "Leadership", "audience": "leadership", "pages": "all", "units": "all"},
            "Housing": {"title": "Housing", "audience": "leadership", "pages": ["kpi", "overview"], "units": ["housing"]},
            "Parks": {"title": "Parks", "audience": "leadership", "pages": ["kpi", "gaps"], "units": ["parks"]},
            "Scrutiny": {"title": "Scrutiny", "audience": "public", "pages": ["overview"], "units": "all"},
        },
    }
)


def holding(*roles: str) -> Viewer:
    claims = {"oid": "p", "tid": "anytown", "iat": 1_700_000_000, "roles": list(roles)}
    return viewer_from_claims(claims, ACCESS, datetime.fromtimestamp(1_700_000_060, UTC))


def can(viewer: Viewer, thing: str, name: str) -> bool:
    page, _, unit = name.partition("/")
    if thing == "page":
        return can_open_page(viewer, name)
    if thing == "unit on page":
        return can_open_page(viewer, page) and can_view_unit(on_page(viewer, page), unit, PARENTS)
    if thing == "audience":
        return can_view_audience(viewer, name, AUDIENCES)
    if thing == "release":
        return can_view_release(viewer, name == "synthetic")
    if thing == "download":
        return can_download(viewer, page, unit == "withdrawn")
    assert thing == "view as"
    return can_view_as(viewer, name, ACCESS, AUDIENCES)


TABLE = """
who             | thing        | name             | answer
Lead            | page         | overview         | yes
Lead            | page         | gaps             | yes
Lead            | unit on page | gaps/repairs     | yes
Lead            | audience     | leadership       | yes
Lead            | audience     | public           | yes
Lead            | release      | real             | yes
Lead            | download     | kpi              | yes
Lead            | download     | kpi/withdrawn    | no
Lead            | view as      | Housing          | no
Admin           | view as      | Housing          | yes
Admin           | view as      | Scrutiny         | yes
Admin           | view as      | Nobody           | no
Admin           | unit on page | gaps/parks       | yes
Housing         | page         | kpi              | yes
Housing         | page         | gaps             | no
Housing         | unit on page | kpi/housing      | yes
Housing         | unit on page | kpi/repairs      | yes
Housing         | unit on page | kpi/council      | yes
Housing         | unit on page | kpi/parks        | no
Housing         | unit on page | gaps/housing     | no
Housing         | audience     | leadership       | yes
Housing         | download     | kpi              | yes
Housing         | download     | gaps             | no
Housing Parks   | unit on page | kpi/housing      | yes
Housing Parks   | unit on page | kpi/parks        | yes
Housing Parks   | unit on page | gaps/parks       | yes
Housing Parks   | unit on page | gaps/housing     | no
Housing Parks   | unit on page | overview/parks   | no
Housing Scrutiny| unit on page | overview/parks   | no
Housing Scrutiny| unit on page | overview/housing | yes
Housing Scrutiny| audience     | leadership       | yes
Scrutiny        | page         | kpi              | no
Scrutiny        | unit on page | overview/parks   | yes
Scrutiny        | audience     | public           | yes
Scrutiny        | audience     | leadership       | no
Scrutiny        | release      | real             | yes
Scrutiny        | download     | overview         | yes
Scrutiny        | view as      | Housing          | no
"""
ROWS = [[cell.strip() for cell in line.split("|")] for line in TABLE.strip().splitlines()[1:]]


@pytest.mark.parametrize(("who", "thing", "name", "answer"), ROWS)
def test_who_may_do_what(who: str, thing: str, name: str, answer: str) -> None:
    assert can(holding(*who.split()), thing, name) is (answer == "yes")


@pytest.mark.parametrize("role", ACCESS.roles)
@pytest.mark.parametrize("page", ["overview", "kpi", "directorate", "gaps", "community"])
def test_looking_as_a_role_is_what_its_holders_see_and_never_more_than_ones_own(role: str, page: str) -> None:
    seen, held, own = as_role(holding("Admin"), role, ACCESS, AUDIENCES), holding(role), holding("Admin")
    assert can_open_page(seen, page) == can_open_page(held, page)
    assert seen.audience == held.audience
    assert (seen.subject, seen.viewing_as) == (own.subject, role)
    for unit in PARENTS:
        if can_open_page(seen, page):
            assert can_view_unit(on_page(seen, page), unit, PARENTS) == can_view_unit(on_page(held, page), unit, PARENTS)
            assert can_view_unit(on_page(own, page), unit, PARENTS)


def test_looking_as_a_role_never_widens_an_administrator_of_a_part() -> None:
    """`equality check` lets nobody be one; were it so all the same, only what both open would be left."""
    part = replace(holding("Housing"), administrator=True)
    seen = as_role(part, "Lead", ACCESS, AUDIENCES)
    assert seen.grants == part.grants
    assert as_role(part, "Parks", ACCESS, AUDIENCES).grants == (Grant(("kpi",), ()),)
    with pytest.raises(AccessDenied):
        as_role(replace(holding("Scrutiny"), administrator=True), "Lead", ACCESS, AUDIENCES)


@pytest.mark.parametrize("check", [lambda v: check_can_open_page(v, "gaps"), lambda v: check_can_download(v, "gaps", False)])
def test_a_refusal_has_its_reason(check: Callable[[Viewer], None]) -> None:
    with pytest.raises(AccessDenied) as refused:
        check(holding("Housing"))
    assert refused.value.reason == "page"
    with pytest.raises(AccessDenied):
        check_can_view_as(holding("Lead"), "Housing", ACCESS, AUDIENCES)


def test_somebody_signed_in_reads_nothing_before_they_are_on_a_page() -> None:
    assert not any(can_view_unit(holding("Lead"), unit, PARENTS) for unit in PARENTS)
    assert on_page(holding("Lead"), "kpi").units is None


def test_a_viewer_without_sign_in_opens_every_page_with_its_own_units() -> None:
    assert on_page(DEMO, "gaps") == DEMO
    assert can_open_page(HOUSING, "gaps")
