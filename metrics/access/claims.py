"""From what an identity provider says about a person to a viewer, or to a refusal with its reason."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, cast

from metrics.access.rules import grant_of
from metrics.access.viewer import Viewer
from metrics.definitions.access import Access
from metrics.errors import AccessDenied

Reason = Literal[
    "signed_out", "malformed", "oversized", "expired", "ended", "wrong_tenant", "no_role", "cut_off", "rules", "not_completed", "audit"
]  # fmt: skip
"""Why somebody is not let in, as it stands in logs."""
CLOCKS_DIFFER = timedelta(minutes=5)
"""How far ahead of ours an identity provider's clock may be."""
LONGEST_CLAIM = 300
MOST_ROLES = 200
SESSION = "session"
"""Our own claim: a random name for this sign-in."""

WORDS: Mapping[Reason, str] = {
    "signed_out": "You are not signed in.",
    "malformed": "Your sign-in cannot be read.",
    "oversized": "Your organisation's sign-in service sends more about you than fits into a cookie.",
    "expired": "Your sign-in has ended: it lasts a limited time.",
    "ended": "You have signed out.",
    "wrong_tenant": "Your account belongs to another organisation.",
    "no_role": "You have no role in this dashboard.",
    "cut_off": "Your access to this dashboard has been ended.",
    "rules": "The dashboard's access rules cannot be read at the moment.",
    "not_completed": "The sign-in was not completed.",
    "audit": "Your sign-in cannot be recorded at the moment, so it was not accepted.",
}


def refusal(reason: Reason) -> AccessDenied:
    return AccessDenied(WORDS[reason], reason=reason)


def viewer_from_claims(claims: Mapping[str, Any], access: Access, now: datetime) -> Viewer:
    """Who this is and what they may open, now.

    Raises
    ------
    AccessDenied : `reason` is malformed, wrong_tenant, cut_off, expired or no_role
    """
    subject = subject_of(claims, access)
    issued = issued_at(claims, now)
    ends_at = issued + timedelta(hours=access.session.hours)
    if {subject, _person(claims, access)} & set(access.cut_off):
        raise refusal("cut_off")
    if now >= ends_at:
        raise refusal("expired")
    held = held_roles(claims, access)
    if not held:
        raise refusal("no_role")
    audience = access.roles[held[0]].audience
    counted = tuple(name for name in held if access.roles[name].audience == audience)
    return Viewer(
        audience=audience,
        mode="signed_in",
        units=(),
        subject=subject,
        name=_name(claims),
        roles=counted,
        titles=tuple(access.roles[name].title for name in counted),
        grants=tuple(grant_of(access.roles[name]) for name in counted),
        administrator=any(access.roles[name].administrator for name in counted),
        session=_text(claims, SESSION, needed=False),
        ends_at=ends_at,
    )


def subject_of(claims: Mapping[str, Any], access: Access) -> str:
    """The person for good, as the audit log has it: "object/tenant". `AccessDenied` for another organisation."""
    _, realm = access.claims.keys
    person, home = _person(claims, access), _text(claims, realm)
    if home != access.claims.tenant:
        raise refusal("wrong_tenant")
    return f"{person}/{home}"


def _person(claims: Mapping[str, Any], access: Access) -> str:
    return _text(claims, access.claims.keys[0])


def _text(claims: Mapping[str, Any], name: str, needed: bool = True) -> str:
    value = claims.get(name)
    if value is None and not needed:
        return ""
    if not isinstance(value, str) or not value.strip() or len(value) > LONGEST_CLAIM or re.search(r"[\x00-\x20\x7f]", value):
        raise refusal("malformed")
    return value


def issued_at(claims: Mapping[str, Any], now: datetime) -> datetime:
    """When the provider vouched for the person. One from the future would never end."""
    value = claims.get("iat")
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise refusal("malformed")
    if not 0 < value < 2**40:
        raise refusal("malformed")
    issued = datetime.fromtimestamp(value, UTC)
    if issued > now + CLOCKS_DIFFER:
        raise refusal("malformed")
    return issued


def held_roles(claims: Mapping[str, Any], access: Access) -> tuple[str, ...]:
    """Roles of access.yaml that the person holds, in its order. No such claim means none."""
    value = claims.get(access.claims.roles)
    listed = [value] if isinstance(value, str) else value
    if listed is None:
        return ()
    if not isinstance(listed, (list, tuple)) or len(listed) > MOST_ROLES or not all(isinstance(one, str) for one in listed):
        raise refusal("malformed")
    return tuple(name for name in access.roles if name in set(cast(list[str], listed)))


def _name(claims: Mapping[str, Any]) -> str:
    """The display name; an e-mail address in its place is left out."""
    value = claims.get("name")
    text = re.sub(r"[\x00-\x1f\x7f]", "", value).strip() if isinstance(value, str) else ""
    return "" if "@" in text else text[:80]


def kept_claims(claims: Mapping[str, Any], access: Access, session: str) -> dict[str, Any]:
    """The few claims that a cookie has to carry: who, from where, since when, which of our roles. No e-mail address, no groups."""
    person, realm = access.claims.keys
    return {
        person: claims[person],
        realm: claims[realm],
        "iat": claims["iat"],
        "name": _name(claims),
        access.claims.roles: list(held_roles(claims, access)),
        SESSION: session,
    }
