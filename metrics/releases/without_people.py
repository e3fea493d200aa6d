"""Figures that hold no counts of people: what a batch may hold whose certificate says so, because no attack was needed on it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from metrics.definitions.kpi import PER
from metrics.releases.worked_out import ALIKE
from metrics.statistics.rates import rate

RESULTS = ("score", "ordinal")
THINGS = ("item:count", "item:proportion", "item:share_of_sum", "item:elapsed_time")
PUBLISHED = (
    "published:count", "published:proportion", "published:rate", "published:percentage_point_gap", "published:lowest_group_gap",
    "published:slope_index", "published:index_of_disparity",
)  # fmt: skip
"""Kinds of figures as `metrics.report.KpiSummary.kind_of_figure` has them: what the rows are, and the measure. A figure of people has no
such kind, so it is never let through here; a new measure is let through on purpose."""
OF_PEOPLE = ("everyone", "declared", "bound_low", "bound_high", "benchmark", "gap", "ratio")
"""What such a figure may not say: it would be of people who answer, or of an outside comparison."""
OF_CHANCE = ("lower", "upper", "change_lower", "change_upper")
"""What only counts give, of things or as somebody else has published them; points and awards have none."""
HELD_AGAINST = "reference_value"


def holds_people(certificate: Mapping[str, Any]) -> bool:
    return bool(certificate.get("people", True))


def faults_without_people(cells: pd.DataFrame, counts: int, measures: Mapping[str, str]) -> dict[str, int]:
    """What is wrong with figures that are said to hold no counts of people, in words, to how many of them.

    Let through are points with what could be had, places of awards, figures of things, and figures that somebody else has published; each
    value that is made of two numbers is that of its own printed ones.

    Parameters
    ----------
    counts : how many counts of people the system beside them holds
    measures : KPI to its kind of figure
    """
    kind = np.array([measures.get(str(kpi), "") for kpi in cells["kpi"]], dtype=object).astype(str)
    value, given, most = (cells[name].to_numpy(dtype=float) for name in ("value", "numerator", "denominator"))
    with np.errstate(divide="ignore", invalid="ignore"):
        own = (given >= 0) & (most > 0) & (given <= most) & (np.abs(value - given / most) <= ALIKE)
        place = (value >= 0) & (value == np.round(value))
    nothing = np.isnan(value) & np.isnan(given) & np.isnan(most)
    result = np.isin(kind, RESULTS)
    ranged = cells[[*OF_CHANCE]].notna().to_numpy().any(axis=1)
    against = cells[HELD_AGAINST].notna().to_numpy()
    found = {
        "are of a measure that may hold counts of people": ~np.isin(kind, [*RESULTS, *THINGS, *PUBLISHED]),
        "are split as only figures of people are": ~_of_one_dimension(cells, kind),
        "stand beside counts of people": np.full(len(cells), counts > 0),
        "say something of people": cells[[*OF_PEOPLE]].notna().to_numpy().any(axis=1)
        | (result & ranged)
        | (against & (kind != "published:percentage_point_gap")),
        "are no share of their own points": (kind == "score") & ~nothing & ~own,
        "are no place among awards": (kind == "ordinal") & ~nothing & ~(place & np.isnan(given) & np.isnan(most)),
        "are not made of their own printed numbers": _of_other_numbers(cells, kind, value, given, most),
    }
    return {words: int(rows.sum()) for words, rows in found.items() if rows.any()}


def _of_one_dimension(cells: pd.DataFrame, kind: np.ndarray) -> np.ndarray:
    """Figures of the whole, of one category of the dimension that the breakdown names, or of one unit where things belong to units."""
    pairs = list(zip(cells["breakdown"].astype(str), cells["group"].astype(str), strict=True))
    one = np.array([";" not in group and group.partition("=")[0] == breakdown for breakdown, group in pairs], dtype=bool)
    of_unit = np.isin(kind, THINGS) & np.array([group == "" and "+" not in breakdown for breakdown, group in pairs], dtype=bool)
    return np.asarray(one | of_unit)


def _of_other_numbers(cells: pd.DataFrame, kind: np.ndarray, value: np.ndarray, given: np.ndarray, most: np.ndarray) -> np.ndarray:
    """Values that the two numbers printed beside them do not give; those of which the publisher gives no two numbers are not asked."""
    counted = ~np.isnan(given) & ~np.isnan(most) & ~np.isnan(value)
    wrong = np.zeros(len(cells), dtype=bool)
    for kinds, wanted in _wanted(cells, value, given, most):
        asked = np.isin(kind, kinds) & counted
        wrong |= asked & ~(np.abs(value - wanted) <= ALIKE * np.maximum(1.0, np.abs(wanted)))
    thing = np.isin(kind, THINGS) & (kind != "item:count") & ~np.isnan(value)
    count = np.isin(kind, ("item:count", "published:count")) & ~np.isnan(value)
    return np.asarray(wrong | (thing & ~(counted & (given <= most))) | (count & (value != given)))


def _wanted(cells: pd.DataFrame, value: np.ndarray, given: np.ndarray, most: np.ndarray) -> Iterator[tuple[tuple[str, ...], np.ndarray]]:
    """Kinds of figures, and what each must be by its two numbers."""
    with np.errstate(divide="ignore", invalid="ignore"):
        share = given / np.where(most > 0, most, np.nan)
        per_one = rate(pd.Series(given), pd.Series(most), per=1.0)["value"].to_numpy(dtype=float)
        steps = np.array(sorted(PER.values()), dtype=float)
        per = steps[np.abs(np.nan_to_num(value / per_one, nan=steps[0], posinf=steps[0])[:, None] - steps).argmin(axis=1)]
    yield ("item:proportion", "item:share_of_sum", "published:proportion"), share
    yield ("published:rate",), per_one * per
    yield ("published:percentage_point_gap",), share - cells[HELD_AGAINST].to_numpy(dtype=float)
