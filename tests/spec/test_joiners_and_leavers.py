"""Who joined and who left between two snapshots: worked tables, one row a person and day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from metrics.definitions.configuration import Configuration
from metrics.definitions.dataset import Dataset, Flows
from metrics.definitions.flows import with_movements, worked_out
from metrics.definitions.kpi import Breakdown, Kpi
from metrics.disclosure.worked import unprotected
from metrics.errors import CountsError
from metrics.evaluate.evaluate import evaluate
from metrics.periods import FinancialYear
from metrics.query.counts import Counts
from metrics.query.fetch import fetch_counts
from tests.spec.conftest import published, read_table, stored_row
from tests.support.engines import FreshStore
from tests.support.factories import a_configuration, a_count, a_dataset, a_kpi, a_proportion
from tests.support.stored import a_source

LAST_YEAR, MID_YEAR, THIS_YEAR = date(2025, 3, 31), date(2025, 9, 30), date(2026, 3, 31)

STAFF = """as_at      | person_id | directorate | sex    | ethnicity     | contract   | counts_once
           2025-03-31 | stays     | housing     | female | indian        | permanent  | True
           2025-03-31 | moves     | housing     | male   | white_british | permanent  | True
           2025-03-31 | answers   | people      | female | not_known     | permanent  | True
           2025-03-31 | leaves    | people      | female | african       | permanent  | True
           2025-03-31 | hired     | people      | male   | african       | casual     | True
           2025-03-31 | gone      | housing     | male   | white_british | casual     | True
           2025-09-30 | brief     | housing     | male   | indian        | permanent  | True
           2026-03-31 | stays     | housing     | female | indian        | permanent  | True
           2026-03-31 | moves     | people      | male   | white_british | permanent  | True
           2026-03-31 | answers   | people      | female | pakistani     | permanent  | True
           2026-03-31 | hired     | people      | male   | african       | permanent  | True
           2026-03-31 | joins     | housing     | female | indian        | permanent  | True
           2026-03-31 | joins     | people      | female | indian        | permanent  | False
           2026-03-31 | temp      | people      | female | not_known     | casual     | True"""
"""Six people a year ago, six today. Who came and went in between is in neither snapshot."""

JOINERS = a_count({"joined_or_left": ["joined"]}, dataset="movers", period={"grain": "year", "kind": "during"})
LEAVERS = a_count({"joined_or_left": ["left"]}, dataset="movers", period={"grain": "year", "kind": "during"})
TURNOVER = a_kpi(measure={"type": "turnover", "unit": "percent"}, dataset="movers", period={"grain": "year", "kind": "during"})
POOL = {"joined_or_left": ["stayed", "left"]}
LEAVING = a_kpi(
    "RT04",
    measure={
        "type": "relative_likelihood", "unit": "ratio", "numerator": {"joined_or_left": ["left"]},
        "denominator": {**POOL, "sex": ["female"]}, "reference_group": {**POOL, "sex": ["male"]},
        "order": {"first": "women", "second": "men", "to": "leave", "above_one_is_worse_for": "first"},
    },
    dataset="movers",
    period={"grain": "year", "kind": "during"},
)  # fmt: skip
EMPLOYED = {"title": "Staff without casual workers", "where": {"contract": ["permanent", "fixed_term"]}}


def a_flowing_council(*kpis: Kpi, every: str = "year") -> Configuration:
    staff = a_dataset(employed=EMPLOYED).model_copy(update={"person_id": "Number"})
    bare = a_configuration(*kpis, dataset=staff)
    movers = Dataset(id="movers", title="Movers", flows=Flows.model_validate({"from": "hr", "every": every}))
    datasets = {"hr": staff, "movers": movers}
    return replace(bare, datasets=worked_out(datasets), dimensions=with_movements(bare.dimensions, datasets))


def counted(
    fresh_store: FreshStore, kpi: Kpi, breakdown: Sequence[str], rows: str, every: str = "year"
) -> tuple[Configuration, tuple[Counts, ...]]:
    kpi = kpi.model_copy(update={"breakdowns": (Breakdown(by=tuple(breakdown)),) if breakdown else ()})
    configuration = a_flowing_council(kpi, every=every)
    stored: list[dict[str, Any]] = [stored_row(configuration, row) for row in read_table(rows)]
    for row in stored:
        row["as_at"] = date.fromisoformat(row["as_at"])
    with a_source(configuration, stored, url=fresh_store()) as source:
        return configuration, fetch_counts(source, configuration, "movers", [THIS_YEAR], FinancialYear())


@pytest.mark.parametrize(
    ("kpi", "breakdown", "gives"),
    [
        # Who joined stands where they are now; who moved, answered or changed contract has not joined; a second post counts nobody twice.
        (
            JOINERS,
            ["directorate"],
            """directorate | numerator | denominator | everyone
               council     | 2         | 2           | 2
               housing     | 1         | 1           | 1
               people      | 1         | 1           | 1
               chief       | 0         | 0           | 0""",
        ),
        # Who left stands where they were.
        (
            LEAVERS,
            ["directorate"],
            """directorate | numerator
               council     | 2
               housing     | 1
               people      | 1""",
        ),
        # Characteristics are those of the later snapshot for joiners, of the earlier one for leavers.
        (
            JOINERS,
            ["ethnicity_5"],
            """ethnicity_5 | numerator | denominator | everyone
               asian       | 1         | 1           | 2
               black       | 0         | 1           | 2
               not_known   | 1         | 2           | 2""",
        ),
        (
            LEAVERS,
            ["ethnicity_5"],
            """ethnicity_5 | numerator | denominator
               black       | 1         | 2
               white       | 1         | 2
               not_known   | 0         | 2""",
        ),
        # A casual worker who is given a contract was here before; a casual worker who joins or leaves is outside this population.
        (JOINERS.model_copy(update={"population": "employed"}), [], "numerator\n1"),
        (LEAVERS.model_copy(update={"population": "employed"}), [], "numerator\n1"),
        # Turnover: left / the mean of both ends. At the end: everybody of today; at the beginning: who of them was here, and who left.
        (
            TURNOVER,
            ["directorate"],
            """directorate | numerator | denominator | reference_denominator
               council     | 2         | 6           | 6
               housing     | 1         | 2           | 2
               people      | 1         | 4           | 4""",
        ),
        # A likelihood of leaving: of whom was here at the beginning; who joined is in neither pool.
        (
            LEAVING,
            ["directorate"],
            """directorate | numerator | denominator | reference_numerator | reference_denominator | possible | everyone
               council     | 1         | 3           | 1                   | 3                     | 6        | 6
               housing     | 0         | 1           | 1                   | 1                     | 2        | 2
               people      | 1         | 2           | 0                   | 2                     | 4        | 4""",
        ),
    ],
)
def test_joiners_and_leavers(fresh_store: FreshStore, kpi: Kpi, breakdown: list[str], gives: str) -> None:
    configuration, (counts,) = counted(fresh_store, kpi, breakdown, STAFF)
    for row in read_table(gives):
        found = published(counts, "+".join(breakdown), row, configuration.organisation.levels)
        assert {name: found[name] for name in row if name not in breakdown} == {
            name: float(text) for name, text in row.items() if name not in breakdown
        }, row


def test_the_period_is_the_span_between_the_snapshots(fresh_store: FreshStore) -> None:
    _, (counts,) = counted(fresh_store, JOINERS, [], STAFF)
    assert (counts.period.start, counts.period.end) == (date(2025, 4, 1), THIS_YEAR)


def test_a_share_of_joiners_is_among_joiners_whose_answer_is_known(fresh_store: FreshStore) -> None:
    share = a_proportion(
        {"ethnicity_5": ["asian", "black"]},
        {"joined_or_left": ["joined"], "ethnicity_5": "known"},
        dataset="movers",
        period={"grain": "year", "kind": "during"},
    )
    configuration, (counts,) = counted(fresh_store, share, [], STAFF)
    found = published(counts, "", {}, configuration.organisation.levels)
    assert {part: found[part] for part in ("numerator", "denominator", "everyone")} == {"numerator": 1, "denominator": 1, "everyone": 2}


def test_turnover_is_leavers_over_the_mean_of_both_ends(fresh_store: FreshStore) -> None:
    here = "2025-03-31 | p{n} | housing | female | indian | permanent | True"
    later = here.replace("2025", "2026")
    rows = [STAFF.splitlines()[0], *(here.format(n=n) for n in range(40)), *(later.format(n=n) for n in range(4, 50))]
    configuration, (counts,) = counted(fresh_store, TURNOVER, [], "\n".join(rows))
    row = evaluate(unprotected(counts, "leadership"), configuration).iloc[0]
    assert (row["numerator"], row["denominator"], row["value"]) == (4, 43, pytest.approx(4 / 43))  # 40 then, 46 now
    assert row["lower"] < row["value"] < row["upper"]


def test_without_a_snapshot_a_span_before_there_is_no_figure(fresh_store: FreshStore) -> None:
    configuration = a_flowing_council(JOINERS)
    with (
        a_source(configuration, [{"as_at": THIS_YEAR}, {"as_at": MID_YEAR}], url=fresh_store()) as source,
        pytest.raises(CountsError, match="holds no rows as at 2026-03-31"),
    ):
        fetch_counts(source, configuration, "movers", [THIS_YEAR], FinancialYear())
