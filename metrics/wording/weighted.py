"""Weighted surveys in words: on how many answers a share rests, and what that is worth."""

from __future__ import annotations

import pandas as pd

from metrics.report import KpiSummary
from metrics.wording.values import format_number, is_missing

WEIGHTED = "survey_proportion"
BASE, EFFECTIVE = "Valid answers", "Effective base"
"""Heads of columns."""


def is_weighted(kpi: KpiSummary) -> bool:
    return kpi.measure == WEIGHTED


def describe_weighted_base(row: pd.Series) -> str:
    """ "3,036 valid answers, worth 2,008 of equal weight"; with rounded counts "about 45 valid answers, worth about 30 of equal weight"."""
    if is_missing(row["denominator"]):
        return ""
    about = "about " if bool(row["rounded"]) else ""
    words = f"{about}{format_number(row['denominator'])} valid answers"
    worth = row["reference_value"]
    return words if is_missing(worth) else f"{words}, worth {about}{format_number(worth)} of equal weight"
