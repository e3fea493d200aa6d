"""Which rule says that a figure has truly moved: its usual range where one is known, the interval of the change where none is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pandas as pd

from metrics.statistics.movement import Breaks
from metrics.statistics.usual_range import Usual, out_of_the_ordinary, read_usual
from metrics.statistics.xmr import LEAST

COMPARED = ("up", "down", "unclear")


def add_usual_range(frame: pd.DataFrame, usuals: Mapping[str, Usual], breaks: Breaks, unit_breaks: Breaks) -> pd.DataFrame:
    """The same rows, with `movement` of whole units said by the usual range where it was known when the figure was the latest.

    Figures that have nothing to be compared with a year before stay as they are ("first", "broken", ""), and so do groups, which no chart
    shows over time.

    Parameters
    ----------
    frame : rows with `kpi, unit, group, period_end, value, change, movement`: every figure of each series, so that limits can be made
    usuals : KPI to how it is read over time; figures of other KPIs stay as they are
    breaks, unit_breaks : as for `add_changes`
    """
    readable = [kpi for kpi, usual in usuals.items() if usual.never is None]
    whole = frame[(frame["group"] == "") & frame["kpi"].isin(readable)]
    words = frame["movement"].astype(object).copy()
    for (kpi, unit), rows in whole.groupby(["kpi", "unit"], sort=False):
        if rows["value"].count() < LEAST:
            continue
        told = _of_series(rows.sort_values("period_end"), usuals[str(kpi)], (*breaks.get(str(kpi), ()), *unit_breaks.get(str(unit), ())))
        words.loc[told.index] = told
    return frame.assign(movement=words)


def _of_series(rows: pd.DataFrame, usual: Usual, breaks: tuple[date, ...]) -> pd.Series:
    """Index of the rows that the usual range speaks of, to what it says. A figure may stand in several breakdowns: it is one."""
    once = rows.drop_duplicates("period_end")
    found = read_usual([d.date() for d in once["period_end"]], once["value"].tolist(), usual, breaks)
    told = out_of_the_ordinary(found.points, once["change"].reset_index(drop=True), usual)
    words = rows["period_end"].map(dict(zip(once["period_end"], told, strict=True)))
    return words[(words != "") & rows["movement"].isin(COMPARED)]
