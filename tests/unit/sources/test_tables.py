"""Tables declared from definitions, and what happens when a definition changes."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest
import sqlalchemy as sa

from metrics.errors import SourceError
from metrics.sources.engine import open_source
from metrics.sources.snapshots import Snapshot, read_snapshots, snapshot_days, write_snapshot
from metrics.sources.tables import dataset_table, definition_fingerprint, prepare_tables, storage_column
from tests.support.councils import a_council

AGE = {"age": {"from": "Age", "type": "integer", "band": "age_band"}}
SEX = {"sex": {"from": "Sex", "dimension": "sex"}}
MARCH = Snapshot("hr", dt.date(2026, 3, 31), 3, 2, 0, dt.datetime(2026, 4, 2, 9, 30), ("a.csv", "b,c.csv"), "aa", "bb")


def test_a_table_has_the_kept_columns_then_its_own_then_bands() -> None:
    table = dataset_table(a_council(columns=AGE | SEX), "hr")
    assert table.name == "ds_hr"
    assert [c.name for c in table.columns] == ["as_at", "row_number", "person_id", "unit", "counts_once", "age", "sex", "age_band"]
    assert storage_column(a_council(columns=AGE), "hr", "age") == "age_band"
    assert storage_column(a_council(columns=SEX), "hr", "sex") == "sex"


def test_a_column_that_a_definition_gained_is_added_and_rows_stay() -> None:
    with open_source("duckdb://", read_only=False) as source:
        old, new = a_council(columns=SEX), a_council(columns=SEX | AGE)
        with source.begin():
            prepare_tables(source, old, "hr")
            write_snapshot(source, MARCH)
        row = {"as_at": [pd.Timestamp("2026-03-31")], "row_number": [2], "unit": ["housing"], "counts_once": [True], "sex": ["male"]}
        source.insert(dataset_table(old, "hr"), pd.DataFrame(row))
        with source.begin():
            prepare_tables(source, new, "hr")
        rows = source.fetch(sa.select(dataset_table(new, "hr")))
        assert rows["sex"].tolist() == ["male"]
        assert rows["age"].isna().all()


def test_a_changed_type_is_refused_while_rows_are_held_and_rebuilt_when_not() -> None:
    changed = a_council(columns={"sex": {"from": "Sex", "type": "number"}})
    with open_source("duckdb://", read_only=False) as source:
        with source.begin():
            prepare_tables(source, a_council(columns=SEX), "hr")
        with source.begin():
            prepare_tables(source, changed, "hr")
        assert source.columns("ds_hr")["sex"] == "DOUBLE"
        with source.begin():
            write_snapshot(source, MARCH)
        with pytest.raises(SourceError, match="changed the type of: sex"), source.begin():
            prepare_tables(source, a_council(columns=SEX), "hr")


def test_snapshots_come_back_in_order_and_one_per_day() -> None:
    with open_source("duckdb://", read_only=False) as source:
        assert snapshot_days(source, "hr") == ()
        with source.begin():
            prepare_tables(source, a_council(), "hr")
            june = Snapshot("hr", dt.date(2026, 6, 30), 1, 1, 0, MARCH.loaded_at, ("c.csv",), "cc", "bb")
            for snapshot in (june, MARCH, MARCH):
                write_snapshot(source, snapshot)
        assert read_snapshots(source, "hr") == (MARCH, june)
        assert snapshot_days(source, "hr") == (MARCH.as_at, june.as_at)


def test_the_fingerprint_changes_with_all_that_decides_the_rows() -> None:
    base = definition_fingerprint(a_council(), "hr")
    assert definition_fingerprint(a_council(), "hr") == base
    assert definition_fingerprint(a_council(columns=SEX | AGE), "hr") != base
    assert definition_fingerprint(a_council(units=a_council().organisation.units[:2]), "hr") != base
