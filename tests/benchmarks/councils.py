"""The data that is measured: the demo council and a real one, loaded into a temporary folder through `ingest`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from metrics.definitions.configuration import Configuration
from metrics.definitions.load import load_configuration
from metrics.demo.load import load_demo
from metrics.ingest.ingest import ingest_files
from metrics.settings import Settings, load_settings
from metrics.sources.engine import Source, open_source

ROOT = Path(__file__).resolve().parents[2]
SHARED_DATA = Path(os.environ.get("EQUALITY_REAL_DATA", ROOT.parent / "shared" / "data"))
HOUSTON_DAY = date(2016, 6, 30)
FOLDERS = {"demo": ROOT / "config", "houston": ROOT / "tests" / "councils" / "houston" / "config"}


@dataclass(frozen=True)
class Council:
    name: str
    configuration: Configuration
    settings: Settings
    file: Path

    def open(self) -> Source:
        return open_source(self.settings.workforce_url)


def council_in(name: str, folder: Path) -> Council:
    """A council whose files stand, or will stand, in a folder."""
    settings = replace(
        load_settings(FOLDERS[name]),
        workforce_url=f"duckdb:///{(folder / 'workforce.duckdb').as_posix()}",
        releases_url=f"sqlite:///{(folder / 'releases.sqlite').as_posix()}",
        private_folder=folder / "private",
        data_folder=folder,
    )
    return Council(name, load_configuration(FOLDERS[name]), settings, folder / "workforce.duckdb")


@contextmanager
def loaded(name: str) -> Iterator[Council]:
    with TemporaryDirectory(prefix="equality-benchmark-") as folder:
        council = council_in(name, Path(folder))
        with open_source(council.settings.workforce_url, read_only=False) as source:
            if name == "demo":
                load_demo(council.configuration, source, council.settings.private_folder)
            else:
                files = [SHARED_DATA / "houston_employees" / "employee.csv"]
                ingest_files(council.configuration, "employees", files, HOUSTON_DAY, source, council.settings.private_folder)
        yield council


def available() -> list[str]:
    """Houston's public file is not part of the project."""
    return ["demo", *(["houston"] if (SHARED_DATA / "houston_employees" / "employee.csv").is_file() else [])]
