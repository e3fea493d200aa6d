"""The statutory figures against the worked numbers of guidance, and against a computation that goes row by row."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from fractions import Fraction
from itertools import product
from statistics import mean, median

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.statistics.statutory_pay import (
    MONTH_DAYS,
    PERIOD_DAYS,
    YEAR_DAYS,
    Employee,
    as_reported,
    assign_quarters,
    hourly_pay,
    quarter_percentages,
    quarter_sizes,
    six_figures,
    split_tied,
    weekly_hours,
)
from tests.unit.statistics.test_pay import WORKED

STAFF = [Employee("male" if r.endswith("M") else "female", float(r[:-1])) for r in WORKED.split()]
MEN_PAID = (500, 750, 1000, 1200, 3000)
WOMEN_PAID = (400, 500, 600, 900, 1000, 1600)


@pytest.mark.parametrize(
    ("given", "gives"),
    [
        ({"ordinary": 2600.00, "hours": 37, "pay_days": MONTH_DAYS}, 16.1594),
        ({"ordinary": 2600.00, "hours": 37, "pay_days": 30.4375}, 16.1607),
        ({"ordinary": 2600.00, "hours": 37, "pay_days": MONTH_DAYS, "bonus": 1200.00, "bonus_days": YEAR_DAYS}, 16.7810),
        ({"ordinary": 1200.00, "hours": 30, "pay_days": PERIOD_DAYS["fortnight"]}, 20.0000),
        ({"ordinary": 2380.00, "hours": 35, "pay_days": PERIOD_DAYS["four_weeks"]}, 17.0000),
        ({"ordinary": 31067 / 12, "hours": 37, "pay_days": MONTH_DAYS}, 16.0905),
        ({"ordinary": 1050.00, "hours": 20.583333333333332, "pay_days": MONTH_DAYS}, 11.7308),
    ],
)
def test_hourly_pay_of_the_worked_examples(given: dict[str, float], gives: float) -> None:
    assert round(hourly_pay(**given), 4) == gives


def test_the_laws_days() -> None:
    assert (PERIOD_DAYS["month"], PERIOD_DAYS["year"], PERIOD_DAYS["quarter"]) == (30.44, 365.25, 91.3125)
    assert round(2600 * 7 / MONTH_DAYS, 4) == 597.8975
    assert round(1200 / YEAR_DAYS * MONTH_DAYS, 4) == 100.0082


def test_weeks_without_hours_are_skipped_and_earlier_ones_reached_for() -> None:
    latest_first = [22, 17, 23, 20, 0, 24, 21, 19, 16, 25, 22, 0, 18, 20, 40, 40]
    assert weekly_hours(latest_first) == pytest.approx(20.5833, abs=5e-5)
    assert weekly_hours(latest_first[:13]) is None
    assert weekly_hours(latest_first[:13], fair=21) == 21
    assert weekly_hours([0] * 20, fair=0) is None


@pytest.mark.parametrize(
    ("people", "sizes"),
    [(0, (0, 0, 0, 0)), (1, (1, 0, 0, 0)), (2, (1, 0, 1, 0)), (3, (1, 1, 1, 0)), (20, (5, 5, 5, 5)), (21, (6, 5, 5, 5)),
     (22, (6, 5, 6, 5)), (23, (6, 6, 6, 5)), (4445, (1112, 1111, 1111, 1111))],
)  # fmt: skip
def test_left_over_staff_go_lower_then_upper_middle_then_lower_middle(people: int, sizes: tuple[int, ...]) -> None:
    assert quarter_sizes(people) == sizes


def test_tied_staff_of_the_official_example() -> None:
    assert split_tied((10, 30), (4, 36)) == ((1, 3), (9, 27))


def test_the_worked_data_set() -> None:
    paid = [Employee("male", bonus=b) for b in MEN_PAID] + [Employee("female", bonus=b) for b in WOMEN_PAID]
    none = [Employee("male") for _ in range(5)] + [Employee("female") for _ in range(6)]
    figures, bonus = six_figures(STAFF), six_figures([*paid, *none])
    assert (figures.mean_gap, figures.median_gap) == (pytest.approx(11.624597, abs=1e-6), pytest.approx(5.762712, abs=1e-6))
    assert (as_reported(figures.mean_gap), as_reported(figures.median_gap)) == (Decimal("11.6"), Decimal("5.8"))
    assert figures.quarters == ((2, 4), (2, 3), (2, 4), (3, 2))
    said = [quarter_percentages(men, women) for men, women in figures.quarters]
    assert [f"{m} {w}" for m, w in filter(None, said)] == ["33.3 66.7", "40.0 60.0", "33.3 66.7", "60.0 40.0"]
    assert (as_reported(bonus.mean_bonus_gap), as_reported(bonus.median_bonus_gap)) == (Decimal("35.4"), Decimal("25.0"))
    assert (bonus.men_with_bonus, bonus.women_with_bonus) == (50.0, 50.0)


def test_the_totals_of_the_official_guidance() -> None:
    staff = [Employee("male", 23_550 / 1345)] * 1345 + [Employee("female", 46_900 / 3100)] * 3100
    assert six_figures(staff).mean_gap == pytest.approx(13.594, abs=5e-4)
    bands = [(187, 925), (110, 1001), (298, 813), (750, 361)]
    said = [quarter_percentages(men, women) for men, women in bands]
    assert [str(both[0]) for both in said if both] == ["16.8", "9.9", "26.8", "67.5"]


def test_a_quarters_percentages_add_up_to_exactly_a_hundred() -> None:
    assert quarter_percentages(0, 0) is None
    for men, women in list(product(range(40), range(40)))[1:]:
        both = quarter_percentages(men, women)
        assert both is not None
        assert both[0] + both[1] == Decimal("100.0")
        assert abs(both[0] - Decimal(100 * men) / (men + women)) <= Decimal("0.05")


def test_five_of_sixteen_are_rounded_half_to_even() -> None:
    assert quarter_percentages(5, 11) == (Decimal("31.2"), Decimal("68.8"))


def test_nothing_is_made_of_nobody() -> None:
    only_women, only_men = six_figures([Employee("female", 10.0, bonus=5)]), six_figures([Employee("male", 10.0, bonus=5)])
    assert (only_women.mean_gap, only_women.median_gap, only_women.mean_bonus_gap, only_women.men_with_bonus) == (None,) * 4
    assert only_women.women_with_bonus == 100.0
    assert (only_men.mean_gap, only_men.mean_bonus_gap, only_men.women_with_bonus) == (None, None, None)
    away = six_figures([Employee("male", 10.0, full_pay=False), Employee("female", 9.0, full_pay=False)])
    assert (away.mean_gap, away.quarters) == (None, ((0, 0),) * 4)
    no_scheme = six_figures([Employee("male", 10.0), Employee("female", 10.0)])
    assert (no_scheme.mean_bonus_gap, no_scheme.men_with_bonus, no_scheme.women_with_bonus) == (None, 0.0, 0.0)
    men_only_paid = six_figures([Employee("male", 10.0, bonus=100), Employee("female", 10.0)])
    assert (men_only_paid.mean_bonus_gap, men_only_paid.median_bonus_gap) == (100.0, 100.0)


def test_sex_not_known_is_in_no_figure() -> None:
    strange = Employee("not_recorded", 500.0, bonus=9)
    assert six_figures([*STAFF, strange]) == six_figures(STAFF)


people = st.lists(
    st.tuples(st.integers(8, 12), st.sampled_from("mfx"), st.booleans(), st.sampled_from([None, 100, 250])), max_size=40
)  # few rates: nearly everybody is tied


def in_words(rows: list[tuple[int, str, bool, int | None]]) -> list[Employee]:
    sexes = {"m": "male", "f": "female", "x": "not_recorded"}
    return [Employee(sexes[sex], float(pay), full, bonus) for pay, sex, full, bonus in rows]


@settings(derandomize=True, deadline=None, max_examples=150)
@given(people)
def test_every_figure_is_what_counting_row_by_row_gives(rows: list[tuple[int, str, bool, int | None]]) -> None:
    figures = six_figures(in_words(rows))
    men, women = ([pay for pay, sex, full, _ in rows if sex == s and full] for s in "mf")
    for found, average in ((figures.mean_gap, mean), (figures.median_gap, median)):
        expected = 100 * (1 - Fraction(average(women)) / Fraction(average(men))) if men and women else None
        assert found is None if expected is None else found == pytest.approx(float(expected), abs=1e-9)
    paid = Counter(sex for _, sex, _, bonus in rows if bonus is not None)
    everyone = Counter(sex for _, sex, _, _ in rows)
    for found, sex in ((figures.men_with_bonus, "m"), (figures.women_with_bonus, "f")):
        assert found == (100 * paid[sex] / everyone[sex] if everyone[sex] else None)


@settings(derandomize=True, deadline=None, max_examples=150)
@given(people)
def test_quarters_hold_the_right_number_in_the_order_of_pay(rows: list[tuple[int, str, bool, int | None]]) -> None:
    pay = np.array([row[0] for row in rows], dtype=float)
    group = np.array(["mfx".index(row[1]) for row in rows], dtype=np.int64)
    found = assign_quarters(pay, group, np.arange(len(rows)))
    assert tuple(np.bincount(found, minlength=4)) == quarter_sizes(len(rows))
    assert all(found[i] <= found[j] for i in range(len(rows)) for j in range(len(rows)) if pay[i] < pay[j])


@settings(derandomize=True, deadline=None, max_examples=150)
@given(people, st.randoms(use_true_random=False))
def test_the_order_of_the_payroll_changes_no_figure(rows: list[tuple[int, str, bool, int | None]], chance: object) -> None:
    mixed = list(rows)
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    assert six_figures(in_words(mixed)).quarters == six_figures(in_words(rows)).quarters


@settings(derandomize=True, deadline=None, max_examples=200)
@given(st.lists(st.integers(0, 30), min_size=2, max_size=4), st.data())
def test_each_quarter_takes_the_same_share_of_both_sexes_within_one_person(seats: list[int], data: st.DataObject) -> None:
    men = data.draw(st.integers(0, sum(seats)))
    dealt = split_tied(seats, (men, sum(seats) - men))
    assert tuple(map(sum, zip(*dealt, strict=True))) == tuple(seats)
    assert tuple(map(sum, dealt)) == (men, sum(seats) - men)
    for row, many in zip(dealt, (men, sum(seats) - men), strict=True):
        assert all(n >= 0 and abs(n - Fraction(seat * many, max(sum(seats), 1))) < 1 for n, seat in zip(row, seats, strict=True))


@settings(derandomize=True, deadline=None, max_examples=100)
@given(st.lists(st.integers(0, 20), min_size=2, max_size=4), st.data())
def test_any_number_of_groups_fills_every_seat_once(seats: list[int], data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, sum(seats)), min_size=4, max_size=4)))
    groups = [b - a for a, b in zip([0, *cuts], [*cuts, sum(seats)], strict=True)]
    dealt = split_tied(seats, groups)
    assert tuple(map(sum, zip(*dealt, strict=True))) == tuple(seats)
    assert [sum(row) for row in dealt] == groups
    assert min(n for row in dealt for n in row) >= 0
