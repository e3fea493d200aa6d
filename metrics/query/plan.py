"""What has to be counted: from the configuration and the days that are loaded to published cells, their regions and tables.

A `Plan` serves every day on which the same figures are due and the organisation has the same shape; quarters and year ends
usually make two or three plans, so a few statements answer many periods. Atoms (`metrics.query.atoms`) and tables
(`metrics.query.cliques`, which also says why tables must be decomposable) belong to the plan: a quarter without the
yearly breakdowns is counted more coarsely than the year end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from itertools import pairwise
from math import prod

import numpy as np
import pandas as pd

from metrics.definitions.configuration import Configuration
from metrics.definitions.dataset import MOVEMENT
from metrics.definitions.kpi import Breakdown, Kpi
from metrics.definitions.marks import marks_of
from metrics.definitions.rolling import rolling_months
from metrics.definitions.succession import Succession
from metrics.definitions.waterfall import WATERFALL
from metrics.errors import CountsError, DefinitionError, Problem
from metrics.periods import FinancialYear, Grain, Kind, window_start
from metrics.query.atoms import Where, ordered_atoms, partition, where
from metrics.query.cliques import Clique, axes_of, corners, decomposable, depth_of
from metrics.query.counts import EXTRACT, Region, UnitTree
from metrics.query.marks import Told
from metrics.query.people import PRESENT, People, both, figures, universe
from metrics.query.rolling import Rolling, rolling_on
from metrics.query.waterfall import waterfall

MOST_CELLS = 2_000_000
"""A table that could have more cells than this is refused: it could be neither protected nor read."""

Due = tuple[Kpi, Breakdown | None]
Also = frozenset[tuple[frozenset[tuple[str, frozenset[str]]], int]]
"""Sets of people (categories by column) that must be countable in units down to a depth, although no KPI publishes them now."""


@dataclass(frozen=True)
class Sought:
    """One part (or one side of a pay figure) of one group, wanted in every unit down to `depth`."""

    kpi: str
    breakdown: str
    depth: int
    group: str
    name: str
    where: int
    column: str = ""
    """For sides of pay figures: the pay column."""


@dataclass(frozen=True)
class TablePlan:
    axes: tuple[str, ...]
    depth: int


@dataclass(frozen=True)
class Plan:
    """What to count on `days`.

    Attributes
    ----------
    units : units that exist on these days, parents first
    depths : their depth in the organisation, same order
    attached : every unit that ever was, to the unit of these days that its people belong to (itself, or the nearest above)
    atoms : axis to category to atom
    wheres : the distinct sets of people, without a unit
    parts, sides : published cells and pay figures, as templates over units
    """

    dataset: str
    days: tuple[date, ...]
    units: tuple[str, ...]
    depths: np.ndarray
    tree: UnitTree
    attached: Mapping[str, str]
    atoms: Mapping[str, Mapping[str, str]]
    sensitive: frozenset[str]
    unknown: Mapping[str, frozenset[str]]
    tables: tuple[TablePlan, ...]
    wheres: tuple[Where, ...]
    parts: tuple[Sought, ...]
    sides: tuple[Sought, ...]
    earlier: Mapping[date, date] = field(default_factory=dict)
    """For joiners and leavers: every day to the day that it is compared with."""
    told: Told = field(default_factory=dict)
    """For joiners and leavers: every mark that these figures ask for, to the days that it is told of."""
    window_months: int | None = None
    """For events: how many months up to the day the figures are of."""
    rolling: Rolling | None = None
    """For windows of several extracts: which, and which others are counted beside them."""
    silent: frozenset[str] = frozenset()
    """Units without figures: they, or their people, were elsewhere in a part of the window, or of another one that is counted beside it."""

    @property
    def read(self) -> tuple[date, ...]:
        """The days whose rows are counted."""
        return self.rolling.held if self.rolling else self.days

    @property
    def axes(self) -> dict[str, tuple[str, ...]]:
        return {axis: ordered_atoms(atoms) for axis, atoms in self.atoms.items()}

    def lines(self, depth: int) -> tuple[tuple[str | int | None, ...], ...]:
        """Every unit that people are attached to, and the place in `units` of the unit that holds it at each depth from 1 on."""
        place = {unit: at for at, unit in enumerate(self.units)}
        above = {unit: [place[u] for u in reversed(self.tree.above(home))][1 : depth + 1] for unit, home in self.attached.items()}
        return tuple((unit, *line, *[None] * (depth - len(line))) for unit, line in above.items())

    def lifted(self, depth: int) -> dict[str, str]:
        """Every unit to the unit at most `depth` deep that holds it."""
        deep = dict(zip(self.units, self.depths.tolist(), strict=True))
        return {unit: next(u for u in self.tree.above(home) if deep[u] <= depth) for unit, home in self.attached.items()}

    @cached_property
    def cells(self) -> pd.DataFrame:
        """`Counts.cells`."""
        frame = self._placed(self.parts)
        return frame.assign(region=self._region_numbers(frame)).drop(columns=["where", "at", "column"]).rename(columns={"name": "part"})

    @cached_property
    def statistics(self) -> pd.DataFrame:
        """The keys of `Counts.statistics`, with `column`, `where` and `at` (place in `units`) to find the figures by."""
        frame = self._placed(self.sides)
        return frame.assign(region=self._region_numbers(frame)).rename(columns={"name": "side"})

    @cached_property
    def keys(self) -> np.ndarray:
        """Distinct (where, unit) pairs as one number each, ascending: the regions."""
        pairs = [self._pair(self._placed(wanted)) for wanted in (self.parts, self.sides)]
        return np.unique(np.concatenate(pairs))

    @cached_property
    def regions(self) -> tuple[Region, ...]:
        which, at = np.divmod(self.keys, len(self.units))
        return tuple(Region(self.units[a], self.wheres[w]) for w, a in zip(which.tolist(), at.tolist(), strict=True))

    def _pair(self, frame: pd.DataFrame) -> np.ndarray:
        return np.asarray(frame["where"].to_numpy(dtype=np.int64) * len(self.units) + frame["at"].to_numpy(dtype=np.int64))

    def _region_numbers(self, frame: pd.DataFrame) -> np.ndarray:
        return np.searchsorted(self.keys, self._pair(frame))

    def _placed(self, wanted: tuple[Sought, ...]) -> pd.DataFrame:
        """Each template in each unit down to its depth."""
        there = np.array([unit not in self.silent for unit in self.units], dtype=bool)
        within = {d: np.flatnonzero(there & (self.depths <= d)) for d in {s.depth for s in wanted}}
        at = np.concatenate([within[s.depth] for s in wanted]) if wanted else np.array([], dtype=np.int64)
        which = np.repeat(np.arange(len(wanted)), [len(within[s.depth]) for s in wanted]) if wanted else at
        fields = {
            name: np.array([getattr(s, name) for s in wanted], dtype=object)[which]
            for name in ("kpi", "breakdown", "group", "name", "column")
        }
        numbers = np.array([s.where for s in wanted], dtype=np.int64)[which]
        units = np.array(self.units, dtype=object)[at]
        return pd.DataFrame(
            {**fields, "unit": units, "where": numbers, "at": at},
            columns=["kpi", "breakdown", "unit", "group", "name", "where", "at", "column"],
        )


def plan_days(
    configuration: Configuration,
    dataset: str,
    days: Iterable[date],
    loaded: Iterable[date],
    year: FinancialYear,
    also: Mapping[date, Also] | None = None,
    told: Told | None = None,
) -> tuple[Plan, ...]:
    """One plan for each group of days that publish the same figures of the same units. `also`: what earlier releases told of a day.

    A day that stands for no period of any KPI (a mid-quarter extract, when everything is quarterly) is in no plan. Nor is a KPI that asks
    for a mark planned for a day that no event extract tells it of (`told`).
    """
    known, told = also or {}, told or {}
    alike: dict[tuple[tuple[str, ...], tuple[str, ...], Also, Rolling | None], list[date]] = {}
    wanted: dict[tuple[str, ...], list[Due]] = {}
    closing = {grain: frozenset(year.snapshots(loaded, grain)) for grain in Grain}
    _refuse_overlap(configuration, dataset, sorted(set().union(*(closing[grain_of(d)] for d in published(configuration, dataset)))))
    for day in sorted(set(days)):
        due = [
            d for d in published(configuration, dataset) if day in closing[grain_of(d)] and is_told(configuration, d[0], day, told or {})
        ]
        if due:
            name = tuple(f"{kpi.id} {breakdown.id if breakdown else ''}" for kpi, breakdown in due)
            wanted[name] = due
            units = tuple(u.id for u in configuration.organisation.walk(day))
            more = known.get(day, frozenset())
            rolling = rolling_on(configuration, dataset, day, (dict(people) for people, _ in more))
            alike.setdefault((name, units, more, rolling), []).append(day)
    return tuple(plan(configuration, dataset, same, wanted[name], more, told, rolling) for (name, _, more, rolling), same in alike.items())


def is_told(configuration: Configuration, kpi: Kpi, day: date, told: Told) -> bool:
    """Whether every mark that a KPI asks for is told of the span that ends on a day."""
    return all(day in told.get(mark, ()) for mark in marks_of(kpi, configuration.datasets[kpi.dataset]))


def _refuse_overlap(configuration: Configuration, dataset: str, days: Sequence[date]) -> None:
    """What happened once is counted once: the spans of two published days may not share a day."""
    months = configuration.datasets[dataset].window_months
    if months is None:
        return
    problems = [
        Problem(
            f"dataset '{dataset}'",
            f"the {months} months to {later.isoformat()} began on {start.isoformat()}, and those to {day.isoformat()} had not ended then: "
            "what happened in both would be counted twice",
        )
        for day, later in pairwise(days)
        if (start := window_start(later, months)) <= day
    ]
    if problems:
        raise CountsError(problems, f"Make the extract for the same day of each span, and load it again with `equality ingest {dataset}`.")


def published(configuration: Configuration, dataset: str) -> tuple[Due, ...]:
    """Every KPI of a dataset, as a whole and by each declared breakdown."""
    kpis = [kpi for _, kpi in sorted(configuration.kpis.items()) if kpi.dataset == dataset]
    known = configuration.datasets[dataset]
    spans = [kpi for kpi in kpis if kpi.period.kind is Kind.DURING and known.flows is None and known.window_months is None]
    if spans:
        raise DefinitionError(
            [
                Problem(
                    f"config/kpis/{k.id}",
                    "period.kind: found 'during'; figures are made from snapshots, so write 'as_at' and load one snapshot for each span; "
                    "a dataset of events says how long its span is with `window_months`",
                )
                for k in spans
            ]
        )
    return tuple((kpi, breakdown) for kpi in kpis for breakdown in (None, *{b.id: b for b in kpi.breakdowns}.values()))


def grain_of(due: Due) -> Grain:
    kpi, breakdown = due
    return breakdown.grain if breakdown and breakdown.grain else kpi.period.grain


def plan(
    configuration: Configuration,
    dataset: str,
    days: Iterable[date],
    due: Iterable[Due],
    also: Also = frozenset(),
    told: Told | None = None,
    rolling: Rolling | None = None,
) -> Plan:
    """The plan of days on which the organisation has the same units, and of which the same is known."""
    days, due = tuple(sorted(days)), tuple(due)
    _refuse_wide(configuration, days[-1], due)
    figured = [(kpi, breakdown.id if breakdown else "", *figures(configuration, kpi, breakdown)) for kpi, breakdown in due]
    figured += [(kpi, WATERFALL, 0, waterfall(configuration, kpi)) for kpi, breakdown in due if breakdown is None]
    sets = [people for *_, found in figured for figure in found for people in (*figure.parts.values(), *figure.sides.values())]
    atoms = _atoms(configuration, dataset, [*sets, *(dict(people) for people, _ in also)])
    if rolling:
        atoms[EXTRACT] = rolling.atoms
    window: People = rolling.people if rolling else {}
    numbers: dict[Where, int] = {}
    parts: list[Sought] = []
    sides: list[Sought] = []
    for kpi, named, depth, found in figured:
        for figure in found:
            for part, people in figure.parts.items():
                parts.append(
                    Sought(kpi.id, named, depth, figure.group, part, numbers.setdefault(where(both(people, window), atoms), len(numbers)))
                )
            for side, people in figure.sides.items():
                number = numbers.setdefault(where(both(people, window), atoms), len(numbers))
                column = kpi.measure.column or configuration.datasets[dataset].weight
                sides.append(Sought(kpi.id, named, depth, figure.group, side, number, str(column)))
    units = _units(configuration, days[-1], rolling)
    depths = np.array([configuration.organisation.depth(u) for u in units])
    wheres = tuple(numbers)
    return Plan(
        dataset=dataset,
        days=days,
        window_months=rolling_months(configuration, dataset) or configuration.datasets[dataset].window_months,
        rolling=rolling,
        silent=_silent(configuration, units, rolling) if rolling else frozenset(),
        told={mark: (told or {}).get(mark, ()) for mark in _asked(configuration, dataset, due, atoms)},
        units=units,
        depths=depths,
        tree=UnitTree({u: configuration.organisation.by_id[u].parent for u in units}),
        attached={
            u.id: next(a for a in reversed(configuration.organisation.path(u.id)) if a in units) for u in configuration.organisation.units
        },
        atoms=atoms,
        sensitive=frozenset(axis for axis in atoms if _is_answer(axis) and configuration.finest(dataset, axis).sensitive),
        unknown={axis: _unknown_atoms(configuration, dataset, axis, held) for axis, held in atoms.items() if _is_answer(axis)},
        tables=_tables(dataset, atoms, depths, wheres, [*parts, *sides], also, frozenset(configuration.datasets[dataset].marks)),
        wheres=wheres,
        parts=tuple(parts),
        sides=tuple(sides),
    )


def _is_answer(axis: str) -> bool:
    """Whether an axis is a column of categories: neither whether a pay column is filled, nor the extract that a row stands in."""
    return not axis.endswith(PRESENT) and axis != EXTRACT


def _units(configuration: Configuration, day: date, rolling: Rolling | None) -> tuple[str, ...]:
    """Units of a day, parents first; of windows that roll those of all extracts, so that figures of former units can be told beside."""
    here = [u.id for u in configuration.organisation.walk(day)]
    others = [u.id for other in (rolling.held if rolling else ()) for u in configuration.organisation.walk(other)]
    return tuple(dict.fromkeys([*here, *sorted(set(others) - set(here), key=lambda u: (configuration.organisation.depth(u), u))]))


def _silent(configuration: Configuration, units: Iterable[str], rolling: Rolling) -> frozenset[str]:
    """Units that did not stand through the whole window, and those that people of other units came to or went from within it."""
    first, last = rolling.window[0], rolling.window[-1]
    always = frozenset[str].intersection(*(frozenset(u.id for u in configuration.organisation.walk(day)) for day in rolling.window))
    told = Succession(configuration.organisation, last)
    changed = {unit for unit in always if any(first < b.day <= last for b in told.breaks(unit))}
    return frozenset(units) - (always - changed)


def _asked(configuration: Configuration, dataset: str, due: Iterable[Due], atoms: Iterable[str]) -> tuple[str, ...]:
    """Marks that the figures ask for, or that earlier releases published sets by."""
    known = configuration.datasets[dataset]
    asked = {*atoms, *(mark for kpi, _ in due for mark in marks_of(kpi, known))}
    return tuple(name for name in known.marks if name in asked)


def _unknown_atoms(configuration: Configuration, dataset: str, axis: str, atoms: Mapping[str, str]) -> frozenset[str]:
    """Atoms in which nobody's answer is known."""
    answers = set(configuration.finest(dataset, axis).known)
    return frozenset(atoms.values()) - {atom for category, atom in atoms.items() if category in answers}


def _refuse_wide(configuration: Configuration, day: date, due: Iterable[Due]) -> None:
    """Breakdowns that have too many groups by themselves, before their groups are listed."""
    problems = []
    units: dict[int, int] = {}
    for kpi, breakdown in due:
        depth, dimensions = configuration.split(breakdown) if breakdown else (0, ())
        if depth not in units:
            units[depth] = len(configuration.units(day, depth))
        groups = prod(len(configuration.dimensions[name].categories) for name in dimensions) * units[depth]
        if breakdown and groups > MOST_CELLS:
            what = f"{kpi.id} by {breakdown.id} would have up to {groups:,} groups (at most {MOST_CELLS:,})"
            problems.append(Problem("config/kpis", f"{what}. Leave a dimension out or make it coarser."))
    if problems:
        raise DefinitionError(problems)


def _atoms(configuration: Configuration, dataset: str, sets: Iterable[People]) -> dict[str, dict[str, str]]:
    used: dict[str, set[frozenset[str]]] = {}
    for people in sets:
        for axis, categories in people.items():
            if axis != EXTRACT:
                used.setdefault(axis, set()).add(categories)
    marks = configuration.datasets[dataset].marks.keys()
    if MOVEMENT in used or marks & used.keys():  # disclosure asks who was here at either end: the three ways to move are told apart
        used.setdefault(MOVEMENT, set()).update(frozenset({way}) for way in universe(configuration, dataset, MOVEMENT))
    split = {axis: partition(universe(configuration, dataset, axis), used[axis]) for axis in sorted(used)}
    return {axis: atoms for axis, atoms in split.items() if len(set(atoms.values())) > 1}


def _tables(
    dataset: str,
    atoms: Mapping[str, Mapping[str, str]],
    depths: np.ndarray,
    wheres: tuple[Where, ...],
    wanted: list[Sought],
    also: Also,
    marks: frozenset[str],
) -> tuple[TablePlan, ...]:
    """The fewest tables that count every set; one with a mark tells apart how people moved, for staff of both ends stands beside it. Where
    windows roll, every table tells the extracts apart."""
    always = frozenset({EXTRACT}) & atoms.keys()

    def corners_of(axes: Iterable[str], depth: int) -> Clique:
        named = frozenset(axes) | always
        return corners(named | {MOVEMENT} if named & marks else named, depth)

    deepest = int(depths.max())
    needed = {(s.where, min(s.depth, deepest)) for s in wanted}
    sets = {corners_of((axis for axis, _ in wheres[number]), depth) for number, depth in needed}
    told = {corners_of((axis for axis, _ in where(dict(people), atoms)), min(depth, deepest)) for people, depth in also}
    size = _sizes({axis: len(set(a.values())) for axis, a in atoms.items()}, depths)
    cliques = decomposable(sets | told, size)
    too_large = [c for c in cliques if size(c) > MOST_CELLS]
    if too_large and all(size(c) <= MOST_CELLS for c in decomposable(sets, size)):
        raise DefinitionError([_too_large_together(dataset, c, size(c)) for c in too_large])
    if too_large:
        raise DefinitionError([_too_large(dataset, c, size(c), wheres, wanted) for c in too_large])
    return tuple(TablePlan(axes_of(c), depth_of(c)) for c in cliques)


def _too_large_together(dataset: str, clique: Clique, cells: int) -> Problem:
    met, most = ", ".join(axes_of(clique)), f"{cells:,} cells (at most {MOST_CELLS:,})"
    return Problem(
        "config/kpis",
        f"dataset '{dataset}': what an earlier release published of this day and what is published now would have to be counted together "
        f"({met}), in up to {most}, to see that the two give nothing away. Put back the breakdowns of then for this day, or restate "
        "another one.",
    )


def _sizes(atoms: Mapping[str, int], depths: np.ndarray) -> Callable[[Clique], int]:
    def size(clique: Clique) -> int:
        """How many cells the table of a clique could have."""
        return prod(atoms[axis] for axis in axes_of(clique)) * int((depths <= depth_of(clique)).sum())

    return size


def _too_large(dataset: str, clique: Clique, cells: int, wheres: tuple[Where, ...], wanted: list[Sought]) -> Problem:
    inside = [s for s in wanted if len(wheres[s.where]) > 1 and {axis for axis, _ in wheres[s.where]} <= clique]
    names = sorted({f"{s.kpi} by {s.breakdown}" if s.breakdown else s.kpi for s in inside})
    met, most = ", ".join(axes_of(clique)), f"{cells:,} cells (at most {MOST_CELLS:,})"
    return Problem(
        "config/kpis",
        f"dataset '{dataset}': {met} would have to be counted together, in up to {most}. They meet in {', '.join(names)}. "
        "Leave out a breakdown, make it coarser (five ethnic groups, a higher level of the organisation), "
        "or move a KPI to a dataset of its own.",
    )
