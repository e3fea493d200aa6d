"""Where a pay gap comes from, with its chart and numbers; and what must be read beside a headline that its parts do not bear out."""

from __future__ import annotations

import streamlit as st

from metrics.access.viewer import Viewer
from metrics.charts.gap_parts import draw_gap_parts
from metrics.errors import NotPublished
from metrics.report import Contents, KpiSummary, Report, Request, UnitSummary
from metrics.understanding.cautions import caution
from metrics.understanding.parts import UNITS, PartsOfWhole, groupings, pay_gap_parts
from metrics.wording.cautions import describe_caution
from metrics.wording.gap_parts import NOT_EQUAL_PAY, Names, describe_columns, describe_gap_parts, names_of, part_names, printed
from metrics.wording.groups import format_group
from metrics.wording.values import format_list, format_number, lower_first, upper_first
from pages.shared import cards, filters, notes, reports
from pages.shared.markup import Column, Html, joined, link, show, table, tag

TITLE = "Where the gap comes from"


def beside_headline(viewer: Viewer, contents: Contents, kpi: KpiSummary, unit: UnitSummary) -> None:
    """A note under the heading of a measure's page."""
    words = cautions(viewer, contents, [kpi], unit.id).get(kpi.id)
    if words:
        show(tag("div", words, cls="eq-box"))


def cautions(viewer: Viewer, contents: Contents, kpis: list[KpiSummary], unit: str) -> dict[str, str]:
    """KPI to what must be read beside its latest figure at a unit; none where nothing must, or nobody can tell."""
    ids = tuple(k.id for k in kpis)
    return reports.once(viewer, contents, ("cautions", unit, *ids), lambda: _cautions(with_parts(viewer, contents, ids, unit), kpis, unit))


def _cautions(report: Report, kpis: list[KpiSummary], unit: str) -> dict[str, str]:
    found = [(kpi, caution(report, kpi, unit)) for kpi in kpis]
    return {kpi.id: describe_caution(c, report.contents, kpi, unit) for kpi, c in found if c is not None}


def with_parts(viewer: Viewer, contents: Contents, kpis: tuple[str, ...], unit: str) -> Report:
    """A unit and the units below it, and groups of one dimension at a time where the release can tell them apart."""
    units = (unit, *filters.below(contents, unit, contents.latest))
    one_at_a_time = {b for k in kpis for b in contents.kpis[k].breakdowns if "+" not in b}
    try:
        return reports.read(viewer, contents, Request(kpis, ("", *sorted(one_at_a_time)), units))
    except NotPublished:  # a breakdown that is declared but has no period yet
        return reports.read(viewer, contents, Request(kpis=kpis, units=units))


def where_from(viewer: Viewer, contents: Contents, kpi: KpiSummary, unit: UnitSummary, pinned: str | None) -> None:
    """The section of a pay gap; nothing on other measures' pages."""
    if not kpi.measure.startswith("pay_gap"):
        return
    if kpi.measure != "pay_gap_mean":
        _of_the_mean(contents, kpi, unit, pinned)
        return
    report = with_parts(viewer, contents, (kpi.id,), unit.id)
    found = {g: pay_gap_parts(report, kpi, unit.id, g) for g in groupings(report, kpi, unit.id)}
    if not found:
        notes.heading(TITLE, f"It cannot be told: the gap is published for {unit.name} as a whole only.")
        return
    told = sorted(found, key=lambda g: bool(found[g].refused))  # what can be told comes first
    notes.heading(TITLE)
    grouping = filters.choose_parts(contents, told, st.columns([1, 2])[0])
    _section(report, contents, kpi, unit, found[grouping])


def _of_the_mean(contents: Contents, kpi: KpiSummary, unit: UnitSummary, pinned: str | None) -> None:
    """A median has no parts that add up; the mean gap of the same people has."""
    others = [k for k in contents.kpis.values() if k.measure == "pay_gap_mean" and _people(k) == _people(kpi)]
    if not others or not kpi.numerator_words:
        return
    own = None if unit.parent is None else unit.id
    to = link(lower_first(others[0].short_title), "kpi", measure=others[0].id, unit=own, release=pinned)
    notes.heading(TITLE)
    show(tag("p", "A median cannot be split into parts that add up. Where the gap of means comes from: ", to, "."))


def _people(kpi: KpiSummary) -> tuple[str, str, str]:
    return kpi.numerator_words, kpi.reference_words, kpi.population


def _section(report: Report, contents: Contents, kpi: KpiSummary, unit: UnitSummary, parts: PartsOfWhole) -> None:
    names = names_of(contents, kpi, unit.id, parts.grouping)
    if parts.refused:
        show(tag("p", *describe_gap_parts(parts, names)))
        show(notes.sentence(_not_equal_pay(names), small=True))
        return
    drawn, numbers = st.columns(2, gap="large")
    with drawn:
        figure = draw_gap_parts(report, parts, names)
        show(tag("p", tag("b", " ".join(describe_gap_parts(parts, names)))))
        cards.chart_heading(figure, "Parts of the gap")
        cards.chart(figure, "gap-parts")
        notes.source(contents, kpi)
        show(notes.sentence(_not_equal_pay(names), small=True))
    with numbers:
        show(by_group(parts, names, contents))


def _not_equal_pay(names: Names) -> str:
    return NOT_EQUAL_PAY.format(one=names.one, many=names.many)


def by_group(parts: PartsOfWhole, names: Names, contents: Contents) -> Html:
    """Each group: who is in it, the gap inside it, and what both add to the whole."""
    columns = [
        Column(upper_first(names.one)),
        Column(f"Of 100 {names.ours}", True),
        Column(f"Of 100 {names.theirs}", True),
        Column("Gap within, %", True),
        Column("Points from who is in it", True),
        Column("Points from pay within it", True),
    ]
    body: list[list[object]] = [
        [f"All {names.many} shown" if parts.unshown else f"All {names.many}", *_all(parts)],
        *([label_of(str(key), contents, parts), *_one(row, parts)] for key, row in parts.groups.iterrows()),
    ]
    inner = table(f"What each {names.one} adds to the gap", columns, body, own=1)
    return joined([inner, *_below(parts, names, contents)])


def _all(parts: PartsOfWhole) -> list[object]:
    return [
        _of_100(parts.groups["share"].sum(), parts),
        _of_100(parts.groups["reference_share"].sum(), parts),
        format_number(parts.within * 100, 1),
        format_number(float(parts.composition.middle) * 100, parts.digits),
        format_number(float(parts.rate.middle) * 100, parts.digits),
    ]


def _one(row: object, parts: PartsOfWhole) -> list[object]:
    return [
        _of_100(row["share"], parts),  # type: ignore[index]
        _of_100(row["reference_share"], parts),  # type: ignore[index]
        format_number(row["inside"] * 100, 1),  # type: ignore[index]
        format_number(row["composition"] * 100, parts.digits),  # type: ignore[index]
        format_number(row["rate"] * 100, parts.digits),  # type: ignore[index]
    ]


def _of_100(share: float, parts: PartsOfWhole) -> str:
    return format_number(share * 100, 0 if parts.rounded else 1)


def label_of(key: str, contents: Contents, parts: PartsOfWhole) -> str:
    return contents.units[key].name if parts.grouping == UNITS else format_group(key, contents.dimensions)


def _below(parts: PartsOfWhole, names: Names, contents: Contents) -> list[Html]:
    """Who is not in the table, and how the parts are measured."""
    hidden = [label_of(g, contents, parts) for g in parts.unshown]
    gone = f"Without a figure: {format_list(hidden)}. " if hidden else ""
    over = printed(parts)["left"]
    left = f"{part_names(names, parts)['left']}: {format_number(over, parts.digits)} points. " if over else ""
    how = f"Who is in it: more {names.ours} where pay is below the average, or more {names.theirs} where it is above, adds to the gap."
    return [tag("p", f"{gone}{left}{how} {describe_columns(parts, parts.digits)}", cls="eq-small")]
