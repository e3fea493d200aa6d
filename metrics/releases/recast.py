"""Earlier figures in today's units, made from figures that the same reader is shown, and from nothing else.

A unit that is another one under a new name keeps its published figures. One that was several is their sum, where that can be
said exactly and every figure that is needed is shown. Whatever cannot be summed (medians, pay) or told apart (a part of a unit
that was split) is not available. Nothing here reads a count that was not published: whoever has the release can do the same sums.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from metrics.definitions.kpi import PER
from metrics.definitions.succession import Composition, Succession
from metrics.report import ESTIMATE_COLUMNS, RECAST_COLUMNS, Contents, KpiSummary
from metrics.statistics.goals import IDEALS, RATIOS, Goal, stand
from metrics.statistics.intervals import wilson
from metrics.statistics.moved import add_usual_range
from metrics.statistics.movement import CHANGES, FARTHEST_MONTHS, add_changes
from metrics.statistics.rates import rate
from metrics.statistics.targets import representation_index
from metrics.statistics.usual_range import MONTHS

Row = dict[str, Any]
Key = tuple[str, str, str, date]
"""KPI, unit, group and day."""
SUMMABLE = frozenset({"count", "proportion", "rate", "representation_index"})
EMPTY_STATUS = {"[c]": "hidden", "[w]": "withheld", "[x]": "not_available", "[z]": "not_available"}
WITHHELD_BELOW, CARE_BELOW = 0.60, 0.80
ROUGH = 0.08
"""A difference of rounded counts is not shown where rounding could be more than this share of its base: 2 in 25."""


@dataclass(frozen=True)
class Recasting:
    """What a re-casting is made with.

    Attributes
    ----------
    told : dataset to its succession
    off_by : dataset and day to how far a rounded count may be from the true one
    open : units whose figures this reader may see
    """

    contents: Contents
    told: Mapping[str, Succession]
    off_by: Mapping[tuple[str, date], float]
    open: frozenset[str]

    def needed(self, units: Iterable[str]) -> tuple[str, ...]:
        """Units whose published figures the re-cast figures of `units` are made of, of those that are open to the reader."""
        found = {
            part
            for unit in units
            if unit in self.contents.history.recast
            for told in self.told.values()
            for day in self._days
            for part in told.composition(unit, day).units + tuple(u for u, _ in told.composition(unit, day).terms)
        }
        return tuple(u for u in self.contents.units if u in found & self.open)

    @property
    def _days(self) -> list[date]:
        return sorted({d for days in self.contents.periods.values() for d in days})


def recast(asked: pd.DataFrame, parts: pd.DataFrame, made: Recasting) -> pd.DataFrame:
    """Rows of `asked` with those of earlier structures replaced by re-cast ones.

    Parameters
    ----------
    asked : published rows of the units wanted, every period
    parts : published rows of `made.needed(units)`, every period and breakdown
    """
    if asked.empty:
        return asked.assign(made_of="", off_by=np.nan)
    published = _by_key(parts)
    other = asked["unit"].isin(made.contents.history.recast)
    frames = [asked[~other].assign(made_of="", off_by=np.nan)]
    for dataset, told in made.told.items():
        mine = asked[other & asked["kpi"].isin([k.id for k in made.contents.kpis.values() if k.dataset == dataset])]
        kept, new = _anew(mine, published, made)
        if len(kept) or len(new):
            frames.append(_moved(pd.concat([f for f in (kept, new) if len(f)], ignore_index=True), told, made.contents))
    found = pd.concat([f for f in frames if len(f)], ignore_index=True)[[*ESTIMATE_COLUMNS, *RECAST_COLUMNS]]
    return _in_order(found, asked)


def _by_key(parts: pd.DataFrame) -> dict[Key, Row]:
    """Figures of one set of people agree whichever breakdown they stand in: the first is taken."""
    found: dict[Key, Row] = {}
    for row in parts.to_dict("records"):
        found.setdefault(
            (str(row["kpi"]), str(row["unit"]), str(row["group"]), row["period_end"].date()), {str(k): v for k, v in row.items()}
        )
    return found


def _in_order(found: pd.DataFrame, asked: pd.DataFrame) -> pd.DataFrame:
    """Lines in the order in which they were published, each oldest first."""
    keys = ["kpi", "breakdown", "unit", "group"]
    place = asked[keys].drop_duplicates().assign(place=lambda f: range(len(f)))
    ordered = found.merge(place, on=keys, how="left").sort_values(["place", "period_end"], kind="stable", ignore_index=True)
    return ordered.drop(columns="place").astype({**dict.fromkeys(keys, "str"), "rounded": "bool"})


def _anew(mine: pd.DataFrame, published: Mapping[Key, Row], made: Recasting) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Of one dataset: published rows that stay, and the rows that take the place of the others."""
    replaced: list[pd.Index] = []
    new: list[Row] = []
    for (kpi, unit), rows in mine.groupby(["kpi", "unit"], sort=False):
        away, instead = _one_unit(made.contents.kpis[str(kpi)], str(unit), rows, published, made)
        replaced.append(away)
        new += instead
    kept = mine.drop(index=[row for away in replaced for row in away]).assign(made_of="", off_by=np.nan)
    return kept, _compared(pd.DataFrame(new, columns=[*ESTIMATE_COLUMNS, *RECAST_COLUMNS]), made.contents.kpis)


def _one_unit(kpi: KpiSummary, unit: str, rows: pd.DataFrame, published: Mapping[Key, Row], made: Recasting) -> tuple[pd.Index, list[Row]]:
    """One KPI of one unit of today: the rows of days on which it consisted of others, and what takes their place."""
    told = made.told[kpi.dataset]
    compositions = {day: told.composition(unit, day) for day in made.contents.periods[kpi.id]}
    other = {day for day, found in compositions.items() if not found.same_unit}
    away = rows["period_end"].isin([pd.Timestamp(day) for day in other])
    if not other:
        return rows.index[away], []
    kept = rows[~away]
    goal = _goal(kpi, kept)
    lines = [(str(b), str(g)) for b, g in zip(kept["breakdown"], kept["group"], strict=True)]
    months: dict[tuple[str, str], set[int]] = {}
    for line, month in zip(lines, kept["period_end"].dt.month, strict=True):
        months.setdefault(line, set()).add(month)
    usual = set().union(*months.values())
    new: list[Row] = []
    for breakdown, group in rows[["breakdown", "group"]].drop_duplicates().astype(str).itertuples(index=False):
        less_often = usual - months.get((breakdown, group), usual)  # months in which the KPI is published, and this line is not
        for day in sorted(d for d in other if d.month not in less_often):
            row = _figure(kpi, unit, group, compositions[day], published, made, goal)
            if row is not None:
                new.append({**row, "breakdown": breakdown})
    return rows.index[away], new


# one figure


def _figure(
    kpi: KpiSummary, unit: str, group: str, found: Composition, published: Mapping[Key, Row], made: Recasting, goal: Goal | None
) -> Row | None:
    """A row without its breakdown, or None where nothing was published that it could be made of."""
    there = [published[kpi.id, u, group, found.day] for u in found.units if (kpi.id, u, group, found.day) in published]
    parts = [(sign, published.get((kpi.id, u, group, found.day))) for u, sign in found.terms]
    closed = not made.open.issuperset(found.units)
    if found.nobody or not (closed or there or any(row for _, row in parts)):
        return None
    start = next((row["period_start"] for row in [*there, *(row for _, row in parts if row)]), pd.Timestamp(found.day))
    base = _nothing(kpi, unit, group, start, pd.Timestamp(found.day), _formula(found))
    if found.partly:
        return base | _empty("[x]", "recast_split")
    if any(row is None for _, row in parts):
        return base | _empty("[x]", "recast_closed" if closed else "recast_not_published")
    if start < base["period_end"] and made.told[kpi.dataset].composition(unit, start.date()).terms != found.terms:
        return base | _empty("[x]", "recast_span")
    held = [(sign, row) for sign, row in parts if row is not None]
    if len(held) == 1 and held[0][0] == 1:
        return {**held[0][1], "unit": unit, "made_of": base["made_of"], "off_by": np.nan}
    if kpi.measure not in SUMMABLE or not all(_counts_people(kpi, row) for _, row in held):
        return base | _empty("[x]", "recast_no_sum")
    return base | _summed(kpi, held, made.off_by.get((kpi.dataset, found.day), np.nan), goal)


def _formula(found: Composition) -> str:
    """ "parks + trees", "resources - policy"; what is split is named with a question mark."""
    if found.partly:
        return " + ".join(f"{u}?" if u in found.partly else u for u in found.units)
    words = [f"{'-' if sign < 0 else '+'} {u}" for u, sign in sorted(found.terms, key=lambda t: -t[1])]
    return " ".join(words).removeprefix("+ ")


def _nothing(kpi: KpiSummary, unit: str, group: str, start: object, end: object, formula: str) -> Row:
    row: Row = dict.fromkeys((*ESTIMATE_COLUMNS, *RECAST_COLUMNS), np.nan)
    words = {"kpi": kpi.id, "unit": unit, "group": group, "period_start": start, "period_end": end, "made_of": formula}
    return row | words | {"status": "", "marker": "", "movement": "", "note": "", "rounded": False}


def _empty(marker: str, note: str) -> Row:
    return {"value": np.nan, "lower": np.nan, "upper": np.nan, "marker": marker, "status": EMPTY_STATUS[marker], "note": note}


def _summed(kpi: KpiSummary, held: Sequence[tuple[int, Row]], off_by: float, goal: Goal | None) -> Row:
    """Numerators and denominators added up (or taken away), and everything that follows from the sums."""
    rows = [row for _, row in held]
    rounded = sum(bool(row["rounded"]) for row in rows)
    off = off_by * rounded if rounded else 0.0
    sums = {part: sum(sign * _people(row, part) for sign, row in held) for part in ("numerator", "denominator", "everyone")}
    found: Row = {"rounded": bool(rounded), "off_by": off if rounded else np.nan}
    empty = _why_empty(rows)
    if empty is None and any(sign < 0 for sign, _ in held) and _rough(kpi, sums, off):
        empty = _empty("[x]", "recast_rough")
    found |= {part: max(n, 0.0) if not np.isnan(n) else n for part, n in sums.items()}
    found["benchmark"] = _agreed([row["benchmark"] for row in rows])
    if all(pd.notna(row["declared"]) for row in rows) and sums["everyone"] > 0:
        found["declared"] = min(sums["denominator"] / sums["everyone"], 1.0)
    if empty is None:
        empty = _valued(kpi, found)
    if empty is not None:
        return found | {"numerator": np.nan} | empty if empty["marker"] in {"[c]", "[w]", "[x]"} else found | empty
    found["note"] = "declared_low" if found.get("declared", 1.0) < CARE_BELOW else "recast_rounded" if rounded else "recast_sum"
    return found | _standing(kpi, found, rows, goal)


def _counts_people(kpi: KpiSummary, row: Row) -> bool:
    """A count whose value is its number of people; one in full-time equivalents is not put together from people."""
    return kpi.measure != "count" or pd.isna(row["value"]) or abs(row["value"] - row["numerator"]) < 1e-9


def _people(row: Row, part: str) -> float:
    """A published count; where nobody could have been counted, nobody."""
    nobody = row["marker"] == "[z]" and row["note"] == "nobody"
    return 0.0 if nobody and pd.isna(row[part]) else float(row[part])


def _why_empty(rows: Sequence[Row]) -> Row | None:
    """The first reason of any part for which the sum cannot be shown."""
    markers = [row["marker"] for row in rows if not (row["marker"] == "[z]" and row["note"] == "nobody")]
    for marker, note in (
        ("[c]", "recast_hidden"),
        ("[w]", "recast_withheld"),
        ("[x]", "recast_not_published"),
        ("[z]", "recast_not_published"),
    ):
        if marker in markers:
            return _empty("[x]" if marker == "[z]" else marker, note)
    return None


def _rough(kpi: KpiSummary, sums: Mapping[str, float], off: float) -> bool:
    base = sums["numerator"] if kpi.measure == "count" else sums["denominator"]
    return bool(np.isnan(off) or base < off / ROUGH or base <= 0)


def _valued(kpi: KpiSummary, found: Row) -> Row | None:
    """Fills value and likely range; what to say where there is none."""
    n, d = found["numerator"], found["denominator"]
    if kpi.measure == "count":
        found["value"] = n
        return None if not np.isnan(n) else _empty("[x]", "recast_not_published")
    if np.isnan(n) or np.isnan(d):
        return _empty("[x]", "recast_not_published")
    if d <= 0:
        return _empty("[z]", "nobody")
    if found.get("declared", 1.0) < WITHHELD_BELOW:
        return _empty("[w]", "withheld")
    part, whole = pd.Series([min(n, d)]), pd.Series([d])
    if kpi.measure == "rate":
        share = rate(part, whole, PER[kpi.unit])
    else:
        share = wilson(part, whole).assign(value=part / whole)[["value", "lower", "upper"]]
    if kpi.measure == "representation_index":
        if np.isnan(found["benchmark"]):
            return _empty("[x]", "recast_no_sum")
        share = representation_index(share, pd.Series([found["benchmark"]]))
    found |= {name: float(share[name].iloc[0]) for name in ("value", "lower", "upper")}
    if kpi.interval == "none":
        found |= {"lower": np.nan, "upper": np.nan}
    return None


def _standing(kpi: KpiSummary, found: Row, rows: Sequence[Row], goal: Goal | None) -> Row:
    """Target and status of a whole unit, as the rule says it of any figure."""
    day = rows[0]["period_end"].date()
    if goal is not None and any(day < date.fromisoformat(broken) <= goal.points[0][0] for broken, _ in kpi.series_breaks):
        goal = None  # counted in another way than the target
    if kpi.polarity == "contextual" or goal is None or rows[0]["group"]:
        return {"status": "context" if kpi.polarity == "contextual" else "no_target"}
    lower, upper = found.get("lower", np.nan), found.get("upper", np.nan)
    return {"target": goal.path(day), "status": stand(goal, found["value"], lower, upper, day)}


def _goal(kpi: KpiSummary, kept: pd.DataFrame) -> Goal | None:
    """The council's target, where the unit's own published figures are held against it."""
    own = kept[(kept["group"] == "") & kept["target"].notna()]
    if not kpi.target or kpi.polarity == "contextual" or own.empty:
        return None
    rule = kpi.status_rule.split()
    scale = 0.01 if kpi.unit in {"percent", "percentage_points"} else 1.0
    goal = Goal(
        points=tuple((date.fromisoformat(day), value) for day, value in kpi.target),
        polarity=kpi.polarity,
        within=kpi.within or 0.0,
        tolerance=float(rule[1]) * scale if rule[0] == "tolerance" else None,
        best=IDEALS.get(kpi.measure),
        ratio=kpi.measure in RATIOS,
    )
    same = [abs(goal.path(day.date()) - value) < 1e-6 for day, value in zip(own["period_end"], own["target"], strict=True)]
    return goal if all(same) else None


def _agreed(values: Sequence[float]) -> float:
    """What all parts have in common; missing where they differ."""
    known = {round(float(v), 12) for v in values}
    return known.pop() if len(known) == 1 else np.nan


def _compared(new: pd.DataFrame, kpis: Mapping[str, KpiSummary]) -> pd.DataFrame:
    """`gap, ratio` of sums: against the benchmark, else a group against everyone in the unit where its parts were compared so."""
    measure = new["kpi"].map({id: kpi.measure for id, kpi in kpis.items()})
    summed = new["note"].isin(["recast_sum", "recast_rounded", "declared_low"]) & new["gap"].isna() & new["value"].notna()
    summed &= measure.isin(["count", "proportion", "rate"])
    part = (new["numerator"] / new["denominator"].where(new["denominator"] > 0)).clip(upper=1)
    share = new["value"].where(measure != "count", part)
    apart, times = share - new["benchmark"], share / new["benchmark"].where(new["benchmark"] > 0)
    return new.assign(gap=new["gap"].where(~summed, apart), ratio=new["ratio"].where(~summed, times))


def _moved(every: pd.DataFrame, told: Succession, contents: Contents) -> pd.DataFrame:
    """Changes across days that the re-casting has joined; later figures keep the change that was published with them."""
    if (every["made_of"] == "").all():
        return every
    joined = every[every["made_of"] != ""].groupby("unit")["period_end"].max()
    near = every["period_end"] <= every["unit"].map(joined) + pd.DateOffset(months=FARTHEST_MONTHS)
    rows = every[near]  # and whatever these are compared with, which is earlier
    kpis = {id: [date.fromisoformat(day) for day, _ in contents.kpis[id].series_breaks] for id in every["kpi"].unique()}
    ratios = [id for id in kpis if contents.kpis[id].measure in RATIOS]
    units = {unit: [b.day for b in told.breaks_today(unit)] for unit in rows["unit"].unique()}
    spans = {id: contents.kpis[id].span_months for id in kpis}
    rolling = {id: months for id, months in spans.items() if months > MONTHS.get(contents.kpis[id].grain, months)}
    again = add_changes(rows, kpis, units, ratios, rolling)
    for name in (*CHANGES, "movement"):
        every.loc[near, name] = again[name]
    longer = every[every["unit"].isin(joined.index)]  # a longer series has another usual range
    every.loc[longer.index, "movement"] = add_usual_range(longer, {id: contents.kpis[id].usual for id in kpis}, kpis, units)["movement"]
    return every
