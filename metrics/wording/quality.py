"""The state of the data in words: how fresh it is, what its protection was tried against, and what each unit could do next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from metrics.report import Contents, DatasetSummary, KpiSummary
from metrics.wording.dates import format_day
from metrics.wording.values import format_count_of, format_list, format_number

WHY_HIDDEN = {
    "small": "because they, or what is left beside them, are so few people that they would tell of somebody, or so that nobody works such "
    "a number out by adding and subtracting",
    "coarsened": "because too little of their breakdown could be shown there",
}
"""How many are hidden for their own sake is not told apart from the rest: where all of them are small, a sum gives two away."""
HIDDEN = ("primary", "secondary", "coarsened")
"""Kinds of hidden counts, as certificates name them."""
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


def newest_of(certificates: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Of each dataset the certificate of its last day, in the order of the datasets' names."""
    found = {str(c["dataset"]): c for c in sorted(certificates, key=lambda c: str(c["period_end"]))}
    return [found[dataset] for dataset in sorted(found)]


def describe_hiding(certificates: Sequence[Mapping[str, Any]]) -> str:
    """What is hidden and why, in three sentences, over some certificates of one audience."""
    total = {name: sum(int(c[name]) for c in certificates) for name in ("cells", "exact", "rounded", *HIDDEN)}
    shown = [_are(total[name], word) for name, word in (("exact", "shown as they are"), ("rounded", "rounded")) if total[name]]
    hidden, total["small"] = sum(total[name] for name in HIDDEN), total["primary"] + total["secondary"]
    shown.append(_are(hidden, "hidden") if hidden else "none is hidden")
    why = [f"{format_number(total[name])} {reason}" for name, reason in WHY_HIDDEN.items() if total[name]]
    return " ".join(
        [
            f"Of {format_number(total['cells'])} counts in the newest figures, {format_list(shown)}.",
            f"Hidden are {format_list(why)}." if why else "No count that stands without rounding was small enough to be hidden.",
            "Whatever would be worked out from a hidden count is hidden with it: its share, its gap, its range.",
        ]
    )


def _are(number: int, word: str) -> str:
    return f"1 is {word.replace('they are', 'it is')}" if number == 1 else f"{format_number(number)} are {word}"


def describe_attacks(certificates: Sequence[Mapping[str, Any]], attacks: Sequence[Mapping[str, Any]]) -> str:
    """What an attacker found who had nothing but one audience's view. `attacks`: the last one on the figures of each certificate."""
    if not attacks:
        return "An independent attack has not been tried again since these figures were published: “equality certify” does it."
    total = {name: sum(int(a[name]) for a in attacks) for name in ("hidden", "recovered", "unsettled", "known_before")}
    parts = "" if len(attacks) == len(certificates) else f", on {format_number(len(attacks))} of {format_number(len(certificates))} parts"
    found = format_number(total["recovered"]) if total["recovered"] else "none"
    before = ", and earlier releases of the same days as far as their figures agree with it," if any(a["earlier"] for a in attacks) else ""
    words = [
        f"An independent attacker with every figure that this version shows{before} worked out "
        f"{found} of the small numbers behind {format_number(total['hidden'])} hidden or rounded counts; "
        f"last tried on {format_day(max(str(a['attacked_at']) for a in attacks)[:10])}{parts}."
    ]
    if total["recovered"]:
        words.append("This release should be withdrawn.")
    if total["unsettled"]:
        words.append(f"For {format_number(total['unsettled'])} of them no second value was found or ruled out.")
    if total["known_before"]:
        words.append(f"Known from earlier releases already: {format_number(total['known_before'])}.")
    return " ".join(words)


ROUNDED = 2
"""Steps between the possible values of a small count that is rounded, at least. Older certificates say more: it may be a count itself."""


def describe_certified(certificates: Sequence[Mapping[str, Any]]) -> str:
    """What was proven when figures were published, and what readers will notice of it."""
    narrow = [min(int(c["narrowest"]), int(c["required"])) for c in certificates if c.get("narrowest") is not None]
    rounded = [min(int(c["narrowest_rounded"]), ROUNDED) for c in certificates if c.get("narrowest_rounded") is not None]
    words = ["Before they were published, the program attacked them itself, and nothing is published of which it works out a count."]
    if narrow:
        words.append(f"Each hidden small count can be two numbers at least {format_number(min(narrow))} apart.")
    if rounded:
        words.append(f"Each small count that is rounded can be at least {format_number(min(rounded) + 1)} numbers.")
    if before := sum(int(c.get("known_before", 0)) for c in certificates):
        words.append(f"{format_number(before)} are known from an earlier release, which cannot be taken back; they are hidden from now on.")
    if apart := sum(int(c.get("mismatches", 0)) for c in certificates):
        words.append(f"Rounded parts need not add up to the rounded whole: in {format_number(apart)} printed sums they do not.")
    return " ".join(words)


def describe_seals(certificates: Sequence[Mapping[str, Any]]) -> str:
    """What shows that figures are still those that were certified; "" in a release that does not say."""
    late = [c for c in certificates if c.get("sealed_by") == "upgrade"]
    if not certificates or not all(c.get("seal") for c in certificates):
        return ""
    if not late:
        return "Every part was sealed when it was published, and is compared with its seal before anything of it is shown."
    day = format_day(max(str(c["sealed_at"]) for c in late)[:10])
    which = "Its parts" if len(late) == len(certificates) else f"{format_number(len(late))} of {format_number(len(certificates))} parts"
    return (
        f"{which} were published before releases were sealed, and sealed on {day}, when the store was upgraded: no certificate was made "
        "anew, and only a change after that day is noticed. Every part is compared with its seal before anything of it is shown."
    )


def describe_left_out(release: str, units: int, contradicting: int, unmatched: int) -> list[str]:
    """Figures of an earlier release that an attacker could not use, a sentence for each reason."""
    whys = (
        (units, "is of units that are not there today or held others then,", "are of units that are not there today or held others then,"),
        (contradicting, "contradicts today's", "contradict today's"),
        (
            unmatched,
            "fits no table of people that was found beside today's",
            "fit together no table of people that was found beside today's",
        ),
    )
    return [
        f"1 figure of release {release} {one} and was left out."
        if number == 1
        else f"{format_number(number)} figures of release {release} {more} and were left out."
        for number, one, more in whys
        if number
    ]


def describe_few_moved(day: date, moved: int) -> str:
    """How many counts tell a colleague of one joiner what that person answered; never which."""
    counts = "No published counts" if not moved else "1 published count" if moved == 1 else f"{format_number(moved)} published counts"
    them, they = ("it", "it was") if moved == 1 else ("them", "they were")
    told = f"; “equality movements” lists {them} for the analyst" if moved else ""
    return f"{counts} of {format_day(day)} moved by a few people, or by one step of rounding, since {they} last shown{told}."


UNSETTLED = (
    "A count that could not be proven safe was hidden until it was, so nothing is left unsettled at the moment of publishing. "
    "“equality certify” attacks a stored release again, from outside, and says for how many counts it found no answer."
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
