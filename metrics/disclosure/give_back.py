"""Cells that were hidden for others' sake and turn out not to be needed: shown again where the proofs stand without them.

Cells are hidden one at a time, each for one target, and a later one often does the work of an earlier one. What proves the targets
is whole tables. A cell may be shown again where the tables that have its figure are enough to prove every target, or where other
tables are soon found for the few that lose theirs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from scipy import sparse

from metrics.definitions.profile import ROUNDED_STEPS
from metrics.disclosure.certify import prove_in_parts
from metrics.disclosure.ranges import HANDY, Ranges
from metrics.disclosure.repair import Repair
from metrics.disclosure.rounding import interval

FEW = 4
"""Targets that a cell may leave without a proof and still be shown again, if another proof of each is found in small parts."""
MOST_TRIES = 24
"""Cells for which other proofs are looked for: each costs a few small programmes."""
Windows = Mapping[int, tuple[int, int]]
"""Region to the least and largest count that its figure stands for."""


def give_back(repair: Repair) -> list[int]:
    """Show again what this repair hid in vain, what leadership reads most first; returns the regions.

    Small counts, breakdowns that a coarser one covers, and what another audience is not shown either, stay hidden.
    """
    ranges, draft = repair.ranges, repair.draft
    hidden = sorted(set(repair.hidden) - repair.replaced, key=lambda r: -repair.order[r])
    if not hidden:
        return []
    known = {region: interval(int(draft.shown[region]), draft.chains[region]) for region in hidden}
    tables = _Tables(ranges, hidden)
    found: dict[int, tuple[int, int]] = {}
    tries = 0
    for region in hidden:
        left = tables.kept & tables.inside(region, known[region])
        lost = tables.lost(left, [r for r in (*found, region) if draft.is_large(r)])
        if 0 < len(lost) <= FEW and tries < MOST_TRIES:
            tries += 1
            more = _other_proofs(repair, {**found, region: known[region]}, tables.chosen(left), lost)
            left = tables.add(more, left)
            lost = lost if not more else {}
        if not lost:
            tables.kept, found[region] = left, known[region]
            draft.how[region] = "rounded" if draft.chains[region] else "exact"
    draft.ask_again(found)
    ranges.witnesses = tables.chosen(tables.kept)
    ranges.show_again(found)
    return sorted(found)


class _Tables:
    """The witnesses, the sizes of targets and of hidden cells in them, and which of them agree with what is shown again so far."""

    def __init__(self, ranges: Ranges, hidden: Sequence[int]) -> None:
        self.tables = list(ranges.witnesses)
        self.kept = np.ones(len(self.tables), dtype=bool)
        self.required = ranges.required
        self.asked = np.flatnonzero(ranges.required > 0)
        self.place = {region: len(self.asked) + i for i, region in enumerate(hidden)}
        self.rows = sparse.vstack([ranges.joint.targets[self.asked], ranges.joint.regions[hidden]], format="csr")
        self.sizes = np.stack([self.rows @ table for table in self.tables], axis=1)

    def inside(self, region: int, window: tuple[int, int]) -> np.ndarray:
        """Which tables have a cell's figure."""
        sizes = self.sizes[self.place[region]]
        return np.asarray((sizes >= window[0]) & (sizes <= window[1]))

    def lost(self, left: np.ndarray, rounded: Sequence[int]) -> dict[int, int]:
        """Targets that only tables outside `left` prove, with the steps that each needs; `rounded` ones that are shown again need some."""
        before, after = (self._spread(slice(len(self.asked)), kept) for kept in (self.kept, left))
        required = self.required[self.asked]
        found = {int(self.asked[i]): int(required[i]) for i in np.flatnonzero((after < required) & (before >= required))}
        narrow = [r for r in rounded if self._spread(slice(self.place[r], self.place[r] + 1), left)[0] < ROUNDED_STEPS]
        return {**found, **dict.fromkeys(narrow, ROUNDED_STEPS)}

    def _spread(self, rows: slice, kept: np.ndarray) -> np.ndarray:
        sizes = self.sizes[rows][:, kept]
        return np.asarray(sizes.max(axis=1) - sizes.min(axis=1))

    def chosen(self, kept: np.ndarray) -> list[np.ndarray]:
        return [table for table, yes in zip(self.tables, kept.tolist(), strict=True) if yes]

    def add(self, more: Sequence[np.ndarray], left: np.ndarray) -> np.ndarray:
        """Take tables that agree with all that `left` agree with; returns `left` with them."""
        if not more:
            return left
        self.tables += more
        self.sizes = np.concatenate([self.sizes, np.stack([self.rows @ table for table in more], axis=1)], axis=1)
        self.kept = np.concatenate([self.kept, np.ones(len(more), dtype=bool)])
        return np.concatenate([left, np.ones(len(more), dtype=bool)])


def _other_proofs(repair: Repair, known: Windows, tables: Sequence[np.ndarray], lost: Mapping[int, int]) -> list[np.ndarray]:
    """Tables that prove the targets in `lost` with some cells shown again; none where one of them stays without a proof."""
    ranges = repair.ranges
    low, high, required = ranges.shown_low.copy(), ranges.shown_high.copy(), np.zeros_like(ranges.required)
    for region, window in known.items():
        low[region], high[region] = window
    for target, steps in lost.items():
        required[target] = steps
    tried = Ranges(ranges.joint, low, high, required, ranges.start)
    for table in tables:
        tried.accept(table)
    before = len(tried.witnesses)
    if all(prove_in_parts(tried, repair.games, target, [], (0, HANDY)) for target in lost):
        return tried.witnesses[before:]
    return []
