"""What counting and a whole refresh cost, against SQL written by hand for the same cells on the same file."""

from __future__ import annotations

import importlib
import resource
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

from metrics.errors import DisclosureError
from metrics.query.counts import Counts
from metrics.query.fetch import fetch_counts
from metrics.releases.store import ReleaseStore
from metrics.sources.derived import known_snapshots
from metrics.sources.engine import Source
from tests.benchmarks import by_hand
from tests.benchmarks.alternating import alternate, in_words, ratio
from tests.benchmarks.councils import ROOT, Council, available, council_in, loaded

REPETITIONS = 7


def benchmark() -> bool:
    """Prints every figure; False where a value differs from the hand-written one."""
    equal = [_one(name) for name in available()]
    return all(equal)


def _one(name: str) -> bool:
    with loaded(name) as council:
        print(f"\n{council.settings.council}")
        if missing := by_hand.without_rules(name, council.configuration):
            print(f"  {', '.join(missing)}: not written by hand. Add each to RULES in tests/benchmarks/by_hand, with its SQL.")
            return False
        return _counting(council) and _whole_refresh(council)


def _counting(council: Council) -> bool:
    with council.open() as source, by_hand.connect(council.file, council.configuration) as connection:
        ours = alternate(
            {"ours": lambda: count(source, council), "hand": lambda: by_hand.run(connection, council.name)}, REPETITIONS
        )  # fmt: skip
        wide = by_hand.Wide(by_hand.run(connection, council.name), council.configuration.organisation.root.id)
        found = list(count(source, council))
        *wrong, compared = by_hand.differences(council.name, wide, found)
        asked = statements(source, council)
    print(f"  counting / SQL by hand: {ratio(ours['ours'], ours['hand'])}; {in_words(ours['ours'])} against {in_words(ours['hand'])}")
    print(f"  values: {compared}, {len(wrong)} differ; {len(found)} periods, {sum(len(c.cells) for c in found):,} parts of cells")
    print("".join(f"    {line}\n" for line in wrong[:10]), end="")
    print(f"  statements: {asked} against {len(by_hand.statements(council.name))}")
    ours_peak, theirs_peak, bare = (peak(side, council) for side in ("ours", "hand", "neither"))
    print(f"  peak memory of a process of its own: {ours_peak:.0f} MB against {theirs_peak:.0f} MB; {bare:.0f} MB with the imports alone")
    return not wrong


def count(source: Source, council: Council) -> tuple[Counts, ...]:
    found: list[Counts] = []
    for dataset in council.configuration.datasets:
        days = [s.as_at for s in known_snapshots(source, council.configuration, dataset)]
        found += fetch_counts(source, council.configuration, dataset, days, council.settings.year)
    return tuple(found)


def statements(source: Source, council: Council) -> int:
    with patch.object(source, "fetch", wraps=source.fetch) as fetch:
        count(source, council)
    return fetch.call_count


def peak(side: str, council: Council) -> float:
    """Most memory that a fresh process held while it counted, in MB."""
    code = f"from tests.benchmarks.refresh import print_peak; print_peak({side!r}, {council.name!r}, {str(council.file.parent)!r})"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return float(done.stdout.split()[-1]) / 1024  # DuckDB may have drawn a bar before it


def print_peak(side: str, name: str, folder: str) -> None:
    council = council_in(name, Path(folder))
    if side == "ours":
        with council.open() as source:
            count(source, council)
    elif side == "hand":
        with by_hand.connect(council.file, council.configuration) as connection:
            by_hand.run(connection, name)
    print(high_water())


def high_water() -> int:
    """Kilobytes. Linux counts what the parent held in `ru_maxrss` of a child, so its own mark is read where there is one."""
    status = Path("/proc/self/status")
    if status.exists():
        return next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


PHASES = {
    "query": ("road.fetch_counts",),
    "protect": ("part.protect_counts",),
    "certificate": ("part.pass_gate",),
    "evaluate": ("part.evaluate", "refresh.add_changes"),
}
"""Phase to its steps, by the module of `metrics/pipeline` that calls each."""


def _whole_refresh(council: Council) -> bool:
    """One refresh of everything into an empty store."""
    took, outcome = timed_refresh(council)
    print(f"  refresh {took.pop('whole'):.1f} s ({outcome}): " + ", ".join(f"{name} {seconds:.2f} s" for name, seconds in took.items()))
    return True


def timed_refresh(council: Council) -> tuple[dict[str, float], str]:
    """Seconds of each phase and of the whole, and what came of it."""
    pipeline = importlib.import_module("metrics.pipeline.refresh")
    took: Counter[str] = Counter(dict.fromkeys([*PHASES, "publish"], 0.0))  # type: ignore[arg-type]
    started = time.perf_counter()
    with TemporaryDirectory() as folder, council.open() as source, ExitStack() as patches:
        store = ReleaseStore(f"sqlite:///{Path(folder).as_posix()}/releases.sqlite")
        for phase, names in PHASES.items():
            for name in names:
                caller, _, step = name.partition(".")
                module = importlib.import_module(f"metrics.pipeline.{caller}")
                patches.enter_context(patch.object(module, step, _timed(getattr(module, step), took, phase)))
        patches.enter_context(patch.object(store, "publish", _timed(store.publish, took, "publish")))
        try:
            result = pipeline.refresh(council.configuration, council.settings, source=source, store=store, processes=1)
            outcome = f"{len(result.batches)} batches published"
        except DisclosureError:
            outcome = "stopped by disclosure control: nothing was published, phases up to there"
        finally:
            store.close()
    whole = time.perf_counter() - started
    return {**took, "rest": whole - sum(took.values()), "whole": whole}, outcome


def _timed(step: Callable[..., Any], took: Counter[str], phase: str) -> Callable[..., Any]:
    def run(*args: Any, **kwargs: Any) -> Any:
        with _clock(took, phase):
            return step(*args, **kwargs)

    return run


@contextmanager
def _clock(took: Counter[str], phase: str) -> Iterator[None]:
    started = time.perf_counter()
    try:
        yield
    finally:
        took[phase] += time.perf_counter() - started  # type: ignore[assignment]
