"""A release beside the earlier ones of its day: one system for an attacker who kept them all.

Figures are sets of people in one unit, so figures of several releases are rows of one system once their categories are cut
into atoms that all of them can express. Where rows were corrected in between, no table of people may agree with all figures: the
attacker then gives up as few earlier ones as are needed, and says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse
from scipy.optimize import linprog

from metrics.disclosure.attack import Attack, attack, protected
from metrics.disclosure.given import Plain, categories_of, plain, region_of
from metrics.disclosure.history import moved
from metrics.disclosure.joint import Joint, build_joint
from metrics.disclosure.rounding import Chain
from metrics.disclosure.structure import Structure
from metrics.disclosure.system import PublishedSystem
from metrics.disclosure.windows import told_apart
from metrics.disclosure.without_people import attacked_nobody
from metrics.errors import DisclosureError
from metrics.query.atoms import atom_name
from metrics.query.cliques import Clique, axes_of, corners, decomposable, depth_of
from metrics.query.counts import EXTRACT, Region

Released = tuple[str, PublishedSystem]
"""The id of a release, and what it published of the day."""
SLACK = 1e-6


@dataclass(frozen=True)
class LeftOut:
    """Earlier figures of one release that the attacker could not use.

    Attributes
    ----------
    units : of units that are not there today, or that held other units then
    contradicting : at odds with other figures
    unmatched : left out with all others, since no whole table was found that agrees with them
    """

    release: str
    units: int
    contradicting: int
    unmatched: int = 0


@dataclass(frozen=True)
class Beside:
    """The system of a release with earlier figures after its own, of which there are `own`.

    Attributes
    ----------
    used : ids of the earlier releases of which anything is in it
    left_out : what could not be used
    """

    system: PublishedSystem
    own: int
    used: tuple[str, ...]
    left_out: tuple[LeftOut, ...]


@dataclass(frozen=True)
class Together:
    """What somebody finds who kept the earlier releases.

    Attributes
    ----------
    known_before : protected counts that the earlier releases alone give away, whatever this one hides
    recovered : protected counts that this release adds to those; must be 0
    earlier : ids of the releases that were read beside this one; none of which every figure was left out
    """

    attack: Attack
    known_before: int
    recovered: int
    earlier: tuple[str, ...]
    left_out: tuple[LeftOut, ...]


def attack_with_earlier(
    system: PublishedSystem, earlier: Sequence[Released], seconds: float | None = None, tables: Sequence[np.ndarray] = ()
) -> Together:
    """Attack a release with everything that earlier ones told of its dataset and day. `tables`: to begin with, as for `attack`.

    Raises
    ------
    DisclosureError : no whole table agrees with the release itself
    """
    if not len(system.shown):
        return Together(attacked_nobody(), 0, 0, (), ())
    beside = between_windows(with_earlier(system, earlier))
    try:
        found = attack(beside.system, seconds, tables=tables)
    except DisclosureError:
        if not earlier:
            raise
        beside = Beside(system, len(system.shown), (), _all_left_out(earlier))
        found = attack(system, seconds, tables=tables)
    joint = build_joint(beside.system.structure)
    told = found.pinned & protected(beside.system, joint, found.low, found.high) & once(joint)
    before = np.zeros_like(told)
    if told.any() and beside.own < len(beside.system.shown):
        before = told & attack(without_own(beside), seconds).pinned
    return Together(found, int(before.sum()), int((told & ~before).sum()), beside.used, beside.left_out)


def between_windows(beside: Beside) -> Beside:
    """Where windows roll: with each set of several windows in the groups of extracts that they tell apart. Nobody publishes those."""
    structure = beside.system.structure
    if EXTRACT not in structure.axes:
        return beside
    groups = told_apart(map(plain, structure.regions))
    sets = ((unit, where | {(EXTRACT, names)}) for (unit, where), several in groups.items() for names in several)
    new = [region for region in (region_of(people, structure.axes, structure.tree) for people in sets) if region is not None]
    more = tuple(region for region in dict.fromkeys(new) if region not in set(structure.regions))
    whole = replace(
        beside.system,
        structure=replace(structure, regions=(*structure.regions, *more)),
        shown=np.concatenate([beside.system.shown, np.full(len(more), np.nan)]),
        chains=(*beside.system.chains, *[()] * len(more)),
    )
    return replace(beside, system=whole)


def _all_left_out(earlier: Sequence[Released]) -> tuple[LeftOut, ...]:
    many = dict.fromkeys((name for name, _ in earlier), 0)
    for name, one in earlier:
        many[name] += figures(one)
    return tuple(LeftOut(name, 0, 0, number) for name, number in many.items() if number)


def once(joint: Joint) -> np.ndarray:
    """Targets, those of a set that stands in several releases the first time only."""
    regions = joint.structure.regions
    first = {region: i for i, region in reversed(list(enumerate(regions)))}
    new = [first[region] == i for i, region in enumerate(regions)]
    return np.array([*new, *[True] * len(joint.structure.remainders), *(new[region] for region, _ in joint.own)], dtype=bool)


def without_own(beside: Beside) -> PublishedSystem:
    """What was known before this release."""
    shown, chains = beside.system.shown.copy(), list(beside.system.chains)
    shown[: beside.own], chains[: beside.own] = np.nan, [()] * beside.own
    amounts = {region: told for region, told in beside.system.amounts.items() if region >= beside.own}
    return replace(beside.system, shown=shown, chains=tuple(chains), amounts=amounts)


def figures(system: PublishedSystem) -> int:
    return int((~np.isnan(system.shown)).sum())


def with_earlier(system: PublishedSystem, earlier: Sequence[Released]) -> Beside:
    """The figures of a release, and after them those of earlier ones of the same dataset and day, as one system."""
    if not earlier:
        return Beside(system, len(system.shown), (), ())
    everything = [system, *(one for _, one in earlier)]
    axes = common_axes([one.structure for one in everything])
    tree = system.structure.tree
    rows, other = _Rows(), dict.fromkeys((name for name, _ in earlier), 0)
    own = [_told(people, axes, system.structure) for people in map(plain, system.structure.regions)]
    for name, one in earlier:
        lost = moved(one.structure.tree, tree)
        for number, people in enumerate(map(plain, one.structure.regions)):
            if people[0] not in tree.parents or people[0] in lost:
                other[name] += not np.isnan(one.shown[number])
            else:
                rows.add(name, people, _told(people, axes, system.structure), one, number)
    structure = _structure(system, everything, axes, own, rows)
    whole = replace(
        system,
        structure=structure,
        shown=np.concatenate([system.shown, np.array(rows.shown, dtype=float)]),
        chains=(*system.chains, *rows.chains),
        amounts={**system.amounts, **{len(own) + i: told for i, told in rows.amounts.items()}},
    )
    kept, dropped = without_contradictions(whole, len(own))
    at_odds = {name: sum(name in rows.names[i - len(own)] for i in dropped) for name in other}
    left = tuple(LeftOut(name, units, at_odds[name]) for name, units in other.items() if units or at_odds[name])
    stand = set().union(*(names for names, told in zip(rows.names, kept.shown[len(own) :], strict=True) if not np.isnan(told)))
    lost = {one.release for one in left} - stand
    return Beside(kept, len(own), tuple(name for name in other if name not in lost), left)


class _Rows:
    """Figures of earlier releases, each different one once with all releases that hold it, and the sets that were hidden."""

    def __init__(self) -> None:
        self.regions: list[Region] = []
        self.names: list[set[str]] = []
        self.shown: list[float] = []
        self.chains: list[Chain] = []
        self.amounts: dict[int, tuple[float, float, float]] = {}
        self.of: dict[Plain, Region] = {}
        self._held: dict[tuple[Region, float | None, Chain, tuple[float, float, float] | None], int] = {}

    def add(self, name: str, people: Plain, region: Region, system: PublishedSystem, number: int) -> None:
        self.of[people] = region
        shown, told = float(system.shown[number]), system.amounts.get(number)
        key = (region, None if np.isnan(shown) else shown, system.chains[number], told)
        if key not in self._held:
            self._held[key] = len(self.regions)
            if told is not None:
                self.amounts[len(self.regions)] = told
            self.regions.append(region)
            self.names.append(set())
            self.shown.append(shown)
            self.chains.append(system.chains[number])
        self.names[self._held[key]].add(name)


def common_axes(structures: Sequence[Structure]) -> dict[str, tuple[str, ...]]:
    """Every column with atoms that all systems can express their sets in; as they are in the first, where that can."""
    found: dict[str, tuple[str, ...]] = {}
    for axis in dict.fromkeys(axis for structure in structures for axis in structure.axes):
        cuts = [structure.axes[axis] for structure in structures if axis in structure.axes]
        places = [{c: i for i, atom in enumerate(cut) for c in categories_of([atom])} for cut in cuts]
        alike: dict[tuple[int, ...], list[str]] = {}
        for category in dict.fromkeys(c for place in places for c in place):
            alike.setdefault(tuple(place.get(category, -1) for place in places), []).append(category)
        atoms = sorted(atom_name(categories) for categories in alike.values())
        found[axis] = cuts[0] if sorted(cuts[0]) == atoms else tuple(atoms)
    return found


def _told(people: Plain, axes: Mapping[str, tuple[str, ...]], structure: Structure) -> Region:
    found = region_of(people, axes, structure.tree)
    if found is None:
        raise ValueError("common atoms must be able to tell every set")
    return found


def _structure(
    system: PublishedSystem, everything: Sequence[PublishedSystem], axes: Mapping[str, tuple[str, ...]], own: Sequence[Region], rows: _Rows
) -> Structure:
    here = system.structure
    regions = (*own, *rows.regions)
    place = {region: i for i, region in reversed(list(enumerate(regions)))}
    pairs, families = dict.fromkeys((a, b) for a, b in here.pairs.tolist()), dict.fromkeys(here.families)
    for one in everything[1:]:
        told = [rows.of.get(plain(region)) for region in one.structure.regions]
        placed = [None if region is None else place[region] for region in told]
        for outer, inside in one.structure.remainders:
            top, parts = placed[outer], [p for p in (placed[i] for i in inside) if p is not None]
            if top is None or len({top, *parts}) <= len(inside):  # some of another unit, or not told apart
                continue
            if len(parts) == 1:
                pairs.setdefault((parts[0], top))
            else:
                families.setdefault((top, tuple(parts)))
    return replace(
        here,
        axes=dict(axes),
        sensitive=frozenset().union(*(one.structure.sensitive for one in everything)),
        unknown=_unknown(axes, [one.structure for one in everything]),
        tables=_tables(here, axes, regions),
        attached=_attached(here, [one.structure for one in everything]),
        regions=regions,
        pairs=np.array(list(pairs), dtype=np.int64).reshape(-1, 2),
        families=tuple(families),
    )


def _unknown(axes: Mapping[str, tuple[str, ...]], everything: Sequence[Structure]) -> dict[str, frozenset[str]]:
    """Atoms that hold no answer by any of the systems."""
    found = {}
    for axis, atoms in axes.items():
        silent = categories_of(atom for one in everything for atom in one.unknown.get(axis, ()))
        found[axis] = frozenset(atom for atom in atoms if categories_of([atom]) <= silent)
    return found


def _tables(here: Structure, axes: Mapping[str, tuple[str, ...]], regions: Sequence[Region]) -> tuple[tuple[tuple[str, ...], int], ...]:
    """The release's own tables, where they can count everything; else tables that can, and that still form a tree."""
    held = [corners(names, depth) for names, depth in here.tables]
    asked = {corners(region.axes, here.depths[region.unit]) for region in regions}
    if all(any(one <= table for table in held) for one in asked):
        return here.tables
    depths = np.array(list(here.depths.values()))

    def size(clique: Clique) -> int:
        return int(np.prod([len(axes[axis]) for axis in axes_of(clique)], dtype=np.int64)) * int((depths <= depth_of(clique)).sum())

    return tuple((axes_of(clique), depth_of(clique)) for clique in decomposable({*held, *asked}, size))


def _attached(here: Structure, everything: Sequence[Structure]) -> frozenset[str]:
    """Units with staff of their own: as the release says, else as an earlier one that goes deeper."""
    found = set()
    for unit, depth in here.depths.items():
        told = [unit in one.attached for one in everything if depth < max(deepest for _, deepest in one.tables)]
        found |= {unit} if told and told[0] else set()
    return frozenset(found)


def without_contradictions(system: PublishedSystem, own: int) -> tuple[PublishedSystem, tuple[int, ...]]:
    """The system without the fewest steps of earlier figures that no table of people can agree with, in fractions; and their places."""
    joint = build_joint(system.structure)
    wrong = tuple(own + i for i in _at_odds(joint, *system.known(), own))
    if not wrong:
        return system, ()
    shown, chains = system.shown.copy(), list(system.chains)
    for place in wrong:
        shown[place], chains[place] = np.nan, ()
    amounts = {region: told for region, told in system.amounts.items() if region not in wrong}
    return replace(system, shown=shown, chains=tuple(chains), amounts=amounts), wrong


def _at_odds(joint: Joint, low: np.ndarray, high: np.ndarray, own: int) -> list[int]:
    """Earlier figures that give way, when as few steps as can be are given up altogether."""
    rows, columns, later = joint.regions, joint.layout.columns, len(low) - own
    slack = sparse.vstack([sparse.csr_matrix((own, later)), sparse.identity(later, format="csr")], format="csr")
    above, below = np.isfinite(high), low > 0
    limits = sparse.vstack([sparse.hstack([rows, -slack])[above], sparse.hstack([-rows, -slack])[below]], format="csr")
    found = linprog(
        np.concatenate([np.zeros(columns), np.ones(later)]),
        A_ub=limits,
        b_ub=np.concatenate([high[above], -low[below]]),
        A_eq=sparse.hstack([joint.links, sparse.csr_matrix((joint.links.shape[0], later))], format="csr"),
        b_eq=np.zeros(joint.links.shape[0]),
        method="highs",
    )
    return [] if found.x is None else [i for i, given_up in enumerate(found.x[columns:].tolist()) if given_up > SLACK]
