"""Where all employers of the country stand, as percentiles: enough to place one figure, without keeping ten thousand rows."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import quantiles

from metrics.gpg_service.columns import MEASURES
from metrics.gpg_service.rows import Row

EVERYONE, PUBLIC = "all_employers", "public_bodies"
GROUPS: Mapping[str, str] = {EVERYONE: "all employers", PUBLIC: "public bodies"}
PERCENTILES = tuple(range(1, 100))


@dataclass(frozen=True)
class Distribution:
    """Percentiles 1 to 99 of one measure among the employers of one group and year that reported it.

    Percentile p is the value at place 1 + (n - 1) p / 100 of the sorted values, between two of them in proportion
    (Hyndman and Fan 1996, definition 7).
    """

    year: int
    group: str
    measure: str
    employers: int
    percentiles: tuple[float, ...]


def distributions_of(rows: Sequence[Row]) -> tuple[Distribution, ...]:
    """Of one year, for each group and measure that at least two employers reported."""
    groups = {EVERYONE: rows, PUBLIC: [row for row in rows if row.is_public]}
    made = (
        _of(rows[0].year, group, measure, [v for row in some if (v := row.figures[measure]) is not None])
        for group, some in groups.items()
        for measure in MEASURES.values()
    )
    return tuple(found for found in made if found is not None)


def _of(year: int, group: str, measure: str, values: Sequence[float]) -> Distribution | None:
    if len(values) < 2:
        return None
    return Distribution(year, group, measure, len(values), tuple(round(v, 2) for v in quantiles(values, n=100, method="inclusive")))


def share_below(value: float, percentiles: Iterable[float]) -> int:
    """How many of a hundred employers have a lower figure, the nearest place among the percentiles; ties count half.

    >>> share_below(50.0, range(1, 100)), share_below(-3.0, range(1, 100)), share_below(200, range(1, 100))
    (50, 0, 100)
    """
    ordered = list(percentiles)
    low, high = bisect_left(ordered, value), bisect_right(ordered, value)
    if high == 0 or low == len(ordered):
        return 0 if high == 0 else 100
    return round((low + high + 1) / 2)
