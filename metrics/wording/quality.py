"""The state of the data in words: how fresh it is, what its protection was tried against, and what each unit could do next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from metrics.report import Contents, DatasetSummary, KpiSummary
from metrics.wording.dates import format_day
from metrics.wording.values import format_count_of, format_number

GRACE = timedelta(days=60)
"""An extract that has not come so long after its period ended is late."""
GRAINS = {"snapshot": "on any day", "month": "every month", "quarter": "every quarter", "year": "every year"}


def describe_freshness(source: DatasetSummary, today: date) -> tuple[str, str]:
    """The state in a word ("Late", "Due", "Not due yet", "When it comes") and the sentence behind it."""
    if source.next_end is None:
        return (
            ("Nothing loaded", "No extract has been loaded yet.") if not source.loads else ("When it comes", "It may be loaded on any day.")
        )
    end = date.fromisoformat(source.next_end)
    if today <= end:
        return "Not due yet", f"The next extract is of {format_day(end)}."
    if today <= end + GRACE:
        return "Due", f"The extract of {format_day(end)} is due; from {format_day(end + GRACE)} on it is late."
    return "Late", f"The extract of {format_day(end)} has not been published, {format_number((today - end).days)} days after that day."


def passed_reviews(contents: Contents, today: date) -> list[KpiSummary]:
    """KPIs whose day of review has passed, the longest ago first."""
    found = [k for k in contents.kpis.values() if k.review and k.review[1] < today.isoformat()]
    return sorted(found, key=lambda k: k.review[1] if k.review else "")


def describe_review(kpi: KpiSummary, today: date) -> str:
    """ "Last on 1 April 2026, next on 1 April 2027"; "" where an older release does not say."""
    if kpi.review is None:
        return ""
    last, due = kpi.review
    late = ". That day has passed" if due < today.isoformat() else ""
    return f"Last on {format_day(last)}, next on {format_day(due)}{late}"


def describe_certificate(certificate: Mapping[str, Any]) -> str:
    """What was tried against one dataset and period, and what came of it."""
    hidden = sum(int(certificate[kind]) for kind in ("primary", "secondary", "coarsened"))
    words = [
        f"An attacker who knows every figure shown to this audience went through {format_number(certificate['cells'])} counts.",
        f"{_hidden(hidden)}, {format_number(certificate['rounded'])} are rounded.",
        f"Worked out exactly: {_none(int(certificate['recovered']))}.",
    ]
    narrowest, rounded = certificate.get("narrowest"), certificate.get("narrowest_rounded")
    if narrowest is not None:
        words.append(f"The closest that any small or hidden count came: {format_number(narrowest + 1)} possible values.")
    if rounded is not None:
        words.append(f"Of small counts that are rounded: {format_number(rounded + 1)} possible values.")
    if narrowest is None and rounded is None:
        words.append("No count was small enough to need protection.")
    return " ".join(words)


def _hidden(number: int) -> str:
    return "None is hidden" if number == 0 else "One is hidden" if number == 1 else f"{format_number(number)} are hidden"


def _none(number: int) -> str:
    return "none" if number == 0 else format_number(number)


UNSETTLED = (
    "A count that could not be proven safe was hidden until it was, so nothing is left unsettled at the moment of publishing. "
    "“equality certify” attacks a stored release again, from outside, and says for how many counts it ran out of time."
)
NOT_PROMISED = (
    "Not promised: protection from a colleague who already knows who joined or left, or from somebody who runs the same choice of "
    "cells again."
)


def describe_verdict(release: str, recovered: int, unsettled: int) -> str:
    """What came of attacking a release again."""
    if recovered:
        counts = "1 protected count" if recovered == 1 else f"{format_number(recovered)} protected counts"
        return f"Release {release}: {counts} can be worked out exactly. It should be withdrawn."
    if unsettled:
        return (
            f"Release {release}: no protected count was worked out; for {format_number(unsettled)} no second value was found or ruled out."
        )
    return f"Release {release}: no protected count can be worked out from what is published."


def shown_by_level(certificates: Sequence[Mapping[str, Any]], contents: Contents) -> dict[str, float]:
    """Level of the organisation, by its name, to the share of counts that can be read, over all certificates."""
    shares: dict[int, list[float]] = {}
    for certificate in certificates:
        for depth, share in certificate["shown_by_level"].items():
            shares.setdefault(int(depth), []).append(float(share))
    names: dict[int, list[str]] = {}
    for unit in contents.units.values():
        names.setdefault(unit.depth, []).append(unit.level)
    return {
        " or ".join(dict.fromkeys(names.get(depth, [f"level {depth}"]))): sum(found) / len(found) for depth, found in sorted(shares.items())
    }


def describe_more_answers(name: str, share: float, wanted: int, rounded: bool, effect: str) -> str:
    """ "About 45 more answers on religion or belief bring it to 60%, from where its shares are shown."."""
    about = "About " if rounded else ""
    number = format_count_of(wanted) if wanted <= 10 and not rounded else format_number(wanted)
    answers = "answer brings" if wanted == 1 else "answers bring"
    on, _, it = answers.partition(" ")
    words = f"{about}{number} more {on} on {name.lower()} {it} it to {share:.0%}, {effect}."
    return words[:1].upper() + words[1:]
