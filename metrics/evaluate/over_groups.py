"""Figures of whole units that are made of the figures of their groups: from groups that are shown, after it is known which are."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pandas as pd

from metrics.definitions.kpi import Kpi, MeasureType
from metrics.statistics.inequality import dissimilarity, index_of_disparity

EXTREME = "extreme"
"""Begins the note of a largest gap: `extreme:<group>:<groups that are hidden>:<groups that are too small to count>`."""

HIGHEST = "highest"
"""The same of the highest of some ratios of rates."""
BEST = "best"
"""The same of the group that the others are compared with; of the figure of everybody it names no group."""
OF_ONE_GROUP = (EXTREME, HIGHEST, BEST)


def fill_whole_units(kpi: Kpi, found: pd.DataFrame) -> None:
    """`value`, `marker` and `note` of each whole unit that has no reason of its own to be empty; nothing for other measures.

    A figure over all groups is hidden where one of them is: it would say something of that one. The largest of some gaps is that of the
    groups which are shown, and its note says how many are not. A hidden group is never asked, so nothing can be concluded of it.
    """
    if not kpi.measure.type.is_over_groups:
        return
    groups = found[found["group"].str.fullmatch(f"{kpi.measure.over}=[^;]+")].drop_duplicates(["unit", "group"])
    of_unit = {str(unit): rows for unit, rows in groups.groupby("unit", sort=False)}
    asked = (found["group"] == "") & (found["marker"] == "")
    make = MAKERS[kpi.measure.type]
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
    begins = HIGHEST if kpi.measure.type is MeasureType.RATE_RATIO else EXTREME
    return float(top["value"]), "", f"{begins}:{top['group']}:{int(hidden.sum())}:{small}"


def _disparity(kpi: Kpi, rows: pd.DataFrame) -> Filled:
    """Of the groups that are large enough; the figure of everybody is that of these groups together."""
    small = rows["denominator"] < (kpi.measure.least_people or 1)
    large = rows[~small]
    if large["marker"].ne("").any():
        return float("nan"), "[c]", "groups_hidden"
    if len(large) < 2:
        return float("nan"), "[x]", "not_enough_groups"
    values = large["value"].to_numpy(dtype=float)
    best = int(values.argmin() if kpi.measure.against == "lowest" else values.argmax())
    overall = kpi.measure.against == "overall"
    against = float(large["numerator"].sum() / large["denominator"].sum()) if overall else float(values[best])
    value = index_of_disparity(pd.Series(values), against)
    if pd.isna(value):
        return float("nan"), "[x]", "not_enough_groups"
    return value, "", f"{BEST}:{'' if overall else large['group'].iloc[best]}:0:{int(small.sum())}"


MAKERS: Mapping[MeasureType, Callable[[Kpi, pd.DataFrame], Filled]] = {
    MeasureType.DISSIMILARITY: _differences,
    MeasureType.EXTREME_GROUP_GAP: _largest,
    MeasureType.RATE_RATIO: _largest,
    MeasureType.INDEX_OF_DISPARITY: _disparity,
}
"""Of people; what is made of published figures has its own road."""
