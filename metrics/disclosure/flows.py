"""Joiners and leavers beside the staff of both ends: protected together with what is published of staff.

Staff at the end minus staff at the beginning is joiners minus leavers, but for those who changed unit or an answer. Both ends
are published, in other batches and perhaps years apart. So for every published set of joiners or leavers the sets of staff at
the end and at the beginning are laid into the system as *given*: known as they are published, never hidden or shown here. What is
then proven of joiners and leavers holds for who reads both ends, too, and knows of every change. docs/methods/disclosure.md argues it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from metrics.definitions.dataset import MOVEMENT
from metrics.definitions.flows import JOINED, LEFT, STAYED
from metrics.definitions.profile import Profile
from metrics.disclosure.choose import Draft
from metrics.disclosure.joint import Joint
from metrics.disclosure.rounding import Chain, round_half_up
from metrics.disclosure.structure import Structure
from metrics.query.counts import Region

Plain = tuple[str, frozenset[tuple[str, frozenset[str]]]]
"""A set of staff, whatever dataset it is counted in: its unit, and its categories by column."""

ENDS = (frozenset({JOINED, STAYED}), frozenset({LEFT, STAYED}))


def is_flow(region: Region) -> bool:
    """Whether a set holds joiners alone, or leavers alone."""
    return dict(region.where).get(MOVEMENT) in (frozenset({JOINED}), frozenset({LEFT}))


def with_both_ends(structure: Structure) -> Structure:
    """The structure with the staff of both ends after the published sets, for each set of joiners or leavers."""
    more: dict[Region, None] = {}
    for region in structure.regions:
        if is_flow(region):
            for end in ENDS:
                more.setdefault(Region(region.unit, tuple((a, end if a == MOVEMENT else c) for a, c in region.where)), None)
    return replace(structure, regions=(*structure.regions, *more))


def as_published(
    structure: Structure, published: int, values: np.ndarray, profile: Profile, hidden_staff: frozenset[Plain]
) -> tuple[Structure, tuple[Chain, ...]]:
    """The given sets that the first audience reads elsewhere, and how each is rounded there.

    Hidden sets are not known. Nor are small ones that nobody publishes: they stand in no batch, or they would be hidden or rounded.
    """
    kept, chains = [], []
    for region, n in zip(structure.regions[published:], values[published:].tolist(), strict=True):
        way = profile.council if structure.depths[region.unit] == 0 else profile.below_council
        if plain(region) not in hidden_staff and (way == "round" or n >= profile.threshold):
            kept.append(region)
            chains.append((profile.rounding_base,) if way == "round" else ())
    return replace(structure, regions=(*structure.regions[:published], *kept)), tuple(chains)


def give(draft: Draft, joint: Joint, chains: tuple[Chain, ...], values: np.ndarray) -> None:
    """Lay the given sets into a draft as they are known, and ask for nothing but the protection of joiners and leavers."""
    draft.published = len(draft.how) - len(chains)
    for region, chain in enumerate(chains, draft.published):
        draft.how[region], draft.chains[region] = "rounded" if chain else "exact", chain
        draft.shown[region] = round_half_up(values[region], chain[0]) if chain else values[region]
    flow = np.array([is_flow(region) for region in joint.structure.regions], dtype=bool)
    own = np.array([region for region, _ in joint.own], dtype=np.int64)
    asked = np.concatenate([flow, flow[joint.pairs].any(axis=1) if len(joint.pairs) else np.zeros(0, dtype=bool), flow[own]])
    draft.required[~asked] = 0


def hide_where_staff_is_hidden(draft: Draft, structure: Structure, hidden_staff: frozenset[Plain]) -> None:
    """Nothing of a set whose staff is hidden at either end: the other end and who moved, or the base of a rate, would give it away."""
    for number, region in enumerate(structure.regions[: draft.published]):
        if plain(region) in hidden_staff:
            draft.how[number], draft.chains[number] = "primary", ()


def plain(region: Region) -> Plain:
    """A set by its categories, without how its people moved."""
    where = (
        (axis, frozenset(category for atom in atoms for category in atom.split("|"))) for axis, atoms in region.where if axis != MOVEMENT
    )
    return region.unit, frozenset(where)


def hidden_sets(regions: tuple[Region, ...], shown: np.ndarray) -> Iterator[Plain]:
    """The sets of a batch of staff that an audience is not shown."""
    for region, value in zip(regions, np.asarray(shown, dtype=float).tolist(), strict=True):
        if np.isnan(value):
            yield plain(region)
