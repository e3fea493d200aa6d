"""Beside other councils on a measure's page: for every audience where there are figures, and how to get them for the analyst alone."""

import csv
import io
import re
from dataclasses import replace
from html import unescape

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from metrics.report import Request
from pages.shared import files, viewer
from tests.app.conftest import words_of
from tests.support.gpg_files import some_comparators
from tests.support.reports import RELEASE, a_report

HEAD = "Beside other councils"


def opened(app, measure="PG02", **choices):
    for key, value in {"measure": measure, **choices}.items():
        app.query_params[key] = value
    app.run()
    app.switch_page("pages/kpi.py").run()
    assert not app.exception, [e.value for e in app.exception]
    return words_of(app)


@pytest.fixture
def imported(store):
    store.releases[RELEASE] = replace(store.releases[RELEASE], comparators=some_comparators())
    return store


def test_the_page_of_a_pay_gap_sets_other_councils_beside_ours(app, imported):
    words = opened(app)
    assert f">{HEAD}</h2>" in words
    assert "On 31 March 2024 our gap was" in words
    assert "Median gender pay gap: numbers for these charts" in words
    assert "Birmingham City Council" in words
    assert "Not imported, so the line is broken there: 31 March 2022 and 31 March 2023." in words
    assert "Source of other councils" in words
    assert any("All 5 councils on 31 March 2024" in e.label for e in app.expander)


@pytest.mark.parametrize(("measure", "choices"), [("WR01", {}), ("PG02", {"unit": "adults"})])
def test_other_measures_and_parts_of_the_council_have_no_such_section(app, imported, measure, choices):
    assert HEAD not in opened(app, measure, **choices)


def test_how_to_import_is_told_to_the_analyst_alone(app, store):
    nothing = replace(some_comparators(), kpis={"PG02": ()}, files=(), employers=(), named=())
    store.releases[RELEASE] = replace(store.releases[RELEASE], comparators=nothing)
    assert HEAD not in opened(app)
    viewer.open_mode("local")
    app.run()
    assert "`equality comparators gpg FILE…`" in words_of(app)


def test_the_numbers_beside_ours_are_a_file_with_the_source_of_each(app, imported):
    (address,) = re.findall(r'href="(/download/[^"]*-beside-other-councils-[^"]*\.csv)"', opened(app))
    answer = TestClient(Starlette(routes=files.routes())).get(unescape(address))
    assert answer.status_code == 200
    assert answer.headers["content-disposition"].endswith('.csv"')
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    beside = some_comparators()
    keys = [key for key, _ in beside.employers]
    wanted = {
        (day.day, key): value for day in beside.kpis["PG02"] for key, value in zip(keys, day.values, strict=True) if value is not None
    }
    told = {(row["day"], row["employer"]): float(row["value"]) for row in rows if row["kind"] != "ours_in_this_release"}
    assert told == wanted
    report = a_report(Request(kpis=("PG02",), units=("alderbourne",)), imported.releases[RELEASE])
    ours = report.series("PG02", "alderbourne")
    own = {row["day"]: row["value"] for row in rows if row["kind"] == "ours_in_this_release"}
    assert {d: float(v) for d, v in own.items() if v} == {
        str(r["period_end"].date()): r["value"] for _, r in ours.iterrows() if r["value"] == r["value"]
    }
    assert all(row["source"] for row in rows)
    assert {row["release"] for row in rows} == {RELEASE}
