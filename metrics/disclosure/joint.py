"""The one system of whole-number equations that everything published about a dataset and period belongs to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product

import numpy as np
import pandas as pd
from scipy import sparse

from metrics.disclosure.answers import families_none_tells, pairs_all_tells, pairs_none_tells
from metrics.disclosure.remainders import Family
from metrics.disclosure.structure import Layer, Layout, Structure, common, lay_out, members_of
from metrics.query.counts import Region, Table


@dataclass(frozen=True)
class Joint:
    """Rows over the variables of all layers.

    Attributes
    ----------
    regions : each published set as a sum of variables, shape (regions, columns)
    forms : sets that are not published but can be had by subtraction: those of `Structure.remainders` first, then the staff
        that units with units below them have of their own
    links : what two layers share must agree (= 0)
    implied : agreements that follow from `links`; they sharpen a system that leaves layers out
    column_layer, column_unit : for each variable its layer, and its place in `units`
    """

    structure: Structure
    layout: Layout
    regions: sparse.csr_matrix
    forms: sparse.csr_matrix
    own: tuple[tuple[int, str], ...]
    links: sparse.csr_matrix
    implied: sparse.csr_matrix
    column_layer: np.ndarray
    column_unit: np.ndarray
    units: tuple[str, ...]

    @cached_property
    def targets(self) -> sparse.csr_matrix:
        """Regions, then forms: everything that may need protection."""
        return sparse.vstack([self.regions, self.forms], format="csr")

    @cached_property
    def rows(self) -> sparse.csr_matrix:
        """Regions, then links: everything that restricts the variables."""
        return sparse.vstack([self.regions, self.links], format="csr")

    @cached_property
    def pairs(self) -> np.ndarray:
        return self.structure.pairs

    @cached_property
    def all_tells(self) -> np.ndarray:
        return pairs_all_tells(self.structure)

    @cached_property
    def none_tells(self) -> np.ndarray:
        return pairs_none_tells(self.structure)

    @cached_property
    def families_none_tells(self) -> tuple[Family, ...]:
        return families_none_tells(self.structure)

    def start(self, tables: Sequence[Table]) -> np.ndarray:
        """The true counts, laid out as variables."""
        found = np.zeros(self.layout.columns, dtype=np.int64)
        for layer in self.layout.layers:
            frame = tables[layer.table].frame
            if len(frame):
                found[layer.start : layer.start + layer.size] = _laid_out(self.structure, layer, frame)
        return found


Figure = tuple[Region | str, ...]
"""A target in words that every system shares: a set; one less others inside it; or a set at its unit alone, without the units below."""


def figures(joint: Joint, targets: Iterable[int]) -> frozenset[Figure]:
    """The targets of those numbers."""
    regions, left = joint.structure.regions, joint.structure.remainders

    def named(target: int) -> Figure:
        if target < len(regions):
            return (regions[target],)
        if (place := target - len(regions)) < len(left):
            outer, inside = left[place]
            return (regions[outer], *(regions[inner] for inner in inside))
        region, unit = joint.own[place - len(left)]
        return regions[region], unit

    return frozenset(named(target) for target in targets)


def build_joint(structure: Structure) -> Joint:
    layout = lay_out(structure)
    units = tuple(sorted(structure.depths))
    place = {unit: i for i, unit in enumerate(units)}
    regions = _region_rows(structure, layout)
    own, own_rows = _own_staff(structure, layout, regions)
    forms = sparse.vstack([_remainders(structure, regions), own_rows], format="csr")
    return Joint(
        structure=structure,
        layout=layout,
        regions=regions,
        forms=forms,
        own=own,
        links=_link_rows(structure, layout, layout.edges),
        implied=_link_rows(structure, layout, layout.implied),
        column_layer=np.concatenate([np.full(layer.size, i) for i, layer in enumerate(layout.layers)]),
        column_unit=np.concatenate([np.repeat([place[u] for u in layer.units], layer.classes) for layer in layout.layers]),
        units=units,
    )


def _remainders(structure: Structure, regions: sparse.csr_matrix) -> sparse.csr_matrix:
    """Each published set less those inside it."""
    left = structure.remainders
    columns = np.array([region for outer, inside in left for region in (outer, *inside)], dtype=np.int64)
    signs = np.array([sign for _, inside in left for sign in (1, *[-1] * len(inside))], dtype=np.int64)
    starts = np.cumsum([0, *(1 + len(inside) for _, inside in left)], dtype=np.int64)
    found = sparse.csr_matrix(sparse.csr_matrix((signs, columns, starts), shape=(len(left), len(structure.regions))) @ regions)
    found.eliminate_zeros()
    return found


def _classes(layer: Layer, axes: dict[str, tuple[str, ...]], where: dict[str, frozenset[str]]) -> np.ndarray:
    """Which of a unit's classes a published set admits."""
    allowed = []
    for axis, labels in zip(layer.axes, layer.labels, strict=True):
        atoms = where.get(axis)
        allowed.append(sorted({label for atom, label in zip(axes[axis], labels, strict=True) if atoms is None or atom in atoms}))
    strides: list[int] = np.cumprod([1, *layer.shape[:0:-1]])[-2::-1].tolist() if layer.axes else []
    return np.array([sum(c * s for c, s in zip(combo, strides, strict=True)) for combo in product(*allowed)], dtype=np.int64)


def _region_rows(structure: Structure, layout: Layout) -> sparse.csr_matrix:
    axes = dict(structure.axes)
    places = [{unit: i for i, unit in enumerate(layer.units)} for layer in layout.layers]
    known: dict[tuple[int, object], np.ndarray] = {}
    columns, lengths = [], []
    for region, home in zip(structure.regions, layout.home, strict=True):
        layer = layout.layers[home]
        key = (home, region.where)
        if key not in known:
            known[key] = _classes(layer, axes, dict(region.where))
        columns.append(layer.start + places[home][region.unit] * layer.classes + known[key])
        lengths.append(len(known[key]))
    indices = np.concatenate(columns) if columns else np.zeros(0, dtype=np.int64)
    pointers = np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)])
    shape = (len(structure.regions), layout.columns)
    return sparse.csr_matrix((np.ones(len(indices), dtype=np.int64), indices, pointers), shape=shape)


def _own_staff(structure: Structure, layout: Layout, regions: sparse.csr_matrix) -> tuple[tuple[tuple[int, str], ...], sparse.csr_matrix]:
    """Staff that a unit has of its own: its published set minus the same set in every unit below it, if those are published."""
    known = {region: i for i, region in enumerate(structure.regions)}
    own, rows = [], []
    for i, region in enumerate(structure.regions):
        if region.unit in structure.attached:
            below = [known.get(type(region)(child, region.where)) for child in structure.children[region.unit]]
            if all(b is not None for b in below):
                own.append((i, region.unit))
                rows.append([i, *(b for b in below if b is not None)])
    if not own:
        return (), sparse.csr_matrix((0, layout.columns), dtype=np.int64)
    combine = sparse.lil_matrix((len(own), len(structure.regions)), dtype=np.int64)
    for r, members in enumerate(rows):
        combine[r, members[0]] = 1
        combine[r, members[1:]] = -1
    return tuple(own), sparse.csr_matrix(combine.tocsr() @ regions)


def _shared_index(
    structure: Structure, layer: Layer, axes: Sequence[str], shared: Sequence[tuple[int, ...]], unit_of: np.ndarray
) -> np.ndarray:
    """For each variable of a layer, the number of the margin cell that it belongs to."""
    grid = np.indices(layer.shape).reshape(len(layer.shape), -1)
    index = unit_of[grid[0]]
    for axis, labels in zip(axes, shared, strict=True):
        position = layer.axes.index(axis)
        of_class = np.zeros(layer.shape[position + 1], dtype=np.int64)
        for fine, coarse in zip(layer.labels[position], labels, strict=True):
            of_class[fine] = coarse
        index = index * (max(labels) + 1) + of_class[grid[position + 1]]
    return np.asarray(index)


def _link_rows(structure: Structure, layout: Layout, edges: Sequence[tuple[int, int]]) -> sparse.csr_matrix:
    blocks = []
    for a, b in edges:
        upper, lower = layout.layers[a], layout.layers[b]
        axes = [axis for axis in upper.axes if axis in lower.axes]
        shared = [common(upper.labels[upper.axes.index(x)], lower.labels[lower.axes.index(x)]) for x in axes]
        first = _shared_index(structure, upper, axes, shared, np.arange(len(upper.units)))
        second = _shared_index(structure, lower, axes, shared, members_of(structure, upper, lower))
        height = len(upper.units) * int(np.prod([max(s) + 1 for s in shared], dtype=np.int64))
        rows = np.concatenate([first, second])
        columns = np.concatenate([np.arange(upper.size) + upper.start, np.arange(lower.size) + lower.start])
        signs = np.concatenate([np.ones(upper.size, dtype=np.int64), -np.ones(lower.size, dtype=np.int64)])
        blocks.append(sparse.csr_matrix((signs, (rows, columns)), shape=(height, layout.columns)))
    empty = sparse.csr_matrix((0, layout.columns), dtype=np.int64)
    return sparse.vstack([empty, *blocks], format="csr")


def _laid_out(structure: Structure, layer: Layer, frame: pd.DataFrame) -> np.ndarray:
    place = {unit: i for i, unit in enumerate(layer.units)}
    names, codes = np.unique(frame["unit"].astype(str).to_numpy(dtype=object), return_inverse=True)
    index = np.array([place[structure.member(name, layer.depth)] for name in names], dtype=np.int64)[codes]
    for axis, labels in zip(layer.axes, layer.labels, strict=True):
        of_atom = dict(zip(structure.axes[axis], labels, strict=True))
        names, codes = np.unique(frame[axis].astype(str).to_numpy(dtype=object), return_inverse=True)
        index = index * (max(labels) + 1) + np.array([of_atom[name] for name in names], dtype=np.int64)[codes]
    return np.bincount(index, weights=frame["n"].to_numpy(dtype=float), minlength=layer.size).astype(np.int64)
