"""Joiners and leavers beside the staff of both ends: protected together with what is published of staff.

Staff at the end minus staff at the beginning is joiners minus leavers, but for those who changed unit or an answer. Both ends
are published, in other batches and perhaps years apart. So for every published set of joiners or leavers the sets of staff at
the end and at the beginning are laid into the system as *given*: known as they are published, never hidden or shown here. What is
then proven of joiners and leavers holds for who reads both ends, too, and knows of every change. docs/methods/disclosure.md argues it.

People with a mark, and those without it, are protected in the same way. Where a pool is everybody at either end, whoever reads staff
of one end has left who joined, or who left: that is protected as well, whether joiners and leavers are published or not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from operator import itemgetter

import numpy as np

from metrics.definitions.dataset import MOVEMENT
from metrics.definitions.flows import JOINED, LEFT, STAYED
from metrics.definitions.profile import Profile
from metrics.disclosure.choose import Draft
from metrics.disclosure.given import NOTHING, Given, Plain, given, window_of, with_given
from metrics.disclosure.given import plain as set_of
from metrics.disclosure.joint import build_joint
from metrics.disclosure.remainders import Family
from metrics.disclosure.structure import Structure, structure_of
from metrics.query.counts import Counts, Region

ENDS = (frozenset({JOINED, STAYED}), frozenset({LEFT, STAYED}))


def is_flow(region: Region, marks: frozenset[str] = frozenset()) -> bool:
    """Whether a set holds joiners alone, leavers alone, or people with a mark or without it: what no staff figure says."""
    return dict(region.where).get(MOVEMENT) in (frozenset({JOINED}), frozenset({LEFT})) or bool(region.axes & marks)


def is_pool(region: Region, marks: frozenset[str]) -> bool:
    """Whether a set holds everybody at either end: the pool of a mark."""
    return bool(marks) and not region.axes & {MOVEMENT, *marks}


def both_ends(structure: Structure) -> tuple[Region, ...]:
    """The staff of both ends, for each published set of joiners or leavers, or of people by a mark."""
    found: dict[Region, None] = {}
    for region in structure.regions:
        if is_flow(region, structure.marks) or is_pool(region, structure.marks):
            found |= dict.fromkeys(ends_of(region, structure.marks))
    return tuple(found)


def ends_of(region: Region, marks: frozenset[str]) -> tuple[Region, ...]:
    """The same people by who they are, at the end and at the beginning."""
    who = tuple(held for held in region.where if held[0] not in {MOVEMENT, *marks})
    return tuple(Region(region.unit, tuple(sorted((*who, (MOVEMENT, end)), key=itemgetter(0)))) for end in ENDS)


def beyond_ends(structure: Structure) -> tuple[Family, ...]:
    """Each pool less the staff of one end, by places in a structure in which `both_ends` stand after the published sets."""
    place = {end: number for number, end in enumerate(both_ends(structure), len(structure.regions))}
    pools = [(number, region) for number, region in enumerate(structure.regions) if is_pool(region, structure.marks)]
    return tuple((number, (place[end],)) for number, region in pools for end in ends_of(region, structure.marks))


def staff_given(counts: Counts, profile: Profile, hidden_staff: frozenset[Plain]) -> Given:
    """Staff at both ends, as the first audience reads it elsewhere: exact, as a window of rounding, or known by nothing.

    Hidden sets are not known. Nor are small ones that nobody publishes: they stand in no batch, or they would be hidden or rounded.
    """
    exact, structure, known = exact_staff(counts), structure_of(counts), []
    for region, n in zip(exact.regions, exact.low.astype(int).tolist(), strict=True):
        way = profile.council if structure.depths[region.unit] == 0 else profile.below_council
        if plain(region) in hidden_staff:  # a set of both ends holds no mark
            known.append(NOTHING)
        elif way == "round":
            known.append(window_of(n, (profile.rounding_base,)))
        else:
            known.append((float(n), float(n)) if n >= profile.threshold or (n == 0 and profile.zeros == "show") else NOTHING)
    return given(exact.regions, known)


def exact_staff(counts: Counts) -> Given:
    """Staff at both ends to the person, of every set that joiners or leavers are published of: more than anybody is shown.

    Whoever knows this learns nothing of a span from the spans before and after it, nor from the staff of any day.
    """
    structure = structure_of(counts)
    ends = both_ends(structure)
    return given(ends, [(float(n), float(n)) for n in sizes(structure, counts, ends)])


def sizes(structure: Structure, counts: Counts, regions: tuple[Region, ...]) -> list[int]:
    """How many people each of some sets holds that need not be published."""
    if not regions:
        return []
    joint = build_joint(with_given(structure, regions))
    found: list[int] = (joint.regions @ joint.start(counts.tables))[len(structure.regions) :].tolist()
    return found


def asked_of_flows(structure: Structure, published: int, *asked: Iterable[bool]) -> np.ndarray:
    """Beside staff, nothing but joiners, leavers, marks and their pools is asked for: published ones, and what earlier releases hid."""
    marks = structure.marks
    wanted = np.array([is_flow(region, marks) or is_pool(region, marks) for region in structure.regions], dtype=bool)
    wanted[published:] &= np.array(list(chain(*asked)), dtype=bool)
    return wanted


def hide_where_staff_is_hidden(draft: Draft, structure: Structure, hidden_staff: frozenset[Plain]) -> None:
    """Nothing of a set whose staff is hidden at either end: the other end and who moved, or the base of a rate, would give it away."""
    for number, region in enumerate(structure.regions[: draft.published]):
        if plain(region, structure.marks) in hidden_staff:
            draft.how[number], draft.chains[number] = "primary", ()


def plain(region: Region, marks: frozenset[str] = frozenset()) -> Plain:
    """A set of staff, whatever dataset it is counted in: without how its people moved, and what happened to them."""
    return set_of(region, leaving_out=frozenset({MOVEMENT, *marks}))


def hidden_sets(regions: tuple[Region, ...], shown: np.ndarray) -> Iterator[Plain]:
    """The sets of a batch of staff that an audience is not shown."""
    for region, value in zip(regions, np.asarray(shown, dtype=float).tolist(), strict=True):
        if np.isnan(value):
            yield plain(region)
