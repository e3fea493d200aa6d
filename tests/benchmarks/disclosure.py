"""What protection costs: figures, blocks and what is hidden, by level and kind; seconds by step; growth; a quarter added, sixteen restated.

Seconds are of the processor, which other work on the machine disturbs less, and by the clock where several processes work at once.

Each measurement runs in a process of its own (`python -m tests.benchmarks.disclosure WHAT …`), which prints one line of JSON.
"""

from __future__ import annotations

import importlib
import json
import os
import resource
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

import numpy as np
import pandas as pd

from metrics.definitions.profile import DisclosureSettings, Profile
from metrics.demo.council import STAFF_DAYS
from metrics.demo.extracts import write_extracts
from metrics.demo.load import load_demo
from metrics.disclosure.gate import pass_gate
from metrics.disclosure.protect import protect_counts
from metrics.disclosure.shown import ShownCells
from metrics.ingest.ingest import ingest_files
from metrics.pipeline.parallel import Workers, processors
from metrics.pipeline.refresh import refresh
from metrics.query.counts import Counts
from metrics.query.fetch import fetch_counts
from metrics.releases.store import ReleaseStore
from metrics.sources.engine import open_source
from tests.benchmarks.councils import HOUSTON_DAY, ROOT, available, council_in, loaded
from tests.support.tables import ETHNICITY, Published, crossed, each, make_counts

METHODS = ("round", "suppress")
NEWEST, QUARTER = STAFF_DAYS[-1], STAFF_DAYS[-2]
KINDS = ("exact", "rounded", "primary", "secondary", "coarsened")
STEPS = {
    "choose": ("metrics.disclosure.repair", "Repair.choose"),
    "repair": ("metrics.disclosure.repair", "Repair.give_way"),
    "certify, with repair": ("metrics.disclosure.decide", "settle"),
    "give back": ("metrics.disclosure.decide", "give_back"),
    "people alone": ("metrics.disclosure.decide", "protect_from_insiders"),
    "pay and sums": ("metrics.disclosure.protect", "protect_pay", "protect_amounts"),
}
"""Step to the module and the names whose calls are timed; repair happens inside certifying."""
UNITS, GROUPS, PERIODS = (25, 50, 100, 200), (5, 10, 19), (1, 4, 16)


def benchmark() -> None:
    print(f"\nDisclosure control; load of the machine {_load()}, {processors()} processes at most")
    for name in available():
        with loaded(name) as council:
            days = [("hr", QUARTER), ("hr", NEWEST), ("pay", NEWEST)] if name == "demo" else [("employees", HOUSTON_DAY)]
            for dataset, day in days:
                for method in METHODS:
                    _print_counted(_child("counted", name, str(council.file.parent), dataset, day.isoformat(), method))
    _print_growth()
    _print_year(_child("quarters"))
    print(f"  load of the machine {_load()}")


def _load() -> str:
    return ", ".join(f"{n:.1f}" for n in os.getloadavg())


def _child(*what: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.disclosure", *what], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True
    )  # fmt: skip
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _print_counted(found: Mapping[str, Any]) -> None:
    said = f"{found['figures']:,} figures, {found['blocks']} blocks, {found['seconds']:.1f} s, peak {found['peak']:.0f} MB"
    print(f"\n  {found['name']}: {said}")
    print("    " + ", ".join(f"{step} {seconds:.2f} s" for step, seconds in found["steps"].items()))
    for level, kinds in found["levels"].items():
        print(f"    level {level}: " + ", ".join(f"{kind} {kinds[kind]:.1%}" for kind in KINDS if kinds[kind]))


def counted(name: str, folder: str, dataset: str, day: str, method: str) -> dict[str, Any]:
    """One dataset and day of a council, for its first audience."""
    council = council_in(name, Path(folder))
    with council.open() as source:
        (counts,) = fetch_counts(source, council.configuration, dataset, [date.fromisoformat(day)], council.settings.year)
    settings = first_audience(council.configuration.disclosure, method)
    took: Counter[str] = Counter()
    with clocked(took):
        started = time.process_time()
        ((_, shown),) = protect_counts(counts, settings).items()
        protected = time.process_time()
        passed = pass_gate(counts, shown, next(iter(settings.profiles.values()))).shown
        gated = time.process_time()
    steps = {**took, "rest": protected - started - sum(s for step, s in took.items() if step != "repair"), "gate": gated - protected}
    return {
        "name": f"{name}, {dataset}, {day}, below the council {method}",
        "figures": len(counts.regions),
        "blocks": passed.certificate.blocks,
        "seconds": gated - started,
        "steps": steps,
        "levels": by_level(counts, passed),
        "peak": _peak(resource.RUSAGE_SELF),
    }


def first_audience(settings: DisclosureSettings, method: str) -> DisclosureSettings:
    """The profile of the first audience alone, with this method below the council."""
    audience, name = next(iter(settings.audiences.items()))
    profile = settings.profiles[name].model_copy(update={"below_council": method})
    return DisclosureSettings(profiles={name: profile}, audiences={audience: name})


def by_level(counts: Counts, shown: ShownCells) -> dict[str, dict[str, float]]:
    """Depth in the organisation to the share of figures of each kind."""
    depth = np.array([counts.tree.depth(region.unit) for region in counts.regions])
    how = shown.how.astype(str)
    return {str(d): {kind: float((how[depth == d] == kind).mean()) for kind in KINDS} for d in np.unique(depth).tolist()}


@contextmanager
def clocked(took: Counter[str]) -> Iterator[None]:
    """Adds up what each step takes while the block runs."""
    with ExitStack() as patches:
        for step, (module, *names) in STEPS.items():
            for name in names:
                owner: Any = importlib.import_module(module)
                *path, last = name.split(".")
                for part in path:
                    owner = getattr(owner, part)
                patches.enter_context(patch.object(owner, last, _timed(getattr(owner, last), took, step)))
        yield


def _timed(step: Callable[..., Any], took: Counter[str], name: str) -> Callable[..., Any]:
    def run(*args: Any, **kwargs: Any) -> Any:
        started = time.process_time()
        try:
            return step(*args, **kwargs)
        finally:
            took[name] += time.process_time() - started  # type: ignore[assignment]

    return run


def _peak(who: int) -> float:
    """Megabytes. The mark of the process itself is read where there is one: Linux counts what the parent held into `ru_maxrss`."""
    status = Path("/proc/self/status")
    if who == resource.RUSAGE_SELF and status.exists():
        return next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmHWM")) / 1024
    return resource.getrusage(who).ru_maxrss / 1024


# growth


def _print_growth() -> None:
    print("\n  growth, made-up counts: seconds of processor to protect and pass the gate (figures; shown below the council)")
    for method in METHODS:
        for groups in GROUPS:
            cells = [_child("growth", str(units), str(groups), "1", method) for units in UNITS]
            told = (f"{u} units {c['seconds']:.1f} s ({c['figures']:,}; {c['shown']:.0%})" for u, c in zip(UNITS, cells, strict=True))
            print(f"    {method}, {groups} groups: " + ", ".join(told), flush=True)
        periods = [_child("growth", "50", "10", str(many), method) for many in PERIODS]
        told = (f"{many} periods {c['seconds']:.1f} s ({c['clock']:.1f} s by the clock)" for many, c in zip(PERIODS, periods, strict=True))
        print(f"    {method}, 50 units, 10 groups: " + ", ".join(told), flush=True)


def growth(units: str, groups: str, periods: str, method: str) -> dict[str, Any]:
    """Made-up counts of as many periods, in as many processes as a refresh would use."""
    made = [made_up(int(units), int(groups), seed) for seed in range(int(periods))]
    settings = DisclosureSettings(
        profiles={"first": Profile.model_validate({"title": "First", "below_council": method})}, audiences={"all": "first"}
    )
    before, started = _processor(), time.perf_counter()
    with Workers(protect_and_pass, settings, processors()) as workers:
        shown = list(workers.run(made, here=len(made) == 1))
    seconds, clock = _processor() - before, time.perf_counter() - started
    return {"seconds": seconds, "clock": clock, "figures": len(made[0].regions), "shown": float(np.mean(shown))}


def protect_and_pass(settings: DisclosureSettings, counts: Counts) -> float:
    """Share of the figures below the council that are shown."""
    ((_, shown),) = protect_counts(counts, settings).items()
    passed = pass_gate(counts, shown, next(iter(settings.profiles.values()))).shown
    below = np.array([region.unit != counts.tree.root for region in counts.regions])
    return float((~np.isnan(passed.shown[below])).mean())


def made_up(units: int, groups: int, seed: int) -> Counts:
    """Sixty people in each of so many services under eight directorates, by ethnic groups of which most are small, sex and grade."""
    rng = np.random.default_rng(seed)
    parents: dict[str, str | None] = {"council": None, **{f"d{d}": "council" for d in range(8)}}
    parents |= {f"s{n:03d}": f"d{n % 8}" for n in range(units)}
    atoms = [atom for group in ETHNICITY.values() for atom in group][:groups]
    axes = {"ethnicity": atoms, "sex": ["F", "M"], "grade": [f"g{n}" for n in range(8)]}
    places, many = [u for u in parents if u.startswith("s")], 60 * units
    weights, shares = rng.lognormal(0, 1, units), 1 / np.arange(1, groups + 1) ** 1.5
    people = pd.DataFrame(
        {
            "unit": rng.choice(np.array(places, dtype=object), many, p=weights / weights.sum()),
            "ethnicity": rng.choice(np.array(atoms, dtype=object), many, p=shares / shares.sum()),
            "sex": rng.choice(np.array(["F", "M"], dtype=object), many, p=[0.66, 0.34]),
            "grade": rng.choice(np.array(axes["grade"], dtype=object), many, p=[0.12, 0.2, 0.22, 0.18, 0.14, 0.09, 0.04, 0.01]),
            "n": 1,
        }
    )
    by = {axis: each(*held) for axis, held in axes.items()}
    published = [
        Published(depth=2),
        Published({"ethnicity": by["ethnicity"]}, 2),
        Published({"sex": by["sex"]}, 2),
        Published({"grade": by["grade"]}, 1),
        Published({"ethnicity": by["ethnicity"], "sex": by["sex"]}, 1),
    ]
    return make_counts(parents, axes, people, published, crossed(axes, published), sensitive=("ethnicity",))


# a quarter added, sixteen restated


def _print_year(found: Mapping[str, Any]) -> None:
    print("\n  demo council, every KPI, both audiences")
    for what, one in found.items():
        print(
            f"    {what}: {one['seconds']:.1f} s ({one['processor']:.1f} s of processor), {one['batches']} batches; peak "
            f"{one['peak']:.0f} MB, and {one['workers']:.0f} MB in the largest of {processors()} other processes"
        )


def quarters() -> dict[str, Any]:
    """Everything but the newest quarter is published first; then that quarter is added; then sixteen quarters are restated."""
    with TemporaryDirectory(prefix="equality-benchmark-") as folder:
        council = council_in("demo", Path(folder))
        configuration, settings = council.configuration, council.settings
        store = ReleaseStore(settings.releases_url)
        files = Path(folder) / "extracts"
        files.mkdir()
        found = {}
        with open_source(settings.workforce_url, read_only=False) as source:
            for extract in write_extracts(configuration.organisation, files, wanted=lambda _, day: day != NEWEST):
                ingest_files(configuration, extract.dataset, [extract.path], extract.as_at, source, settings.private_folder)
            found[f"everything before {NEWEST}"] = _measured(lambda: refresh(configuration, settings, source=source, store=store))
            load_demo(configuration, source, settings.private_folder)
            found["one quarter added, the year's end"] = _measured(lambda: refresh(configuration, settings, source=source, store=store))
            again = {"restate": STAFF_DAYS, "reason": "Measured."}
            found[f"{len(STAFF_DAYS)} quarters restated"] = _measured(
                lambda: refresh(configuration, settings, source=source, store=store, **again)
            )
        store.close()
    return found


def _measured(step: Callable[[], Any]) -> dict[str, float]:
    before, started = _processor(), time.perf_counter()
    result = step()
    return {
        "seconds": time.perf_counter() - started,
        "processor": _processor() - before,
        "batches": len(result.batches),
        "peak": _peak(resource.RUSAGE_SELF),
        "workers": _peak(resource.RUSAGE_CHILDREN),
    }


def _processor() -> float:
    """Seconds of processor of this process and those that it has ended."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(u.ru_utime + u.ru_stime for u in used)


if __name__ == "__main__":
    what, *given = sys.argv[1:]
    print(json.dumps({"counted": counted, "growth": growth, "quarters": quarters}[what](*given)))
