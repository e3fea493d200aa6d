"""Staff that a release hid stays hidden beside joiners and leavers, also when the release that stands says nothing of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from metrics.disclosure.flows import hidden_sets, plain
from metrics.disclosure.given import Plain
from metrics.disclosure.system import PublishedSystem
from metrics.pipeline import RefreshResult
from metrics.pipeline.staff import HiddenStaff, Version
from tests.support.hidden_council import FLOW, _kpi
from tests.support.tiny_council import TinyCouncil

THEN, NOW = date(2025, 3, 31), date(2026, 3, 31)
UNKNOWN: Plain = ("littlewick", frozenset({("sex", frozenset({"not_known"}))}))
MOVERS = "title: Joiners and leavers\nflows: {from: hr, every: year}\n"
PEOPLE = {"measure": {"type": "count", "unit": "people"}, "dataset": "hr", "population": "everyone", "polarity": "contextual"}


def define(council: TinyCouncil, name: str, *breakdowns: list[str], moved: str = "") -> None:
    """Staff, or who joined or left, by some breakdowns."""
    told: dict[str, object] = {"title": name, **PEOPLE, "breakdowns": list(breakdowns)}
    if moved:
        measure = {"type": "count", "unit": "people", "numerator": {"joined_or_left": [moved]}}
        told |= {"dataset": "movers", "period": FLOW, "measure": measure}
    (council.config / f"kpis/{name}.yaml").write_text(json.dumps(_kpi(told)))


def rows(known: int, unknown: int, first: int = 0) -> Iterator[tuple[object, ...]]:
    """Women and men in turn, then people whose sex is not known."""
    for number in range(first, first + known):
        yield number, ("Housing", "Parks", "Housing")[number % 3], ("female", "male")[number % 2], "not_disabled"
    for number in range(unknown):
        yield 1000 + number, "Housing", "not_known", "not_disabled"


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> TinyCouncil:
    """Three people of unknown sex are hidden in the first release of a day; the second of it has no breakdown by sex."""
    found = TinyCouncil.found(tmp_path_factory.mktemp("published") / "council")
    (found.config / "kpis/WR03-disabled.yaml").unlink()
    define(found, "WF01-staff", ["directorate"], ["sex"])
    found.load_rows(THEN, rows(120, unknown=3), found.folder / "then.csv")
    assert UNKNOWN in hidden(found.refresh())
    define(found, "WF01-staff", ["directorate"])
    assert UNKNOWN not in hidden(found.refresh(restate=[THEN], reason="Without sex"))
    return found


@pytest.fixture
def council(published: TinyCouncil, tmp_path: Path) -> TinyCouncil:
    return published.copy(tmp_path / "council")


def system(result: RefreshResult, dataset: str) -> PublishedSystem:
    found = [b for b in result.batches if b.label.audience == "leadership" and b.label.dataset == dataset]
    return PublishedSystem.from_dict(dict(found[-1].system))


def hidden(result: RefreshResult, dataset: str = "hr") -> frozenset[Plain]:
    told = system(result, dataset)
    return frozenset(hidden_sets(told.structure.regions, told.shown))


def moved(council: TinyCouncil) -> dict[bool, list[float]]:
    """Figures of joiners and leavers of the next year: of people whose sex is not known, and all others."""
    (council.config / "datasets/movers.yaml").write_text(MOVERS)
    define(council, "WF05-joiners", ["sex"], moved="joined")
    define(council, "WF06-leavers", ["sex"], moved="left")
    council.load_rows(NOW, rows(130, unknown=12, first=15), council.folder / "now.csv")
    told, found = system(council.refresh(), "movers"), dict[bool, list[float]]()
    for region, value in zip(told.structure.regions, told.shown.tolist(), strict=True):
        found.setdefault(plain(region) == UNKNOWN, []).append(value)
    return found


def test_what_the_first_release_hid_is_hidden_beside_who_moved(council: TinyCouncil) -> None:
    figures = moved(council)
    assert len(figures[True]) >= 2
    assert np.isnan(figures[True]).all()
    assert not np.isnan(figures[False]).all()


def test_looking_at_the_standing_release_alone_would_show_it(council: TinyCouncil, monkeypatch: pytest.MonkeyPatch) -> None:
    nothing = Version(frozenset(), frozenset())
    monkeypatch.setattr(HiddenStaff, "_read", lambda self, dataset, day: self.made[dataset, day] if day == NOW else nothing)
    assert not np.isnan(moved(council)[True]).all()
