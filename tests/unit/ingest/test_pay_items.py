"""Payroll amounts become a row a person: the law's hourly pay, bonus pay and leave, and every label that nobody has mapped is told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.errors import InputError
from metrics.ingest.ingest import ImportReport
from metrics.sources.engine import Source, open_source
from metrics.statistics.statutory_pay import MONTH_DAYS, PERIOD_DAYS, YEAR_DAYS, hourly_pay
from tests.support.payrolls import LONG, a_file, a_payroll, load, stored


@pytest.fixture
def source() -> Iterator[Source]:
    with open_source("duckdb://", read_only=False) as opened:
        yield opened


def people(folder: Path, source: Source, rows: list[dict[str, Any]], **more: Any) -> tuple[ImportReport, pd.DataFrame]:
    """What a payroll file comes to, by person."""
    configuration = a_payroll(**more)
    report = load(configuration, source, a_file(folder, rows))
    return report, stored(configuration, source).set_index("person_id")


def one(folder: Path, source: Source, *rows: dict[str, Any]) -> pd.Series:
    return people(folder, source, [{"ID": "1", "Sex": "F", **row} for row in rows])[1].loc["1"]


@pytest.mark.parametrize(
    ("rows", "hourly"),
    [
        ([{"Amount": 2600}], 16.1594),
        ([{"Amount": 2600}, {"Code": "BONUS", "Amount": 1200, "For": "year"}], 16.7810),
        ([{"Amount": 2600}, {"Code": "BONUS", "Amount": 1200, "For": "365.25"}], 16.7810),
        ([{"Amount": 2600}, {"Code": "BONUS", "Amount": 1200, "For": "year", "Now": "N"}], 16.1594),
        ([{"Amount": 1200, "Period": "Fortnightly", "Hours": 30}], 20.0),
        ([{"Amount": 2380, "Period": "4-Weekly", "Hours": 35}], 17.0),
        ([{"Amount": 31067 / 12}], 16.0905),
        ([{"Amount": "£2,000.00"}, {"Code": "allowance", "Amount": 600}, {"Code": "OVERTIME", "Amount": 999}], 16.1594),
        ([{"Amount": 2600}, {"Code": "ARREARS", "Amount": -450}], 16.1594),
        ([{"Amount": 2700}, {"Amount": -100}], 16.1594),
        ([{"Amount": 2500}, {"Code": "ALLOWANCE", "Amount": 1200, "Period": "annual"}], 16.1594 + (1200 / 365.25 - 100 / 30.44) * 7 / 37),
    ],
)  # fmt: skip
def test_hourly_pay_of_a_payroll_row(tmp_path: Path, source: Source, rows: list[dict[str, Any]], hourly: float) -> None:
    assert one(tmp_path, source, *rows)["hourly_pay"] == pytest.approx(hourly, abs=5.1e-5)


def test_bonuses_of_the_year_are_summed_and_only_those_of_the_period_are_hourly_pay(tmp_path: Path, source: Source) -> None:
    bonuses = [{"Code": "BONUS", "Amount": amount, "Now": now} for amount, now in ((100, "N"), (250.55, "Y"))]
    person = one(tmp_path, source, {"Amount": 2600}, *bonuses)
    assert (person["bonus_pay"], person["bonus_paid"]) == (350.55, "bonus")
    assert person["hourly_pay"] == pytest.approx(hourly_pay(2600 + 250.55, 37, MONTH_DAYS), abs=1e-6)
    none = one(tmp_path, source, {"Amount": 2600}, {"Code": "BONUS", "Amount": 0})
    assert pd.isna(none["bonus_pay"])
    assert none["bonus_paid"] == "no_bonus"


@pytest.mark.parametrize(
    ("leave", "status"),
    [("", "full_pay"), ("paid leave", "full_pay"), ("Phased", "reduced_other"), ("Half", "reduced_pay"), ("Nil", "no_pay")],
)
def test_leave_reduces_pay_and_other_reasons_do_not_count(tmp_path: Path, source: Source, leave: str, status: str) -> None:
    assert one(tmp_path, source, {"Amount": 1300, "Leave": leave})["pay_status"] == status


def test_the_row_that_weighs_most_says_whether_leave_reduced_pay(tmp_path: Path, source: Source) -> None:
    rows = [{"Amount": 900, "Leave": "Phased"}, {"Amount": 400, "Leave": "Half"}, {"Code": "ALLOWANCE", "Amount": 3}]
    assert one(tmp_path, source, *rows)["pay_status"] == "reduced_pay"


def test_everybody_without_hours_is_in_the_headcount_without_hourly_pay(tmp_path: Path, source: Source) -> None:
    report, found = people(
        tmp_path,
        source,
        [
            {"ID": "1", "Sex": "F", "Amount": 2600, "Hours": ""},
            {"ID": "2", "Sex": "M", "Amount": 2600, "Hours": 0},
            {"ID": "3", "Sex": "F", "Amount": 0, "Leave": "Nil"},
            {"ID": "4", "Sex": "M", "Amount": 2600},
        ],
    )
    assert report.accepted == 4
    assert found["hourly_pay"].isna().tolist() == [True, True, True, False]
    assert found["pay_quarter"].tolist() == ["no_quarter"] * 3 + ["lower"]


def test_what_nobody_has_mapped_is_refused_all_at_once_with_its_rows(tmp_path: Path, source: Source) -> None:
    rows = [{"ID": str(n), "Sex": "F", "Amount": 1} for n in range(6)]
    for n, changed in enumerate(
        ({"Code": "NEW1"}, {"Code": "NEW1"}, {"Code": "NEW2"}, {"Period": "Now and then"}, {"Leave": "Sabbatical"}, {"Sex": "?"})
    ):
        rows[n] |= changed
    with pytest.raises(InputError) as refused:
        people(tmp_path, source, rows)
    said = str(refused.value)
    assert "'NEW1' (2 rows), 'NEW2' (1 rows)" in said
    assert "pay_items.codes in config/datasets/pay.yaml" in said
    assert "'Now and then' (1 rows)" in said
    assert "'Sabbatical' (1 rows)" in said


def test_who_cannot_be_right_is_refused_with_the_reasons(tmp_path: Path, source: Source) -> None:
    rows: list[dict[str, Any]] = [{"ID": str(n), "Sex": "F", "Amount": 2600} for n in range(400)]
    rows += [
        {"ID": "a", "Sex": "F", "Amount": "two"},
        {"ID": "b", "Sex": "F", "Amount": 2600, "Hours": 37},
        {"ID": "b", "Sex": "M", "Amount": 10, "Hours": 20},
        {"ID": "c", "Sex": "F", "Amount": -1},
        {"ID": "d", "Sex": "F", "Amount": 2600, "Hours": 3},
        {"ID": "e", "Sex": "F", "Amount": 2600, "Now": "perhaps"},
        {"ID": "f", "Sex": "F", "Code": "BONUS", "Amount": -5},
        {"ID": "", "Sex": "F", "Amount": 2600},
        {"ID": "", "Sex": "M", "Amount": 2600},
        {"ID": "g", "Sex": "F", "Amount": 2600, "Period": ""},
        {"ID": "h", "Sex": "F", "Amount": 2600, "Hours": 200},
    ]
    report, found = people(tmp_path, source, rows, items={**LONG, "lowest": 5, "highest": 150})
    assert (report.accepted, report.rejected) == (400, 10)
    assert report.rejects_file is not None
    said = report.rejects_file.read_text(encoding="utf-8")
    for reason in ("Amount: not a number", "Hours: the rows of one person say different things; Sex: the rows of one", "less than",
                   "above the maximum 150", "Now: empty, or neither", "the bonuses of the year", "no person identifier", "Period: empty",
                   "more working hours than a week has"):  # fmt: skip
        assert reason in said, reason
    assert set(found.index) == {str(n) for n in range(400)}


def test_missing_headings_are_named_together(tmp_path: Path, source: Source) -> None:
    file = tmp_path / "payroll.csv"
    file.write_text("ID,Sex,Unit,Code\n1,F,,BASIC\n", encoding="utf-8")
    with pytest.raises(InputError) as refused:
        load(a_payroll(), source, file)
    for heading in ("Amount", "Period", "Hours", "Leave", "Now", "For"):
        assert f"no heading '{heading}' (pay_items." in str(refused.value)


WEEKS = {"contract": "Hours", "weeks": [f"W{n}" for n in range(1, 17)], "fair": "Fair"}
WORKED = [22, 17, 23, 20, 0, 24, 21, 19, 16, 25, 22, 0, 18, 20]


@pytest.mark.parametrize(
    ("worked", "fair", "hourly"),
    [(WORKED, "", 11.7308), ([*WORKED, 40, 40], "", 11.7308), (WORKED[:12], "", None), (WORKED[:12], "20.5833333333", 11.7308)],
)
def test_hours_that_vary_are_averaged_over_twelve_weeks_with_work(
    tmp_path: Path, source: Source, worked: list[int], fair: str, hourly: float | None
) -> None:
    weeks = {f"W{n}": str(worked[n - 1]) if n <= len(worked) else "" for n in range(1, 17)}
    settled = {f"W{n}": "" for n in range(1, 17)}
    rows = [{"ID": "1", "Sex": "F", "Amount": 1050, "Fair": fair, **weeks}, {"ID": "2", "Sex": "F", "Amount": 2600, "Fair": "", **settled}]
    found = people(tmp_path, source, rows, items={**LONG, "hours": WEEKS})[1]["hourly_pay"]
    assert (None if pd.isna(found["1"]) else round(found["1"], 4)) == hourly
    assert round(found["2"], 4) == 16.1594


def test_several_headings_of_amounts_make_the_same_figures_as_rows_per_code(tmp_path: Path, source: Source) -> None:
    wide = {
        "amounts": {"Basic": "ordinary", "Extra": "ordinary", "Overtime": "excluded", "Bonus": "bonus"},
        "pay_period": "month", "hours": 37, "in_period": "always", "bonus_period": "year",
    }  # fmt: skip
    file = tmp_path / "wide.csv"
    file.write_text('Unit,Sex,Basic,Extra,Overtime,Bonus\n,F,2000,600,50,"1,200"\n,M,2600,,,\n,M,,,,300\n', encoding="utf-8")
    configuration = a_payroll(items=wide, person_id="absent")
    load(configuration, source, file)
    found = stored(configuration, source)
    assert found["hourly_pay"].round(4).tolist()[:2] == [16.7810, 16.1594]
    assert found["bonus_pay"].fillna(0).tolist() == [1200, 0, 300]


def test_people_of_one_pay_are_shared_out_whatever_the_order_of_the_payroll(tmp_path: Path, source: Source) -> None:
    rows = [{"ID": str(n), "Sex": "M" if n < 4 else "F", "Amount": 2600} for n in range(40)]
    rows += [{"ID": f"x{n}", "Sex": "X", "Amount": 2600} for n in range(3)]
    found = people(tmp_path, source, rows)[1]
    assert found.groupby(["sex", "pay_quarter"]).size()["male"].tolist() == [1, 1, 1, 1]
    assert found.groupby(["sex", "pay_quarter"]).size()["female"].tolist() == [9, 9, 9, 9]
    assert (found.loc[found["sex"] == "not_known", "pay_quarter"] == "no_quarter").all()
    again = people(tmp_path, source, rows[::-1])[1]
    assert again["pay_quarter"].sort_index().tolist() == found["pay_quarter"].sort_index().tolist()


items = st.lists(
    st.tuples(
        st.integers(1, 4),
        st.sampled_from(["BASIC", "ALLOWANCE", "OVERTIME", "BONUS"]),
        st.integers(0, 300_000),
        st.sampled_from(list(PERIOD_DAYS)),
        st.booleans(),
        st.sampled_from(["", "month", "year"]),
    ),
    min_size=1,
    max_size=25,
)


@settings(derandomize=True, deadline=None, max_examples=20)
@given(items, st.integers(10, 45))
def test_any_rows_come_to_what_going_through_them_one_by_one_gives(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[int, str, int, str, bool, str]], hours: int
) -> None:
    hourly, bonuses = {n: 0.0 for n, *_ in rows}, {n: 0 for n, *_ in rows}
    for n, code, pence, period, now, rewards in rows:
        if code == "BONUS":
            bonuses[n] += pence
            if now:
                hourly[n] += hourly_pay(
                    0, hours, PERIOD_DAYS[period], pence / 100, {"": None, "month": MONTH_DAYS, "year": YEAR_DAYS}[rewards]
                )
        elif code != "OVERTIME" and now:
            hourly[n] += hourly_pay(pence / 100, hours, PERIOD_DAYS[period])
    person_of = {"Sex": "F", "Hours": hours}
    file = [
        {"ID": n, **person_of, "Code": code, "Amount": pence / 100, "Period": period, "Now": "yes" if now else "no", "For": rewards}
        for n, code, pence, period, now, rewards in rows
    ]  # fmt: skip
    with open_source("duckdb://", read_only=False) as source:
        found = people(tmp_path_factory.mktemp("payroll"), source, file)[1]
    assert set(found.index) == {str(n) for n in hourly}
    for n in hourly:
        person = found.loc[str(n)]
        assert (0 if pd.isna(person["hourly_pay"]) else person["hourly_pay"]) == pytest.approx(hourly[n], abs=1.1e-6)
        assert (0 if pd.isna(person["bonus_pay"]) else person["bonus_pay"]) == pytest.approx(bonuses[n] / 100, abs=1e-9)
