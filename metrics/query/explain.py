"""How one KPI comes about: the SQL that counts it, and who leaves its base at which step and why.

The waterfall never shows a small count, and none can be had by subtracting two of its steps.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql import ColumnElement, Select

from metrics.definitions.base import Filter
from metrics.definitions.configuration import Configuration
from metrics.definitions.describe import describe_who
from metrics.definitions.kpi import Kpi
from metrics.definitions.marks import marks_of
from metrics.definitions.nearest import no_such
from metrics.errors import InputError, Problem
from metrics.query.compile import Compiler, pay_groups
from metrics.query.marks import Told
from metrics.query.people import PRESENT, TWO_SIDED, admitted, asks_for_known
from metrics.query.plan import is_told, plan
from metrics.query.population import fetch_populations
from metrics.query.results import results_select
from metrics.query.rolling import rolling_on
from metrics.sources.derived import earlier_days, known_snapshots, told_marks
from metrics.sources.engine import Source


@dataclass(frozen=True)
class Statement:
    """One statement as the source's engine is given it; parameters are category ids, unit ids, days and whole numbers."""

    title: str
    sql: str
    parameters: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Step:
    """One step down to the base: who is left after it, as it may be shown."""

    words: str
    people: str


@dataclass(frozen=True)
class Explanation:
    """`rounded` says that the waterfall's counts are rounded because a small number could be had from exact ones."""

    kpi: str
    title: str
    population: str
    measure: tuple[str, ...]
    day: date
    statements: tuple[Statement, ...]
    waterfall: tuple[Step, ...]
    rounded: bool
    note: str

    def as_dict(self) -> dict[str, Any]:
        return {**asdict(self), "day": self.day.isoformat()}


def explain(source: Source, configuration: Configuration, kpi_id: str, day: date | None = None) -> Explanation:
    """A KPI as it is counted on a loaded day (the last one when none is named).

    Raises
    ------
    InputError : no such KPI, or no rows of its dataset on that day
    """
    if kpi_id not in configuration.kpis:
        raise InputError(no_such("KPI", kpi_id, configuration.kpis))
    kpi = configuration.kpis[kpi_id]
    told = told_marks(source, configuration, kpi.dataset)
    day = _loaded_day(source, configuration, kpi, told, day)
    if not configuration.datasets[kpi.dataset].holds_people:
        return _of_results(source, configuration, kpi, day)
    rolling = rolling_on(configuration, kpi.dataset, day)
    planned = plan(configuration, kpi.dataset, [day], [(kpi, b) for b in (None, *kpi.breakdowns)], told=told, rolling=rolling)
    compiler = Compiler(configuration, replace(planned, earlier=earlier_days(source, configuration, kpi.dataset)))
    steps = list(_conditions(compiler, kpi))
    select = _waterfall(compiler, [condition for _, condition in steps])
    counts = source.fetch(select).iloc[0].fillna(0).astype(int).tolist()
    profile = configuration.profile(kpi)
    shown, rounded = shown_steps(counts, profile.threshold, profile.rounding_base)
    return Explanation(
        kpi=kpi.id,
        title=kpi.title,
        population=configuration.population_title(kpi),
        measure=measure_in_words(configuration, kpi),
        day=day,
        statements=(
            *_statements(source, compiler),
            *_over(source, configuration, kpi, day),
            _statement(source, "Who is left out of the base", select),
        ),
        waterfall=tuple(Step(words, people) for words, people in zip(("Rows of that day", *(w for w, _ in steps)), shown, strict=True)),
        rounded=rounded,
        note=f"Rounded to the nearest {profile.rounding_base}, because exact steps would give away a number under {profile.threshold}."
        if rounded
        else "",
    )


def _loaded_day(source: Source, configuration: Configuration, kpi: Kpi, told: Told, day: date | None) -> date:
    dataset = kpi.dataset
    loaded = tuple(s.as_at for s in known_snapshots(source, configuration, dataset) if is_told(configuration, kpi, s.as_at, told))
    if loaded and day is None:
        return loaded[-1]
    if day is None or day not in loaded:
        there = ", ".join(d.isoformat() for d in loaded) or "none"
        found = f"no rows of dataset '{dataset}' as at {day.isoformat()}" if day else f"no rows of dataset '{dataset}'"
        marks = configuration.datasets[dataset].marks
        sources = dict.fromkeys(marks[name].source for name in marks_of(kpi, configuration.datasets[dataset]))
        also = f" and of {' and '.join(sources)}, which tell its marks" if sources else ""
        raise InputError(Problem("", f"{found}{also}; days that are loaded: {there}."), f"Load them with `equality ingest {dataset} FILE`.")
    return day


def _over(source: Source, configuration: Configuration, kpi: Kpi, day: date) -> Iterator[Statement]:
    """The published numbers of people that events are held against."""
    if kpi.measure.population is None:
        return
    days = sorted(set(fetch_populations(source, configuration, kpi.dataset, day)[kpi.id].day.values()))
    read = results_select(configuration, kpi.measure.population.dataset, days)
    yield _statement(source, f"The published numbers of {' and '.join(d.isoformat() for d in days) or 'no day yet'}", read)


def _of_results(source: Source, configuration: Configuration, kpi: Kpi, day: date) -> Explanation:
    """Results that the council was given are read as they are: nobody is counted, and nobody left out."""
    given = configuration.datasets[kpi.dataset].grain == "result"
    said = "The results of that day, as they were given" if given else "The rows of that day, of which nobody is one"
    read = _statement(source, said, results_select(configuration, kpi.dataset, [day]))
    words, population = describe_who(configuration, kpi), configuration.population_title(kpi)
    return Explanation(kpi.id, kpi.title, population, (words,), day, (read,), (), False, "Nobody is counted, and nothing is hidden.")


def shown_steps(counts: Sequence[int], threshold: int = 5, base: int = 5) -> tuple[tuple[str, ...], bool]:
    """Counts that fall step by step, as they may be shown, and whether they had to be rounded.

    Exact only where every count and every difference is nought or at least the threshold.

    >>> shown_steps([120, 100, 0])
    (('120', '100', '0'), False)
    >>> shown_steps([120, 117, 3])
    (('120', '115', 'fewer than 5'), True)
    """
    gaps = [abs(a - b) for i, a in enumerate(counts) for b in counts[i + 1 :]]
    if all(n == 0 or n >= threshold for n in (*counts, *gaps)):
        return tuple(f"{n:,}" for n in counts), False
    return tuple(_rounded(n, threshold, base) for n in counts), True


def _rounded(n: int, threshold: int, base: int) -> str:
    return f"fewer than {threshold}" if 0 < n < threshold else f"{(n + base // 2) // base * base:,}"


def measure_in_words(configuration: Configuration, kpi: Kpi) -> tuple[str, ...]:
    """What is measured and on whom, one line for each part of the definition."""
    m = kpi.measure
    parts = (("Counted", m.numerator), ("Among", m.denominator), ("Compared with", m.reference_group))
    lines = [f"{m.type.value.replace('_', ' ')} of {m.column.replace('_', ' ')}" if m.column else m.type.value.replace("_", " ")]
    lines += [f"{name}: {filter_in_words(configuration, wanted)}" for name, wanted in parts if wanted]
    return (*lines, f"Over: {m.of}, from '{m.population.dataset}'") if m.population else tuple(lines)


def filter_in_words(configuration: Configuration, wanted: Filter) -> str:
    return "; ".join(_condition_in_words(configuration, name, categories) for name, categories in wanted.items())


def _condition_in_words(configuration: Configuration, name: str, categories: Any) -> str:
    dimension = configuration.dimensions[name]
    if categories == "known":
        return f"{dimension.title.lower()} is known"
    return f"{dimension.title.lower()} is {' or '.join(dimension.label(c) for c in categories)}"


def _conditions(compiler: Compiler, kpi: Kpi) -> Iterator[tuple[str, ColumnElement[bool]]]:
    """Each step from the rows of a day to the people of the base, with its reason."""
    configuration = compiler.configuration
    dataset = configuration.datasets[kpi.dataset]
    once = "People, each counted once, in their main post" if dataset.grain == "post" else _rows_are(configuration, kpi.dataset)
    yield once, compiler.table.c.counts_once.is_(True)
    two_pools = kpi.measure.type.has_two_pools
    asked = [*(kpi.measure.shared if two_pools else kpi.measure.denominator).items()]
    known = [(name, c) for name, c in asked if asks_for_known(configuration, name, c)]
    for name, categories in [*dataset.populations[kpi.population].where.items(), *(a for a in asked if a not in known)]:
        yield f"Whose {_condition_in_words(configuration, name, categories)}", _meets(compiler, {name: categories})
    for name, categories in known:
        title = configuration.dimensions[name].title.lower()
        yield f"Whose {title} is known (not recorded and prefer not to say leave here)", _meets(compiler, {name: categories})
    if kpi.measure.column:
        column = kpi.measure.column
        yield f"With a value for {column.replace('_', ' ')}", compiler.holds(f"{column}{PRESENT}", ["yes"])
    if kpi.measure.type in TWO_SIDED or two_pools:
        group = kpi.measure.denominator if two_pools else kpi.measure.numerator or {str(kpi.measure.over): "known"}
        either = sa.or_(_meets(compiler, group), _meets(compiler, kpi.measure.reference_group))
        yield "In one of the two groups that are compared", either


def _rows_are(configuration: Configuration, dataset: str) -> str:
    """ "People", "Applications": what a row of a dataset counts as."""
    return (configuration.datasets[dataset].rows_are or "people").capitalize()


def _meets(compiler: Compiler, wanted: Filter) -> ColumnElement[bool]:
    people = admitted(compiler.configuration, compiler.plan.dataset, wanted)
    return sa.and_(sa.true(), *(compiler.holds(axis, categories) for axis, categories in people.items()))


def _waterfall(compiler: Compiler, conditions: Sequence[ColumnElement[bool]]) -> Select[Any]:
    """All steps in one statement: rows, then those that meet the first condition, the first two, and so on."""
    one = 1 if compiler.weight is None else compiler.weight
    counts = (sa.func.sum(sa.case((sa.and_(*conditions[:n]), one), else_=0)) for n in range(1, len(conditions) + 1))
    steps: list[ColumnElement[Any]] = [count.label(f"step_{n}") for n, count in enumerate(counts, 1)]
    return sa.select(sa.func.count().label("rows"), *steps).where(compiler.table.c.as_at.in_(compiler.plan.read))


def _statements(source: Source, compiler: Compiler) -> Iterator[Statement]:
    rows = _rows_are(compiler.configuration, compiler.plan.dataset)
    for table in compiler.plan.tables:
        by = ", ".join([*(["unit"] if table.depth else []), *table.axes]) or "the whole council"
        yield _statement(source, f"{rows} by {by}", compiler.counts(table))
    for column, groups in pay_groups(compiler.plan).items():
        yield _statement(source, f"Sums and middle values of {column}", compiler.pay_points(column, groups))


def _statement(source: Source, title: str, select: Select[Any]) -> Statement:
    compiled: Any = select.compile(dialect=source.dialect, compile_kwargs={"render_postcompile": True})
    values = compiled.construct_params()
    names = compiled.positiontup or list(values)
    marks = [f"${i}" for i in range(1, len(names) + 1)] if compiled.positiontup else names
    return Statement(title, str(compiled), tuple((mark, str(values[name])) for mark, name in zip(marks, names, strict=True)))
