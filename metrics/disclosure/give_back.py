"""Cells that were hidden for others' sake and turn out not to be needed: shown again where the proofs stand without them.

Cells are hidden one at a time, each for one target, and a later one often does the work of an earlier one. What proves the targets
is whole tables. A cell may be shown again where the tables that have its figure are enough to prove every target.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse

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
        proving = targets[:, left]
        if (left == kept).all() or (proving.max(axis=1) - proving.min(axis=1) >= ranges.required[asked]).all():
            kept, found[region] = left, (low, high)
            draft.how[region] = "rounded" if draft.chains[region] else "exact"
    ranges.show_again(found)
    return sorted(found)
