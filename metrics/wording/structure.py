"""Units over time in words: what broke a series, what an earlier figure was made of, and which structure is shown."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pandas as pd

from metrics.report import Breaks, Contents, UnitSummary
from metrics.wording.dates import format_day
from metrics.wording.values import format_list, upper_first

STRUCTURES = {"today": "Today’s structure", "as_was": "As they were"}
STRUCTURE_MEANINGS = {
    "today": "Earlier figures are put together for the units of today, from published figures only.",
    "as_was": "Each figure is of the unit as it was on that day.",
}


def describe_break(day: str, reason: str) -> str:
    """ "Parks moved here from Neighbourhoods, 1 October 2023": without a full stop."""
    return f"{upper_first(reason.rstrip('.'))}, {format_day(day)}"


def breaks_between(breaks: Breaks, first: pd.Timestamp, last: pd.Timestamp) -> Breaks:
    """Breaks that part figures of the two days: after the first one, on the last one or before it."""
    return tuple((day, reason) for day, reason in breaks if first < pd.Timestamp(day) <= last)


def describe_ended(unit: UnitSummary) -> str:
    """ "until 31 March 2024"; "" for a unit that stands."""
    return f"until {format_day(unit.valid_to)}" if unit.valid_to else ""


def standing(contents: Contents) -> list[str]:
    """Units of the newest figures, parents first, then those that have ended."""
    units = contents.units.values()
    return [u.id for u in units if u.stood(contents.latest)] + [u.id for u in units if not u.stood(contents.latest)]


def describe_made_of(rows: pd.DataFrame, units: Mapping[str, UnitSummary]) -> tuple[str, ...]:
    """ "Until 30 September 2023: Parks and Trees, added up." `rows` of one unit in today's structure, oldest first."""
    if "made_of" not in rows or rows.empty:
        return ()
    told = rows.drop_duplicates("period_end").sort_values("period_end")
    spans: list[tuple[str, date]] = []
    for made_of, day in zip(told["made_of"], told["period_end"], strict=True):
        if made_of and spans and spans[-1][0] == made_of:
            spans[-1] = (made_of, day.date())
        elif made_of:
            spans.append((made_of, day.date()))
    return tuple(f"Up to the figures of {format_day(day)}: {_formula(made_of, units)}." for made_of, day in spans)


def _formula(made_of: str, units: Mapping[str, UnitSummary]) -> str:
    """ "a + b - c" in names; an id with a question mark is a unit of which a part is meant."""
    added: list[str] = []
    taken: list[str] = []
    into = added
    for word in made_of.split(" "):
        if word in {"+", "-"}:
            into = added if word == "+" else taken
        else:
            id = word.removesuffix("?")
            name = units[id].name if id in units else id
            into.append(f"an unknown part of {name}" if word.endswith("?") else name)
            into = added
    without = f", without {format_list(taken)}" if taken else ""
    return f"{format_list(added)}{without}"
