"""What every published cell should be, worked out row by row in plain Python from the definitions alone.

Slow, and written without anything of `metrics.query`: parts are predicates that are asked of each row, not sets; whether a
group can hold anybody at all is found by trying every combination of categories.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from itertools import product
from typing import Any

from metrics.definitions.configuration import Configuration
from metrics.definitions.kpi import Breakdown, Kpi

Row = Mapping[str, Any]
Test = Callable[[Row], bool]
Key = tuple[str, str, str, str, str]
"""KPI, breakdown, unit, group, part or side."""


class ReferenceEngine:
    def __init__(self, configuration: Configuration, dataset: str, rows: Iterable[Row], day: date) -> None:
        self.configuration, self.dataset, self.day = configuration, configuration.datasets[dataset], day
        self.rows = [r for r in rows if r.get("as_at", day) == day and r.get("counts_once", True)]

    # -- one row ------------------------------------------------------------------------------------------------
    def column(self, dimension: str) -> str:
        """The column whose dimension is, or rolls up to, this one."""
        for name, column in self.dataset.columns.items():
            here = column.dimension or column.band
            while here is not None:
                if here == dimension:
                    return name
                here = self.configuration.dimensions[here].parent_dimension
        raise KeyError(dimension)

    def answer(self, row: Row, dimension: str) -> str | None:
        """The row's category in a dimension, climbing from the stored one; an empty cell is the first not-known category."""
        column = self.column(dimension)
        declared = self.dataset.columns[column]
        here = self.configuration.dimensions[declared.dimension or declared.band or column]
        category = row.get(declared.band or column)
        if category is None:
            unknown = [c.id for c in here.categories if not c.known]
            if not unknown:
                return None
            category = unknown[0]
        while here.id != dimension:
            category = next(c.parent for c in here.categories if c.id == category)
            here = self.configuration.dimensions[str(here.parent_dimension)]
        return str(category)

    def known(self, row: Row, dimension: str) -> bool:
        return any(c.known and c.id == self.answer(row, dimension) for c in self.configuration.dimensions[dimension].categories)

    def meets(self, row: Row, dimension: str, wanted: Any) -> bool:
        return self.known(row, dimension) if wanted == "known" else self.answer(row, dimension) in wanted

    def is_in(self, row: Row, unit: str) -> bool:
        return unit in self.configuration.organisation.path(row.get("unit", self.configuration.organisation.root.id))

    def only_known(self, dimension: str, wanted: Any) -> bool:
        ids = {c.id for c in self.configuration.dimensions[dimension].categories if c.known}
        return bool(wanted == "known" or set(wanted) == ids)

    # -- one figure ---------------------------------------------------------------------------------------------
    def tests(self, kpi: Kpi, group: tuple[tuple[str, str], ...]) -> dict[str, Test] | None:
        """Each part of one group as a question to a row; None where the definition gives the group no figure."""
        m = kpi.measure
        population = dict(self.dataset.populations[kpi.population].where)
        fixed = {d: w for d, w in m.denominator.items() if not self.only_known(d, w)}
        asks = {d: w for d, w in m.denominator.items() if self.only_known(d, w)}

        def all_of(row: Row, filter: Mapping[str, Any]) -> bool:
            return all(self.meets(row, d, w) for d, w in filter.items())

        def columns(filter: Iterable[str]) -> set[str]:
            return {self.column(d) for d in filter}

        def answers(row: Row, chosen: Iterable[tuple[str, str]]) -> bool:
            return all(self.answer(row, d) == c for d, c in chosen)

        def unsure(row: Row, dimension: str) -> bool:
            return any(self.column(d) == self.column(dimension) and not self.known(row, d) for d in asks)

        def base(row: Row) -> bool:
            return all_of(row, population) and all_of(row, fixed)

        if m.type == "count":
            known_dimensions = [d for d, c in group if self.configuration.dimensions[d].category(c).known]
            return {
                "numerator": lambda r: base(r) and all_of(r, asks) and all_of(r, m.numerator) and answers(r, group),
                "denominator": lambda r: base(r) and all_of(r, asks) and all(self.known(r, d) for d in known_dimensions),
                "everyone": base,
            }
        if m.type in {"mean", "median"}:
            return {
                "denominator": lambda r: base(r) and all_of(r, asks) and answers(r, group) and r.get(m.column) is not None,
                "everyone": lambda r: base(r) and answers(r, group),
            }
        own = columns(m.numerator) & columns(d for d, _ in group)
        if m.type in {"pay_gap_mean", "pay_gap_median"}:
            own &= columns(m.reference_group)
        mine = [(d, c) for d, c in group if self.column(d) in own]
        rest = [(d, c) for d, c in group if self.column(d) not in own]
        compared = {d: w for d, w in m.numerator.items() if self.column(d) not in own}

        def chosen(row: Row) -> bool:
            return all_of(row, compared) and answers(row, mine)

        if m.type in {"pay_gap_mean", "pay_gap_median"}:
            if any(self.overlaps(d, c, m.reference_group) for d, c in mine):
                return None
            shared = columns(m.numerator) & columns(m.reference_group)

            def paid(row: Row) -> bool:
                return base(row) and all_of(row, asks) and answers(row, rest) and row.get(m.column) is not None

            def either_or_unknown(row: Row) -> bool:
                finest = {c: self.configuration.finest(self.dataset.id, c).id for c in shared}
                return all(not self.known(row, finest[c]) for c in shared) or chosen(row) or all_of(row, m.reference_group)

            return {
                "numerator": lambda r: paid(r) and chosen(r),
                "denominator": lambda r: paid(r) and (chosen(r) or all_of(r, m.reference_group)),
                "everyone": lambda r: base(r) and answers(r, rest) and either_or_unknown(r),
                "reference_denominator": lambda r: paid(r) and all_of(r, m.reference_group),
            }

        def maybe(row: Row) -> bool:
            return all(self.meets(row, d, w) or unsure(row, d) for d, w in compared.items()) and all(
                self.answer(row, d) == c or unsure(row, d) for d, c in mine
            )

        if not m.reference_group:
            return {
                "numerator": lambda r: base(r) and all_of(r, asks) and answers(r, rest) and chosen(r),
                "denominator": lambda r: base(r) and all_of(r, asks) and answers(r, rest),
                "everyone": lambda r: base(r) and answers(r, rest),
                "possible": lambda r: base(r) and answers(r, rest) and maybe(r),
            }
        sides = columns(fixed) & columns(m.reference_group)
        group_side = [(d, c) for d, c in rest if self.column(d) in sides]
        if any(self.overlaps(d, c, m.reference_group) for d, c in group_side):
            return None
        replaced = columns(d for d, _ in group_side)
        others = {d: w for d, w in fixed.items() if self.column(d) not in replaced}
        shared_rest = [(d, c) for d, c in rest if self.column(d) not in replaced]
        numerator_columns, reference_columns = columns(m.numerator), columns(m.reference_group)
        inherited = {d: w for d, w in asks.items() if self.column(d) in numerator_columns - reference_columns}

        def first(row: Row) -> bool:
            return all_of(row, population) and all_of(row, others) and answers(row, rest)

        def second(row: Row) -> bool:
            return all_of(row, population) and all_of(row, m.reference_group) and all_of(row, inherited) and answers(row, shared_rest)

        return {
            "numerator": lambda r: first(r) and all_of(r, asks) and chosen(r),
            "denominator": lambda r: first(r) and all_of(r, asks),
            "everyone": first,
            "possible": lambda r: first(r) and maybe(r),
            "reference_numerator": lambda r: second(r) and chosen(r),
            "reference_denominator": second,
        }

    def overlaps(self, dimension: str, category: str, filter: Mapping[str, Any]) -> bool:
        """Whether somebody of a category could meet the filter's conditions on the same column."""
        same = {d: w for d, w in filter.items() if self.column(d) == self.column(dimension)}
        return any(self.answer(r, dimension) == category and all(self.meets(r, d, w) for d, w in same.items()) for r in self.combinations())

    def combinations(self) -> Iterator[Row]:
        """A row for every combination of stored categories, with and without pay."""
        answers: dict[str, list[Any]] = {}
        for name, column in self.dataset.columns.items():
            if column.dimension or column.band:
                stored = column.band or name
                answers[stored] = list(self.configuration.finest(self.dataset.id, name).ids)
            else:
                answers[name] = [None, 1.0]
        for values in product(*answers.values()):
            yield dict(zip(answers, values, strict=True))

    # -- everything ---------------------------------------------------------------------------------------------
    def figures(self) -> Iterator[tuple[Kpi, str, int, str, dict[str, Test]]]:
        combinations = list(self.combinations())
        for kpi in self.configuration.kpis.values():
            for breakdown in (None, *{b.id: b for b in kpi.breakdowns}.values()):
                depth, groups = self.groups(kpi, breakdown)
                for group in groups:
                    tests = self.tests(kpi, group)
                    if tests is not None and all(any(test(r) for r in combinations) for test in tests.values()):
                        yield kpi, breakdown.id if breakdown else "", depth, ";".join(f"{d}={c}" for d, c in group), tests

    def groups(self, kpi: Kpi, breakdown: Breakdown | None) -> tuple[int, list[tuple[tuple[str, str], ...]]]:
        words = breakdown.by if breakdown else ()
        organisation = self.configuration.organisation
        levels = {u.level for u in organisation.units}
        depths = [organisation.depth(u.id) for u in organisation.units if u.level in words or "unit" in words]
        dimensions = [w for w in words if w not in levels and w != "unit"]
        counted = kpi.measure.type == "count"
        answers = [[(d, c.id) for c in self.configuration.dimensions[d].categories if c.known or counted] for d in dimensions]
        groups = list(product(*answers)) if dimensions else []
        return max(depths, default=0), [*([()] if depths or not dimensions else []), *groups]

    def waterfalls(self) -> Iterator[tuple[Kpi, str, Test]]:
        """Each step of each KPI that leaves somebody out whom the one before holds, as a question to a row."""
        combinations = list(self.combinations())
        for kpi in self.configuration.kpis.values():
            tests = self.tests(kpi, ())
            if tests is None or not all(any(test(r) for r in combinations) for test in tests.values()):
                continue
            population, m = dict(self.dataset.populations[kpi.population].where), kpi.measure
            asks = {d: w for d, w in m.denominator.items() if self.only_known(d, w)}
            steps: dict[str, Test] = {
                "headcount": lambda r: True,
                "population": lambda r, where=population: all(self.meets(r, d, w) for d, w in where.items()),
                "conditions": tests["everyone"],
            }
            if m.type == "count":
                known: Test = lambda r, t=tests, a=asks: t["everyone"](r) and all(self.meets(r, d, w) for d, w in a.items())  # noqa: E731
                steps |= {"known": known, "counted": tests["numerator"]}
            elif m.column:  # with pay on record, whoever would be in the base with it
                steps |= {"known": lambda r, t=tests, c=m.column: t["denominator"]({**r, c: 1.0}), "paid": tests["denominator"]}
            else:
                steps |= {"known": tests["denominator"]}
            before: list[bool] | None = None
            for name, test in steps.items():
                held = [test(r) for r in combinations]
                if held != before:
                    yield kpi, f"step={name}", test
                before = held

    def units(self, depth: int) -> list[str]:
        organisation = self.configuration.organisation
        there = [u for u in organisation.units if all(organisation.by_id[a].existed(self.day) for a in organisation.path(u.id))]
        return [u.id for u in there if organisation.depth(u.id) <= depth]

    def cells(self) -> dict[Key, int]:
        found: dict[Key, int] = {}
        for kpi, breakdown, depth, group, tests in self.figures():
            for part, test in tests.items():
                rows = [r for r in self.rows if test(r)]
                for unit in self.units(depth):
                    found[kpi.id, breakdown, unit, group, part] = sum(self.is_in(r, unit) for r in rows)
        council = self.configuration.organisation.root.id
        for kpi, step, test in self.waterfalls():
            found[kpi.id, "waterfall", council, step, "numerator"] = sum(map(test, self.rows))
            found[kpi.id, "waterfall", council, step, "denominator"] = len(self.rows)
        return found

    def statistics(self) -> dict[Key, dict[str, Any]]:
        found: dict[Key, dict[str, Any]] = {}
        for kpi, breakdown, depth, group, tests in self.figures():
            if not kpi.measure.column:
                continue
            sides = {"group": "numerator", "reference": "reference_denominator"} if "numerator" in tests else {"group": "denominator"}
            for side, part in sides.items():
                rows = [r for r in self.rows if tests[part](r)]
                for unit in self.units(depth):
                    pay = sorted(float(r[kpi.measure.column]) for r in rows if self.is_in(r, unit))
                    found[kpi.id, breakdown, unit, group, side] = describe(pay)
        return found


def describe(pay: list[float]) -> dict[str, Any]:
    """Figures of a sorted list of pay."""
    missing = float("nan")
    return {
        "pay": pay,
        "n": len(pay),
        "mean": statistics.fmean(pay) if pay else missing,
        "variance": statistics.variance(pay) if len(pay) > 1 else missing,
        "median": statistics.median(pay) if pay else missing,
        "largest_share": (pay[-1] / sum(pay) if sum(pay) > 0 else 1.0) if pay else missing,
        "distinct": len(set(pay)),
    }
