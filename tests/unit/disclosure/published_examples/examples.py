"""The examples: counts, thresholds and published solutions, each with its source. Counts only; no text is taken over.

GaussSuppression: Langsrud and Lupp, R package, statisticsnorway/ssb-gausssuppression (MIT licence), vignettes "Small count frequency
table suppression" and "Linked table suppression", version 1.2. sdcTable: Meindl, R package, sdcTools/sdcTable (GPL), version 0.34,
`tests/testthat/test-simpleheuristic.R` and `test-linked-tables.r`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

from metrics.query.counts import Counts, Region
from tests.support.tables import Published, each, from_dict, make_counts, where

Parents = Mapping[str, str | None]
Axes = Mapping[str, Sequence[str]]
ONE: Parents = {"all": None}
EVERYBODY = ""


@dataclass(frozen=True)
class Example:
    """One published example.

    Attributes
    ----------
    threshold : counts from 1 to threshold - 1 are small, as the example says
    words : what a label means: an axis and its atoms, or a unit
    solutions : who published it to the labels of hidden cells, words separated by spaces
    """

    name: str
    source: str
    threshold: int
    counts: Counts
    words: Mapping[str, tuple[str, Sequence[str]] | str]
    solutions: Mapping[str, Sequence[str]]

    def region(self, label: str) -> Region:
        unit, filters = self.counts.tree.root, dict[str, Sequence[str]]()
        for word in label.split():
            meaning = self.words[word]
            if isinstance(meaning, str):
                unit = meaning
            else:
                filters[meaning[0]] = meaning[1]
        return Region(unit, where(self.counts.axes, filters))

    def hidden(self, solution: str) -> frozenset[Region]:
        return frozenset(map(self.region, self.solutions[solution]))


@dataclass(frozen=True)
class Layout:
    """Axes, how their atoms are grouped for each published table, and the counts of the finest cells in that order."""

    axes: Axes
    tables: Sequence[Published]
    people: Sequence[int]
    parents: Parents = field(default_factory=lambda: ONE)
    leaves: Sequence[str] = ("all",)

    def counts(self) -> Counts:
        cells = list(product(self.leaves, *self.axes.values()))
        frame = from_dict(self.parents, self.axes, dict(zip(cells, self.people, strict=True)))
        return make_counts(self.parents, self.axes, frame, self.tables)


def margins(groups: Mapping[str, Mapping[str, Sequence[str]]], depth: int = 0) -> list[Published]:
    """Every crossing of the axes, down to the grand total."""
    chosen: Iterable[tuple[bool, ...]] = product((False, True), repeat=len(groups))
    return [Published({a: g for (a, g), take in zip(groups.items(), some, strict=True) if take}, depth) for some in chosen]


def plain(*axes: tuple[str, Sequence[str]]) -> dict[str, dict[str, list[str]]]:
    return {axis: each(*atoms) for axis, atoms in axes}


def atoms(axes: Axes) -> dict[str, tuple[str, Sequence[str]]]:
    return {atom: (axis, [atom]) for axis, held in axes.items() for atom in held}


AGE, GEO, YEAR = ("young", "old"), ("Iceland", "Portugal", "Spain"), ("2014", "2015", "2016")
EU = {"nonEU": ["Iceland"], "EU": ["Portugal", "Spain"]}


def two_way() -> Example:
    axes = {"age": AGE, "geo": GEO}
    first = ["young Iceland", "young Portugal", "old Iceland", "old Portugal"]
    return Example(
        name="Two-way table with totals",
        source="GaussSuppression, small counts, table 9",
        threshold=4,
        counts=Layout(axes, margins(plain(*axes.items())), (3, 1, 17, 10, 11, 17)).counts(),
        words=atoms(axes),
        solutions={"GaussSuppression": first, "GaussSuppression with intervals": [*first, "young Spain", "old Spain"]},
    )


def four_by_four() -> Example:
    """The threshold is ours: the least that makes the cell that is given away, 47, a small one."""
    axes = {"row": ("w", "x", "y", "z"), "column": ("a", "b", "c", "d")}
    people = (30, 47, 64, 89, 90, 124, 5, 31, 92, 100, 59, 85, 800, 991, 651, 685)
    given = ["w a", "w b", "w c", "x a", "x c", "y b", "y d", "z b", "z d"]
    return Example(
        name="4 × 4, two hidden in every row and column",
        source="sdcTable, test-simpleheuristic.R",
        threshold=48,
        counts=Layout(axes, margins(plain(*axes.items())), people).counts(),
        words=atoms(axes),
        solutions={"sdcTable, as given": given, "sdcTable, one cell more": [*given, "x b"]},
    )


def hierarchy() -> Example:
    """Countries are units below the two groups of countries."""
    parents = {"all": None, "EU": "all", "nonEU": "all", "Portugal": "EU", "Spain": "EU", "Iceland": "nonEU"}
    axes = {"age": AGE}
    hidden = (
        "Portugal", "Spain", "old EU", "old nonEU", "old Iceland", "old Portugal", "young EU", "young nonEU", "young Iceland", "young Spain"
    )  # fmt: skip
    return Example(
        name="Hierarchy of units",
        source="GaussSuppression, small counts, table 4",
        threshold=5,
        counts=Layout(axes, margins(plain(*axes.items()), depth=2), (2, 3, 0, 4, 5, 6), parents, GEO).counts(),
        words={**atoms(axes), **{unit: unit for unit in parents}},
        solutions={"GaussSuppression": hidden},
    )


def three_way() -> Example:
    """Age, country and year, with groups of countries by year: singletons below a hierarchy."""
    axes = {"age": AGE, "year": YEAR, "geo": GEO}
    tables = [*margins(plain(*axes.items())), *margins({"year": each(*YEAR), "geo": EU})]
    hidden = (
        "young 2014 Iceland", "young 2014 Spain", "young 2016 Iceland", "young 2016 Portugal", "young 2016 Spain", "young Iceland",
        "young Portugal", "old 2014 Iceland", "old 2014 Spain", "old 2016 Iceland", "old 2016 Portugal", "old 2016 Spain", "old Iceland",
        "old Portugal",
    )  # fmt: skip
    return Example(
        name="Three-way table, hierarchy with singletons",
        source="GaussSuppression, small counts, table 8",
        threshold=2,
        counts=Layout(axes, tables, (2, 0, 5, 0, 0, 5, 1, 1, 7, 3, 4, 6, 3, 4, 6, 4, 3, 5)).counts(),
        words=atoms(axes),
        solutions={"GaussSuppression": hidden},
    )


def linked() -> Example:
    """A three-way table of groups of countries and a two-way table of countries: they share years and everybody.

    In the first solution one table hides what the other shows; a reader has both, so only what neither shows is hidden.
    """
    axes = {"age": AGE, "year": YEAR, "geo": GEO}
    tables = [*margins({"age": each(*AGE), "year": each(*YEAR), "geo": EU}), *margins(plain(("year", YEAR), ("geo", GEO)))]
    both = ["young 2015 nonEU", "young 2015", "young 2016 nonEU", "2015 Iceland", "2016 Iceland", "2014 Portugal", "2016 Portugal"]
    apart = [*both, "young 2016", "2015 Portugal"]
    consistent = [*both, "young 2016", "2015", "2016", "2014 Spain", "2015 Spain"]
    best = [*both, "young 2016", "2015", "2016", "2014 Spain", "2016 Spain"]
    return Example(
        name="Linked tables with a common margin",
        source="GaussSuppression, linked tables, tables 1 to 3",
        threshold=3,
        counts=Layout(axes, tables, (8, 0, 6, 2, 0, 0, 2, 2, 7, 0, 1, 9, 0, 3, 4, 0, 0, 0)).counts(),
        words={**atoms(axes), **{group: ("geo", held) for group, held in EU.items()}},
        solutions={"each table apart": apart, "consistent": consistent, "super-consistent": best},
    )


def two_groupings() -> Example:
    axes = {"region": tuple("ABIJKLMN")}
    groups = {"county-1": [*"ABIJ"], "county-2": [*"KLMN"], "big": [*"LM"], "small": [*"ABIJKN"]}
    counties = {name: groups[name] for name in ("county-1", "county-2")}
    sizes = {name: groups[name] for name in ("big", "small")}
    tables = [Published(), *(Published({"region": g}) for g in (each(*axes["region"]), counties, sizes))]
    return Example(
        name="Linked tables, two groupings of the same regions",
        source="sdcTable, test-linked-tables.r",
        threshold=4,
        counts=Layout(axes, tables, (2, 2, 8, 8, 3, 3, 3, 7)).counts(),
        words={**atoms(axes), **{name: ("region", held) for name, held in groups.items()}},
        solutions={"sdcTable, tables apart": [*"ABKLM"], "sdcTable, linked": [*"ABKLMN"]},
    )


EXAMPLES = {make.__name__: make for make in (two_way, four_by_four, hierarchy, three_way, linked, two_groupings)}
