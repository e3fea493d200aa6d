"""How long counting takes in a larger council: 70 units on three levels, the usual breakdowns, made-up rows from a fixed seed."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy.sql import Select

from metrics.definitions.configuration import Configuration
from metrics.definitions.kpi import Kpi
from metrics.definitions.organisation import Unit
from metrics.periods import FinancialYear, end_of_month
from metrics.query.compile import Compiler, pay_groups
from metrics.query.fetch import fetch_plan
from metrics.query.plan import Plan, plan_days
from metrics.sources.engine import open_source
from metrics.sources.snapshots import Snapshot, snapshot_days, write_snapshot
from metrics.sources.tables import dataset_table, prepare_tables
from tests.support import factories as f

DIMENSIONS = (
    f.a_dimension("ethnicity_5", ["asian", "black", "mixed", "white", "other"], sensitive=True),
    f.a_dimension("sex", ["female", "male"], []),
    f.a_dimension("disability", ["disabled", "not_disabled"], ["not_recorded", "prefer_not_to_say"], sensitive=True),
    f.a_dimension("religion", [f"belief_{n}" for n in range(8)], sensitive=True),
    f.a_dimension("orientation", ["heterosexual", "gay", "bisexual", "other"], sensitive=True),
    f.a_dimension("age_band", [f"age_{n}" for n in range(6)], []),
    f.a_dimension("grade_band", [f"band_{n}" for n in range(8)], []),
    f.a_dimension("contract", ["permanent", "fixed_term", "casual"], []),
)
ETHNICITY = f.a_finer_dimension(
    "ethnicity_19",
    DIMENSIONS[0],
    {f"e{n}": c for n, c in enumerate(["asian"] * 5 + ["black"] * 3 + ["mixed"] * 4 + ["white"] * 5 + ["other"] * 2)},
)


def units() -> tuple[Unit, ...]:
    directorates = [f.a_unit(f"d{d}", "council", "directorate") for d in range(9)]
    services = [f.a_unit(f"d{d}s{s}", f"d{d}", "service") for d in range(9) for s in range(60 // 9 + (d < 6))]
    return (f.a_unit("council", None, "council"), *directorates, *services)


def kpis() -> list[Kpi]:
    usual = {"population": "regular", "period": {"grain": "quarter"}}
    by = [["directorate"], ["service"], ["grade_band"], ["age_band"]]
    groups = ["ethnicity_5", "sex", "disability", "religion", "orientation"]
    found = [f.a_count(id="HC01", breakdowns=[["directorate", g] for g in groups] + [["ethnicity_19"]], **usual)]
    chosen = {
        "ethnicity_5": ["asian", "black", "mixed", "other"],
        "sex": ["female"],
        "disability": ["disabled"],
        "religion": ["belief_1"],
        "orientation": ["gay"],
    }
    for n, g in enumerate(groups):
        known = {g: "known"} if g != "sex" else {}
        crossed = [{"by": ["service", "ethnicity_5"], "grain": "year"}] if n == 1 else []
        found.append(
            f.a_proportion({g: chosen[g]}, known, id=f"WR0{n}", breakdowns=[*by, *crossed, *([["sex"]] if g != "sex" else [])], **usual)
        )
        found.append(f.a_proportion({g: "known"}, {}, id=f"DR0{n}", breakdowns=by[:3], **usual))
        found.append(
            f.a_proportion({g: chosen[g]}, {**known, "grade_band": ["band_6", "band_7"]}, id=f"SL0{n}", breakdowns=by[:1], **usual)
        )
    for n, kind in enumerate(["pay_gap_mean", "pay_gap_median"]):
        yearly = usual | {"period": {"grain": "year"}}
        found.append(f.a_pay_gap({"sex": ["female"]}, {"sex": ["male"]}, kind=kind, id=f"PG0{n}", breakdowns=by, **yearly))
        ethnic = [["directorate"], ["ethnicity_5"]]
        compared, reference = {"ethnicity_5": chosen["ethnicity_5"]}, {"ethnicity_5": ["white"]}
        found.append(f.a_pay_gap(compared, reference, kind=kind, id=f"PE0{n}", breakdowns=ethnic, **yearly))
    return found


def council() -> Configuration:
    dimensions = (*DIMENSIONS, ETHNICITY)
    regular = {"title": "Without casual workers", "where": {"contract": ["permanent", "fixed_term"]}}
    return f.a_configuration(*kpis(), units=units(), dimensions=dimensions, dataset=f.a_dataset(dimensions=dimensions, regular=regular))


def staff(configuration: Configuration, day: date, people: int, rng: np.random.Generator) -> pd.DataFrame:
    leaves = [u.id for u in configuration.organisation.units if u.level == "service"]
    frame: dict[str, object] = {
        "as_at": [day] * people, "row_number": np.arange(people), "person_id": np.arange(people).astype(str),
        "unit": rng.choice(leaves, people), "counts_once": True, "pay": np.round(rng.lognormal(2.8, 0.3, people), 2),
    }  # fmt: skip
    for name, column in configuration.datasets["hr"].columns.items():
        if column.dimension:
            frame[name] = rng.choice(configuration.dimensions[name].ids, people)
    return pd.DataFrame(frame)


def benchmark(people: int = 12_000, periods: int = 24) -> None:
    """Monthly snapshots of one council, counted plan by plan; what the statements alone take is in brackets."""
    configuration, rng = council(), np.random.default_rng(20260331)
    months = [(2026 + (2 - n) // 12, (2 - n) % 12 + 1) for n in range(periods)]
    with TemporaryDirectory() as folder, open_source(f"duckdb:///{Path(folder) / 'bench.duckdb'}", read_only=False) as source:
        with source.begin():
            prepare_tables(source, configuration, "hr")
            for day in (end_of_month(*m) for m in months):
                source.insert(dataset_table(configuration, "hr"), staff(configuration, day, people, rng))
                write_snapshot(source, Snapshot("hr", day, people, people, 0, datetime(2026, 4, 1), ("bench",), "0", "0"))
        days = snapshot_days(source, "hr")
        print(f"\n{people:,} made-up staff in {len(configuration.organisation.units)} units, {len(configuration.kpis)} KPIs")
        for plan in plan_days(configuration, "hr", days, days, FinancialYear()):
            counting, found = _clocked(lambda plan=plan: fetch_plan(source, configuration, plan))
            asked = _statements(configuration, plan)
            asking, _ = _clocked(lambda asked=asked: [source.fetch(s) for s in asked])
            print(
                f"  {len(plan.days)} days: {counting:.2f} s ({len(asked)} statements {asking:.2f} s); {len(plan.regions):,} sets, "
                f"{len(plan.cells):,} parts of cells, {len(plan.statistics):,} pay figures; largest table "
                f"{max(len(t.frame) for t in found[0].tables):,} cells a day"
            )


def _statements(configuration: Configuration, plan: Plan) -> list[Select[Any]]:
    compiler = Compiler(configuration, plan)
    return [*map(compiler.counts, plan.tables), *(compiler.pay_points(*group) for group in pay_groups(plan).items())]


def _clocked(step: Callable[[], Any]) -> tuple[float, Any]:
    start = time.perf_counter()
    found = step()
    return time.perf_counter() - start, found
