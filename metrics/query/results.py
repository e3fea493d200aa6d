"""Figures without people: what one dataset of them holds on a day, KPI by KPI. Nobody is counted, so nothing needs protection.

Of things and of published figures `metrics.query.things` and `metrics.query.published` say what they are. Of results that the council was
given: points are added up over the rows of a day; what could be had is added up over the same rows. A year that was not entered has rows
with the edition alone. What cannot be right (more points than could be had, one area twice) refuses the day.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import numpy as np
import pandas as pd
from sqlalchemy import Select, select

from metrics.definitions.configuration import Configuration
from metrics.definitions.kpi import Breakdown, Kpi, MeasureType
from metrics.errors import InputError, Problem
from metrics.periods import FinancialYear, Grain, Period, window_start
from metrics.query.plan import grain_of, published
from metrics.query.published import figures_published, wrong_published
from metrics.query.things import Line, figures_of_things, wrong_things
from metrics.sources.engine import Source
from metrics.sources.snapshots import read_snapshots
from metrics.sources.tables import dataset_table

KEYS = ("kpi", "breakdown", "unit", "group")
PARTS = ("numerator", "denominator", "value", "reference_numerator", "reference_denominator", "reference_value")


WHY = "why"
"""Of published figures, what the publisher's mark means where one is missing, as `metrics.definitions.layout.Meaning`; "" elsewhere."""


@dataclass(frozen=True)
class Results:
    """What one dataset without people holds on one day.

    Attributes
    ----------
    figures : one row per KPI, breakdown, unit and group: `KEYS`, then `PARTS`, and `WHY`. For a score points, what could be had, and their
        share; for an award the place of the category; missing in a year that was not entered. For things and published figures how many,
        among how many, and a value that these two do not give (a median, what the publisher worked out), then the same of the group held
        against
    edition : what tells whether figures of two days are the same thing: the edition and, for points, the areas with their maximum
    """

    dataset: str
    period: Period
    figures: pd.DataFrame
    edition: tuple[str, ...]


def fetch_results(
    source: Source, configuration: Configuration, dataset: str, days: Sequence[date], year: FinancialYear
) -> tuple[Results, ...]:
    """The results of each day.

    Raises
    ------
    InputError : with every row that cannot be right, and every two days that a KPI must not join and does
    """
    loaded = [s.as_at for s in read_snapshots(source, dataset)]
    if configuration.datasets[dataset].grain != "result":
        return _without_people(source, configuration, dataset, days, year)
    rows = source.fetch(results_select(configuration, dataset, sorted({*days, *loaded})))
    by_day = {day: rows[pd.to_datetime(rows["as_at"]).dt.date == day].reset_index(drop=True) for day in sorted({*days, *loaded})}
    kpis = [kpi for kpi, breakdown in published(configuration, dataset) if breakdown is None]
    due = {kpi.id: (kpi, year.snapshots(loaded, grain_of((kpi, None)))) for kpi in kpis}
    problems = [p for day in days for kpi, _ in due.values() for p in _wrong(configuration, kpi, day, by_day[day])]
    problems += [p for kpi, closing in due.values() for p in _joined(configuration, kpi, {d: by_day[d] for d in closing})]
    if problems:
        raise InputError(list(dict.fromkeys(problems)), "Nothing was published. Correct the file or the definition and load it again.")
    closing = {day: [kpi for kpi, on in due.values() if day in on] for day in sorted(set(days))}
    return tuple(_results(configuration, dataset, day, by_day[day], kpis) for day, kpis in closing.items())


def results_select(configuration: Configuration, dataset: str, days: Sequence[date]) -> Select[tuple[object, ...]]:
    table = dataset_table(configuration, dataset)
    kept = {"row_number", "person_id", "counts_once", *(() if configuration.datasets[dataset].unit else ("unit",))}
    wanted = [column for column in table.columns if column.name not in kept]
    return select(*wanted).where(table.c.as_at.in_(list(days))).order_by(table.c.as_at, table.c.row_number)


def _results(configuration: Configuration, dataset: str, day: date, rows: pd.DataFrame, kpis: Sequence[Kpi]) -> Results:
    found = [line for kpi in kpis for line in _figures(configuration, kpi, rows)]
    editions = sorted({e for kpi in kpis for e in edition_of(configuration, kpi, rows)})
    root = configuration.organisation.root.id
    lines = [(kpi, breakdown, root, group, *parts, *[np.nan] * 3, "") for kpi, breakdown, group, *parts in found]
    return Results(dataset, Period.as_at(day), pd.DataFrame(lines, columns=[*KEYS, *PARTS, WHY]), tuple(editions))


def _without_people(
    source: Source, configuration: Configuration, dataset: str, days: Sequence[date], year: FinancialYear
) -> tuple[Results, ...]:
    """Figures of things, and figures that somebody else has published, of each day."""
    loaded = [s.as_at for s in read_snapshots(source, dataset)]
    wanted = sorted({*days})
    rows = source.fetch(results_select(configuration, dataset, wanted))
    rows = rows.assign(as_at=pd.to_datetime(rows["as_at"]).dt.date)
    closing = {grain: frozenset(year.snapshots(loaded, grain)) for grain in Grain}
    due = {day: [d for d in published(configuration, dataset) if day in closing[grain_of(d)]] for day in wanted}
    found, problems = [], []
    for day, of_day in due.items():
        mine = rows[rows["as_at"] == day].reset_index(drop=True)
        kpis = {kpi.id: (kpi, [b for k, b in of_day if k is kpi and b is not None]) for kpi, b in of_day if b is None}
        problems += [problem for kpi, _ in kpis.values() for problem in _wrong_row(configuration, kpi, day, mine)]
        lines = [line for kpi, split in kpis.values() for line in _lines(configuration, kpi, split, mine, day)]
        frame = pd.DataFrame(lines, columns=[*KEYS, *PARTS, WHY]).astype(dict.fromkeys(PARTS, "float64"))
        found += [Results(dataset, _period(configuration, dataset, day), frame, ())] if kpis else []
    if problems:
        raise InputError(list(dict.fromkeys(problems)), "Nothing was published. Correct the file or the definition and load it again.")
    return tuple(found)


def _lines(configuration: Configuration, kpi: Kpi, split: Sequence[Breakdown], rows: pd.DataFrame, day: date) -> Iterator[Line]:
    if configuration.datasets[kpi.dataset].grain == "item":
        return ((*line, "") for line in figures_of_things(configuration, kpi, split, rows, day))
    return figures_published(configuration, kpi, split, rows)


def _wrong_row(configuration: Configuration, kpi: Kpi, day: date, rows: pd.DataFrame) -> Iterator[Problem]:
    wrong = wrong_things if configuration.datasets[kpi.dataset].grain == "item" else wrong_published
    return wrong(configuration, kpi, day, rows)


def _period(configuration: Configuration, dataset: str, day: date) -> Period:
    months = configuration.datasets[dataset].window_months
    return Period(end=day, start=window_start(day, months)) if months else Period.as_at(day)


def _figures(configuration: Configuration, kpi: Kpi, rows: pd.DataFrame) -> Iterator[tuple[object, ...]]:
    if kpi.measure.type is MeasureType.ORDINAL:
        known = configuration.finest(kpi.dataset, str(kpi.measure.column)).known
        given = [known.index(c) for c in rows[str(kpi.measure.column)] if c in known]
        yield kpi.id, "", "", np.nan, np.nan, float(given[0]) if given else np.nan
        return
    yield (kpi.id, "", "", *_points(kpi, rows))
    for breakdown in kpi.breakdowns:
        (name,) = breakdown.by
        column = configuration.sources_of(kpi.dataset)[name]
        finest = configuration.finest(kpi.dataset, column).id
        for category in configuration.dimensions[name].known:
            mine = rows[rows[column].isin(configuration.members(name, finest, category))]
            if len(mine):  # an area that the edition has not is no figure
                yield (kpi.id, breakdown.id, f"{name}={category}", *_points(kpi, mine))


def _points(kpi: Kpi, rows: pd.DataFrame) -> tuple[float, float, float]:
    """Points, what could be had, and their share."""
    given = rows[rows[str(kpi.measure.column)].notna()]
    if given.empty:
        return np.nan, np.nan, np.nan
    points, most = (float(given[str(name)].sum()) for name in (kpi.measure.column, kpi.measure.out_of))
    return points, most, points / most


def edition_of(configuration: Configuration, kpi: Kpi, rows: pd.DataFrame) -> tuple[str, ...]:
    """What must be the same on two days for their figures to be compared; nothing for a year that was not entered."""
    column = str(kpi.measure.column)
    known = configuration.finest(kpi.dataset, column).known if kpi.measure.type is MeasureType.ORDINAL else ()
    given = rows[rows[column].isin(known)] if known else rows[rows[column].notna()]
    if given.empty:
        return ()
    said = [f"edition {e}" for e in sorted(set(given[str(configuration.datasets[kpi.dataset].edition)].astype(str)))]
    if kpi.measure.type is MeasureType.SCORE:
        said.append(f"out of {given[str(kpi.measure.out_of)].sum():g}")
        areas = [configuration.sources_of(kpi.dataset)[b.by[0]] for b in kpi.breakdowns]
        said += [f"{area} out of {most:g}" for name in areas for area, most in given.groupby(name)[str(kpi.measure.out_of)].sum().items()]
    return tuple(said)


# what cannot be right


def _wrong(configuration: Configuration, kpi: Kpi, day: date, rows: pd.DataFrame) -> Iterator[Problem]:
    where, column = f"{kpi.dataset}, {day.isoformat()}", str(kpi.measure.column)
    if kpi.measure.type is MeasureType.ORDINAL:
        if len(rows) != 1:
            yield Problem(where, f"{len(rows)} rows for {kpi.id}; an award is one row, with an empty cell for a year that was not entered.")
        return
    most = str(kpi.measure.out_of)
    points, out_of = rows[column].astype(float), rows[most].astype(float)
    if points.notna().any() and points.isna().any():
        yield Problem(where, f"'{column}' is empty in some rows and filled in others; write 0 where no point was given.")
    if (points.notna() & ~(out_of > 0)).any():
        yield Problem(where, f"'{most}' is empty or 0 in a row with points; write what could be had.")
    if (points > out_of).any():
        yield Problem(where, f"'{column}' is more than '{most}' in {int((points > out_of).sum())} rows.")
    for breakdown in kpi.breakdowns:
        held = rows.loc[points.notna(), configuration.sources_of(kpi.dataset)[breakdown.by[0]]]
        twice = sorted({str(c) for c in held[held.duplicated()].dropna()})
        if twice:
            yield Problem(where, f"on two rows: {', '.join(twice)}; a row is one {breakdown.by[0].replace('_', ' ')}.")


def _joined(configuration: Configuration, kpi: Kpi, by_day: dict[date, pd.DataFrame]) -> Iterator[Problem]:
    """Two editions that no series break parts: their figures would be joined by a line, and compared."""
    told = [(day, edition_of(configuration, kpi, rows)) for day, rows in sorted(by_day.items())]
    entered = [(day, said) for day, said in told if said]
    for (before, was), (after, now) in pairwise(entered):
        if was != now and not any(before < b.date <= after for b in kpi.series_breaks):
            gone, new = (", ".join(s for s in one if s not in other) for one, other in ((was, now), (now, was)))
            say = f"{before.isoformat()} is of {gone or 'the same and more'}, and {after.isoformat()} of {new or 'less'}"
            cure = f"add `series_breaks: [{{date: {after.isoformat()}, reason: …}}]` to {kpi.id}"
            yield Problem(f"{kpi.dataset}", f"{say}: figures of two editions are never compared; {cure}, on any day between the two.")
