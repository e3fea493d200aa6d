"""The best paid of a payroll: who is in, against going through the people one by one, and the same on each engine."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.definitions.configuration import Configuration
from metrics.ingest.ingest import ImportReport, ingest_files
from metrics.periods import FinancialYear
from metrics.query.fetch import fetch_counts
from metrics.sources.engine import open_source
from metrics.statistics.top_earners import top_of
from tests.support.engines import FreshStore
from tests.support.factories import DAY, a_proportion
from tests.support.payrolls import a_file, a_payroll, load, stored

COLUMNS: dict[str, Any] = {
    "sex": {"from": "Sex", "dimension": "sex", "recode": {"F": "female", "M": "male", "X": "not_known"}},
    "salary": {"from": "Salary", "type": "money"},
}
WOMEN_AT_THE_TOP = a_proportion(
    {"sex": ["female"]}, {"top_earners": ["top"], "sex": "known"}, id="SL02", dataset="pay", population="relevant"
)


def a_council(percent: float, population: str = "relevant") -> Configuration:
    top = {"column": "salary", "population": population, "percent": percent}
    return a_payroll(WOMEN_AT_THE_TOP, top_earners=top, columns=COLUMNS, quarters=None)


def ranked(folder: Path, people: list[dict[str, Any]], percent: float, **more: Any) -> tuple[ImportReport, pd.Series]:
    configuration = a_council(percent, **more)
    file = a_file(folder, [{"ID": f"p{n:03}", "Amount": 2600, **person} for n, person in enumerate(people)])
    with open_source("duckdb://", read_only=False) as source:
        report = load(configuration, source, file)
        return report, stored(configuration, source).set_index("person_id")["top_earners"].sort_index()


def naive(salaries: list[int], percent: float) -> list[bool]:
    """Take the best paid one by one until they are so many in a hundred; then everybody who is paid as the last one taken."""
    taken: list[int] = []
    for salary in sorted(salaries, reverse=True):
        if Fraction(len(taken) * 100, len(salaries)) >= Fraction(str(percent)):
            break
        taken.append(salary)
    return [bool(taken) and salary >= taken[-1] for salary in salaries]


@given(st.lists(st.integers(1, 12), max_size=120), st.sampled_from([5, 1, 2.5, 10, 33.3, 50, 99]))
@settings(max_examples=300, derandomize=True, deadline=None)
def test_the_top_is_that_of_going_through_them_one_by_one(salaries: list[int], percent: float) -> None:
    inside, wanted = top_of(np.array(salaries, dtype=float), percent)
    assert inside.tolist() == naive(salaries, percent)
    assert inside.sum() >= wanted
    assert wanted - 1 < len(salaries) * percent / 100 <= wanted + 1e-9


@pytest.mark.parametrize("percent", [5, 20])
def test_each_engine_stores_and_counts_the_same_people(fresh_store: FreshStore, tmp_path: Path, percent: float) -> None:
    salaries = [20_000 + 1000 * (n * 7 % 13) for n in range(60)]
    people = [{"Sex": "FMX"[n % 3], "Salary": salary} for n, salary in enumerate(salaries)]
    configuration = a_council(percent)
    file = a_file(tmp_path, [{"ID": f"p{n:03}", "Amount": 2600, **person} for n, person in enumerate(people)])
    with open_source(fresh_store(), read_only=False) as source:
        load(configuration, source, file)
        found = stored(configuration, source).set_index("person_id")["top_earners"].sort_index()
        (counts,) = fetch_counts(source, configuration, "pay", [DAY], FinancialYear())
    assert (found == "top").tolist() == naive(salaries, percent)
    assert set(found) == {"top", "below"}
    cells = counts.cells[(counts.cells["kpi"] == "SL02") & (counts.cells["breakdown"] == "")].set_index("part")["region"]
    top = [person["Sex"] for person, inside in zip(people, naive(salaries, percent), strict=True) if inside]
    assert counts.values[cells["numerator"]] == top.count("F")
    assert counts.values[cells["denominator"]] == top.count("F") + top.count("M")


def test_the_report_says_how_many_are_in_and_why(tmp_path: Path) -> None:
    people = [{"Sex": "F", "Salary": salary} for salary in (90_000, 60_000, 60_000, 60_000, *[20_000] * 16)]
    report, found = ranked(tmp_path, people, 10)
    assert (found == "top").sum() == 4
    assert report.notes[-1] == (
        "31 March 2026: the top 10% of 20 people by `salary` is 2; 2 more are paid exactly as the last of them and count, too: 4."
    )
    report, _ = ranked(tmp_path, people, 5)
    assert report.notes[-1].endswith("is 1; nobody else is paid as much as the last of them.")


def test_who_has_no_salary_or_is_not_in_the_population_is_not_ranked(tmp_path: Path) -> None:
    people = [
        {"Sex": "F", "Salary": ""}, {"Sex": "F", "Salary": 90_000, "Leave": "Nil"},
        *({"Sex": "M", "Salary": 20_000 + n} for n in range(20)),
    ]  # fmt: skip
    _, everybody = ranked(tmp_path, people, 5)
    assert everybody.tolist()[:2] == ["no_salary", "top"]  # unpaid leave leaves the salary as it is
    assert (everybody == "top").sum() == 2  # two of 21
    _, on_full_pay = ranked(tmp_path, people, 5, population="full_pay")
    assert on_full_pay.tolist()[:2] == ["no_salary", "no_salary"]
    assert on_full_pay.tolist()[-1] == "top"


def test_each_day_of_a_file_is_ranked_by_itself(tmp_path: Path) -> None:
    configuration = a_payroll(
        top_earners={"column": "salary", "population": "relevant", "percent": 50},
        columns=COLUMNS, quarters=None, as_at="Day",
    )  # fmt: skip
    days = {"2025-03-31": (10_000, 20_000), "2026-03-31": (30_000, 40_000)}
    rows = [
        {"ID": f"{day}{n}", "Day": day, "Salary": s, "Sex": "F", "Amount": 2600} for day, both in days.items() for n, s in enumerate(both)
    ]
    with open_source("duckdb://", read_only=False) as source:
        report = ingest_files(configuration, "pay", [a_file(tmp_path, rows)], None, source, tmp_path)
        found = stored(configuration, source).sort_values(["as_at", "salary"])["top_earners"].tolist()
    assert found == ["below", "top", "below", "top"]
    assert len([note for note in report.notes if "the top 50% of 2 people" in note]) == 2
