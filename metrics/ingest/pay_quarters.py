"""Pay quarters of a snapshot: everybody of it is ranked together, so this comes after all of its rows were read."""

from __future__ import annotations

from hashlib import blake2b

import numpy as np
import pandas as pd

from metrics.definitions.configuration import Configuration
from metrics.definitions.dataset import Dataset
from metrics.definitions.pay_columns import NO_QUARTER, QUARTERS
from metrics.statistics.statutory_pay import assign_quarters


def fill_quarters(configuration: Configuration, dataset: Dataset, rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with each column of quarters filled, day by day; unchanged where the dataset declares none.

    Ranked are the people of the quarters' population with pay on record whose category of the sharing dimension is known.
    """
    quarters = dataset.quarters
    if quarters is None:
        return rows
    ranked = in_population(configuration, dataset, quarters.population, rows) & rows[quarters.column].notna().to_numpy()
    order = _scrambled(rows)
    for name, ties in quarters.by.items():
        group = _groups(configuration, dataset, ties, rows)
        own = configuration.dimensions[name].ids
        codes = np.full(len(rows), own.index(NO_QUARTER), dtype=np.int64)
        places = np.array([own.index(quarter) for quarter in QUARTERS])
        for day in rows["as_at"].unique():
            here = np.flatnonzero(ranked & (group >= 0) & (rows["as_at"] == day).to_numpy())
            pay = rows[quarters.column].to_numpy(dtype=float)[here]
            codes[here] = places[assign_quarters(pay, group[here], order[here])]
        rows[name] = pd.Categorical.from_codes(codes, dtype=pd.CategoricalDtype(list(own)))
    return rows


def in_population(configuration: Configuration, dataset: Dataset, population: str, rows: pd.DataFrame) -> np.ndarray:
    inside = np.ones(len(rows), dtype=bool)
    for name, wanted in dataset.populations[population].where.items():
        column, categories = configuration.resolve(dataset.id, name, wanted)
        inside &= rows[column].isin(categories).to_numpy()
    return inside


def _groups(configuration: Configuration, dataset: Dataset, ties: str, rows: pd.DataFrame) -> np.ndarray:
    """Number of each person's group, -1 where it is not known. The dimension's last group is dealt first: for sex, the men."""
    column = configuration.sources_of(dataset.id)[ties]
    finest = configuration.finest(dataset.id, column).id
    number = {
        member: at
        for at, category in enumerate(reversed(configuration.dimensions[ties].known))
        for member in configuration.members(ties, finest, category)
    }
    return rows[column].astype(object).map(number).fillna(-1).to_numpy(dtype=np.int64)


def _scrambled(rows: pd.DataFrame) -> np.ndarray:
    """A number for each person that has nothing to do with payroll order: of the identifier, else of the row's place."""
    known = rows["person_id"].notna().to_numpy()
    said = np.where(known, rows["person_id"].astype(object), np.arange(len(rows)).astype(object))
    return np.array([int.from_bytes(blake2b(str(one).encode(), digest_size=7).digest()) for one in said], dtype=np.int64)
