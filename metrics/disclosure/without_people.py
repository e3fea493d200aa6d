"""Figures that hold no counts of people: their certificate says so, and the attacker is given a system in which nobody is counted.

The certificate is made in the same shape as any other, so that whoever reads certificates reads this one. What it promises is held by
`metrics.releases.certified`: a batch with this certificate may hold nothing that could be a number of people.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from metrics.definitions.profile import Profile
from metrics.disclosure.attack import Attack
from metrics.disclosure.shown import Certificate

PEOPLE = "people"
"""Key of a certificate that is False where the figures hold no counts of people; certificates of people do not have it."""


def certificate_without_people(dataset: str, period_end: str, audience: str, profile: str, rule: Profile) -> dict[str, Any]:
    made = Certificate(
        dataset=dataset,
        period_end=period_end,
        audience=audience,
        profile=profile,
        blocks=0,
        cells=0,
        exact=0,
        rounded=0,
        primary=0,
        secondary=0,
        coarsened=0,
        shown_by_level={},
        recovered=0,
        narrowest=None,
        required=rule.threshold - 1,
        pay_recovered=0,
        seconds=0.0,
    )
    return {**made.as_dict(), PEOPLE: False}


def attacked_nobody() -> Attack:
    """What an attack finds where nobody is counted."""
    none = np.array([], dtype=np.int64)
    return Attack(none, none, none.astype(bool), recovered=0, unsettled=0, seconds=0.0)


def system_without_people(dataset: str, period_end: str, audience: str, profile: str, rule: Profile, root: str) -> dict[str, Any]:
    """What an attacker is given: the council, and no table, no set of people, no count."""
    nothing: dict[str, list[Any]] = {
        name: []
        for name in (
            "axes",
            "sensitive",
            "unknown",
            "tables",
            "attached",
            "wheres",
            "regions",
            "pairs",
            "families",
            "shown",
            "chains",
            "chain",
        )
    }
    named = {"dataset": dataset, "period_end": period_end, "audience": audience, "profile": profile}
    rules = {"threshold": rule.threshold, "zeros_hidden": False, "alike_below": 0}
    return {**named, **rules, "units": [root], "parents": [None], **nothing, "amounts": []}
