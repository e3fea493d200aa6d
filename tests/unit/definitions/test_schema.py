"""JSON Schemas for editors: current, and every shipped file is valid by them."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from metrics.definitions.schema import write_schemas
from metrics.definitions.strict_yaml import read_yaml
from metrics.settings import SettingsFile

ROOT = Path(__file__).parents[3]
SCHEMAS = ROOT / "docs" / "schemas"
FOLDERS = {"dimensions": "dimension", "datasets": "dataset", "benchmarks": "benchmark", "kpis": "kpi"}
CONFIGURATIONS = [ROOT / "config", ROOT / "metrics" / "definitions" / "starter", ROOT / "tests" / "config" / "base"]


def kind_of(path: Path) -> str | None:
    return FOLDERS.get(path.parent.name) or {name: name for name in ("settings", "disclosure", "access")}.get(path.stem)


SHIPPED = [path for folder in CONFIGURATIONS for path in sorted(folder.rglob("*.yaml")) if kind_of(path)]


def test_the_committed_schemas_are_current(tmp_path: Path) -> None:
    fresh = {path.name: path.read_text(encoding="utf-8") for path in write_schemas(tmp_path, {"settings": SettingsFile})}
    committed = {path.name: path.read_text(encoding="utf-8") for path in SCHEMAS.glob("*.json")}
    assert committed == fresh, "run `equality check --schemas docs/schemas`"


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_shipped_file_is_valid_by_its_schema(path: Path) -> None:
    schema = json.loads((SCHEMAS / f"{kind_of(path)}.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(as_json(read_yaml(path, str(path)).data), schema)


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("dimension", {"title": "Sex"}),
        ("dimension", {"id": "sex", "title": "Sex", "categories": []}),
        ("benchmark", {"title": "B", "population": "P", "source": "S", "date": "2021-03-21", "vlaue": 3}),
        ("settings", {"council": "C", "financial_year_starts": "04-06"}),
    ],
)
def test_a_wrong_file_is_not_valid(kind: str, data: dict[str, Any]) -> None:
    schema = json.loads((SCHEMAS / f"{kind}.json").read_text(encoding="utf-8"))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(data, schema)


def as_json(data: Any) -> Any:
    """Days as an editor sees them: text."""
    if isinstance(data, dict):
        return {key: as_json(value) for key, value in data.items()}
    if isinstance(data, list):
        return [as_json(value) for value in data]
    return data.isoformat() if isinstance(data, date) else data
