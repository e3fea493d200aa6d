"""What a pay gap, or a change of a share, is made of by a published grouping: from shown cells and from nothing else.

Figures in a release are printed figures: gaps to 0.1 of a percentage, pay to the penny, counts perhaps to the nearest 5. So each part has
room (`Room`), and what the parts leave of the whole is kept apart as what rounding and hidden groups do not let anybody explain.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

import numpy as np
import pandas as pd

from metrics.periods import years_before
from metrics.report import KpiSummary, Report
from metrics.statistics.decomposition import Against, Parts, Room, directions, parts_of_difference, within_group_gap
from metrics.statistics.precision import HOURLY_STEP, YEARLY_FROM, YEARLY_STEP

UNITS = "unit"
"""The grouping by the units one step below."""
MOST_HIDDEN = 0.10
"""Where more of either side's people than this are in groups that are not shown, nothing is said of where a gap comes from."""
GAP_REACH = 0.0005
"""A printed gap is this near the gap it was rounded from."""
FINE = 0.001
"""Parts known to within 0.1 of a point may be printed with one decimal place."""

Refusal = Literal["", "whole_hidden", "not_published", "too_much_hidden", "not_a_mean", "no_earlier", "broken", "too_rough"]


@dataclass(frozen=True)
class PartsOfWhole:
    """A whole and what it is made of; shares of the reference group's pay (a gap), or of those counted (a change of a share).

    Attributes
    ----------
    whole : the gap or change as published
    groups : a row per group with figures, indexed by group: `people, reference_people, share, reference_share` (of all their people),
        `inside` (the gap or change inside the group), `composition, rate` (points of the whole)
    unshown : labels' keys of groups without figures
    composition, rate : all groups together
    within : the gap inside groups, averaged over the comparison people; missing for a change
    hidden : the larger of both sides' shares of people who are in no group shown
    against : how the groups stand to the direction of the whole; None where the whole points neither way
    refused : why nothing is said; then there is nothing else but `whole`
    """

    kpi: str
    unit: str
    grouping: str
    day: date
    whole: float
    groups: pd.DataFrame
    unshown: tuple[str, ...] = ()
    composition: Room = Room.exact(np.nan)  # noqa: RUF009 - a frozen value
    rate: Room = Room.exact(np.nan)  # noqa: RUF009
    within: float = float("nan")
    hidden: float = 0.0
    against: Against | None = None
    rounded: bool = False
    refused: Refusal = ""
    earlier: date | None = None

    @property
    def left(self) -> float:
        """What the parts leave of the whole: rounding, and groups that are not shown."""
        return self.whole - float(self.composition.middle) - float(self.rate.middle)

    @property
    def digits(self) -> int:
        """After the point, in percentage points: no more than rounded counts support."""
        return 1 if max(self.composition.reach, self.rate.reach) <= FINE else 0

    @property
    def mostly_composition(self) -> bool:
        """More than half of the whole, wherever in its rounding it lies and even if all that is left were not composition."""
        if self.refused or not self.whole:
            return False
        sign = float(np.sign(self.whole))
        least = min(sign * float(self.composition.low), sign * float(self.composition.high))
        return least > 0.5 * abs(self.whole) and least > abs(self.left)

    @property
    def mostly_rate(self) -> bool:
        if self.refused or not self.whole:
            return False
        sign = float(np.sign(self.whole))
        least = min(sign * float(self.rate.low), sign * float(self.rate.high))
        return least > 0.5 * abs(self.whole) and least > abs(self.left)


def groupings(report: Report, kpi: KpiSummary, unit: str) -> tuple[str, ...]:
    """Published ways to split a measure at a unit: those in an order first (grades), the finest of them first; units below come last.

    Groups that have a share of their own are no parts of the measure's.
    """
    dims = report.contents.dimensions
    split = [d for d in report.dimensions_of(kpi.id, unit) if d not in kpi.own_shares]
    found = sorted(split, key=lambda d: (not dims[d].ordered, -len(dims[d].categories)))
    below = units_below(report, unit)
    cells = report.cells
    there = cells.loc[(cells["kpi"] == kpi.id) & (cells["group"] == ""), "unit"].isin(below).any()
    return (*found, UNITS) if there else tuple(found)


def days_of_change(report: Report, kpi: KpiSummary, unit: str, grouping: str, earlier: date) -> tuple[date, date] | None:
    """The days between which a change can be split: that of the groups' last figures, and the one asked for or, where the groups have none
    then, the same day a year before; None where the groups stand on one day alone."""
    day = last_day(report, kpi, unit, grouping)
    if day is None:
        return None
    tried = (d for d in (earlier, years_before(day)) if d < day)
    return next(((d, day) for d in tried if len(rows_of(report, kpi, unit, grouping, d))), None)


def units_below(report: Report, unit: str) -> list[str]:
    return [u.id for u in report.contents.units.values() if u.parent == unit]


def rows_of(report: Report, kpi: KpiSummary, unit: str, grouping: str, day: date) -> pd.DataFrame:
    """The groups on one day, a row each."""
    if grouping == UNITS:
        return report.units_at(kpi.id, day, units_below(report, unit))
    return report.groups_at(kpi.id, unit, grouping, day)


def last_day(report: Report, kpi: KpiSummary, unit: str, grouping: str) -> date | None:
    """The last day on which the groups were published: perhaps less often than the whole."""
    cells = report.cells
    mine = cells[cells["kpi"] == kpi.id]
    if grouping == UNITS:
        held = mine[(mine["group"] == "") & mine["unit"].isin(units_below(report, unit))]
    else:
        held = mine[(mine["unit"] == unit) & mine["group"].astype(str).str.match(rf"^{grouping}=[^;]*$")]
    return held["period_end"].max().date() if len(held) else None


def pay_gap_parts(report: Report, kpi: KpiSummary, unit: str, grouping: str, day: date | None = None) -> PartsOfWhole:
    """What a gap of mean pay is made of: who is in which group, and what the gap is inside the groups."""
    found = day or last_day(report, kpi, unit, grouping)
    whole = _whole(report, kpi, unit, found)
    if found is None or whole is None:
        return _refused(kpi, unit, grouping, found, "not_published")
    if kpi.measure != "pay_gap_mean":
        return _refused(kpi, unit, grouping, found, "not_a_mean", whole)
    if not _complete(whole):
        return _refused(kpi, unit, grouping, found, "whole_hidden", whole)
    rows = rows_of(report, kpi, unit, grouping, found)
    shown = rows[rows[["numerator", "denominator", "value", "reference_value"]].notna().all(axis=1)]
    off = _off_by(report, kpi)
    ours, theirs = (Room.around(shown[c], shown["rounded"] * off) for c in ("numerator", "denominator"))
    all_ours, all_theirs = (Room.around(float(whole[c]), float(whole["rounded"]) * off) for c in ("numerator", "denominator"))
    pay, gap = _pay(shown["reference_value"]), Room.around(shown["value"], GAP_REACH)
    mean, whole_gap = _pay(float(whole["reference_value"])), Room.around(float(whole["value"]), GAP_REACH)
    parts = _parts(theirs, all_theirs, ours, all_ours, _halfway(pay, gap), pay * gap, _halfway(mean, whole_gap))
    points = Parts(parts.composition / mean, parts.rate / mean)
    groups = _groups(shown, whole, shown["value"], points)
    return _made(kpi, unit, grouping, found, whole, rows, groups, points, within_group_gap(shown["numerator"], shown["value"]), GAP_REACH)


def _halfway(reference: Room, gap: Room) -> Room:
    """The middle between both sides' means, of the reference mean and the gap: M (1 - gap / 2)."""
    return reference * (Room.exact(1.0) - gap * Room.exact(0.5))


def _pay(amount: pd.Series | float) -> Room:
    """Printed pay, to the step in which it is printed."""
    values = np.asarray(amount, dtype=float)
    return Room.around(values, np.where(np.abs(values) < YEARLY_FROM, HOURLY_STEP, YEARLY_STEP) / 2)


def change_parts(report: Report, kpi: KpiSummary, unit: str, grouping: str, earlier: date, day: date) -> PartsOfWhole:
    """What a change of a share between two days is made of: how large the groups were, and how the share changed inside them."""
    whole, before = _whole(report, kpi, unit, day), _whole(report, kpi, unit, earlier)
    if whole is None or before is None:
        return _refused(kpi, unit, grouping, day, "no_earlier", whole)
    if pd.isna(whole["value"]) or pd.isna(before["value"]):
        return _refused(kpi, unit, grouping, day, "whole_hidden", whole)
    if any(earlier < date.fromisoformat(at) <= day for at, _ in report.breaks(kpi.id, unit)):
        return replace(_refused(kpi, unit, grouping, day, "broken", whole), earlier=earlier)
    now, then = (rows_of(report, kpi, unit, grouping, d) for d in (day, earlier))
    key = "unit" if grouping == UNITS else "group"
    both = now.reset_index(drop=True).merge(then.reset_index(drop=True)[[key, *_NEEDED]], on=key, suffixes=("", "_then")).set_index(key)
    shown = both[both[[*_NEEDED, *(f"{c}_then" for c in _NEEDED)]].notna().all(axis=1) & (both["movement"] != "broken")]
    shown = shown[shown["denominator"].gt(0) & shown["denominator_then"].gt(0)]
    off = _off_by(report, kpi)
    sizes = [Room.around(shown[f"denominator{s}"], shown[f"rounded{s}"] * off) for s in ("", "_then")]
    alls = [Room.around(float(r["denominator"]), float(r["rounded"]) * off) for r in (whole, before)]
    share, share_then = (_share(shown, s, off) for s in ("", "_then"))
    half = Room.exact(0.5)
    centre = Room.exact((float(whole["value"]) + float(before["value"])) / 2)
    parts = _parts(sizes[0], alls[0], sizes[1], alls[1], (share + share_then) * half, share - share_then, centre)
    change = float(whole["value"]) - float(before["value"])
    swapped = shown.assign(numerator=shown["denominator_then"])
    of = whole.copy()
    of["numerator"], of["value"] = before["denominator"], change
    groups = _groups(swapped, of, shown["value"] - shown["value_then"], parts)
    reach = pd.Series((share - share_then).high - groups["inside"].to_numpy(), groups.index)
    return _if_sure(_made(kpi, unit, grouping, day, of, both, groups, parts, float("nan"), reach, earlier))


def _if_sure(parts: PartsOfWhole) -> PartsOfWhole:
    """Refused where rounded counts leave more open than half of the change: its parts would be guesses."""
    rough = max(parts.composition.reach, parts.rate.reach) > abs(parts.whole) / 2
    return replace(parts, refused="too_rough") if parts.rounded and not parts.refused and rough else parts


_NEEDED = ["numerator", "denominator", "value", "rounded"]


def _share(shown: pd.DataFrame, side: str, off: float) -> Room:
    """A share of two counts, each perhaps rounded; from 0 to 1."""
    exact = ~shown[f"rounded{side}"].astype(bool)
    n, of = (Room.around(shown[f"{c}{side}"], shown[f"rounded{side}"] * off) for c in ("numerator", "denominator"))
    found = Room(n.low.clip(0) / of.high, np.minimum(n.high / of.low.clip(1), 1.0))
    value = shown[f"value{side}"].to_numpy(dtype=float)
    return Room(np.where(exact, value, found.low), np.where(exact, value, found.high))


def _parts(first: Room, all_first: Room, second: Room, all_second: Room, middle: Room, difference: Room, centre: Room) -> Parts:
    return parts_of_difference(first / all_first, second / all_second, middle, difference, centre)


def _groups(shown: pd.DataFrame, whole: pd.Series, inside: pd.Series, parts: Parts) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "people": shown["numerator"].astype(float),
            "reference_people": shown["denominator"].astype(float),
            "share": shown["numerator"] / float(whole["numerator"]),
            "reference_share": shown["denominator"] / float(whole["denominator"]),
            "inside": inside.astype(float),
            "composition": parts.composition.middle,
            "rate": parts.rate.middle,
        },
        index=shown.index,
    )


def _made(
    kpi: KpiSummary,
    unit: str,
    grouping: str,
    day: date,
    whole: pd.Series,
    rows: pd.DataFrame,
    groups: pd.DataFrame,
    parts: Parts,
    within: float,
    level: pd.Series | float,
    earlier: date | None = None,
) -> PartsOfWhole:
    """`level`: groups whose own gap or change is no larger may point either way, because of rounding."""
    value = float(whole["value"])
    shown = min(float(groups["share"].sum()), float(groups["reference_share"].sum()))
    people = groups["people"] + groups["reference_people"]
    everybody = float(whole["numerator"]) + float(whole["denominator"])
    hidden = max(1 - shown, 0.0)
    return PartsOfWhole(
        kpi=kpi.id,
        unit=unit,
        grouping=grouping,
        day=day,
        whole=value,
        groups=groups,
        unshown=tuple(str(g) for g in rows.index if g not in groups.index),
        composition=parts.composition.total(),
        rate=parts.rate.total(),
        within=within,
        hidden=hidden,
        against=directions(value, groups["inside"], people, everybody, level) if value else None,
        rounded=bool(rows["rounded"].any() or whole["rounded"]),
        refused="too_much_hidden" if hidden > MOST_HIDDEN else "" if len(groups) > 1 else "not_published",
        earlier=earlier,
    )


def _whole(report: Report, kpi: KpiSummary, unit: str, day: date | None) -> pd.Series | None:
    rows = report.units_at(kpi.id, day, (unit,)) if day is not None else report.cells.head(0)
    return rows.iloc[0] if len(rows) else None


def _complete(whole: pd.Series) -> bool:
    needed: Sequence[str] = ("numerator", "denominator", "value", "reference_value")
    return bool(whole[list(needed)].notna().all()) and whole["numerator"] > 0 and whole["denominator"] > 0


def _off_by(report: Report, kpi: KpiSummary) -> float:
    """How far a rounded count may be from the true one; where an older release does not say, as far as the widest rule lets it."""
    told = {float(c["off_by"]) for c in report.contents.certificates if c["dataset"] == kpi.dataset and c.get("off_by")}
    return max(told, default=5.0)


def _refused(kpi: KpiSummary, unit: str, grouping: str, day: date | None, why: Refusal, whole: pd.Series | None = None) -> PartsOfWhole:
    value = float("nan") if whole is None else float(whole["value"])
    return PartsOfWhole(kpi.id, unit, grouping, day or date.min, value, pd.DataFrame(), refused=why)
