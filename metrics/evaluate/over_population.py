"""Rates of events over a published population, and ratios of two such rates, from events that may be shown."""

from __future__ import annotations

from datetime import date

import pandas as pd

from metrics.definitions.kpi import PER, Kpi, MeasureType
from metrics.query.population import Population
from metrics.statistics.rates import rate, rate_ratio

NOTE = "population"
"""Begins the note of a figure that is of a published population: `population:2024-06-30`, the day of its number of people."""
OF_A_RATIO = PER["per_1000"]
"""The rates of which a ratio is made are for so many people."""


def people_of(groups: pd.Series, population: Population) -> pd.Series:
    """How many people each row's group has; missing where nothing was published of it."""
    return groups.map(dict(population.people)).astype(float)


def day_of(groups: pd.Series, population: Population) -> pd.Series:
    """The day of each row's number of people; None where there is none."""
    days: dict[str, date] = dict(population.day)
    return groups.map(lambda group: days.get(str(group)))


def rates(kpi: Kpi, rows: pd.DataFrame, population: Population) -> pd.DataFrame:
    """`value, lower, upper`, and of a ratio `reference_value`, the rate of the reference group for every 1,000."""
    people = people_of(rows["group"], population)
    if kpi.measure.type is MeasureType.POPULATION_RATE:
        return rate(rows["numerator"], people, PER[kpi.measure.unit])
    other = pd.Series(population.people.get(reference_group(kpi), float("nan")), index=rows.index)
    theirs = rate(rows["reference_numerator"], other, OF_A_RATIO)
    found = rate_ratio(rows["numerator"], people, rows["reference_numerator"], other)
    of_groups = rows["group"] != ""
    return found.where(of_groups).assign(reference_value=theirs["value"].where(of_groups))


def reference_group(kpi: Kpi) -> str:
    """The key of the group that the others are held against: "ethnicity_5=white"."""
    over = str(kpi.measure.over)
    return f"{over}={kpi.measure.reference_group[over][0]}"
