"""The coarsest grouping of each column in which every published set is a union of groups.

Counting any finer than this would cost time and give nobody anything; counting any coarser could not answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

Where = tuple[tuple[str, frozenset[str]], ...]
"""A `Region.where`: axis and admitted atoms, by axis name; an axis on which everything is admitted is left out."""


def atom_name(categories: Iterable[str]) -> str:
    return "|".join(sorted(categories))


def partition(universe: tuple[str, ...], sets: Iterable[frozenset[str]]) -> dict[str, str]:
    """Each category's atom: categories stay together unless some set tells them apart.

    >>> partition(("asian", "black", "white", "not_known"), [frozenset({"asian", "black"}), frozenset({"asian", "black", "white"})])
    {'asian': 'asian|black', 'black': 'asian|black', 'white': 'white', 'not_known': 'not_known'}
    """
    distinct = sorted({tuple(sorted(s)) for s in sets})
    together: dict[tuple[bool, ...], list[str]] = {}
    for category in universe:
        together.setdefault(tuple(category in s for s in distinct), []).append(category)
    return {category: atom_name(atom) for category in universe for atom in together.values() if category in atom}


def ordered_atoms(atoms: Mapping[str, str]) -> tuple[str, ...]:
    """Atoms in the order of their first category."""
    return tuple(dict.fromkeys(atoms.values()))


def where(people: Mapping[str, frozenset[str]], atoms: Mapping[str, Mapping[str, str]]) -> Where:
    """A set of people in atoms. Sets that hold the same people have the same `where`."""
    found = []
    for axis in sorted(people.keys() & atoms.keys()):
        names = frozenset(atoms[axis][category] for category in people[axis])
        if names != frozenset(atoms[axis].values()):
            found.append((axis, names))
    return tuple(found)
