"""What is drawn once is drawn for one kind of reader: whoever comes after somebody with other rights sees their own page."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from metrics.access.rules import can_view_unit
from metrics.access.viewer import Grant, Viewer
from metrics.charts.declared import declaration_rates
from metrics.report import Contents, Report, Request
from pages.shared import reports, tables, viewer
from tests.app.conftest import ROOT, words_of
from tests.support.reports import RELEASE, MemoryStore, a_report, some_cells

ALL = Viewer("leadership", "demo")
OPERATIONS = Viewer("leadership", "demo", units=("operations",))
FEW_PAGES = Viewer("leadership", "demo", grants=(Grant(pages=("directorate", "gaps", "data_quality", "overview")),))
PUBLIC = Viewer("public", "demo")
READERS = {"all": ALL, "operations": OPERATIONS, "few pages": FEW_PAGES, "public": PUBLIC}
IMAGE = re.compile(r"data:image/svg\+xml;base64,([^\"]+)")
PAGES = ("overview", "directorate", "gaps", "data_quality")


class StoreWithRights(MemoryStore):
    """Answers a reader with their own units, and each audience with figures of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.made: dict[str | None, pd.DataFrame] = {}

    def contents(self, release: str | None, viewer: Viewer) -> Contents:
        whole = super().contents(release, viewer)
        parents = {u.id: u.parent for u in whole.units.values()}
        mine = {id: u for id, u in whole.units.items() if can_view_unit(viewer, id, parents)}
        return replace(whole, units=mine, provenance=replace(whole.provenance, audience=viewer.audience))

    def read(self, request: Request, viewer: Viewer) -> Report:
        whole = super().contents(request.release, viewer)
        if request.release not in self.made:
            self.made[request.release] = some_cells(whole)
        report = a_report(request, self.contents(request.release, viewer), self.made[request.release])
        cells = report.cells[report.cells["unit"].isin(list(report.contents.units))].reset_index(drop=True)
        if viewer.audience == "public":
            cells = cells.assign(value=cells["value"] * 0.9, declared=cells["declared"] * 0.9, denominator=cells["denominator"] + 5)
        return replace(report, cells=cells)


def without_number(image: re.Match[str]) -> str:
    """A pattern in a picture has a running number of its own."""
    return re.sub(r"hatch\d+", "hatch", b64decode(image[1]).decode())


def empty_caches() -> None:
    st.cache_data.clear()
    st.cache_resource.clear()


@pytest.fixture
def look(monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """A page as one reader is shown it: its words, its charts, and where its links lead."""
    made = StoreWithRights()
    monkeypatch.setattr(reports, "store", lambda: made)
    empty_caches()

    def open_page(reader: Viewer, page: str, **choices: str) -> str:
        monkeypatch.setattr(viewer, "without_sign_in", lambda: reader)
        app = AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=60)
        for key, value in choices.items():
            app.query_params[key] = value
        app.run()
        if page != "overview":
            app.switch_page(f"pages/{page}.py").run()
        assert not app.exception, [e.value for e in app.exception]
        charts = [json.dumps(json.loads(chart.proto.spec), sort_keys=True) for chart in app.get("plotly_chart")]
        return IMAGE.sub(without_number, words_of(app)) + " ".join(charts)

    return open_page


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_the_same_whoever_looked_before(look: Callable[..., str], page: str) -> None:
    alone = {}
    for name, reader in READERS.items():
        empty_caches()
        alone[name] = look(reader, page)
    assert len(set(alone.values())) == len(READERS)  # each of them is shown something else
    empty_caches()
    for name in [*READERS, *reversed(READERS)]:
        assert look(READERS[name], page) == alone[name]


@pytest.mark.parametrize("page", PAGES)
def test_every_choice_is_drawn_anew(look: Callable[..., str], page: str) -> None:
    asked = ({}, {"unit": "operations"}, {"compare": "2022-03-31"}, {"unit": "operations", "statistic": "mean"}, {"release": "2026-02-12"})
    alone = []
    for choices in asked:
        empty_caches()
        alone.append(look(ALL, page, **choices))
    empty_caches()
    assert [look(ALL, page, **choices) for choices in asked] == alone


def test_a_withdrawal_is_seen_at_once(look: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    before = look(ALL, "directorate")
    store = reports.store()
    stands = store.releases[RELEASE]
    store.releases[RELEASE] = replace(stands, provenance=replace(stands.provenance, withdrawn="Agency staff were counted twice"))
    assert look(ALL, "directorate", release=RELEASE) != before


def test_the_key_holds_the_rights_the_question_and_the_choices(look: Callable[..., str]) -> None:
    """Nothing that two different blocks have in common is enough to mistake one for the other."""
    keys = []
    contents = reports.open_release(ALL, RELEASE, None)
    whole = reports.read(ALL, contents, Request(units=("operations",)))
    others = {
        "breakdowns": reports.read(ALL, contents, Request(units=("operations",), breakdowns=("",))),
        "structure": replace(whole, request=replace(whole.request, structure="today")),
        "units": reports.read(ALL, contents, Request(units=("operations", contents.root.id))),
    }
    withdrawn = replace(contents, provenance=replace(contents.provenance, withdrawn="Wrong"))

    def asked(viewer: Viewer, report: Report, *choices: object) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(reports, "_once", lambda key, make: keys.append(key))
            reports.drawn(viewer, report, declaration_rates, *choices)

    asked(ALL, whole, "operations", date(2026, 3, 31))
    for reader in (OPERATIONS, FEW_PAGES, PUBLIC, replace(ALL, mode="local"), replace(ALL, units=())):
        asked(reader, whole, "operations", date(2026, 3, 31))
    for report in (*others.values(), replace(whole, contents=withdrawn)):
        asked(ALL, report, "operations", date(2026, 3, 31))
    unit = contents.units["operations"]
    for choices in (("operations", None), ("operations", "None"), (unit, None), (["operations"], None), (contents.kpis["WR01"], None)):
        asked(ALL, whole, *choices)
    assert len(set(keys)) == len(keys) == 15


def test_what_a_key_cannot_hold_is_not_kept(look: Callable[..., str]) -> None:
    contents = reports.open_release(ALL, RELEASE, None)
    report = reports.read(ALL, contents, Request())
    elsewhere = object()
    with pytest.raises(TypeError, match="more with it"):
        reports.drawn(ALL, report, lambda r: elsewhere)
    with pytest.raises(TypeError, match="part of a report"):
        reports.drawn(ALL, reports.part(report, report.cells.head(3)), declaration_rates, "operations", date(2026, 3, 31))
    with pytest.raises(TypeError, match="DataFrame"):
        reports.drawn(ALL, report, tables.by_unit, report.cells)
    with pytest.raises(TypeError, match="KpiSummary"):
        reports.drawn(ALL, report, tables.measures, [replace(contents.kpis["WR01"], title="Another")])


def test_a_line_of_a_report_is_the_readers_own(look: Callable[..., str]) -> None:
    """Lines are looked up once: what somebody does to one must not be seen by the next."""
    contents = reports.open_release(ALL, RELEASE, None)
    report = reports.read(ALL, contents, Request())
    first = report.series("WR01", "operations")
    first["value"] = 0.0
    first.loc[:, "denominator"] = -1.0
    again = report.series("WR01", "operations")
    expected = report.cells.query("kpi == 'WR01' and unit == 'operations' and group == ''").drop_duplicates("period_end")
    assert again["value"].tolist() == expected.sort_values("period_end")["value"].tolist()
    assert (again["denominator"].dropna() > 0).all()
    assert report.series("WR01", "nowhere").empty
    assert list(report.series("WR01", "nowhere").columns) == list(report.cells.columns)
