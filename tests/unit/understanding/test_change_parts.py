"""What a change of a share is made of: held against arithmetic by hand, against rounding, and against what may be claimed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.report import Report
from metrics.understanding.parts import PartsOfWhole, change_parts, days_of_change
from metrics.wording.change_parts import describe_change_parts
from tests.support.gap_report import BEFORE, DAY, ROOT, a_release, a_row
from tests.support.reports import a_kpi

SHARE = a_kpi("WR01", breakdowns=("grade",), grain="year", series_breaks=())
Cells = list[tuple[int, int]]


def share_rows(now: Cells, then: Cells, base: int = 1, hidden: int | None = None) -> list[dict[str, object]]:
    """Numerator and denominator by grade on both days, and the whole; the grade at place `hidden` is not shown today."""
    rows: list[dict[str, object]] = []
    for day, cells in ((DAY, now), (BEFORE, then)):
        whole = (sum(n for n, _ in cells), sum(d for _, d in cells))
        for place, (group, (n, of)) in enumerate((("", whole), *((f"grade=g{i}", c) for i, c in enumerate(cells, 1)))):
            n, of = (int(x / base + 0.5) * base for x in (n, of))
            gone = day == DAY and hidden is not None and place == hidden + 1
            found = a_row("WR01", group, day=day, numerator=n, denominator=of, value=n / of, movement="up", rounded=base > 1, hidden=gone)
            rows.append(found)
    return rows


def parts_of(now: Cells, then: Cells, **how: int) -> PartsOfWhole:
    return change_parts(a_release(share_rows(now, then, **how), SHARE), SHARE, ROOT, "grade", BEFORE, DAY)


def by_hand(now: Cells, then: Cells) -> tuple[list[float], list[float]]:
    """Each group's two parts, from the definition: no frames, no rounding."""
    many, before = sum(of for _, of in now), sum(of for _, of in then)
    centre = (sum(n for n, _ in now) / many + sum(n for n, _ in then) / before) / 2
    mix = [
        (of / many - was / before) * ((n / of + k / was) / 2 - centre) for (n, of), (k, was) in zip(now, then, strict=True)
    ]  # fmt: skip
    inside = [(n / of - k / was) * (of / many + was / before) / 2 for (n, of), (k, was) in zip(now, then, strict=True)]
    return mix, inside


pairs = st.integers(1, 900).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of)))


@settings(max_examples=40, derandomize=True, deadline=None)
@given(st.integers(2, 6).flatmap(lambda size: st.tuples(*[st.lists(pairs, min_size=size, max_size=size)] * 2)))
def test_every_group_adds_what_it_adds_by_hand(both: tuple[Cells, Cells]) -> None:
    now, then = both
    found, (mix, inside) = parts_of(now, then), by_hand(now, then)
    assert found.groups["composition"].tolist() == pytest.approx(mix, abs=1e-9)
    assert found.groups["rate"].tolist() == pytest.approx(inside, abs=1e-9)
    change = sum(n for n, _ in now) / sum(d for _, d in now) - sum(n for n, _ in then) / sum(d for _, d in then)
    assert found.whole == pytest.approx(change)
    assert sum(mix) + sum(inside) == pytest.approx(change, abs=1e-9)
    assert found.left == pytest.approx(0, abs=1e-9)


def test_rounded_counts_leave_room_and_are_said_with_about() -> None:
    now, then = [(397, 1003), (41, 202)], [(203, 502), (139, 698)]
    found, (mix, inside) = parts_of(now, then, base=5), by_hand(now, then)
    assert found.digits == 0
    assert found.composition.low <= sum(mix) <= found.composition.high
    assert found.rate.low <= sum(inside) <= found.rate.high
    assert found.refused == ""
    assert "about" in " ".join(describe_change_parts(found, "grade", "grades"))


def test_small_rounded_counts_tell_nothing() -> None:
    found = parts_of([(29, 60), (8, 40)], [(18, 40), (7, 60)], base=5)
    assert describe_change_parts(found, "grade", "grades") == (
        "What the change is made of cannot be told here by grade, because counts are rounded, and that leaves more open than half of the "
        "change.",
    )


@pytest.mark.parametrize(
    ("now", "then", "words"),
    [
        (
            [(404, 1000), (40, 200)],
            [(200, 500), (140, 700)],
            "Most of the rise, 8.4 of 8.7 points, comes from more of all people being in grades where the share is higher.",
        ),
        (
            [(120, 400), (60, 400)],
            [(80, 400), (40, 400)],
            "All of the rise, 7.5 points, comes from a higher share within grades.",
        ),
        (
            [(390, 1000), (40, 200)],
            [(200, 500), (147, 700)],
            "All of the rise and more comes from more of all people being in grades where the share is higher: 7.9 points, "
            "where the rise is 6.9. Against it stands a lower share within grades.",
        ),
        (
            [(80, 400), (40, 400)],
            [(120, 400), (60, 400)],
            "All of the fall, 7.5 points, comes from a lower share within grades.",
        ),
        (
            [(120, 400), (60, 400)],
            [(120, 400), (60, 400)],
            "The share hardly changed, and neither did how many people are in which grade, nor the share within grades, taken together.",
        ),
        (
            [(250, 500), (50, 500)],
            [(225, 500), (75, 500)],
            "The share hardly changed, and neither did how many people are in which grade, nor the share within grades, taken together.",
        ),
        (
            [(300, 600), (20, 400)],
            [(240, 400), (80, 600)],
            "The share hardly changed because two things cancel out: more of all people being in grades where the share is higher "
            "(9.2 points), and a lower share within grades (9.2 points).",
        ),
        (
            [(300, 600), (80, 400)],
            [(160, 400), (90, 600)],
            "Most of the rise, 7.5 of 13.0 points, comes from a higher share within grades.",
        ),
    ],
)
def test_the_sentence_says_where_most_of_it_is(now: Cells, then: Cells, words: str) -> None:
    assert " ".join(describe_change_parts(parts_of(now, then), "grade", "grades")) == words


def test_what_is_no_person_is_not_called_one() -> None:
    large = parts_of([(404, 1000), (40, 300)], [(200, 500), (140, 700)], hidden=1)
    said = describe_change_parts(large, "grade", "grades", "interview panels")[0]
    assert "58 in 100 interview panels are in grades that are hidden" in said
    mixed = parts_of([(404, 1000), (40, 200)], [(200, 500), (140, 700)])
    assert "more of all interview panels being in grades" in describe_change_parts(mixed, "grade", "grades", "interview panels")[0]


def test_a_hidden_grade_is_left_unexplained_and_a_large_one_ends_it() -> None:
    small = parts_of([(404, 1000), (40, 200), (20, 40)], [(200, 500), (140, 700), (5, 40)], hidden=2)
    assert small.unshown == ("grade=g3",)
    assert (
        "cannot be explained because of rounding, or of grades without a figure on one of the days."
        in describe_change_parts(small, "grade", "grades")[-1]
    )
    large = parts_of([(404, 1000), (40, 300)], [(200, 500), (140, 700)], hidden=1)
    assert describe_change_parts(large, "grade", "grades") == (
        "What the change is made of cannot be told here by grade, because 58 in 100 people are in grades that are hidden to protect "
        "people on one of the days, or in none.",
    )


def test_nothing_is_said_across_a_break_or_without_both_days() -> None:
    rows = share_rows([(404, 1000), (40, 200)], [(200, 500), (140, 700)])
    broken = replace(SHARE, series_breaks=(("2025-10-01", "A new system"),))
    found = change_parts(a_release(rows, broken), broken, ROOT, "grade", BEFORE, DAY)
    assert found.refused == "broken"
    assert describe_change_parts(found, "grade", "grades")[0].endswith("or who belongs to the unit, has changed since 31 March 2025.")
    gone = change_parts(a_release(rows, SHARE), SHARE, ROOT, "grade", date(2024, 3, 31), DAY)
    assert describe_change_parts(gone, "grade", "grades")[0].endswith("because there is no figure of both days.")
    alone = parts_of([(404, 1000)], [(200, 500)])
    assert describe_change_parts(alone, "grade", "grades")[0].endswith("because too few grades have figures on both days.")
    hidden = [{**r, "value": np.nan} if r["group"] == "" and str(r["period_end"])[:10] == "2025-03-31" else r for r in rows]
    none = change_parts(a_release(hidden, SHARE), SHARE, ROOT, "grade", BEFORE, DAY)
    assert describe_change_parts(none, "grade", "grades")[0].endswith("because one of the two figures is not shown.")


def test_between_which_days_a_change_is_split() -> None:
    def release(rows: list[dict[str, object]]) -> Report:
        return a_release(rows, SHARE)

    rows = share_rows([(404, 1000), (40, 200)], [(200, 500), (140, 700)])
    assert days_of_change(release(rows), SHARE, ROOT, "grade", BEFORE) == (BEFORE, DAY)
    assert days_of_change(release(rows), SHARE, ROOT, "grade", date(2025, 12, 31)) == (BEFORE, DAY)  # no groups on the day asked for
    today = [r for r in rows if str(r["period_end"])[:10] == "2026-03-31"]
    assert days_of_change(release(today), SHARE, ROOT, "grade", BEFORE) is None
    assert days_of_change(release(today), SHARE, ROOT, "sex", BEFORE) is None
