"""Loads the demo council through the same door as any council's files: `ingest`."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

from metrics.definitions.configuration import Configuration
from metrics.demo.applications import RECRUITMENT_DAYS
from metrics.demo.council import PAY_DAYS, STAFF_DAYS
from metrics.demo.events import EVENTS
from metrics.demo.extracts import check_units, write_extracts
from metrics.demo.learning import LEARNING_DAYS
from metrics.demo.places import CITY_LISTS
from metrics.demo.published import TABLES
from metrics.demo.residents_survey import RESIDENT_SURVEYS
from metrics.demo.small_lists import LISTS
from metrics.demo.survey import SURVEYS
from metrics.demo.things import THINGS
from metrics.errors import InputError
from metrics.ingest.ingest import ingest_files
from metrics.sources.engine import Source
from metrics.sources.snapshots import snapshot_days

EXTRACTS: tuple[tuple[str, date], ...] = (
    *(("hr", day) for day in STAFF_DAYS),
    *(("pay", day) for day in PAY_DAYS),
    *(("recruit", day) for day in RECRUITMENT_DAYS),
    *(("learn", day) for day in LEARNING_DAYS),
    *LISTS,
    *SURVEYS,
    *CITY_LISTS,
    *TABLES,
    *RESIDENT_SURVEYS,
    *THINGS,
    *EVENTS,
)
"""Dataset and day of every file that the demo consists of."""

Progress = Callable[[str, int, int], None]
"""Told what is being done, how many steps are done, and how many there are."""


def check_synthetic(synthetic: bool, configuration: Configuration) -> None:
    """Made-up people never enter a configuration that is for real ones."""
    if not synthetic:
        raise InputError(
            f"{configuration.folder / 'settings.yaml'}: `synthetic: true` is not there, so these settings are for real figures; "
            "the demo council's invented people were not loaded.",
            advice="Run `equality demo` with the configuration that came with the program, or load your own files with `equality ingest`.",
        )
    missing = sorted({dataset for dataset, _ in EXTRACTS} - set(configuration.datasets))
    if missing:
        raise InputError(
            f"{configuration.folder}: no dataset '{missing[0]}'; `equality demo` works with the demo council's own configuration only."
        )
    check_units(configuration.organisation)


def missing_extracts(source: Source, configuration: Configuration) -> frozenset[tuple[str, date]]:
    """Files of the demo that are not loaded yet."""
    held = {(dataset, day) for dataset in {d for d, _ in EXTRACTS} for day in snapshot_days(source, dataset)}
    return frozenset(EXTRACTS) - held


def load_demo(configuration: Configuration, source: Source, private_folder: Path, progress: Progress = lambda *_: None) -> int:
    """Makes and loads every file that is missing; returns how many. Each file is loaded whole or not at all."""
    missing = missing_extracts(source, configuration)
    done = len(EXTRACTS) - len(missing)
    if not missing:
        return 0
    with tempfile.TemporaryDirectory(prefix="equality-demo-") as folder:
        for extract in write_extracts(configuration.organisation, Path(folder), wanted=lambda dataset, day: (dataset, day) in missing):
            ingest_files(configuration, extract.dataset, [extract.path], extract.as_at, source, private_folder)
            extract.path.unlink()
            done += 1
            progress(f"{configuration.datasets[extract.dataset].title}: {extract.as_at.isoformat()} loaded", done, len(EXTRACTS))
    return len(missing)
