"""The gate before publishing: what would be published is attacked by somebody who has that and nothing else of ours.

The system goes through JSON and back, as readers and `equality certify` get it. The tables that the protection offers as proofs are checked
against it in whole numbers, and what each protected figure needs is worked out again from the counts. Whatever they do not prove
is attacked from nothing. What is then still not proven, or is worked out, is not published.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

import numpy as np

from metrics.definitions.profile import ROUNDED_STEPS, Profile
from metrics.disclosure.attack import explore, first_ranges, is_pinned
from metrics.disclosure.blocks import separate
from metrics.disclosure.choose import HIDDEN, required_steps, small_targets
from metrics.disclosure.joint import Joint, build_joint, figures
from metrics.disclosure.shown import ShownCells
from metrics.disclosure.structure import Structure, structure_of
from metrics.disclosure.system import PublishedSystem, published_system
from metrics.disclosure.whole import fits
from metrics.errors import DisclosureError
from metrics.query.counts import Counts, Region

HAIR = 1e-6
"""Sums are printed in steps of a half or more; what floating point leaves over is far less."""


@dataclass(frozen=True)
class Passed:
    """What may be published: the cells without their proofs, and the system as it came back from JSON."""

    shown: ShownCells
    system: PublishedSystem


def pass_gate(counts: Counts, shown: ShownCells, profile: Profile) -> Passed:
    """Let one audience's figures through, or refuse.

    Raises
    ------
    DisclosureError : a figure is not the count that it stands for, an offered proof does not fit what would be published, or a
        protected count is worked out, or not proven to be safe
    """
    where = f"{counts.dataset}, {counts.period.end.isoformat()}, {shown.audience}"
    structure = structure_of(counts)
    system = PublishedSystem.from_dict(json.loads(json.dumps(published_system(shown, counts, structure).as_dict())))
    return Passed(*checked(counts, shown, system, profile, where, structure))


def checked(
    counts: Counts, shown: ShownCells, system: PublishedSystem, profile: Profile, where: str, structure: Structure | None = None
) -> tuple[ShownCells, PublishedSystem]:
    """The refusals, in the order in which they are cheap. `structure`: that of the counts, as it is before JSON."""
    joint = build_joint(system.structure)
    known = system.known()
    refuse_if(not says_the_same(shown, system, np.asarray(counts.values), known), f"{where}: a figure is not the count that it stands for")
    refuse_if(not all(fits(joint, *known, table) for table in shown.witnesses), f"{where}: a proof does not fit what would be published")
    required = needed(counts, shown, profile, structure)
    required[given_up(joint, shown)] = 0
    proofs = roomy(system, joint, shown.witnesses)
    short = np.flatnonzero(spread(joint, proofs) < required)
    if len(short):
        more, worked_out = from_nothing(system, joint, required, short)
        proofs += more
        short = short[spread(joint, proofs)[short] < required[short]]
        refuse_if(worked_out > 0, f"{where}: {worked_out} protected counts can be worked out")
        refuse_if(len(short) > 0, f"{where}: {len(short)} protected counts are not proven to be safe")
    certificate = replace(shown.certificate, blocks=separate(joint, *known).count, witnesses=len(proofs))
    return replace(shown, certificate=certificate, witnesses=(), known_before=frozenset()), system


def given_up(joint: Joint, shown: ShownCells) -> np.ndarray:
    """Which targets earlier releases give away, each by its name: nothing that is hidden now could protect them."""
    targets = range(joint.targets.shape[0]) if shown.known_before else ()
    return np.array([target for target in targets if figures(joint, [target]) <= shown.known_before], dtype=np.int64)


def refuse_if(wrong: bool, said: str) -> None:
    if wrong:
        raise DisclosureError(f"{said}. Nothing was published.", "This is a fault of the program: please report it, without any figures.")


def says_the_same(shown: ShownCells, system: PublishedSystem, values: np.ndarray, known: tuple[np.ndarray, np.ndarray]) -> bool:
    """The system shows, rounds and hides what the cells do, and the true counts agree with it."""
    hidden = np.isin(shown.how.astype(str), HIDDEN)
    rounded = np.array([bool(chain) for chain in system.chains], dtype=bool)
    alike = np.array_equal(system.shown, shown.shown, equal_nan=True) and np.array_equal(np.isnan(system.shown), hidden)
    alike &= np.array_equal(rounded, shown.how == "rounded")
    return bool(alike and (known[0] <= values).all() and (values <= known[1]).all())


def needed(counts: Counts, shown: ShownCells, profile: Profile, structure: Structure | None = None) -> np.ndarray:
    """Steps that each target's range must have, by the profile and the true counts alone."""
    joint = build_joint(structure if structure is not None else structure_of(counts))
    depths = np.array([joint.structure.depths[region.unit] for region in joint.structure.regions], dtype=np.int64)
    softened = np.where(depths == 0, profile.council, profile.below_council) == "round"
    softened |= np.array([bool(chain) for chain in shown.chains], dtype=bool)
    found = required_steps(joint, profile, softened, small_targets(joint, joint.start(counts.tables), profile))
    if not shown.certificate.earlier:  # earlier releases may have told what a large rounded count is, and it stays as it is
        rounded = np.flatnonzero((shown.how == "rounded") & (np.asarray(counts.values) > 0))
        found[rounded] = np.maximum(found[rounded], ROUNDED_STEPS)
    return found


def spread(joint: Joint, tables: list[np.ndarray]) -> np.ndarray:
    """From the least to the largest value of each target over some tables."""
    if not tables:
        return np.zeros(joint.targets.shape[0], dtype=np.int64)
    low = high = joint.targets @ tables[0]
    for table in tables[1:]:
        values = joint.targets @ table
        low, high = np.minimum(low, values), np.maximum(high, values)
    return np.asarray(high - low)


def from_nothing(system: PublishedSystem, joint: Joint, required: np.ndarray, asked: np.ndarray) -> tuple[list[np.ndarray], int]:
    """Tables that an attacker finds for some targets, and how many of those have one value only."""
    ranges = first_ranges(joint, *system.known(), ())
    ranges.required[asked] = required[asked]
    explore(ranges)
    pinned = sum(is_pinned(ranges, target) for target in asked.tolist() if not ranges.proven(target))
    return roomy(system, joint, ranges.witnesses), pinned


def roomy(system: PublishedSystem, joint: Joint, tables: tuple[np.ndarray, ...] | list[np.ndarray]) -> list[np.ndarray]:
    """The tables in which people can have the printed sums."""
    return [table for table in tables if leaves_room(system, joint.regions @ table)] if system.amounts else list(tables)


def leaves_room(system: PublishedSystem, sizes: np.ndarray) -> bool:
    """Whether every unit's people can have what is printed of them, together with what those below are printed to have.

    Sums are published by unit for one set of categories; a person has from nothing to a known most.
    """
    regions, most = system.structure.regions, max(told[2] for told in system.amounts.values())
    number = {region: i for i, region in enumerate(regions)}

    def sums(region: Region) -> tuple[float, float] | None:
        below = [Region(unit, region.where) for unit in system.structure.children[region.unit]]
        held = [r for r in below if r in number]
        parts = [sums(r) for r in held]
        own = sizes[number[region]] - sum(int(sizes[number[r]]) for r in held)
        if own < 0 or any(part is None for part in parts):
            return None
        low, high, _ = system.amounts.get(number[region], (0.0, np.inf, most))
        least = max(low, sum(part[0] for part in parts if part))
        greatest = min(high - HAIR, sum(part[1] for part in parts if part) + most * own)
        return (least, greatest) if least <= greatest + HAIR / 2 else None

    tops = {Region(system.structure.tree.root, regions[r].where) for r in system.amounts}
    return all(top in number and sums(top) is not None for top in tops)
