"""What a gap is made of, from printed cells: held against the same arithmetic on the people themselves."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.charts.gap_parts import draw_gap_parts
from metrics.statistics.decomposition import kitagawa
from metrics.understanding.cautions import caution
from metrics.understanding.parts import UNITS, PartsOfWhole, change_parts, groupings, pay_gap_parts
from metrics.wording.cautions import describe_caution
from metrics.wording.gap_parts import Names, describe_gap_parts, names_of, part_names, people_called, printed
from tests.support.gap_report import BEFORE, DAY, ROOT, Grade, a_gap_kpi, a_release, a_row, gap_rows
from tests.support.reports import a_kpi

KPI = a_gap_kpi()
USUAL = [Grade(600, 14.00, 300, 14.06), Grade(300, 20.00, 250, 20.10), Grade(100, 34.00, 150, 34.20)]


NAMES = Names("women", "men", "grade", "grades")


def parts_of(grades: list[Grade], base: int = 1) -> PartsOfWhole:
    return pay_gap_parts(a_release(gap_rows("PG01", grades, base), KPI), KPI, ROOT, "grade")


def truth(grades: list[Grade]) -> tuple[float, float]:
    """Both parts as points of the gap, from what was not printed."""
    n, x, m, y = (pd.Series([getattr(g, name) for g in grades], dtype=float) for name in ("women", "paid", "men", "men_paid"))
    found = kitagawa(n, x, m, y).sum() / float((m * y).sum() / m.sum())
    return float(found["composition"]), float(found["rate"])


def words(grades: list[Grade], base: int = 1) -> str:
    names = names_of(a_release(gap_rows("PG01", grades), KPI).contents, KPI, ROOT, "grade")
    return " ".join(describe_gap_parts(parts_of(grades, base), names))


def a_grade() -> st.SearchStrategy[Grade]:
    pay = st.integers(1200, 5000).map(lambda pence: pence / 100)
    return st.builds(Grade, st.integers(20, 900), pay, st.integers(20, 900), pay)


@settings(max_examples=25, derandomize=True, deadline=None)
@given(st.lists(a_grade(), min_size=2, max_size=9), st.sampled_from([1, 5]))
def test_parts_of_printed_figures_hold_the_true_ones_and_leave_what_rounding_leaves(grades: list[Grade], base: int) -> None:
    found = parts_of(grades, base)
    composition, rate = truth(grades)
    assert not found.refused
    assert found.composition.low - 1e-9 <= composition <= found.composition.high + 1e-9
    assert found.rate.low - 1e-9 <= rate <= found.rate.high + 1e-9
    assert abs(found.left) <= found.composition.reach + found.rate.reach + 0.0006
    assert found.groups["composition"].sum() + found.groups["rate"].sum() + found.left == pytest.approx(found.whole)


@settings(max_examples=25, derandomize=True, deadline=None)
@given(st.lists(a_grade(), min_size=2, max_size=9), st.sampled_from([1, 5]))
def test_printed_parts_add_up_to_the_printed_whole(grades: list[Grade], base: int) -> None:
    found = parts_of(grades, base)
    size = printed(found)
    assert size["composition"] + size["rate"] + size["left"] == pytest.approx(size["whole"], abs=1e-9)
    drawn = draw_gap_parts(a_release(gap_rows("PG01", grades, base), KPI), found, NAMES)
    assert sum(bar.x[0] for bar in drawn.data[:-1]) == pytest.approx(drawn.data[-1].x[0], abs=1e-9)


def test_what_rounding_takes_from_the_parts_is_said_and_drawn() -> None:
    grades = [Grade(1000, 14.00, 1000, 14.07), Grade(600, 22.0, 582, 22.1)]
    found = parts_of(grades)
    assert printed(found) == {"composition": -0.3, "rate": 0.5, "left": -0.1, "whole": 0.1}
    assert part_names(NAMES, found)["left"] == "Rounding"
    assert words(grades).endswith("Minus 0.1 points are rounding.")
    drawn = draw_gap_parts(a_release(gap_rows("PG01", grades), KPI), found, NAMES)
    assert [bar.x[0] for bar in drawn.data] == [-0.3, 0.5, -0.1, 0.1]
    assert "pay within the same grade 0.5, rounding −0.1, the whole gap 0.1." in str(drawn.layout.meta)


def test_the_sentence_of_a_gap_that_is_mostly_grades() -> None:
    assert [round(part * 100, 1) for part in truth(USUAL)] == [12.8, 0.5]
    assert words(USUAL) == (
        "Within the same grade, women are paid 0.5% less than men on average. "
        "Most of the gap, 12.8 of 13.3 points, comes from women being in lower-paid grades more often than men."
    )
    assert parts_of(USUAL).within == pytest.approx(0.0047, abs=0.0006)


def test_rounded_counts_say_about_and_no_more_digits_than_they_carry() -> None:
    few = [Grade(60, 14.0, 33, 14.2), Grade(30, 20.0, 28, 20.3), Grade(12, 34.0, 17, 34.5)]
    assert "The gap of 13 points is made of about 11 from women being in lower-paid grades more often than men," in words(few, base=5)
    assert words(few, base=5).endswith("1 point is rounding.")
    assert "Most of the gap, 11.6 of 12.9 points," in words(few)


def test_a_gap_inside_grades() -> None:
    same = [Grade(100, 13.0, 100, 14.0), Grade(100, 19.0, 100, 20.0)]
    assert words(same).endswith("Most of the gap, 5.9 of 5.9 points, comes from pay within the same grade.")


def test_parts_that_work_against_each_other() -> None:
    found = words([Grade(100, 15.0, 300, 14.0), Grade(100, 31.0, 340, 30.0)])
    assert "women are paid 5.2% more" in found
    assert "All of the difference in favour of women and more comes from pay within the same grade" in found
    assert found.endswith("Without women being in lower-paid grades more often than men it would be larger.")
    assert "cancel out" in words([Grade(117, 15.0, 100, 14.0), Grade(100, 31.0, 110, 30.0)])
    assert "next to no gap" in words([Grade(100, 14.0, 100, 14.0), Grade(50, 20.0, 50, 20.0)])


def test_more_than_all_of_a_gap() -> None:
    found = words([Grade(500, 14.5, 200, 14.0), Grade(100, 31.0, 140, 30.0)])
    assert "All of the gap and more comes from women being in lower-paid grades" in found


def hiding(grades: list[Grade], *which: int) -> list[Grade]:
    return [replace(g, hidden=n in which) for n, g in enumerate(grades)]


def test_a_small_hidden_grade_is_left_unexplained_and_said() -> None:
    grades = [*USUAL, Grade(12, 60.0, 18, 66.0)]
    shown, all_ = parts_of(hiding(grades, 3)), parts_of(grades)
    assert (shown.unshown, shown.refused) == (("grade=g4",), "")
    assert shown.groups["rate"].tolist() == pytest.approx(all_.groups["rate"].tolist()[:3])
    hidden = all_.groups.loc["grade=g4", ["composition", "rate"]].sum()
    assert shown.left == pytest.approx(all_.left + hidden)
    assert "cannot be explained because of rounding, or of grades that are hidden." in words(hiding(grades, 3))


def test_many_hidden_people_and_nothing_is_said() -> None:
    found = parts_of(hiding(USUAL, 1))
    assert found.refused == "too_much_hidden"
    assert not found.mostly_composition
    assert words(hiding(USUAL, 1)).endswith(
        "cannot be told here by grade, because 36 in 100 men are in grades that are hidden to protect people, or in none."
    )


def test_what_cannot_be_told() -> None:
    rows = gap_rows("PG01", USUAL)
    hidden = [a_row("PG01", hidden=True), *rows[1:]]
    assert pay_gap_parts(a_release(hidden, KPI), KPI, ROOT, "grade").refused == "whole_hidden"
    assert pay_gap_parts(a_release(rows[:1], KPI), KPI, ROOT, "grade").refused == "not_published"
    median = replace(KPI, measure="pay_gap_median")
    assert pay_gap_parts(a_release(rows, median), median, ROOT, "grade").refused == "not_a_mean"
    names = Names("women", "men", "grade", "grades")
    for why in ("whole_hidden", "not_published", "not_a_mean"):
        (told,) = describe_gap_parts(replace(parts_of(USUAL), refused=why), names)  # type: ignore[arg-type]
        assert told.endswith(".")


def test_units_below_are_a_grouping_like_any_other() -> None:
    rows = [*gap_rows("PG01", USUAL), *gap_rows("PG01", USUAL[:2], 5, "adults")[:1], *gap_rows("PG01", USUAL[2:], 5, "children")[:1]]
    report = a_release(rows, KPI)
    assert groupings(report, KPI, ROOT) == ("grade", UNITS)
    found = pay_gap_parts(report, KPI, ROOT, UNITS)
    assert list(found.groups.index) == ["adults", "children"]
    assert found.rounded
    assert names_of(report.contents, KPI, ROOT, UNITS).many == "directorates"


def test_people_are_called_as_they_call_themselves() -> None:
    called = {
        "“Female”": "women",
        "“Men”": "men",
        "“Ethnic minorities (excluding White minorities)”": "ethnic minorities",
        "“White (including White minorities)”": "White staff",
        "“Disabled”": "disabled staff",
        "“Not disabled”": "staff who are not disabled",
        "“Asian” or “Black”": "they",
    }
    assert {w: people_called(w, "they") for w in called} == called


# what must be read beside a headline


def careful(grades: list[Grade], reach: float = 0.01, base: int = 1) -> str:
    report = a_release(gap_rows("PG01", grades, base, reach=reach), KPI)
    found = caution(report, KPI, ROOT)
    return describe_caution(found, report.contents, KPI, ROOT) if found else ""


def test_a_gap_that_is_mostly_grades_is_read_with_care() -> None:
    said = "Read with care: most of this gap comes from who is in which grade, not from different pay within the same grade."
    assert careful(USUAL) == said


def test_a_gap_that_turns_round_in_most_grades_is_read_with_care() -> None:
    turned = [Grade(600, 14.5, 300, 14.0), Grade(300, 20.5, 250, 20.0), Grade(100, 33.0, 150, 34.0)]
    assert careful(turned) == (
        "Read with care: in 2 of 3 grades, where 85 in 100 people are, the gap points the other way than for everybody together."
    )
    everywhere = [replace(g, men_paid=g.paid - 0.3) for g in USUAL]
    assert careful(everywhere).startswith("Read with care: in every grade shown, where 100 in 100 people are,")


def test_no_care_is_asked_for_where_nobody_can_tell() -> None:
    same = [Grade(100, 13.0, 100, 14.0), Grade(100, 19.0, 100, 20.0)]
    assert careful(same) == ""  # the gap is inside grades
    assert careful(USUAL, reach=0.2) == ""  # chance
    assert careful(hiding(USUAL, 1)) == ""  # hidden
    assert careful(hiding([*USUAL, Grade(140, 60.0, 150, 66.0)], 3)) == ""  # nine in ten must be known


def test_a_median_has_directions_and_no_parts() -> None:
    kpi = replace(KPI, measure="pay_gap_median")
    turned = gap_rows("PG01", [Grade(600, 14.5, 300, 14.0), Grade(300, 20.5, 250, 20.0), Grade(100, 33.0, 150, 34.0)])
    found = caution(a_release(turned, kpi), kpi, ROOT)
    assert found is not None
    assert (found.kind, found.parts) == ("against", None)
    assert caution(a_release(gap_rows("PG01", USUAL), kpi), kpi, ROOT) is None


SHARE = a_kpi("WR01", breakdowns=("grade",), grain="year")


def share_rows(now: list[tuple[int, int]], then: list[tuple[int, int]], movement: str = "up", base: int = 1) -> list[dict[str, object]]:
    """Numerator and denominator by grade on both days, and the whole."""
    rows: list[dict[str, object]] = []
    for day, cells in ((DAY, now), (BEFORE, then)):
        whole = (sum(n for n, _ in cells), sum(d for _, d in cells))
        for group, (n, of) in (("", whole), *((f"grade=g{i}", c) for i, c in enumerate(cells, 1))):
            n, of = (int(x / base + 0.5) * base for x in (n, of))
            rows.append(a_row("WR01", group, day=day, numerator=n, denominator=of, value=n / of, movement=movement, rounded=base > 1))
    return rows


def test_a_share_that_rose_though_it_fell_in_every_grade() -> None:
    now, then = [(390, 1000), (40, 200)], [(200, 500), (147, 700)]
    report = a_release(share_rows(now, then), SHARE)
    parts = change_parts(report, SHARE, ROOT, "grade", BEFORE, DAY)
    expected = kitagawa(*(pd.Series(c, dtype=float) for c in ([500, 700], [0.4, 0.21], [1000, 200], [0.39, 0.2]))).sum()
    assert parts.whole == pytest.approx(430 / 1200 - 347 / 1200)
    assert float(parts.composition.middle) == pytest.approx(expected["composition"])
    assert float(parts.rate.middle) == pytest.approx(expected["rate"])
    assert parts.left == pytest.approx(0)
    found = caution(report, SHARE, ROOT)
    assert found is not None
    assert describe_caution(found, report.contents, SHARE, ROOT) == (
        "Read with care: the share rose for everybody together, but it fell in every grade shown, where 100 in 100 people are."
    )


def test_a_change_that_is_mostly_who_is_where() -> None:
    now, then = [(404, 1000), (40, 200)], [(200, 500), (140, 700)]
    report = a_release(share_rows(now, then), SHARE)
    found = caution(report, SHARE, ROOT)
    assert found is not None
    assert describe_caution(found, report.contents, SHARE, ROOT).endswith(
        "most of this rise comes from how many people are in which grade, not from a rise within grades."
    )
    assert caution(a_release(share_rows(now, then, "unclear"), SHARE), SHARE, ROOT) is None


@pytest.mark.parametrize("base", [1, 5])
def test_the_room_of_a_change_holds_the_truth(base: int) -> None:
    rng = np.random.default_rng(20260331)
    for _ in range(15):
        now, then = ([(int(d * p), int(d)) for d, p in zip(rng.integers(60, 900, 4), rng.uniform(0.1, 0.6, 4), strict=True)] for _ in "12")
        found = change_parts(a_release(share_rows(now, then, base=base), SHARE), SHARE, ROOT, "grade", BEFORE, DAY)
        people, share = (pd.Series([c[1] for c in then], dtype=float), pd.Series([c[0] / c[1] for c in then]))
        true = kitagawa(people, share, pd.Series([c[1] for c in now], dtype=float), pd.Series([c[0] / c[1] for c in now])).sum()
        assert found.composition.low - 2e-3 * (base > 1) - 1e-9 <= true["composition"] <= found.composition.high + 2e-3 * (base > 1) + 1e-9
        assert found.rate.low - 1e-9 <= true["rate"] <= found.rate.high + 1e-9
