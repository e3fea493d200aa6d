"""A council whose staff have marks: formal cases and promotions of a year, joined to staff by person identifier."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from metrics.definitions.configuration import Configuration
from metrics.definitions.dataset import Dataset
from metrics.definitions.flows import with_movements, worked_out
from metrics.definitions.kpi import Kpi
from tests.support.factories import DIMENSIONS, a_configuration, a_dataset, a_dimension, a_kpi

STAGE = a_dimension("stage", ["informal", "disciplinary", "capability"])
STEP = a_dimension("step", ["promoted", "moved"])
MARKS: Mapping[str, Any] = {
    "disciplinary": {"from": "er", "where": {"stage": ["disciplinary"]}},
    "capability": {"from": "er", "where": {"stage": ["capability"]}},
    "promoted": {"from": "move", "where": {"step": ["promoted"]}},
}
YEARLY = {"grain": "year", "kind": "during"}
AT_START, AT_END = ["stayed", "left"], ["stayed", "joined"]


def events(id: str, rows_are: str) -> dict[str, Any]:
    """What makes a dataset of a test one of events of a year."""
    return {"id": id, "title": rows_are.capitalize(), "grain": "event", "rows_are": rows_are, "window_months": 12, "person_id": "Number"}


def a_marked_council(*kpis: Kpi) -> Configuration:
    staff = a_dataset().model_copy(update={"person_id": "Number"})
    told = {
        "er": a_dataset(dimensions=[STAGE], numbers=()).model_copy(update=events("er", "formal cases")),
        "move": a_dataset(dimensions=[STEP], numbers=()).model_copy(update=events("move", "moves")),
    }
    movers = Dataset.model_validate({"id": "movers", "title": "Movers", "flows": {"from": "hr", "every": "year"}, "marks": MARKS})
    datasets = {"hr": staff, **told, "movers": movers}
    bare = a_configuration(*kpis, dataset=staff, dimensions=(*DIMENSIONS, STAGE, STEP))
    return replace(bare, datasets=worked_out(datasets), dimensions=with_movements(bare.dimensions, datasets))


def a_marked_kpi(kind: str, unit: str, id: str = "ER01", breakdowns: Iterable[Any] = (), **measure: Any) -> Kpi:
    more: dict[str, Any] = {"dataset": "movers", "period": YEARLY, "breakdowns": list(breakdowns)}
    return a_kpi(id, measure={"type": kind, "unit": unit, **measure}, **more)


def a_likelihood(mark: str, id: str = "ER01", pool: Iterable[str] = tuple(AT_START), breakdowns: Iterable[Any] = ()) -> Kpi:
    """White staff are the reference, Black staff the first group."""
    return a_marked_kpi(
        "relative_likelihood",
        "ratio",
        id,
        breakdowns,
        numerator={mark: ["yes"]},
        denominator={"joined_or_left": list(pool), "ethnicity_5": ["black"]},
        reference_group={"joined_or_left": list(pool), "ethnicity_5": ["white"]},
        order={"first": "Black staff", "second": "White staff", "to": "be in a formal process", "above_one_is_worse_for": "first"},
    )
