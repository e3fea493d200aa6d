"""How long counting takes: `python -m tests.benchmarks.bench_query --staff 12000 --periods 24`.

A council of 70 units on three levels, 20 KPIs with the usual breakdowns, made-up rows from a fixed seed.
"""

from __future__ import annotations

import argparse
import time
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd

from metrics.definitions.configuration import Configuration
from metrics.definitions.kpi import Kpi
from metrics.definitions.organisation import Unit
from metrics.periods import FinancialYear, end_of_month
from metrics.query.compile import Compiler, families
from metrics.query.fetch import fetch_plan, region_values
from metrics.query.plan import plan_days
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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--staff", type=int, default=12_000)
    parser.add_argument("--periods", type=int, default=24)
    asked = parser.parse_args()
    configuration, rng = council(), np.random.default_rng(20260331)
    months = [(2026 + (2 - n) // 12, (2 - n) % 12 + 1) for n in range(asked.periods)]
    with TemporaryDirectory() as folder, open_source(f"duckdb:///{Path(folder) / 'bench.duckdb'}", read_only=False) as source:
        with source.begin():
            prepare_tables(source, configuration, "hr")
            for day in (end_of_month(*m) for m in months):
                source.insert(dataset_table(configuration, "hr"), staff(configuration, day, asked.staff, rng))
                write_snapshot(source, Snapshot("hr", day, asked.staff, asked.staff, 0, datetime(2026, 4, 1), ("bench",), "0", "0"))
        days = snapshot_days(source, "hr")
        start = time.perf_counter()
        plans = plan_days(configuration, "hr", days, days, FinancialYear())
        print(f"plans {time.perf_counter() - start:.2f} s for {len(plans)}")
        for plan in plans:
            start = time.perf_counter()
            found = fetch_plan(source, configuration, plan)
            took = time.perf_counter() - start
            compiler, start = Compiler(configuration, plan), time.perf_counter()
            for table in plan.tables:
                source.fetch(compiler.counts(table))
            tables, start = time.perf_counter() - start, time.perf_counter()
            for family in families(plan):
                source.fetch(compiler.pay_sums(family))
                source.fetch(compiler.pay_middle(family))
            pay, start = time.perf_counter() - start, time.perf_counter()
            region_values(plan, found[0].tables)
            rolled = time.perf_counter() - start
            print(
                f"{len(plan.days)} days: {took:.2f} s; of it tables {tables:.2f} s ({len(plan.tables)} statements), "
                f"pay {pay:.2f} s ({2 * len(families(plan))}), roll-up of one day {rolled:.3f} s; "
                f"{len(plan.regions):,} regions, {len(plan.cells):,} parts, {len(plan.statistics):,} pay figures"
            )
            print(
                "   ",
                "; ".join(
                    f"{' '.join(t.axes) or '-'} @{t.depth}: {len(c.frame):,}" for t, c in zip(plan.tables, found[0].tables, strict=True)
                ),
            )


if __name__ == "__main__":
    main()
