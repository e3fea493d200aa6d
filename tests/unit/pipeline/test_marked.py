"""Events of a span that come with the staff, later, again, or never: what is published, what is said, and what a restatement changes."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path

import pytest

from metrics.cli.refresh import as_dict, in_sentences
from metrics.errors import InputError
from metrics.ingest.ingest import ingest_files
from metrics.ingest.purge import find_purge, purge
from metrics.pipeline import RefreshResult
from metrics.pipeline.due import Kept
from metrics.report import Request
from metrics.sources.engine import open_source
from tests.support.hidden_council import FLOW
from tests.support.tiny_council import VIEWER, TinyCouncil

THEN, NOW = date(2025, 3, 31), date(2026, 3, 31)
STAGE = """\
title: Stage
categories: [{id: formal, label: Formal}, {id: informal, label: Informal}, {id: unknown, label: Unknown, known: false}]
"""
ER = """\
title: Formal cases
grain: event
rows_are: cases
window_months: 12
person_id: Id
columns: {stage: {from: Stage}}
populations: {cases: {title: Cases}}
"""
MOVERS = """\
title: Movers
flows: {from: hr, every: year}
marks: {case: {from: er, where: {stage: [formal]}, about: A formal case was opened.}}
"""
SHARE = {
    "title": "Formal cases",
    "dataset": "movers",
    "period": FLOW,
    "measure": {
        "type": "proportion", "unit": "percent", "numerator": {"case": ["yes"]}, "denominator": {"joined_or_left": ["stayed", "left"]},
    },
    "breakdowns": [["sex"]],
    "polarity": "lower",
}  # fmt: skip
LEAVERS = {
    "title": "Leavers",
    "dataset": "movers",
    "period": FLOW,
    "measure": {"type": "count", "unit": "people", "numerator": {"joined_or_left": ["left"]}},
    "polarity": "contextual",
}
SAID = {"why_it_matters": "It matters.", "owner": "hr", "review": {"last": "2026-04-01", "next": "2099-04-01"}, "population": "everyone"}


def cases(council: TinyCouncil, day: date, people: Iterable[int], stage: str = "formal") -> None:
    """An extract of formal cases, one a person, loaded."""
    path = council.folder / f"cases-{day}-{stage}.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([["Id", "Stage"], *((person, stage) for person in people)])
    settings = council.settings
    with open_source(settings.workforce_url, read_only=False) as source:
        ingest_files(council.configuration, "er", [path], day, source, settings.private_folder)


@pytest.fixture(scope="module")
def two_ends(tmp_path_factory: pytest.TempPathFactory) -> TinyCouncil:
    """Staff at both ends of a span; nothing is known of any case yet."""
    council = TinyCouncil.found(tmp_path_factory.mktemp("two_ends") / "council")
    (council.config / "kpis/WR03-disabled.yaml").unlink()
    for name, text in {"dimensions/stage": STAGE, "datasets/er": ER, "datasets/movers": MOVERS}.items():
        (council.config / f"{name}.yaml").write_text(text)
    for name, kpi in {"ER01-cases": SHARE, "WF06-leavers": LEAVERS}.items():
        (council.config / f"kpis/{name}.yaml").write_text(json.dumps({**SAID, **kpi}))
    for day in (THEN, NOW):
        council.load(day, people=150)
    (council.config / "disclosure.yaml").write_text("profiles: {leadership: {title: Leadership}}\naudiences: {leadership: leadership}\n")
    return council


@pytest.fixture
def council(two_ends: TinyCouncil, tmp_path: Path) -> TinyCouncil:
    return two_ends.copy(tmp_path / "council")


def kpis(result: RefreshResult, day: date) -> set[str]:
    return set().union(*(b.label.kpis for b in result.batches if b.label.period_end == day))


def test_a_span_without_events_is_published_without_them_and_says_why(council: TinyCouncil) -> None:
    result = council.refresh()
    assert kpis(result, NOW) == {"WF06"}
    assert [(u.source, u.kpis, u.days) for u in result.untold] == [("er", ("ER01",), (NOW,))]
    contents = council.store.contents(None, VIEWER)
    ((id, _, why),) = contents.waiting
    assert (id, why) == (
        "ER01",
        "No extract of “Formal cases” has been loaded for the last day of a span: nobody knows whom of them it happened to.",
    )
    said = "Movers, 31 March 2026: no figure of ER01, because no extract of “Formal cases” is loaded"
    assert said in in_sentences(result, council.configuration)
    assert as_dict(result)["untold"] == [{"dataset": "movers", "events": "er", "kpis": ["ER01"], "period_ends": [str(NOW)]}]


def test_events_that_come_later_are_published_by_a_restatement(council: TinyCouncil) -> None:
    first = council.refresh()
    cases(council, NOW, range(20, 60))
    again = council.refresh()
    assert again.nothing_to_do
    assert again.kept == (Kept("movers", NOW, "data"), Kept("movers", NOW, "new_kpi", ("ER01",)))
    restated = council.refresh(restate=[NOW], reason="Formal cases came in")
    assert kpis(restated, NOW) == {"ER01", "WF06"}
    before, after = ({b.label.data for b in r.batches if b.label.period_end == NOW} for r in (first, restated))
    assert len(before) == len(after) == 1
    assert before != after
    figures = council.store.read(Request(kpis=("ER01",), breakdowns=("",)), VIEWER).cells
    assert figures["period_end"].astype(str).tolist() == [str(NOW)]
    assert figures["numerator"].tolist() == [40]


def test_events_that_came_in_time_are_published_and_a_corrected_extract_is_said(council: TinyCouncil) -> None:
    cases(council, NOW, range(20, 60))
    result = council.refresh()
    assert kpis(result, NOW) == {"ER01", "WF06"}
    assert result.untold == ()
    assert all(b.certificate["passed"] and b.certificate["recovered"] == 0 for b in result.batches)
    cases(council, NOW, range(20, 80), stage="informal")
    again = council.refresh()
    assert again.kept == (Kept("movers", NOW, "data"),)


def test_corrected_events_stand_beside_the_wrong_ones(council: TinyCouncil) -> None:
    """A pool of everybody at either end, whose leavers nobody publishes, restated: both releases are read together."""
    pooled = {**SHARE, "measure": {**SHARE["measure"], "denominator": {}}}  # type: ignore[dict-item]
    (council.config / "kpis/ER01-cases.yaml").write_text(json.dumps({**SAID, **pooled}))
    (council.config / "kpis/WF06-leavers.yaml").unlink()
    cases(council, NOW, range(20, 60))
    council.refresh()
    cases(council, NOW, [*range(20, 57), 70, 71])
    restated = council.refresh(restate=[NOW], reason="Three cases were not formal, two were missing")
    assert [(b.certificate["passed"], b.certificate["known_before"], b.certificate["earlier"]) for b in restated.batches] == [
        (True, 0, ["2026-07-21"])
    ]


def test_people_at_neither_end_are_told_to_the_analyst_and_counted_nowhere(council: TinyCouncil) -> None:
    cases(council, NOW, [*range(20, 60), *range(900, 911)])
    result = council.refresh()
    assert [(s.day, s.people) for s in result.strangers] == [(NOW, 11)]
    assert "who are staff at neither end of the span, and so in no figure: about 10." in in_sentences(result, council.configuration)
    assert council.store.read(Request(kpis=("ER01",), breakdowns=("",)), VIEWER).cells["numerator"].tolist() == [40]


def test_a_span_whose_events_were_purged_stays_as_it_was_published(council: TinyCouncil) -> None:
    cases(council, NOW, range(20, 60))
    council.refresh()
    settings = council.settings
    with open_source(settings.workforce_url, read_only=False) as source:
        gone = find_purge(source, settings.private_folder, date(2026, 4, 1), "er", including_newest=True)
        purge(source, gone, datetime(2026, 7, 1))
    again = council.refresh()
    assert again.nothing_to_do
    assert {b.label.period_end for b in again.carried} == {NOW}
    with pytest.raises(InputError, match="its rows were purged on 2026-07-01"):
        council.refresh(restate=[NOW], reason="Again")
