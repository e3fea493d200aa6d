"""Councils small enough to attack by force, drawn at random: their people, their figures, and what each audience reads of them.

A failing test prints its smallest council as `Council(...)`: paste that into `read(...)` to have the case again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import strategies as st

from metrics.definitions.configuration import Configuration
from metrics.definitions.kpi import Kpi
from metrics.definitions.profile import DisclosureSettings, Profile
from metrics.disclosure.protect import protect_counts
from metrics.disclosure.shown import ShownCells
from metrics.evaluate.evaluate import evaluate
from metrics.periods import Period
from metrics.query.counts import Counts, Table
from metrics.query.plan import plan, published
from tests.support import factories as f
from tests.support.second_attacker import Seen
from tests.support.tables import STATISTICS, sizes, table_of

LEVELS = ("council", "directorate", "service", "team")
FEW = {"asian": ("a1",), "white": ("w1",)}
SOME = {"asian": ("a1", "a2"), "black": ("b1",), "white": ("w1",)}
"""Five groups to the finest, as 19 are to 5; and both to two: minority and white."""
SEXES = ("female", "male")

KpiText = tuple[str, Mapping[str, Any], Mapping[str, Any], tuple[tuple[str, ...], ...]]
"""Kind (count, proportion, gap to men), numerator, denominator, breakdowns."""


@dataclass(frozen=True)
class Council:
    """Everything that decides what is published, as plain values.

    Attributes
    ----------
    parents : unit to the one above it, parents first
    ethnicity : group to its finest categories
    people : (unit, finest category or "unknown", sex) to people
    kpis : what is published
    profiles : one for each audience, first the first
    """

    parents: Mapping[str, str | None]
    ethnicity: Mapping[str, tuple[str, ...]]
    people: Mapping[tuple[str, str, str], int]
    kpis: tuple[KpiText, ...]
    profiles: tuple[Mapping[str, Any], ...] = field(default=({},))

    @cached_property
    def configuration(self) -> Configuration:
        two = f.a_dimension("ethnicity_2", ["minority", "white"], ["unknown"], sensitive=True)
        five = f.a_finer_dimension("ethnicity_5", two, {g: "white" if g == "white" else "minority" for g in self.ethnicity})
        finest = f.a_finer_dimension("ethnicity", five, {c: g for g, held in self.ethnicity.items() for c in held})
        dimensions = (two, five, finest, f.a_dimension("sex", SEXES, []))
        units = [f.a_unit(u, above, LEVELS[self.depth(u)]) for u, above in self.parents.items()]
        made = f.a_configuration(*map(_kpi, range(len(self.kpis)), self.kpis), units=units, dimensions=dimensions)
        names = [f"audience_{n}" for n in range(len(self.profiles))]
        profiles = {name: Profile(title=name, **told) for name, told in zip(names, self.profiles, strict=True)}
        profiles["leadership"] = Profile(title="Of the KPIs", minimum_base=0, minimum_base_rounded=0)
        return replace(made, disclosure=DisclosureSettings(profiles=profiles, audiences={n: n for n in names}))

    def depth(self, unit: str) -> int:
        above = self.parents[unit]
        return 0 if above is None else 1 + self.depth(above)

    @cached_property
    def rows(self) -> pd.DataFrame:
        """A row for each kind of person: `unit`, a column for each characteristic, `n`."""
        return pd.DataFrame([(*kind, n) for kind, n in self.people.items()], columns=["unit", "ethnicity", "sex", "n"])

    @cached_property
    def staffed(self) -> frozenset[str]:
        """Units to which people are attached, and the lowest ones: what the organisation chart says."""
        with_others_below = set(self.parents.values())
        return frozenset(u for u in self.parents if u not in with_others_below or any(n and u == k[0] for k, n in self.people.items()))

    @cached_property
    def counts(self) -> Counts:
        """As the query room would count it, without a database."""
        planned = plan(self.configuration, "hr", [f.DAY], published(self.configuration, "hr"))
        people = self.rows[self.rows["n"] > 0].copy()
        for axis, atoms in planned.atoms.items():
            people[axis] = people[axis].map(atoms)
        tables: list[Table] = [table_of(people, planned.tree, t.axes, t.depth) for t in planned.tables]
        return Counts(
            dataset="hr", period=Period.as_at(f.DAY), tree=planned.tree, axes=planned.axes, sensitive=planned.sensitive,
            tables=tuple(tables), regions=planned.regions, values=sizes(people, planned.tree, planned.regions), cells=planned.cells,
            statistics=pd.DataFrame({c: [] for c in STATISTICS}), unknown=planned.unknown,
        )  # fmt: skip


def _kpi(number: int, text: KpiText) -> Kpi:
    kind, numerator, denominator, breakdowns = text
    more: dict[str, Any] = {"id": f"KP{number:02d}", "breakdowns": breakdowns}
    if kind == "count":
        return f.a_count(numerator, denominator, **more)
    if kind == "proportion":
        return f.a_proportion(numerator, denominator, **more)
    return f.a_point_gap(numerator, {**denominator, "sex": ["female"]}, {"sex": ["male"]}, **more)


@dataclass(frozen=True)
class Read:
    """A council's figures, and what each audience reads of them."""

    council: Council
    shown: Mapping[str, ShownCells]
    seen: tuple[Seen, ...]


def read(council: Council) -> Read:
    shown = protect_counts(council.counts, council.configuration.disclosure)
    return Read(council, shown, tuple(Seen(evaluate(cells, council.configuration), council.configuration, a) for a, cells in shown.items()))


# at random

SPLITS = (("unit",), ("sex",), ("ethnicity_5",), ("ethnicity",), ("ethnicity_2",), ("unit", "sex"), ("unit", "ethnicity_5"),
          ("unit", "ethnicity_2"), ("sex", "ethnicity_2"), ("directorate", "ethnicity_2"), ("directorate", "sex"))  # fmt: skip
MINORITY, KNOWN, WOMEN = {"ethnicity_2": ["minority"]}, {"ethnicity": "known"}, {"sex": ["female"]}
KINDS: tuple[tuple[str, Mapping[str, Any], Mapping[str, Any]], ...] = (
    ("count", {}, {}),
    ("count", {}, KNOWN),
    ("count", MINORITY, KNOWN),
    ("count", {**MINORITY, **WOMEN}, {}),
    ("proportion", MINORITY, KNOWN),
    ("proportion", WOMEN, {}),
    ("proportion", {"ethnicity_5": ["asian"]}, KNOWN),
    ("proportion", WOMEN, KNOWN),
    ("proportion", MINORITY, {**KNOWN, **WOMEN}),
    ("gap", MINORITY, KNOWN),
)


@st.composite
def kpi_texts(draw: st.DrawFn, splits: tuple[tuple[str, ...], ...], most: int, sex: bool = True) -> tuple[KpiText, ...]:
    asked = [kind for kind in KINDS if sex or (kind[0] != "gap" and "sex" not in {**kind[1], **kind[2]})]
    kinds = draw(st.lists(st.sampled_from(asked), min_size=1, max_size=most, unique_by=str))
    chosen = tuple(s for s in splits if sex or "sex" not in s)
    return tuple((*kind, tuple(draw(st.lists(st.sampled_from(chosen), max_size=3, unique=True)))) for kind in kinds)


@st.composite
def profiles(draw: st.DrawFn, thresholds: tuple[int, ...], below: tuple[str, ...] = ("suppress", "round")) -> Mapping[str, Any]:
    minimum = draw(st.sampled_from([0, 3, 10]))
    return {
        "threshold": draw(st.sampled_from(thresholds)),
        "council": draw(st.sampled_from(["suppress", "suppress", "round"])),
        "below_council": draw(st.sampled_from(below)),
        "rounding_base": draw(st.sampled_from([5, 5, 10])),
        "zeros": draw(st.sampled_from(["show", "hide"])),
        "minimum_base": minimum,
        "minimum_base_rounded": draw(st.sampled_from([0, minimum, 25])),
    }


@st.composite
def organisations(draw: st.DrawFn, depth: int, most: int) -> Mapping[str, str | None]:
    """Uneven: some units have nobody below them."""
    parents: dict[str, str | None] = {"c": None}
    above = ["c"]
    for level in range(depth):
        next_ones: list[str] = []
        for unit in above:
            below = [f"{unit}{n}" for n in range(draw(st.integers(2 if level == 0 else 0, most)))]
            parents |= dict.fromkeys(below, unit)
            next_ones += below
        above = next_ones
    return parents


@st.composite
def small_councils(draw: st.DrawFn, thresholds: tuple[int, ...] = (3, 4, 5), below: tuple[str, ...] = ("suppress", "round")) -> Council:
    """A few kinds of people, a few people of each: every whole table can be listed."""
    parents = draw(organisations(draw(st.sampled_from([0, 1, 1, 1, 2])), 2))
    leaves = [u for u in parents if u not in set(parents.values())]
    others = sorted(set(parents) - set(leaves))
    homes = [*leaves, *(draw(st.lists(st.sampled_from(others), max_size=1)) if others else [])]
    ethnicity = draw(st.sampled_from([FEW, FEW, SOME])) if len(homes) < 3 else FEW
    finest = [c for held in ethnicity.values() for c in held]
    sex = len(homes) * len(finest) <= 4 and draw(st.booleans())
    number = draw(st.sampled_from([st.one_of(st.integers(0, 3), st.integers(0, 9)), st.integers(5, 12)]))
    people = {(u, e, s): draw(number if u in leaves else st.integers(0, 3)) for u in homes for e in finest for s in SEXES[: 1 + sex]}
    if draw(st.booleans()):
        people |= {(u, "unknown", SEXES[0]): draw(st.integers(0, 4)) for u in homes[:2]}
    people[leaves[0], "w1", SEXES[0]] += 1  # an extract without anybody is refused long before
    splits = tuple(s for s in SPLITS if len(parents) > 1 or not {"unit", "directorate"} & set(s))
    told = [draw(profiles(thresholds, below))]
    if draw(st.booleans()):
        told.append({**draw(profiles(thresholds)), "council": "round", "below_council": "round"})
    return Council(parents, ethnicity, people, draw(kpi_texts(splits, 3, sex)), tuple(told))


@st.composite
def middling_councils(draw: st.DrawFn, depth: tuple[int, ...] = (1, 2, 3)) -> Council:
    """Up to 20 units in three levels, people by the hundred, thresholds up to 10."""
    parents = draw(organisations(draw(st.sampled_from(depth)), 3))
    rng = np.random.default_rng(draw(st.integers(0, 2**16)))
    leaves = [u for u in parents if u not in set(parents.values())]
    homes = [*leaves, *draw(st.lists(st.sampled_from(sorted(set(parents) - set(leaves))), max_size=2, unique=True))]
    weights = rng.lognormal(0, 1, len(homes))
    many = draw(st.sampled_from([20, 60, 200]))
    kinds = [(u, e, s) for u in homes for e in ("a1", "a2", "b1", "w1", "unknown") for s in SEXES]
    share = {"a1": 0.06, "a2": 0.03, "b1": 0.04, "w1": 0.8, "unknown": 0.07}
    chance = np.array([w * share[e] * 0.5 for w in weights for e in share for _ in SEXES])
    drawn = rng.multinomial(many, chance / chance.sum())
    people = {kind: int(n) for kind, n in zip(kinds, drawn, strict=True) if n}
    first = draw(profiles((3, 5, 10)))
    second = [{**draw(profiles((3, 5, 10))), "council": "round", "below_council": "round"}] if draw(st.booleans()) else []
    return Council(parents, SOME, people, draw(kpi_texts(SPLITS, 3)), (first, *second))
