"""Where a pay gap comes from, in sentences: claims no more than the parts allow wherever in their rounding they lie."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from metrics.report import Contents, KpiSummary, characteristic
from metrics.understanding.parts import UNITS, PartsOfWhole
from metrics.wording.values import format_number, lower_first, round_half_up, upper_first

NOT_EQUAL_PAY = (
    "This is not equal pay. A {one} holds many jobs: a small gap within {many} does not show that equal work is paid equally, and a large "
    "one does not show that it is not."
)
NOWHERE = 0.005
"""Where more of either side's people than this are in no group, they may be in what is not explained."""
PEOPLE = {"female": "women", "women": "women", "male": "men", "men": "men"}
NAMES = frozenset(
    {"White", "Asian", "Black", "British", "Irish", "Arab", "Chinese", "Christian", "Muslim", "Hindu", "Sikh", "Jewish", "Buddhist"}
)
"""Words that keep their capital inside a sentence."""


@dataclass(frozen=True)
class Names:
    """Both sides of a gap, and what people are grouped by: "women", "men", "grade", "grades"."""

    ours: str
    theirs: str
    one: str
    many: str


def names_of(contents: Contents, kpi: KpiSummary, unit: str, grouping: str) -> Names:
    one, many = group_nouns(contents, unit, grouping)
    ours = kpi.order.get("first") or people_called(kpi.numerator_words, "the first group")
    return Names(ours, kpi.order.get("second") or people_called(kpi.reference_words, "the second group"), one, many)


def people_called(words: str, otherwise: str) -> str:
    """ "“Ethnic minorities (excluding White minorities)”" as "ethnic minorities", "“Disabled”" as "disabled staff"."""
    labels = [re.sub(r"\s*\([^()]*\)", "", label) for label in re.findall(r"“([^”]*)”", words)]
    if len(labels) != 1:
        return otherwise
    label = labels[0]
    if label.lower() in PEOPLE:
        return PEOPLE[label.lower()]
    said = label if label.split()[0] in NAMES else lower_first(label)
    if said.startswith("not "):
        return f"staff who are {said}"
    return said if said.endswith(("s", "people", "staff")) else f"{said} staff"


def group_nouns(contents: Contents, unit: str, grouping: str) -> tuple[str, str]:
    """ "grade", "grades"; "directorate", "directorates"; "group by disability", "groups by disability"."""
    if grouping == UNITS:
        levels = {u.level for u in contents.units.values() if u.parent == unit}
        one = levels.pop() if len(levels) == 1 else "unit"
        return one, f"{one}s"
    title = lower_first(characteristic(contents.dimensions[grouping].title))
    title = title.partition(" (")[0]
    return (title, f"{title}s") if title.endswith(("grade", "band", "group", "quarter")) else (f"group by {title}", f"groups by {title}")


def points(value: float, digits: int) -> str:
    """The size of a part without its sign: 4.1."""
    return format_number(abs(value) * 100, digits)


def describe_gap_parts(parts: PartsOfWhole, names: Names) -> tuple[str, ...]:
    """What is found, in sentences; why nothing can be told, where that is so."""
    if parts.refused:
        return (describe_refusal(parts, names),)
    return tuple(filter(None, (_within(parts, names), _whole(parts, names), _left(parts, names))))


def _within(parts: PartsOfWhole, names: Names) -> str:
    gap = parts.within
    shown = f" (of the {names.many} shown)" if parts.unshown else ""
    if points(gap, 1) == "0.0":
        return f"Within the same {names.one}{shown}, {names.ours} and {names.theirs} are paid nearly the same on average."
    way = "less" if gap > 0 else "more"
    return f"Within the same {names.one}{shown}, {names.ours} are paid {points(gap, 1)}% {way} than {names.theirs} on average."


def _whole(parts: PartsOfWhole, names: Names) -> str:
    sign = 1 if parts.whole >= 0 else -1
    composition, rate = sign * float(parts.composition.middle), sign * float(parts.rate.middle)
    digits, about = parts.digits, "about " if parts.rounded or not parts.digits else ""
    if points(parts.whole, digits) == points(0, digits):
        return _cancelling(parts, names, digits, about)
    gap = "the gap" if sign > 0 else f"the difference in favour of {names.ours}"
    whole, by_who, by_pay = points(parts.whole, digits), f"{about}{points(composition, digits)}", f"{about}{points(rate, digits)}"
    who, pay = _who(parts, names), f"pay within the same {names.one}"
    noun = "point" if whole == "1" else "points"
    if parts.mostly_composition and points(composition, digits) != whole and composition > abs(parts.whole):
        return f"All of {gap} and more comes from {who}: {by_who} points, where {gap} is {whole}. Without {pay} it would be larger."
    if parts.mostly_composition:
        return f"Most of {gap}, {by_who} of {whole} {noun}, comes from {who}."
    if parts.mostly_rate and points(rate, digits) != whole and rate > abs(parts.whole):
        return f"All of {gap} and more comes from {pay}: {by_pay} points, where {gap} is {whole}. Without {who} it would be larger."
    if parts.mostly_rate:
        return f"Most of {gap}, {by_pay} of {whole} {noun}, comes from {pay}."
    of = f"{upper_first(gap)} of {whole} {noun} is made of"
    return f"{of} {_signed(composition, by_who)} from {who}, and {_signed(rate, by_pay)} from {pay}."


def _signed(part: float, words: str) -> str:
    return words if part >= 0 else f"minus {words}"


def _who(parts: PartsOfWhole, names: Names) -> str:
    """Composition above 0 means that the comparison people are in groups that pay less."""
    paid = "lower-paid" if float(parts.composition.middle) > 0 else "higher-paid"
    return f"{names.ours} being in {paid} {names.many} more often than {names.theirs}"


def _cancelling(parts: PartsOfWhole, names: Names, digits: int, about: str) -> str:
    """No gap to speak of: because there is nothing, or because two things cancel each other."""
    both = [points(float(part.middle), digits) for part in (parts.composition, parts.rate)]
    if both[0] == both[1] == points(0, digits):
        return "There is next to no gap to explain."
    way = "less" if float(parts.rate.middle) > 0 else "more"
    return (
        f"The gap is next to nothing because two things cancel out: {_who(parts, names)} ({about}{both[0]} points), "
        f"and {names.ours} being paid {way} within the same {names.one} ({about}{both[1]} points)."
    )


def _left(parts: PartsOfWhole, names: Names) -> str:
    return describe_left(parts, f"{names.many} that are hidden", f"people who are in none of the {names.many}")


def describe_left(parts: PartsOfWhole, unshown: str, nowhere: str) -> str:
    """What the printed parts leave of the printed whole, and why; "" where they add up. `unshown`, `nowhere`: who is not in the parts."""
    left = printed(parts)["left"]
    if not left:
        return ""
    number = format_number(abs(left), parts.digits)
    minus = "minus " if left * parts.whole < 0 else ""
    amount = f"{minus}{number} point{'' if number == '1' else 's'}"
    who = [unshown] if parts.unshown else [nowhere] if parts.hidden > NOWHERE else []
    if not who:
        return f"{amount} {'is' if number == '1' else 'are'} rounding.".capitalize()
    return upper_first(f"{amount} cannot be explained because of rounding, or of {who[0]}.")


def printed(parts: PartsOfWhole) -> Mapping[str, float]:
    """Each part and the whole in points, as printed; `left` is what the printed parts leave of the printed whole, so that all add up."""
    sizes = {"composition": float(parts.composition.middle), "rate": float(parts.rate.middle), "whole": parts.whole}
    found = {name: round_half_up(size * 100, parts.digits) for name, size in sizes.items()}
    left = round_half_up(found["whole"] - found["composition"] - found["rate"], parts.digits)
    return {"composition": found["composition"], "rate": found["rate"], "left": left, "whole": found["whole"]}


def describe_columns(parts: PartsOfWhole, digits: int) -> str:
    """Why the numbers of a table need not add up."""
    if parts.rounded and not digits:
        return "In whole points, because counts are rounded; they need not add up."
    return "Each number is rounded by itself, so a column need not add up to its total."


def describe_refusal(parts: PartsOfWhole, names: Names) -> str:
    """Why nothing is said."""
    lead = f"Where this gap comes from cannot be told here by {names.one}, because"
    if parts.refused == "whole_hidden":
        return f"{lead} the gap itself is not shown."
    if parts.refused == "not_a_mean":
        return "A median cannot be split into parts that add up: only a gap of mean pay can."
    if parts.refused == "not_published":
        return f"Where this gap comes from cannot be told here by {names.one}: too few {names.many} have figures."
    ours, theirs = (1 - float(parts.groups[c].sum()) for c in ("share", "reference_share"))
    hidden, side = max((ours, names.ours), (theirs, names.theirs))
    return f"{lead} {format_number(hidden * 100)} in 100 {side} are in {names.many} that are hidden to protect people, or in none."


def part_names(names: Names, parts: PartsOfWhole) -> Mapping[str, str]:
    """What each part is called in charts and tables."""
    return {
        "composition": f"Who is in which {names.one}",
        "rate": f"Pay within the same {names.one}",
        "left": "Not explained: rounding, hidden groups" if parts.unshown or parts.hidden > NOWHERE else "Rounding",
        "whole": "The whole gap",
    }
