"""What an attacker knows before seeing any figure: units, categories, which sets of people are published, and how tables join.

Counts are laid out in layers. A layer is one table of `Counts` cut across the organisation at one depth: its variables are
the numbers of people in each unit of the cut and each class of categories. A class is a group of atoms that no figure of
that layer tells apart. Layers are joined in a tree (see docs/methods/disclosure.md for why that is exact).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from metrics.definitions.waterfall import WATERFALL
from metrics.disclosure.breakdowns import Breakdowns, breakdowns_of
from metrics.disclosure.remainders import Family, families, nested_pairs, reasons
from metrics.errors import DisclosureError
from metrics.query.counts import Counts, Region, UnitTree

Labels = tuple[int, ...]
"""For each atom of an axis, the number of its class."""


@dataclass(frozen=True)
class Structure:
    """Everything about one dataset and period that is no secret.

    Attributes
    ----------
    tables : axes and depth of each table
    attached : units with units below them that have staff of their own; elsewhere everyone sits in a unit below
    pairs : int array, shape (pairs, 2): a published set and a published set of the same unit that holds it
    """

    tree: UnitTree
    axes: Mapping[str, tuple[str, ...]]
    sensitive: frozenset[str]
    tables: tuple[tuple[tuple[str, ...], int], ...]
    attached: frozenset[str]
    regions: tuple[Region, ...]
    pairs: np.ndarray
    unknown: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Axis to the atoms that hold no answer. Only what needs protection depends on it."""
    spare: frozenset[int] = frozenset()
    """Published sets that stand in a waterfall and in no figure: they are hidden before anything else. Only the choice uses it."""
    families: tuple[Family, ...] = ()
    """Published sets that share nobody, inside a published set of the same unit that holds them all."""
    breakdowns: Breakdowns = field(default_factory=Breakdowns)
    """Which published sets make one breakdown at one unit. Only the choice uses it."""
    marks: frozenset[str] = frozenset()
    """Axes that say what happened to people in a span. Only what needs protection beside staff depends on it."""

    @cached_property
    def depths(self) -> dict[str, int]:
        return {unit: self.tree.depth(unit) for unit in self.tree.parents}

    @cached_property
    def children(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, list[str]] = {unit: [] for unit in self.tree.parents}
        for unit, parent in self.tree.parents.items():
            if parent is not None:
                found[parent].append(unit)
        return {unit: tuple(sorted(below)) for unit, below in found.items()}

    @cached_property
    def remainders(self) -> tuple[Family, ...]:
        """Every published set less one or several inside it: pairs, then families."""
        return (*((outer, (inner,)) for inner, outer in self.pairs.tolist()), *self.families)

    def cut(self, depth: int) -> tuple[str, ...]:
        """Units at `depth`, and shallower ones that have staff of their own and so stand for those alone."""
        return tuple(
            sorted(u for u, d in self.depths.items() if d == depth or (d < depth and (not self.children[u] or u in self.attached)))
        )

    def member(self, unit: str, depth: int) -> str:
        """The member of the cut at `depth` that holds people attached to `unit`."""
        line = self.tree.above(unit)
        return line[len(line) - 1 - depth] if len(line) - 1 > depth else unit


def structure_of(counts: Counts) -> Structure:
    depths = {unit: counts.tree.depth(unit) for unit in counts.tree.parents}
    parents = {parent for parent in counts.tree.parents.values() if parent is not None}
    attached = {unit for table in counts.tables for unit in table.frame["unit"].unique() if unit in parents and depths[unit] < table.depth}
    return Structure(
        tree=counts.tree,
        axes=counts.axes,
        sensitive=frozenset(counts.sensitive),
        tables=tuple((tuple(t.axes), t.depth) for t in counts.tables),
        attached=frozenset(attached),
        regions=tuple(counts.regions),
        pairs=nested_pairs(counts),
        families=(*families(counts.regions, counts.axes), *reasons(counts.regions, counts.marks)),
        unknown=counts.unknown,
        spare=spare_regions(counts.cells),
        breakdowns=breakdowns_of(counts.cells, counts.regions),
        marks=counts.marks,
    )


def spare_regions(cells: pd.DataFrame) -> frozenset[int]:
    step = cells["breakdown"] == WATERFALL
    return frozenset(cells.loc[step, "region"].tolist()) - frozenset(cells.loc[~step, "region"].tolist())


@dataclass
class Layer:
    """One table cut at one depth. `labels[i]` are the classes of axis i; variables start at column `start`."""

    table: int
    depth: int
    axes: tuple[str, ...]
    units: tuple[str, ...]
    labels: list[Labels]
    start: int = 0

    @property
    def shape(self) -> tuple[int, ...]:
        return (len(self.units), *(max(labels) + 1 for labels in self.labels))

    @property
    def classes(self) -> int:
        return int(np.prod(self.shape[1:], dtype=np.int64))

    @property
    def size(self) -> int:
        return len(self.units) * self.classes


@dataclass(frozen=True)
class Layout:
    """Layers, the edges of the tree that joins them, edges that only repeat what others imply, and each region's layer."""

    layers: tuple[Layer, ...]
    edges: tuple[tuple[int, int], ...]
    implied: tuple[tuple[int, int], ...]
    home: tuple[int, ...]
    columns: int


def join_tree(tables: Sequence[tuple[tuple[str, ...], int]]) -> list[tuple[int, int]]:
    """The tree along which the tables share margins: a widest spanning tree, checked for the running-intersection rule."""
    inside, edges = [0], []
    outside = list(range(1, len(tables)))

    def shared(a: int, b: int) -> int:
        return len(set(tables[a][0]) & set(tables[b][0])) + min(tables[a][1], tables[b][1])

    while outside:
        a, b = max(((a, b) for a in inside for b in outside), key=lambda e: (shared(*e), -e[0], -e[1]))
        edges.append((a, b))
        inside.append(b)
        outside.remove(b)
    vertices: dict[str, list[int]] = {}
    for i, (axes, deepest) in enumerate(tables):
        for name in (*(f"column '{axis}'" for axis in axes), *(f"units at depth {d}" for d in range(1, deepest + 1))):
            vertices.setdefault(name, []).append(i)
    for name, holders in sorted(vertices.items()):
        if sum(a in holders and b in holders for a, b in edges) != len(holders) - 1:
            raise DisclosureError(
                f"Breakdowns cross {name} with other columns in a circle, so tables that agree need not fit one another.",
                "Count the columns of the circle in one table.",
            )
    return edges


def lay_out(structure: Structure) -> Layout:
    tree = join_tree(structure.tables)
    layers: list[Layer] = []
    at: dict[tuple[int, int], int] = {}
    for t, (axes, deepest) in enumerate(structure.tables):
        for depth in range(deepest + 1):
            at[t, depth] = len(layers)
            layers.append(Layer(t, depth, axes, structure.cut(depth), [(0,) * len(structure.axes[a]) for a in axes]))
    shallow = [min(structure.tables[a][1], structure.tables[b][1]) for a, b in tree]
    edges = [(at[t, d], at[t, d + 1]) for t, (_, deepest) in enumerate(structure.tables) for d in range(deepest)]
    edges += [(at[a, m], at[b, m]) for (a, b), m in zip(tree, shallow, strict=True)]
    implied = [(at[a, d], at[b, d]) for (a, b), m in zip(tree, shallow, strict=True) for d in range(m)]
    home = _homes(structure, at)
    _split_by_regions(structure, layers, home)
    _carry_along_paths(layers, edges)
    start = 0
    for layer in layers:
        layer.start, start = start, start + layer.size
    return Layout(tuple(layers), tuple(edges), tuple(implied), tuple(home), start)


def _homes(structure: Structure, at: Mapping[tuple[int, int], int]) -> list[int]:
    """Each region lives in the smallest table that can count it, in the layer of its unit's depth."""
    sizes = [int(np.prod([len(structure.axes[a]) for a in axes], dtype=np.int64)) for axes, _ in structure.tables]
    found: dict[tuple[frozenset[str], int], int] = {}
    home = []
    for region in structure.regions:
        key = (region.axes, structure.depths[region.unit])
        if key not in found:
            fits = [(sizes[t], t) for t, (axes, deepest) in enumerate(structure.tables) if key[0] <= set(axes) and deepest >= key[1]]
            if not fits:
                raise ValueError(f"no table counts {sorted(key[0])} at depth {key[1]}")
            found[key] = min(fits)[1]
        home.append(at[found[key], key[1]])
    return home


def _split_by_regions(structure: Structure, layers: list[Layer], home: Sequence[int]) -> None:
    """Atoms that are admitted by the same figures of a layer share a class."""
    seen: dict[tuple[int, str], set[frozenset[str]]] = {}
    for region, layer in zip(structure.regions, home, strict=True):
        for axis, atoms in region.where:
            seen.setdefault((layer, axis), set()).add(atoms)
    for (layer, axis), sets in sorted(seen.items(), key=lambda item: item[0]):
        ordered = sorted(sets, key=sorted)
        signature = [tuple(atom in atoms for atoms in ordered) for atom in structure.axes[axis]]
        layers[layer].labels[layers[layer].axes.index(axis)] = number(signature)


def number(signature: Sequence[object]) -> Labels:
    """Equal signatures, equal numbers, counted from 0 in order of appearance."""
    known: dict[object, int] = {}
    return tuple(known.setdefault(s, len(known)) for s in signature)


def common(a: Labels, b: Labels) -> Labels:
    """The finest classes that are unions of classes of both."""
    group = list(range(len(a)))
    for labels in (a, b):
        first: dict[int, int] = {}
        for atom, label in enumerate(labels):
            other = first.setdefault(label, atom)
            if group[other] != group[atom]:
                old, new = group[atom], group[other]
                group = [new if g == old else g for g in group]
    return number(group)


def _carry_along_paths(layers: list[Layer], edges: Sequence[tuple[int, int]]) -> None:
    """What two layers both tell apart, every layer between them must tell apart too, or they could disagree on it."""
    paths = _paths(len(layers), edges)
    changed = True
    while changed:
        changed = False
        for (a, b), path in paths.items():
            for axis in sorted(set(layers[a].axes) & set(layers[b].axes)):
                here, there = layers[a].labels[layers[a].axes.index(axis)], layers[b].labels[layers[b].axes.index(axis)]
                shared = common(here, there)
                if max(shared) == 0:
                    continue
                for m in path:
                    position = layers[m].axes.index(axis)
                    finer = number(list(zip(layers[m].labels[position], shared, strict=True)))
                    if max(finer) > max(layers[m].labels[position]):
                        layers[m].labels[position] = finer
                        changed = True


def _paths(count: int, edges: Sequence[tuple[int, int]]) -> dict[tuple[int, int], list[int]]:
    """The layers strictly between every two, where there are any."""
    near: dict[int, list[int]] = {i: [] for i in range(count)}
    for a, b in edges:
        near[a].append(b)
        near[b].append(a)
    found: dict[tuple[int, int], list[int]] = {}
    for source in range(count):
        line: dict[int, list[int]] = {source: []}
        queue = [source]
        for here in queue:
            for there in near[here]:
                if there not in line:
                    line[there] = [*line[here], *([here] if here != source else [])]
                    queue.append(there)
        found.update({(source, target): path for target, path in line.items() if source < target and path})
    return found


def members_of(structure: Structure, upper: Layer, lower: Layer) -> np.ndarray:
    """For each unit of the lower layer's cut, the place of its member in the upper layer's."""
    place = {unit: i for i, unit in enumerate(upper.units)}
    return np.array([place[structure.member(unit, upper.depth)] for unit in lower.units], dtype=np.int64)
