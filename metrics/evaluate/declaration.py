"""How many have answered, and what follows: withheld, read with care, or bounded."""

from __future__ import annotations

import numpy as np
import pandas as pd

from metrics.definitions.configuration import Configuration
from metrics.definitions.kpi import Kpi, MeasureType
from metrics.definitions.mark_words import is_mark
from metrics.evaluate.parts import REGION

WITHHELD_BELOW, CARE_BELOW, BOUNDS_BELOW = 0.60, 0.80, 0.90


def asks_for_known(configuration: Configuration, kpi: Kpi) -> bool:
    """Whether the denominator leaves out people whose answer is not known. What happened to people is no answer of theirs."""
    return any(
        (wanted == "known" or set(wanted) == set(configuration.dimensions[name].known)) and not is_mark(configuration, name)
        for name, wanted in kpi.measure.denominator.items()
    )


def declared(configuration: Configuration, kpi: Kpi, rows: pd.DataFrame) -> pd.Series:
    """Share whose answer is known, from 0 to 1; missing where no answer is asked for, or where it may not be shown."""
    rate = (rows["denominator"] / rows["everyone"].where(rows["everyone"] > 0)).clip(upper=1)
    if kpi.measure.type.is_ratio:
        return (rows["possible"] / rows["everyone"].where(rows["everyone"] > 0)).clip(upper=1)
    if asks_for_known(configuration, kpi):
        return rate
    if kpi.measure.type is MeasureType.COUNT or kpi.measure.type.has_two_sides or kpi.measure.type.has_population:
        return rate.where((rows[REGION + "denominator"] != rows[REGION + "everyone"]) & (rows[REGION + "everyone"] >= 0))
    return rate * np.nan


def bounds(kpi: Kpi, rows: pd.DataFrame, known: pd.Series, divisor: pd.Series) -> pd.DataFrame:
    """`bound_low, bound_high`: the value if none, and if all, of the unknown belonged. Only where under 90 in 100 are known.

    The value itself always lies between them; rounded counts may say otherwise, and are then overruled.
    """
    everyone = rows["everyone"].where((known < BOUNDS_BELOW) & (rows["everyone"] > 0))
    found = pd.DataFrame({"bound_low": rows["numerator"] / everyone, "bound_high": rows["possible"] / everyone}).clip(0, 1)
    if kpi.measure.type is MeasureType.REPRESENTATION_INDEX and not kpi.measure.reference_group:
        found = found.div(divisor.where(divisor > 0), axis=0)
    elif kpi.measure.type is MeasureType.PERCENTAGE_POINT_GAP and not kpi.measure.reference_group:
        found = found.sub(divisor, axis=0)
    elif kpi.measure.type is not MeasureType.PROPORTION:
        return found * np.nan
    low, high = found["bound_low"], found["bound_high"]
    return pd.DataFrame(
        {"bound_low": low.where(~(low > rows["value"]), rows["value"]), "bound_high": high.where(~(high < rows["value"]), rows["value"])}
    )
