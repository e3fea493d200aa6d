"""The slow, sure attacker: every whole table of a small published system, one after the other."""

from __future__ import annotations

from itertools import product

import numpy as np

from metrics.disclosure.rounding import round_half_up
from metrics.disclosure.system import PublishedSystem
from metrics.query.counts import Region


def possible_values(system: PublishedSystem, most: int, also: PublishedSystem | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Least and largest value of each region over all whole tables with cells up to `most` that give the shown figures.

    Tables grow cell by cell, and are given up as soon as a shown figure is passed. Rounding is tested by rounding.
    """
    structure = system.structure
    axes = list(structure.axes)
    units = [u for u in structure.tree.parents if not structure.children[u] or u in structure.attached]
    cells = list(product(units, *(structure.axes[a] for a in axes)))
    member = np.array([[_inside(system, r, axes, cell) for cell in cells] for r in structure.regions], dtype=np.int64)
    seen = [(system.shown, system.chains)] + ([(also.shown, also.chains)] if also is not None else [])
    last = np.array([max(np.flatnonzero(row), default=-1) for row in member])
    caps = np.min(
        [[v + 2 * max(c, default=0) if not np.isnan(v) else np.inf for v, c in zip(s.tolist(), ch, strict=True)] for s, ch in seen], axis=0
    )
    totals = np.zeros((1, len(member)), dtype=np.int64)
    for place in range(len(cells)):
        steps = np.arange(most + 1)[:, None] * member[:, place]
        totals = (totals[:, None, :] + steps[None, :, :]).reshape(-1, len(member))
        totals = totals[(totals <= caps).all(axis=1)]
        for region in np.flatnonzero(last == place):
            for shown, chains in seen:
                if not np.isnan(shown[region]):
                    totals = totals[_as_shown(totals[:, region], chains[region]) == shown[region]]
    return totals.min(axis=0), totals.max(axis=0)


def _as_shown(values: np.ndarray, chain: tuple[int, ...]) -> np.ndarray:
    for base in chain:
        values = round_half_up(values, base)
    return values


def _inside(system: PublishedSystem, region: Region, axes: list[str], cell: tuple[str, ...]) -> bool:
    held = dict(zip(axes, cell[1:], strict=True))
    return region.unit in system.structure.tree.above(cell[0]) and all(held[a] in atoms for a, atoms in region.where)
