"""The same cells by SQL that somebody wrote by hand for these KPIs, straight on the workforce file, and where they differ.

The statements give wide rows: one for each day, unit and group, with every count that some KPI needs. Reading a KPI's parts
from such a row (`RULES`) is not timed: that is to the advantage of the hand-written side. Compared are every count, every step of the
waterfalls, how many there are behind pay or hours with their mean and median, and the sum of hours; not compared, because the
statements do not ask for them, are what disclosure control needs beside those: variances, largest shares, middle ranks and the
finest cells. So the hand-written side does less work than ours.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from metrics.definitions.configuration import Configuration
from metrics.definitions.waterfall import WATERFALL
from metrics.query.counts import Counts
from metrics.sources.duckdb_file import CLOSED

FOLDER = Path(__file__).parent
STATEMENTS = {"demo": ("demo_staff", "demo_pay", "demo_beside", "demo_movers"), "houston": ("houston",), "growth": ("growth",)}
LEVELS = ("directorate", "service", "department")
NOT_KNOWN = ("not_recorded", "prefer_not_to_say", "not_known")

Row = Mapping[str, Any]
Groups = Mapping[str, str]
Look = Callable[[Groups], Row]
"""The wide row of some groups, on the day and in the unit that is looked at; counts are 0 where there is no such row."""


def statements(council: str) -> list[str]:
    return [text for name in STATEMENTS[council] for text in (FOLDER / f"{name}.sql").read_text(encoding="utf-8").split(";\n")]


def connect(file: Path, configuration: Configuration) -> duckdb.DuckDBPyConnection:
    """The file, opened as the product opens it, with the units of each level beside each unit: a table that a council would have anyway."""
    connection = duckdb.connect(str(file), read_only=True, config=CLOSED)
    levels = configuration.organisation.levels[1:3]
    connection.execute(f"CREATE TEMP TABLE place (unit TEXT, {', '.join(f'{level} TEXT' for level in levels)})")
    lines = [(u.id, *[*configuration.organisation.path(u.id)[1:], None, None][: len(levels)]) for u in configuration.organisation.units]
    connection.executemany(f"INSERT INTO place VALUES (?{', ?' * len(levels)})", lines)
    return connection


def run(connection: duckdb.DuckDBPyConnection, council: str) -> list[pd.DataFrame]:
    return [connection.execute(text).df() for text in statements(council)]


class Wide:
    """Every wide row by day, unit and groups."""

    def __init__(self, frames: Iterable[pd.DataFrame], root: str) -> None:
        self.rows: dict[tuple[date, str, frozenset[tuple[str, str]]], dict[str, Any]] = {}
        for frame in frames:
            keys = list(frame.columns[1 : frame.columns.get_loc("level")]) if "level" in frame else []
            for row in frame.to_dict("records"):
                grouped = [k for bit, k in enumerate(reversed(keys)) if not int(row["level"]) >> bit & 1]
                unit = next((row[k] for k in reversed(LEVELS) if k in grouped), root)
                if isinstance(unit, str):  # people who sit on a directorate itself are in its own row
                    groups = frozenset((k, row[k]) for k in grouped if k not in LEVELS)
                    self.rows.setdefault((row["as_at"].date(), unit, groups), {}).update({k: v for k, v in row.items() if k not in keys})

    def at(self, day: date, unit: str) -> Look:
        def look(groups: Groups) -> Row:
            return self.rows.get((day, unit, frozenset(groups.items())), _Nobody())

        return look


class _Nobody(dict[str, Any]):
    def __missing__(self, column: str) -> float:
        return math.nan if column in ("mean", "median", "fte_mean", "fte_median", "fte") else 0


Parts = dict[str, Any]
Rule = Callable[[Look, Groups], Parts]


def share(numerator: str, known: str, everyone: str = "staff") -> Rule:
    def parts(look: Look, groups: Groups) -> Parts:
        row = look(groups)
        return {
            "numerator": row[numerator], "denominator": row[known], "everyone": row[everyone],
            "possible": row[everyone] - row[known] + row[numerator],
        }  # fmt: skip

    return parts


def answered(known: str) -> Rule:
    """The share who answered: nobody's answer is unknown here."""

    def parts(look: Look, groups: Groups) -> Parts:
        row = look(groups)
        return {"numerator": row[known], "denominator": row["staff"], "everyone": row["staff"], "possible": row[known]}

    return parts


def leadership_gap(look: Look, groups: Groups) -> Parts:
    row = look(groups)
    compared = {"reference_numerator": row["minority"], "reference_denominator": row["ethnicity_known"]}
    return share("leaders_minority", "leaders_known", "leaders")(look, groups) | compared


def headcount(known: Mapping[str, str]) -> Rule:
    def parts(look: Look, groups: Groups) -> Parts:
        everyone = look({})
        named = sorted(g for g, category in groups.items() if category not in NOT_KNOWN and g not in ASKED_ANYWAY)
        base = known[",".join(named)] if named else "staff"
        return {"numerator": look(groups)["staff"], "denominator": everyone[base], "everyone": everyone["staff"]}

    return parts


ASKED_ANYWAY = frozenset({"contract"})
"""The population asks for a known one."""


def average(look: Look, groups: Groups) -> Parts:
    row = look(groups)
    return {"denominator": row["paid"], "everyone": row["people"], "group": (row["paid"], row["mean"], row["median"])}


def hours(look: Look, groups: Groups) -> Parts:
    """Full-time equivalents: everybody has some, and their sum is what is published."""
    row = look(groups)
    people = row["staff"]
    return {"denominator": people, "everyone": people, "group": (people, row["fte_mean"], row["fte_median"], row["fte"])}


def beside(look: Look, groups: Groups) -> Parts:
    everyone = look({})["everyone"]
    return {"numerator": look(groups)["beside"], "denominator": everyone, "everyone": everyone}


def moved(how: str) -> Rule:
    """Joiners among joiners, leavers among leavers; a group's base is those whose answer is known."""

    def parts(look: Look, groups: Groups) -> Parts:
        whole = look({})
        named = [g for g, category in groups.items() if category not in NOT_KNOWN]
        return {"numerator": look(groups)[how], "denominator": whole["_".join([how, *named])], "everyone": whole[how]}

    return parts


def turnover(look: Look, groups: Groups) -> Parts:
    row = look(groups)
    return {
        "numerator": row["departed"], "denominator": row["at_end"], "reference_denominator": row["at_start"], "everyone": row["at_end"],
    }  # fmt: skip


def gap(dimension: str, compared: str, reference: str) -> Rule:
    def parts(look: Look, groups: Groups) -> Parts:
        one, other = look({**groups, dimension: compared}), look({**groups, dimension: reference})
        return {
            "numerator": one["paid"], "denominator": one["paid"] + other["paid"], "everyone": look(groups)["people"],
            "reference_denominator": other["paid"], "group": (one["paid"], one["mean"], one["median"]),
            "reference": (other["paid"], other["mean"], other["median"]),
            "known": one["people"] + other["people"],
        }  # fmt: skip

    return parts


SEX, ETHNICITY = gap("sex", "female", "male"), gap("ethnicity_2", "ethnic_minority", "white")
DISABILITY = gap("disability", "disabled", "not_disabled")
MINORITY = share("minority", "ethnicity_known")
WOMEN = share("women", "sex_known")
KNOWN = {
    "sex": "sex_known", "ethnicity_5": "ethnicity_known", "ethnicity_19": "ethnicity_known", "disability": "disability_known",
    "age_band": "age_known", "religion": "religion_known", "sexual_orientation": "orientation_known", "grade_band": "grade_known",
    "ethnicity": "ethnicity_known", "ethnicity,sex": "both_known",
}  # fmt: skip
RULES: dict[str, dict[str, Rule]] = {
    "demo": {
        "DR01": answered("ethnicity_known"), "DR02": answered("disability_known"), "DR03": answered("orientation_known"),
        "DR04": answered("religion_known"), "PG01": SEX, "PG02": SEX, "PG07": ETHNICITY, "PG08": ETHNICITY, "PG10": DISABILITY,
        "PG11": DISABILITY, "PY01": average, "PY02": average, "SL01": share("senior_minority", "senior_known", "senior"),
        "SL03": leadership_gap, "WF01": headcount(KNOWN), "WF02": WOMEN, "WF03": hours, "WF04": beside, "WF05": moved("joined"),
        "WF06": moved("departed"), "WF07": turnover, "WF08": share("joined_minority", "joined_ethnicity_5", "joined"),
        "WR01": MINORITY, "WR02": MINORITY,
        "WR03": share("disabled", "disability_known"), "WR04": share("lgb", "orientation_known"),
    },
    "houston": {
        "DR01": answered("ethnicity_known"), "PG01": SEX, "PG02": SEX, "PG07": ETHNICITY, "PG08": ETHNICITY, "PY01": average,
        "PY02": average, "WF01": headcount(KNOWN), "WF02": WOMEN, "WR01": MINORITY,
    },
    "growth": {
        "HC01": headcount(KNOWN), "WR01": MINORITY, "WR02": WOMEN, "WR03": share("disabled", "disability_known"),
        "DR01": answered("disability_known"), "PG01": SEX, "PG02": SEX,
    },
}  # fmt: skip


EXTRACT = {"hr": "headcount", "pay": "pay_headcount", "employees": "staff"}
"""Dataset to the column that counts everybody in it."""
POPULATION = {"WF04": "everyone", "hr": "staff", "pay": "people", "employees": "staff"}
"""KPI, else dataset, to the column that counts its population."""


def step(kpi: str, dataset: str, look: Look, parts: Parts, named: str) -> float:
    """How many people are left at one step of a KPI's waterfall."""
    row = look({})
    left = {
        "headcount": row[EXTRACT[dataset]],
        "population": row[POPULATION.get(kpi, POPULATION[dataset])],
        "conditions": parts["everyone"],
        "known": parts.get("known", parts["denominator"]),
        "paid": parts["denominator"],
        "counted": parts.get("numerator"),
    }
    return float(left[named])  # type: ignore[arg-type]


def expected_of(council: str, dataset: str, row: Row, look: Look) -> Any:
    """What one part of a cell should hold."""
    rule = RULES[council][row["kpi"]]
    if row["breakdown"] != WATERFALL:
        return rule(look, groups_of(row["group"])).get(row["part"])
    named = "headcount" if row["part"] == "denominator" else row["group"].removeprefix("step=")
    return step(row["kpi"], dataset, look, rule(look, {}), named)


def differences(council: str, wide: Wide, found: Iterable[Counts]) -> Iterator[str]:
    """One line for each count, mean, median or sum that is not the same both ways; the last line says how many were compared, of what."""
    compared: Counter[str] = Counter()
    for counts in found:
        day = counts.period.end
        for row, value in zip(counts.cells.to_dict("records"), counts.values[counts.cells["region"]].tolist(), strict=True):
            expected = expected_of(council, counts.dataset, row, wide.at(day, row["unit"]))
            compared["steps of waterfalls" if row["breakdown"] == WATERFALL else "counts"] += 1
            if expected != value:
                yield f"{row['kpi']} by {row['breakdown']}, {row['unit']}, {row['group']}, {day}: {row['part']} {value}, by hand {expected}"
        for row in counts.statistics.to_dict("records"):
            told = RULES[council][row["kpi"]](wide.at(day, row["unit"]), groups_of(row["group"]))[row["side"]]
            ours = [row["n"], row["mean"], row["median"], row["total"]][: len(told)]
            compared["figures of pay and hours"] += len(told)
            if not all(_same(one, other) for one, other in zip(ours, told, strict=True)):
                yield f"{row['kpi']} by {row['breakdown']}, {row['unit']}, {row['group']}, {day}, {row['side']}: pay or hours differ"
    yield f"{compared.total():,} values compared ({', '.join(f'{n:,} {what}' for what, n in compared.items())})"


def without_rules(council: str, configuration: Configuration) -> list[str]:
    """KPIs that nobody has written by hand yet: the benchmark cannot run until somebody does."""
    return [kpi for kpi in configuration.kpis if kpi not in RULES[council]]


def groups_of(group: str) -> dict[str, str]:
    return dict(part.split("=", 1) for part in group.split(";") if part)  # type: ignore[misc]


def _same(one: float, other: float) -> bool:
    return (math.isnan(one) and math.isnan(other)) or math.isclose(one, other, rel_tol=1e-12)
