"""When a number of people is everybody's answer: all of a group gave one answer to a sensitive question, or none gave any other."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from metrics.disclosure.structure import Structure
from metrics.query.counts import Region


def pairs_all_tells(structure: Structure) -> np.ndarray:
    """Pairs of which "all of the outer set are in the inner" is an answer; bool array, shape (pairs,).

    That all have answered, or none, is not.
    """
    found = np.zeros(len(structure.pairs), dtype=bool)
    for place, inner, outer in _pairs(structure):
        for axis in narrowed(inner, outer) & structure.sensitive:
            here, left, unknown = _split(structure, inner, outer, axis)
            found[place] |= not here & unknown and bool(left - unknown)
    return found


def pairs_none_tells(structure: Structure) -> np.ndarray:
    """Pairs of which "nobody of the outer set is in the inner" is an answer, since one other alone is left; bool array, shape (pairs,).

    One answer is a set of categories that no published set tells apart, or that is published as a set itself. Where some may as well
    not have answered, nothing is told.
    """
    answers = {pair for region in structure.regions for pair in region.where}
    found = np.zeros(len(structure.pairs), dtype=bool)
    for place, inner, outer in _pairs(structure):
        axes = narrowed(inner, outer)
        for axis in axes & structure.sensitive if len(axes) == 1 else ():  # else they differ from the inner set in either column
            here, left, unknown = _split(structure, inner, outer, axis)
            found[place] = bool(here - unknown) and not left & unknown and (len(left) == 1 or (axis, left) in answers)
    return found


def families_none_tells(structure: Structure) -> tuple[tuple[int, tuple[int, ...]], ...]:
    """Of families of which "nobody of the outer set is in any of the inner" is an answer: the outer set, and the inner ones.

    First of those stands one that holds an answer: where it may be of somebody, nothing is told.
    """
    answers = {pair for region in structure.regions for pair in region.where}
    found = []
    for outer, inside in structure.families:
        axes = sorted({axis for i in inside for axis in narrowed(structure.regions[i], structure.regions[outer])})
        if len(axes) > 1:  # marks of those who left: no answers
            continue
        axis = axes[0]
        held = [_split(structure, structure.regions[i], structure.regions[outer], axis) for i in inside]
        unknown, left = held[0][2], frozenset.intersection(*(left for _, left, _ in held))
        real = [i for i, (here, _, _) in zip(inside, held, strict=True) if here - unknown]
        if axis in structure.sensitive and real and not left & unknown and (len(left) == 1 or (axis, left) in answers):
            found.append((outer, (real[0], *(i for i in inside if i != real[0]))))
    return tuple(found)


def narrowed(inner: Region, outer: Region) -> set[str]:
    """Axes on which the inner set admits fewer categories than the outer."""
    held = dict(outer.where)
    return {axis for axis, atoms in inner.where if held.get(axis) != atoms}


def _pairs(structure: Structure) -> Iterator[tuple[int, Region, Region]]:
    for place, (inner, outer) in enumerate(structure.pairs.tolist()):
        yield place, structure.regions[inner], structure.regions[outer]


def _split(structure: Structure, inner: Region, outer: Region, axis: str) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """On one axis: the inner set's atoms, those of the outer set that it leaves, and the atoms that hold no answer."""
    here = dict(inner.where)[axis]
    there = dict(outer.where).get(axis, frozenset(structure.axes[axis]))
    return here, there - here, structure.unknown.get(axis, frozenset())
