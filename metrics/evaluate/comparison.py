"""Against what: the benchmark of each row, and the gap to it or to everyone in the same unit."""

from __future__ import annotations

import numpy as np
import pandas as pd

from metrics.definitions.benchmark import Benchmark
from metrics.definitions.configuration import Configuration
from metrics.definitions.kpi import Kpi, MeasureType

COMPARED = frozenset(
    {
        MeasureType.COUNT,
        MeasureType.PROPORTION,
        MeasureType.SURVEY_PROPORTION,
        MeasureType.RATE,
        MeasureType.POPULATION_RATE,
        MeasureType.TURNOVER,
        MeasureType.MEAN,
        MeasureType.MEDIAN,
        MeasureType.DISSIMILARITY,
    }
)
"""Measures whose figure is no comparison by itself."""


def factor(kpi: Kpi) -> float:
    """YAML is in the reader's unit: 36.4 percent is 0.364 in the frame."""
    return 0.01 if kpi.measure.unit in {"percent", "percentage_points"} else 1.0


def benchmark_factor(kpi: Kpi) -> float:
    """Benchmarks of counts and of representation indexes are shares of a population, in percent."""
    return 0.01 if kpi.measure.type in {MeasureType.COUNT, MeasureType.REPRESENTATION_INDEX} else factor(kpi)


def benchmark_by_group(configuration: Configuration, kpi: Kpi) -> dict[str, float]:
    """Group key ("ethnicity_5=asian") to its benchmark, as in the frame."""
    found = _benchmark(configuration, kpi)
    if found is None or found.dimension is None:
        return {}
    return {f"{found.dimension}={category}": value * benchmark_factor(kpi) for category, value in found.by_category.items()}


def _benchmark(configuration: Configuration, kpi: Kpi) -> Benchmark | None:
    return configuration.benchmarks[kpi.benchmark] if kpi.benchmark else None


def _single(configuration: Configuration, kpi: Kpi) -> float:
    """The benchmark's one value; none for a number of people, which is compared group by group only."""
    found = _benchmark(configuration, kpi)
    if found is None or found.value is None or kpi.measure.type is MeasureType.COUNT:
        return float("nan")
    return found.value * benchmark_factor(kpi)


def benchmarks(configuration: Configuration, kpi: Kpi, groups: pd.Series) -> pd.Series:
    """The benchmark of each row: by the row's category of the benchmark's dimension, else the single value for a whole unit.

    A single value describes everyone outside, so it says nothing of one group inside: groups have no benchmark then.
    """
    by_group, single = benchmark_by_group(configuration, kpi), _single(configuration, kpi)
    looked_up = {key: _of_group(key, by_group, single) for key in groups.unique()}
    return groups.map(looked_up).astype(float)


def _of_group(key: str, by_group: dict[str, float], single: float) -> float:
    if not key:
        return single
    return next((by_group[part] for part in key.split(";") if part in by_group), np.nan)


def divisors(configuration: Configuration, kpi: Kpi, groups: pd.Series) -> pd.Series:
    """What an index is divided by, and a gap without a reference group is taken to: the row's own benchmark, else the single one."""
    return benchmarks(configuration, kpi, groups).fillna(_single(configuration, kpi))


def gaps(configuration: Configuration, kpi: Kpi, rows: pd.DataFrame) -> pd.DataFrame:
    """`gap, ratio`: value minus, and divided by, its comparator.

    The comparator is the row's benchmark; without one, a group is compared with everyone in its own unit, and a whole unit with nothing.
    A count is compared by its share of those whose answer is known. An index or a gap already is a comparison and has neither.
    Nor has a group that takes the numerator's place (minority ethnic share by ethnic group): its share is not a share of the unit's.
    """
    if kpi.measure.type not in COMPARED:
        return pd.DataFrame({"gap": np.nan, "ratio": np.nan}, index=rows.index)
    if kpi.measure.type is MeasureType.COUNT:
        compared = (rows["numerator"] / rows["denominator"].where(rows["denominator"] > 0)).clip(upper=1)
        other = rows["benchmark"]
    else:
        compared = rows["value"]
        alike = {key: bool(key) and not takes_numerators_place(configuration, kpi, str(key)) for key in rows["group"].unique()}
        other = rows["benchmark"].fillna(everyone_in_unit(rows).where(rows["group"].map(alike)))
    return pd.DataFrame({"gap": compared - other, "ratio": compared / other.where(other > 0)})


def takes_numerators_place(configuration: Configuration, kpi: Kpi, group: str) -> bool:
    """Whether the group is a category of the very characteristic that the numerator is about."""
    columns = configuration.sources_of(kpi.dataset)
    about = {columns[name] for name in (*kpi.measure.numerator, *([kpi.measure.over] if kpi.measure.over else []))}
    return any(columns[part.partition("=")[0]] in about for part in group.split(";") if part)


def everyone_in_unit(rows: pd.DataFrame) -> pd.Series:
    """The value of each row's unit without any group; missing where that is hidden or not published."""
    whole = rows[rows["group"] == ""].drop_duplicates("unit").set_index("unit")["value"]
    return rows["unit"].map(whole).astype(float)
