"""Pay figures: shown on large enough groups only, and never so that the total of a hidden group can be subtracted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd

from metrics.definitions.profile import Profile
from metrics.disclosure.choose import Draft
from metrics.disclosure.joint import Joint
from metrics.disclosure.repair import hiding_order
from metrics.disclosure.rounding import interval
from metrics.disclosure.structure import Structure, contains
from metrics.errors import DisclosureError
from metrics.query.counts import Counts, Region
from metrics.statistics.precision import round_pay

PRIME = 2_147_483_629
"""Ranks are taken modulo this prime: exact on whole numbers but for a chance of about one in 10^7."""
MOST_KINDS = 200_000
FIGURES = ("mean", "variance", "median", "largest_share", "distinct", "ranks", "rank_first", "total")
PRINTED = ("mean", "median")
"""Figures that a reader sees as they are."""


@dataclass(frozen=True)
class PayResult:
    """`statistics` as `ShownCells` has it; the regions whose pay is hidden; and how many hidden totals can still be had."""

    statistics: pd.DataFrame
    hidden: frozenset[int]
    recovered: int


def protect_pay(counts: Counts, joint: Joint, draft: Draft, first: PayResult | None) -> PayResult:
    """One decision per set of people: whatever pay figure is hidden for a set is hidden for it everywhere."""
    rows = counts.statistics[~counts.statistics["kpi"].isin(list(counts.most))].reset_index(drop=True)
    if not len(rows):
        return PayResult(rows.drop(columns="n", errors="ignore").assign(marker=pd.Series(dtype=object)), frozenset(), 0)
    region = rows["region"].to_numpy(dtype=np.int64)
    everyone = sorted(set(region.tolist()))
    hidden = set(region[~allowed(rows, draft)].tolist()) | set(first.hidden if first is not None else ())
    hidden |= incomplete_gaps(rows, hidden)
    order = hiding_order(joint, np.asarray(counts.values))
    system = PaySystem(joint.structure, everyone, small_sums(joint, everyone, counts.values, draft.profile))
    primary = frozenset(hidden)
    while (found := system.subtraction(hidden, primary)) is not None:
        hidden.add(min(found, key=lambda r: order[r]))
        hidden |= incomplete_gaps(rows, hidden)
    return PayResult(masked(rows, hidden), frozenset(hidden), system.recovered(hidden, primary))


def masked(rows: pd.DataFrame, hidden: set[int]) -> pd.DataFrame:
    """As `ShownCells.statistics`: hidden rows keep their keys, lose every figure, and get a marker."""
    shown = rows.drop(columns="n").reset_index(drop=True)
    out = shown["region"].isin(hidden).to_numpy()
    for name in FIGURES:
        if name in shown:
            column = shown[name].astype(object) if name == "ranks" else shown[name].astype(float)
            shown[name] = column.where(~out, None if name == "ranks" else np.nan)
            if name in PRINTED:
                shown[name] = round_pay(shown[name])
    shown["marker"] = np.where(out, "[c]", "")
    return shown


def allowed(rows: pd.DataFrame, draft: Draft) -> np.ndarray:
    """By the group's size as shown (so that the decision tells nothing new), and by who holds its pay."""
    profile = draft.profile
    region = rows["region"].to_numpy(dtype=np.int64)
    least = np.array([0 if draft.is_hidden(r) else interval(int(draft.shown[r]), draft.chains[r])[0] for r in region.tolist()])
    spread = (rows["largest_share"].to_numpy(dtype=float) <= profile.dominance) & (
        rows["distinct"].to_numpy(dtype=float) >= profile.distinct_rates
    )
    return np.asarray((least >= profile.pay_minimum) & spread)


def incomplete_gaps(rows: pd.DataFrame, hidden: set[int]) -> set[int]:
    """A gap needs both sides: where one is hidden, the other side of that figure is too, unless it stands on its own elsewhere."""
    keys = ["kpi", "breakdown", "unit", "group"]
    out = rows["region"].isin(hidden)
    broken = rows[out][keys].drop_duplicates()
    partners = rows.merge(broken, on=keys, how="left", indicator=True)["_merge"].eq("both").to_numpy() & ~out.to_numpy()
    whole = set(rows["region"][~partners & ~out.to_numpy()].tolist())
    return {int(r) for r in rows["region"][partners].tolist()} - {int(r) for r in whole}


Sum = dict[int, int]
"""A sum of pay as a combination of published sets: region to coefficient."""


def small_sums(joint: Joint, regions: Sequence[int], values: np.ndarray, profile: Profile) -> list[Sum]:
    """Sets with fewer people than a pay figure needs that are left when published sets with pay are subtracted."""
    with_pay = set(regions)
    found: list[Sum] = []
    all_regions, children = joint.structure.regions, joint.structure.children
    place = {all_regions[r]: r for r in regions}
    by_unit: dict[str, list[int]] = {}
    for r in regions:
        by_unit.setdefault(all_regions[r].unit, []).append(r)
    for unit in sorted(by_unit):
        for outer, inner in product(by_unit[unit], repeat=2):
            if 0 < values[outer] - values[inner] < profile.pay_minimum and contains(all_regions[outer], all_regions[inner]):
                found.append({outer: 1, inner: -1})
    for r in regions:
        below = [place.get(Region(child, all_regions[r].where)) for child in children[all_regions[r].unit]]
        known = [b for b in below if b is not None and b in with_pay]
        if known and len(known) == len(below) and 0 < values[r] - sum(values[b] for b in known) < profile.pay_minimum:
            found.append({r: 1, **dict.fromkeys(known, -1)})
    return found


class PaySystem:
    """Mean times people is a sum over people. Shown sums are known; a hidden one must not be a combination of them.

    A set of people is its row of a 0/1 matrix with a column for each kind of person (unit and categories) that the sets tell
    apart. Whether sums can be subtracted from one another is whether rows combine linearly.
    """

    def __init__(self, structure: Structure, regions: Sequence[int], secrets: Sequence[Sum]) -> None:
        self.regions = np.array(regions, dtype=np.int64)
        self.place = {int(r): i for i, r in enumerate(self.regions)}
        self.rows = indicator_rows(structure, [structure.regions[r] for r in regions])
        extra = np.zeros((len(secrets), len(regions)), dtype=np.int64)
        for i, secret in enumerate(secrets):
            for r, sign in secret.items():
                extra[i, self.place[r]] = sign
        self.extra = extra @ self.rows

    def _split(self, hidden: set[int], primary: frozenset[int]) -> tuple[np.ndarray, np.ndarray]:
        """Places of the shown sets, and the rows that nobody may reach."""
        shown = np.array([i for i, r in enumerate(self.regions.tolist()) if r not in hidden], dtype=np.int64)
        kept = [self.place[r] for r in sorted(primary)]
        return shown, np.vstack([self.rows[kept], self.extra])

    def subtraction(self, hidden: set[int], primary: frozenset[int]) -> list[int] | None:
        """The shown sets that give some hidden one away; None where nothing is given away. In floating point: `recovered` checks."""
        shown, secrets = self._split(hidden, primary)
        if not len(shown) or not len(secrets):
            return None
        known = self.rows[shown].astype(float).T
        parts = np.linalg.lstsq(known, secrets.astype(float).T, rcond=1e-9)[0]
        reached = np.abs(known @ parts - secrets.T).max(axis=0) < 1e-6
        if not reached.any():
            return None
        used = np.abs(parts[:, np.flatnonzero(reached)[0]]) > 1e-7
        return [int(r) for r in self.regions[shown[used]]]

    def recovered(self, hidden: set[int], primary: frozenset[int]) -> int:
        """How many hidden sums are exact combinations of shown ones, by elimination modulo a large prime."""
        shown, secrets = self._split(hidden, primary)
        if not len(shown) or not len(secrets):
            return 0
        rng = np.random.default_rng(len(self.regions))
        mix = rng.integers(0, PRIME, (self.rows.shape[1], len(shown) + 20), dtype=np.int64)
        return combinations_found((self.rows[shown] @ mix) % PRIME, (secrets @ mix) % PRIME)


def combinations_found(known: np.ndarray, asked: np.ndarray) -> int:
    """How many rows of `asked` are combinations of the rows of `known`, modulo PRIME."""
    known, asked = known.copy(), asked.copy()
    top = 0
    for column in range(known.shape[1]):
        pivots = np.flatnonzero(known[top:, column])
        if not len(pivots):
            continue
        known[[top, top + pivots[0]]] = known[[top + pivots[0], top]]
        line = known[top] * pow(int(known[top, column]), -1, PRIME) % PRIME
        known[top + 1 :] = (known[top + 1 :] - known[top + 1 :, [column]] * line) % PRIME
        asked = (asked - asked[:, [column]] * line) % PRIME
        top += 1
        if top == len(known):
            break
    return int((asked == 0).all(axis=1).sum())


def indicator_rows(structure: Structure, regions: Sequence[Region]) -> np.ndarray:
    """Sets by kinds of person: deepest place in the organisation times classes of every column that the sets use."""
    units = structure.cut(max(structure.depths.values()))
    lines = [set(structure.tree.above(unit)) for unit in units]
    inside = {name: np.array([name in line for line in lines], dtype=np.int64) for name in sorted({r.unit for r in regions})}
    axes = sorted({axis for r in regions for axis in r.axes})
    held = {axis: sorted({dict(r.where)[axis] for r in regions if axis in r.axes}, key=sorted) for axis in axes}
    kinds = [sorted({tuple(atom in s for s in held[axis]) for atom in structure.axes[axis]}) for axis in axes]
    if len(units) * int(np.prod([len(k) for k in kinds], dtype=np.int64)) > MOST_KINDS:
        raise DisclosureError("Pay is broken down by too many columns at once to be certified.", "Declare fewer breakdowns of pay.")
    found = []
    for r in regions:
        row = inside[r.unit]
        for axis, classes in zip(axes, kinds, strict=True):
            atoms = dict(r.where).get(axis)
            admitted = [1 if atoms is None else int(c[held[axis].index(atoms)]) for c in classes]
            row = np.multiply.outer(row, np.array(admitted, dtype=np.int64)).ravel()
        found.append(row)
    return distinct_columns(np.array(found, dtype=np.int64))


def distinct_columns(rows: np.ndarray) -> np.ndarray:
    """The different columns of a 0/1 matrix, each once, in order of first appearance."""
    packed = np.ascontiguousarray(np.packbits(rows.astype(bool), axis=0).T)
    first: dict[bytes, int] = {}
    for place, column in enumerate(packed):
        first.setdefault(column.tobytes(), place)
    return np.asarray(rows[:, list(first.values())])
