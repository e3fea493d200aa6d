"""Which cells are published when, of which units, and what is too much."""

from __future__ import annotations

from datetime import date

import pytest

from metrics.definitions.waterfall import WATERFALL
from metrics.errors import DefinitionError
from metrics.periods import FinancialYear
from metrics.query.atoms import partition, where
from metrics.query.plan import plan_days
from tests.support.factories import (
    DIMENSIONS,
    UNITS,
    a_configuration,
    a_count,
    a_dimension,
    a_proportion,
    a_unit,
)

YEAR = FinancialYear()
JUNE, DECEMBER, FEBRUARY, MARCH_EARLY, MARCH = (
    date(2025, 6, 30), date(2025, 12, 31), date(2026, 2, 28), date(2026, 3, 1), date(2026, 3, 31),
)  # fmt: skip
ALL = (JUNE, DECEMBER, FEBRUARY, MARCH_EARLY, MARCH)
QUARTERLY = a_count(period={"grain": "quarter"}, breakdowns=[{"by": ["directorate"]}, {"by": ["service", "ethnicity_5"], "grain": "year"}])


def breakdowns(plans: tuple, day: date) -> set[str]:  # type: ignore[type-arg]
    return {s.breakdown for p in plans if day in p.days for s in p.parts} - {WATERFALL}


def test_each_day_publishes_what_its_grain_closes() -> None:
    plans = plan_days(a_configuration(QUARTERLY), "hr", ALL, ALL, YEAR)
    assert breakdowns(plans, JUNE) == {"", "directorate"}
    assert breakdowns(plans, MARCH) == {"", "directorate", "service+ethnicity_5"}
    assert {d for p in plans for d in p.days} == {JUNE, DECEMBER, MARCH}


def test_an_earlier_extract_of_the_closing_month_does_not_become_a_period_because_it_is_asked_for_alone() -> None:
    assert plan_days(a_configuration(QUARTERLY), "hr", [MARCH_EARLY], ALL, YEAR) == ()


def test_days_that_are_alike_share_a_plan() -> None:
    plans = plan_days(a_configuration(QUARTERLY), "hr", ALL, ALL, YEAR)
    assert sorted(p.days for p in plans) == [(JUNE, DECEMBER), (MARCH,)]


def test_a_reorganisation_starts_a_new_plan_with_the_units_of_its_day() -> None:
    units = (*UNITS, a_unit("digital", "chief", "service", valid_from=date(2026, 1, 1)))
    before, after = plan_days(a_configuration(a_count(breakdowns=[["service"]]), units=units), "hr", [DECEMBER, MARCH], ALL, YEAR)
    assert "digital" not in before.units
    assert before.attached["digital"] == "chief"
    assert "digital" in after.units
    assert set(after.cells["unit"]) == {u.id for u in units}


def test_regions_that_hold_the_same_people_are_one() -> None:
    share = a_proportion({"sex": ["female"]}, {"sex": "known"}, id="WR02", breakdowns=[["directorate"]])
    same = a_proportion({"sex": ["female"]}, {"sex": ["male", "female"]}, id="WR03", breakdowns=[["directorate"]])
    (plan,) = plan_days(a_configuration(share, same), "hr", [MARCH], ALL, YEAR)
    regions = plan.cells[plan.cells["breakdown"] != WATERFALL].pivot(index=["breakdown", "unit", "part"], columns="kpi", values="region")
    assert (regions["WR02"] == regions["WR03"]).all()
    assert len(set(plan.regions)) == len(plan.regions)


def test_the_whole_council_stands_once_and_groupless_rows_stand_beside_groups_of_units() -> None:
    kpi = a_proportion({"sex": ["female"]}, breakdowns=[["grade"], ["directorate", "grade"]])
    (plan,) = plan_days(a_configuration(kpi), "hr", [MARCH], ALL, YEAR)
    cells = plan.cells[plan.cells["part"] == "numerator"]
    found = {b: sorted(set(zip(g["unit"], g["group"], strict=True))) for b, g in cells.groupby("breakdown")}
    assert found[""] == [("council", "")]
    assert found["grade"] == [("council", f"grade=g{n}") for n in (1, 2, 3)]
    units, groups = ("chief", "council", "housing", "people"), ("", "grade=g1", "grade=g2", "grade=g3")
    assert found["directorate+grade"] == [(u, g) for u in units for g in groups]


def test_sensitive_axes_are_named() -> None:
    kpi = a_proportion({"disability": ["disabled"]}, {"disability": "known"}, breakdowns=[["ethnicity_5"], ["sex"]])
    (plan,) = plan_days(a_configuration(kpi), "hr", [MARCH], ALL, YEAR)
    assert plan.sensitive == {"disability", "ethnicity"}


def test_a_table_too_large_to_protect_is_refused_by_the_names_of_its_breakdowns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("metrics.query.plan.MOST_CELLS", 1000)
    wide = [a_dimension(f"wide_{n}", [f"c{i}" for i in range(11)], []) for n in range(3)]
    kpi = a_count(breakdowns=[["wide_0", "wide_1"], ["wide_1", "wide_2"], ["wide_2", "wide_0"]])
    names = (
        r"in up to 1,331 cells \(at most 1,000\)\. They meet in WR01 by wide_0\+wide_1, WR01 by wide_1\+wide_2, WR01 by wide_2\+wide_0\."
    )
    with pytest.raises(DefinitionError, match=names):
        plan_days(a_configuration(kpi, dimensions=(*DIMENSIONS, *wide)), "hr", [MARCH], ALL, YEAR)


def test_a_breakdown_of_millions_of_groups_is_refused_before_they_are_listed() -> None:
    wide = [a_dimension(f"wide_{n}", [f"c{i}" for i in range(130)], []) for n in range(3)]
    kpi = a_count(breakdowns=[["wide_0", "wide_1", "wide_2"]])
    with pytest.raises(DefinitionError, match=r"WR01 by wide_0\+wide_1\+wide_2 would have up to 2,197,000 groups"):
        plan_days(a_configuration(kpi, dimensions=(*DIMENSIONS, *wide)), "hr", [MARCH], ALL, YEAR)


def test_spans_are_refused_with_what_to_write() -> None:
    with pytest.raises(DefinitionError, match="write 'as_at'"):
        plan_days(a_configuration(a_count(period={"grain": "year", "kind": "during"})), "hr", [MARCH], ALL, YEAR)


def test_atoms_are_no_finer_than_any_set_asks() -> None:
    atoms = partition(("a", "b", "c", "d"), [frozenset("ab"), frozenset("abc")])
    assert set(atoms.values()) == {"a|b", "c", "d"}
    assert where({"x": frozenset("abc")}, {"x": atoms}) == (("x", frozenset({"a|b", "c"})),)
    assert where({"x": frozenset("abcd"), "unused": frozenset("z")}, {"x": atoms}) == ()
