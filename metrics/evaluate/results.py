"""Figures without people as estimates: value, target and status, and a likely range where counts stand behind the value."""

from __future__ import annotations

import numpy as np
import pandas as pd

from metrics.definitions.configuration import Configuration
from metrics.definitions.kpi import PER, Kpi, MeasureType
from metrics.evaluate.comparison import factor
from metrics.evaluate.evaluate import against_target, as_contract
from metrics.evaluate.published_groups import over_published_groups
from metrics.evaluate.values import interval_of
from metrics.query.results import WHY, Results
from metrics.statistics.intervals import newcombe, wilson
from metrics.statistics.rates import rate

NOT_ENTERED = "not_entered"
AS_PUBLISHED = "published_"
"""Begins the note of a figure that its publisher has marked as missing: `published_confidential`."""
MARKS = {"confidential": "[c]", "not_available": "[x]", "not_applicable": "[z]", "unreliable": "[x]"}
"""What the publisher's mark means to the marker that stands in the figure's place."""
NOTHING = "nothing"
"""Note of a share of no things at all."""


def evaluate_results(results: Results, configuration: Configuration) -> pd.DataFrame:
    """One row of `metrics.report.ESTIMATE_COLUMNS` per figure; the change columns stay empty.

    What has no figure (a year that was not entered, a number that was not published) has a row for the whole alone, empty.
    """
    made = [
        _one_kpi(configuration.kpis[str(id)], rows.reset_index(drop=True), results, configuration)
        for id, rows in results.figures.groupby("kpi", sort=False)
    ]
    return as_contract(pd.concat(made, ignore_index=True), results.period)


def _one_kpi(kpi: Kpi, rows: pd.DataFrame, results: Results, configuration: Configuration) -> pd.DataFrame:
    found = rows.assign(rounded=False, lower=np.nan, upper=np.nan, note="", marker="")
    given = configuration.datasets[kpi.dataset].grain == "result"
    if not given:
        found[["value", "lower", "upper"]] = _valued(kpi, found)
    if kpi.measure.type.is_over_groups:
        over_published_groups(kpi, configuration.dimensions[str(kpi.measure.over)], found)
        found.loc[found["group"].eq(""), ["lower", "upper"]] = np.nan
    found = found[(found["group"] == "") | found["value"].notna() | found[WHY].ne("")].reset_index(drop=True)
    empty = found["value"].isna()
    none = found["denominator"].eq(0)
    told = empty & found[WHY].ne("") & found["note"].eq("")
    found["note"] = found["note"].mask(told, AS_PUBLISHED + found[WHY])
    found["marker"] = found["marker"].mask(empty, np.where(told, found[WHY].map(MARKS), np.where(none | given, "[z]", "[x]")))
    against_target(kpi, found, results.period.end)
    found["note"] = found["note"].mask(empty & found["note"].eq(""), np.where(none, NOTHING, NOT_ENTERED if given else "not_available"))
    return found


def _valued(kpi: Kpi, rows: pd.DataFrame) -> pd.DataFrame:
    """`value, lower, upper` of each row: from its counts, or as the publisher has worked it out."""
    ready = rows["value"] * (1.0 if kpi.measure.type is MeasureType.ELAPSED_TIME else factor(kpi))
    n, of = rows["numerator"], rows["denominator"]
    nothing = pd.DataFrame({"value": ready, "lower": np.nan, "upper": np.nan})
    match kpi.measure.type:
        case MeasureType.COUNT:
            made = nothing.assign(value=n)
        case MeasureType.SHARE_OF_SUM:
            made = nothing.assign(value=_over(n, of))
        case MeasureType.ELAPSED_TIME if kpi.measure.days_allowed is None:
            made = nothing
        case MeasureType.RATE | MeasureType.SLOPE_INDEX if kpi.measure.has_counts:
            made = rate(n, of, PER[kpi.measure.unit])
        case MeasureType.PERCENTAGE_POINT_GAP:
            made = _gap(kpi, rows)
        case _ if kpi.measure.has_counts or kpi.measure.column is None:
            made = wilson(n, of).assign(value=_over(n, of))
        case _:
            made = nothing
    made = made[["value", "lower", "upper"]].astype(float)
    return made.assign(lower=np.nan, upper=np.nan) if interval_of(kpi) == "none" else made


def _gap(kpi: Kpi, rows: pd.DataFrame) -> pd.DataFrame:
    """The first group minus the second, in place, with the second's own figure in `reference_value`."""
    if kpi.measure.has_counts:
        n, of, other, whole = (rows[name] for name in ("numerator", "denominator", "reference_numerator", "reference_denominator"))
        first, rows["reference_value"] = _over(n, of), _over(other, whole)
        return newcombe(n, of, other, whole).assign(value=first - rows["reference_value"])
    first, rows["reference_value"] = rows["value"] * factor(kpi), rows["reference_value"] * factor(kpi)
    return pd.DataFrame({"value": first - rows["reference_value"], "lower": np.nan, "upper": np.nan})


def _over(part: pd.Series, whole: pd.Series) -> pd.Series:
    return part / whole.where(whole > 0)
