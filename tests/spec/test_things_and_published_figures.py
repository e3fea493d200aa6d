"""What measures of things, and of figures that somebody else has published, give on every engine, in tables checked by eye."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pandas as pd
import pytest

from metrics.definitions.dataset import Column, Dataset
from metrics.definitions.kpi import Breakdown, Kpi
from metrics.errors import InputError
from metrics.evaluate.results import evaluate_results
from metrics.periods import FinancialYear
from metrics.query.results import fetch_results
from tests.spec.conftest import read_table
from tests.support.engines import FreshStore
from tests.support.factories import DAY, a_configuration, a_dimension, a_kpi
from tests.support.stored import a_source

THINGS = (
    a_dimension("terms", ["monitored", "not_monitored"], []),
    a_dimension("size", ["large", "small"], []),
    a_dimension("supplier", ["local", "elsewhere"], []),
)
GROUPS = (
    a_dimension("what", ["employed", "satisfied"], []),
    a_dimension("sex", ["female", "male"], []),
    a_dimension("fifth", ["first", "second", "third", "fourth", "last"], [], ordered=True),
    a_dimension("ethnicity", ["asian", "black", "mixed", "white", "other"], []),
)
TYPES = {"spend": "money", "closed": "date", "published": "date", "many": "number", "base": "number", "rate": "number", "people": "number"}
MARKED = {"c": "confidential", "x": "unreliable", "..": "not_available", "z": "not_applicable"}
Check = Callable[..., pd.DataFrame]


def a_dataset(grain: str) -> Dataset:
    dimensions, others = (THINGS, ("spend", "closed", "published")) if grain == "item" else (GROUPS, ("many", "base", "rate", "people"))
    columns = {d.id: Column(**{"from": d.id}, dimension=d.id) for d in dimensions}
    columns |= {name: Column.model_validate({"from": name, "type": TYPES[name]}) for name in others}
    if grain == "published":
        columns["rate"] = Column.model_validate({"from": "rate", "type": "number", "missing": MARKED})
    said = (
        {"indicator": "what", "publisher": "Somebody", "licence": "Open"}
        if grain == "published"
        else {"rows_are": "contracts", "unit": {"from": "Unit"}}
    )
    return Dataset.model_validate(
        {"id": "rows", "title": "Rows", "grain": grain, "columns": columns, "populations": {"all": {"title": "All", "where": {}}}, **said}
    )


def of(grain: str, measure: dict[str, Any], *breakdowns: str) -> tuple[str, Kpi]:
    split = tuple(Breakdown(by=(name,)) for name in breakdowns)
    return grain, a_kpi(dataset="rows", population="all", measure=measure).model_copy(update={"breakdowns": split})


def stored(row: dict[str, str]) -> dict[str, Any]:
    """`-` and an empty cell hold nothing; numbers are numbers and days are days."""
    found: dict[str, Any] = {}
    for name, text in row.items():
        read: Callable[[str], Any] = {"date": date.fromisoformat, "number": float, "money": float}.get(TYPES.get(name, ""), str)
        found["unit" if name == "directorate" else name] = None if text in ("-", "") else read(text)
    return found


@pytest.fixture
def check(fresh_store: FreshStore) -> Check:
    """The estimates of some rows; with `gives`, each figure that it names."""

    def made(measured: tuple[str, Kpi], rows: str, gives: str = "") -> pd.DataFrame:
        grain, kpi = measured
        dimensions = THINGS if grain == "item" else GROUPS
        configuration = a_configuration(kpi, dimensions=dimensions, dataset=a_dataset(grain))
        with a_source(configuration, [stored(r) for r in read_table(rows)], dataset="rows", url=fresh_store()) as source:
            (results,) = fetch_results(source, configuration, "rows", [DAY], FinancialYear())
        found = evaluate_results(results, configuration)
        for row in read_table(gives) if gives else ():
            breakdown, group = row.pop("of").partition("=")[::2]
            of_unit = breakdown == "directorate"
            key = (breakdown, group, "") if of_unit else (breakdown, "council", f"{breakdown}={group}" if group else "")
            (one,) = found[(found["breakdown"] == key[0]) & (found["unit"] == key[1]) & (found["group"] == key[2])].to_dict("records")
            for name, text in row.items():
                assert one[name] == pytest.approx(float("nan") if text == "-" else float(text), abs=5e-5, nan_ok=True), f"{name} of {key}"
        return found

    return made


CONTRACTS = """directorate | size  | terms         | supplier  | spend
               housing     | large | monitored     | local     | 100
               housing     | large | not_monitored | elsewhere | 300
               people      | large | monitored     | local     | 50
               people      | small | monitored     | elsewhere | 950
               repairs     | large | monitored     | elsewhere | 600"""


def test_a_share_of_things_is_counted_for_the_council_and_for_each_unit_with_all_below_it(check: Check) -> None:
    measure = {"type": "proportion", "unit": "percent", "numerator": {"terms": ["monitored"]}, "denominator": {"size": ["large"]}}
    found = check(
        of("item", measure, "directorate", "supplier"),
        CONTRACTS,
        """of                  | numerator | denominator | value  | lower  | upper
                            | 3         | 4           | 0.75   | 0.3006 | 0.9544
        directorate=housing | 2         | 3           | 0.6667 | 0.2077 | 0.9385
        directorate=people  | 1         | 1           | 1      | 0.2065 | 1
        supplier=local      | 2         | 2           | 1      | 0.3424 | 1
        supplier=elsewhere  | 1         | 2           | 0.5    | 0.0945 | 0.9055""",
    )
    assert len(found) == 5, "no figure for a unit without a contract"
    assert found[["everyone", "declared", "gap", "benchmark"]].isna().all().all()


def test_a_share_of_a_sum_is_of_money_and_not_of_contracts(check: Check) -> None:
    measure = {"type": "share_of_sum", "unit": "percent", "column": "spend", "numerator": {"supplier": ["local"]}, "denominator": {}}
    check(
        of("item", measure, "directorate"),
        CONTRACTS,
        """of                  | numerator | denominator | value | lower
                            | 150       | 2000        | 0.075 | -
        directorate=people  | 50        | 1000        | 0.05  | -""",
    )


def test_things_are_counted(check: Check) -> None:
    measure = {"type": "count", "unit": "number", "numerator": {"size": ["large"]}}
    check(of("item", measure), CONTRACTS, "of | numerator | denominator | value\n | 4 | - | 4")


CLOSED = """closed     | published
            2025-12-01 | 2026-02-23
            2025-12-01 | 2026-02-24
            2026-01-05 | -
            2026-01-07 | 2026-01-20
            2025-10-01 | 2026-05-01"""


def test_what_is_in_time_is_in_the_share_of_those_whose_time_is_up(check: Check) -> None:
    """12 weeks from 1 December are 23 February, and from 7 January 1 April: that one's time is not up on 31 March, so it is in neither
    number. A day after the extract is no day yet."""
    measure = {"type": "elapsed_time", "unit": "percent", "begins": "closed", "ends": "published", "within_weeks": 12, "interval": "none"}
    check(of("item", measure), CLOSED, "of | numerator | denominator | value | lower\n | 1 | 4 | 0.25 | -")


def test_a_median_is_of_those_that_have_ended(check: Check) -> None:
    measure = {"type": "elapsed_time", "unit": "days", "begins": "closed", "ends": "published"}
    check(of("item", measure), CLOSED, "of | numerator | denominator | value | lower\n | 3 | 5 | 84 | -")


def test_days_that_run_backwards_are_refused(check: Check) -> None:
    measure = {"type": "elapsed_time", "unit": "days", "begins": "closed", "ends": "published"}
    with pytest.raises(InputError, match="'published' is before 'closed' in 1 rows"):
        check(of("item", measure), "closed | published\n 2026-02-01 | 2026-01-31")
    with pytest.raises(InputError, match="'closed' is after the day of the extract in 1 rows"):
        check(of("item", measure), "closed | published\n 2026-04-01 | -")


def test_nothing_to_count_is_no_nought(check: Check) -> None:
    measure = {"type": "proportion", "unit": "percent", "numerator": {"terms": ["monitored"]}, "denominator": {"size": ["small"]}}
    found = check(of("item", measure), "size | terms\n large | monitored", "of | numerator | denominator | value\n | 0 | 0 | -")
    assert found[["marker", "note", "status"]].iloc[0].tolist() == ["[z]", "nothing", "not_available"]


SHARE = {"type": "proportion", "unit": "percent", "denominator": {"what": ["employed"]}}
COUNTED = {"count": "many", "out_of": "base"}
PUBLISHED = """what      | sex    | fifth | many | base | rate | people
               employed  | -      | -     | 101  | 800  | 12.6 | 800
               employed  | female | -     | 63   | 420  | 15   | 420
               employed  | male   | -     | 38   | 380  | 10   | 380
               employed  | -      | first | 90   | 700  | 12.9 | 700
               satisfied | -      | -     | 1    | 2    | 50   | 2"""


def test_the_publishers_own_row_is_the_figure_of_all_and_of_each_group(check: Check) -> None:
    check(
        of("published", {**SHARE, **COUNTED}, "sex", "fifth"),
        PUBLISHED,
        """of          | numerator | denominator | value   | lower  | upper
                       | 101       | 800         | 0.12625 | 0.1050 | 0.1511
           sex=female  | 63        | 420         | 0.15    | 0.1190 | 0.1873
           sex=male    | 38        | 380         | 0.1     | 0.0737 | 0.1343
           fifth=first | 90        | 700         | 0.1286  | 0.1058 | 0.1554""",
    )


def test_a_ready_percentage_is_taken_as_it_stands(check: Check) -> None:
    found = check(
        of("published", {**SHARE, "column": "rate"}, "sex"),
        PUBLISHED,
        "of | numerator | denominator | value | lower\n | - | - | 0.126 | -\n sex=female | - | - | 0.15 | -",
    )
    assert len(found) == 3


def test_without_a_row_for_all_numbers_are_added_up_and_percentages_are_not(check: Check) -> None:
    """Over the fewest columns that there are rows for: women and men, and not their fifths as well."""
    without = "\n".join(line for line in PUBLISHED.splitlines() if "| 101" not in line)
    split = without + "\n employed | female | first | 60 | 400 | 15 | 400"
    check(of("published", {**SHARE, **COUNTED}), split, "of | numerator | denominator | value\n | 101 | 800 | 0.12625")
    found = check(of("published", {**SHARE, "column": "rate"}), split)
    assert found[["marker", "note"]].iloc[0].tolist() == ["[x]", "not_available"]


def test_parts_that_are_told_by_different_columns_leave_no_sum(check: Check) -> None:
    """Asian as one row, Black by sex alone: the two together are neither row."""
    measure = {**SHARE, **COUNTED, "denominator": {"what": ["employed"], "ethnicity": ["asian", "black"]}}
    rows = "what | ethnicity | sex | many | base\n employed | asian | - | 5 | 10\n employed | black | female | 3 | 10"
    check(of("published", measure), rows, "of | numerator | value\n | - | -")
    whole = rows.replace("| 5 | 10", "| 5 | 10\n employed | black | - | 4 | 20")
    check(of("published", measure), whole, "of | numerator | denominator | value\n | 9 | 30 | 0.3")


def test_a_part_that_was_not_published_leaves_no_sum(check: Check) -> None:
    rows = "what | sex | many | base\n employed | female | - | 420\n employed | male | 38 | 380"
    check(of("published", {**SHARE, **COUNTED}, "sex"), rows, "of | numerator | value\n | - | -\n sex=male | 38 | 0.1")


def test_a_rate_of_published_numbers(check: Check) -> None:
    """37 of 145,000: 0.2552 for every 1,000, by Byar's limits 0.1796 to 0.3517."""
    measure = {"type": "rate", "unit": "per_1000", "of": "people", "denominator": {"what": ["employed"]}, **COUNTED}
    rows = "what | many | base\n employed | 37 | 145000"
    check(of("published", measure), rows, "of | value | lower | upper\n | 0.2552 | 0.1796 | 0.3517")


def test_a_gap_of_two_published_groups_has_newcombes_limits_where_numbers_are_published(check: Check) -> None:
    """63 of 420 minus 38 of 380 is 5.0 points, 0.38 to 9.56; of percentages alone there is no range."""
    gap = {"type": "percentage_point_gap", "unit": "percentage_points"}
    groups = {"denominator": {"what": ["employed"], "sex": ["female"]}, "reference_group": {"what": ["employed"], "sex": ["male"]}}
    given = "of | value | reference_value | lower | upper\n | 0.05 | 0.1 |"
    check(of("published", {**gap, **groups, **COUNTED}), PUBLISHED, f"{given} 0.0038 | 0.0956")
    check(of("published", {**gap, **groups, "column": "rate"}), PUBLISHED, f"{given} - | -")


RATES = """what     | fifth  | rate | people
           employed | first  | 42   | 300
           employed | second | 37   | 250
           employed | third  | 33   | 200
           employed | fourth | 30   | 150
           employed | last   | 26   | 100"""
SLOPE = {
    "type": "slope_index",
    "unit": "years",
    "denominator": {"what": ["employed"]},
    "column": "rate",
    "people": "people",
    "over": "fifth",
}


def test_a_slope_runs_from_the_first_group_to_the_last(check: Check) -> None:
    found = check(
        of("published", SLOPE, "fifth"),
        RATES,
        "of | denominator | value | lower\n | 1000 | -18.8095 | -\n fifth=first | 300 | 42 | -\n fifth=last | 100 | 26 | -",
    )
    assert len(found) == 6


def test_a_slope_needs_every_group(check: Check) -> None:
    found = check(of("published", SLOPE, "fifth"), "\n".join(RATES.splitlines()[:-1]))
    assert found.loc[found["group"] == "", ["marker", "note"]].iloc[0].tolist() == ["[x]", "groups_missing"]


SATISFIED = """what      | ethnicity | rate   | people
               satisfied | -         | 72.786 | 10000
               satisfied | asian     | 72     | 3100
               satisfied | black     | 64     | 1090
               satisfied | mixed     | 68     | 480
               satisfied | white     | 76     | 4860
               satisfied | other     | 70     | 470"""
OF_SATISFIED = {"denominator": {"what": ["satisfied"]}, "column": "rate", "people": "people", "over": "ethnicity"}


@pytest.mark.parametrize(("against", "value"), [("highest", "0.0987"), ("overall", "0.0559"), ("lowest", "0.1172")])
def test_an_index_of_disparity_is_the_mean_distance_to_the_best_group_or_to_all(check: Check, against: str, value: str) -> None:
    measure = {"type": "index_of_disparity", "unit": "percent", "against": against, **OF_SATISFIED}
    check(of("published", measure, "ethnicity"), SATISFIED, f"of | value\n | {value}\n ethnicity=black | 0.64")


def test_the_lowest_group_is_one_of_those_that_are_large_enough(check: Check) -> None:
    """Black 64% of 1,090 people; with at least 2,000 it is too small, and Asian is the lowest."""
    measure = {"type": "lowest_group_gap", "unit": "percentage_points", **OF_SATISFIED}
    found = check(
        of("published", {**measure, "least_people": 30}, "ethnicity"),
        SATISFIED,
        "of | value\n | 0.0879\n ethnicity=black | 0.0879\n ethnicity=white | -0.0321",
    )
    assert found.loc[found["group"] == "", "note"].tolist() == ["lowest:ethnicity=black:0"]
    found = check(of("published", {**measure, "least_people": 2000}, "ethnicity"), SATISFIED, "of | value\n | 0.0079")
    assert found.loc[found["group"] == "", "note"].tolist() == ["lowest:ethnicity=asian:3"]


def test_residents_are_added_up_by_group(check: Check) -> None:
    measure = {"type": "count", "unit": "people", "count": "people", "denominator": {"what": ["satisfied"]}}
    given = "of | value\n | 10000\n ethnicity=black | 1090"
    check(of("published", measure, "ethnicity"), SATISFIED, given)


def test_two_rows_about_the_same_are_refused(check: Check) -> None:
    with pytest.raises(InputError, match=r"2 rows are about the same as another one \(satisfied, black\)"):
        check(of("published", {**SHARE, "column": "rate"}), f"{SATISFIED}\n satisfied | black | 63 | 1090")
    with pytest.raises(InputError, match="'many' is more than 'base' in 1 rows"):
        check(of("published", {**SHARE, **COUNTED}), "what | many | base\n employed | 3 | 2")


def test_a_publishers_mark_stands_in_the_place_of_its_figure(check: Check) -> None:
    """A group that is not in the table has no row; one that is marked has, with the reason that its publisher gives."""
    found = check(
        of("published", {"type": "proportion", "unit": "percent", "column": "rate", "denominator": {"what": ["employed"]}}, "ethnicity"),
        """what     | ethnicity | rate | rate_missing
           employed | -         | 60   | -
           employed | asian     | -    | confidential
           employed | black     | -    | unreliable
           employed | mixed     | -    | not_available
           employed | other     | -    | not_applicable""",
    )
    told = found[found["group"] != ""].set_index("group")[["marker", "note", "status"]]
    assert {group: tuple(row) for group, row in told.iterrows()} == {
        "ethnicity=asian": ("[c]", "published_confidential", "hidden"),
        "ethnicity=black": ("[x]", "published_unreliable", "not_available"),
        "ethnicity=mixed": ("[x]", "published_not_available", "not_available"),
        "ethnicity=other": ("[z]", "published_not_applicable", "not_available"),
    }
    assert found.loc[found["group"] == "", ["value", "marker"]].iloc[0].tolist() == [0.6, ""]
