"""The slow, sure attacker: every whole table of a small published system, one after the other."""

from __future__ import annotations

from itertools import product

import numpy as np

from metrics.disclosure.rounding import round_half_up
from metrics.disclosure.system import PublishedSystem
from metrics.query.counts import Region


def possible_values(system: PublishedSystem, most: int, also: PublishedSystem | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Least and largest value of each region over all whole tables with cells up to `most` that give the shown figures.

    Cells are tried one by one, and a table is given up as soon as a shown figure is passed. Rounding is tested by rounding.
    """
    structure = system.structure
    axes = list(structure.axes)
    units = [u for u in structure.tree.parents if not structure.children[u] or u in structure.attached]
    cells = list(product(units, *(structure.axes[a] for a in axes)))
    member = np.array([[_inside(system, r, axes, cell) for cell in cells] for r in structure.regions], dtype=np.int64)
    seen = [(system.shown, system.chains)] + ([(also.shown, also.chains)] if also is not None else [])
    last = np.array([max(np.flatnonzero(row), default=-1) for row in member])
    caps = np.min([[v + 2 * max(c, default=0) if not np.isnan(v) else np.inf for v, c in zip(s.tolist(), ch, strict=True)] for s, ch in seen], axis=0)
    low, high = np.full(len(member), 10**9), np.full(len(member), -1)

    def fits(totals: np.ndarray, done: int) -> bool:
        if (totals > caps).any():
            return False
        for region in np.flatnonzero(last == done):
            for shown, chains in seen:
                value = np.array([totals[region]])
                for base in chains[region]:
                    value = round_half_up(value, base)
                if not np.isnan(shown[region]) and value[0] != shown[region]:
                    return False
        return True

    def fill(place: int, totals: np.ndarray) -> None:
        if place == len(cells):
            np.minimum(low, totals, out=low)
            np.maximum(high, totals, out=high)
            return
        for n in range(most + 1):
            here = totals + n * member[:, place]
            if (here > caps).any():
                break
            if fits(here, place):
                fill(place + 1, here)

    fill(0, np.zeros(len(member), dtype=np.int64))
    return low, high


def _inside(system: PublishedSystem, region: Region, axes: list[str], cell: tuple[str, ...]) -> bool:
    held = dict(zip(axes, cell[1:], strict=True))
    return region.unit in system.structure.tree.above(cell[0]) and all(held[a] in atoms for a, atoms in region.where)
