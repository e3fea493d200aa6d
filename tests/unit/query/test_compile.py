"""Statements hold no value of the configuration in their text, and few of them answer everything."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy.dialects import postgresql

from metrics.periods import FinancialYear
from metrics.query.compile import Compiler, families, pay_groups
from metrics.query.plan import Plan, plan_days
from metrics.sources.dialect import DuckDBDialect
from tests.support.factories import a_configuration, a_median, a_pay_gap, a_proportion

DAYS = (date(2025, 12, 31), date(2026, 3, 31))
KPIS = (
    a_proportion({"disability": ["disabled"]}, {"disability": "known", "contract": ["permanent"]}, breakdowns=[["directorate", "sex"]]),
    a_pay_gap({"sex": ["female"]}, {"sex": ["male"]}, id="PG01", breakdowns=[["directorate"]]),
    a_pay_gap({"sex": ["female"]}, {"sex": ["male"]}, kind="pay_gap_mean", id="PG02", breakdowns=[["directorate"]]),
    a_median({"sex": "known"}, id="PG03"),
)


def compiler() -> Compiler:
    configuration = a_configuration(*KPIS)
    (plan,) = plan_days(configuration, "hr", DAYS, DAYS, FinancialYear())
    return Compiler(configuration, plan)


def statements(writer: Compiler, plan: Plan) -> list[object]:
    return [*(writer.counts(t) for t in plan.tables), *(writer.pay_points(c, g) for c, g in pay_groups(plan).items())]


@pytest.mark.parametrize("dialect", [DuckDBDialect(), postgresql.dialect()])  # type: ignore[no-untyped-call]
def test_no_value_of_the_configuration_is_in_the_text(dialect: object) -> None:
    writer = compiler()
    for statement in statements(writer, writer.plan):
        text = str(statement.compile(dialect=dialect, compile_kwargs={"render_postcompile": True}))  # type: ignore[attr-defined]
        assert "'" not in text
        for value in ("disabled", "permanent", "female", "housing", "not_recorded", "2026"):
            assert value not in text


def test_all_days_are_asked_in_one_statement_and_pay_groups_of_two_kpis_are_shared() -> None:
    writer = compiler()
    found = families(writer.plan)
    assert writer.plan.days == DAYS
    assert [(f.column, f.depth, len(f.wheres)) for f in found] == [("pay", 1, 2), ("pay", 0, 1)]


def test_a_table_reads_as_what_it_counts() -> None:
    configuration = a_configuration(a_proportion({"disability": ["disabled"]}, {"disability": "known"}, breakdowns=[["directorate"]]))
    (plan,) = plan_days(configuration, "hr", DAYS[:1], DAYS, FinancialYear())
    (table,) = plan.tables
    statement = Compiler(configuration, plan).counts(table)
    text = " ".join(str(statement.compile(dialect=DuckDBDialect(), compile_kwargs={"render_postcompile": True})).split())
    assert text == (
        "SELECT people.as_at, people.unit, people.disability, count(*) AS n FROM (SELECT ds_hr.as_at AS as_at, ds_hr.unit AS unit, "
        "CASE WHEN (ds_hr.disability IS NULL) THEN $1 WHEN (ds_hr.disability IN ($5)) THEN $2 WHEN (ds_hr.disability IN ($6)) THEN $3 "
        "WHEN (ds_hr.disability IN ($7, $8)) THEN $4 END AS disability FROM ds_hr WHERE ds_hr.as_at IN ($9) AND ds_hr.counts_once) "
        "AS people GROUP BY people.as_at, people.unit, people.disability"
    )
