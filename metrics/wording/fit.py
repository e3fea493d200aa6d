"""For the council: declared breakdowns that are mostly hidden, and what would show more. Made from published cells alone."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from metrics.definitions.waterfall import WATERFALL
from metrics.report import DimensionSummary
from metrics.wording.groups import format_breakdown
from metrics.wording.values import format_number

LEAST = 0.5
"""A breakdown that is hidden for more than this share of its groups is spoken of."""
MOST = 5
"""Lines of advice, the most hidden groups first."""


def mostly_hidden(cells: pd.DataFrame) -> pd.DataFrame:
    """`kpi, breakdown, hidden, groups`: breakdowns by at least one characteristic of which most groups at all units are hidden.

    Groups that are shown to hold nobody are not counted. The root's own groups are among them: they stand on the same page.
    """
    rows = cells[(cells["group"] != "") & (cells["breakdown"] != WATERFALL) & cells["marker"].isin(["", "[c]"])]
    held = rows[~((rows["value"] == 0) & (rows["numerator"] == 0))]
    by = held.assign(hidden=held["marker"] == "[c]").groupby(["kpi", "breakdown"], sort=True)["hidden"]
    found = pd.DataFrame({"hidden": by.sum(), "groups": by.size()})
    return found[found["hidden"] > LEAST * found["groups"]].reset_index().sort_values(["hidden", "kpi"], ascending=[False, True])


def advise(cells: pd.DataFrame, dimensions: Mapping[str, DimensionSummary], broader: Mapping[str, str]) -> list[str]:
    """ "WF01 by department and ethnic group: 112 of 168 groups with people in them are hidden. …"; the worst first.

    `broader` : dimension to the one that its categories roll up to, where there is one
    """
    told = []
    for row in mostly_hidden(cells).head(MOST).itertuples():
        by = format_breakdown(str(row.breakdown), dimensions)
        hidden = f"{row.kpi} by {by}: {format_number(row.hidden)} of {format_number(row.groups)} groups with people in them are hidden."
        told.append(f"{hidden} {_instead(str(row.breakdown), dimensions, broader)}")
    return told


def _instead(breakdown: str, dimensions: Mapping[str, DimensionSummary], broader: Mapping[str, str]) -> str:
    words = breakdown.split("+")
    split = [word for word in words if word in dimensions]
    coarser = "+".join(broader.get(word, word) for word in words)
    if coarser != breakdown:
        return f"Declared beside it, [{coarser.replace('+', ', ')}] would show more."
    if len(split) > 1:
        return f"Each by itself would show more: {', '.join(f'[{_without(words, split, s)}]' for s in split)}."
    return "Fewer categories, or a higher level of the organisation, would show more."


def _without(words: list[str], split: list[str], kept: str) -> str:
    return ", ".join(word for word in words if word not in split or word == kept)
