"""Three real files of yearly salaries as pay items: hourly pay, gaps and quarters by the product and by a naive computation."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from metrics.sources.engine import open_source
from metrics.statistics.statutory_pay import YEAR_DAYS, Employee, quarter_sizes, six_figures
from tests.support.payrolls import FULL_PAY, RELEVANT, a_payroll, load, stored

pytestmark = pytest.mark.realdata
HOURS = 40
FILES = {
    "houston": ("houston_employees/employee.csv", "BASE_SALARY", "GENDER", "Female", 2000),
    "atlanta": ("atlanta_salaries_2015/atl_salary_data_2015_names_removed.csv", "annual.salary", "sex", "Female", 8246),
    "professors": ("professor_salaries/Salaries.csv", "salary", "sex", "Female", 397),
}


def a_file_council(amount: str, sex: str, female: str) -> Any:
    items = {"amounts": {amount: "ordinary"}, "pay_period": "year", "hours": HOURS}
    columns = {"sex": {"from": sex, "dimension": "sex", "recode": {female: "female", "Male": "male"}}}
    quarters = {"population": "full_pay", "by": {"pay_quarter": "sex"}}
    declared = {"columns": columns, "quarters": quarters, "person_id": "absent", "unit": None}
    return a_payroll(items=items, **declared, populations={"full_pay": FULL_PAY, "relevant": RELEVANT})


@pytest.fixture(scope="module", params=list(FILES))
def both(request: pytest.FixtureRequest, shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Stored rows, and the file's own rows with hourly pay worked out by hand."""
    name, amount, sex, female, people = FILES[request.param]
    folder = tmp_path_factory.mktemp(request.param)
    own = pd.read_csv(shared_data / name)
    copy = folder / "salaries.csv"
    copy.write_bytes((shared_data / name).read_bytes())
    configuration = a_file_council(amount, sex, female)
    with open_source("duckdb://", read_only=False) as source:
        assert load(configuration, source, copy).accepted == people
        held = stored(configuration, source)
    naive = pd.DataFrame({"sex": own[sex].str.lower(), "hourly": own[amount] * 7 / YEAR_DAYS / HOURS})
    return held, naive


def test_hourly_pay_of_everybody(both: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    held, naive = both
    pd.testing.assert_series_equal(held["hourly_pay"], naive["hourly"], check_names=False, atol=6e-7, rtol=0)
    assert held["hourly_pay"].isna().sum() == naive["hourly"].isna().sum()


def test_gaps_and_quarters(both: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    held, naive = both
    paid = naive.dropna()
    men, women = (paid.loc[paid["sex"] == sex, "hourly"] for sex in ("male", "female"))
    figures = six_figures(Employee(sex, pay) for sex, pay in zip(held["sex"], held["hourly_pay"], strict=True) if pay == pay)
    assert figures.mean_gap == pytest.approx(100 * (1 - women.mean() / men.mean()), abs=1e-5)
    assert figures.median_gap == pytest.approx(100 * (1 - women.median() / men.median()), abs=1e-5)
    seen = Counter(zip(held["pay_quarter"], held["sex"], strict=True))
    names = ("lower", "lower_middle", "upper_middle", "upper")
    assert tuple((seen[name, "male"], seen[name, "female"]) for name in names) == figures.quarters == in_turn(paid)
    assert tuple(map(sum, figures.quarters)) == quarter_sizes(len(paid))


def in_turn(paid: pd.DataFrame) -> tuple[tuple[int, int], ...]:
    """Men and women of each quarter, one rate after the other: whoever is paid alike is shared out over the seats that are left."""
    seats = list(quarter_sizes(len(paid)))
    quarters, at = [[0, 0] for _ in seats], 0
    for _, alike in sorted(paid.groupby(paid["hourly"].round(6))):
        men, left = int((alike["sex"] == "male").sum()), len(alike)
        taken: list[tuple[int, int]] = []
        while left:
            here = min(left, seats[at] - sum(quarters[at]))
            taken.append((at, here))
            left -= here
            at += sum(quarters[at]) + here == seats[at]
        exact = [here * men / len(alike) for _, here in taken]
        dealt = [int(share) for share in exact]
        for place in sorted(range(len(taken)), key=lambda n: (round(dealt[n] - exact[n], 9), n))[: men - sum(dealt)]:
            dealt[place] += 1
        for (quarter, here), his in zip(taken, dealt, strict=True):
            quarters[quarter] = [quarters[quarter][0] + his, quarters[quarter][1] + here - his]
    return tuple((m, w) for m, w in quarters)
