"""Whatever is printed beside counts, worked out again from the counts that the certified system shows.

Likely ranges of shares, what is made with a comparator, declaration rates and bounds are functions of printed counts, so no true count
need stand behind one. What is made of pay, or of an earlier release (`change`), is not worked out again: its seal holds it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from metrics.definitions.kpi import PER
from metrics.definitions.waterfall import WATERFALL
from metrics.statistics.intervals import newcombe, newcombe_within, wilson
from metrics.statistics.rates import rate, rate_ratio
from metrics.statistics.weighted import STEP, share_on_effective_base

ALIKE = 1e-9
"""A number that differs by more from what its printed counts give was made of others."""
SHARES = ("proportion", "turnover", "representation_index", "percentage_point_gap")
COMPARED = ("proportion", "survey_proportion", "rate", "population_rate", "turnover", "mean", "median", "dissimilarity")
"""Measures whose value is compared with a benchmark, or with everyone in the unit."""
OVER_POPULATION = ("population_rate", "rate_ratio")
"""Measures whose denominator is a published number of people, and no count of the system's."""
OF_BOTH_GROUPS = ("relative_likelihood", "ratio_of_ratios")
"""Measures whose rate of declaration is that of both groups together."""
Wanted = tuple[str, np.ndarray, np.ndarray]
"""A column, the figures that it is asked of, and what it must be there."""


def not_worked_out(cells: pd.DataFrame, parts: Mapping[str, np.ndarray], measure: np.ndarray) -> np.ndarray:
    """Figures that print a number which their printed counts do not give; bool array, shape (figures,).

    `cells` with the columns of `metrics.report.ESTIMATE_COLUMNS`; `parts`: part to each figure's count as it is shown, missing where there
    is none; `measure`: of each figure.
    """
    counts = _Counts(parts, len(cells))
    found = np.zeros(len(cells), dtype=bool)
    with np.errstate(divide="ignore", invalid="ignore"):
        for make in (_of_shares, _of_comparisons, _of_answers):
            for column, asked, wanted in make(cells, counts, measure):
                found |= asked & differs(cells[column].to_numpy(dtype=float), wanted)
    return found


def differs(printed: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Where a printed number is another than the wanted one, or there should be none."""
    return np.asarray(~np.isnan(printed) & ~(np.abs(printed - wanted) <= ALIKE * np.maximum(1.0, np.abs(wanted))))


class _Counts:
    """The counts of figures as shown, by part."""

    def __init__(self, parts: Mapping[str, np.ndarray], figures: int) -> None:
        self.parts, self.nothing = parts, np.full(figures, np.nan)

    def of(self, part: str) -> np.ndarray:
        return self.parts.get(part, self.nothing)

    def base(self, measure: np.ndarray) -> np.ndarray:
        """The people that a share is of; for turnover the mean of both ends."""
        first, other = self.of("denominator"), self.of("reference_denominator")
        return np.where(measure == "turnover", (first + other) / 2, first)


def _of_shares(cells: pd.DataFrame, counts: _Counts, measure: np.ndarray) -> Iterator[Wanted]:
    """Values and likely ranges: of a share, of one divided by its benchmark or less it, of one less another."""
    base, other = counts.base(measure), counts.of("reference_denominator")
    part, compared = np.minimum(counts.of("numerator"), base), np.minimum(counts.of("reference_numerator"), other)
    share, value = _over(part, base), cells["value"].to_numpy(dtype=float)
    low, high = _limits(wilson(pd.Series(part), pd.Series(base)))
    for name in ("proportion", "turnover"):
        yield from _three(measure == name, share, low, high)
    yield from _rates(measure == "rate", part, base, cells)
    people = cells["denominator"].to_numpy(dtype=float)
    yield from _rates(measure == "population_rate", counts.of("numerator"), people, cells)
    yield from _ratios(measure == "rate_ratio", counts, people, cells)
    wide = (measure == "index_of_disparity") & cells["group"].ne("").to_numpy()
    yield from _three(wide, share, low, high)
    yield from _weighted(measure == "survey_proportion", value, cells)
    benchmark = np.where(np.isnan(other), cells["benchmark"].to_numpy(dtype=float), _over(compared, other))
    nobody = share == 0  # of which a benchmark that is not printed cannot be told
    indexed = (measure == "representation_index") & ~(nobody & np.isnan(benchmark))
    divisor = np.where(nobody, benchmark, share / value)
    yield from _three(indexed, value, low / divisor, high / divisor)
    of_two = (measure == "percentage_point_gap") & ~np.isnan(other)
    yield from _three((measure == "percentage_point_gap") & np.isnan(other), value, low + value - share, high + value - share)
    yield from _three(of_two, share - _over(compared, other), *_of_two(cells, part, base, compared, other))
    yield "value", indexed & ~np.isnan(benchmark), share / benchmark


def _of_two(
    cells: pd.DataFrame, part: np.ndarray, base: np.ndarray, compared: np.ndarray, other: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Limits of a difference of two groups apart, or of a group and the whole that holds it: whichever the printed ones are nearest to."""
    a, m, b, n = pd.Series(part), pd.Series(base), pd.Series(compared), pd.Series(other)
    apart, within = _limits(newcombe(a, m, b, n)), _limits(newcombe_within(a, m, b, n))
    low, high = (cells[name].to_numpy(dtype=float) for name in ("lower", "upper"))
    nearer = np.abs(low - within[0]) + np.abs(high - within[1]) < np.abs(low - apart[0]) + np.abs(high - apart[1])
    return np.where(nearer, within[0], apart[0]), np.where(nearer, within[1], apart[1])


def _weighted(asked: np.ndarray, value: np.ndarray, cells: pd.DataFrame) -> Iterator[Wanted]:
    """The range of a weighted share is that of the printed share on the printed effective base."""
    limits = share_on_effective_base(pd.Series(np.where(asked, value, np.nan)), cells["reference_value"].reset_index(drop=True))
    yield from _three(asked, value, *_limits(limits))


def not_on_grid(cells: pd.DataFrame, base: np.ndarray) -> np.ndarray:
    """Weighted shares that are printed more finely than they may be; bool array, shape (figures,), true of other measures as well.

    To a tenth of a percentage point, or a whole number of answers of the printed base; an effective base is whole and within the base.
    """
    value, effective = (cells[name].to_numpy(dtype=float) for name in ("value", "reference_value"))
    tenth, number = value / STEP, value * base
    fine = np.where(cells["rounded"].to_numpy(dtype=bool), False, np.abs(tenth - tenth.round()) < ALIKE / STEP)
    fine |= np.abs(number - number.round()) < ALIKE * np.maximum(1.0, base)
    fine &= (value >= 0) & (value <= 1)
    whole = (np.abs(effective - effective.round()) < ALIKE) & (effective >= 1) & (effective <= base)
    return np.asarray(~np.isnan(value) & ~(fine & whole))


def _rates(asked: np.ndarray, events: np.ndarray, people: np.ndarray, cells: pd.DataFrame) -> Iterator[Wanted]:
    """A rate is for 1,000, 10,000 or 100,000 people: whichever of them the printed figure is nearest to."""
    made = rate(pd.Series(np.where(asked, events, np.nan)), pd.Series(people), per=1.0)
    value, upper = made["value"].to_numpy(dtype=float), made["upper"].to_numpy(dtype=float)
    printed = np.where(value > 0, cells["value"].to_numpy(dtype=float) / value, cells["upper"].to_numpy(dtype=float) / upper)
    steps = np.array(sorted(PER.values()), dtype=float)
    per = steps[np.abs(np.nan_to_num(printed, nan=steps[0])[:, None] - steps).argmin(axis=1)]
    yield from _three(asked, value * per, made["lower"].to_numpy(dtype=float) * per, upper * per)


def _ratios(asked: np.ndarray, counts: _Counts, people: np.ndarray, cells: pd.DataFrame) -> Iterator[Wanted]:
    """One rate over the printed one of the reference group, which must itself be of its events and a whole number of people."""
    ours, theirs = (np.where(asked, counts.of(part), np.nan) for part in ("numerator", "reference_numerator"))
    other = np.round(theirs / cells["reference_value"].to_numpy(dtype=float) * PER["per_1000"])
    made = rate_ratio(pd.Series(ours), pd.Series(people), pd.Series(theirs), pd.Series(other))
    grouped = asked & cells["group"].ne("").to_numpy()
    yield from _three(grouped, *(made[name].to_numpy(dtype=float) for name in ("value", "lower", "upper")))
    yield "reference_value", asked & (theirs > 0), _over(theirs, other) * PER["per_1000"]


def _three(asked: np.ndarray, value: np.ndarray, low: np.ndarray, high: np.ndarray) -> Iterator[Wanted]:
    yield from (("value", asked, value), ("lower", asked, low), ("upper", asked, high))


def _limits(found: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    return found["lower"].to_numpy(dtype=float), found["upper"].to_numpy(dtype=float)


def _of_comparisons(cells: pd.DataFrame, counts: _Counts, measure: np.ndarray) -> Iterator[Wanted]:
    """`gap` and `ratio`: to the benchmark, else to the printed value of the whole unit; for a number of people its share."""
    benchmark, value = cells["benchmark"].to_numpy(dtype=float), cells["value"].to_numpy(dtype=float)
    keys = pd.MultiIndex.from_frame(cells[["kpi", "unit"]].astype("str"))
    whole = pd.Series(value, index=keys)[cells["group"].eq("").to_numpy() & cells["breakdown"].ne(WATERFALL).to_numpy()]
    unit = whole[~whole.index.duplicated()].reindex(keys).to_numpy(dtype=float)
    counted = np.minimum(_over(counts.of("numerator"), counts.of("denominator")), 1)
    for asked, compared, other in (
        (np.isin(measure, COMPARED), value, np.where(np.isnan(benchmark), unit, benchmark)),
        (measure == "count", counted, benchmark),
        (~np.isin(measure, (*COMPARED, "count")), counts.nothing, counts.nothing),
    ):
        yield "gap", asked, compared - other
        yield "ratio", asked, _over(compared, other)


def _of_answers(cells: pd.DataFrame, counts: _Counts, measure: np.ndarray) -> Iterator[Wanted]:
    """How many have answered, and what the share of a numerator would be if none and if all of the others belonged to it."""
    everyone, part, possible = counts.of("everyone"), counts.of("numerator"), counts.of("possible")
    answered = np.where(np.isin(measure, OF_BOTH_GROUPS), possible, counts.of("denominator"))
    yield "declared", np.ones(len(cells), dtype=bool), np.minimum(_over(answered, everyone), 1)
    low, high = np.clip(_over(part, everyone), 0, 1), np.clip(_over(possible, everyone), 0, 1)
    value = cells["value"].to_numpy(dtype=float)
    yield "bound_low", measure == "proportion", np.minimum(low, value)
    yield "bound_high", measure == "proportion", np.maximum(high, value)


def _over(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    return np.asarray(part / np.where(whole > 0, whole, np.nan))
