"""What stands around the figures on every page: mode, place, stamp, source, how we know, and the release in the footer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from urllib.parse import urlencode

import pandas as pd
import streamlit as st

from metrics.access.viewer import Viewer
from metrics.charts.symbols import mark, status_symbol
from metrics.report import Contents, KpiSummary, Provenance, Report, UnitSummary
from metrics.wording.dates import format_day
from metrics.wording.definition import describe_definition, describe_method
from metrics.wording.instead import read_instead
from metrics.wording.notes import NOTES, describe_note, describe_notes
from metrics.wording.overview import describe_behind, describe_moved, describe_too_early
from metrics.wording.rounding import describe_additivity
from metrics.wording.status import STATUS_MEANINGS, STATUS_WORDS
from metrics.wording.structure import STRUCTURE_MEANINGS, STRUCTURES, describe_made_of
from metrics.wording.values import format_list, lower_first
from metrics.wording.variation import describe_change_rule, describe_usual_method
from pages.shared import doorkeeper
from pages.shared.about import about
from pages.shared.filters import line_above
from pages.shared.markup import Html, joined, link, picture, safe, show, tag

STYLE = Path(__file__).with_name("style.css")
PRODUCT = "Equality performance dashboard"
MODE_WORDS = {"signed_in": "Signed in", "demo": "Demo on this computer", "local": "Local: one analyst at this computer, no sign-in"}
NAMED_EXTRACTS = 3
"""So many can be read by their titles at the foot of a page."""
ONE_DATE = "One date is shown so far; a line begins with the second."
SYNTHETIC = NOTES["synthetic"].rstrip(".")


def masthead(viewer: Viewer, provenance: Provenance | None = None) -> None:
    """Whose figures these are, in which mode or for whom, and whether they are real."""
    st.html(STYLE)
    viewing_as(viewer)
    words = [MODE_WORDS.get(viewer.mode, "")] if viewer.mode != "signed_in" else []
    if viewer.mode == "demo" or (provenance and provenance.synthetic):
        words.append(SYNTHETIC)
    council = tag("b", provenance.council) if provenance else Html("")
    frame = tag("div", ". ".join(filter(None, words)), cls="eq-frame") if any(words) else ""
    show(tag("div", tag("div", council, tag("span", PRODUCT)), frame, who(viewer), cls="eq-masthead"))


def who(viewer: Viewer) -> Html:
    """Who is signed in, their role in words, and the way out."""
    if viewer.mode != "signed_in":
        return Html("")
    name = [tag("b", viewer.name), ", "] if viewer.name else []
    out = tag("a", "Sign out", href="/sign-out", target="_self")
    return tag("div", tag("span", *name, viewer.role_words), out, cls="eq-who")


def viewing_as(viewer: Viewer) -> None:
    """While an administrator looks through another role's eyes, every page says so first."""
    if viewer.viewing_as:
        title = doorkeeper.keeper().rules.current().roles[viewer.viewing_as].title
        stop = tag("a", "Stop viewing as this role", href="/view-as", target="_self")
        show(
            tag(
                "div",
                tag("b", f"You are viewing as: {title}. "),
                "You see what the holders of this role see. ",
                stop,
                cls="eq-banner eq-as",
            )
        )


def view_as(viewer: Viewer) -> Html:
    """The roles that an administrator may look through."""
    roles = doorkeeper.keeper().roles_for(viewer) if viewer.administrator and not viewer.viewing_as else {}
    if not roles:
        return Html("")
    links = [
        tag("li", tag("a", title, href=f"/view-as?{urlencode({'role': name})}", target="_self"))
        for name, title in roles.items()
        if name not in viewer.roles
    ]
    return tag("div", tag("b", "View the dashboard as: "), tag("ul", *links), cls="eq-as")


def withdrawn(provenance: Provenance, replaced_by: str | None, page: str) -> None:
    """Above everything else, because a figure of a withdrawn release must not be used."""
    if provenance.withdrawn is None:
        return
    on = f" on {format_day(provenance.withdrawn_at.date())}" if provenance.withdrawn_at else ""
    newer = joined([" The release that stands now: ", link(replaced_by, page), "."]) if replaced_by else " No other release stands yet."
    show(
        tag(
            "div",
            tag("b", f"Withdrawn{on}: release {provenance.release}. "),
            "Do not use these figures. Reason: ",
            provenance.withdrawn.rstrip(".") + ".",
            newer,
            cls="eq-banner",
        )
    )


def opening(place: object, finding: str, stamp: object) -> None:
    """Where we are, what was found, and of what."""
    show(tag("div", place, cls="eq-eyebrow"), tag("h1", finding, cls="eq-h1"), tag("div", stamp, cls="eq-stamp"))


def stamp(contents: Contents, day: object, who: str, more: str = "") -> Html:
    words = f" Population: {who}." + (f" {more} " if more else " ")
    return joined(
        [tag("b", f"Published figures, {day}."), safe(words), tag("span", f"Release {contents.provenance.release}.", cls="eq-whole")]
    )


def three_notes(rows: pd.DataFrame, kpis: Mapping[str, KpiSummary]) -> None:
    """What truly moved, what is behind, what it is too early to say."""
    said = (
        ("moved", "Truly moved", describe_moved(rows, kpis)),
        ("behind", "Behind", describe_behind(rows, kpis)),
        ("", "Too early to say", describe_too_early(rows, kpis)),
    )
    show(tag("div", *(tag("div", tag("b", head), tag("p", words), cls=kind) for kind, head, words in said), cls="eq-notes"))


def heading(text: str, under: str = "", level: int = 2) -> None:
    show(tag(f"h{level}", text, cls=f"eq-h{level}"), tag("p", under, cls="eq-small") if under else "")


def source(contents: Contents, *kpis: KpiSummary, more: str = "") -> None:
    """The line under a chart: where its figures come from, of which day, in which release, and that they are synthetic."""
    p = contents.provenance
    titles = dict.fromkeys(k.source for k in kpis)
    dated = [f"{t}, {_day(p.data_dates[t])}" if t in p.data_dates else t for t in titles]
    words = [f"{p.council}: {'; '.join(dated)}.", f"Release {p.release}.", "Synthetic figures." if p.synthetic else "", more]
    show(tag("p", " ".join(filter(None, words)), cls="eq-small"))


def key(*items: tuple[str, str]) -> Html:
    """What each mark means. Decorative samples: the words carry it."""
    return tag("div", *(tag("span", picture(mark(kind)), words) for kind, words in items), cls="eq-key")


def only_here(unit: UnitSummary, kpis: list[KpiSummary]) -> None:
    """Measures that no part of a unit has."""
    if kpis:
        where = "the whole council" if unit.parent is None else unit.name
        show(sentence(f"Published for {where} only: {format_list([lower_first(k.short_title) for k in kpis])}.", small=True))


def hidden_below(kpis: list[KpiSummary]) -> None:
    """Measures that are hidden in every part of a unit."""
    if kpis:
        named = format_list([lower_first(k.short_title) for k in kpis])
        show(sentence(f"Hidden in every unit here, to protect people: {named}.", small=True))


def status_key(statuses: set[str]) -> None:
    """The statuses that appear, in the order of the catalogue."""
    items = [
        tag("li", picture(status_symbol(s)), tag("span", tag("b", STATUS_WORDS[s]), f": {lower_first(STATUS_MEANINGS[s])}"))
        for s in STATUS_WORDS
        if s in statuses
    ]
    show(tag("ul", *items, cls="eq-statuses"))


def how_we_know(contents: Contents, *kpis: KpiSummary) -> None:
    """Definition, method and SQL, closed until asked for."""
    with st.expander("How we know: source, definition, and how the ranges are worked out"):
        for kpi in kpis:
            show(tag("h3", f"{kpi.id} {kpi.title}", cls="eq-h3"))
            facts = [
                *describe_definition(kpi),
                ("Owner", kpi.owned_by),
                ("Likely range", describe_method(kpi)),
                ("Usual range", describe_usual_method(kpi)),
                ("Change", describe_change_rule(kpi)),
                ("Definition version", f"{contents.provenance.definition_version[:12]}, this measure {kpi.fingerprint[:12]}"),
            ]
            show(tag("div", tag("dl", *(joined([tag("dt", a), tag("dd", b)]) for a, b in facts if b)), cls="eq-facts"))
            if kpi.sql:
                show(
                    tag("p", "How it is counted, as SQL:", cls="eq-small"),
                    tag("pre", kpi.sql, tabindex="0", role="region", aria_label=f"SQL of {kpi.id}"),
                )


def footer(contents: Contents, viewer: Viewer) -> None:
    """Which release, made when and from what, and the rule by which small numbers are hidden."""
    p = contents.provenance
    show(
        tag(
            "footer",
            tag(
                "p",
                tag("b", f"Release {p.release}."),
                f" Published {format_day(p.published_at)} from {_extracts(p.data_dates)}. {p.disclosure_note} Version for: {p.audience}."
                + (" " + SYNTHETIC + "." if p.synthetic else ""),
            ),
            tag("p", f"{MODE_WORDS.get(viewer.mode, '')}. Definition version {p.definition_version[:12]}."),
            about(viewer),
            view_as(viewer),
            cls="eq-foot",
        )
    )


def _extracts(days: Mapping[str, str]) -> str:
    """Each by its title where they are few; else how many and of which days: the sources stand beside the figures."""
    if len(days) <= NAMED_EXTRACTS:
        return "; ".join(f"{title} at {_day(day)}" for title, day in days.items())
    first, last = min(days.values()), max(days.values())
    return f"{len(days)} extracts of {_day(last)}" if first == last else f"{len(days)} extracts of {_day(first)} to {_day(last)}"


def _day(iso: str) -> str:
    return format_day(date.fromisoformat(iso[:10]))


def populations(kpis: list[KpiSummary]) -> str:
    """Who is counted, when a page shows several measures."""
    found = [k.population for k in kpis]
    if not found:
        return "none"
    usual = max(dict.fromkeys(found), key=found.count)
    return usual if len(set(found)) == 1 else f"{usual}, unless a measure says otherwise"


def sentence(text: str, small: bool = False) -> Html:
    return tag("p", text, cls="eq-small" if small else "")


def former(contents: Contents, unit: UnitSummary, pinned: str | None, page: str, measure: str | None = None) -> None:
    """Over the figures of a unit that has ended: since when, and where its people are now."""
    if unit.valid_to is None or unit.stood(contents.latest):
        return
    after = [contents.units[u] for u in contents.history.now_in.get(unit.id, ()) if u in contents.units]
    links = joined([link(u.name, page, measure=measure, unit=u.id, release=pinned) for u in after], ", ")
    now = joined(["Its people are now in: ", links, "."]) if after else "Nothing is named as what it became."
    words = [tag("b", f"{unit.name} ended on {format_day(unit.valid_to)}. "), "These are its figures as they were published. ", now]
    show(tag("div", *words, cls="eq-box"))


def own_staff(contents: Contents, unit: UnitSummary) -> None:
    """People of a unit who are in none of its parts: its figures hold them, and no part does."""
    if unit.id in contents.history.own_staff and unit.stood(contents.latest):
        here = "The council" if unit.parent is None else unit.name
        show(sentence(f"{here} also has staff in none of these parts: they count here, and are not published apart.", small=True))


def over_years(report: Report, unit: UnitSummary, rows: pd.DataFrame) -> None:
    """In which structure a unit is shown, what earlier figures were made of, and what broke the series."""
    history, structure = report.contents.history, report.request.structure
    words = []
    if structure == "today" and unit.id in history.recast:
        made_of = describe_made_of(rows, report.contents.units)
        words = [f"Units: {STRUCTURES[structure].lower()}. {STRUCTURE_MEANINGS[structure]}", *made_of]
    elif unit.id in history.recast or unit.id in history.breaks:
        was = (
            f" {unit.name} began on {format_day(unit.valid_from)}, {history.was[unit.id]}."
            if unit.id in history.was and unit.valid_from
            else ""
        )
        words = [f"Units: {STRUCTURES[structure].lower()}. {STRUCTURE_MEANINGS[structure]}{was}"]
    if words:
        show(sentence(" ".join(words), small=True))


def breadcrumb(contents: Contents, unit: UnitSummary, pinned: str | None) -> Html:
    """From the whole council down to here; each step above is a link."""
    line = line_above(contents, unit.id)
    steps = [
        link("Whole council" if u.parent is None else u.name, "directorate", unit=None if u.parent is None else u.id, release=pinned)
        for u in line[:-1]
    ]
    here = "Whole council" if unit.parent is None else unit.name
    return joined(["Directorates / ", *(joined([s, " / "]) for s in steps), here])


def time_marks(kpi: KpiSummary, rows: pd.DataFrame) -> list[tuple[str, str]]:
    items = [("line", "Published figure")]
    if rows["lower"].notna().any():
        items.append(("range", "Likely range of the last figure"))
    if rows["target"].notna().any():
        items.append(("band", "Target: within this band") if kpi.within is not None else ("path", "Target path and milestones"))
    return items


def groups_key(kpi: KpiSummary, rows: pd.DataFrame) -> Html:
    items = []
    if any(kpi.stands_alone(str(group)) for group in rows.index):
        items += [("open_dot", "Published figure of the group itself")]
    elif rows["lower"].notna().any():
        items += [("dot", "Clearly different from the whole"), ("open_dot", "Not clearly different")]
    else:
        items += [("ring", "Published figure")]
    if rows["bound_low"].notna().any():
        items.append(("bounds", "If none or all of the unknown belonged"))
    if rows["benchmark"].notna().any() and kpi.measure != "count":
        items.append(("bar", kpi.benchmark_title or "Benchmark"))
    return key(*items)


def gaps_key(kpis: list[KpiSummary]) -> Html:
    items = [("line", "Published gap"), ("range", "Likely range")]
    items += [("band", "Target: within this band")] if any(k.within is not None for k in kpis) else []
    items += [("path", "Target path and milestones")] if any(k.target and k.within is None for k in kpis) else []
    return key(*items)


def strip_key(unit: UnitSummary, contents: Contents, earlier: date | None) -> Html:
    items = [("spot", f"{unit.name} now")]
    if earlier is not None:
        items.append(("diamond", format_day(earlier)))
    if unit.parent is not None:
        items.append(("bar", "Whole council"))
    return key(*items)


def nothing_to_draw(rows: pd.DataFrame, contents: Contents, unit: UnitSummary, kpi: KpiSummary, pinned: str | None) -> None:
    """No empty axes: why there is nothing here, and where there is something."""
    withheld = rows[rows["status"] == "withheld"]
    hidden = rows[rows["status"] == "hidden"]
    if len(withheld):
        words = describe_note(withheld.iloc[-1].where(withheld.iloc[-1].index != "note", "withheld"))
    else:
        words = _why_hidden(hidden.iloc[-1], contents) if len(hidden) else NOTES["not_available"]
    told = len(hidden) and any(read_instead(str(hidden.iloc[-1]["note"])).splits)
    parent = None if told else contents.units.get(unit.parent or "")
    above = (
        joined(
            [
                " See ",
                link(
                    "the whole council" if parent.parent is None else parent.name,
                    "kpi",
                    measure=kpi.id,
                    unit=None if parent.parent is None else parent.id,
                    release=pinned,
                ),
                ".",
            ]
        )
        if parent
        else ""
    )
    show(tag("p", words, above))


def _why_hidden(row: pd.Series, contents: Contents) -> str:
    """A unit above is a link after these words, and not named in them."""
    return describe_note(row, None if read_instead(str(row["note"])).unit else contents) or NOTES["hidden"]


def additivity(parts: pd.DataFrame, whole: pd.Series | None, column: str, contents: Contents, kpi: KpiSummary, what: str) -> None:
    """Beside a table whose rounded parts do not add up to the total that stands with it."""
    words = describe_additivity(parts, whole, column, contents, kpi, what)
    if words:
        show(sentence(words, small=True))


def not_published(kpi: KpiSummary, unit: UnitSummary) -> None:
    show(tag("p", f"{kpi.title} is not published for {unit.name}. Its definition names no breakdown that reaches there."))


def caveats(report: Report, kpi: KpiSummary, rows: pd.DataFrame) -> None:
    """Everything that must be said beside the figures of this page."""
    found = describe_notes(rows, kpi, report.provenance.synthetic)
    if found:
        heading("Read with this")
        show(tag("ul", *(tag("li", n) for n in found), cls="eq-bullets"))


def unequal_pay() -> None:
    """On every page about pay gaps."""
    show(
        tag(
            "div",
            tag("h2", "A pay gap is not unequal pay"),
            tag(
                "p",
                "A pay gap compares the middle or average hourly pay of ",
                tag("b", "all"),
                " people in two groups, whatever jobs they do. Unequal pay, which is unlawful, means paying people differently for ",
                tag("b", "the same or equal work"),
                ".",
            ),
            tag("p", "A council can pay every grade equally and still have a gap, when one group holds more of the higher-paid jobs."),
            cls="eq-box",
        )
    )
