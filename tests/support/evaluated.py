"""Estimates of one KPI from a few shown counts, as short as a test can write them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd

from metrics.definitions.benchmark import Benchmark
from metrics.definitions.configuration import Configuration
from metrics.definitions.kpi import Kpi
from metrics.definitions.profile import DisclosureSettings, Profile
from metrics.evaluate.evaluate import evaluate
from tests.support.factories import a_configuration, a_proportion
from tests.support.shown import some_shown

MINORITY = {"ethnicity_5": ["asian", "black"]}
KNOWN = {"ethnicity_5": "known"}
SHARE = a_proportion(MINORITY, KNOWN)
CENSUS = Benchmark(
    id="census", title="Residents", population="all residents", source="Census 2021", date=date(2021, 3, 21), value=51.4,
    dimension="ethnicity_5", by_category={"asian": 31.0, "black": 10.9, "white": 48.6},
)  # fmt: skip


def configured(kpi: Kpi, **profile: Any) -> Configuration:
    plain = a_configuration(kpi)
    profiles = {"leadership": Profile(title="Leadership", **profile), "public": Profile(title="Public", minimum_base=30)}
    audiences = {"leadership": "leadership", "public": "public"}
    return replace(plain, benchmarks={"census": CENSUS}, disclosure=DisclosureSettings(profiles=profiles, audiences=audiences))


def estimated(kpi: Kpi, *figures: Mapping[str, Any], pay: Any = (), audience: str = "leadership", **profile: Any) -> pd.DataFrame:
    return evaluate(some_shown(figures, pay, audience=audience), configured(kpi, **profile))


def one(kpi: Kpi, pay: Any = (), audience: str = "leadership", **parts: Any) -> pd.Series:
    return estimated(kpi, parts, pay=pay, audience=audience).iloc[0]


def share(numerator: Any, denominator: Any, everyone: Any = 1000, possible: Any = 100, **keys: Any) -> dict[str, Any]:
    return {"numerator": numerator, "denominator": denominator, "everyone": everyone, "possible": possible, **keys}
