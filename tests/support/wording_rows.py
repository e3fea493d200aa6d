"""KPI summaries and rows of an Estimates frame, as short as a test can write them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from metrics.report import ESTIMATE_COLUMNS, DimensionSummary, KpiSummary

ETHNICITY = DimensionSummary(
    "ethnicity_5",
    "Ethnic group",
    False,
    (("asian", "Asian", True), ("black", "Black", True), ("mixed", "Mixed", True), ("white", "White", True), ("other", "Other", True)),
)
SEX = DimensionSummary("sex", "Sex", False, (("female", "Women", True), ("male", "Men", True)))
DIMENSIONS = {"ethnicity_5": ETHNICITY, "sex": SEX}
LABELS = {f"ethnicity_5={id}": label for id, label, _ in ETHNICITY.categories}


def a_summary(**changes: Any) -> KpiSummary:
    plain: dict[str, Any] = {
        "id": "SL01", "title": "Ethnic minorities in senior grades", "short_title": "Ethnic minorities in senior grades",
        "why_it_matters": "Decisions are better when they are made by people who know the city.", "owner": "people_services",
        "corporate_priority": None, "dataset": "hr", "source": "Staff records", "population": "All staff without schools (headcount)",
        "who": "Asian, Black, Mixed or Other, among senior staff with known ethnic group", "measure": "proportion", "unit": "percent",
        "interval": "wilson", "column": None, "grain": "quarter", "polarity": "higher", "breakdowns": (),
        "target": (("2022-03-31", 0.21), ("2026-03-31", 0.295), ("2030-03-31", 0.38)), "has_baseline": True, "within": None,
        "status_rule": "interval", "benchmark_title": None, "benchmark_source": None, "benchmark_illustrative": False,
        "benchmark_by_group": {}, "framework": (), "headline": True, "series_breaks": (), "notes": (), "fingerprint": "f",
    }  # fmt: skip
    return KpiSummary(**{**plain, **changes})


def a_gap(**changes: Any) -> KpiSummary:
    return a_summary(
        **{"id": "PG07", "short_title": "Median ethnicity pay gap", "measure": "pay_gap_median", "interval": "bootstrap",
           "polarity": "closer_to_target", "target": (("2022-03-31", 0.10), ("2026-03-31", 0.0)), **changes}
    )  # fmt: skip


def a_row(**changes: Any) -> pd.Series:
    """24.0% of 412, off a path of 29.5%, up 1.4 points and truly moved."""
    plain: dict[str, Any] = {
        **dict.fromkeys(ESTIMATE_COLUMNS, np.nan),
        "kpi": "SL01", "breakdown": "", "unit": "council", "group": "", "period_start": pd.Timestamp("2026-03-31"),
        "period_end": pd.Timestamp("2026-03-31"), "numerator": 99.0, "denominator": 412.0, "value": 99 / 412, "lower": 0.2016,
        "upper": 0.2838, "target": 0.295, "status": "off_path", "marker": "", "everyone": 436.0, "declared": 412 / 436, "change": 0.014,
        "change_lower": 0.002, "change_upper": 0.026, "movement": "up", "rounded": False, "note": "",
    }  # fmt: skip
    return pd.Series({**plain, **changes})


def a_hidden_row(**changes: Any) -> pd.Series:
    gone = dict.fromkeys(
        ("numerator", "value", "lower", "upper", "gap", "ratio", "bound_low", "bound_high", "change", "change_lower", "change_upper"),
        np.nan,
    )
    return a_row(**{**gone, "status": "hidden", "marker": "[c]", "note": "hidden", "movement": "", **changes})


def a_group(category: str, value: float, reach: float = 0.01, **changes: Any) -> pd.Series:
    return a_row(
        **{"breakdown": "ethnicity_5", "group": f"ethnicity_5={category}", "value": value, "lower": value - reach, "upper": value + reach,
           "target": np.nan, "status": "no_target", "movement": "unclear", **changes}
    )  # fmt: skip


def a_table(*rows: pd.Series) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=list(ESTIMATE_COLUMNS))
