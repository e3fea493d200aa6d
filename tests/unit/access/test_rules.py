"""Who may see what, as one table."""

from __future__ import annotations

import pytest

from metrics.access.rules import (
    can_view_audience,
    can_view_release,
    can_view_unit,
    check_can_view_audience,
    check_can_view_unit,
    viewing_as,
)
from metrics.access.viewer import Viewer
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
