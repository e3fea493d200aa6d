"""The slow, sure attacker: every whole table of people that agrees with what is shown, one after the other."""

from __future__ import annotations

from itertools import product

import numpy as np

from metrics.disclosure.system import PublishedSystem
from metrics.query.counts import Region


class TooMany(Exception):
    """More tables agree than can be listed."""


def every_table(member: np.ndarray, low: np.ndarray, high: np.ndarray, most: int | None = None, limit: int = 400_000) -> np.ndarray:
    """All tables with `low <= member @ table <= high`, one row each.

    Tables grow cell by cell, and are given up as soon as a figure is passed or can no longer be reached.

    Parameters
    ----------
    member : 0-1 array, shape (figures, cells)
    low, high : shape (figures,); infinite where nothing is shown
    most : the largest cell that is tried; needed where no figure limits a cell
    limit : so many unfinished tables are too many
    """
    caps = np.where(member == 1, high[:, None], np.inf).min(axis=0)
    caps = np.minimum(caps, np.inf if most is None else most)
    if not np.isfinite(caps).all():
        raise TooMany
    known = np.isfinite(high) | (low > 0)
    member, low, high = member[known], low[known], high[known]
    tables, sums = np.zeros((1, 0), dtype=np.int16), np.zeros((1, len(member)), dtype=np.int32)
    rest = member @ caps
    for place, cap in enumerate(caps.astype(int).tolist()):
        rest = rest - member[:, place] * cap
        tried = np.arange(cap + 1)
        sums = (sums[:, None, :] + (tried[:, None] * member[:, place])[None, :, :]).reshape(len(tables) * len(tried), len(member))
        fits = ((sums <= high) & (sums + rest >= low)).all(axis=1)
        if fits.sum() > limit:
            raise TooMany
        kept = np.flatnonzero(fits)
        sums = sums[kept]
        tables = np.column_stack([tables[kept // len(tried)], tried[kept % len(tried)].astype(np.int16)])
    return tables


def window(shown: float, chain: tuple[int, ...]) -> tuple[float, float]:
    """The least and the most people that are shown so: every number is rounded, and compared."""
    if np.isnan(shown):
        return 0.0, np.inf
    spread = sum(chain)
    fitting = [n for n in range(max(0, int(shown) - spread), int(shown) + spread + 1) if as_shown(n, chain) == shown]
    return float(fitting[0]), float(fitting[-1])


def as_shown(n: int, chain: tuple[int, ...]) -> int:
    """Rounded half up to each base in turn, one person at a time."""
    for base in chain:
        below = n - n % base
        n = below + base if 2 * (n - below) >= base else below
    return n


def possible_values(system: PublishedSystem, most: int, also: PublishedSystem | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Least and largest value of each region over all whole tables with cells up to `most` that give the shown figures."""
    structure = system.structure
    axes = list(structure.axes)
    units = [u for u in structure.tree.parents if not structure.children[u] or u in structure.attached]
    cells = list(product(units, *(structure.axes[a] for a in axes)))
    member = np.array([[_inside(system, r, axes, cell) for cell in cells] for r in structure.regions], dtype=np.int64)
    windows = [[window(v, c) for v, c in zip(s.shown.tolist(), s.chains, strict=True)] for s in (system, also) if s is not None]
    low, high = np.array(windows).max(axis=0)[:, 0], np.array(windows).min(axis=0)[:, 1]
    totals = every_table(member, low, high, most, limit=5_000_000) @ member.T
    return totals.min(axis=0), totals.max(axis=0)


def _inside(system: PublishedSystem, region: Region, axes: list[str], cell: tuple[str, ...]) -> bool:
    held = dict(zip(axes, cell[1:], strict=True))
    return region.unit in system.structure.tree.above(cell[0]) and all(held[a] in atoms for a, atoms in region.where)
