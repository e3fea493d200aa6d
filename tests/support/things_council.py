"""The demo council's things alone, from its own definitions and files to a release in a store of its own: no row is about a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from metrics.definitions.configuration import Configuration
from metrics.definitions.load import load_configuration
from metrics.demo.people import SEED
from metrics.demo.things import THING_DAYS, things
from tests.support.results_council import CONFIG, Files

LAST = THING_DAYS[-1]
FEW = (THING_DAYS[-5], LAST)
"""Two days a year apart: enough for a change in a year."""


def things_configuration(folder: Path = CONFIG) -> Configuration:
    """Of the shipped definitions those whose datasets hold things."""
    whole = load_configuration(folder)
    datasets = {id: dataset for id, dataset in whole.datasets.items() if dataset.grain == "item"}
    kpis = {id: kpi for id, kpi in whole.kpis.items() if kpi.dataset in datasets}
    return replace(whole, datasets=datasets, kpis=kpis, kpi_fingerprints={id: whole.kpi_fingerprints[id] for id in kpis})


def thing_files(configuration: Configuration, days: Sequence[date] = FEW) -> Files:
    return {(dataset, day): make() for day in days for dataset, _, make in things(day, configuration.organisation, SEED)}
