"""From claims to a viewer, or to a refusal with its reason."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.access.claims import WORDS, kept_claims, viewer_from_claims
from metrics.access.viewer import Grant
from metrics.definitions.access import Access
from metrics.errors import AccessDenied

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
ACCESS = Access.model_validate(
    {
        "claims": {"person": "oid+tid", "tenant": "anytown"},
        "session": {"hours": 8},
        "roles": {
            "Admin": {"title": "Administrator", "audience": "leadership", "pages": "all", "units": "all", "administrator": True},
            "Housing": {"title": "Housing officer", "audience": "leadership", "pages": ["kpi"], "units": ["housing"]},
            "Parks": {"title": "Parks officer", "audience": "leadership", "pages": ["gaps"], "units": ["parks"]},
            "Public": {"title": "Scrutiny", "audience": "public", "pages": "all", "units": "all"},
        },
        "cut_off": ["gone/anytown", "short"],
    }
)
GOOD: dict[str, Any] = {
    "oid": "p1", "tid": "anytown", "iat": NOW.timestamp() - 60, "roles": ["Housing"], "name": "Ann Officer", "session": "s1",
}  # fmt: skip


def test_a_person_with_one_role() -> None:
    viewer = viewer_from_claims(GOOD, ACCESS, NOW)
    assert (viewer.subject, viewer.name, viewer.roles, viewer.role_words) == ("p1/anytown", "Ann Officer", ("Housing",), "Housing officer")
    assert (viewer.audience, viewer.mode, viewer.administrator) == ("leadership", "signed_in", False)
    assert viewer.units == ()  # reads nothing until on a page
    assert viewer.grants == (Grant(("kpi",), ("housing",)),)
    assert viewer.ends_at == NOW - timedelta(seconds=60) + timedelta(hours=8)


@pytest.mark.parametrize(
    ("held", "counted", "audience"),
    [
        (["Housing", "Parks"], ("Housing", "Parks"), "leadership"),
        (["Parks", "Housing"], ("Housing", "Parks"), "leadership"),  # the order of access.yaml, not of the provider
        (["Public", "Parks"], ("Parks",), "leadership"),  # the wider units of another audience do not come along
        (["Public"], ("Public",), "public"),
        ("Public", ("Public",), "public"),
        (["Other.Application", "Public"], ("Public",), "public"),
    ],
)
def test_several_roles_count_only_where_they_have_the_first_ones_audience(held: Any, counted: tuple[str, ...], audience: str) -> None:
    viewer = viewer_from_claims({**GOOD, "roles": held}, ACCESS, NOW)
    assert (viewer.roles, viewer.audience) == (counted, audience)


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"tid": "elsewhere"}, "wrong_tenant"),
    ({"tid": "elsewhere", "roles": ["Admin"]}, "wrong_tenant"),
    ({"tid": None}, "malformed"),
    ({"oid": None}, "malformed"),
    ({"oid": 7}, "malformed"),
    ({"oid": "   "}, "malformed"),
    ({"oid": "a b"}, "malformed"),
    ({"oid": "x" * 301}, "malformed"),
    ({"oid": "gone"}, "cut_off"),
    ({"oid": "short"}, "cut_off"),
    ({"iat": None}, "malformed"),
    ({"iat": "1"}, "malformed"),
    ({"iat": True}, "malformed"),
    ({"iat": float("nan")}, "malformed"),
    ({"iat": float("inf")}, "malformed"),
    ({"iat": -1}, "malformed"),
    ({"iat": 2**60}, "malformed"),
    ({"iat": NOW.timestamp() + 301}, "malformed"),
    ({"iat": NOW.timestamp() - 8 * 3600}, "expired"),
    ({"roles": []}, "no_role"),
    ({"roles": None}, "no_role"),
    ({"roles": ["admin"]}, "no_role"),
    ({"roles": ["Admin "]}, "no_role"),
    ({"roles": {"Admin": True}}, "malformed"),
    ({"roles": [["Admin"]]}, "malformed"),
    ({"roles": ["x"] * 201}, "malformed"),
]


@pytest.mark.parametrize(("change", "reason"), REFUSED)
def test_who_is_refused_and_why(change: dict[str, Any], reason: str) -> None:
    with pytest.raises(AccessDenied) as refused:
        viewer_from_claims({**GOOD, **change}, ACCESS, NOW)
    assert refused.value.reason == reason
    assert reason in WORDS
    assert refused.value.exit_code == 1


def test_clocks_may_differ_by_some_minutes_and_the_last_second_counts() -> None:
    assert viewer_from_claims({**GOOD, "iat": NOW.timestamp() + 299}, ACCESS, NOW)
    assert viewer_from_claims({**GOOD, "iat": NOW.timestamp() - 8 * 3600 + 1}, ACCESS, NOW)


def test_a_missing_claim_of_roles_means_no_rights() -> None:
    claims = {k: v for k, v in GOOD.items() if k != "roles"} | {"_claim_names": {"groups": "src1"}, "groups": ["Admin"]}
    with pytest.raises(AccessDenied) as refused:
        viewer_from_claims(claims, ACCESS, NOW)
    assert refused.value.reason == "no_role"


def test_subject_and_issuer_for_other_providers() -> None:
    access = Access.model_validate({**ACCESS.model_dump(), "claims": {"person": "sub+iss", "tenant": "https://id.example"}, "cut_off": ()})
    claims = {"sub": "u-1", "iss": "https://id.example", "iat": NOW.timestamp(), "roles": ["Parks"], "email": "a@example.org"}
    assert viewer_from_claims(claims, access, NOW).subject == "u-1/https://id.example"
    with pytest.raises(AccessDenied):
        viewer_from_claims({**claims, "iss": "https://id.example.evil"}, access, NOW)


def test_the_cookie_holds_what_counts_and_no_address_or_group() -> None:
    claims = {
        **GOOD,
        "roles": ["Other", "Housing"],
        "email": "ann@example.org",
        "preferred_username": "ann@example.org",
        "groups": ["g"] * 300,
    }
    kept = kept_claims({**claims, "name": "ann@example.org"}, ACCESS, "new")
    assert kept == {"oid": "p1", "tid": "anytown", "iat": GOOD["iat"], "name": "", "roles": ["Housing"], "session": "new"}


plain = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.text(), max_size=3)


@given(st.dictionaries(st.sampled_from(["oid", "tid", "iat", "roles", "name", "session"]), plain))
def test_whatever_a_provider_sends_is_a_viewer_or_a_refusal(claims: dict[str, Any]) -> None:
    whole = {**GOOD, **claims}
    reason = ""
    try:
        roles = viewer_from_claims(whole, ACCESS, NOW).roles
    except AccessDenied as refused:
        roles, reason = (), refused.reason
    assert (reason in WORDS) != bool(roles)
    assert not roles or json.dumps(kept_claims(whole, ACCESS, "s"))
