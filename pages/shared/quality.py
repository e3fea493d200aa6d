"""Parts of the page about the data: what is missing and what to do, who has answered, what was loaded, and how it was attacked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from metrics.access.viewer import Viewer
from metrics.charts.answers import Answered, answered
from metrics.charts.declared import CARE_BELOW, WITHHELD_BELOW, percent
from metrics.definitions.waterfall import WATERFALL
from metrics.errors import NotPublished
from metrics.report import Contents, DatasetSummary, KpiSummary, Report, Request, UnitSummary
from metrics.wording.dates import format_day
from metrics.wording.groups import format_breakdown
from metrics.wording.notes import describe_note
from metrics.wording.quality import (
    GRAINS,
    HIDDEN,
    describe_attacks,
    describe_certified,
    describe_freshness,
    describe_hiding,
    describe_more_answers,
    describe_review,
    describe_seals,
    newest_of,
    passed_reviews,
    shown_by_level,
)
from metrics.wording.values import format_number, format_value, is_missing, lower_first
from pages.shared import reports
from pages.shared.cards import status
from pages.shared.markup import Cell, Column, Html, joined, link, show, table, tag, with_figures

STATES = {"withheld": "Withheld", "care": "Read with care", "shown": "Shown"}
FELL = 0.02
"""A declaration rate that is this much lower than a year before is worth asking about."""


def declaring(contents: Contents) -> list[KpiSummary]:
    """Measures that say, or need, an answer."""
    return [k for k in contents.kpis.values() if k.declares or k.asks]


def read_counts(viewer: Viewer, contents: Contents, units: tuple[str, ...], day: date) -> Report | None:
    """Numbers of people by single characteristics, where some measure counts them."""
    counting = [k for k in contents.kpis.values() if k.measure == "count"]
    levels = {"unit", *(u.level for u in contents.units.values())}
    single = {b for k in counting for b in k.breakdowns if len(set(b.split("+")) - levels) == 1}
    if not single:
        return None
    request = Request(kpis=tuple(k.id for k in counting), breakdowns=tuple(sorted(single)), units=units, period_ends=(day,))
    try:
        return reports.read(viewer, contents, request)
    except NotPublished:
        return None


# what to do


def to_do(report: Report, unit: UnitSummary, items: Sequence[Answered], contents: Contents, pinned: str | None, today: date) -> list[Html]:
    """What is missing at one unit, most useful first: answers to ask for, figures that fell, and, for the council, its own duties."""
    lines = [_ask(item, unit, pinned) for item in sorted(items, key=lambda a: a.rate) if item.state != "shown"]
    lines += [line for item in items if (line := _fell(report, item, unit))]
    hidden = hidden_rows(report, unit.id)
    few = hidden[hidden["status"] == "hidden"]
    if len(few):
        many = f"{format_number(len(few))} measure{'' if len(few) == 1 else 's'}"
        what = f"{many} hidden here because the numbers are too small. Nothing needs to be done: read the unit above instead."
        lines.append(tag("li", what))
    if unit.parent is None:
        lines += [tag("li", tag("b", f"{source.title}: "), describe_freshness(source, today)[1]) for source in _late(contents, today)]
        lines += [
            tag(
                "li",
                tag("b", "Review "),
                link(k.title, "definitions", definition=k.id, release=pinned),
                f": {lower_first(describe_review(k, today))}.",
            )
            for k in passed_reviews(contents, today)
        ]
        lines += [tag("li", tag("b", f"{title}: "), lower_first(why)) for _, title, why in contents.waiting]
    return lines


def _ask(item: Answered, unit: UnitSummary, pinned: str | None) -> Html:
    below = item.state == "withheld"
    aim, effect = (WITHHELD_BELOW, "from where its shares are shown") if below else (CARE_BELOW, "from where they need no warning")
    people = describe_more_answers(item.name, aim, item.wanted(aim), item.rounded, effect)
    own = None if unit.parent is None else unit.id
    head = link(f"{item.name}: {percent(item.rate)} known", "kpi", measure=item.kpi, unit=own, release=pinned)
    word = "Its shares are withheld." if below else "Its shares are read with care."
    return tag("li", tag("b", head), f". {word} {people}")


def _fell(report: Report, item: Answered, unit: UnitSummary) -> Html | None:
    """Only where the measure itself is the declaration rate: then the change is a published figure."""
    kpi = report.contents.kpis[item.kpi]
    rows = report.series(item.kpi, unit.id)
    if not kpi.declares or rows.empty or is_missing(rows.iloc[-1]["change"]) or rows.iloc[-1]["change"] > -FELL:
        return None
    fall = format_value(abs(rows.iloc[-1]["change"]), "percentage_points", digits=0)
    return tag("li", tag("b", f"{item.name}: "), f"known for {fall} fewer than a year before. Were new starters asked?")


def _late(contents: Contents, today: date) -> list[DatasetSummary]:
    return [s for s in contents.sources.values() if describe_freshness(s, today)[0] == "Late"]


# who has answered


def answers_table(items: Sequence[Answered]) -> Html:
    kinds = list(dict.fromkeys(label for a in items for label in a.unknown))
    columns = [Column("Characteristic"), Column("Known", True), Column("People known", True)]
    columns += [Column(kind, True) for kind in kinds]
    told_apart = all(a.unknown for a in items)
    columns += [*([] if told_apart else [Column("Not known", True)]), Column("People asked", True), Column("Its shares")]
    rows = [
        [
            a.name,
            percent(a.rate),
            format_number(a.known),
            *(format_number(a.unknown[k]) if k in a.unknown else "–" for k in kinds),
            *([] if told_apart else [format_number(max(a.asked - a.known, 0))]),
            format_number(a.asked),
            STATES[a.state],
        ]
        for a in items
    ]
    return table("Numbers for this chart", *with_figures(columns, rows))


def rows_of(report: Report, items: Sequence[Answered], units: Sequence[str], day: date | None = None) -> Report:
    """The published rows that a table of declaration rates is made of, for its downloads."""
    cells = report.cells
    keep = cells["kpi"].isin([a.kpi for a in items]) & cells["unit"].isin(list(units)) & (cells["group"] == "")
    keep &= cells["period_end"] == pd.Timestamp(day) if day is not None else True
    return reports.part(report, cells[keep].drop_duplicates(["kpi", "unit", "period_end"]))


def rates_by_unit(report: Report, names: Sequence[str], units: Sequence[str], day: date) -> dict[str, dict[str, float]]:
    """Characteristic to unit to its declaration rate; missing where it is hidden or not published."""
    found: dict[str, dict[str, float]] = {name: {} for name in names}
    for unit in units:
        here = {a.name: a.rate for a in answered(report, unit, day)}
        for name in names:
            found[name][unit] = here.get(name, float("nan"))
    return found


def units_table(rates: Mapping[str, Mapping[str, float]], contents: Contents, pinned: str | None) -> Html:
    """A row a unit, a column a characteristic; the word stands where a share is withheld or read with care."""
    names = list(rates)
    units = list(rates[names[0]]) if names else []
    columns = [Column("Unit"), *(Column(n) for n in names)]
    rows = [
        [link(contents.units[u].name, "data_quality", unit=u, release=pinned), *(_rate_cell(rates[n][u]) for n in names)] for u in units
    ]
    return table("People who have answered, by unit", columns, rows, quiet=True, cls="eq-grid")


def _rate_cell(rate: float) -> Cell:
    if is_missing(rate):
        return Cell(tag("span", "Hidden or not published", cls="eq-small"))
    word = "Withheld" if rate < WITHHELD_BELOW else "Read with care" if rate < CARE_BELOW else ""
    return Cell(
        joined([tag("b", percent(rate)), tag("span", word, cls="eq-small") if word else ""]), "missed" if rate < WITHHELD_BELOW else ""
    )


def time_table(series: pd.DataFrame) -> Html:
    """The last five years at the same time of year."""
    last = series["period_end"].max()
    days = sorted({d for d in series["period_end"] if d.month == last.month})[-5:]
    columns = [Column("Characteristic"), *(Column(format_day(d), True) for d in days)]
    rates = series.set_index(["name", "period_end"])["rate"]
    rows = [
        [name, *(percent(rates[name, d]) if (name, d) in rates.index and not is_missing(rates[name, d]) else "–" for d in days)]
        for name in dict.fromkeys(series["name"])
    ]
    return table("Numbers for this chart", columns, rows)


# what was loaded


def freshness_table(contents: Contents, today: date) -> Html:
    columns = [
        Column("Data"),
        Column("Figures up to"),
        Column("Published on"),
        Column("Expected"),
        Column("State"),
        Column("Why", cls="whole"),
    ]
    published = format_day(contents.provenance.published_at)
    rows = []
    for source in contents.sources.values():
        word, why = describe_freshness(source, today)
        last = next((format_day(load.day) for load in source.loads if load.published), "None published")
        rows.append([source.title, last, published, GRAINS[source.grain], tag("b", word) if word == "Late" else word, why])
    return table("How fresh the data is", columns, rows, quiet=True)


def read_people(viewer: Viewer, contents: Contents) -> dict[tuple[str, str], str]:
    """(dataset, day) to how many people its extract held, as it is published: the first step of any waterfall."""
    try:
        found = reports.read(viewer, contents, Request(breakdowns=(WATERFALL,), units=(contents.root.id,)))
    except NotPublished:
        return {}
    rows = found.cells[found.cells["group"] == "step=headcount"]
    people: dict[tuple[str, str], str] = {}
    for _, row in rows.iterrows():
        key = contents.kpis[str(row["kpi"])].dataset, row["period_end"].date().isoformat()
        people.setdefault(key, "Hidden" if is_missing(row["numerator"]) else format_number(row["numerator"]))
    return people


def loads_table(source: DatasetSummary, people: Mapping[tuple[str, str], str]) -> Html:
    columns = [
        Column("Extract of"),
        Column("Loaded on"),
        Column("People", True),
        Column("Rows", True),
        Column("Rows refused"),
        Column("Figures"),
    ]
    rows = [
        [
            format_day(load.day),
            format_day(load.loaded_on),
            people.get((source.id, load.day), "–"),
            "–" if load.rows is None else f"about {format_number(load.rows)}",
            load.refused.capitalize(),
            "Published" if load.published else "None published",
        ]
        for load in source.loads
    ]
    return table(f"Loads of {source.title}", *with_figures(columns, rows), quiet=True)


def kept_rows(source: DatasetSummary) -> str:
    if not source.days or source.oldest is None:
        return f"{source.title}: no rows about people are kept."
    rows = "" if source.rows is None else f", about {format_number(source.rows)} rows in all"
    days = f"{source.days} extract{'' if source.days == 1 else 's'}"
    return f"{source.title}: {days} kept{rows}, the oldest of {format_day(source.oldest)}."


# protection


def dataset_title(contents: Contents, dataset: str) -> str:
    """What people call a dataset, one that is worked out from others included."""
    if dataset in contents.sources:
        return contents.sources[dataset].title
    return next((k.source for k in contents.kpis.values() if k.dataset == dataset), dataset)


def protection(contents: Contents) -> None:
    """For each audience that the viewer may see: what is hidden and why, what can be read, what attacks found, and all of it as figures."""
    every = [*contents.certificates, *contents.other_certificates]
    for audience in dict.fromkeys(str(c["audience"]) for c in every):
        mine = [c for c in every if c["audience"] == audience]
        attacks = [a for a in contents.attacks if a["audience"] == audience]
        newest = newest_of(mine)
        levels = ", ".join(f"{share:.1%} at {level} level" for level, share in shown_by_level(mine, contents).items())
        said = [
            describe_hiding(newest),
            f"Counts that can be read: {levels}." if levels else "",
            describe_attacks(mine, attacks),
            describe_certified(mine),
            describe_seals(mine),
        ]
        show(
            tag("h3", f"Version for: {audience}", cls="eq-h3"), tag("ul", *(tag("li", words) for words in said if words), cls="eq-bullets")
        )
        show(_newest_table(newest, attacks, contents, audience))
    with st.expander(f"All {format_number(len(every))} certificates as figures"):
        show(_certificate_figures(every, contents))


def _newest_table(newest: Sequence[Mapping[str, Any]], attacks: Sequence[Mapping[str, Any]], contents: Contents, audience: str) -> Html:
    """The sentences as a table: a row for each dataset's last day."""
    tried = {(str(a["dataset"]), str(a["period_end"])): a for a in attacks}
    columns = [
        Column("Data"),
        *(Column(head, True) for head in ("Counts", "As they are", "Rounded", "Hidden", "Worked out")),
        Column("Last tried"),
    ]
    rows = []
    for c in newest:
        last = tried.get((str(c["dataset"]), str(c["period_end"])))
        hidden = sum(int(c[kind]) for kind in HIDDEN)
        counts = [format_number(n) for n in (c["cells"], c["exact"], c["rounded"], hidden)]
        if not c.get("people", True):
            counts = ["No people", "–", "–", "–"]  # results that the council was given
        found = ["–", "Not tried again"] if last is None else [format_number(last["recovered"]), format_day(str(last["attacked_at"])[:10])]
        rows.append([f"{dataset_title(contents, str(c['dataset']))}, {format_day(str(c['period_end']))}", *counts, *found])
    return table(f"Newest figures, version for: {audience}", columns, rows, quiet=True)


def least(certificate: Mapping[str, Any]) -> tuple[int | None, int | None]:
    """Steps between the possible values of protected counts, no more than were asked for: how much wider one is may be a count itself."""
    widths = ("narrowest", "required", 4), ("narrowest_rounded", "required_rounded", 2)
    hidden, rounded = (
        None if certificate.get(found) is None else min(int(certificate[found]), int(certificate.get(asked, usual)))
        for found, asked, usual in widths
    )
    return hidden, rounded


def _certificate_figures(found: Sequence[Mapping[str, Any]], contents: Contents) -> Html:
    heads = (
        "Counts", "Exact", "Rounded", "Hidden", "Of those, whole breakdowns", "Shown, by level", "Found out", "Pay figures",
        "Pay hidden", "Pay found out", "Known before", "Narrowest, at least", "Rounded, at least", "Sums that do not add up",
        "Blocks", "Seconds",
    )  # fmt: skip
    columns = [Column("Data, day and audience"), *(Column(head, True) for head in heads)]
    rows = []
    for c in sorted(found, key=lambda c: (str(c["audience"]), str(c["dataset"]), str(c["period_end"])), reverse=True):
        title = dataset_title(contents, str(c["dataset"]))
        levels = " / ".join(f"{share:.0%}" for share in c["shown_by_level"].values())
        hidden = sum(int(c[kind]) for kind in HIDDEN)
        counts = [format_number(n) for n in (c["cells"], c["exact"], c["rounded"], hidden, c["coarsened"])]
        pay = [format_number(c.get(k)) for k in ("pay_cells", "pay_hidden", "pay_recovered")]
        rest = [format_number(n) for n in (c.get("known_before"), *least(c), c.get("mismatches"), c.get("blocks"))]
        name = f"{title}, {format_day(str(c['period_end']))}, {c['audience']}"
        rows.append([name, *counts, levels, format_number(c["recovered"]), *pay, *rest, format_number(c["seconds"], 1)])
    return table("Certificates", columns, rows, quiet=True)


def hidden_rows(report: Report, unit: str) -> pd.DataFrame:
    """The last figure of each measure at one unit that is hidden, withheld or not there."""
    rows = reports.latest_rows(report, list(report.contents.kpis.values()), unit)
    return rows[rows["status"].isin(["hidden", "withheld", "not_available"])] if len(rows) else rows


def withheld_table(rows: pd.DataFrame, contents: Contents, unit: UnitSummary, pinned: str | None) -> Html:
    own = None if unit.parent is None else unit.id
    body = [
        [
            link(contents.kpis[str(row["kpi"])].title, "kpi", measure=str(row["kpi"]), unit=own, release=pinned),
            format_day(row["period_end"]),
            status(row),
            describe_note(row, contents) or "–",
        ]
        for _, row in rows.iterrows()
    ]
    return table(
        "Measures without a figure", [Column("Measure"), Column("Date"), Column("Status"), Column("Why", cls="whole")], body, quiet=True
    )


def cells_by_breakdown(contents: Contents) -> str:
    """What the attack was told: every breakdown that is published."""
    names = dict.fromkeys(format_breakdown(b, contents.dimensions) for k in contents.kpis.values() for b in k.breakdowns)
    return "; ".join(names)
