"""Windows of four quarters through the real road: what is published when, carried forward, restated, purged, and attacked as one chain."""

from __future__ import annotations

import csv
import json
import random
from datetime import date, datetime
from pathlib import Path

import pytest

from metrics.cli.certify import _earlier
from metrics.disclosure.beside import attack_with_earlier
from metrics.disclosure.system import PublishedSystem
from metrics.disclosure.windows import extracts_between, step_of, window_in
from metrics.ingest.ingest import ingest_files
from metrics.ingest.purge import find_purge, purge
from metrics.pipeline import RefreshResult
from metrics.pipeline.earlier import EarlierReleases
from metrics.query.counts import EXTRACT
from metrics.report import Request
from metrics.sources.engine import open_source
from tests.support.tiny_council import VIEWER, TinyCouncil

QUARTERS = [
    date(2024, 9, 30), date(2024, 12, 31), date(2025, 3, 31), date(2025, 6, 30), date(2025, 9, 30), date(2025, 12, 31), date(2026, 3, 31),
    date(2026, 6, 30),
]  # fmt: skip
APPLY = """\
title: Applications
grain: event
rows_are: applications
window_months: 3
unit: {from: Directorate}
columns: {sex: {from: Sex}, disability: {from: Disability}}
populations: {applications: {title: Applications}}
"""
SHARE = {
    "title": "Applications of disabled people", "why_it_matters": "It matters.", "owner": "hr",
    "dataset": "apply", "population": "applications",
    "review": {"last": "2026-04-01", "next": "2099-04-01"}, "polarity": "higher", "period": {"grain": "quarter", "kind": "during"},
    "measure": {
        "type": "proportion", "unit": "percent", "numerator": {"disability": ["disabled"]}, "denominator": {"disability": "known"},
        "window_months": 12,
    },
    "breakdowns": [["directorate"]],
}  # fmt: skip


def load(council: TinyCouncil, day: date, seed: int = 0, people: int = 24) -> None:
    chance, path = random.Random(f"{day} {seed}"), council.folder / f"{day} {seed}.csv"
    rows = [(chance.choice(["Housing", "Parks"]), "female", chance.choices(["disabled", "not_disabled"], [1, 9])[0]) for _ in range(people)]
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([["Directorate", "Sex", "Disability"], *rows])
    settings = council.settings
    settings.data_folder.mkdir(exist_ok=True)
    with open_source(settings.workforce_url, read_only=False) as source:
        ingest_files(council.configuration, "apply", [path], day, source, settings.private_folder)


@pytest.fixture(scope="module")
def five_quarters(tmp_path_factory: pytest.TempPathFactory) -> tuple[TinyCouncil, RefreshResult]:
    """Five quarters, published: two windows."""
    council = TinyCouncil.found(tmp_path_factory.mktemp("rolling") / "council")
    (council.config / "kpis/WR03-disabled.yaml").unlink()
    (council.config / "datasets/apply.yaml").write_text(APPLY)
    (council.config / "kpis/RC01-disabled.yaml").write_text(json.dumps(SHARE))
    for day in QUARTERS[:5]:
        load(council, day)
    return council, council.refresh()


@pytest.fixture
def council(five_quarters: tuple[TinyCouncil, RefreshResult], tmp_path: Path) -> TinyCouncil:
    return five_quarters[0].copy(tmp_path / "council")


def days(result: RefreshResult) -> list[date]:
    return sorted({b.label.period_end for b in result.batches})


def attack_everything(council: TinyCouncil) -> list[int]:
    """Protected counts that an attacker works out of each part of the latest release, who has it and all windows before."""
    store, release = council.store, council.store.release_id(None)
    found = []
    for batch, told in store.systems(release, None):
        system = PublishedSystem.from_dict(told)
        attacked = attack_with_earlier(system, _earlier(store, batch, system))
        assert attacked.attack.unsettled == 0
        found.append(attacked.recovered)
    return found


def test_every_window_that_is_whole_is_published_and_none_other(five_quarters: tuple[TinyCouncil, RefreshResult]) -> None:
    council, result = five_quarters
    assert days(result) == QUARTERS[3:5]
    assert {b.label.period_start for b in result.batches} == {date(2024, 7, 1), date(2024, 10, 1)}
    assert all(b.certificate["recovered"] == 0 for b in result.batches)
    loads = council.store.contents(None, VIEWER).sources["apply"].loads
    assert [one.published for one in loads] == [True] * 5, "each quarter is in a figure"


def test_the_whole_chain_withstands_an_attacker_who_has_nothing_else(five_quarters: tuple[TinyCouncil, RefreshResult]) -> None:
    assert attack_everything(five_quarters[0]) == [0, 0, 0, 0]


def test_the_next_quarter_is_published_beside_those_that_stand(council: TinyCouncil) -> None:
    load(council, QUARTERS[5])
    result = council.refresh()
    assert days(result) == [QUARTERS[5]]
    assert {b.label.period_end for b in result.carried} == set(QUARTERS[3:5])
    assert attack_everything(council) == [0] * 6


def test_another_file_for_a_quarter_changes_every_window_with_it_and_one_can_be_restated(council: TinyCouncil) -> None:
    load(council, QUARTERS[1], seed=1)
    assert [(k.day, k.why) for k in council.refresh().kept] == [(QUARTERS[3], "data"), (QUARTERS[4], "data")]
    result = council.refresh(restate=[QUARTERS[3]], reason="A corrected extract")
    assert days(result) == [QUARTERS[3]]
    assert [k.day for k in result.kept] == [QUARTERS[4]]
    held = {"apply": QUARTERS[:5]}
    known = EarlierReleases(council.configuration, council.store, held).known("apply", QUARTERS[4])["leadership"]
    windows = {dict(where)[EXTRACT] for _, where in known.sets}
    assert windows == {frozenset(str(d) for d in QUARTERS[first : first + 4]) for first in (0, 1)}


def test_windows_after_a_purge_are_protected_beside_what_is_held_of_the_older_ones(council: TinyCouncil) -> None:
    settings = council.settings
    with open_source(settings.workforce_url, read_only=False) as source:
        purge(source, find_purge(source, settings.private_folder, QUARTERS[1], "apply", including_newest=True), datetime(2026, 7, 1))
    load(council, QUARTERS[5])
    result = council.refresh()
    assert days(result) == [QUARTERS[5]]
    assert [(k.day, k.why) for k in council.refresh(restate=[QUARTERS[5]], reason="Again").kept] == []
    assert all(b.certificate["recovered"] == 0 for b in result.batches)


def test_a_figure_is_compared_with_the_window_before_and_never_with_one_that_it_shares_months_with(council: TinyCouncil) -> None:
    for day in QUARTERS[5:]:
        load(council, day)
    council.refresh()
    cells = council.store.read(Request(kpis=("RC01",)), VIEWER).cells
    council_alone = cells[(cells["breakdown"] == "") & cells["value"].notna()].set_index("period_end")["movement"]
    assert council_alone["2026-03-31"] == "first", "nine months after the first one, with which it shares a quarter"
    assert council_alone["2026-06-30"] != "first"


def test_why_there_is_no_figure_yet(tmp_path: Path, five_quarters: tuple[TinyCouncil, RefreshResult]) -> None:
    council = five_quarters[0].copy(tmp_path / "other")
    more = {**SHARE, "dataset": "later", "population": "later"}
    (council.config / "datasets/later.yaml").write_text(APPLY.replace("Applications", "Later ones").replace("{applications:", "{later:"))
    (council.config / "kpis/RC02-later.yaml").write_text(json.dumps(more))
    council.refresh()
    ((id, _, why),) = council.store.contents(None, VIEWER).waiting
    assert id == "RC02"
    assert why == "Each figure is of 12 months, and no 12 months are loaded whole: every extract of “Later ones”, 3 months each."


def test_figures_from_when_one_extract_held_the_year_are_known_to_the_windows_that_follow(tmp_path: Path) -> None:
    council = TinyCouncil.found(tmp_path / "council")
    (council.config / "kpis/WR03-disabled.yaml").unlink()
    (council.config / "datasets/apply.yaml").write_text(APPLY.replace("window_months: 3", "window_months: 12"))
    yearly = {**SHARE, "period": {"grain": "year", "kind": "during"}, "measure": {**SHARE["measure"], "window_months": 12}}
    (council.config / "kpis/RC01-disabled.yaml").write_text(json.dumps(yearly))
    load(council, QUARTERS[2], people=96)
    council.refresh()
    (council.config / "datasets/apply.yaml").write_text(APPLY)
    (council.config / "kpis/RC01-disabled.yaml").write_text(json.dumps(SHARE))
    for day in QUARTERS[1:5]:
        load(council, day)
    assert days(council.refresh()) == [QUARTERS[4]]
    year = extracts_between(date(2024, 4, 1), QUARTERS[2], 3)
    told = EarlierReleases(council.configuration, council.store, {"apply": QUARTERS[1:5]}).told("apply", QUARTERS[4])
    assert {window_in(system) for _, system in told} == {frozenset(year), frozenset(str(day) for day in QUARTERS[1:5])}
    assert step_of(year) == 3
    assert attack_everything(council)[-2:] == [0, 0]
