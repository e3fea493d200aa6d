"""Each figure against the same day one year earlier: how far it moved, and whether chance alone could explain it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date

import numpy as np
import pandas as pd

from metrics.periods import window_start, years_before
from metrics.statistics.change import difference, difference_of_ratios

NEAREST_MONTHS, FARTHEST_MONTHS = 9, 15
KEYS = ["kpi", "breakdown", "unit", "group"]
CHANGES = ["change", "change_lower", "change_upper"]
Breaks = Mapping[str, Sequence[date]]
"""KPI, or unit, to the days from which its figures are not the same thing as before."""


def add_changes(
    frame: pd.DataFrame,
    breaks: Breaks | None = None,
    unit_breaks: Breaks | None = None,
    ratios: Collection[str] = (),
    spans: Mapping[str, int] | None = None,
) -> pd.DataFrame:
    """The same rows with `change, change_lower, change_upper, movement` filled.

    A figure is compared with the same day one year earlier, else with the nearest one between 9 and 15 months before.
    Where that one is hidden, so is the change: no other is taken in its place. Nothing is compared across a break: a
    break on a day parts the figures before that day from those on it and after, and `movement` is "broken" where only
    figures before a break could be compared with.

    Parameters
    ----------
    frame : rows with the columns of an Estimates frame, all periods of one audience
    breaks : KPI to the days on which it was counted differently
    unit_breaks : unit to the days on which its people came from elsewhere or went elsewhere
    ratios : KPIs that are one group against another, 1 where they are alike: their changes are tested as factors
    spans : KPIs whose windows roll, to the months of a window: two that share a day are not compared, and a break within the
        earlier one parts them as well
    """
    then = _earlier(frame, breaks or {}, unit_breaks or {}, spans or {})
    apart = difference(frame, then)
    if (of_ratios := frame["kpi"].isin(list(ratios))).any():
        pair = (side.loc[of_ratios, ["value", "lower", "upper"]] for side in (frame, then))
        apart.loc[of_ratios] = difference_of_ratios(*pair)
    found = frame.drop(columns=[*CHANGES, "movement"]).join(apart)
    compared = then["value"].notna() & frame["value"].notna()
    movement = np.select(
        [
            frame["value"].isna(),
            ~then["compared"] & then["broken"],
            ~then["compared"],
            ~compared,
            found["change_lower"] > 0,
            found["change_upper"] < 0,
        ],
        ["", "broken", "first", "", "up", "down"],
        default="unclear",
    )
    return found.assign(movement=movement)[list(frame.columns)]


def _earlier(frame: pd.DataFrame, breaks: Breaks, unit_breaks: Breaks, spans: Mapping[str, int]) -> pd.DataFrame:
    """`value, lower, upper` of the row that each row is compared with.

    `compared`: there is one; `broken`: there is one, but before a break.
    """
    then = pd.DataFrame({"value": np.nan, "lower": np.nan, "upper": np.nan, "compared": False, "broken": False}, index=frame.index)
    days = sorted(pd.Timestamp(d) for d in frame["period_end"].unique())
    by_day = {day: frame[frame["period_end"] == day] for day in days}
    for now, rows in by_day.items():
        for day in _nearest_first(now, days):
            waiting = rows[~then.loc[rows.index, "compared"]]
            if waiting.empty:
                break
            found = waiting[KEYS].reset_index().merge(by_day[day][[*KEYS, "value", "lower", "upper"]], on=KEYS).set_index("index")
            found = found[~found["kpi"].isin([kpi for kpi, months in spans.items() if window_start(now.date(), months) <= day.date()])]
            apart = _broken(found["kpi"], day, now, breaks) | _broken(found["unit"], day, now, unit_breaks)
            for months in set(spans.values()):
                rolls = found["kpi"].isin([kpi for kpi, one in spans.items() if one == months])
                began = pd.Timestamp(window_start(day.date(), months))
                apart |= rolls & (_broken(found["kpi"], began, now, breaks) | _broken(found["unit"], began, now, unit_breaks))
            then.loc[found.index[apart], "broken"] = True
            found = found[~apart]
            then.loc[found.index, ["value", "lower", "upper"]] = found[["value", "lower", "upper"]]
            then.loc[found.index, "compared"] = True
    return then


def _nearest_first(now: pd.Timestamp, days: list[pd.Timestamp]) -> list[pd.Timestamp]:
    """Days that may be compared with, the same day one year earlier first."""
    year_ago = pd.Timestamp(years_before(now.date()))
    first, last = now - pd.DateOffset(months=FARTHEST_MONTHS), now - pd.DateOffset(months=NEAREST_MONTHS)
    return sorted((d for d in days if first <= d <= last), key=lambda d: (abs(d - year_ago), -d.toordinal()))


def _broken(names: pd.Series, then: pd.Timestamp, now: pd.Timestamp, breaks: Breaks) -> pd.Series:
    parted = {name for name, days in breaks.items() if any(then.date() < day <= now.date() for day in days)}
    return names.isin(parted)
