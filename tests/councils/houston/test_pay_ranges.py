"""How near the hidden means of a real council can be placed, by who knows every head count, every shown mean and the ends of the scale."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from metrics.definitions.load import load_configuration
from metrics.disclosure.protect import protect_counts
from metrics.disclosure.structure import structure_of
from metrics.ingest.ingest import ingest_files
from metrics.query.fetch import fetch_counts
from metrics.settings import load_settings
from metrics.sources.engine import open_source
from tests.councils.houston.labels import DAY
from tests.support.pay_attacker import Knowledge, PayAttack

pytestmark = pytest.mark.realdata
STEP, MINIMUM, NEAR, SAMPLE = 10.0, 10, 0.2, 12
"""Salaries are printed to 10 dollars. The nearest of all hidden groups under ten people, not only of the sample, is 0.51 away."""


def test_no_mean_of_fewer_than_ten_people_can_be_placed_nearly(shared_data: Path, tmp_path: Path) -> None:
    configuration, settings = (load(Path(__file__).parent / "config") for load in (load_configuration, load_settings))
    file = shared_data / "houston_employees" / "employee.csv"
    with open_source("duckdb://", read_only=False) as source:
        ingest_files(configuration, "employees", [file], DAY, source, tmp_path)
        (counts,) = fetch_counts(source, configuration, "employees", [DAY], settings.year)
    rows = protect_counts(counts, configuration.disclosure)["leadership"].statistics
    truth = counts.statistics.drop_duplicates("region").set_index("region")
    means = {
        int(r): (mean - STEP / 2, mean + STEP / 2)
        for r, mean, mark in zip(rows["region"], rows["mean"], rows["marker"], strict=True)
        if not mark
    }
    few = truth[(truth["n"] > 0) & (truth["n"] < MINIMUM)]
    assert len(few) > SAMPLE
    assert not set(few.index) & set(means)
    pay, people = pd.read_csv(file)["BASE_SALARY"], np.asarray(counts.values, dtype=float)
    attacker = PayAttack(Knowledge(structure_of(counts), people, people, means, pay.min(), pay.max()))
    for region, mean in few["mean"].sort_values().iloc[:: len(few) // SAMPLE].items():
        found = attacker.mean(int(str(region)))
        assert found.low - 1e-3 <= mean <= found.high + 1e-3
        assert found.within(mean) > NEAR
