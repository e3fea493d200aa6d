"""Joiners and leavers beside the staff of both ends: protected together with what is published of staff.

Staff at the end minus staff at the beginning is joiners minus leavers, but for those who changed unit or an answer. Both ends
are published, in other batches and perhaps years apart. So for every published set of joiners or leavers the sets of staff at
the end and at the beginning are laid into the system as *given*: known as they are published, never hidden or shown here. What is
then proven of joiners and leavers holds for who reads both ends, too, and knows of every change. docs/methods/disclosure.md argues it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

import numpy as np

from metrics.definitions.dataset import MOVEMENT
from metrics.definitions.flows import JOINED, LEFT, STAYED
from metrics.definitions.profile import Profile
from metrics.disclosure.choose import Draft
from metrics.disclosure.given import NOTHING, Given, Plain, given, window_of, with_given
from metrics.disclosure.given import plain as set_of
from metrics.disclosure.joint import build_joint
from metrics.disclosure.structure import Structure, structure_of
from metrics.query.counts import Counts, Region

ENDS = (frozenset({JOINED, STAYED}), frozenset({LEFT, STAYED}))


def is_flow(region: Region) -> bool:
    """Whether a set holds joiners alone, or leavers alone."""
    return dict(region.where).get(MOVEMENT) in (frozenset({JOINED}), frozenset({LEFT}))


def both_ends(structure: Structure) -> tuple[Region, ...]:
    """The staff of both ends, for each published set of joiners or leavers."""
    found: dict[Region, None] = {}
    for region in structure.regions:
        if is_flow(region):
            for end in ENDS:
                found.setdefault(Region(region.unit, tuple((a, end if a == MOVEMENT else c) for a, c in region.where)), None)
    return tuple(found)


def staff_given(counts: Counts, profile: Profile, hidden_staff: frozenset[Plain]) -> Given:
    """Staff at both ends, as the first audience reads it elsewhere: exact, as a window of rounding, or known by nothing.

    Hidden sets are not known. Nor are small ones that nobody publishes: they stand in no batch, or they would be hidden or rounded.
    """
    exact, structure, known = exact_staff(counts), structure_of(counts), []
    for region, n in zip(exact.regions, exact.low.astype(int).tolist(), strict=True):
        way = profile.council if structure.depths[region.unit] == 0 else profile.below_council
        if plain(region) in hidden_staff:
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
    """Beside staff, nothing but joiners and leavers is asked for: those published, and those that earlier releases hid."""
    wanted = np.array([is_flow(region) for region in structure.regions], dtype=bool)
    wanted[published:] &= np.array(list(chain(*asked)), dtype=bool)
    return wanted


def hide_where_staff_is_hidden(draft: Draft, structure: Structure, hidden_staff: frozenset[Plain]) -> None:
    """Nothing of a set whose staff is hidden at either end: the other end and who moved, or the base of a rate, would give it away."""
    for number, region in enumerate(structure.regions[: draft.published]):
        if plain(region) in hidden_staff:
            draft.how[number], draft.chains[number] = "primary", ()


def plain(region: Region) -> Plain:
    """A set of staff, whatever dataset it is counted in: without how its people moved."""
    return set_of(region, leaving_out=MOVEMENT)


def hidden_sets(regions: tuple[Region, ...], shown: np.ndarray) -> Iterator[Plain]:
    """The sets of a batch of staff that an audience is not shown."""
    for region, value in zip(regions, np.asarray(shown, dtype=float).tolist(), strict=True):
        if np.isnan(value):
            yield plain(region)
