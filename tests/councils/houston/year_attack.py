"""A year of releases read as a whole: one system of whole numbers over all quarters, under what a reader may assume of movement.

Unknowns: in each extract ("state") the number of people of each department, sex and ethnic group; between two states, where that is
assumed, who joined and who left. Facts: every figure that the first audience was shown in any release, those of the restated quarter
twice. Written without the product's certifier: it reads what was published and nothing else.

The system is large, so each department is attacked from both sides. With every other department but a few held at the truth, a reader
knows more than anybody does: values that are possible then are possible. With the figures of the department alone, a reader knows
less: values that are impossible then are impossible. Only what neither settles is asked of the whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, reduce
from itertools import product
from operator import add

import numpy as np
from scipy import sparse

from metrics.disclosure.system import PublishedSystem
from metrics.query.counts import Region
from tests.councils.houston.simulated_year import Batch, Year
from tests.support.whole_numbers import Found, WholeNumbers

MOVEMENT = "joined_or_left"
THRESHOLD = 5
PARTNERS = 3
"""Departments, beside the attacked one, that are not held at the truth when possible values are looked for: the largest."""


@dataclass(frozen=True)
class Outcome:
    """Of the small counts that were attacked: how many range less than the rule asks, have one value, or could not be settled."""

    attacked: int = 0
    narrowed: int = 0
    recovered: int = 0
    unsettled: int = 0

    def __add__(self, other: Outcome) -> Outcome:
        return Outcome(
            self.attacked + other.attacked,
            self.narrowed + other.narrowed,
            self.recovered + other.recovered,
            self.unsettled + other.unsettled,
        )


@dataclass(frozen=True)
class Target:
    """A small count that is published, of one state or of one step, and the steps that its range must have."""

    place: int
    region: Region
    value: int
    needed: int


@dataclass
class Facts:
    """Rows over all unknowns, gathered piece by piece.

    Attributes
    ----------
    truth : shape (columns,): what is true; the facts must be true of it
    owner : shape (columns,): the department that each unknown belongs to
    """

    truth: np.ndarray
    owner: np.ndarray
    rows: list[sparse.csr_matrix] = field(default_factory=list)
    low: list[np.ndarray] = field(default_factory=list)
    high: list[np.ndarray] = field(default_factory=list)

    @property
    def columns(self) -> int:
        return len(self.truth)

    def add(self, rows: sparse.spmatrix, low: np.ndarray | float, high: np.ndarray | float) -> None:
        held = sparse.csr_matrix(rows)
        least, most = (np.broadcast_to(np.asarray(bound, dtype=float), held.shape[:1]) for bound in (low, high))
        true = held @ self.truth
        assert ((least <= true) & (true <= most)).all(), "the facts are not true"
        self.rows.append(held)
        self.low.append(least)
        self.high.append(most)

    @cached_property
    def _all(self) -> tuple[sparse.csr_matrix, np.ndarray, np.ndarray]:
        return sparse.vstack(self.rows, format="csr"), np.concatenate(self.low), np.concatenate(self.high)

    def whole(self, sums: sparse.csr_matrix, needed: np.ndarray) -> Found:
        return WholeNumbers(*self._all).ranges(sums, needed)

    def others_known(self, free: np.ndarray, sums: sparse.csr_matrix, needed: np.ndarray) -> Found:
        """Ranges where only `free` unknowns are unknown: what is possible is possible in the whole."""
        rows, low, high = self._all
        fixed = np.where(free, 0, self.truth)
        touched = np.diff(rows[:, free].indptr) > 0
        rest = (rows @ fixed)[touched]
        found = WholeNumbers(rows[touched][:, free], low[touched] - rest, high[touched] - rest).ranges(sums[:, free], needed)
        shift = sums @ fixed
        return Found(found.low + shift, found.high + shift, found.least + shift, found.most + shift)

    def by_itself(self, own: np.ndarray, sums: sparse.csr_matrix, needed: np.ndarray) -> Found:
        """Ranges from the facts that speak of `own` unknowns alone: what is impossible is impossible in the whole."""
        rows, low, high = self._all
        inside = np.diff(rows[:, own].indptr) == np.diff(rows.indptr)
        return WholeNumbers(rows[inside][:, own], low[inside], high[inside]).ranges(sums[:, own], needed)


class YearAttack:
    """`below_council`: the steps that a small count of a department must have: two where counts are rounded."""

    def __init__(self, year: Year, below_council: int = 2) -> None:
        self.year, self.below_council = year, below_council
        self.root = year.configuration.organisation.root.id
        axes = year.configuration.dimensions
        sizes = year.states[-1].people["unit"].value_counts()
        self.units = sorted(unit.id for unit in year.configuration.organisation.units if unit.parent)
        self.partners = [str(unit) for unit in sizes.index[:PARTNERS]]
        self.cells = list(product(self.units, axes["sex"].ids, axes["ethnicity"].ids))
        self.place = {cell: i for i, cell in enumerate(self.cells)}
        self.one = sparse.identity(len(self.cells), format="csr", dtype=np.int64)

    # what is true and what is shown

    def counted(self, people: Iterable[tuple[str, ...]]) -> np.ndarray:
        found = np.zeros(len(self.cells), dtype=np.int64)
        for cell in people:
            found[self.place[cell]] += 1
        return found

    def truth(self, number: int) -> np.ndarray:
        return self.counted(self.year.states[number].people[["unit", "sex", "ethnicity"]].itertuples(index=False, name=None))

    def true_moves(self, before: int, after: int) -> tuple[np.ndarray, np.ndarray]:
        """Who joined and who left between two states."""
        then, now = self.year.states[before].people, self.year.states[after].people
        joined, left = now[~now["person"].isin(then["person"])], then[~then["person"].isin(now["person"])]
        return tuple(self.counted(p[["unit", "sex", "ethnicity"]].itertuples(index=False, name=None)) for p in (joined, left))  # type: ignore[return-value]

    def row(self, region: Region) -> np.ndarray:
        """The finest cells of a set, whatever way its people moved."""
        held = {axis: {c for atom in atoms for c in atom.split("|")} for axis, atoms in region.where if axis != MOVEMENT}
        return np.array(
            [
                region.unit in (self.root, unit) and sex in held.get("sex", {sex}) and ethnicity in held.get("ethnicity", {ethnicity})
                for unit, sex, ethnicity in self.cells
            ],
            dtype=np.int64,
        )

    def rows(self, regions: Iterable[Region]) -> sparse.csr_matrix:
        return sparse.csr_matrix(np.array([self.row(region) for region in regions]))

    def batch(self, dataset: str, number: int) -> Batch:
        state = self.year.states[number]
        return next(b for b in self.year.batches if (b.dataset, b.day, b.version) == (dataset, state.day, state.version))

    def needed(self, unit: str) -> int:
        return THRESHOLD - 1 if unit == self.root else self.below_council

    @cached_property
    def targets(self) -> list[Target]:
        """Small counts of staff that are published, in every extract."""
        found = []
        for number in range(len(self.year.states)):
            regions = self.batch("employees", number).system.structure.regions
            values = (self.rows(regions) @ self.truth(number)).tolist()
            found += [Target(number, r, v, self.needed(r.unit)) for r, v in zip(regions, values, strict=True) if 1 <= v < THRESHOLD]
        return found

    @cached_property
    def flow_targets(self) -> list[Target]:
        """Small counts of joiners and of leavers that are published, in every step."""
        found = []
        for number, (before, after) in enumerate(self.steps):
            moves = dict(zip(("joined", "left"), self.true_moves(before, after), strict=True))
            for region in self.batch("movers", after).system.structure.regions:
                ways = ways_of(region)
                value = int(self.row(region) @ moves[ways[0]]) if len(ways) == 1 and ways[0] in moves else 0
                if 1 <= value < THRESHOLD:
                    found.append(Target(number, region, value, self.needed(region.unit)))
        return found

    @property
    def steps(self) -> list[tuple[int, int]]:
        """From one state to the next; both extracts of the restated day follow the one before that day."""
        days = [state.day for state in self.year.states]
        latest = {day: number for number, day in enumerate(days)}
        return [(latest[max(d for d in days if d < day)], number) for number, day in enumerate(days) if day != days[0]]

    @property
    def chain(self) -> list[tuple[int, int]]:
        """Extract after extract, as they were loaded."""
        return [(number, number + 1) for number in range(len(self.year.states) - 1)]

    # what a reader argues from

    def at(self, place: int, columns: int) -> sparse.csr_matrix:
        """The cells of the so-many-th table of unknowns (states first, then who joined and who left in each step)."""
        size = len(self.cells)
        left, right = sparse.csr_matrix((size, place * size)), sparse.csr_matrix((size, columns - (place + 1) * size))
        return sparse.hstack([left, self.one, right], format="csr", dtype=np.int64)

    def shown(self, *further: tuple[np.ndarray, np.ndarray]) -> Facts:
        """Every figure of staff of every release. `further`: true values and owners of unknowns after the states."""
        states = range(len(self.year.states))
        owner = np.array([cell[0] for cell in self.cells], dtype=object)
        truth = np.concatenate([*(self.truth(n) for n in states), *(values for values, _ in further)])
        facts = Facts(truth, np.concatenate([*(owner for _ in states), *(owners for _, owners in further)]))
        for number in states:
            self._add(facts, self.batch("employees", number).system, {"any": self.at(number, facts.columns)})
        return facts

    def _add(self, facts: Facts, system: PublishedSystem, ways: dict[str, sparse.csr_matrix]) -> None:
        """The figures of one batch; `ways`: the cells of people who moved in each way, or of everybody."""
        low, high = system.known()
        for region, least, most in zip(system.structure.regions, low.tolist(), high.tolist(), strict=True):
            if least > 0 or np.isfinite(most):
                facts.add(self._sum(region, ways), least, most)

    def _sum(self, region: Region, ways: dict[str, sparse.csr_matrix]) -> sparse.csr_matrix:
        cells = sparse.csr_matrix(self.row(region))
        return sparse.csr_matrix(reduce(add, (cells @ ways[way] for way in (ways if "any" in ways else ways_of(region)))))

    def with_movement(self, *, published: bool) -> Facts:
        """Nobody changed unit or answer: staff later = staff before + joined - left. `published`: their figures are read as well, and
        that the restatement only added people."""
        owner = np.array([cell[0] for cell in self.cells], dtype=object)
        facts = self.shown(*((moved, owner) for step in self.steps for moved in self.true_moves(*step)))
        for number, (before, after) in enumerate(self.steps):
            ways = self._ways(number, before, facts.columns)
            then, now = (self.at(n, facts.columns) for n in (before, after))
            facts.add(now - then - ways["joined"] + ways["left"], 0, 0)
            facts.add(ways["stayed"], 0, np.inf)
            if published:
                self._add(facts, self.batch("movers", after).system, ways)
        if published:
            corrected = next(n for n, state in enumerate(self.year.states) if state.version)
            facts.add(self.at(corrected, facts.columns) - self.at(corrected - 1, facts.columns), 0, np.inf)
        return facts

    def _ways(self, step: int, before: int, columns: int) -> dict[str, sparse.csr_matrix]:
        joined, left = (self.at(len(self.year.states) + 2 * step + i, columns) for i in (0, 1))
        return {"joined": joined, "left": left, "stayed": self.at(before, columns) - left}

    def colleague(self, unit: str) -> Facts:
        """Knows of everybody who joined or left one department, and their answers; of the others nothing."""
        facts, own = self.shown(), self._own(unit)
        for number in range(1, len(self.year.states)):
            change = own @ (self.truth(number) - self.truth(0))
            facts.add(own @ (self.at(number, facts.columns) - self.at(0, facts.columns)), change, change)
        return facts

    def few_moved(self, unit: str, most: int) -> Facts:
        """Assumes that at most so many people joined or left one department between one extract and the next."""
        own = self._own(unit)
        size = own.shape[0]
        moves = [own @ moved for step in self.chain for moved in self.true_moves(*step)]
        facts = self.shown(*((moved, np.full(size, unit, dtype=object)) for moved in moves))
        base = len(self.year.states) * len(self.cells)
        for number, (before, after) in enumerate(self.chain):
            start = base + 2 * number * size
            joined, left = (self._further(start + i * size, size, facts.columns) for i in (0, 1))
            facts.add(own @ (self.at(after, facts.columns) - self.at(before, facts.columns)) - joined + left, 0, 0)
            facts.add(sparse.csr_matrix((joined + left).sum(axis=0)), 0, most)
        return facts

    def moved(self, unit: str) -> int:
        """How many people joined or left the department between two extracts, at most."""
        own = self._own(unit)
        return max(sum(int((own @ moved).sum()) for moved in self.true_moves(*step)) for step in self.chain)

    def _own(self, unit: str) -> sparse.csr_matrix:
        return self.one[[i for i, cell in enumerate(self.cells) if cell[0] == unit]]

    @staticmethod
    def _further(start: int, size: int, columns: int) -> sparse.csr_matrix:
        one = sparse.identity(size, format="csr", dtype=np.int64)
        return sparse.hstack([sparse.csr_matrix((size, start)), one, sparse.csr_matrix((size, columns - start - size))], format="csr")

    # what comes out

    def outcome(self, facts: Facts, targets: Sequence[Target], *, flows: bool = False) -> Outcome:
        """Attack small counts of staff (or of joiners and leavers), department by department."""
        units = sorted({t.region.unit for t in targets})
        return sum((self._outcome(facts, unit, [t for t in targets if t.region.unit == unit], flows) for unit in units), Outcome())

    def _outcome(self, facts: Facts, unit: str, targets: Sequence[Target], flows: bool) -> Outcome:
        needed = np.array([t.needed for t in targets], dtype=float)
        sums = self.sums(facts, targets, flows)
        free = np.isin(facts.owner, [unit, *self.partners])
        inner = facts.others_known(free, sums, needed)
        low, high = inner.low, inner.high
        least, most = np.zeros(len(targets)), np.full(len(targets), np.inf)
        if unit != self.root:
            outer = facts.by_itself(facts.owner == unit, sums, needed)
            least, most = outer.least, outer.most
        open_ = np.flatnonzero(_unsettled(low, high, least, most, needed))
        if len(open_):
            last = facts.whole(sums[open_], needed[open_])
            low[open_], high[open_] = np.minimum(low[open_], last.low), np.maximum(high[open_], last.high)
            least[open_], most[open_] = np.maximum(least[open_], last.least), np.minimum(most[open_], last.most)
        narrowed, recovered = most - least < needed, most == least
        return Outcome(len(targets), int(narrowed.sum()), int(recovered.sum()), int(_unsettled(low, high, least, most, needed).sum()))

    def sums(self, facts: Facts, targets: Sequence[Target], flows: bool = False) -> sparse.csr_matrix:
        found = []
        for target in targets:
            before = self.steps[target.place][0] if flows else 0
            ways = self._ways(target.place, before, facts.columns) if flows else {"any": self.at(target.place, facts.columns)}
            found.append(self._sum(target.region, ways))
        return sparse.vstack(found, format="csr")


def _unsettled(low: np.ndarray, high: np.ndarray, least: np.ndarray, most: np.ndarray, needed: np.ndarray) -> np.ndarray:
    """Neither proven wide enough nor proven too narrow; or too narrow, and not known whether there is a second value."""
    narrowed = most - least < needed
    return np.asarray(~narrowed & (high - low < needed) | narrowed & (high == low) & (most > least))


def ways_of(region: Region) -> tuple[str, ...]:
    """The ways of moving that a set of joiners and leavers admits."""
    admitted = dict(region.where).get(MOVEMENT, frozenset({"stayed|joined|left"}))
    return tuple(sorted(c for atom in admitted for c in atom.split("|")))
