"""What happened to people in a span: worked tables, and any small council against a plain computation, on every engine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import pytest

from metrics.definitions.configuration import Configuration
from metrics.definitions.kpi import Breakdown, Kpi
from metrics.periods import FinancialYear
from metrics.query.counts import PARTS
from metrics.query.fetch import fetch_counts
from metrics.query.marks import strangers
from metrics.sources.derived import known_snapshots
from metrics.sources.engine import Source
from tests.spec.conftest import published, read_table
from tests.support.engines import FreshStore
from tests.support.marked_council import AT_END, AT_START, a_likelihood, a_marked_council, a_marked_kpi
from tests.support.stored import a_source, put_rows

BEFORE, LAST_YEAR, THIS_YEAR = date(2024, 3, 31), date(2025, 3, 31), date(2026, 3, 31)
STAFF = """as_at      | person_id | unit    | ethnicity     | sex
           2025-03-31 | stays     | housing | african       | female
           2025-03-31 | moves     | housing | african       | male
           2025-03-31 | answers   | people  | not_known     | female
           2025-03-31 | leaves    | people  | african       | female
           2025-03-31 | white     | people  | white_british | male
           2025-03-31 | other     | housing | white_british | male
           2026-03-31 | stays     | housing | african       | female
           2026-03-31 | moves     | people  | african       | male
           2026-03-31 | answers   | people  | indian        | female
           2026-03-31 | white     | people  | white_british | male
           2026-03-31 | other     | housing | white_british | male
           2026-03-31 | joins     | housing | african       | female"""
CASES = """as_at      | person_id | stage
           2026-03-31 | stays     | disciplinary
           2026-03-31 | stays     | disciplinary
           2026-03-31 | moves     | informal
           2026-03-31 | moves     | disciplinary
           2026-03-31 | leaves    | disciplinary
           2026-03-31 | joins     | disciplinary
           2026-03-31 | white     | capability
           2026-03-31 | other     | not_known
           2026-03-31 | passed_by | disciplinary
           2026-03-31 | gone_once | informal
           2025-03-31 | white     | disciplinary"""
"""One person on two rows; one who came and went; an extract of the year before."""


def of_days(text: str) -> list[dict[str, Any]]:
    return [{**row, "as_at": date.fromisoformat(row["as_at"])} for row in read_table(text)]


def loaded(configuration: Configuration, url: str, staff: Iterable[Mapping[str, Any]], **events: Iterable[Mapping[str, Any]]) -> Source:
    source = a_source(configuration, staff, url=url)
    for dataset, rows in events.items():
        put_rows(source, configuration, rows, dataset)
    return source


def split(kpi: Kpi, breakdown: Sequence[str]) -> Kpi:
    return kpi.model_copy(update={"breakdowns": (Breakdown(by=tuple(breakdown)),) if breakdown else ()})


SHARE = a_marked_kpi("proportion", "percent", numerator={"disciplinary": ["yes"]}, denominator={"joined_or_left": AT_START})
EITHER = a_marked_kpi("count", "people", numerator={"disciplinary": ["yes"]})
AT_THE_END = a_marked_kpi("count", "people", numerator={"disciplinary": ["yes"], "joined_or_left": AT_END})
UNTOUCHED = a_marked_kpi("count", "people", numerator={"disciplinary": ["no"], "joined_or_left": AT_START})


@pytest.mark.parametrize(
    ("kpi", "breakdown", "gives"),
    [
        # In post at the start: whoever stayed or left, with the unit of now for those who stayed. Several rows count nobody twice.
        (
            SHARE,
            ["directorate"],
            """directorate | numerator | denominator | everyone
               council     | 3         | 6           | 6
               housing     | 1         | 2           | 2
               people      | 2         | 4           | 4
               chief       | 0         | 0           | 0""",
        ),
        # White staff were at the same stage a year before, and at another one now: neither is this year's disciplinary.
        (
            SHARE,
            ["ethnicity_5"],
            """ethnicity_5 | numerator | denominator
               asian       | 0         | 1
               black       | 3         | 3
               white       | 0         | 2""",
        ),
        # At either end, at the end, and who was spared. Somebody in neither snapshot is counted nowhere.
        (EITHER, [], "numerator | denominator\n4 | 7"),
        (AT_THE_END, [], "numerator | denominator\n3 | 6"),
        (UNTOUCHED, [], "numerator | denominator\n3 | 6"),
        # Two groups, at the council and in a directorate.
        (
            a_likelihood("disciplinary"),
            ["directorate"],
            """directorate | numerator | denominator | reference_numerator | reference_denominator | possible | everyone
               council     | 3         | 3           | 0                   | 2                     | 5        | 5
               housing     | 1         | 1           | 0                   | 1                     | 2        | 2
               people      | 2         | 2           | 0                   | 1                     | 3        | 3""",
        ),
        # Another mark of the same rows.
        (a_likelihood("capability"), [], "numerator | denominator | reference_numerator | reference_denominator\n0 | 3 | 1 | 2"),
        # What they did besides: leavers with the mark, among those in post at the start.
        (
            a_marked_kpi(
                "proportion",
                "percent",
                numerator={"disciplinary": ["yes"], "joined_or_left": ["left"]},
                denominator={"joined_or_left": AT_START},
            ),
            [],
            "numerator | denominator\n1 | 6",
        ),
        # A share of people with a mark: the mark is the base.
        (
            a_marked_kpi(
                "proportion",
                "percent",
                numerator={"sex": ["female"]},
                denominator={"sex": "known", "disciplinary": ["yes"], "joined_or_left": AT_START},
            ),
            [],
            "numerator | denominator | everyone\n2 | 3 | 3",
        ),
    ],
)
def test_people_with_a_mark(fresh_store: FreshStore, kpi: Kpi, breakdown: list[str], gives: str) -> None:
    configuration = a_marked_council(split(kpi, breakdown))
    with loaded(configuration, fresh_store(), of_days(STAFF), er=of_days(CASES)) as source:
        (counts,) = fetch_counts(source, configuration, "movers", [THIS_YEAR], FinancialYear())
    for row in read_table(gives):
        found = published(counts, "+".join(breakdown), row, configuration.organisation.levels)
        wanted = {name: float(text) for name, text in row.items() if name not in breakdown}
        assert {name: found[name] for name in wanted} == wanted, row


def test_people_whom_no_snapshot_knows_are_counted_apart(fresh_store: FreshStore) -> None:
    """`passed_by` stands at neither end; `gone_once` does not either, and has no mark."""
    configuration = a_marked_council(SHARE)
    with loaded(configuration, fresh_store(), of_days(STAFF), er=of_days(CASES)) as source:
        assert source.fetch(strangers(configuration, "movers", "er", THIS_YEAR, LAST_YEAR))["n"].tolist() == [1]


def test_a_span_without_an_extract_of_its_events_has_no_figure_of_them(fresh_store: FreshStore) -> None:
    promoted = a_likelihood("promoted", "PR01")
    joiners = a_marked_kpi("count", "people", "WF05", numerator={"joined_or_left": ["joined"]})
    configuration = a_marked_council(SHARE, promoted, joiners)
    earlier = [{**row, "as_at": BEFORE} for row in of_days(STAFF) if row["as_at"] == LAST_YEAR]
    with loaded(configuration, fresh_store(), [*earlier, *of_days(STAFF)], er=of_days(CASES)) as source:
        found = fetch_counts(source, configuration, "movers", [LAST_YEAR, THIS_YEAR], FinancialYear())
        assert [set(counts.cells["kpi"]) for counts in found] == [{"ER01", "WF05"}, {"ER01", "WF05"}]
        put_rows(source, configuration, [{"as_at": THIS_YEAR, "person_id": "stays", "step": "promoted"}], "move")
        before, now = fetch_counts(source, configuration, "movers", [LAST_YEAR, THIS_YEAR], FinancialYear())
    assert set(before.cells["kpi"]) == {"ER01", "WF05"}
    assert set(now.cells["kpi"]) == {"ER01", "PR01", "WF05"}
    assert now.marks == {"disciplinary", "promoted"}
    assert published(now, "", {}, ("council",))["numerator"] >= 0


def test_nobody_in_a_loaded_extract_is_nobody_with_the_mark(fresh_store: FreshStore) -> None:
    """An extract without such rows says that it happened to nobody; that no extract was loaded says nothing."""
    configuration = a_marked_council(SHARE)
    with loaded(
        configuration, fresh_store(), of_days(STAFF), er=[{"as_at": THIS_YEAR, "person_id": "stays", "stage": "informal"}]
    ) as source:
        (counts,) = fetch_counts(source, configuration, "movers", [THIS_YEAR], FinancialYear())
    assert published(counts, "", {}, ()) == {"numerator": 0, "denominator": 6, "everyone": 6, "possible": 0}


def test_another_extract_of_events_is_other_data(fresh_store: FreshStore) -> None:
    """The span's identity holds its event extracts, and only those that some KPI asks for."""
    asked, unasked = a_marked_council(SHARE), a_marked_council()
    with loaded(asked, fresh_store(), of_days(STAFF)) as source:
        bare = known_snapshots(source, asked, "movers")
        put_rows(source, asked, of_days(CASES), "er")
        told = known_snapshots(source, asked, "movers")
        assert known_snapshots(source, unasked, "movers") == bare
    assert [s.as_at for s in bare] == [s.as_at for s in told] == [THIS_YEAR]
    assert bare[0].sha256 != told[0].sha256
    assert told[0].files == ("test.csv",) * 3


def people(seed: int) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Staff of two days and cases of the year, some of people who are not there."""
    rng = np.random.default_rng(seed)
    ethnicities = ["indian", "african", "white_british", "not_known"]
    staff = [
        {
            "as_at": day,
            "person_id": str(n),
            "unit": str(rng.choice(["housing", "people", "repairs"])),
            "ethnicity": str(rng.choice(ethnicities)),
        }
        for n in range(60)
        for day in (LAST_YEAR, THIS_YEAR)
        if rng.random() < 0.8
    ]
    stages = ["disciplinary", "capability", "informal", None]
    cases = [{"as_at": THIS_YEAR, "person_id": str(rng.integers(70)), "stage": rng.choice(stages)} for _ in range(40)]
    return staff, cases


def plainly(staff: list[dict[str, Any]], cases: list[dict[str, Any]], pool: Iterable[str]) -> dict[tuple[str, str], tuple[int, int]]:
    """Directorate and group to people of a pool, and those of them who were disciplined."""
    now, then = ({row["person_id"]: row for row in staff if row["as_at"] == day} for day in (THIS_YEAR, LAST_YEAR))
    named = {row["person_id"] for row in cases if row["stage"] == "disciplinary"}
    found: dict[tuple[str, str], tuple[int, int]] = {}
    for person in now.keys() | then.keys():
        way = "stayed" if person in now and person in then else "joined" if person in now else "left"
        row = now.get(person) or then[person]
        if way in pool:
            unit = {"repairs": "housing"}.get(row["unit"], row["unit"])
            many, marked = found.get((unit, row["ethnicity"]), (0, 0))
            found[unit, row["ethnicity"]] = (many + 1, marked + (person in named))
    return found


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("pool", [AT_START, AT_END])
def test_any_small_council_comes_out_as_a_plain_computation_has_it(fresh_store: FreshStore, seed: int, pool: list[str]) -> None:
    staff, cases = people(seed)
    configuration = a_marked_council(split(a_likelihood("disciplinary", pool=pool), ["directorate"]))
    with loaded(configuration, fresh_store(), staff, er=cases) as source:
        (counts,) = fetch_counts(source, configuration, "movers", [THIS_YEAR], FinancialYear())
    held = plainly(staff, cases, pool)
    for unit in ("housing", "people"):
        found = {part: n for part, n in published(counts, "directorate", {"directorate": unit}, ["directorate"]).items() if part in PARTS}
        black, white = held.get((unit, "african"), (0, 0)), held.get((unit, "white_british"), (0, 0))
        assert (found["denominator"], found["numerator"]) == black
        assert (found["reference_denominator"], found["reference_numerator"]) == white
