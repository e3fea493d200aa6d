"""Cells that were hidden for others' sake and turn out not to be needed: shown again where the proofs stand without them.

Cells are hidden one at a time, each for one target, and a later one often does the work of an earlier one. What proves the targets
is whole tables. A cell may be shown again where the tables that have its figure are enough to prove every target.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse

from metrics.definitions.profile import ROUNDED_STEPS
from metrics.disclosure.repair import Repair
from metrics.disclosure.rounding import interval


def give_back(repair: Repair) -> list[int]:
    """Show again what this repair hid in vain, what leadership reads most first; returns the regions. Nothing is solved for.

    Small counts, breakdowns that a coarser one covers, and what another audience is not shown either, stay hidden.
    """
    ranges, draft = repair.ranges, repair.draft
    hidden = sorted(set(repair.hidden) - repair.replaced, key=lambda r: -repair.order[r])
    asked = np.flatnonzero(ranges.required > 0)
    if not hidden:
        return []
    rows = sparse.vstack([ranges.joint.targets[asked], ranges.joint.regions[hidden]], format="csr")
    sizes = np.stack([rows @ table for table in ranges.witnesses], axis=1)
    targets, cells = sizes[: len(asked)], sizes[len(asked) :]
    kept = np.ones(len(ranges.witnesses), dtype=bool)
    found = {}
    for place, region in enumerate(hidden):
        low, high = interval(int(draft.shown[region]), draft.chains[region])
        left = kept & (cells[place] >= low) & (cells[place] <= high)
        rounded = [p for p, r in enumerate(hidden) if draft.is_large(r) and (r == region or r in found)]
        alike = (left == kept).all() and not draft.is_large(region)
        if alike or (_wide(targets[:, left], ranges.required[asked]) and _wide(cells[rounded][:, left], ROUNDED_STEPS)):
            kept, found[region] = left, (low, high)
            draft.how[region] = "rounded" if draft.chains[region] else "exact"
    draft.ask_again(found)
    ranges.show_again(found)
    return sorted(found)


def _wide(sizes: np.ndarray, steps: np.ndarray | int) -> bool:
    """Whether each row of sizes, over all tables, reaches as far as it must."""
    return bool((sizes.max(axis=1) - sizes.min(axis=1) >= steps).all())
