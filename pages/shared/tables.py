"""The numbers beside each chart, as real tables made from the same cells as the chart."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import pairwise

import pandas as pd
import streamlit as st

from metrics.charts.declared import CARE_BELOW, WITHHELD_BELOW, percent
from metrics.charts.funnel import against_usual, can_draw_funnel
from metrics.charts.sparkline import draw_strip
from metrics.charts.symbols import mark
from metrics.report import Contents, KpiSummary, Report, UnitSummary, characteristic
from metrics.statistics.usual_range import Reading
from metrics.wording.dates import format_day
from metrics.wording.groups import gather_hidden
from metrics.wording.likelihood import is_ratio
from metrics.wording.movement import describe_movement
from metrics.wording.over_population import OVER_POPULATION
from metrics.wording.sentences import of_two_groups
from metrics.wording.structure import breaks_between, describe_break
from metrics.wording.values import PER_WORDS, digits_for, format_number, format_range, format_value, upper_first
from metrics.wording.variation import JUDGEMENTS, describe_point, format_usual, judge
from metrics.wording.weighted import BASE, EFFECTIVE, is_weighted
from metrics.wording.without_people import format_part, part_names
from pages.shared.cards import status, value_cell
from pages.shared.markup import Cell, Column, Html, joined, link, picture, show, table, with_figures


def over_time(rows: pd.DataFrame, kpi: KpiSummary, currency: str, usual: Reading | None = None) -> None:
    """Newest first; where there are many dates, the last five years at the same time of year, and all of them on request."""
    month = rows["period_end"].iloc[-1].month
    yearly = rows[rows["period_end"].dt.month == month].tail(5)
    if rows["value"].isna().all():  # said in a sentence already
        return
    ranged = usual if usual is not None and usual.points["mean"].notna().any() else None
    if len(rows) <= 8:
        show(_dates("Numbers for this chart", rows, kpi, currency))
        return
    show(_dates("Numbers for this chart", yearly, kpi, currency))
    if ranged is not None:
        show(usual_ranges("The last year against the usual range", rows, kpi, ranged, currency, LAST_YEAR[kpi.grain]))
    with st.expander(f"All {len(rows)} dates"):
        show(_dates(f"Numbers for this chart, all {len(rows)} dates", rows, kpi, currency))
        if ranged is not None:
            show(usual_ranges(f"Against the usual range, all {len(rows)} dates", rows, kpi, ranged, currency))


def _dates(caption: str, rows: pd.DataFrame, kpi: KpiSummary, currency: str) -> Html:
    columns = [
        Column("Date"),
        Column(value_name(kpi), True),
        *_base_columns(kpi),
        Column("Likely range", True),
        Column("Path", True),
        Column("Status"),
        Column("Note", cls="whole"),
    ]
    first = first_after_breaks(rows, kpi)
    judged = not rows["status"].isin(["context", "no_target"]).all()
    body = [
        [
            format_day(row["period_end"]),
            value_cell(row, kpi, currency),
            *_base_cells(row, kpi),
            likely(row, kpi, currency),
            format_value(row["target"], kpi.unit, currency, bare=True),
            status(row) if judged else "",
            first.get(row["period_end"], ""),
        ]
        for _, row in rows.iloc[::-1].iterrows()
    ]
    return table(caption, *with_figures(columns, body))


LAST_YEAR = {"month": 12, "quarter": 4}


def usual_ranges(caption: str, rows: pd.DataFrame, kpi: KpiSummary, usual: Reading, currency: str, last: int | None = None) -> Html:
    """Each figure, newest first, with its usual range and where it lies; the mark of the chart stands beside its words."""
    columns = [Column("Date"), Column(value_name(kpi), True), Column("Usual range", True), Column("Where it lies", cls="whole")]
    points = {pd.Timestamp(point["day"]): point for _, point in usual.points.iterrows()}
    body = []
    for _, row in rows.iloc[::-1].head(last or len(rows)).iterrows():
        point = points[row["period_end"]]
        words = describe_point(point, kpi)
        kind = SIGNAL_MARKS.get(judge(point, kpi).partition("_")[0])
        where = joined([picture(mark(kind)), words]) if kind and words else words
        ends = format_usual(point, kpi, bool(row["rounded"]), currency)
        body.append([format_day(row["period_end"]), value_cell(row, kpi, currency), ends, where])
    return table(caption, *with_figures(columns, body))


SIGNAL_MARKS = {"improvement": "better", "concern": "worse", "neutral": "neutral"}


def signal_marks(found: Reading, kpi: KpiSummary) -> list[tuple[str, str]]:
    """For the key of a chart: the marks of figures out of the ordinary that it has."""
    shown = found.points[(found.points["signal"] != "") & found.points["value"].notna()]
    kinds = {judge(point, kpi) for _, point in shown.iterrows()}
    words = {SIGNAL_MARKS[kind.partition("_")[0]]: JUDGEMENTS[kind] for kind in sorted(kinds)}
    return list(words.items())


def first_after_breaks(rows: pd.DataFrame, kpi: KpiSummary) -> dict[pd.Timestamp, str]:
    """The first date after each break to why it must not be compared with earlier ones; `kpi` as it stands for the unit."""
    days = sorted(rows["period_end"].unique())
    told = {}
    for before, day in pairwise(days):
        found = [describe_break(at, reason) for at, reason in breaks_between(kpi.series_breaks, before, day)]
        anew = [describe_break(at, reason) for at, reason in breaks_between(kpi.rebases, before, day)]
        said = [f"Not comparable with earlier dates: {'; '.join(found)}"] if found else []
        said += [f"Usual range set anew: {'; '.join(anew)}"] if anew else []
        if said:
            told[day] = ". ".join(said)
    return told


def likely(row: pd.Series, kpi: KpiSummary, currency: str, then: str = "") -> str:
    """The likely range with as many digits as the figure has."""
    return format_range(row[f"lower{then}"], row[f"upper{then}"], kpi.unit, currency, digits_for(row, kpi.unit))


PER_NAMES = {unit: upper_first(words) for unit, words in PER_WORDS.items()}
VALUE_NAMES = {
    "percent": "Share", "people": "People", "fte": "Full-time equivalents", "ratio": "Times", "percentage_points": "Points",
    "points": "Points", "number": "Number", "days": "Days", "years": "Years", **PER_NAMES,
}  # fmt: skip
GAPS = ("pay_gap_mean", "pay_gap_median", "extreme_group_gap")
TWO_SIDED = (*GAPS, "mean_difference")
"""Measures of two groups, both of which are the people counted."""


def value_name(kpi: KpiSummary) -> str:
    if kpi.scale:
        return "Award"
    if kpi.measure == "dissimilarity":
        return "Distance"
    if kpi.measure == "index_of_disparity":
        return "Disparity"
    return VALUE_NAMES.get(kpi.unit, "Pay") if kpi.measure not in GAPS else "Gap"


def _base_columns(kpi: KpiSummary) -> list[Column]:
    if is_weighted(kpi):
        return [Column(BASE, True), Column(EFFECTIVE, True)]
    if kpi.row_kind in ("item", "published") and not of_two_groups(kpi) and kpi.measure != "count":
        return [Column(name, True) for name in part_names(kpi)]
    if kpi.measure in ("proportion", "rate"):
        return [Column(upper_first(kpi.rows_are), True), Column("Out of", True)]
    if kpi.measure in OVER_POPULATION:
        return [Column(f"{upper_first(kpi.rows_are)} counted", True), Column(f"{upper_first(kpi.of)} there are", True)]
    if kpi.measure == "score":
        return [Column("Points", True), Column("Out of", True)]
    if kpi.measure == "count" or is_ratio(kpi) or kpi.scale:
        return []
    if of_two_groups(kpi):
        return [Column(upper_first(kpi.order.get("first", f"{kpi.rows_are}, first group")), True)]
    return [Column(f"{upper_first(kpi.rows_are)} counted", True)]


def _base_cells(row: pd.Series, kpi: KpiSummary) -> list[object]:
    if is_weighted(kpi):
        return [people(row["denominator"]), people(row["reference_value"])]
    if kpi.row_kind in ("item", "published") and not of_two_groups(kpi) and kpi.measure != "count":
        return [format_part(row[name], kpi) for name in ("numerator", "denominator")[-len(part_names(kpi)) :]]
    if kpi.measure in ("proportion", "rate", *OVER_POPULATION):
        return [people(row["numerator"]), people(row["denominator"])]
    if kpi.measure == "score":
        return [points(row["numerator"]), points(row["denominator"])]
    if kpi.measure == "count" or is_ratio(kpi) or kpi.scale:
        return []
    return [people_counted(row, kpi)]


def people_counted(row: pd.Series, kpi: KpiSummary) -> str:
    """Everybody behind the figure: both groups of a pay gap, of one group's own gap that group alone."""
    if kpi.measure == "extreme_group_gap" and row["group"]:
        return people(row["numerator"])
    return people(row["numerator"] + row["denominator"] if kpi.measure in TWO_SIDED else row["denominator"])


def points(given: object) -> str:
    """Whole points without a decimal, half points with one."""
    whole = pd.isna(given) or float(given).is_integer()  # type: ignore[arg-type,call-overload]
    return format_number(given, 0 if whole else 1)


def people(count: object) -> str:
    return format_number(count)


def two_dates(compared: pd.DataFrame, report: Report, kpi: KpiSummary, before: date, now: date) -> Html:
    """Each row of `compared` is the unit or one of its groups, with both dates and their ranges side by side."""
    currency = report.provenance.currency
    columns = [
        Column("Who"),
        Column(format_day(before), True),
        Column("Likely range then", True),
        Column(format_day(now), True),
        Column("Likely range now", True),
        Column("Change", cls="whole"),
    ]
    body = [
        [
            row["label"],
            value_cell(_side(row, "_then"), kpi, currency),
            likely(row, kpi, currency, "_then"),
            value_cell(_side(row, ""), kpi, currency),
            likely(row, kpi, currency),
            change_words(row, kpi, currency, before, now),
        ]
        for _, row in compared.iterrows()
    ]
    return table(f"{kpi.title}: two dates compared", *with_figures(columns, body), quiet=True, own=1)


def _side(row: pd.Series, suffix: str) -> pd.Series | None:
    if pd.isna(row[f"status{suffix}"]):
        return None
    return pd.Series({name: row[f"{name}{suffix}"] for name in ("numerator", "value", "status", "marker", "rounded", "note")})


def change_words(row: pd.Series, kpi: KpiSummary, currency: str, before: date, now: date) -> str:
    """How far it moved between the two dates, and whether chance alone could explain it. `kpi` as it stands for the unit."""
    if row["movement"] == "broken":
        found = breaks_between(kpi.series_breaks, pd.Timestamp(before), pd.Timestamp(now))
        return "; ".join(["Not comparable", *(describe_break(day, reason) for day, reason in found)]).replace("; ", ": ", 1)
    if row["movement"] == "" and pd.isna(row["change"]):
        return "Not compared: one of the two is not shown"
    return describe_movement(row, kpi, currency, before)


def by_group(groups: pd.DataFrame, kpi: KpiSummary, contents: Contents, dimension: str) -> Html:
    labels = {f"{dimension}={c}": label for c, label, _ in contents.dimensions[dimension].categories}
    return _rows_table(characteristic(contents.dimensions[dimension].title), {g: labels[g] for g in groups.index}, groups, kpi, contents)


def by_unit(rows: pd.DataFrame, kpi: KpiSummary, contents: Contents, pinned: str | None) -> Html:
    return _rows_table(
        "Unit", {u: link(contents.units[u].name, "directorate", unit=u, release=pinned) for u in rows.index}, rows, kpi, contents
    )


def _rows_table(head: str, names: dict[str, object], rows: pd.DataFrame, kpi: KpiSummary, contents: Contents) -> Html:
    currency = contents.provenance.currency
    marked = bool(rows["benchmark"].notna().any())
    of_shares = kpi.measure in ("dissimilarity", "index_of_disparity") and head != "Unit"  # of a group its own share is shown
    told = replace(kpi, measure="proportion") if of_shares else kpi
    columns = [Column(head), *_base_columns(told), Column(value_name(told), True), Column("Likely range", True)]
    columns += [Column(kpi.benchmark_title or "Benchmark", True)] if marked else []
    body = []
    said, hidden = gather_hidden(rows, () if kpi.measure == "count" else ("numerator", "denominator"))
    lines: list[tuple[object, pd.Series]] = [(names[str(id)], row) for id, row in said.iterrows()]
    if len(hidden):  # one line for all of them: a table of hidden cells tells no more
        lines.append((joined([names[str(id)] for id in hidden.index], ", "), hidden.iloc[0].where(hidden.iloc[0].index != "benchmark")))
    for name, row in lines:
        line = [name, *_base_cells(row, told), value_cell(row, kpi, currency), likely(row, kpi, currency)]
        unit = "percent" if kpi.unit == "people" else kpi.unit  # people are compared by their share
        body.append([*line, format_value(row["benchmark"], unit, currency, bare=True)] if marked else line)
    return table("Numbers for this chart", *with_figures(columns, body), cls="eq-wrap")


def crossed(rows: pd.DataFrame, kpi: KpiSummary, contents: Contents, dims: tuple[str, str]) -> Html:
    """Two characteristics together: the one with more categories down, the other across.

    Lines in which everything is hidden share one line, and so do lines of nobody. A column of answers that are not known is left out
    where nobody stands in it.
    """
    down, across = sorted(dims, key=lambda d: -len(contents.dimensions[d].categories))
    found = {frozenset(str(g).split(";")): row for g, row in rows.iterrows()}
    heads = [
        (f"{across}={c}", label)
        for c, label, known in contents.dimensions[across].categories
        if any(f"{across}={c}" in group and (known or not _nobody(row)) for group, row in found.items())
    ]
    lines: dict[str, list[tuple[str, list[pd.Series | None]]]] = {"": [], "nobody": [], "hidden": []}
    for category, label, _ in contents.dimensions[down].categories:
        line = [found.get(frozenset({f"{down}={category}", key})) for key, _ in heads]
        held = [row for row in line if row is not None]
        kind = "hidden" if all(row["marker"] == "[c]" for row in held) else "nobody" if all(_nobody(row) for row in held) else ""
        lines[kind] += [(label, line)] if held else []
    body = [[label, *(_crossed_cell(row, kpi, contents) for row in line)] for label, line in lines[""]]
    for alike in (lines["nobody"], lines["hidden"]):
        if alike:
            body.append([", ".join(label for label, _ in alike), *(_crossed_cell(row, kpi, contents) for row in alike[0][1])])
    columns = [Column(contents.dimensions[down].title), *(Column(label, True) for _, label in heads)]
    return table(f"{kpi.title}: two characteristics together", columns, body)


def _nobody(row: pd.Series) -> bool:
    return bool(row["value"] == 0 and row["numerator"] == 0)


def _crossed_cell(row: pd.Series | None, kpi: KpiSummary, contents: Contents) -> object:
    return "–" if row is None else value_cell(row, kpi, contents.provenance.currency)


def measures(report: Report, kpis: list[KpiSummary], unit: UnitSummary, earlier: date | None, pinned: str | None) -> Html:
    """One row a measure: status, own figure, the council's, an earlier one, and how it moved."""
    contents, currency = report.contents, report.provenance.currency
    root = contents.root.id
    columns = [Column("Measure"), Column("Status"), Column("Whole council" if unit.id == root else unit.name, True)]
    columns += [] if unit.id == root else [Column("Council", True)]
    columns += [
        Column(format_day(earlier) if earlier else "Earlier", True),
        Column("Each on its own scale", cls="wide-only"),
        Column("Since last year", cls="whole"),
    ]
    body = []
    for kpi in (report.kpi_at(k.id, unit.id) for k in kpis):
        rows, council = report.series(kpi.id, unit.id), report.series(kpi.id, root)
        last, then = rows.iloc[-1], _at(rows, earlier)
        above = _at(council, last["period_end"].date()) if unit.id != root else None
        apart = then is None or breaks_between(kpi.series_breaks, then["period_end"], last["period_end"])
        strip = draw_strip(last["value"], None if then is None or apart else then["value"], None if above is None else above["value"])
        line: list[object] = [
            link(kpi.short_title, "kpi", measure=kpi.id, unit=None if unit.id == root else unit.id, release=pinned),
            status(last, kpi),
            value_cell(last, kpi, currency, True),
        ]
        line += [] if unit.id == root else [value_cell(above, kpi, currency, True)]
        line += [
            value_cell(then, kpi, currency, True) if then is not None else "–",
            picture(strip) if strip else "No figure to draw",
            describe_movement(last, kpi, currency) or "–",
        ]
        body.append(line)
    return table(f"Measures of {unit.name}", *with_figures(columns, body), quiet=True)


def _at(rows: pd.DataFrame, day: date | None) -> pd.Series | None:
    found = rows[rows["period_end"] == pd.Timestamp(day)] if day is not None else rows.head(0)
    return None if found.empty else found.iloc[0]


def parts(report: Report, kpi: KpiSummary, parent: str, sized: list[str], pinned: str | None, day: date) -> Html:
    """Units below, largest first, with links to each; whether each lies within the usual spread, where that can be said."""
    contents, currency = report.contents, report.provenance.currency
    rows = report.units_at(kpi.id, day, sized)
    usual = against_usual(report, kpi.id, parent, sized, day) if can_draw_funnel(report, kpi.id, parent, sized, day) else {}
    columns = [
        Column("Unit"),
        Column("People counted", True),
        Column(value_name(kpi), True),
        Column("Status"),
        *([Column("Usual spread")] if usual else []),
    ]
    body = []
    gone = list(gather_hidden(rows, ("denominator",))[1].index)
    apart = [u for u in sized if u not in gone]
    for unit in [*apart, *gone[:1]]:
        row = rows.loc[[unit]].iloc[0] if unit in rows.index else None
        alike = gone if unit in gone else [unit]
        line: list[object] = [
            joined([link(contents.units[u].name, "directorate", unit=u, release=pinned) for u in alike], ", "),
            "–" if row is None else people_counted(row, kpi),
            value_cell(row, kpi, currency),
            "–" if row is None else Cell(status(row), str(row["status"]) if row["status"] == "hidden" else ""),
        ]
        body.append([*line, usual.get(unit, "–").capitalize()] if usual else line)
    return table("Parts, largest first", columns, body)


def declared(rates: pd.DataFrame) -> Html:
    columns = [Column("Characteristic"), Column("Known", True), Column("People asked", True), Column("Its shares")]
    body = [[str(name), percent(row["rate"]), people(row["asked"]), _shown(row["rate"])] for name, row in rates.iterrows()]
    return table("Numbers for this chart", columns, body)


def _shown(declared: float) -> str:
    return "Withheld" if declared < WITHHELD_BELOW else "Read with care" if declared < CARE_BELOW else "Shown"


def gaps(report: Report, kpis: list[KpiSummary], unit: str) -> Html:
    """Gaps by year, with the last likely range, base and declaration rate."""
    currency = report.provenance.currency
    days = sorted({d for k in kpis for d in report.contents.periods[k.id]})[-5:]
    columns = [
        Column("Gap"),
        *(Column(format_day(d), True) for d in days),
        Column("Likely range", True),
        Column("People", True),
        Column("Known", True),
    ]
    body = []
    for kpi in kpis:
        rows = report.series(kpi.id, unit)
        last = rows.iloc[-1]
        cells = [value_cell(_at(rows, d), kpi, currency) if _at(rows, d) is not None else "not held" for d in days]
        known = "–" if pd.isna(last["declared"]) else percent(last["declared"])
        body.append([kpi.title, *cells, likely(last, kpi, currency), people_counted(last, kpi), known])
    return table("Numbers for these charts", columns, body)
