"""One sentence for each chart, which is also its alt text: made from the same protected cells as the chart, and from nothing else.

Groups and units that are hidden are named as hidden, and no claim covers them: "highest" is always "of those shown".
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from metrics.report import KpiSummary
from metrics.wording.dates import format_month, format_when
from metrics.wording.definition import describe_target
from metrics.wording.likelihood import describe_order, describe_pools, is_ratio
from metrics.wording.movement import describe_movement
from metrics.wording.over_population import OVER_POPULATION, describe_rate_base
from metrics.wording.structure import breaks_between, describe_break
from metrics.wording.values import (
    MARKER_SENTENCES,
    digits_for,
    format_amount,
    format_count_of,
    format_declared,
    format_figure,
    format_list,
    format_number,
    format_points,
    format_range,
    format_value,
    is_missing,
    is_nothing,
    lower_first,
    upper_first,
)
from metrics.wording.weighted import describe_weighted_base, is_weighted
from metrics.wording.without_people import describe_parts, format_part, is_of_sums


def describe_series(rows: pd.DataFrame, kpi: KpiSummary, currency: str = "£") -> str:
    """A line over time: where it began, where it stands, how it moved; `rows` of one unit and group."""
    ordered = rows.sort_values("period_end")
    shown = ordered[ordered["value"].notna()]
    if shown.empty:
        return f"{kpi.short_title}: no figure can be shown in this time. {_empty_periods(ordered)}".strip()
    last = shown.iloc[-1]
    parted = breaks_between(kpi.series_breaks, shown["period_end"].iloc[0], last["period_end"])
    since = max((pd.Timestamp(day) for day, _ in parted), default=shown["period_end"].iloc[0])
    first = shown[shown["period_end"] >= since].iloc[0]  # never from one side of a break to the other
    here = f"{format_figure(last, kpi, currency)} in {format_month(last['period_end'])}"
    broken = " ".join(f"The line is broken: {describe_break(day, reason)}." for day, reason in parted)
    if first.name == last.name:
        order = f"{describe_order(kpi)}." if is_ratio(kpi) else ""
        return " ".join(f"{kpi.short_title}: {here}. {order} {broken} {_empty_periods(ordered)}".split())
    parts = [f"{kpi.short_title}: from {format_figure(first, kpi, currency)} in {format_month(first['period_end'])} to {here}"]
    aim = f"Target: {lower_first(describe_target(kpi, currency))}" if kpi.within is not None else describe_path(last, kpi, currency)
    parts += [text for text in (describe_movement(last, kpi, currency), aim) if text]
    order = f"{describe_order(kpi)}." if is_ratio(kpi) else ""
    return " ".join(f"{'. '.join(parts)}. {order} {broken} {_empty_periods(ordered)}".split())


def _empty_periods(rows: pd.DataFrame) -> str:
    if (absent := rows["note"].eq("not_entered")).any():
        left = _empty_periods(rows[~absent])
        return " ".join(filter(None, (f"{upper_first(describe_how_many(int(absent.sum()), 'period'))} not entered.", left)))
    found = [
        f"{describe_how_many(int((rows['marker'] == m).sum()), 'period')} {lower_first(w)}"
        for m, w in MARKER_SENTENCES.items()
        if (rows["marker"] == m).any()
    ]
    return f"{upper_first(format_list(found))}." if found else ""


def describe_how_many(number: int, thing: str) -> str:
    return f"{format_count_of(number)} {thing}{'' if number == 1 else 's'}"


def describe_groups(rows: pd.DataFrame, kpi: KpiSummary, labels: Mapping[str, str], currency: str = "£") -> str:
    """Groups at one time: every figure that is shown, who is clearly highest or lowest, and who is hidden.

    `labels`: the row's group (or unit, for rows of units) to its name. Two are clearly different only when their
    likely ranges do not touch; figures without a range (whole counts) are listed without any claim.
    """
    named = [(labels.get(_key(row), _key(row)), row) for _, row in rows.iterrows()]
    shown = [(name, row) for name, row in named if not is_missing(row["value"])]
    listing = ", ".join(f"{name} {format_figure(row, kpi, currency)}" for name, row in shown)
    parts = [listing, _apart(shown, everyone=len(shown) == len(named)), _not_shown(named), describe_order(kpi)]
    return " ".join(f"{part.rstrip('.')}." for part in parts if part)


def _key(row: pd.Series) -> str:
    return str(row["group"]) or str(row["unit"])


MANY_GROUPS = 7
"""From so many groups on, some pair is likely to stand apart by chance alone."""


def _apart(shown: list[tuple[str, pd.Series]], everyone: bool) -> str:
    ranged = [(name, row) for name, row in shown if not is_missing(row["lower"]) and not is_missing(row["upper"])]
    if len(ranged) < 2 or len(ranged) < len(shown):
        return ""
    top, bottom = max(ranged, key=lambda r: r[1]["value"]), min(ranged, key=lambda r: r[1]["value"])
    among = "" if everyone else "Of those shown, "
    if not top[1]["lower"] > bottom[1]["upper"]:
        return upper_first(f"{among}no clear difference")
    caution = f". With {len(ranged)} groups, some may differ by chance" if len(ranged) >= MANY_GROUPS else ""
    return f"{among}{_extremes(ranged, top, bottom)}{caution}"


def _extremes(ranged: list[tuple[str, pd.Series]], top: tuple[str, pd.Series], bottom: tuple[str, pd.Series]) -> str:
    highest = all(top[1]["lower"] > row["upper"] for name, row in ranged if name != top[0])
    lowest = all(bottom[1]["upper"] < row["lower"] for name, row in ranged if name != bottom[0])
    if len(ranged) > 2 and highest and lowest:
        return f"{top[0]} is clearly the highest and {bottom[0]} the lowest"
    if len(ranged) > 2 and (highest or lowest):
        return f"{top[0] if highest else bottom[0]} is clearly the {'highest' if highest else 'lowest'}"
    return f"{top[0]} is clearly higher than {bottom[0]}"


def _not_shown(named: list[tuple[str, pd.Series]]) -> str:
    words = []
    for marker, meaning in MARKER_SENTENCES.items():
        names = [name for name, row in named if is_missing(row["value"]) and row["marker"] == marker]
        if names:
            words.append(f"{format_list(names)}: {lower_first(meaning)}")
    return "; ".join(words)


def describe_hidden(rows: pd.DataFrame) -> str:
    """ "2 of 7 are hidden to protect people."; "" where nothing is."""
    hidden = int((rows["marker"] == "[c]").sum())
    if not hidden:
        return ""
    if hidden == len(rows):
        return "Hidden to protect people at this level."
    return f"{hidden} of {len(rows)} {'is' if hidden == 1 else 'are'} hidden to protect people."


def describe_range(row: pd.Series, kpi: KpiSummary, currency: str = "£") -> str:
    """ "20.2% to 28.4%. All of it is below the path."; "" without a range."""
    if is_missing(row["value"]) or is_missing(row["lower"]) or is_missing(row["upper"]):
        return ""
    words = f"{format_range(row['lower'], row['upper'], kpi.unit, currency, digits_for(row, kpi.unit))}."
    if is_missing(row["target"]):
        return words
    if row["upper"] < row["target"]:
        return f"{words} All of it is below the path."
    return f"{words} All of it is above the path." if row["lower"] > row["target"] else f"{words} It contains the path."


def describe_path(row: pd.Series, kpi: KpiSummary, currency: str = "£") -> str:
    """ "Path for March 2026: 29.5%, so 5.5 percentage points behind"; "" where there is no path."""
    if is_missing(row["target"]):
        return ""
    digits = digits_for(row, kpi.unit)
    words = f"Path for {format_month(row['period_end'])}: {format_value(row['target'], kpi.unit, currency, bare=True)}"
    if is_missing(row["value"]):
        return words
    apart = format_amount(row["value"] - row["target"], kpi.unit, currency, digits, full=True)
    if is_nothing(apart):
        return f"{words}, so level with it"
    return f"{words}, so {apart} {_which_side(row, kpi)}"


def _which_side(row: pd.Series, kpi: KpiSummary) -> str:
    above = row["value"] > row["target"]
    if kpi.polarity in {"higher", "lower"}:
        return "ahead" if above == (kpi.polarity == "higher") else "behind"
    return "above it" if above else "below it"


def describe_bounds(row: pd.Series, kpi: KpiSummary, currency: str = "£") -> str:
    """ "22.7% to 28.2% if none or all of the unknown belonged"; "" where nearly all are known."""
    if is_missing(row["value"]) or is_missing(row["bound_low"]) or is_missing(row["bound_high"]):
        return ""
    between = format_range(row["bound_low"], row["bound_high"], kpi.unit, currency, digits_for(row, kpi.unit))
    return f"{between} if none or all of the unknown belonged"


def describe_declared(row: pd.Series, kpi: KpiSummary | None = None) -> str:
    """ "94% have answered", "94% are on record" of what nobody is asked; "" where all is known of everybody."""
    how = "have answered" if kpi is None or kpi.is_of_answers else "are on record"
    if kpi is not None and is_weighted(kpi):
        how = "of answers are valid"
    return "" if is_missing(row["declared"]) else f"{format_declared(row['declared'])}% {how}"


def describe_base(row: pd.Series, kpi: KpiSummary) -> str:
    """ "99 of 412, 31 March 2026": the people behind the figure, as far as they may be shown."""
    day = format_when(row["period_end"], kpi.span_months)
    if pools := describe_pools(row, kpi):
        return f"{pools}{', rounded' if bool(row['rounded']) else ''}, {day}"
    if kpi.over and kpi.measure in ("dissimilarity", "index_of_disparity") and not str(row["group"]):
        return f"{format_value(row['denominator'], 'people')}, {day}" if not is_missing(row["denominator"]) else day
    if kpi.measure in OVER_POPULATION and (base := describe_rate_base(row, kpi)):
        return f"{base}{', rounded' if bool(row['rounded']) else ''}, {day}"
    if is_weighted(kpi):
        return ", ".join(filter(None, (describe_weighted_base(row), day)))
    n, of = row["numerator"], row["denominator"]
    rounded = ", rounded" if bool(row["rounded"]) else ""
    two_sided = kpi.measure.startswith("pay_gap") or kpi.measure in ("extreme_group_gap", "mean_difference")
    if two_sided and not is_missing(n) and not is_missing(of):
        # In the order in which the definition beside it names the groups: of a pay gap, whose pay it is a share of comes first.
        sides = [f"{format_number(n)} {kpi.order.get('first', '')}".strip(), f"{format_number(of)} {kpi.order.get('second', '')}".strip()]
        first, second = sides[::-1] if kpi.measure.startswith("pay_gap") else sides
        return f"{first} and {second}{'' if kpi.order else f' {kpi.rows_are}'}{rounded}, {day}"
    if kpi.measure == "count" or (is_missing(n) and is_missing(of)):
        return day
    if kpi.measure == "score":
        return f"{format_points(n, of)}, {day}"
    if kpi.row_kind in ("item", "published") and not of_two_groups(kpi):
        return ", ".join(filter(None, (describe_parts(row, kpi), day)))
    if of_two_groups(kpi) and not is_missing(n) and not is_missing(of):
        return f"{_both_shares(row, kpi)}{rounded}, {day}"
    if kpi.measure == "representation_index" and kpi.reference_words and not is_missing(row["reference_value"]) and of:
        own, other = (format_value(v, "percent", digits=digits_for(row, "percent")) for v in (min(n / of, 1.0), row["reference_value"]))
        whom = kpi.order.get("first", "")
        against = kpi.order.get("second", "those compared with")
        return f"{format_number(n)} of {f'{format_number(of)} {whom}'.strip()} ({own}), against {other} of {against}{rounded}, {day}"
    if is_missing(n) or is_missing(of):
        return f"{format_value(of, 'people')}{rounded}, {day}" if not is_missing(of) else day
    return f"{format_number(n)} of {format_number(of)}{rounded}, {day}"


def of_two_groups(kpi: KpiSummary) -> bool:
    """A difference of the shares of two groups, of which the first is the one that is counted."""
    return kpi.measure == "percentage_point_gap" and bool(kpi.reference_words)


def _both_shares(row: pd.Series, kpi: KpiSummary) -> str:
    """ "97 of 4,813 men (2.0%), against 2.4% of women"; without names of their own "in the first group", "of the second" """
    n, of = float(row["numerator"]), float(row["denominator"])
    words = f"{format_number(n)} of {format_number(of)} {kpi.order.get('first', 'in the first group')}"
    if is_missing(row["reference_value"]) or is_missing(row["value"]) or not of:
        return words
    own, second = (format_value(v, "percent", digits=digits_for(row, "percent")) for v in (min(n / of, 1.0), row["reference_value"]))
    return f"{words} ({own}), against {second} of {kpi.order.get('second', 'the second')}"


def describe_people(row: pd.Series, kpi: KpiSummary) -> str:
    """ "11,140 people": everybody behind a figure, both groups of a gap; "" where that is not shown.

    Of a ratio or a difference of two shares a release tells how large the first group is, so that is what is said.
    """
    n, of = row["numerator"], row["denominator"]
    if is_missing(of) or (kpi.measure.startswith(BOTH_GROUPS) and is_missing(n)):
        return ""
    if kpi.measure == "score":
        return format_points(n, of)
    if is_of_sums(kpi):
        return f"{upper_first((kpi.column or 'sum').replace('_', ' '))} of {format_part(of, kpi)}"
    if kpi.measure in OVER_POPULATION:
        return f"{format_number(of)} {kpi.of}"
    many = float(of) + (float(n) if kpi.measure.startswith(BOTH_GROUPS) else 0.0)
    if kpi.measure.startswith(BOTH_GROUPS):
        return f"{format_number(many)} {kpi.rows_are}"
    otherwise = f"{kpi.rows_are} in the first group" if of_two_groups(kpi) else kpi.rows_are
    return f"{format_number(many)} {kpi.order.get('first', otherwise)}"


BOTH_GROUPS = ("pay_gap", "extreme_group_gap", "mean_difference")
"""Measures whose numerator and denominator are two groups of people, apart from each other."""


def describe_benchmark(row: pd.Series, kpi: KpiSummary, currency: str = "£") -> str:
    """ "Residents aged 16 to 64: 31.0%, so 20.3 percentage points below"; "" where there is nothing to compare with."""
    if is_missing(row["benchmark"]) or not kpi.benchmark_title:
        return ""
    unit = "percent" if kpi.unit in {"people", "ratio"} else kpi.unit
    words = f"{kpi.benchmark_title}: {format_value(row['benchmark'], unit, currency)}"
    if is_missing(row["value"]) or is_missing(row["gap"]):
        return words
    return f"{words}, {_how_far(row['gap'], row, unit, currency)}"


def describe_other_benchmarks(row: pd.Series, kpi: KpiSummary, currency: str = "£") -> str:
    """What a whole unit's share is held against by each benchmark that could be taken instead: "Residents in 2011 (…): 42.1%, so …"."""
    if is_missing(row["benchmark"]) or is_missing(row["value"]) or row["group"]:
        return ""
    said = [
        f"{title} ({lower_first(people).rstrip('.')}): {format_value(value, kpi.unit, currency)}, "
        f"{_how_far(row['value'] - value, row, kpi.unit, currency)}"
        for title, people, _, value in kpi.benchmark_others
    ]
    return "; ".join(said)


def _how_far(gap: float, row: pd.Series, unit: str, currency: str) -> str:
    apart = format_amount(gap, unit, currency, digits_for(row, unit), full=True)
    return "the same" if is_nothing(apart) else f"so {apart} {'above' if gap > 0 else 'below'}"
