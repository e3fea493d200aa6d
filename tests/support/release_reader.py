"""Somebody who kept every release of a day: lists every small table of people, one by one, and keeps those that all of them allow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd

from metrics.query.counts import Counts, Region


@dataclass(frozen=True)
class Read:
    """One figure: a set of people, the number that was shown of it, and the base that it was rounded to after another (none: exact)."""

    unit: str
    where: tuple[tuple[str, frozenset[str]], ...]
    shown: float
    bases: tuple[int, ...]


class Reader:
    """All tables of `units` by `atoms` of one column with up to `most` people in a cell: shape (tables, cells)."""

    def __init__(self, people: pd.DataFrame, units: Sequence[str], axis: str, atoms: Sequence[str], root: str, most: int) -> None:
        self.cells = list(product(units, atoms))
        self.axis, self.root = axis, root
        self.tables = np.array(list(product(range(most + 1), repeat=len(self.cells))), dtype=np.int16)
        self.true = self.counted(people)

    def correct(self, people: pd.DataFrame) -> Reader:
        """The same reader, of people that were corrected since."""
        found = object.__new__(Reader)
        found.cells, found.axis, found.root, found.tables = self.cells, self.axis, self.root, self.tables
        found.true = found.counted(people)
        return found

    def counted(self, people: pd.DataFrame) -> np.ndarray:
        held = {(u, a): n for u, a, n in people[["unit", self.axis, "n"]].itertuples(index=False)}
        return np.array([held.get(cell, 0) for cell in self.cells])

    def member(self, unit: str, where: Sequence[tuple[str, frozenset[str]]]) -> np.ndarray:
        admitted = dict(where).get(self.axis)
        return np.array([unit in (u, self.root) and (admitted is None or a in admitted) for u, a in self.cells])

    def agreeing(self, now: Sequence[Read], before: Sequence[Read], slack: int) -> np.ndarray:
        """The tables that give what is shown now, and what was shown before: earlier figures that are wrong today hold within `slack`,
        or not at all where even that is too little."""
        kept = self.tables
        for read in now:
            kept = kept[as_shown(kept[:, self.member(read.unit, read.where)].sum(axis=1), read.bases) == read.shown]
        for read in before:
            inside = self.member(read.unit, read.where)
            true, values = int(self.true[inside].sum()), kept[:, inside].sum(axis=1)
            fits = np.array([as_shown(np.array([v]), read.bases)[0] == read.shown for v in range(values.max() + 1)])
            right = np.flatnonzero(fits)
            if as_shown(np.array([true]), read.bases)[0] == read.shown:
                kept = kept[fits[values]]
            elif len(right) and right.min() - slack <= true <= right.max() + slack:
                kept = kept[(values >= right.min() - slack) & (values <= right.max() + slack)]
        return kept


def as_shown(values: np.ndarray, bases: Sequence[int]) -> np.ndarray:
    for base in bases:
        values = (values + base // 2) // base * base  # halves of an odd base do not occur; those of an even one go up
    return values


def read(counts: Counts, shown: np.ndarray, chains: Sequence[tuple[int, ...]]) -> list[Read]:
    """What can be read in a release."""
    figures = zip(counts.regions, shown.tolist(), chains, strict=True)
    return [Read(region.unit, region.where, value, chain) for region, value, chain in figures if not np.isnan(value)]


def spread(reader: Reader, tables: np.ndarray, region: Region) -> int:
    """Steps between the least and the largest number of people of a set."""
    values = tables[:, reader.member(region.unit, region.where)].sum(axis=1)
    return int(values.max() - values.min())
