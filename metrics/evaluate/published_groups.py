"""Figures that are made of those of groups, where somebody has published these: no group is hidden, and some may be too small to count."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import numpy as np
import pandas as pd

from metrics.definitions.dimension import Dimension
from metrics.definitions.kpi import Kpi, MeasureType
from metrics.statistics.inequality import index_of_disparity, slope_index

LOWEST = "lowest"
"""Begins the note of a gap to the lowest group: `lowest:<group>:<groups that are too small to count>`."""
INCOMPLETE = "groups_missing"
"""Note of a figure over all groups where the figure or the size of one of them was not published."""


def over_published_groups(kpi: Kpi, dimension: Dimension, found: pd.DataFrame) -> None:
    """`value` and `note` of the whole, from the rows of the groups of `over`; for a gap to the lowest group also the groups' own values.

    `found` has `group, value, denominator`; where there is a least number of people, groups below it are left out, and a group whose number
    is not published is one of them.
    """
    keys = {f"{dimension.id}={category}": place for place, category in enumerate(dimension.known)}
    groups = found[found["group"].isin(list(keys))].drop_duplicates("group")
    groups = groups.loc[groups["group"].map(keys).sort_values().index]
    large = groups if kpi.measure.least_people is None else groups[groups["denominator"].ge(kpi.measure.least_people)]
    whole = found["group"].eq("")
    everyone = float(found.loc[whole, "value"].iloc[0])
    made = _MAKERS[kpi.measure.type](kpi, large, everyone, len(groups) - len(large), len(keys))
    found.loc[whole, "value"], found.loc[whole, "note"] = made
    if kpi.measure.type is MeasureType.LOWEST_GROUP_GAP:
        found.loc[~whole, "value"] = everyone - found.loc[~whole, "value"]


Filled = tuple[float, str]


class _Maker(Protocol):
    def __call__(self, kpi: Kpi, groups: pd.DataFrame, everyone: float, small: int, there_are: int) -> Filled: ...


def _lowest(kpi: Kpi, groups: pd.DataFrame, everyone: float, small: int, there_are: int) -> Filled:
    """All together, minus the group with the lowest figure."""
    with_figure = groups[groups["value"].notna()]
    if with_figure.empty or np.isnan(everyone):
        return float("nan"), INCOMPLETE
    lowest = with_figure.iloc[int(with_figure["value"].to_numpy(dtype=float).argmin())]
    return everyone - float(lowest["value"]), f"{LOWEST}:{lowest['group']}:{small}"


def _slope(kpi: Kpi, groups: pd.DataFrame, everyone: float, small: int, there_are: int) -> Filled:
    """A line needs both its ends: where a group has no figure there is none."""
    if len(groups) + small < there_are:
        return float("nan"), INCOMPLETE
    value = slope_index(groups["value"], groups["denominator"]).difference
    return value, INCOMPLETE if np.isnan(value) else ""


def _disparity(kpi: Kpi, groups: pd.DataFrame, everyone: float, small: int, there_are: int) -> Filled:
    values = groups["value"].dropna()
    if values.empty:
        return float("nan"), INCOMPLETE
    against = {"highest": values.max(), "lowest": values.min()}.get(str(kpi.measure.against), everyone)
    value = index_of_disparity(values, float(against))
    return value, INCOMPLETE if np.isnan(value) else ""


_MAKERS: Mapping[MeasureType, _Maker] = {
    MeasureType.LOWEST_GROUP_GAP: _lowest,
    MeasureType.SLOPE_INDEX: _slope,
    MeasureType.INDEX_OF_DISPARITY: _disparity,
}
