"""The finding that a chart states above itself, and who it is about; made from the rows that it draws."""

from __future__ import annotations

import pandas as pd

from metrics.charts.frame import MOST_LINES, SMALL_WIDTH, wrapped
from metrics.report import Contents, KpiSummary, Report
from metrics.wording.dates import format_when
from metrics.wording.headline import headline_kpi
from metrics.wording.likelihood import describe_order, is_ratio
from metrics.wording.notes import NOTES, describe_note
from metrics.wording.over_population import describe_two_rates
from metrics.wording.status import describe_status
from metrics.wording.values import (
    format_count_of,
    format_declared,
    format_figure,
    format_list,
    lower_first,
    upper_first,
)


def place_name(report: Report, unit: str) -> str:
    """The council is "the whole council"; a unit is its name."""
    return "whole council" if unit == report.contents.root.id else report.contents.units[unit].name


def title_over_time(report: Report, kpi: KpiSummary, unit: str, rows: pd.DataFrame) -> str:
    """The finding about the last period; `rows` has at least one with a figure."""
    name = None if unit == report.contents.root.id else report.contents.units[unit].name
    held = rows[rows["status"].notna()]
    return headline_kpi(held.iloc[-1], kpi, report.provenance.currency, name)


def title_between(kpi: KpiSummary, labels: list[str], sides: list[str], hidden: int, against: str, thing: str, split: str = "") -> str:
    """Which are clearly different. `sides`: "above", "below" or "" for each one shown, in the order of `labels`.

    "three of five groups clearly differ" stays true for whoever is hidden: only those shown are counted.
    """
    apart = [(label, side) for label, side in zip(labels, sides, strict=True) if side]
    among = " shown" if hidden else ""
    if not apart:
        found = f"no {thing}{among} clearly differs from {against}"
    elif len(apart) <= 2:
        by_side = {side: format_list([label for label, s in apart if s == side]) for side in ("above", "below")}
        found = f"{' and '.join(f'{names} clearly {side}' for side, names in by_side.items() if names)} {against}"
    elif len(apart) == len(labels):
        found = f"all {format_count_of(len(labels))} {thing}s{among} clearly differ from {against}"
    else:
        found = f"{format_count_of(len(apart))} of {format_count_of(len(labels))} {thing}s{among} clearly differ from {against}"
    return f"{kpi.short_title}{split}: {found}"


def title_of_counts(kpi: KpiSummary, shown: list[tuple[str, pd.Series]], hidden: int, thing: str, split: str) -> str:
    """Numbers of people have no likely range, so nothing is "clearly different": only which is the largest."""
    if len(shown) < 2:
        return f"{kpi.short_title}{split}"
    label, row = max(shown, key=lambda pair: float(pair[1]["value"]))
    return f"{kpi.short_title}{split}: the largest {thing}{' shown' if hidden else ''} is {label}, {format_figure(row, kpi)}"


def title_of_points(kpi: KpiSummary, shown: list[tuple[str, pd.Series]], split: str) -> str:
    """Points are given, not counted, so chance has no part in them: the fullest and the emptiest are named."""
    if len(shown) < 2:
        return f"{kpi.short_title}{split}"
    (best, most), (last, least) = (pick(shown, key=lambda pair: float(pair[1]["value"])) for pick in (max, min))
    return f"{kpi.short_title}{split}: highest {best}, {format_figure(most, kpi)}; lowest {last}, {format_figure(least, kpi)}"


def title_of_parts(kpi: KpiSummary, split: str) -> str:
    """Of a figure that is made of those of groups: what the groups' own figures are."""
    if kpi.measure == "dissimilarity":
        return (
            f"{kpi.short_title}{split}: each group’s share, beside its share of {lower_first(kpi.benchmark_title or 'those compared with')}"
        )
    if kpi.measure == "index_of_disparity":
        return f"{kpi.short_title}{split}: each group’s own share"
    if kpi.measure == "rate_ratio":
        return f"{kpi.short_title}{split}: each group’s own ratio"
    return f"{kpi.short_title}{split}: each group’s own gap"


def title_spread(kpi: KpiSummary, named: dict[str, str], thing: str = "part") -> str:
    """`named`: each unit, or each `thing`, outside the usual spread to "above" or "below"."""
    if not named:
        return f"{kpi.short_title}: no {thing} lies outside the usual spread"
    if len(named) > 2:
        return f"{kpi.short_title}: {format_count_of(len(named))} {thing}s lie outside the usual spread"
    return f"{kpi.short_title}: {format_list([f'{name} {side}' for name, side in named.items()])} the usual spread"


def listing(kpi: KpiSummary, rows: pd.DataFrame, labels: list[str], currency: str, whole: str, contents: Contents) -> str:
    """Every figure drawn, the one they are compared with, and who is not shown and why. Claims stand in the title."""
    shown = [
        f"{label} {format_figure(row, kpi, currency)}{f' ({apart})' if (apart := describe_two_rates(row, kpi)) else ''}"
        for label, (_, row) in zip(labels, rows.iterrows(), strict=True)
        if pd.notna(row["value"])
    ]
    hidden: dict[str, list[str]] = {}
    for label, (_, row) in zip(labels, rows.iterrows(), strict=True):
        if pd.isna(row["value"]):
            why = describe_note(row, contents) if row.get("note") else NOTES["hidden" if row["marker"] == "[c]" else "not_available"]
            hidden.setdefault(why, []).append(label)
    not_shown = "".join(f" {format_list(names)}: {lower_first(why)}" for why, names in hidden.items())
    order = f" {describe_order(kpi)}." if is_ratio(kpi) else ""
    return f"{', '.join(shown)}. {whole}{not_shown}{order}".strip()


def title_declared(rows: pd.DataFrame) -> str:
    """The question that fewest have answered."""
    low = float(rows["rate"].min())
    share = f"{format_declared(low)}%"
    if low >= 0.8:
        return f"Every question has been answered by at least {share}"
    return f"{rows.sort_values('rate')['characteristic'].iloc[0]}: only {share} have answered"


def short_over_time(report: Report, kpi: KpiSummary, unit: str, rows: pd.DataFrame) -> str:
    """ "Median ethnicity pay gap, City Operations: 6.5%, not enough data"."""
    last = rows[rows["status"].notna()].iloc[-1]
    name = kpi.short_title if unit == report.contents.root.id else f"{kpi.short_title}, {report.contents.units[unit].name}"
    figure = f"{name}: {format_figure(last, kpi, report.provenance.currency)}"
    judged = last["status"] not in ("context", "no_target") and pd.notna(last["value"])
    return f"{figure}, {lower_first(describe_status(last, kpi))}" if judged else figure


def subtitle(report: Report, kpi: KpiSummary, unit: str, day: object = None) -> str:
    """What, who and when, under the finding."""
    when = f", {format_when(day, kpi.span_months)}" if day is not None else GRAINS[kpi.grain]  # type: ignore[arg-type]
    who = upper_first(kpi.who).rstrip(".")
    population = "" if kpi.population.lower() in kpi.who.lower() else f", {lower_first(kpi.population)}"
    return f"{who}. {upper_first(place_name(report, unit))}{population}{when}."


def crop_line(report: Report, population: str, unit: str, when: str, people: str = "") -> str:
    """What a picture must still say when it is pasted elsewhere; the base where there is room for it."""
    place = "" if unit == report.contents.root.id else f", {report.contents.units[unit].name}"
    base = f", {people}" if people else ""
    said = [f"{report.provenance.council}{place}. {upper_first(who)}, {when}" for who in (population, population.split(" (")[0])]
    tried = (f"{said[0]}{base}.", f"{said[0]}.", f"{said[1]}.")
    return next((words for words in tried if len(wrapped(words, SMALL_WIDTH)) <= MOST_LINES), tried[-1])


GRAINS = {"snapshot": "", "month": ", by month", "quarter": ", by quarter", "year": ", by year"}
