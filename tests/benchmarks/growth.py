"""From 12,000 to 100,000 staff: what counting costs as a council grows, against SQL by hand for the same cells, and a whole refresh.

The same 70 units, KPIs and breakdowns at every size, so that what grows is people alone: made-up rows from a fixed seed.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

import numpy as np

from metrics.definitions.configuration import Configuration
from metrics.definitions.kpi import Kpi
from metrics.periods import FinancialYear
from metrics.query.compile import Compiler, pay_groups
from metrics.query.counts import Counts
from metrics.query.fetch import fetch_counts
from metrics.query.plan import plan_days
from metrics.settings import load_settings
from metrics.sources.engine import Source, open_source
from metrics.sources.snapshots import Snapshot, write_snapshot
from metrics.sources.tables import dataset_table, prepare_tables
from tests.benchmarks import by_hand, scale
from tests.benchmarks.alternating import alternate, in_words, ratio
from tests.benchmarks.councils import FOLDERS, ROOT, Council
from tests.benchmarks.refresh import high_water, timed_refresh
from tests.support import factories as f

SIZES = (12_000, 25_000, 50_000, 100_000)
DAYS = (date(2025, 6, 30), date(2025, 9, 30), date(2025, 12, 31), date(2026, 3, 31))
REPETITIONS = 5


def kpis() -> list[Kpi]:
    usual = {"population": "regular", "period": {"grain": "quarter"}}
    by, fewer = [["directorate"], ["service"], ["grade_band"], ["age_band"]], [["directorate"], ["service"], ["grade_band"]]
    chosen = {"ethnicity_5": ["asian", "black", "mixed", "other"]}
    women, men = {"sex": ["female"]}, {"sex": ["male"]}
    crossed = [["directorate", "ethnicity_5"], ["directorate", "sex"], ["directorate", "disability"]]
    return [
        f.a_count(id="HC01", breakdowns=crossed, **usual),
        f.a_proportion(chosen, {"ethnicity_5": "known"}, id="WR01", breakdowns=by, **usual),
        f.a_proportion(women, {}, id="WR02", breakdowns=by, **usual),
        f.a_proportion({"disability": ["disabled"]}, {"disability": "known"}, id="WR03", breakdowns=by, **usual),
        f.a_proportion({"disability": "known"}, {}, id="DR01", breakdowns=fewer, **usual),
        f.a_pay_gap(women, men, kind="pay_gap_mean", id="PG01", breakdowns=fewer, **usual),
        f.a_pay_gap(women, men, kind="pay_gap_median", id="PG02", breakdowns=fewer, **usual),
    ]


def configuration() -> Configuration:
    dimensions = (*scale.DIMENSIONS, scale.ETHNICITY)
    regular = {"title": "Without casual workers", "where": {"contract": ["permanent", "fixed_term"]}}
    dataset = f.a_dataset(dimensions=dimensions, regular=regular)
    return f.a_configuration(*kpis(), units=scale.units(), dimensions=dimensions, dataset=dataset)


def council_in(folder: Path) -> Council:
    settings = replace(
        load_settings(FOLDERS["demo"]),
        workforce_url=f"duckdb:///{(folder / 'workforce.duckdb').as_posix()}",
        private_folder=folder / "private",
        data_folder=folder,
    )
    return Council("growth", configuration(), settings, folder / "workforce.duckdb")


@contextmanager
def grown(people: int, days: tuple[date, ...] = DAYS) -> Iterator[Council]:
    with TemporaryDirectory(prefix="equality-growth-") as folder:
        council, rng = council_in(Path(folder)), np.random.default_rng(20260331)
        with open_source(council.settings.workforce_url, read_only=False) as source, source.begin():
            prepare_tables(source, council.configuration, "hr")
            for day in days:
                source.insert(dataset_table(council.configuration, "hr"), scale.staff(council.configuration, day, people, rng))
                write_snapshot(source, Snapshot("hr", day, people, people, 0, datetime(2026, 4, 1), ("bench",), "0", "0"))
        yield council


def count(source: Source, council: Council) -> tuple[Counts, ...]:
    return tuple(fetch_counts(source, council.configuration, "hr", DAYS, FinancialYear()))


def processor(step: Callable[[], object]) -> float:
    """Seconds of every processor together, as a median: they say less of other work on the machine than the clock does."""
    took = []
    for _ in range(REPETITIONS):
        started = time.process_time()
        step()
        took.append(time.process_time() - started)
    return statistics.median(took)


def of_statements(source: Source, council: Council) -> tuple[float, float]:
    """Seconds of processor of the statements that count, and of those that fetch pay around medians."""
    (plan,) = plan_days(council.configuration, "hr", DAYS, DAYS, FinancialYear())
    compiler = Compiler(council.configuration, plan)
    counts = [compiler.counts(table) for table in plan.tables]
    pay = [compiler.pay_points(*group) for group in pay_groups(plan).items()]
    return processor(lambda: [source.fetch(s) for s in counts]), processor(lambda: [source.fetch(s) for s in pay])


def benchmark(sizes: tuple[int, ...] = SIZES) -> bool:
    """Prints every figure; False where a value differs from the hand-written one."""
    equal = [_one(people) for people in sizes]
    return all(equal)


def _one(people: int) -> bool:
    with grown(people) as council:
        print(f"\n{people:,} made-up staff on {len(DAYS)} days, {len(council.configuration.kpis)} KPIs")
        with council.open() as source, by_hand.connect(council.file, council.configuration) as connection:
            ways = {"ours": lambda: count(source, council), "hand": lambda: by_hand.run(connection, "growth")}
            took, work = alternate(ways, REPETITIONS), {name: processor(way) for name, way in ways.items()}
            tables, pay = of_statements(source, council)
            with patch.object(source, "fetch", wraps=source.fetch) as fetch:
                found = count(source, council)
            wide = by_hand.Wide(by_hand.run(connection, "growth"), council.configuration.organisation.root.id)
            *wrong, compared = by_hand.differences("growth", wide, found)
        print(f"  counting / SQL by hand: {ratio(took['ours'], took['hand'])}; {in_words(took['ours'])} against {in_words(took['hand'])}")
        print(f"  processor: {work['ours']:.2f} s against {work['hand']:.2f} s; counts {tables:.2f} s, pay around medians {pay:.2f} s")
        print(f"  statements: {fetch.call_count} against {len(by_hand.statements('growth'))}; {compared}, {len(wrong)} differ")
        print("".join(f"    {line}\n" for line in wrong[:10]), end="")
        ours, hand = (peak(side, council.file.parent) for side in ("ours", "hand"))
        print(f"  peak memory of a process of its own: {ours:.0f} MB against {hand:.0f} MB")
    with grown(people, DAYS[-1:]) as council:
        phases, outcome = timed_refresh(council)
    said = ", ".join(f"{name} {seconds:.2f} s" for name, seconds in phases.items() if name != "whole")
    print(f"  refresh of one day {phases['whole']:.1f} s ({outcome}): {said}")
    return not wrong


def peak(side: str, folder: Path) -> float:
    """Most memory that a fresh process held while it counted, in MB."""
    code = f"from tests.benchmarks.growth import print_peak; print_peak({side!r}, {str(folder)!r})"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return float(done.stdout.split()[-1]) / 1024


def print_peak(side: str, folder: str) -> None:
    council = council_in(Path(folder))
    if side == "ours":
        with council.open() as source:
            count(source, council)
    else:
        with by_hand.connect(council.file, council.configuration) as connection:
            by_hand.run(connection, "growth")
    print(high_water())
