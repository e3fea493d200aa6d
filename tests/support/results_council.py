"""The demo council's results alone, from its own definitions and files to a release in a store of its own: no row is about a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd

from metrics.definitions.configuration import Configuration
from metrics.definitions.load import load_configuration
from metrics.demo.small_lists import LIST_DAYS, award_rows, index_rows
from metrics.ingest.ingest import ingest_files
from metrics.pipeline import RefreshResult, refresh
from metrics.releases.store import ReleaseStore
from metrics.settings import load_settings
from metrics.sources.engine import Source

CONFIG = Path(__file__).resolve().parents[2] / "config"
Files = Mapping[tuple[str, date], pd.DataFrame]


def results_configuration(folder: Path = CONFIG) -> Configuration:
    """Of the shipped definitions those whose datasets hold results."""
    whole = load_configuration(folder)
    datasets = {id: dataset for id, dataset in whole.datasets.items() if dataset.grain == "result"}
    kpis = {id: kpi for id, kpi in whole.kpis.items() if kpi.dataset in datasets}
    return replace(whole, datasets=datasets, kpis=kpis, kpi_fingerprints={id: whole.kpi_fingerprints[id] for id in kpis})


def demo_files() -> Files:
    return {("wei", day): index_rows(day) for day in LIST_DAYS} | {("wei_award", day): award_rows(day) for day in LIST_DAYS}


def load_files(configuration: Configuration, source: Source, folder: Path, files: Files) -> None:
    for (dataset, day), rows in files.items():
        path = folder / f"{dataset} {day}.csv"
        rows.to_csv(path, index=False)
        ingest_files(configuration, dataset, [path], day, source, folder)


def publish(configuration: Configuration, source: Source, folder: Path) -> tuple[ReleaseStore, RefreshResult]:
    settings = replace(load_settings(CONFIG, environment={}), private_folder=folder)
    store = ReleaseStore(f"sqlite:///{folder}/releases.sqlite")
    return store, refresh(configuration, settings, source=source, store=store, processes=1)
