"""Figures of whole units that are made of the figures of their groups: from groups that are shown, after it is known which are."""

from __future__ import annotations

import pandas as pd

from metrics.definitions.kpi import Kpi, MeasureType
from metrics.statistics.inequality import dissimilarity

EXTREME = "extreme"
"""Begins the note of a largest gap: `extreme:<group>:<groups that are hidden>:<groups that are too small to count>`."""


def fill_whole_units(kpi: Kpi, found: pd.DataFrame) -> None:
    """`value`, `marker` and `note` of each whole unit that has no reason of its own to be empty; nothing for other measures.

    A figure over all groups is hidden where one of them is: it would say something of that one. The largest of some gaps is that of the
    groups which are shown, and its note says how many are not. A hidden group is never asked, so nothing can be concluded of it.
    """
    if not kpi.measure.type.is_over_groups:
        return
    groups = found[found["group"].str.fullmatch(f"{kpi.measure.over}=[^;]+")].drop_duplicates(["unit", "group"])
    of_unit = {str(unit): rows for unit, rows in groups.groupby("unit", sort=False)}
    make = _differences if kpi.measure.type is MeasureType.DISSIMILARITY else _largest
    asked = (found["group"] == "") & (found["marker"] == "")
    made = [make(kpi, of_unit[unit]) if unit in of_unit else NOTHING for unit in found.loc[asked, "unit"].astype(str)]
    for number, name in enumerate(("value", "marker", "note")):
        found.loc[asked, name] = [filled[number] for filled in made]


Filled = tuple[float, str, str]
NOTHING: Filled = (float("nan"), "[x]", "not_available")


def _differences(kpi: Kpi, rows: pd.DataFrame) -> Filled:
    if rows["marker"].ne("").any():
        return float("nan"), "[c]", "groups_hidden"
    if rows["benchmark"].isna().any():
        return float("nan"), "[z]", "no_benchmark"
    return dissimilarity(rows["value"], rows["benchmark"]), "", ""


def _largest(kpi: Kpi, rows: pd.DataFrame) -> Filled:
    hidden = rows["marker"].isin(["[c]", "[w]"])
    large = rows[(rows["marker"] == "") & (rows["numerator"] >= (kpi.measure.least_people or 1))]
    if large.empty:
        return (float("nan"), "[c]", "groups_hidden") if hidden.any() else (float("nan"), "[x]", "not_enough_data")
    top = large.iloc[int(large["value"].to_numpy(dtype=float).argmax())]
    small = int((rows["marker"] == "").sum()) - len(large)
    return float(top["value"]), "", f"{EXTREME}:{top['group']}:{int(hidden.sum())}:{small}"
