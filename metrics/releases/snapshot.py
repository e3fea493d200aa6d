"""A release's contents as compressed JSON and back: KPIs, units and dimensions as they were defined on the day."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from metrics.errors import SourceError
from metrics.releases.draft import Draft
from metrics.report import ComparatorDay, Comparators, DatasetSummary, DimensionSummary, KpiSummary, LoadSummary, Spread, UnitSummary


@dataclass(frozen=True)
class Snapshot:
    """What was defined when a release was published."""

    council: str
    currency: str
    notes_for: Mapping[str, str]
    datasets: Mapping[str, str]
    kpis: Mapping[str, KpiSummary]
    units: Mapping[str, UnitSummary]
    dimensions: Mapping[str, DimensionSummary]
    sources: Mapping[str, DatasetSummary] = field(default_factory=dict)
    waiting: tuple[tuple[str, str, str], ...] = ()
    comparators: Comparators | None = None

    @property
    def audiences(self) -> tuple[str, ...]:
        return tuple(self.notes_for)

    @property
    def parents(self) -> dict[str, str | None]:
        return {unit.id: unit.parent for unit in self.units.values()}


def snapshot_of(draft: Draft) -> Snapshot:
    return Snapshot(
        draft.council,
        draft.currency,
        draft.notes_for,
        draft.datasets,
        draft.kpis,
        draft.units,
        draft.dimensions,
        draft.sources,
        draft.waiting,
        draft.comparators,
    )


def pack(content: Mapping[str, Any]) -> bytes:
    """Compact JSON, compressed. Keys keep their order: it is the order on screen."""
    return zlib.compress(json.dumps(content, ensure_ascii=False, separators=(",", ":"), default=_plain).encode(), 6)


def unpack(stored: bytes) -> dict[str, Any]:
    try:
        content: dict[str, Any] = json.loads(zlib.decompress(stored))
    except (zlib.error, ValueError) as error:
        raise SourceError("The release store is damaged: a part of a release cannot be read.", "Put back a copy of the store.") from error
    return content


def _plain(value: object) -> object:
    """Numbers of numpy, and mappings that are not dicts, as JSON has them."""
    if hasattr(value, "item"):
        return value.item()
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} cannot be stored in a release")


def pack_snapshot(snapshot: Snapshot) -> bytes:
    return pack(
        {
            "council": snapshot.council,
            "currency": snapshot.currency,
            "notes_for": dict(snapshot.notes_for),
            "datasets": dict(snapshot.datasets),
            "kpis": [asdict(k) for k in snapshot.kpis.values()],
            "units": [asdict(u) for u in snapshot.units.values()],
            "dimensions": [asdict(d) for d in snapshot.dimensions.values()],
            "sources": [asdict(d) for d in snapshot.sources.values()],
            "waiting": [list(w) for w in snapshot.waiting],
            "comparators": asdict(snapshot.comparators) if snapshot.comparators else None,
        }
    )


def unpack_snapshot(stored: bytes) -> Snapshot:
    content = unpack(stored)
    return Snapshot(
        content["council"],
        content["currency"],
        content["notes_for"],
        content["datasets"],
        {k["id"]: _kpi(k) for k in content["kpis"]},
        {u["id"]: UnitSummary(**{**u, "successors": tuple(u["successors"])}) for u in content["units"]},
        {d["id"]: _dimension(d) for d in content["dimensions"]},
        {d["id"]: _source(d) for d in content.get("sources", ())},
        tuple((id, title, why) for id, title, why in content.get("waiting", ())),
        _comparators(content["comparators"]) if content.get("comparators") else None,
    )


def _kpi(stored: dict[str, Any]) -> KpiSummary:
    pairs = {name: tuple((a, b) for a, b in stored[name]) for name in ("target", "series_breaks")}
    lists: dict[str, Any] = {name: tuple(stored.get(name, ())) for name in ("breakdowns", "framework", "notes", "asks", "own_shares")}
    rows: dict[str, Any] = {
        name: tuple(tuple(row) for row in stored.get(name, ())) for name in ("steps", "example_rows", "example_gives", "benchmark_others")
    }
    lists["example_heads"] = tuple(stored.get("example_heads", ()))
    lists["counted"] = tuple((dimension, tuple(categories)) for dimension, categories in stored.get("counted", ()))
    review = tuple(stored["review"]) if stored.get("review") else None
    baseline = tuple(stored["baseline"]) if stored.get("baseline") else None
    pairs["rebases"] = tuple((day, reason) for day, reason in stored.get("rebases", ()))
    return KpiSummary(**{**stored, **pairs, **lists, **rows, "review": review, "baseline": baseline})


def _source(stored: dict[str, Any]) -> DatasetSummary:
    loads = tuple(LoadSummary(**load) for load in stored["loads"])
    return DatasetSummary(**{**stored, "loads": loads, "notes": tuple(stored["notes"])})


def _dimension(stored: dict[str, Any]) -> DimensionSummary:
    categories = tuple((id, label, known) for id, label, known in stored["categories"])
    parents = tuple((id, parent) for id, parent in stored.get("parents", ()))
    return DimensionSummary(**{**stored, "categories": categories, "parents": parents})


def _comparators(stored: dict[str, Any]) -> Comparators:
    pairs = {name: tuple(tuple(one) for one in stored[name]) for name in ("files", "employers")}
    kpis = {kpi: tuple(_comparator_day(day) for day in days) for kpi, days in stored["kpis"].items()}
    return Comparators(**{**stored, **pairs, "named": tuple(stored["named"]), "kpis": kpis})


def _comparator_day(stored: dict[str, Any]) -> ComparatorDay:
    spreads = {name: Spread(found["employers"], tuple(found["percentiles"])) for name in ("everyone", "public") if (found := stored[name])}
    return ComparatorDay(stored["day"], tuple(stored["values"]), **spreads)
