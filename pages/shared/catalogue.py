"""Parts of the page of definitions: the list, one definition in full, who is counted and left out, and its worked example."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

import pandas as pd
import streamlit as st

from metrics.access.viewer import Viewer
from metrics.definitions.topic import Topic
from metrics.definitions.waterfall import WATERFALL
from metrics.errors import NotPublished
from metrics.report import Contents, KpiSummary, Report, Request, scale_of
from metrics.wording.dates import format_day, format_month
from metrics.wording.definition import (
    GRAIN,
    describe_method,
    describe_polarity,
    describe_sign,
    describe_status_rule,
    describe_target,
)
from metrics.wording.formula import Formula, describe_formula
from metrics.wording.groups import format_breakdown
from metrics.wording.quality import describe_review
from metrics.wording.themes import format_theme
from metrics.wording.values import MINUS, format_number, format_value, lower_first, upper_first
from metrics.wording.variation import describe_change_rule, describe_usual_method
from metrics.wording.waterfall import Step
from metrics.wording.without_people import describe_publisher, labels_of
from pages.shared import reports
from pages.shared.markup import Cell, Column, Html, joined, link, show, table, tag

NOT_SAID = "This release was made before releases said so."
NO_STEPS_YET = "This release does not hold these steps. Releases made from now on do."
NO_STEPS = "No steps are counted for this measure: nobody is left out between what was worked out of the extracts and the figure."
NO_TOPIC = "No subject"
ALL_MEASURES = "No corporate priority"


def matching(kpis: Iterable[KpiSummary], words: str) -> list[KpiSummary]:
    """KPIs in whose texts every word stands."""
    wanted = words.lower().split()
    return [k for k in kpis if all(w in _text(k) for w in wanted)]


def _text(kpi: KpiSummary) -> str:
    said = (
        kpi.id, kpi.title, kpi.short_title, kpi.why_it_matters, kpi.who, kpi.population, kpi.owned_by, kpi.priority_title, kpi.source,
        *kpi.notes, *(format_theme(str(f["theme"])) for f in kpi.framework),
    )  # fmt: skip
    return " ".join(said).lower()


def groups(kpis: Sequence[KpiSummary], by: str) -> dict[str, list[KpiSummary]]:
    """Name of each subject (in the catalogue's order), corporate priority, theme or owner to its KPIs; whatever has none comes last."""
    if by == "topic":
        named = {topic.heading: [k for k in kpis if k.topic == topic.value] for topic in Topic}
        rest = [k for k in kpis if not k.topic]
        return {title: found for title, found in {**named, NO_TOPIC: rest}.items() if found}
    found: dict[str, list[KpiSummary]] = {}
    for kpi in kpis:
        for name in _names(kpi, by):
            found.setdefault(name, []).append(kpi)
    return dict(sorted(found.items(), key=lambda pair: (pair[0].startswith("No "), pair[0])))


def _names(kpi: KpiSummary, by: str) -> list[str]:
    if by == "owner":
        return [kpi.owned_by]
    if by == "theme":
        return [format_theme(str(f["theme"])) for f in kpi.framework] or ["No theme"]
    return [kpi.priority_title or upper_first((kpi.corporate_priority or "").replace("_", " ")) or ALL_MEASURES]


def listed(name: str, kpis: Sequence[KpiSummary], pinned: str | None, today: date) -> Html:
    columns = [Column("Measure"), Column("Why it matters", cls="whole"), Column("How often"), Column("Owner"), Column("Next review")]
    rows = [
        [
            link(f"{k.id} {k.title}", "definitions", definition=k.id, release=pinned),
            k.why_it_matters,
            GRAIN[k.grain].lower(),
            k.owned_by,
            _next_review(k, today),
        ]
        for k in kpis
    ]
    return table(name, columns, rows, quiet=True)


def _next_review(kpi: KpiSummary, today: date) -> str:
    if kpi.review is None:
        return "–"
    due = kpi.review[1]
    return f"{format_month(due)}, passed" if due < today.isoformat() else format_month(due)


def in_full(kpi: KpiSummary, contents: Contents, today: date) -> None:
    """The definition, in the order in which somebody asks."""
    currency, formula = contents.provenance.currency, describe_formula(kpi)
    who, protected = labels_of(kpi)[1], "How people are protected" if kpi.counts_people else "Protection"
    facts: list[tuple[str, object]] = [
        ("Why it matters", kpi.why_it_matters),
        ("How it is made", _formula(formula) if formula else kpi.who),
        (who, f"{upper_first(kpi.population).rstrip('.')}. {kpi.population_rule or NOT_SAID}"),
        ("Which way is good", ". ".join(filter(None, (describe_polarity(kpi), describe_sign(kpi))))),
        ("Target", _target(kpi, currency)),
        ("Status", describe_status_rule(kpi)),
        ("Compared with", _benchmark(kpi)),
        ("Shown by", _breakdowns(kpi, contents)),
        ("How often", GRAIN[kpi.grain]),
        ("Source", ". ".join(filter(None, (kpi.source, describe_publisher(kpi))))),
        ("Owner", kpi.owned_by),
        ("Corporate priority", kpi.priority_title),
        ("Reviewed", describe_review(kpi, today) or NOT_SAID),
        ("Equality Framework", _framework(kpi)),
        ("Changes in how it is counted", "; ".join(f"{format_day(d)}: {reason.rstrip('.')}" for d, reason in kpi.series_breaks) or "None"),
        ("Notes", joined([tag("p", n) for n in kpi.notes]) if kpi.notes else ""),
        (protected, f"{kpi.profile_title}. {kpi.profile_rule}" if kpi.profile_rule else NOT_SAID),
        ("Definition version", f"{kpi.fingerprint[:12]}, in the council’s definitions {contents.provenance.definition_version[:12]}"),
    ]
    show(tag("div", tag("dl", *(joined([tag("dt", term), tag("dd", said)]) for term, said in facts if said)), cls="eq-facts eq-definition"))


def _formula(formula: Formula) -> Html:
    over = ""
    if formula.bottom:
        then = tag("span", formula.then, cls="then") if formula.then else ""
        over = tag("div", tag("div", tag("span", formula.top), tag("span", formula.bottom), cls="over"), then, cls="eq-formula")
    return joined([tag("p", formula.words), over])


def _target(kpi: KpiSummary, currency: str) -> object:
    if not kpi.target:
        return "None"
    path = [f"{format_value(value, kpi.unit, currency, bare=True)} on {format_day(day)}" for day, value in kpi.target]
    begins = "Path: from " if kpi.has_baseline else "Path: to "
    return joined(
        [
            tag("p", f"{describe_target(kpi, currency)}."),
            tag("p", begins + ", then ".join(path) + ".", cls="eq-small") if len(path) > 1 else "",
        ]
    )


def _benchmark(kpi: KpiSummary) -> str:
    if not kpi.benchmark_title:
        return "Nothing outside the council"
    made_up = " (made up for demonstration)" if kpi.benchmark_illustrative else ""
    of = f" Of whom: {lower_first(kpi.benchmark_population).rstrip('.')}." if kpi.benchmark_population else ""
    others = "".join(
        f" Not taken: {title}, {lower_first(people).rstrip('.')} ({_dated(source)})." for title, people, source, _ in kpi.benchmark_others
    )
    return f"{kpi.benchmark_title}{made_up}. Source: {_dated(kpi.benchmark_source or 'not said')}.{of}{others}"


def _dated(source: str) -> str:
    """The date that ends a source in words."""
    name, _, day = source.rpartition(", ")
    try:
        return f"{name}, {format_day(date.fromisoformat(day))}"
    except ValueError:
        return source


def _breakdowns(kpi: KpiSummary, contents: Contents) -> str:
    return (
        "; ".join(dict.fromkeys(upper_first(format_breakdown(b, contents.dimensions)) for b in kpi.breakdowns)) or "The whole council only"
    )


def _framework(kpi: KpiSummary) -> object:
    lines = []
    for theme in kpi.framework:
        limits = theme.get("thresholds")
        words = ", ".join(f"{name} {_number(limits[name])}" for name in ("developing", "achieving", "excellent")) if limits else ""
        more = f" The council’s own levels, not the framework’s: {words}." if words else ""
        lines.append(tag("p", f"{format_theme(str(theme['theme']))}{', essential' if theme.get('essential') else ''}.{more}"))
    return joined(lines) if lines else "No theme"


def read_steps(viewer: Viewer, contents: Contents, kpi: KpiSummary) -> Report | None:
    """The waterfall of the last period; None where the release has none, or has it for no unit that this viewer may open."""
    root = contents.root.id
    request = Request(kpis=(kpi.id,), breakdowns=(WATERFALL,), units=(root,), period_ends=(contents.periods[kpi.id][-1],))
    try:
        found = reports.read(viewer, contents, request)
    except NotPublished:
        return None
    return found if len(found.cells) else None


def steps_table(kpi: KpiSummary, steps: Sequence[Step]) -> Html:
    columns = [
        Column("Step"),
        Column(f"{upper_first(kpi.rows_are)} left", True),
        Column("Leave here", True),
        Column("Who leaves, and why", cls="whole"),
    ]
    rows = []
    for step in steps:
        left: object = Cell(step.left_words, "hidden") if pd.isna(step.left) else step.left_words
        leaves: object = Cell(step.dropped_words, "hidden") if step.id != "headcount" and not step.known else step.dropped_words
        rows.append([step.words, left, leaves, step.reason or "–"])
    return table("Numbers for this chart", columns, rows)


def worked_example(kpi: KpiSummary, currency: str) -> None:
    """Rows that were made up, and what the definition gives for them: in the reader's unit, as it is written in the definition."""
    # A row is named by its number: these are nobody's records.
    columns = [Column("Made-up row"), *(Column(head) for head in kpi.example_heads)]
    show(table("Made-up rows", columns, [[str(n), *row] for n, row in enumerate(kpi.example_rows, 1)], quiet=True, cls="eq-wrap"))
    gives = ", ".join(
        f"{_GIVES.get(name, name.replace('_', ' '))} {_plain(name, value, kpi.unit, currency)}" for name, value in kpi.example_gives
    )
    show(tag("p", tag("b", "They give: "), f"{gives}."))


_GIVES = {
    "value": "value", "numerator": "counted", "denominator": "out of", "everyone": "asked", "lower": "likely range from",
    "upper": "to", "reference_value": "compared with", "reference_numerator": "counted in the group compared with",
    "reference_denominator": "out of", "bound_low": "if none of the unknown belonged", "bound_high": "if all did",
}  # fmt: skip

_AFTER = {"percent": "%", "percentage_points": " percentage points", "ratio": " times", "points": " points"}


def _plain(name: str, value: float | None, unit: str, currency: str) -> str:
    if value is None:
        return "nothing"
    if steps := scale_of(unit):
        return f"{format_value(value, unit)} ({value:g}, counted from 0 for {lower_first(steps[0])})"
    if name in _PEOPLE or unit == "people":
        return format_number(value)
    number = f"{value:,.2f}" if unit in {"pounds", "dollars"} else _number(value)
    before = currency if unit == "pounds" else "$" if unit == "dollars" else ""
    return f"{before}{number}{_AFTER.get(unit, '')}"


def _number(value: float) -> str:
    """As it is written in the definition, with a true minus sign."""
    return f"{value:,g}".replace("-", MINUS)


_PEOPLE = frozenset({"numerator", "denominator", "everyone", "possible", "reference_numerator", "reference_denominator"})


def how_we_know(kpi: KpiSummary) -> None:
    """Method and SQL, closed until asked for."""
    with st.expander("How we know: the likely range, and the SQL that counts it"):
        facts = (("Likely range", describe_method(kpi)), ("Usual range", describe_usual_method(kpi)), ("Change", describe_change_rule(kpi)))
        show(tag("div", tag("dl", *(joined([tag("dt", a), tag("dd", b)]) for a, b in facts if b)), cls="eq-facts"))
        if not kpi.sql:
            show(tag("p", NOT_SAID))
            return
        show(
            tag(
                "p", "How it is counted, as SQL. Values are bound when it runs, so no person’s data and no figure is in it.", cls="eq-small"
            ),
            tag("pre", kpi.sql, tabindex="0", role="region", aria_label=f"SQL of {kpi.id}"),
        )
