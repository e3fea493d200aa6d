"""Cells are understood in full or refused with the reason."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.ingest.values import (
    NotUnderstood,
    completed_years,
    date_parser,
    parse_cells,
    parse_date,
    parse_number,
    parse_whole,
    parse_yes_no,
    seems_month_first,
)

DAY = dt.date(2026, 3, 31)
DAYS = ["2026-03-31", "31/03/2026", "31-03-2026", "31.03.2026", "31 March 2026", "31-Mar-2026", "2026-03-31 00:00:00", "31/03/2026 09:15"]


@pytest.mark.parametrize("cell", DAYS)
def test_days(cell: str) -> None:
    assert parse_date(cell) == DAY


def test_the_day_comes_first_also_where_both_would_do() -> None:
    assert parse_date("04/03/2026") == dt.date(2026, 3, 4)


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        ("31/02/2026", "no such day"),
        ("03/31/2026", "no such day"),
        ("31/03/26", "two digits"),
        ("46112", "day number"),
        ("2012", "not a date"),
        ("Not Stated", "not a date"),
        ("2026-13-01", "no such day"),
        ("01/01/1066", "outside"),
    ],
)
def test_what_is_no_day(cell: str, why: str) -> None:
    with pytest.raises(NotUnderstood, match=why):
        parse_date(cell)


def test_workbooks_may_hold_day_numbers_and_their_own_dates() -> None:
    assert date_parser(None, real_dates=True)("46112") == DAY  # DATEVALUE("2026-03-31")
    assert date_parser("%m/%d/%Y", real_dates=True)("2026-03-31") == DAY
    assert date_parser("%m/%d/%Y", real_dates=False)("03/31/2026") == DAY
    with pytest.raises(NotUnderstood, match="date_format"):
        date_parser("%m/%d/%Y", real_dates=False)("31/03/2026")


def test_month_first_is_suspected_only_on_evidence() -> None:
    assert seems_month_first(["03/31/2026", "04/01/2026"])
    assert not seems_month_first(["03/04/2026", "04/01/2026"])
    assert not seems_month_first(["03/31/2026", "31/03/2026"])


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("1,234.50", 1234.5),
        ("£1,234", 1234),
        ("$ 5", 5),
        ("€1.5", 1.5),
        ("-3", -3),
        ("-£3", -3),
        ("£-3", -3),
        (".5", 0.5),
        ("1e3", 1000),
        ("0012", 12),
    ],
)
def test_numbers(cell: str, value: float) -> None:
    assert parse_number(cell) == value


@pytest.mark.parametrize(
    "cell", ["1.234,50", "12,34", "1 234", "12%", "n/a", "", "-", "nan", "inf", "1e999", "--3", "£", "(5)", "12k", "１２", "1_000", "+-1"]
)
def test_what_is_no_number(cell: str) -> None:
    with pytest.raises(NotUnderstood):
        parse_number(cell)


@given(st.decimals(-(10**9), 10**9, places=2))
def test_a_number_written_with_thousands_comes_back(value: object) -> None:
    assert parse_number(f"{value:,}") == float(str(value))


@given(st.text(max_size=12))
def test_any_cell_is_a_value_or_not_understood(cell: str) -> None:
    for parse in (parse_number, parse_whole, parse_yes_no, parse_date, date_parser("%d %b %y", True)):
        try:
            assert parse(cell) is not None
        except NotUnderstood as reason:
            assert str(reason)  # noqa: PT017 - either outcome is right


def test_whole_numbers_and_yes_no() -> None:
    assert parse_whole("38.0") == 38
    assert [parse_yes_no(c) for c in ("Yes", "N", "TRUE", "0")] == [True, False, True, False]
    for parse, cell in ((parse_whole, "38.5"), (parse_yes_no, "maybe")):
        with pytest.raises(NotUnderstood):
            parse(cell)


def test_cells_keep_their_places() -> None:
    values, refused = parse_cells(pd.Series(["1", None, "x", "1"], dtype="str"), parse_number)
    assert values == [1, None, None, 1]
    assert list(refused) == ["x"]


def test_completed_years_turn_on_the_birthday() -> None:
    assert completed_years(dt.date(2026, 3, 30), dt.date(2000, 3, 31)) == 25
    assert completed_years(dt.date(2026, 3, 31), dt.date(2000, 3, 31)) == 26
