"""The `spec` fixture: a KPI, rows and what they give on every engine, as tables that can be checked by eye."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from metrics.definitions.configuration import Configuration
from metrics.definitions.kpi import Breakdown, Kpi
from metrics.periods import FinancialYear
from metrics.query.counts import PARTS, Counts
from metrics.query.fetch import fetch_counts
from tests.support import factories
from tests.support.engines import FreshStore
from tests.support.stored import a_source

Spec = Callable[..., None]


def read_table(text: str) -> list[dict[str, str]]:
    """Rows of a table whose columns are divided by bars."""
    head, *lines = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
    return [dict(zip(head, line, strict=True)) for line in lines]


def stored_row(configuration: Configuration, row: dict[str, str]) -> dict[str, Any]:
    """A level of the organisation names the row's unit; `-` is an empty cell; numbers are numbers."""
    numbers = {name for name, c in configuration.datasets["hr"].columns.items() if c.type == "money"}
    stored: dict[str, Any] = {}
    for name, text in row.items():
        value: Any = None if text == "-" else float(text) if name in numbers else text
        value = text == "True" if name == "counts_once" else value
        stored["unit" if name in configuration.organisation.levels else name] = value
    return stored


def published(counts: Counts, breakdown: str, row: dict[str, str], levels: Sequence[str]) -> dict[str, float]:
    """Every part and pay figure of the cell that a row of the expected table names."""
    keys = {name: value for name, value in row.items() if name in breakdown.split("+")}
    unit = next((value for name, value in keys.items() if name in levels), counts.tree.root)
    group = ";".join(f"{name}={value}" for name, value in keys.items() if name not in levels and value)
    found: dict[str, float] = {}
    for frame in (counts.cells, counts.statistics):
        here = frame[(frame["breakdown"] == breakdown) & (frame["unit"] == unit) & (frame["group"] == group)]
        for line in here.to_dict("records"):
            if "part" in line:
                found[line["part"]] = float(counts.values[line["region"]])
            else:
                prefix = "" if line["side"] == "group" else "reference_"
                found |= {f"{prefix}{name}": line[name] for name in ("n", "mean", "median", "variance", "largest_share", "distinct")}
    return found


@pytest.fixture
def spec(fresh_store: FreshStore) -> Spec:
    """Counts rows with each real engine and compares each figure that the expected table names; `x` says that there is no such cell."""

    def check(kpi: Kpi, rows: str, gives: str, breakdown: Sequence[str] = (), **council: Any) -> None:
        chosen = Breakdown(by=tuple(breakdown))
        kpi = kpi.model_copy(update={"breakdowns": (chosen,) if breakdown else ()})
        configuration = factories.a_configuration(kpi, **council)
        with a_source(configuration, [stored_row(configuration, r) for r in read_table(rows)], url=fresh_store()) as source:
            (counts,) = fetch_counts(source, configuration, "hr", [factories.DAY], FinancialYear())
        expected = read_table(gives)
        assert expected
        for row in expected:
            found = published(counts, chosen.id, row, configuration.organisation.levels)
            figures = {name: text for name, text in row.items() if name not in breakdown}
            assert figures.keys() <= {*PARTS} | {
                f"{p}{s}" for p in ("", "reference_") for s in ("n", "mean", "median", "variance", "distinct")
            }
            for name, text in figures.items():
                assert (name in found) == (text != "x"), f"{name} of {row}"
                if text != "x":
                    assert found[name] == pytest.approx(float(text.replace("-", "nan")), nan_ok=True), f"{name} of {row}"

    return check
