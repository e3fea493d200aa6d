"""A year of three departments, published quarter by quarter with a restatement in between, and attacked as a whole.

docs/methods/disclosure.md has what came out. The whole city is attacked the same way by `python -m tests.councils.houston.year_report`.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.councils.houston.simulated_year import DAYS, RESTATED, Year, publish_year
from tests.councils.houston.year_attack import YearAttack

pytestmark = pytest.mark.realdata
DEPARTMENTS = ["Parks & Recreation", "Library", "Mayor's Office"]


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory, shared_data: Path) -> YearAttack:
    home = tmp_path_factory.mktemp("year")
    found: Year = publish_year(home, shared_data / "houston_employees" / "employee.csv", departments=DEPARTMENTS)
    return YearAttack(found)


def test_every_quarter_was_published_and_one_of_them_twice(year: YearAttack) -> None:
    assert [state.day for state in year.year.states] == sorted([*DAYS, RESTATED])
    staff = [b for b in year.year.batches if b.dataset == "employees"]
    assert [(b.day, b.version) for b in staff] == [(s.day, s.version) for s in year.year.states]
    assert len({b.release for b in staff}) == len(staff)
    assert len(year.targets) > 50
    assert len(year.flow_targets) > 3


def test_each_quarter_keeps_the_rule(year: YearAttack) -> None:
    found = year.outcome(year.shown(), year.targets)
    assert (found.narrowed, found.unsettled) == (0, 0), found


def test_without_an_assumption_about_movement_all_quarters_tell_no_more_than_each(year: YearAttack) -> None:
    """Anybody may have joined or left: the ranges of all quarters together are those of each by itself, to the person."""
    apart, together = year.shown(), year.with_movement(published=False)
    sample = year.targets[::20]
    one, all_ = (facts.whole(year.sums(facts, sample), np.inf) for facts in (apart, together))
    assert one.exact.all()
    assert all_.exact.all()
    assert one.low.tolist() == all_.low.tolist()
    assert one.high.tolist() == all_.high.tolist()


def test_published_joiners_and_leavers_make_no_small_count_known(year: YearAttack) -> None:
    facts = year.with_movement(published=True)
    staff = year.outcome(facts, year.targets)
    flows = year.outcome(facts, year.flow_targets, flows=True)
    assert (staff.recovered, flows.recovered) == (0, 0), (staff, flows)
    assert (flows.narrowed, flows.unsettled) == (0, 0), flows


def test_the_attack_can_find_something(year: YearAttack) -> None:
    """Nobody promises anything against a colleague who knows each change of a department: the same attack must show it."""
    found = year.outcome(year.colleague("parks"), [t for t in year.targets if t.region.unit == "parks"])
    assert found.recovered > 0, found
