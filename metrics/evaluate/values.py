"""The value of each measure and the range that chance alone could give, from counts and pay figures that may be shown."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from metrics.definitions.kpi import PER, Kpi, MeasureType
from metrics.disclosure.shown import ShownCells
from metrics.evaluate.over_population import rates
from metrics.evaluate.parts import ROUNDED, pay_figures, weighted_figures
from metrics.query.counts import Part
from metrics.query.population import Population
from metrics.statistics.intervals import mean_interval, median_interval, newcombe, newcombe_within, welch, wilson
from metrics.statistics.likelihood import enough, ratio_of_ratios, relative_likelihood
from metrics.statistics.pay import MiddleOfGroup, pay_gap, pay_gap_of_means, pay_gap_of_medians
from metrics.statistics.precision import round_gap, round_pay, round_score
from metrics.statistics.rates import rate
from metrics.statistics.targets import representation_index
from metrics.statistics.weighted import share_on_effective_base

DEFAULT_INTERVAL = {
    MeasureType.COUNT: "none",
    MeasureType.PROPORTION: "wilson",
    MeasureType.SURVEY_PROPORTION: "wilson",
    MeasureType.RATE: "byar",
    MeasureType.REPRESENTATION_INDEX: "wilson",
    MeasureType.PERCENTAGE_POINT_GAP: "newcombe",
    MeasureType.TURNOVER: "wilson",
    MeasureType.FTE: "none",
    MeasureType.RELATIVE_LIKELIHOOD: "katz",
    MeasureType.RATIO_OF_RATIOS: "woolf",
    MeasureType.DISSIMILARITY: "none",
    MeasureType.EXTREME_GROUP_GAP: "none",
    MeasureType.POPULATION_RATE: "byar",
    MeasureType.RATE_RATIO: "log",
    MeasureType.INDEX_OF_DISPARITY: "wilson",
    MeasureType.MEAN: "welch",
    MeasureType.MEDIAN: "order_statistics",
    MeasureType.MEAN_DIFFERENCE: "welch",
    MeasureType.SCORE: "none",
    MeasureType.ORDINAL: "none",
    MeasureType.SHARE_OF_SUM: "none",
    MeasureType.ELAPSED_TIME: "wilson",
    MeasureType.LOWEST_GROUP_GAP: "none",
    MeasureType.SLOPE_INDEX: "none",
    MeasureType.PAY_GAP_MEAN: "delta",
    MeasureType.PAY_GAP_MEDIAN: "bootstrap",
}

COMPARING = frozenset({MeasureType.PERCENTAGE_POINT_GAP, MeasureType.REPRESENTATION_INDEX})
"""Shares that are held against that of a reference group, where there is one, and else against a benchmark."""


def interval_of(kpi: Kpi) -> str:
    """The method that makes this KPI's likely range."""
    if kpi.measure.type is MeasureType.PERCENTAGE_POINT_GAP and kpi.measure.is_within_reference and kpi.measure.interval != "none":
        return "newcombe_within"
    if kpi.measure.is_ready:
        return "none"
    return kpi.measure.interval or DEFAULT_INTERVAL[kpi.measure.type]


def needed_parts(kpi: Kpi) -> tuple[Part, ...]:
    """Parts without which there is no value."""
    kind = kpi.measure.type
    if kind in {MeasureType.COUNT, MeasureType.POPULATION_RATE}:
        return ("numerator",)
    if kind is MeasureType.RATE_RATIO:
        return ("numerator", "reference_numerator")
    if kind in {MeasureType.MEAN, MeasureType.MEDIAN}:
        return ("denominator",)
    if kind.has_two_sides:
        return ("numerator", "reference_denominator")
    if kind is MeasureType.TURNOVER:
        return ("numerator", "denominator", "reference_denominator")
    if kind is MeasureType.FTE:
        return ("denominator",)
    if kind.is_ratio or (kind in COMPARING and kpi.measure.reference_group):
        return ("numerator", "denominator", "reference_numerator", "reference_denominator")
    return ("numerator", "denominator")


def bases(kpi: Kpi) -> tuple[Part, ...]:
    """Parts that hold the people a value is about: with nobody in one of them there is no value."""
    if kpi.measure.type.has_two_sides:
        return needed_parts(kpi)
    return tuple(p for p in needed_parts(kpi) if p.endswith("denominator"))


def estimates(kpi: Kpi, rows: pd.DataFrame, shown: ShownCells, divisor: pd.Series) -> pd.DataFrame:
    """`value, lower, upper, reference_value`, same rows.

    `divisor` is the benchmark that an index, or a gap without a reference group, is made with.
    """
    make = _MAKERS[kpi.measure.type]
    found = make(kpi, rows, shown, divisor).reindex(columns=["value", "lower", "upper", "reference_value"]).astype(float)
    if interval_of(kpi) == "none":
        found[["lower", "upper"]] = np.nan
    return _as_printed(kpi, found, rows[[ROUNDED + part for part in needed_parts(kpi)]].any(axis=1))


def _as_printed(kpi: Kpi, found: pd.DataFrame, rounded: pd.Series) -> pd.DataFrame:
    """Pay and scores in the precision that may be published (`metrics.statistics.precision` says why); other measures as they are.

    `rounded`: bool, where a count behind the figure is rounded.
    """
    if not kpi.measure.type.needs_rows:
        return found
    if not kpi.measure.of_pay:
        return found.apply(round_score, rounded=rounded)
    is_gap = kpi.measure.type.is_pay_gap
    rounding = round_gap if is_gap else round_pay
    if kpi.measure.type is MeasureType.PAY_GAP_MEAN:
        found = centred(found)
    printed = {name: rounding(found[name]) for name in ("value", "lower", "upper")}
    return found.assign(**printed, reference_value=round_pay(found["reference_value"]))


def centred(found: pd.DataFrame) -> pd.DataFrame:
    """Limits about the gap as it is printed: about the one before rounding they would tell more of its digits."""
    value = round_gap(found["value"])
    return found.assign(value=value, **{edge: value + found[edge] - found["value"] for edge in ("lower", "upper")})


def _count(kpi: Kpi, rows: pd.DataFrame, shown: ShownCells, divisor: pd.Series) -> pd.DataFrame:
    return pd.DataFrame({"value": rows["numerator"]})


def share_with_range(numerator: pd.Series, denominator: pd.Series) -> pd.DataFrame:
    """A share and its Wilson limits. Rounded counts may put a part above its whole: the share then stops at 1."""
    part = numerator.clip(upper=denominator)
    return wilson(part, denominator).assign(value=part / denominator.where(denominator > 0))[["value", "lower", "upper"]]


def _proportion(kpi: Kpi, rows: pd.DataFrame, shown: ShownCells, divisor: pd.Series) -> pd.DataFrame:
    return share_with_range(rows["numerator"], rows["denominator"])


def _survey_proportion(kpi: Kpi, rows: pd.DataFrame, shown: ShownCells, divisor: pd.Series) -> pd.DataFrame:
    """The effective base stands in `reference_value`, from which the range can be worked out again."""
    found = weighted_figures(shown, rows)
    limits = share_on_effective_base(found["share"], found["effective_base"])
    return limits.assign(value=found["share"], reference_value=found["effective_base"])


def average_staff(rows: pd.DataFrame) -> pd.Series:
    """The mean of the people at the beginning and at the end of a span."""
    return (rows["denominator"] + rows["reference_denominator"]) / 2


def _turnover(kpi: Kpi, rows: pd.DataFrame, shown: ShownCells, divisor: pd.Series) -> pd.DataFrame:
    return share_with_range(rows["numerator"], average_staff(rows))


def _fte(kpi: Kpi, rows: pd.DataFrame, shown: ShownCells, divisor: pd.Series) -> pd.DataFrame:
    return pd.DataFrame({"value": pay_figures(shown, "group", rows)["total"].astype(float)})


def _rate(kpi: Kpi, rows: pd.DataFrame, shown: ShownCells, divisor: pd.Series) -> pd.DataFrame:
    """Rounded counts may put more people into the numerator than there are: the rate then stops at everybody."""
    return rate(rows["numerator"].clip(upper=rows["denominator"]), rows["denominator"], PER[kpi.measure.unit])


def _over_population(kpi: Kpi, rows: pd.DataFrame, shown: ShownCells, divisor: pd.Series) -> pd.DataFrame:
    return rates(kpi, rows, shown.populations.get(kpi.id, Population()))


def _of_each_group(kpi: Kpi, rows: pd.DataFrame, shown: ShownCells, divisor: pd.Series) -> pd.DataFrame:
    """Each group's share and its range; `metrics.evaluate.over_groups` makes the figure of whole units of them."""
    return share_with_range(rows["numerator"], rows["denominator"]).where(rows["group"] != "")


def _index(kpi: Kpi, rows: pd.DataFrame, shown: ShownCells, divisor: pd.Series) -> pd.DataFrame:
    """The limits are those of the first share; the one that it is divided by is taken as exact."""
    ours = share_with_range(rows["numerator"], rows["denominator"])
    if not kpi.measure.reference_group:
        return representation_index(ours, divisor)
    base, other = rows["denominator"], rows["reference_denominator"]
    m = rows["reference_numerator"].clip(upper=other)
    theirs = m / other.where(other > 0)
    found = representation_index(ours, theirs).assign(reference_value=theirs)
    return found.where(enough(base, other, events=(m,)))


def _point_gap(kpi: Kpi, rows: pd.DataFrame, shown: ShownCells, divisor: pd.Series) -> pd.DataFrame:
    ours = share_with_range(rows["numerator"], rows["denominator"])
    if not kpi.measure.reference_group:
        return ours.sub(divisor, axis=0)
    n, m = rows["numerator"].clip(upper=rows["denominator"]), rows["reference_numerator"].clip(upper=rows["reference_denominator"])
    theirs = m / rows["reference_denominator"].where(rows["reference_denominator"] > 0)
    method = newcombe_within if interval_of(kpi) == "newcombe_within" else newcombe
    limits = method(n, rows["denominator"], m, rows["reference_denominator"])
    return limits.assign(value=ours["value"] - theirs, reference_value=theirs)


def _likelihood(kpi: Kpi, rows: pd.DataFrame, shown: ShownCells, divisor: pd.Series) -> pd.DataFrame:
    """Nothing where it happened to nobody of a pool, or a pool is too small: such a ratio says nothing."""
    pool, other = rows["denominator"], rows["reference_denominator"]
    n, m = rows["numerator"].clip(upper=pool), rows["reference_numerator"].clip(upper=other)
    found = relative_likelihood(n, pool, m, other)
    return found.assign(reference_value=m / other.where(other > 0)).where(enough(pool, other, events=(n, m)))


def _ratio_of_ratios(kpi: Kpi, rows: pd.DataFrame, shown: ShownCells, divisor: pd.Series) -> pd.DataFrame:
    pool, other = rows["denominator"], rows["reference_denominator"]
    n, m = rows["numerator"].clip(upper=pool), rows["reference_numerator"].clip(upper=other)
    found = ratio_of_ratios(n, pool - n, m, other - m)
    return found.where(enough(pool, other, events=(n, pool - n, m, other - m)))


def _dissimilarity(kpi: Kpi, rows: pd.DataFrame, shown: ShownCells, divisor: pd.Series) -> pd.DataFrame:
    """Each group's share; `metrics.evaluate.over_groups` makes the figure of whole units of them."""
    shares = share_with_range(rows["numerator"], rows["denominator"])[["value"]]
    return shares.where(rows["group"] != "")


def _extreme_gap(kpi: Kpi, rows: pd.DataFrame, shown: ShownCells, divisor: pd.Series) -> pd.DataFrame:
    """Each group's gap; `metrics.evaluate.over_groups` takes the largest."""
    found = _median_gap(kpi, rows, shown, divisor)
    return found.assign(value=found["value"].where(rows["group"] != ""))


def _mean(kpi: Kpi, rows: pd.DataFrame, shown: ShownCells, divisor: pd.Series) -> pd.DataFrame:
    pay = pay_figures(shown, "group", rows)
    return mean_interval(rows["denominator"], pay["mean"], pay["variance"]).assign(value=pay["mean"])


def _median(kpi: Kpi, rows: pd.DataFrame, shown: ShownCells, divisor: pd.Series) -> pd.DataFrame:
    pay = pay_figures(shown, "group", rows)
    limits = [_median_limits(middle(n, ranks)) for n, ranks in zip(rows["denominator"], pay["ranks"], strict=True)]
    return pd.DataFrame(limits, columns=["lower", "upper"], index=rows.index).assign(value=pay["median"])


def _median_limits(group: MiddleOfGroup | None) -> tuple[float, float]:
    return (np.nan, np.nan) if group is None else median_interval(group.n, group.ranks, group.rank_first)


def _mean_gap(kpi: Kpi, rows: pd.DataFrame, shown: ShownCells, divisor: pd.Series) -> pd.DataFrame:
    ours, theirs = pay_figures(shown, "group", rows), pay_figures(shown, "reference", rows)
    found = pay_gap_of_means(
        rows["numerator"], ours["mean"], ours["variance"], rows["reference_denominator"], theirs["mean"], theirs["variance"]
    )
    return found.assign(reference_value=theirs["mean"])


def _mean_difference(kpi: Kpi, rows: pd.DataFrame, shown: ShownCells, divisor: pd.Series) -> pd.DataFrame:
    ours, theirs = pay_figures(shown, "group", rows), pay_figures(shown, "reference", rows)
    found = welch(rows["numerator"], ours["mean"], ours["variance"], rows["reference_denominator"], theirs["mean"], theirs["variance"])
    return found.assign(value=found["difference"], reference_value=theirs["mean"])


def _median_gap(kpi: Kpi, rows: pd.DataFrame, shown: ShownCells, divisor: pd.Series) -> pd.DataFrame:
    ours, theirs = pay_figures(shown, "group", rows), pay_figures(shown, "reference", rows)
    found = [
        pay_gap_of_medians(group, our_median, reference, their_median) if group is not None and reference is not None else (np.nan,) * 3
        for group, our_median, reference, their_median in zip(
            [middle(n, ranks) for n, ranks in zip(rows["numerator"], ours["ranks"], strict=True)],
            ours["median"].astype(float),
            [middle(n, ranks) for n, ranks in zip(rows["reference_denominator"], theirs["ranks"], strict=True)],
            theirs["median"].astype(float),
            strict=True,
        )
    ]
    limits = pd.DataFrame(found, columns=["value", "lower", "upper"], index=rows.index)
    return limits.assign(value=pay_gap(ours["median"].astype(float), theirs["median"].astype(float)), reference_value=theirs["median"])


def middle(n: float, ranks: object) -> MiddleOfGroup | None:
    """The values around a group's middle, placed by the base as it is shown.

    The values stand evenly about the median, so a base that was rounded still puts them in the right place: it only
    changes how many people the range is worked out for. A base of the other parity counts one person more.
    """
    if not isinstance(ranks, (np.ndarray, list, tuple)) or len(ranks) == 0 or np.isnan(n):
        return None
    values = np.asarray(ranks, dtype=float)
    people = max(int(n), len(values))
    people += (people - len(values)) % 2
    return MiddleOfGroup(people, values, (people - len(values)) // 2 + 1)


_MAKERS: dict[MeasureType, Callable[[Kpi, pd.DataFrame, ShownCells, pd.Series], pd.DataFrame]] = {
    MeasureType.COUNT: _count,
    MeasureType.PROPORTION: _proportion,
    MeasureType.SURVEY_PROPORTION: _survey_proportion,
    MeasureType.TURNOVER: _turnover,
    MeasureType.FTE: _fte,
    MeasureType.RATE: _rate,
    MeasureType.REPRESENTATION_INDEX: _index,
    MeasureType.PERCENTAGE_POINT_GAP: _point_gap,
    MeasureType.POPULATION_RATE: _over_population,
    MeasureType.RATE_RATIO: _over_population,
    MeasureType.INDEX_OF_DISPARITY: _of_each_group,
    MeasureType.MEAN: _mean,
    MeasureType.MEDIAN: _median,
    MeasureType.RELATIVE_LIKELIHOOD: _likelihood,
    MeasureType.RATIO_OF_RATIOS: _ratio_of_ratios,
    MeasureType.DISSIMILARITY: _dissimilarity,
    MeasureType.EXTREME_GROUP_GAP: _extreme_gap,
    MeasureType.MEAN_DIFFERENCE: _mean_difference,
    MeasureType.PAY_GAP_MEAN: _mean_gap,
    MeasureType.PAY_GAP_MEDIAN: _median_gap,
}
