"""Small configurations made in code, for tests that load extracts."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from metrics.definitions.configuration import Configuration
from metrics.definitions.dataset import Dataset
from metrics.definitions.dimension import Dimension
from metrics.definitions.organisation import Organisation, Unit
from metrics.definitions.profile import DisclosureSettings
from metrics.ingest.inspect import starter_dimensions

UNITS = (
    Unit("council", "Anytown Council", None, "council"),
    Unit("housing", "Housing", "council", "directorate"),
    Unit("repairs", "Repairs", "housing", "service"),
    Unit("support_h", "Business Support", "housing", "service"),
    Unit("adults", "Adult Social Care", "council", "directorate"),
    Unit("support_a", "Business Support", "adults", "service"),
)
EMPLOYMENT = {
    "id": "employment",
    "title": "Employment",
    "categories": [{"id": "full_time", "label": "Full time"}, {"id": "part_time", "label": "Part time"}],
}


def a_council(units: tuple[Unit, ...] = UNITS, **dataset: Any) -> Configuration:
    """A council with the starter's dimensions and one dataset, `hr`; keywords replace keys of the dataset's YAML."""
    given: Mapping[str, Any] = {
        "id": "hr",
        "title": "Staff records",
        "person_id": "ID",
        "unit": {"from": "Unit"},
        "columns": {"sex": {"from": "Sex", "dimension": "sex"}, "pay": {"from": "Pay", "type": "money"}},
        "populations": {"all_staff": {"title": "All staff", "where": {}}},
    } | dataset
    dimensions = dict(starter_dimensions()) | {"employment": Dimension.model_validate(EMPLOYMENT)}
    return Configuration(
        folder=Path("config"),
        organisation=Organisation(units),
        dimensions=dimensions,
        datasets={"hr": Dataset.model_validate(given)},
        kpis={},
        benchmarks={},
        disclosure=DisclosureSettings(profiles={}, audiences={}),
        fingerprint="",
        kpi_fingerprints={},
    )
