"""Any council, any rows: what each engine counts is what plain Python counts, for every cell and every pay figure."""

from __future__ import annotations

from datetime import date
from typing import Any

import networkx
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from metrics.definitions.configuration import Configuration
from metrics.definitions.dimension import Dimension
from metrics.definitions.organisation import Unit
from metrics.periods import FinancialYear
from metrics.query.counts import Counts
from metrics.query.fetch import fetch_counts
from tests.support import factories as f
from tests.support.engines import FreshStore
from tests.support.reference_engine import ReferenceEngine
from tests.support.stored import a_source

DAYS = (date(2025, 12, 31), date(2026, 3, 31))


@st.composite
def organisations(draw: st.DrawFn) -> tuple[Unit, ...]:
    """Three levels, uneven: some directorates have no services, one unit may have closed between the days."""
    units = [f.a_unit("council", None, "council")]
    for d in range(draw(st.integers(1, 3))):
        units.append(f.a_unit(f"d{d}", "council", "directorate"))
        for s in range(draw(st.integers(0, 2))):
            closed = draw(st.sampled_from([None, None, date(2026, 1, 31)]))
            units.append(f.a_unit(f"d{d}s{s}", f"d{d}", "service", valid_to=closed))
    return tuple(units)


@st.composite
def dimension_sets(draw: st.DrawFn) -> tuple[Dimension, ...]:
    coarse = f.a_dimension(
        "origin", ["a", "b", "c"][: draw(st.integers(2, 3))], draw(st.sampled_from([["unknown"], ["unknown", "refused"]]))
    )
    parents = {f"{c}{i}": c for c in coarse.known for i in range(draw(st.integers(1, 2)))}
    fine = f.a_finer_dimension("fine", coarse, parents)
    sex = f.a_dimension("sex", ["female", "male"], draw(st.sampled_from([[], ["not_known"]])))
    third = [f.a_dimension("grade", ["low", "high"], [])] if draw(st.booleans()) else []
    return (coarse, fine, sex, *third)


@st.composite
def councils(draw: st.DrawFn) -> Configuration:
    dimensions, units = draw(dimension_sets()), draw(organisations())
    levels = sorted({u.level for u in units} - {"council"})
    names = [d.id for d in dimensions]
    by_id = {d.id: d for d in dimensions}

    def some(name: str) -> st.SearchStrategy[Any]:
        return st.lists(st.sampled_from(by_id[name].known), min_size=1, max_size=2, unique=True)

    def filters(least: int = 0) -> st.SearchStrategy[dict[str, Any]]:
        return st.lists(st.sampled_from(names), min_size=least, max_size=2, unique=True).flatmap(
            lambda chosen: st.fixed_dictionaries({n: st.one_of(st.just("known"), some(n)) for n in chosen})
        )

    breakdowns = st.lists(
        st.tuples(st.lists(st.sampled_from([*levels, "unit"]), max_size=1), st.lists(st.sampled_from(names), max_size=2, unique=True))
        .map(lambda words: [*words[0], *words[1]])
        .filter(bool),
        max_size=3,
    )
    compared = draw(st.sampled_from(["origin", "sex"]))
    pair = {"origin": ("a", "b"), "sex": ("female", "male")}[compared]
    kinds = [
        lambda id, more: f.a_count(draw(filters()), draw(filters()), id=id, **more),
        lambda id, more: f.a_proportion(draw(filters(1)), draw(filters()), id=id, **more),
        lambda id, more: f.a_point_gap(draw(filters(1)), draw(filters()), draw(filters(1)), id=id, **more),
        lambda id, more: f.a_proportion({"origin": ["a"]}, {"origin": "known", **draw(filters())}, id=id, **more),
        lambda id, more: f.a_point_gap({"sex": ["female"]}, {"origin": ["a"]}, {"origin": ["b"]}, id=id, **more),
        lambda id, more: f.a_median(draw(filters()), id=id, **more),
        lambda id, more: f.a_pay_gap({compared: [pair[0]]}, {compared: [pair[1]]}, denominator=draw(filters()), id=id, **more),
    ]
    kpis = []
    for number, kind in enumerate(draw(st.lists(st.sampled_from(kinds), min_size=2, max_size=5))):
        declared = [*draw(breakdowns), *draw(st.sampled_from([[], [["origin"]], [["unit", "fine"]]]))]
        kpis.append(kind(f"KP0{number}", {"breakdowns": declared, "population": draw(st.sampled_from(["staff", "some"]))}))
    dataset = f.a_dataset(dimensions=dimensions, some={"title": "Some staff", "where": draw(filters())})
    return f.a_configuration(*kpis, units=units, dimensions=dimensions, dataset=dataset)


@st.composite
def councils_with_rows(draw: st.DrawFn) -> tuple[Configuration, list[dict[str, Any]]]:
    configuration = draw(councils())
    dataset = configuration.datasets["hr"]
    columns = {name: configuration.finest("hr", name) for name, c in dataset.columns.items() if c.dimension}
    answers = {name: st.sampled_from([*([None] if d.unknown else []), *d.ids]) for name, d in columns.items()}
    rows = st.fixed_dictionaries(
        {
            "as_at": st.sampled_from(DAYS),
            "unit": st.sampled_from([u.id for u in configuration.organisation.units]),
            "counts_once": st.sampled_from([True, True, True, False]),
            "pay": st.sampled_from([None, 0.0, 10.0, 10.5, 12.25, 31.0]),
            **answers,
        }
    )
    return configuration, [{"as_at": day, **{name: d.ids[0] for name, d in columns.items()}} for day in DAYS] + draw(
        st.lists(rows, max_size=40)
    )


def compare_cells(counts: Counts, reference: ReferenceEngine) -> None:
    cells = counts.cells
    keys = list(zip(cells["kpi"], cells["breakdown"], cells["unit"], cells["group"], cells["part"], strict=True))
    assert len(keys) == len(set(keys))
    assert dict(zip(keys, counts.values[cells["region"].to_numpy()].tolist(), strict=True)) == reference.cells()


def compare_statistics(counts: Counts, reference: ReferenceEngine) -> None:
    expected = reference.statistics()
    found = counts.statistics
    assert len(found) == len(expected)
    for row in found.to_dict("records"):
        right = expected[row["kpi"], row["breakdown"], row["unit"], row["group"], row["side"]]
        assert row["n"] == right["n"] == counts.values[row["region"]]
        assert row["distinct"] == right["distinct"]
        for name in ("mean", "variance", "median", "largest_share"):
            assert row[name] == pytest.approx(right[name], nan_ok=True, rel=1e-9, abs=1e-9)
        check_ranks(row, right["pay"])


def check_ranks(row: dict[str, Any], pay: list[float]) -> None:
    first = row["rank_first"] - 1
    assert row["ranks"].tolist() == pay[first : first + len(row["ranks"])]
    reach = 2.6 * np.sqrt(len(pay)) + 1
    middle = (len(pay) + 1) / 2
    assert first + 1 <= max(1, middle - reach)
    assert first + len(row["ranks"]) >= min(len(pay), middle + reach)


def compare_regions(counts: Counts, configuration: Configuration) -> None:
    """Regions say the same as cells: counted again from the published tables' atoms."""
    for region, value in zip(counts.regions, counts.values.tolist(), strict=True):
        depth = counts.tree.depth(region.unit)
        table = next(t for t in counts.tables if region.axes <= set(t.axes) and t.depth >= depth)
        frame = table.frame[[region.unit in counts.tree.above(u) for u in table.frame["unit"]]]
        for axis, atoms in region.where:
            assert atoms < set(counts.axes[axis])
            frame = frame[frame[axis].isin(atoms)]
        assert frame["n"].sum() == value


def check_decomposable(counts: Counts) -> None:
    graph = networkx.Graph()
    tables = [[*t.axes, *range(1, t.depth + 1)] for t in counts.tables]
    for corners in tables:
        graph.add_nodes_from(corners)
        graph.add_edges_from((a, b) for a in corners for b in corners if a != b)
    if graph.number_of_nodes():
        assert networkx.is_chordal(graph)
        assert {frozenset(c) for c in networkx.find_cliques(graph)} == {frozenset(c) for c in tables}


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture],
)
@given(case=councils_with_rows())
def test_every_cell_and_pay_figure_equals_the_plain_computation(
    fresh_store: FreshStore, case: tuple[Configuration, list[dict[str, Any]]]
) -> None:
    configuration, rows = case
    with a_source(configuration, rows, url=fresh_store()) as source:
        found = fetch_counts(source, configuration, "hr", DAYS, FinancialYear())
    assert [c.period.end for c in found] == list(DAYS)
    for counts in found:
        reference = ReferenceEngine(configuration, "hr", rows, counts.period.end)
        compare_cells(counts, reference)
        compare_statistics(counts, reference)
        compare_regions(counts, configuration)
        check_decomposable(counts)
