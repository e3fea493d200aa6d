"""A series against its usual range, in words: what is within it, what is out of the ordinary and why, and why there is none."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pandas as pd

from metrics.report import KpiSummary, Report
from metrics.statistics.usual_range import Reading, Stretch
from metrics.statistics.xmr import LEAST, Variation, assurance, variation
from metrics.wording.dates import format_month
from metrics.wording.definition import describe_change_method
from metrics.wording.movement import ideal_of
from metrics.wording.structure import breaks_between
from metrics.wording.values import digits_for, format_amount, format_count_of, format_figure, format_range, format_value

JUDGEMENTS: Mapping[Variation, str] = {
    "common_cause": "Within the usual range",
    "improvement_high": "Out of the ordinary, for the better",
    "improvement_low": "Out of the ordinary, for the better",
    "concern_high": "Out of the ordinary, for the worse",
    "concern_low": "Out of the ordinary, for the worse",
    "neutral_high": "Out of the ordinary, neither good nor bad",
    "neutral_low": "Out of the ordinary, neither good nor bad",
}


def judge(point: pd.Series, kpi: KpiSummary) -> Variation:
    """What a point says, by which way is good. A KPI without a target to come closer to has no good direction."""
    neutral = kpi.polarity == "contextual" or (kpi.polarity == "closer_to_target" and kpi.usual.ideal is None)
    return variation(int(point["side"]), "contextual" if neutral else kpi.polarity)


def describe_signal(point: pd.Series, kpi: KpiSummary) -> str:
    """ "Above the usual range", "Rising, 7 figures in a row"; "" where there is no usual range or no figure."""
    if pd.isna(point["value"]) or pd.isna(point["mean"]):
        return ""
    if point["signal"] == "":
        return JUDGEMENTS["common_cause"]
    high = point["side"] > 0
    if kpi.usual.by_distance:
        return _distance_signal(str(point["signal"]), high, kpi)
    return {
        "outside": f"{'Above' if high else 'Below'} the usual range",
        "trend": f"{'Rising' if high else 'Falling'}, at least {kpi.trend} figures in a row",
        "two_of_three": f"Close to the {'upper' if high else 'lower'} edge of the usual range, two figures of three",
        "shift": f"{'Above' if high else 'Below'} the average, at least {kpi.run} figures in a row",
    }[str(point["signal"])]


def _distance_signal(signal: str, high: bool, kpi: KpiSummary) -> str:
    way = "Farther from" if high else "Closer to"
    aim = format_aim(kpi)
    return {
        "outside": f"{way} {aim} than usual",
        "trend": f"{'Moving away from' if high else 'Coming closer to'} {aim}, at least {kpi.trend} figures in a row",
        "two_of_three": f"{way} {aim} than usual, two figures of three",
        "shift": f"{way} {aim} than on average, at least {kpi.run} figures in a row",
    }[signal]


def format_aim(kpi: KpiSummary, currency: str = "£") -> str:
    """The figure that could not be better: 0, 1, 50%."""
    return format_value(ideal_of(kpi), kpi.unit, currency, _few(kpi, ideal_of(kpi)), bare=True)


def _few(kpi: KpiSummary, value: float | None) -> int | None:
    scaled = 0.0 if value is None else value * (100 if kpi.unit in {"percent", "percentage_points"} else 1)
    return 0 if abs(scaled - round(scaled)) < 1e-9 else None


def describe_point(point: pd.Series, kpi: KpiSummary) -> str:
    """The signal and whether it is for the better: "Above the usual range: for the better"."""
    words, found = describe_signal(point, kpi), judge(point, kpi)
    if words in {"", JUDGEMENTS["common_cause"]}:
        return words
    return f"{words}: {JUDGEMENTS[found].partition(', ')[2]}"


def format_usual(point: pd.Series, kpi: KpiSummary, rounded: bool, currency: str = "£") -> str:
    """ "20.7% to 22.6%", "about 21% to 23%" where figures are made from rounded counts; "" without a usual range."""
    if pd.isna(point["lower"]):
        return ""
    low, high = shown_limits(point, kpi)
    digits = digits_for(pd.Series({"rounded": rounded}), kpi.unit)
    about = "about " if rounded else ""
    if not rounded and _touches(point, low, high, kpi, digits):  # printed alike, and yet beyond the edge
        digits += 1
    if kpi.usual.by_distance:
        near, far = (format_amount(edge, kpi.unit, currency, digits) for edge in (low, high))
        noun = f" {far.partition(' ')[2]}"
        return f"{about}{near.removesuffix(noun) if noun.strip() else near} to {far} from {format_aim(kpi, currency)}"
    return about + format_range(low, high, kpi.unit, currency, digits)


def _touches(point: pd.Series, low: float, high: float, kpi: KpiSummary, digits: int) -> bool:
    """Whether a figure beyond an edge of its usual range is printed as that edge is."""
    if str(point.get("signal", "")) != "outside" or kpi.usual.by_distance:
        return False
    edge = high if point["side"] > 0 else low
    return format_value(edge, kpi.unit, digits=digits) == format_value(point["value"], kpi.unit, digits=digits)


def shown_limits(point: pd.Series, kpi: KpiSummary) -> tuple[float, float]:
    """Limits as far as the figure can go: no share lies below 0% or above 100%, no count and no distance below 0."""
    low, high = float(point["lower"]), float(point["upper"])
    if kpi.measure in {"proportion", "count", "rate", "population_rate", "fte", "mean", "median", "turnover"} or kpi.usual.by_distance:
        low = max(low, 0.0)
    return low, min(high, 1.0) if kpi.measure in ("proportion", "survey_proportion") and not kpi.usual.by_distance else high


def describe_variation(report: Report, kpi: KpiSummary, unit: str, found: Reading) -> str:
    """One or two sentences on the last shown figure; why there is no usual range where there is none. `kpi` as it stands for the unit."""
    point, stretch = found.latest, found.current
    if point is None or stretch is None:
        return ""
    if stretch.limits is None:
        return why_no_range(found, kpi)
    rows, currency = report.series(kpi.id, unit), report.provenance.currency
    last = rows[rows["period_end"] == pd.Timestamp(point["day"])].iloc[0]
    usual = format_usual(point, kpi, bool(last["rounded"]), currency)
    figure = f"{format_figure(last, kpi, currency)} in {format_month(point['day'])}"
    if point["signal"] == "":
        return f"{figure} lies within its usual range, {usual}: no more than the ups and downs of every {_grain(kpi)}."
    began = since(found)
    when = f", since {format_month(began)}" if began != point["day"] else ""
    words = describe_signal(point, kpi)
    return f"{figure}: {words[:1].lower()}{words[1:]}. Its usual range is {usual}. {JUDGEMENTS[judge(point, kpi)]}{when}."


def since(found: Reading) -> date:
    """First day of the unbroken row of signals on the same side that ends with the last shown figure."""
    shown = found.points[found.points["value"].notna()]
    last = shown.iloc[-1]
    first: date = last["day"]
    for _, row in shown.iloc[::-1].iterrows():
        if row["stretch"] != last["stretch"] or row["side"] != last["side"]:
            break
        first = row["day"]
    return first


def _grain(kpi: KpiSummary) -> str:
    return {"month": "month", "quarter": "quarter"}.get(kpi.grain, "period")


def why_no_range(found: Reading, kpi: KpiSummary) -> str:
    """Why the last shown figure has no usual range, in a sentence."""
    stretch = found.current
    if stretch is None or stretch.why is None:
        return ""
    parted = f" since {_began(found, stretch, kpi)}" if len(found.stretches) > 1 else ""
    return {
        "grain": "There is no usual range: it needs figures by month or quarter.",
        "overlap": f"There is no usual range: each figure covers {kpi.span_months} months, so neighbouring figures share most of what they "
        "count and move together.",
        "few": f"There is no usual range yet: it takes {LEAST} figures, and {format_count_of(stretch.shown)} "
        f"{'is' if stretch.shown == 1 else 'are'} shown{parted}.",
        "moving": f"There is no usual range: the {LEAST} figures that it would be made of rose or fell all along, so they have no usual "
        "level.",
        "flat": "There is no usual range: the figures it would be made of are all the same.",
    }[stretch.why]


def _began(found: Reading, stretch: Stretch, kpi: KpiSummary) -> str:
    before = pd.Timestamp(found.points["day"].iloc[stretch.first - 1])
    marks = breaks_between((*kpi.series_breaks, *kpi.rebases), before, pd.Timestamp(found.points["day"].iloc[stretch.first]))
    what = "the series was broken" if breaks_between(kpi.series_breaks, before, pd.Timestamp(stretch.from_day)) else "it was set anew"
    return f"{what} in {format_month(max(marks)[0])}" if marks else format_month(stretch.from_day)


def describe_assurance(kpi: KpiSummary, found: Reading, target: float | None, currency: str = "£") -> str:
    """What the usual range says of the target; "" without a range, a target or a good direction.

    `target` : final target of the unit, in the frame's unit; for `closer_to_target` the KPI's own `within` is asked instead
    """
    stretch = found.current
    aim = kpi.within if kpi.usual.by_distance else target
    if stretch is None or stretch.limits is None or aim is None or (kpi.usual.by_distance and kpi.usual.ideal is None):
        return ""
    told = assurance(stretch.limits, aim, kpi.polarity)
    if told is None:
        return ""
    words = format_value(aim, kpi.unit, currency, _few(kpi, aim), bare=True)
    near = format_amount(aim, kpi.unit, currency, _few(kpi, aim))
    goal = f"the target (within {near} of it)" if kpi.usual.by_distance else f"the target of {words}"
    return {
        "fails": f"Within its usual range it would never reach {goal}: all of the range is worse.",
        "passes": f"Within its usual range it would always meet {goal}: all of the range is better.",
        "hit_and_miss": f"Within its usual range it would sometimes meet {goal} and sometimes miss it.",
    }[told]


def describe_usual_method(kpi: KpiSummary) -> str:
    """For "How we know" only: the statistical names stand here and nowhere else."""
    if kpi.usual.never is not None:
        return ""
    base = (
        f"of the figures from {format_month(kpi.baseline[0])} to {format_month(kpi.baseline[1])}"
        if kpi.baseline
        else f"of the first {LEAST} figures that are shown, fixed from then on (none where half of those are signals themselves)"
    )
    what = "the distance from the target" if kpi.usual.by_distance else "the figure"
    return (
        f"XmR chart (individuals and moving ranges) of {what}: mean ± 2.66 mean moving ranges {base}; a moving range of 3.267 means "
        f"or more is left out once. Special cause: a figure beyond a limit, {kpi.trend} figures ({kpi.trend - 1} steps) that each rise or "
        f"fall, two of three between 2 sigma and a limit on the same side, or {kpi.run} in a row on one side of the mean (NHS Making Data "
        "Count; Wheeler 2000). Nothing is worked out across hidden figures, missing periods or breaks."
    )


def describe_change_rule(kpi: KpiSummary) -> str:
    """When a figure has truly moved: one rule where there is a usual range, the other where there is none."""
    interval = describe_change_method(kpi)
    if kpi.usual.never is not None:
        return interval
    return (
        "Where a unit has a usual range, its figure has truly moved since a year before when it is out of the ordinary (special cause) on "
        f"the side to which it moved. Elsewhere, and for groups: {interval[:1].lower()}{interval[1:]}"
    )


def describe_signals(kpi: KpiSummary, found: Reading) -> str:
    """How many shown figures of the chart are out of the ordinary, for its alt text."""
    shown = found.points[found.points["value"].notna() & found.points["mean"].notna()]
    apart = shown[shown["signal"] != ""]
    if shown.empty:
        return ""
    counted = f"{format_count_of(len(apart))} of {format_count_of(len(shown))} figures {'is' if len(apart) == 1 else 'are'}"
    return f"{counted[:1].upper()}{counted[1:]} out of the ordinary." if len(apart) else "No figure is out of the ordinary."
