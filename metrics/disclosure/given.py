"""Sets that readers know of from elsewhere: laid into the system after the published ones, never hidden or shown here.

Staff at both ends of a span (`metrics.disclosure.flows`) and figures of earlier releases (`metrics.disclosure.history`) come this way.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from metrics.disclosure.choose import Draft
from metrics.disclosure.joint import Joint
from metrics.disclosure.remainders import Family
from metrics.disclosure.rounding import Chain, interval, round_half_up
from metrics.disclosure.structure import Structure
from metrics.query.counts import Region, UnitTree

Plain = tuple[str, frozenset[tuple[str, frozenset[str]]]]
"""A set of people in words that every release shares: its unit, and its categories by column."""
Window = tuple[float, float]
"""Least and largest count that a figure allows."""
NOTHING: Window = (0.0, np.inf)


@dataclass(frozen=True)
class Given:
    """Sets that are laid in, and the windows that readers know them by.

    Attributes
    ----------
    low, high : float arrays, shape (regions,); 0 and infinite where the readers know nothing of a set
    asked : which of them are to be protected too: what an earlier release hid, and nobody publishes now
    """

    regions: tuple[Region, ...]
    low: np.ndarray
    high: np.ndarray
    asked: np.ndarray

    def beside(self, other: Given) -> Given:
        """These, then those of another."""
        return Given(
            (*self.regions, *other.regions),
            np.concatenate([self.low, other.low]),
            np.concatenate([self.high, other.high]),
            np.concatenate([self.asked, other.asked]),
        )

    @property
    def tells(self) -> bool:
        return bool((self.low > 0).any() or np.isfinite(self.high).any())


def given(regions: Sequence[Region], windows: Sequence[Window], asked: Iterable[bool] = ()) -> Given:
    bounds = np.array(windows, dtype=float).reshape(-1, 2)
    wanted = np.array(list(asked) or [False] * len(regions), dtype=bool)
    return Given(tuple(regions), bounds[:, 0].copy(), bounds[:, 1].copy(), wanted)


def silent(laid: Given) -> Given:
    """The same sets, of which readers know nothing yet."""
    return given(laid.regions, [NOTHING] * len(laid.regions), laid.asked.tolist())


NO_SETS = given([], [])


def with_given(structure: Structure, regions: Iterable[Region], left: Iterable[Family] = ()) -> Structure:
    """The structure with sets after the published ones; what is `left` (by places in both) comes after the published pairs and families."""
    more = list(left)
    pairs = np.array([(inside[0], outer) for outer, inside in more if len(inside) == 1], dtype=np.int64).reshape(-1, 2)
    return replace(
        structure,
        regions=(*structure.regions, *regions),
        pairs=np.concatenate([structure.pairs, pairs]),
        families=(*structure.families, *(family for family in more if len(family[1]) > 1)),
    )


def give(draft: Draft, joint: Joint, laid: Given, asked: np.ndarray | None = None) -> None:
    """Mark the sets after the published ones as given, known by nothing yet, and ask only for what is to be protected.

    `asked` : which regions are; by default the published ones and those given ones that nobody publishes now
    """
    draft.published = len(draft.how) - len(laid.regions)
    for region in range(draft.published, len(draft.how)):
        draft.how[region], draft.chains[region] = "exact", ()
    draft.windows = (np.zeros(len(laid.regions)), np.full(len(laid.regions), np.inf))
    wanted = np.concatenate([np.ones(draft.published, dtype=bool), laid.asked]) if asked is None else asked
    own = np.array([region for region, _ in joint.own], dtype=np.int64)
    within = np.array([wanted[[outer, *inside]].any() for outer, inside in joint.structure.remainders], dtype=bool)
    draft.required[~np.concatenate([wanted, within, wanted[own]])] = 0
    for region in range(draft.published, len(draft.how)):
        draft.drop_large(region)


def tell(draft: Draft, laid: Given) -> None:
    """From now on the readers of this draft know the given sets."""
    draft.windows = (laid.low.copy(), laid.high.copy())


def given_alone(draft: Draft) -> tuple[np.ndarray, np.ndarray]:
    """What readers know of each region, least and largest count, before anything of this draft is published."""
    low, high = draft.known()
    low[: draft.published], high[: draft.published] = 0, np.inf
    return low, high


def plain(region: Region, leaving_out: frozenset[str] = frozenset()) -> Plain:
    """A set by its categories, whatever atoms they are counted in."""
    where = ((axis, categories_of(atoms)) for axis, atoms in region.where if axis not in leaving_out)
    return region.unit, frozenset(where)


def categories_of(atoms: Iterable[str]) -> frozenset[str]:
    return frozenset(category for atom in atoms for category in atom.split("|"))


def region_of(people: Plain, axes: Mapping[str, Sequence[str]], tree: UnitTree) -> Region | None:
    """A set in these atoms; None where they cannot tell it."""
    unit, where = people
    if unit not in tree.parents:
        return None
    found = []
    for axis, categories in sorted(where):
        atoms = frozenset(atom for atom in axes.get(axis, ()) if categories_of([atom]) <= categories)
        if categories_of(atoms) != categories:
            return None
        if atoms != frozenset(axes[axis]):
            found.append((axis, atoms))
    return Region(unit, tuple(found))


def window_of(value: int, chain: Chain) -> Window:
    """What a reader knows of a count that is shown rounded along `chain`."""
    shown = value
    for base in chain:
        shown = int(round_half_up(np.array([shown]), base)[0])
    low, high = interval(shown, chain)
    return float(low), float(high)
