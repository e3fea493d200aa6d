"""A JSON Schema for each kind of definition file, so that an editor can complete keys and underline slips."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from metrics.definitions.access import Access
from metrics.definitions.base import Definition
from metrics.definitions.benchmark import Benchmark
from metrics.definitions.dataset import Dataset, Populations
from metrics.definitions.dimension import Dimension
from metrics.definitions.duty import DutyReturn
from metrics.definitions.gpg import GpgComparators, GpgReturn
from metrics.definitions.kpi import Kpi
from metrics.definitions.profile import DisclosureSettings
from metrics.definitions.sc_wres import ScWresReturn

KINDS: Mapping[str, type[Definition]] = {
    "dimension": Dimension,
    "dataset": Dataset,
    "populations": Populations,
    "benchmark": Benchmark,
    "kpi": Kpi,
    "disclosure": DisclosureSettings,
    "access": Access,
    "gpg_return": GpgReturn,
    "gpg_comparators": GpgComparators,
    "sc_wres_return": ScWresReturn,
    "duty_return": DutyReturn,
}


def schema(kind: str, model: type[Definition]) -> dict[str, Any]:
    """The schema of what a person writes: without the id, which is the file name."""
    made: dict[str, Any] = model.model_json_schema(by_alias=True, mode="validation")
    if "id" in model.model_fields:
        made["properties"].pop("id")
        made["required"] = [key for key in made.get("required", []) if key != "id"]
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": f"{kind}.json", **made}


def write_schemas(folder: Path, more: Mapping[str, type[Definition]] | None = None) -> tuple[Path, ...]:
    """Write `<kind>.json` for every kind of file into a folder. `more` adds kinds from rooms above: the settings."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for kind, model in {**KINDS, **(more or {})}.items():
        path = folder / f"{kind}.json"
        path.write_text(json.dumps(schema(kind, model), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        written.append(path)
    return tuple(written)
