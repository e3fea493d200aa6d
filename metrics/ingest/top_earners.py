"""Who is among the best paid of a snapshot: everybody of it is ranked together, so this comes after all of its rows were read."""

from __future__ import annotations

import numpy as np
import pandas as pd

from metrics.definitions.configuration import Configuration
from metrics.definitions.dataset import Dataset
from metrics.definitions.pay_columns import BELOW, NO_SALARY, TOP, TOP_EARNERS
from metrics.ingest.pay_quarters import in_population
from metrics.statistics.top_earners import top_of


def fill_top_earners(configuration: Configuration, dataset: Dataset, rows: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """The rows with `top_earners` filled, day by day, and what to tell the analyst; unchanged where the dataset declares none.

    Ranked are the people of its population with a salary on record.
    """
    top = dataset.top_earners
    if top is None:
        return rows, []
    ranked = in_population(configuration, dataset, top.population, rows) & rows[top.column].notna().to_numpy()
    filled = np.full(len(rows), NO_SALARY, dtype=object)
    told = []
    for day in sorted(rows.loc[ranked, "as_at"].unique()):
        here = ranked & (rows["as_at"] == day).to_numpy()
        inside, wanted = top_of(rows.loc[here, top.column].to_numpy(dtype=float), top.percent)
        filled[here] = np.where(inside, TOP, BELOW)
        told.append(_in_words(pd.Timestamp(day), top.percent, top.column, len(inside), wanted, int(inside.sum())))
    own = configuration.dimensions[TOP_EARNERS].ids
    return rows.assign(**{TOP_EARNERS: pd.Categorical(filled, categories=list(own))}), told


def _in_words(day: pd.Timestamp, percent: float, column: str, ranked: int, wanted: int, inside: int) -> str:
    said = f"{day:%d %B %Y}: the top {percent:g}% of {ranked:,} people by `{column}` is {wanted:,}"
    more = inside - wanted
    if not more:
        return f"{said}; nobody else is paid as much as the last of them."
    return f"{said}; {more:,} more {'is' if more == 1 else 'are'} paid exactly as the last of them and count, too: {inside:,}."
