"""Two attackers who hold the rows that an audience reads, the public definitions and the organisation chart, and nothing else.

`Listed` writes down every whole table of people and keeps those whose figures would have been printed as they are: each count,
share, interval, rate of declaration, bound, gap and ratio is made anew from the table by the public method and compared.
`Solved` turns the same rows into facts (`second_attacker.Reader`) and asks integer programmes. Each gives the range of any number.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from metrics.definitions.kpi import Kpi, MeasureType
from metrics.definitions.waterfall import WATERFALL
from metrics.disclosure.shown import ShownCells
from metrics.query.counts import Counts, Region
from metrics.query.people import universe
from tests.support.attacker import TooMany, every_table, window
from tests.support.second_attacker import Reader, Seen, meanings, region_of, wilson
from tests.support.whole_numbers import WholeNumbers

NEARLY = 1e-9
SHOWN_PARTS = ("numerator", "denominator", "everyone")
LIMIT = 15_000
"""Councils with more tables than this are left to integer programmes."""
Windows = Mapping[Region, tuple[float, float]]


@dataclass(frozen=True)
class Sum:
    """The people of one set less those of others."""

    plus: Region
    minus: tuple[Region, ...] = ()


class Board:
    """The finest kinds of people that any figure tells apart, and which of them belong to a set."""

    def __init__(self, readings: Sequence[Seen], staffed: Iterable[str], dataset: str = "hr") -> None:
        self.readings, self.dataset = readings, dataset
        self.configuration = readings[0].configuration
        self.meanings = meanings(self.configuration)
        self.figures = [figure for seen in readings for figure in self._figures(seen)]
        self.regions = sorted({r for _, _, parts in self.figures for r in parts.values()}, key=str)
        self.axes = sorted({axis for r in self.regions for axis in r.axes})
        kinds = [self._kinds(axis) for axis in self.axes]
        paths = {u: self.configuration.organisation.path(u) for u in staffed}
        self.cells = [(frozenset(path), *kind) for path in paths.values() for kind in product(*kinds)]
        self.rows = {r: self.row(r) for r in self.regions}

    def _figures(self, seen: Seen) -> Iterator[tuple[Seen, Mapping[str, Any], Mapping[str, Region]]]:
        for row in seen.rows.to_dict("records"):
            told = self.meanings[row["kpi"], row["group"]]
            yield seen, row, {p: region_of(row["unit"], where, self.configuration, self.dataset) for p, where in told.items()}

    def _kinds(self, axis: str) -> list[str]:
        """One category for each group of them that no published set tells apart."""
        sets = {atoms for r in self.regions for a, atoms in r.where if a == axis}
        alike: dict[frozenset[frozenset[str]], str] = {}
        for category in universe(self.configuration, self.dataset, axis):
            alike.setdefault(frozenset(s for s in sets if category in s), category)
        return list(alike.values())

    def row(self, region: Region) -> np.ndarray:
        held = dict(region.where)
        allowed = [held.get(axis) for axis in self.axes]
        found = [region.unit in cell[0] and all(a is None or c in a for c, a in zip(cell[1:], allowed, strict=True)) for cell in self.cells]
        return np.array(found, dtype=np.int64)

    def windows(self) -> Windows:
        """The least and the most people of each set that the counts in the rows allow."""
        return _narrowest(self.regions, (w for seen, row, parts in self.figures for w in _windows(seen, row, parts)))

    def windows_of(self, counts: Counts, cells: ShownCells) -> Windows:
        """The same from the counts that disclosure control shows, among them some that stand in no row."""
        shown = zip(counts.regions, cells.shown.tolist(), cells.chains, strict=True)
        return _narrowest(self.regions, ((self._by_categories(region), window(value, chain)) for region, value, chain in shown))

    def _by_categories(self, region: Region) -> Region:
        held = {axis: frozenset(c for atom in atoms for c in atom.split("|")) for axis, atoms in region.where}
        return region_of(region.unit, held, self.configuration, self.dataset)

    def form(self, sum_: Sum) -> np.ndarray:
        return self.row(sum_.plus) - np.array([self.row(r) for r in sum_.minus], dtype=np.int64).reshape(-1, len(self.cells)).sum(axis=0)

    def forms(self, sums: Sequence[Sum]) -> np.ndarray:
        return np.array([self.form(s) for s in sums], dtype=np.int64).reshape(-1, len(self.cells))


class Listed:
    """Every whole table that agrees. Raises `attacker.TooMany` where there are too many to list.

    counts : what each set may be, where that is not read from the rows
    shares : whether whatever stands beside the counts is read, too
    """

    def __init__(self, board: Board, counts: Windows | None = None, shares: bool = True, limit: int = LIMIT) -> None:
        self.board = board
        windows = board.windows() if counts is None else counts
        member = np.array([board.rows[r] for r in board.regions])
        low, high = np.array([windows[r] for r in board.regions]).T
        self.tables = every_table(member, low, high, limit=limit)
        if shares:
            self._compare_shares()

    def _compare_shares(self) -> None:
        """Whatever is printed beside the counts must come out as it is printed, too."""
        whole = {(id(seen), row["kpi"], row["unit"]): row["value"] for seen, row, _ in self.board.figures if row["group"] == ""}
        for seen, row, parts in self.board.figures:
            printed = {p: self._printed(seen, r) for p, r in parts.items()}
            made = derived(row, _kpi(seen, row), printed, whole.get((id(seen), row["kpi"], row["unit"]), np.nan))
            fits = np.ones(len(self.tables), dtype=bool)
            for column, values in made.items():
                if not pd.isna(row[column]):
                    fits &= np.abs(values - row[column]) < NEARLY
            self.tables = self.tables[fits]

    def _printed(self, seen: Seen, region: Region) -> np.ndarray:
        sizes = self.tables @ self.board.rows[region]
        for base in seen.chain(region.unit):
            sizes = (2 * sizes + base) // (2 * base) * base
        return sizes.astype(float)

    def holds(self, people: np.ndarray) -> bool:
        return bool((self.tables == people).all(axis=1).any())

    def ranges(self, sums: Sequence[Sum], enough: np.ndarray | float = np.inf) -> tuple[np.ndarray, np.ndarray]:
        values = self.tables @ self.board.forms(sums).T
        return values.min(axis=0), values.max(axis=0)

    def given(self, known: Sum, value: int) -> Listed:
        """What is left to somebody who knows one more number."""
        told = object.__new__(Listed)
        told.board = self.board
        told.tables = self.tables[self.tables @ self.board.form(known) == value]
        return told


class Solved:
    """The same by integer programmes, for councils whose tables cannot be listed."""

    def __init__(self, board: Board, known: Sequence[tuple[Sum, int]] = ()) -> None:
        self.board, self.known = board, tuple(known)
        self.helpers: dict[str, int] = {}
        facts = [(np.ones(len(board.cells), dtype=np.int64), 0.0, 5_000.0), *self._read(), *((board.form(s), n, n) for s, n in known)]
        rows, low, high = zip(*facts, strict=True)
        self.numbers = WholeNumbers(self._wide(rows), np.array(low), np.array(high))

    def _read(self) -> Iterator[tuple[np.ndarray, float, float]]:
        told: dict[tuple[tuple[float, Region], ...], tuple[float, float]] = {}
        for seen in self.board.readings:
            ((dataset, end),) = seen.systems
            for fact in Reader(seen, dataset, end).read().facts:
                if fact.helper:
                    at = self.helpers.setdefault(fact.helper, len(self.helpers))
                    multiple = np.eye(1, at + 1, at, dtype=np.int64)[0] * int(fact.helper_factor)
                    yield np.concatenate([self._sum(fact.terms), multiple]), fact.low, fact.high
                    continue
                low, high = told.get(fact.terms, (-np.inf, np.inf))
                told[fact.terms] = max(low, fact.low), min(high, fact.high)
        yield from ((self._sum(terms), low, high) for terms, (low, high) in told.items())

    def _sum(self, terms: tuple[tuple[float, Region], ...]) -> np.ndarray:
        return np.sum([int(sign) * self.board.row(region) for sign, region in terms], axis=0)

    def _wide(self, rows: Iterable[np.ndarray]) -> sparse.csr_matrix:
        """Behind the people, a whole number for each share that stands without its counts: of what it is a multiple."""
        width = len(self.board.cells) + len(self.helpers)
        return sparse.csr_matrix(np.array([np.pad(row, (0, width - len(row))) for row in rows]))

    def ranges(self, sums: Sequence[Sum], enough: np.ndarray | float = np.inf) -> tuple[np.ndarray, np.ndarray]:
        found = self.numbers.ranges(self._wide(self.board.forms(sums)), enough)
        assert (found.exact | (found.width >= enough)).all(), "the solver gave up"
        return found.low, found.high

    def given(self, known: Sum, value: int) -> Solved:
        """What is left to somebody who knows one more number."""
        return Solved(self.board, [*self.known, (known, value)])


def attack_rows(readings: Sequence[Seen], staffed: Iterable[str]) -> Listed | Solved:
    """By listing where that is possible, else by programmes."""
    board = Board(readings, staffed)
    try:
        return Listed(board)
    except TooMany:
        return Solved(board)


def _kpi(seen: Seen, row: Mapping[str, Any]) -> Kpi:
    return seen.configuration.kpis[row["kpi"]]


def _windows(seen: Seen, row: Mapping[str, Any], parts: Mapping[str, Region]) -> Iterator[tuple[Region, tuple[float, float]]]:
    """What a row's counts allow; that a figure is empty because there is nobody says so, too."""
    for column in SHOWN_PARTS:
        if column in parts and not pd.isna(row[column]):
            yield parts[column], window(row[column], seen.chain(row["unit"]))
    if row["note"] == "nobody" and row["breakdown"] != WATERFALL and _kpi(seen, row).measure.type is MeasureType.PROPORTION:
        yield parts["denominator"], (0.0, 0.0)


def _narrowest(regions: Iterable[Region], windows: Iterable[tuple[Region, tuple[float, float]]]) -> Windows:
    found = dict.fromkeys(regions, (0.0, np.inf))
    for region, (low, high) in windows:
        found[region] = max(found[region][0], low), min(found[region][1], high)
    return found


def derived(row: Mapping[str, Any], kpi: Kpi, printed: Mapping[str, np.ndarray], whole: float) -> dict[str, np.ndarray]:
    """Everything but counts that a row would say, made from printed counts by the public method."""
    n = printed["denominator"]
    if row["breakdown"] == WATERFALL:
        return {"value": np.minimum(_over(printed["numerator"], n), 1.0)}
    made = {"declared": np.minimum(_over(n, printed["everyone"]), 1.0)}
    if kpi.measure.type is MeasureType.COUNT:
        return {**made, "value": printed["numerator"]}
    part = np.minimum(printed["numerator"], n)
    share = _over(part, n)
    if kpi.measure.type is MeasureType.PERCENTAGE_POINT_GAP:
        base = printed["reference_denominator"]
        other = _over(np.minimum(printed["reference_numerator"], base), base)
        return {**made, "value": share - other, "reference_value": other}
    pairs, which = np.unique(np.column_stack([part, n]), axis=0, return_inverse=True)
    limits = np.array([wilson(a, b) if b else (np.nan, np.nan) for a, b in pairs.tolist()]).reshape(-1, 2)[which.ravel()]
    low, high = (np.clip(_over(printed[p], printed["everyone"]), 0, 1) for p in ("numerator", "possible"))
    return {
        **made, "value": share, "lower": limits[:, 0], "upper": limits[:, 1],
        "gap": share - whole, "ratio": share / whole if whole else share * np.nan,
        "bound_low": np.minimum(low, share), "bound_high": np.maximum(high, share),
    }  # fmt: skip


def _over(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    return np.divide(part, whole, out=np.full(len(part), np.nan), where=whole > 0)
