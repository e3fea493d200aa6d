"""`Counts` from plain tables of people, without the query room."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import product

import numpy as np
import pandas as pd

from metrics.periods import Period
from metrics.query.cliques import axes_of, corners, decomposable, depth_of
from metrics.query.counts import Counts, Region, Table, UnitTree

STATISTICS = [
    "kpi",
    "breakdown",
    "unit",
    "group",
    "side",
    "region",
    "n",
    "mean",
    "variance",
    "median",
    "largest_share",
    "distinct",
    "ranks",
    "rank_first",
]


@dataclass(frozen=True)
class Published:
    """One breakdown: on each axis a name for each group and the atoms in it; units down to `depth`.

    `base` names atoms on further axes that hold for numerator and denominator alike; the denominator is everyone in them.
    """

    by: Mapping[str, Mapping[str, Sequence[str]]] = field(default_factory=dict)
    depth: int = 0
    base: Mapping[str, Sequence[str]] = field(default_factory=dict)
    known: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Narrows the denominator: the axes' atoms that are answers."""


def each(*atoms: str) -> dict[str, list[str]]:
    return {atom: [atom] for atom in atoms}


def where(axes: Mapping[str, Sequence[str]], filters: Mapping[str, Sequence[str]]) -> tuple[tuple[str, frozenset[str]], ...]:
    return tuple((a, frozenset(filters[a])) for a in sorted(filters) if set(filters[a]) != set(axes[a]))


def members(people: pd.DataFrame, tree: UnitTree, region: Region) -> pd.Series:
    inside = people["unit"].map(lambda u: region.unit in tree.above(u))
    for axis, atoms in region.where:
        inside &= people[axis].isin(atoms)
    return inside


def table_of(people: pd.DataFrame, tree: UnitTree, axes: Sequence[str], depth: int) -> Table:
    lifted = people.assign(unit=[lift(tree, u, depth) for u in people["unit"]])
    frame = lifted.groupby(["unit", *axes], as_index=False)["n"].sum()
    return Table(tuple(axes), depth, frame[frame["n"] > 0].reset_index(drop=True))


def lift(tree: UnitTree, unit: str, depth: int) -> str:
    line = tree.above(unit)
    return line[len(line) - 1 - depth] if len(line) - 1 > depth else unit


def make_counts(
    parents: Mapping[str, str | None],
    axes: Mapping[str, Sequence[str]],
    people: pd.DataFrame,
    published: Sequence[Published],
    tables: Sequence[tuple[Sequence[str], int]] | None = None,
    sensitive: Sequence[str] = (),
) -> Counts:
    """`people` has `unit`, one column per axis, and `n`. One table of all axes at the deepest depth unless `tables` says otherwise."""
    tree = UnitTree(dict(parents))
    axes = {a: tuple(v) for a, v in axes.items()}
    places: dict[Region, int] = {}
    cells = []
    for number, breakdown in enumerate(published):
        for unit in (u for u in parents if tree.depth(u) <= breakdown.depth):
            for names in product(*breakdown.by.values()):
                groups = {a: g[n] for (a, g), n in zip(breakdown.by.items(), names, strict=True)}
                parts = {
                    "numerator": Region(unit, where(axes, {**breakdown.base, **groups})),
                    "denominator": Region(unit, where(axes, {**breakdown.base, **breakdown.known})),
                    "everyone": Region(unit, where(axes, dict(breakdown.base))),
                }
                group = ";".join(f"{a}={n}" for a, n in zip(breakdown.by, names, strict=True))
                for part, region in parts.items():
                    cells.append((f"KP{number:02d}", "+".join(breakdown.by), unit, group, part, places.setdefault(region, len(places))))
    deepest = max([tree.depth(u) for u in parents])
    made = tuple(table_of(people, tree, a, d) for a, d in (tables or [(tuple(axes), deepest)]))
    return Counts(
        dataset="staff",
        period=Period.as_at(date(2026, 3, 31)),
        tree=tree,
        axes=axes,
        sensitive=frozenset(sensitive),
        tables=made,
        regions=tuple(places),
        values=sizes(people, tree, list(places)),
        cells=pd.DataFrame(cells, columns=["kpi", "breakdown", "unit", "group", "part", "region"]),
        statistics=pd.DataFrame({c: [] for c in STATISTICS}),
    )


def sizes(people: pd.DataFrame, tree: UnitTree, regions: Sequence[Region]) -> np.ndarray:
    n = people["n"].to_numpy(dtype=np.int64)
    units = {u: people["unit"].map(lambda x, u=u: u in tree.above(x)).to_numpy() for u in {r.unit for r in regions}}
    sets = {(a, s): people[a].isin(s).to_numpy() for a, s in {pair for r in regions for pair in r.where}}
    found = []
    for r in regions:
        inside = units[r.unit]
        for pair in r.where:
            inside = inside & sets[pair]
        found.append(int(n[inside].sum()))
    return np.array(found, dtype=np.int64)


def crossed(axes: Mapping[str, Sequence[str]], published: Sequence[Published]) -> list[tuple[tuple[str, ...], int]]:
    """The decomposable tables that the query room would count."""
    sets = [corners({*p.by, *p.base, *p.known}, p.depth) for p in published]
    found = decomposable(sets, lambda clique: int(np.prod([len(axes[c]) if isinstance(c, str) else 8 for c in clique])))
    return [(axes_of(clique), depth_of(clique)) for clique in found]


def from_dict(parents: Mapping[str, str | None], axes: Mapping[str, Sequence[str]], people: Mapping[tuple[str, ...], int]) -> pd.DataFrame:
    """`{(unit, atom, …): people}` as a frame."""
    return pd.DataFrame([(*key, n) for key, n in people.items()], columns=["unit", *axes, "n"])


ETHNICITY = {
    "white": ["w1", "w2", "w3", "w4", "w5"], "asian": ["a1", "a2", "a3", "a4", "a5"], "black": ["b1", "b2", "b3"],
    "mixed": ["m1", "m2", "m3", "m4"], "other": ["o1", "o2"],
}  # fmt: skip


def a_council(seed: int = 1, staff: int = 11_000, directorates: int = 8, services: int = 60, uneven: float = 1.0) -> Counts:
    """A council of the demo's size, made at random, with the breakdowns that its KPIs publish."""
    rng = np.random.default_rng(seed)
    parents: dict[str, str | None] = {"council": None, **{f"d{i}": "council" for i in range(directorates)}}
    parents |= {f"s{i:02d}": f"d{i % directorates}" for i in range(services)}
    places = [f"s{i:02d}" for i in range(services)]
    ethnic = [atom for group in ETHNICITY.values() for atom in group]
    axes = {
        "contract": ("core", "casual"), "ethnicity": (*ethnic, "unknown"), "sex": ("F", "M"),
        "disability": ("yes", "no", "unknown"), "grade": tuple(f"g{i}" for i in range(8)), "age": tuple(f"y{i}" for i in range(6)),
    }  # fmt: skip
    weights = rng.lognormal(0, uneven, services)

    def draw(names: Sequence[str], shares: Sequence[float]) -> np.ndarray:
        return rng.choice(np.array(names, dtype=object), staff, p=np.array(shares) / np.sum(shares))

    people = pd.DataFrame(
        {
            "unit": draw(places, weights),
            "contract": draw(axes["contract"], (0.9, 0.1)),
            "ethnicity": draw(axes["ethnicity"], (48, 2, 0.1, 0.05, 3, 3, 0.5, 7, 8, 2, 5, 6, 1, 0.8, 0.4, 1.5, 0.6, 0.5, 1.2, 9)),
            "sex": draw(axes["sex"], (66, 34)),
            "disability": draw(axes["disability"], (6, 74, 20)),
            "grade": draw(axes["grade"], (12, 20, 22, 18, 14, 9, 4, 1)),
            "age": draw(axes["age"], (5, 17, 24, 28, 22, 4)),
            "n": 1,
        }
    )
    people.loc[rng.random(staff) < 0.004, "unit"] = "d0"  # a few people of a directorate's own
    core = {"contract": ["core"]}
    answers = {"ethnicity": ethnic}
    five = {"ethnicity": ETHNICITY}
    minority = {"ethnicity": {"minority": [a for g, v in ETHNICITY.items() if g != "white" for a in v]}}
    said = {"disability": ["yes", "no"]}
    published = [
        Published(depth=2, base=core),
        Published(minority, 2, core, answers),
        Published(five, 2, core, answers),
        Published({"ethnicity": each(*ethnic)}, 0, core, answers),
        Published({"sex": each("F", "M")}, 2, core),
        Published({"disability": each("yes")}, 2, core, said),
        Published({"age": each(*axes["age"])}, 1, core),
        Published({"grade": each(*axes["grade"])}, 1, core),
        Published({"grade": each(*axes["grade"]), **minority}, 1, core, answers),
        Published({"grade": each(*axes["grade"]), **five}, 0, core, answers),
        Published({"grade": each(*axes["grade"]), "sex": each("F", "M")}, 1, core),
        Published({"grade": each(*axes["grade"]), "disability": each("yes")}, 0, core, said),
    ]
    return make_counts(parents, axes, people, published, crossed(axes, published), sensitive=("ethnicity", "disability"))
