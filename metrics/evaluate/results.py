"""Results that the council was given as estimates: value, target and status. There is no likely range, because nobody was counted."""

from __future__ import annotations

import numpy as np
import pandas as pd

from metrics.definitions.configuration import Configuration
from metrics.definitions.kpi import Kpi
from metrics.evaluate.evaluate import against_target, as_contract
from metrics.query.results import Results

NOT_ENTERED = "not_entered"


def evaluate_results(results: Results, configuration: Configuration) -> pd.DataFrame:
    """One row of `metrics.report.ESTIMATE_COLUMNS` per figure; the change columns stay empty.

    A year that was not entered has a row for the whole alone, empty: `[z]`, note `not_entered`.
    """
    made = [
        _one_kpi(configuration.kpis[str(id)], rows.reset_index(drop=True), results, configuration)
        for id, rows in results.figures.groupby("kpi", sort=False)
    ]
    return as_contract(pd.concat(made, ignore_index=True), results.period)


def _one_kpi(kpi: Kpi, rows: pd.DataFrame, results: Results, configuration: Configuration) -> pd.DataFrame:
    found = rows.assign(unit=configuration.organisation.root.id, rounded=False, lower=np.nan, upper=np.nan, note="", marker="")
    found = found[(found["group"] == "") | found["value"].notna()].reset_index(drop=True)
    empty = found["value"].isna()
    found["marker"] = found["marker"].mask(empty, "[z]")
    against_target(kpi, found, results.period.end)
    found["note"] = found["note"].mask(empty, NOT_ENTERED)
    return found
