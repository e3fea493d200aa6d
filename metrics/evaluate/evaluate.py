"""From shown cells to estimates: everything that a figure says is worked out from what may be shown, and from nothing else."""

from __future__ import annotations

import math
from datetime import date

import numpy as np
import pandas as pd

from metrics.definitions.configuration import Configuration
from metrics.definitions.kpi import Kpi, MeasureType
from metrics.disclosure.shown import ShownCells
from metrics.evaluate.comparison import benchmarks, divisors, gaps
from metrics.evaluate.declaration import CARE_BELOW, WITHHELD_BELOW, bounds, declared
from metrics.evaluate.instead import notes_instead
from metrics.evaluate.over_groups import OF_ONE_GROUP, fill_whole_units
from metrics.evaluate.over_population import NOTE, day_of, people_of
from metrics.evaluate.parts import REGION, ROUNDED, figures, steps
from metrics.evaluate.status import goal_of, stand
from metrics.evaluate.values import average_staff, bases, estimates, needed_parts
from metrics.periods import Period
from metrics.query.population import Population
from metrics.report import ESTIMATE_COLUMNS

NUMBERS = (
    "numerator", "denominator", "value", "lower", "upper", "benchmark", "target", "gap", "ratio", "everyone", "declared",
    "bound_low", "bound_high", "reference_value", "change", "change_lower", "change_upper",
)  # fmt: skip
WORDS = ("kpi", "breakdown", "unit", "group", "status", "marker", "movement", "note")


def evaluate(shown: ShownCells, configuration: Configuration) -> pd.DataFrame:
    """One row of `metrics.report.ESTIMATE_COLUMNS` per figure of one dataset, period and audience; the change columns stay empty.

        Why a figure is empty, first reason first:

        - `[c]` hidden: one of its counts or pay figures is hidden, or its base is below the profile's minimum (note `minimum_base`;
          `minimum_base_rounded` where only the minimum for rounded counts is missed)
        - `[z]` not_available: nobody could have been counted, or an index has no benchmark
        - `[w]` withheld: fewer than 60 in 100 have answered
        - `[x]` not_available: the source holds no such figure, or a ratio would be one of too few (notes `not_enough_data`, and
          `not_enough_compared` of an index against a reference group)
    - a figure that is made of those of groups is hidden where it would need a hidden one (note `groups_hidden`)

        Where most groups of a breakdown at a unit are hidden, the note says where to read instead (`metrics.evaluate.instead`).
    """
    rows = figures(shown)
    made = [
        _one_kpi(configuration.kpis[str(id)], part.reset_index(drop=True), shown, configuration)
        for id, part in rows.groupby("kpi", sort=False)
    ]
    made.append(_steps(steps(shown)))
    found = as_contract(pd.concat(made, ignore_index=True), shown.period)
    least = configuration.disclosure.profiles[configuration.disclosure.audiences[shown.audience]].least_shown
    return found.assign(note=notes_instead(found, configuration, least))


def _steps(rows: pd.DataFrame) -> pd.DataFrame:
    """People left at each step of a waterfall; the value is their share of everybody in the extract. Nothing is judged."""
    left, everybody = rows["numerator"], rows["denominator"]
    value = (left / everybody.where(everybody > 0)).clip(upper=1)
    rounded = rows[ROUNDED + "numerator"] | rows[ROUNDED + "denominator"]
    hidden = left.isna() | everybody.isna()
    few = rows[ROUNDED + "denominator"] & everybody.eq(0)  # a rounded 0 may be one or two people
    marker = np.select([hidden, few, value.isna()], ["[c]", "[x]", "[z]"], default="")
    status = np.select([hidden, value.isna()], ["hidden", "not_available"], default="no_target")
    note = np.select([hidden, few, value.isna(), rounded], ["hidden", "not_available", "nobody", "rounded"], default="")
    return rows.assign(value=value, rounded=rounded, marker=marker, status=status, note=note)


def _one_kpi(kpi: Kpi, rows: pd.DataFrame, shown: ShownCells, configuration: Configuration) -> pd.DataFrame:
    divisor = divisors(configuration, kpi, rows["group"])
    known = declared(configuration, kpi, rows)
    found = rows.join(estimates(kpi, rows, shown, divisor))
    found = found.join(bounds(kpi, found, known, divisor))
    found["declared"] = known
    found["rounded"] = rows[[ROUNDED + p for p in needed_parts(kpi)]].any(axis=1)
    found["benchmark"] = benchmarks(configuration, kpi, rows["group"])
    found["marker"], found["note"] = _why_empty(kpi, found, *_minimum_bases(kpi, shown, configuration))
    _empty(kpi, found)
    fill_whole_units(kpi, found)
    found = found.join(gaps(configuration, kpi, found))
    against_target(kpi, found, shown.period.end)
    found["note"] = _notes(found)
    if kpi.measure.type.has_two_sides:
        found["denominator"], found[ROUNDED + "denominator"] = found["reference_denominator"], found[ROUNDED + "reference_denominator"]
    if kpi.measure.type.has_population:
        _stand_against(kpi, found, shown.populations.get(kpi.id, Population()))
    if kpi.measure.type is MeasureType.TURNOVER:
        found["denominator"] = average_staff(found)
        found[ROUNDED + "denominator"] |= found[ROUNDED + "reference_denominator"]
    found["rounded"] |= _shows_rounded(found)
    return found


def _stand_against(kpi: Kpi, found: pd.DataFrame, population: Population) -> None:
    """The people of the population take the denominator's place, with the day of their number as the note of a figure that has none."""
    found["denominator"], found[ROUNDED + "denominator"] = people_of(found["group"], population), False
    days = day_of(found["group"], population)
    free = found["value"].notna() & found["note"].isin(["", "rounded"]) & days.notna()
    found["note"] = found["note"].mask(free, days.map(lambda day: f"{NOTE}:{day.isoformat()}" if day else ""))


def _shows_rounded(found: pd.DataFrame) -> pd.Series:
    """Where a count beside an empty figure is rounded: nobody should take it for exact."""
    counts = ["numerator", "denominator", "everyone"]
    return pd.Series(
        (found[counts].notna().to_numpy() & found[[ROUNDED + c for c in counts]].to_numpy(dtype=bool)).any(axis=1), found.index
    )


def _minimum_bases(kpi: Kpi, shown: ShownCells, configuration: Configuration) -> tuple[int, int]:
    """The stricter of the audience's profile and the KPI's own: for exact counts, and for rounded ones."""
    profiles = configuration.disclosure.profiles
    both = (profiles[configuration.disclosure.audiences[shown.audience]], profiles[kpi.profile])
    return max(p.minimum_base for p in both), max(p.minimum_base_rounded for p in both)


def _why_empty(kpi: Kpi, found: pd.DataFrame, minimum: int, minimum_rounded: int) -> tuple[pd.Series, pd.Series]:
    """Marker and note of every row, first reason first; "" where the figure stands."""
    needed, of = list(needed_parts(kpi)), list(bases(kpi))
    exists = found[[REGION + p for p in needed]].ge(0).all(axis=1)
    nobody = exists & found[of].eq(0).mul(~found[[ROUNDED + p for p in of]].to_numpy(dtype=bool)).any(axis=1)
    small = exists & found[of].lt(max(minimum, 1)).any(axis=1) & kpi.measure.type.is_share
    scored = kpi.measure.type.is_share or kpi.measure.unit == "points"
    rough = exists & found["rounded"] & found[of].lt(minimum_rounded).any(axis=1) & scored
    empty = found["value"].isna() & ~(found["group"].eq("") & kpi.measure.type.is_over_groups)
    of_groups = kpi.measure.type is MeasureType.REPRESENTATION_INDEX and bool(kpi.measure.reference_group)
    reasons = {
        "hidden": (exists & found[needed].isna().any(axis=1), "[c]"),
        "nobody": (nobody, "[z]"),
        "minimum_base": (small, "[c]"),
        "minimum_base_rounded": (rough, "[c]"),
        "withheld": (found["declared"].lt(WITHHELD_BELOW) & (kpi.measure.type is not MeasureType.COUNT), "[w]"),
        "not_enough_events": (exists & empty & (kpi.measure.type is MeasureType.RATE_RATIO), "[x]"),
        "no_population": (exists & empty & kpi.measure.type.has_population, "[x]"),
        "not_enough_data": (exists & empty & kpi.measure.type.is_ratio, "[x]"),
        "not_enough_compared": (exists & empty & of_groups, "[x]"),
        "weight_hidden": (exists & empty & (kpi.measure.type is MeasureType.SURVEY_PROPORTION), "[c]"),
        "no_benchmark": (exists & empty & kpi.measure.type.is_share, "[z]"),
        "pay_hidden": (exists & empty & kpi.measure.of_pay, "[c]"),
        "score_hidden": (exists & empty & kpi.measure.type.needs_rows, "[c]"),
        "sum_hidden": (exists & empty & (kpi.measure.type is MeasureType.FTE), "[c]"),
        "not_available": (empty, "[x]"),
    }
    where = [rows for rows, _ in reasons.values()]
    marker = np.select(where, [mark for _, mark in reasons.values()], default="")
    return pd.Series(marker, index=found.index), pd.Series(np.select(where, list(reasons), default=""), index=found.index)


def _empty(kpi: Kpi, found: pd.DataFrame) -> None:
    """Where the figure is empty, whatever it could be worked out from is empty too."""
    gone = found["marker"] != ""
    found.loc[gone, ["value", "lower", "upper", "bound_low", "bound_high", "reference_value"]] = np.nan
    if kpi.measure.type.is_share:
        found.loc[found["marker"].isin(["[c]", "[w]"]), "numerator"] = np.nan


def against_target(kpi: Kpi, found: pd.DataFrame, day: date) -> None:
    """`target` and `status`. Only whole units stand against a target; a hidden or withheld figure says so instead."""
    whole = found["group"] == ""
    goals = {str(unit): goal_of(kpi, str(unit), day) for unit in found.loc[whole, "unit"].unique()}
    paths = {unit: goal.path(day) for unit, goal in goals.items() if goal is not None}
    found["target"] = found["unit"].map(paths).where(whole).astype(float)
    without = "context" if kpi.polarity == "contextual" else "no_target"
    columns = [found[c].tolist() for c in ("unit", "value", "lower", "upper")]
    found["status"] = [
        stand(goal, value, lower, upper, day) if at_unit and (goal := goals[unit]) is not None and not math.isnan(value) else without
        for at_unit, unit, value, lower, upper in zip(whole.tolist(), *columns, strict=True)
    ]
    not_begun = whole & found["unit"].isin(list(paths)) & found["value"].notna() & (found["status"] == "no_target")
    found["note"] = found["note"].mask(not_begun, "no_path")
    empty = {"[c]": "hidden", "[w]": "withheld", "[x]": "not_available", "[z]": "not_available"}
    found["status"] = found["marker"].map(empty).fillna(found["status"])


def _notes(found: pd.DataFrame) -> pd.Series:
    """One note a figure: why it is empty, else read with care, else no path, else rounded."""
    shown = found["marker"] == ""
    care = shown & found["declared"].lt(CARE_BELOW) & ~found["note"].str.startswith(OF_ONE_GROUP)
    rounded = shown & found["rounded"] & (found["note"] == "")
    return found["note"].mask(rounded, "rounded").mask(care, "declared_low")


def as_contract(found: pd.DataFrame, period: Period) -> pd.DataFrame:
    """Every column of an Estimates frame, each of its type."""
    frame = found.reindex(columns=list(ESTIMATE_COLUMNS))
    frame["period_start"] = pd.Timestamp(period.start)
    frame["period_end"] = pd.Timestamp(period.end)
    frame = frame.astype({**dict.fromkeys(NUMBERS, "float64"), "rounded": "bool"})
    for name in WORDS:
        words = frame[name].astype(object)
        frame[name] = words.where(words.notna(), "").astype(str)
    return frame
