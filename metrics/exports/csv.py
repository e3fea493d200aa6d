"""A report as CSV: one header, the tidy columns, and nothing that a spreadsheet would run."""

from __future__ import annotations

import io

import pandas as pd

from metrics.exports.tidy import tidy
from metrics.report import Report

STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write_csv(report: Report) -> bytes:
    """UTF-8 with a byte order mark, so that Excel reads the letters right. Release, synthetic and marker stand in every row."""
    frame = tidy(report)
    for column in frame.columns:
        if not pd.api.types.is_numeric_dtype(frame[column]):
            frame[column] = [harmless(v) for v in frame[column]]
    text = io.StringIO()
    frame.to_csv(text, index=False, lineterminator="\r\n", na_rep="")
    return text.getvalue().encode("utf-8-sig")


def harmless(text: str) -> str:
    """Text that a spreadsheet will show, not calculate."""
    return f"'{text}" if text.startswith(STARTS_A_FORMULA) else text
