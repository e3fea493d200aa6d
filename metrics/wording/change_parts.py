"""What a change of a share is made of, in sentences: claims no more than the parts allow wherever in their rounding they lie."""

from __future__ import annotations

import pandas as pd

from metrics.periods import years_before
from metrics.understanding.parts import PartsOfWhole
from metrics.wording.dates import as_day, format_day
from metrics.wording.gap_parts import describe_left, points
from metrics.wording.values import format_number, is_missing

CHANCE = "The change as a whole could be chance."
NOT_WHY = (
    "This says where the change is, not why: whoever joined, left, changed group or answered for the first time is in both parts. "
    "Only published figures are used, and chance is in both parts, too."
)


def describe_change_parts(parts: PartsOfWhole, one: str, many: str, rows: str = "people") -> tuple[str, ...]:
    """ "Most of the rise, 1.7 of 1.9 points, comes from a higher share within grades."

    `one`, `many` : "grade", "grades"; `rows` : who or what is counted
    """
    if parts.refused:
        return (describe_no_change_parts(parts, one, many, rows),)
    return tuple(filter(None, (_whole(parts, one, many, rows), _left(parts, many, rows))))


def _whole(parts: PartsOfWhole, one: str, many: str, rows: str) -> str:
    sign = 1 if parts.whole >= 0 else -1
    digits, about = parts.digits, "about " if parts.rounded or not parts.digits else ""
    composition, rate = (sign * float(p.middle) for p in (parts.composition, parts.rate))
    whole, mix, inside = (points(p, digits) for p in (parts.whole, composition, rate))
    if whole == points(0, digits):
        return _hardly(parts, one, many, rows, about)
    move, noun = "rise" if sign > 0 else "fall", "point" if whole == "1" else "points"
    who, within = _mix(sign * composition, many, rows), _within(sign * rate, many)
    for mostly, ours, size, cause, other in (
        (parts.mostly_composition, composition, mix, who, within), (parts.mostly_rate, rate, inside, within, who)
    ):  # fmt: skip
        if mostly and size != whole and ours > abs(parts.whole):
            lead = f"All of the {move} and more comes from {cause}"
            return f"{lead}: {about}{size} points, where the {move} is {whole}. Against it stands {other}."
        if mostly and size == whole:
            return f"All of the {move}, {about}{size} {noun}, comes from {cause}."
        if mostly:
            return f"Most of the {move}, {about}{size} of {whole} {noun}, comes from {cause}."
    return (
        f"The {move} of {whole} {noun} is made of {_signed(composition, mix, about)} from how many {rows} are in which {one}, "
        f"and {_signed(rate, inside, about)} from the share within {many}."
    )


def _signed(part: float, words: str, about: str) -> str:
    return f"{about}{words}" if part >= 0 else f"{about}minus {words}"


def _mix(part: float, many: str, rows: str) -> str:
    """More people in groups where the share is high lift it."""
    return f"more of all {rows} being in {many} where the share is {'higher' if part > 0 else 'lower'}"


def _within(part: float, many: str) -> str:
    return f"a {'higher' if part > 0 else 'lower'} share within {many}"


def _hardly(parts: PartsOfWhole, one: str, many: str, rows: str, about: str) -> str:
    """No change to speak of: because nothing changed, or because two things cancel each other."""
    both = [points(float(p.middle), parts.digits) for p in (parts.composition, parts.rate)]
    if both[0] == both[1] == points(0, parts.digits):
        return f"The share hardly changed, and neither did how many {rows} are in which {one}, nor the share within {many}, taken together."
    mix = _mix(float(parts.composition.middle), many, rows)
    return (
        f"The share hardly changed because two things cancel out: {mix} ({about}{both[0]} points), "
        f"and {_within(float(parts.rate.middle), many)} ({about}{both[1]} points)."
    )


def _left(parts: PartsOfWhole, many: str, rows: str) -> str:
    return describe_left(parts, f"{many} without a figure on one of the days", f"{rows} in none of the {many}")


def describe_chance(row: pd.Series, parts: PartsOfWhole) -> str:
    """Beside the parts of a change in a year of which nobody can say that it truly happened; `row`: the figure of the later day."""
    in_a_year = parts.earlier is not None and as_day(row["period_end"]) == parts.day and parts.earlier == years_before(parts.day)
    return CHANCE if not parts.refused and in_a_year and row["movement"] == "unclear" and not is_missing(row["change_lower"]) else ""


def describe_no_change_parts(parts: PartsOfWhole, one: str, many: str, rows: str = "people") -> str:
    """Why nothing is said."""
    lead = f"What the change is made of cannot be told here by {one}, because"
    if parts.refused == "whole_hidden":
        return f"{lead} one of the two figures is not shown."
    if parts.refused == "no_earlier":
        return f"{lead} there is no figure of both days."
    if parts.refused == "broken":
        since = f" since {format_day(parts.earlier)}" if parts.earlier is not None else ""
        return f"{lead} what is counted, or who belongs to the unit, has changed{since}."
    if parts.refused == "too_rough":
        return f"{lead} counts are rounded, and that leaves more open than half of the change."
    if parts.refused == "too_much_hidden":
        gone = format_number(parts.hidden * 100)
        return f"{lead} {gone} in 100 {rows} are in {many} that are hidden to protect people on one of the days, or in none."
    return f"{lead} too few {many} have figures on both days."
