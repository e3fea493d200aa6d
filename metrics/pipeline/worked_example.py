"""A KPI's worked example through the product's own query and arithmetic: what a definition gives for rows checked by eye."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd

from metrics.definitions.answers import PEOPLE
from metrics.definitions.configuration import Configuration
from metrics.definitions.dataset import MOVEMENT, Column, Dataset, Flows
from metrics.definitions.dimension import Dimension
from metrics.definitions.flows import JOINED, LEFT, MONTHS
from metrics.definitions.kpi import Breakdown, Kpi, MeasureType, WorkedExample
from metrics.definitions.load import locate
from metrics.definitions.marks import TOLD, YES
from metrics.definitions.profile import DisclosureSettings, Profile
from metrics.disclosure.shown import ShownCells
from metrics.disclosure.worked import unprotected
from metrics.errors import EqualityError, Problem
from metrics.evaluate.comparison import benchmarks, divisors, factor
from metrics.evaluate.declaration import bounds, declared
from metrics.evaluate.over_groups import fill_whole_units
from metrics.evaluate.over_population import people_of
from metrics.evaluate.parts import figures
from metrics.evaluate.results import evaluate_results
from metrics.evaluate.values import estimates
from metrics.periods import FinancialYear, Grain, end_of_month
from metrics.query.counts import PARTS
from metrics.query.fetch import fetch_counts
from metrics.query.people import TWO_SIDED
from metrics.query.population import Population
from metrics.query.results import Results, fetch_results
from metrics.sources.engine import Source, open_source
from metrics.sources.snapshots import Snapshot, write_snapshot
from metrics.sources.tables import dataset_table, prepare_tables, storage_column

DAY = date(2026, 3, 31)
"""The day of every example: the end of a quarter and of a financial year. The rows are nobody's."""
IN_READERS_UNIT = ("value", "lower", "upper", "bound_low", "bound_high", "reference_value")
COUNTED: tuple[str, ...] = PARTS


def run_worked_example(configuration: Configuration, kpi: Kpi) -> list[Problem]:
    """Compute a KPI's example and compare: one problem for each figure that is not what the definition says it gives."""
    if kpi.worked_example is None:
        return []
    where = _Where(configuration, kpi)
    problems = _wrong_keys(configuration, kpi, kpi.worked_example, where)
    if problems:
        return problems
    try:
        found = work_out(configuration, kpi, kpi.worked_example)
    except EqualityError as error:
        return [where.problem(("worked_example",), f"could not be worked out: {problem.message}") for problem in error.problems]
    return [
        where.problem(("worked_example", "gives", name), _difference(expected, found[name]))
        for name, expected in kpi.worked_example.gives.items()
        if not _agrees(expected, found[name])
    ]


class _Where:
    """The lines of a KPI's file."""

    def __init__(self, configuration: Configuration, kpi: Kpi) -> None:
        self.reading = locate(configuration, "kpis", kpi.id)

    def problem(self, place: tuple[str | int, ...], message: str) -> Problem:
        return self.reading.problem(place, message)


def _agrees(expected: float | None, found: Any) -> bool:
    """To as many decimals as the example is written with."""
    if expected is None or pd.isna(found):
        return expected is None and bool(pd.isna(found))
    decimals = len(repr(float(expected)).partition(".")[2])
    return abs(round(float(found), decimals) - expected) < 10.0 ** -(decimals + 3)


def _difference(expected: float | None, found: Any) -> str:
    said = "nothing" if expected is None else f"{expected:g}"
    got = "nothing" if pd.isna(found) else f"{round(float(found), 6):g}"
    return f"the example says {said}; these rows give {got}. Correct the example or the definition"


def _wrong_keys(configuration: Configuration, kpi: Kpi, example: WorkedExample, where: _Where) -> list[Problem]:
    accepted = (*COUNTED, *IN_READERS_UNIT)
    problems = [
        where.problem(("worked_example", "gives", name), f"no figure of this name; there are: {', '.join(accepted)}")
        for name in example.gives
        if name not in accepted
    ]
    offered = configuration.sources_of(kpi.dataset)
    columns = configuration.datasets[kpi.dataset].columns
    for number, row in enumerate(example.rows):
        for name, value in row.items():
            place = ("worked_example", "rows", number, name)
            if name not in offered and name not in columns:
                there = ", ".join(dict.fromkeys([*columns, *offered]))
                problems.append(where.problem(place, f"no column '{name}' in dataset '{kpi.dataset}'; there are: {there}"))
            elif (wanted := _dimension(configuration, kpi.dataset, name)) and str(value) not in _accepted(
                configuration, kpi.dataset, wanted, name
            ):
                listed = TOLD if name in configuration.datasets[kpi.dataset].marks else wanted.ids
                problems.append(where.problem(place, f"no category '{value}' in '{wanted.id}'; there are: {', '.join(listed)}"))
    return problems


def _dimension(configuration: Configuration, dataset: str, name: str) -> Dimension | None:
    """The dimension that a key of an example row names; None for numbers, dates and text."""
    column = configuration.datasets[dataset].columns.get(name)
    if column is not None:
        return configuration.finest(dataset, name) if column.type == "category" else None
    return configuration.dimensions[name]


def _accepted(configuration: Configuration, dataset: str, wanted: Dimension, name: str) -> tuple[str, ...]:
    """Categories of the named dimension, or finer ones of the column that holds it."""
    if name in configuration.datasets[dataset].marks:
        return TOLD
    column = configuration.sources_of(dataset).get(name, name)
    return (*wanted.ids, *configuration.finest(dataset, column).ids)


def work_out(configuration: Configuration, kpi: Kpi, example: WorkedExample) -> dict[str, Any]:
    """The figure of the whole council that the example's rows give, in the reader's unit."""
    alone = _alone(configuration, kpi)
    rows = _rows(alone, kpi, example)
    dataset = alone.datasets[kpi.dataset]
    events = _events(alone, dataset, rows)
    loaded, rows = (dataset.flows.source, _at_both_ends(rows, dataset.flows)) if dataset.flows else (kpi.dataset, rows)
    with open_source("duckdb://", read_only=False) as source:
        with source.begin():
            for name, held in {**events, loaded: rows}.items():
                _load(source, alone, name, held)
        if not alone.datasets[kpi.dataset].holds_people:
            return _without_people(alone, alone.kpis[kpi.id], *fetch_results(source, alone, kpi.dataset, [DAY], FinancialYear()))
        (counts,) = fetch_counts(source, alone, kpi.dataset, [DAY], FinancialYear())
    shown = replace(unprotected(counts, "everyone"), populations={kpi.id: _population(kpi, example)})
    return _figure(alone, alone.kpis[kpi.id], shown)


def _load(source: Source, configuration: Configuration, dataset: str, rows: pd.DataFrame) -> None:
    """The rows of a dataset as its snapshots; without any, a snapshot of the day that holds none."""
    prepare_tables(source, configuration, dataset)
    if len(rows):
        source.insert(dataset_table(configuration, dataset), rows)
    for day in dict.fromkeys(rows["as_at"]) if len(rows) else [DAY]:
        n = int((rows["as_at"] == day).sum())
        write_snapshot(source, Snapshot(dataset, day, n, n, 0, pd.Timestamp(day).to_pydatetime(), (), "", ""))


def _events(configuration: Configuration, dataset: Dataset, rows: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """What the event extracts hold that would tell the marks of the example's people; takes the marks out of the rows."""
    found: dict[str, list[dict[str, Any]]] = {mark.source: [] for mark in dataset.marks.values()}
    for name, mark in dataset.marks.items():
        held = {}
        for dimension, wanted in mark.where.items():
            column, admitted = configuration.resolve(mark.source, dimension, wanted)
            held[storage_column(configuration, mark.source, column)] = min(admitted)
        people = rows.pop(name)
        found[mark.source] += [{**held, "person_id": person} for person in rows.loc[people == YES, "person_id"]]
    root = configuration.organisation.root.id
    return {source: _event_rows(configuration, source, told, root) for source, told in found.items()}


def _event_rows(configuration: Configuration, dataset: str, told: list[dict[str, Any]], unit: str) -> pd.DataFrame:
    columns = [c.name for c in dataset_table(configuration, dataset).columns]
    whole = [{"as_at": DAY, "row_number": n, "unit": unit, "counts_once": True, **row} for n, row in enumerate(told, 1)]
    return pd.DataFrame(whole, columns=columns)


def _without_people(configuration: Configuration, kpi: Kpi, results: Results) -> dict[str, Any]:
    """The parts of the whole, and its figure in the reader's unit."""
    parts, made = results.figures.iloc[0], evaluate_results(results, configuration).iloc[0]
    nothing: dict[str, Any] = dict.fromkeys((*COUNTED, *IN_READERS_UNIT))
    said = {name: parts[name] for name in COUNTED if name in parts}
    return {**nothing, **said, **{name: made[name] / factor(kpi) for name in IN_READERS_UNIT}}


def _at_both_ends(rows: pd.DataFrame, flows: Flows) -> pd.DataFrame:
    """People who joined, left or, where the example does not say, stayed, as the two snapshots that show it."""
    month = DAY.year * 12 + DAY.month - 1 - MONTHS[flows.every]
    moved = rows.pop(MOVEMENT)
    return pd.concat([rows[moved != JOINED].assign(as_at=end_of_month(month // 12, month % 12 + 1)), rows[moved != LEFT]])


def _population(kpi: Kpi, example: WorkedExample) -> Population:
    """The example's people under the keys of groups; `all` is everybody."""
    people = {"" if name == "all" else f"{kpi.measure.over}={name}": float(many) for name, many in example.population.items()}
    return Population(people, dict.fromkeys(people, DAY))


def _figure(configuration: Configuration, kpi: Kpi, shown: ShownCells) -> dict[str, Any]:
    """Counts and estimates as `evaluate` makes them, without its rules on what is too small or too little known to publish."""
    rows = figures(shown)
    divisor = divisors(configuration, kpi, rows["group"])
    known = declared(configuration, kpi, rows)
    made = rows.join(estimates(kpi, rows, shown, divisor))
    made = made.join(bounds(kpi, made, known, divisor)).assign(benchmark=benchmarks(configuration, kpi, rows["group"]), marker="", note="")
    fill_whole_units(kpi, made)
    found = {str(name): value for name, value in made.iloc[0].items()}
    if kpi.measure.type.has_population:
        found["denominator"] = people_of(rows["group"], shown.populations[kpi.id]).iloc[0]
    if kpi.measure.type in TWO_SIDED:
        found["denominator"] = found["reference_denominator"]
    if kpi.measure.type is MeasureType.TURNOVER:
        found["denominator"] = (found["denominator"] + found["reference_denominator"]) / 2
    return {**found, **{name: found[name] / factor(kpi) for name in IN_READERS_UNIT}}


def _alone(configuration: Configuration, kpi: Kpi) -> Configuration:
    """The configuration with this KPI only, as a whole, on the day itself."""
    profile = Profile(title="Worked example")
    over = kpi.measure.over if kpi.measure.type.is_over_groups else None
    groups = (Breakdown(by=(over,)),) if over else ()
    everybody = kpi.measure.model_copy(update={"least_people": None, "window_months": None})  # an example has few rows, in one extract
    period = kpi.period.model_copy(update={"grain": Grain.SNAPSHOT})
    bare = kpi.model_copy(update={"breakdowns": groups, "profile": "everyone", "period": period, "measure": everybody})
    settings = DisclosureSettings(profiles={"everyone": profile}, audiences={"everyone": "everyone"})
    return replace(configuration, kpis={kpi.id: bare}, disclosure=settings)


def _rows(configuration: Configuration, kpi: Kpi, example: WorkedExample) -> pd.DataFrame:
    table = dataset_table(configuration, kpi.dataset)
    found = [_row(configuration, kpi, number, row) for number, row in enumerate(example.rows, 1)]
    return pd.DataFrame(found, columns=[c.name for c in table.columns])


def _row(configuration: Configuration, kpi: Kpi, number: int, row: Mapping[str, Any]) -> dict[str, Any]:
    """One example row as `ingest` would store it. What it does not mention is what the population admits, else not known."""
    dataset = configuration.datasets[kpi.dataset]
    offered = configuration.sources_of(kpi.dataset)
    stored: dict[str, Any] = {
        "as_at": DAY, "row_number": number, "person_id": str(number), "unit": configuration.organisation.root.id, "counts_once": True,
    }  # fmt: skip
    for name, column in dataset.columns.items():
        said = [(key, row[key]) for key in row if key == name or offered.get(key) == name]
        value = _finest(configuration, kpi.dataset, name, *said[0]) if said else _unsaid(configuration, kpi, name, column)
        stored[name] = value
        if column.band:
            banded = configuration.dimensions[column.band]
            stored[column.band] = value if value in banded.ids else None if value is None else banded.band(float(value))
            stored[name] = None if value in banded.ids else value
    return stored


def _finest(configuration: Configuration, dataset: str, column: str, key: str, value: Any) -> Any:
    """A category as the column stores it: a group of ethnic groups becomes the first of its members."""
    declared = configuration.datasets[dataset].columns[column]
    if declared.type != "category":
        return value
    finest = configuration.finest(dataset, column)
    if str(value) in finest.ids:
        return str(value)
    members = configuration.members(key, finest.id, str(value))
    return next((c for c in finest.ids if c in members), None)


def _unsaid(configuration: Configuration, kpi: Kpi, name: str, column: Column) -> Any:
    if column.type != "category":
        return 1 if name == PEOPLE and configuration.datasets[kpi.dataset].answers is not None else None
    finest = configuration.finest(kpi.dataset, name)
    published = configuration.datasets[kpi.dataset].grain == "published"
    admitted = [
        configuration.resolve(kpi.dataset, dimension, wanted)[1]
        for dimension, wanted in configuration.datasets[kpi.dataset].populations[kpi.population].where.items()
        if configuration.sources_of(kpi.dataset)[dimension] == name
    ]
    if admitted:
        return next((c for c in finest.ids if all(c in sets for sets in admitted)), None)
    return finest.unknown[0] if finest.unknown and not published else None  # all categories together
