"""Small councils, dimensions and KPIs built in memory, for tests that need no YAML."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from metrics.definitions.configuration import Configuration
from metrics.definitions.dataset import Column, Dataset
from metrics.definitions.dimension import Category, Dimension
from metrics.definitions.kpi import Kpi
from metrics.definitions.organisation import Organisation, Unit
from metrics.definitions.profile import DisclosureSettings, Profile

DAY = date(2026, 3, 31)


def a_dimension(id: str, known: Iterable[str], unknown: Iterable[str] = ("not_known",), **more: Any) -> Dimension:
    categories = [Category(id=c, label=c.replace("_", " ").capitalize()) for c in known]
    categories += [Category(id=c, label="Not known", known=False) for c in unknown]
    return Dimension(id=id, title=id.replace("_", " ").capitalize(), categories=tuple(categories), **more)


def a_finer_dimension(id: str, parent: Dimension, parents: Mapping[str, str]) -> Dimension:
    """Categories with the category of `parent` that each belongs to; not-known ones keep their own id."""
    categories = [Category(id=c, label=c, parent=above) for c, above in parents.items()]
    categories += [Category(id=c, label=c, parent=c, known=False) for c in parent.unknown]
    return Dimension(id=id, title=id, parent_dimension=parent.id, sensitive=parent.sensitive, categories=tuple(categories))


ETHNICITY_5 = a_dimension("ethnicity_5", ["asian", "black", "white"], sensitive=True)
ETHNICITY = a_finer_dimension(
    "ethnicity",
    ETHNICITY_5,
    {"indian": "asian", "pakistani": "asian", "african": "black", "white_british": "white", "white_other": "white"},
)
DIMENSIONS = (
    ETHNICITY_5,
    ETHNICITY,
    a_dimension("sex", ["female", "male"]),
    a_dimension("disability", ["disabled", "not_disabled"], ["not_recorded", "prefer_not_to_say"], sensitive=True),
    a_dimension("contract", ["permanent", "fixed_term", "casual"], []),
    a_dimension("grade", ["g1", "g2", "g3"], [], ordered=True),
)


def a_unit(id: str, parent: str | None, level: str, **more: Any) -> Unit:
    return Unit(id=id, name=id.capitalize(), parent=parent, level=level, **more)


UNITS = (
    a_unit("council", None, "council"),
    a_unit("housing", "council", "directorate"),
    a_unit("repairs", "housing", "service"),
    a_unit("lettings", "housing", "service"),
    a_unit("people", "council", "directorate"),
    a_unit("adults", "people", "service"),
    a_unit("chief", "council", "directorate"),
)
"""Uneven: the chief executive's office has no services."""


def a_dataset(
    id: str = "hr", dimensions: Iterable[Dimension] = DIMENSIONS, numbers: Iterable[str] = ("pay",), **populations: Any
) -> Dataset:
    """One category column for each dimension that is not a roll-up of another, and the number columns."""
    dimensions = tuple(dimensions)
    rolled_up = {d.parent_dimension for d in dimensions}
    columns = {d.id: Column(**{"from": d.id}, dimension=d.id) for d in dimensions if d.id not in rolled_up}
    columns |= {name: Column(**{"from": name}, type="money") for name in numbers}
    everyone = {"staff": {"title": "All staff (headcount)", "where": {}}}
    return Dataset(id=id, title="Staff", columns=columns, populations=everyone | populations)


def a_kpi(id: str = "WR01", **more: Any) -> Kpi:
    known: dict[str, Any] = {
        "id": id,
        "title": f"Test figure {id}",
        "why_it_matters": "It is a test.",
        "owner": "team",
        "review": {"last": date(2026, 1, 1), "next": date(2027, 1, 1)},
        "dataset": "hr",
        "population": "staff",
        "period": {"grain": "snapshot"},
        "polarity": "higher",
    }
    return Kpi.model_validate(known | more)


def _measured(kind: str, unit: str, measure: Mapping[str, Any], more: Mapping[str, Any]) -> Kpi:
    return a_kpi(**{"measure": {"type": kind, "unit": unit, **measure}, **more})


def a_count(numerator: Mapping[str, Any] | None = None, denominator: Mapping[str, Any] | None = None, **more: Any) -> Kpi:
    return _measured("count", "people", {"numerator": numerator or {}, "denominator": denominator or {}}, more)


def a_proportion(numerator: Mapping[str, Any], denominator: Mapping[str, Any] | None = None, **more: Any) -> Kpi:
    return _measured("proportion", "percent", {"numerator": numerator, "denominator": denominator or {}}, more)


def a_point_gap(numerator: Mapping[str, Any], denominator: Mapping[str, Any], reference: Mapping[str, Any], **more: Any) -> Kpi:
    measure = {"numerator": numerator, "denominator": denominator, "reference_group": reference}
    return _measured("percentage_point_gap", "percentage_points", measure, more)


def a_median(denominator: Mapping[str, Any] | None = None, kind: str = "median", **more: Any) -> Kpi:
    return _measured(kind, "pounds", {"column": "pay", "denominator": denominator or {}}, more)


def a_pay_gap(
    comparison: Mapping[str, Any],
    reference: Mapping[str, Any],
    kind: str = "pay_gap_median",
    denominator: Mapping[str, Any] | None = None,
    **more: Any,
) -> Kpi:
    measure = {"column": "pay", "numerator": comparison, "reference_group": reference, "denominator": denominator or {}}
    return _measured(kind, "percent", measure, more)


def a_configuration(
    *kpis: Kpi,
    units: Iterable[Unit] = UNITS,
    dimensions: Iterable[Dimension] = DIMENSIONS,
    dataset: Dataset | None = None,
) -> Configuration:
    dimensions = tuple(dimensions)
    dataset = dataset or a_dataset(dimensions=dimensions)
    return Configuration(
        folder=Path("."),
        organisation=Organisation(tuple(units)),
        dimensions={d.id: d for d in dimensions},
        datasets={dataset.id: dataset},
        kpis={k.id: k for k in kpis},
        benchmarks={},
        disclosure=DisclosureSettings(profiles={"leadership": Profile(title="Leadership")}, audiences={"leadership": "leadership"}),
        fingerprint="test",
        kpi_fingerprints={k.id: k.id for k in kpis},
    )
