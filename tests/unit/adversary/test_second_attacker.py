"""The second attacker bites: tables that are unprotected, or protected naively, give themselves away to it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from metrics.definitions.configuration import Configuration
from metrics.definitions.load import load_configuration
from metrics.report import ESTIMATE_COLUMNS
from tests.support.second_attacker import (
    Attack,
    Contradiction,
    PayFact,
    Reader,
    Seen,
    Verdict,
    attack,
    judge,
    pay_of,
    truth_of,
    untrue,
    wilson,
    wilson_pair,
)

CITY = Path(__file__).resolve().parents[2] / "councils" / "houston" / "config"
END = pd.Timestamp("2016-06-30")
GROUPS = ("american_indian", "asian", "black", "hispanic", "white", "other", "not_recorded")
GONE = math.nan


@pytest.fixture(scope="module")
def configuration() -> Configuration:
    return load_configuration(CITY)


def row(kpi: str, group: str, unit: str = "houston", **told: Any) -> dict[str, Any]:
    words = dict.fromkeys(("breakdown", "status", "marker", "movement", "note"), "")
    return (
        dict.fromkeys(ESTIMATE_COLUMNS, math.nan)
        | words
        | {"kpi": kpi, "group": group, "unit": unit, "period_end": END, "rounded": False}
        | told
    )


def staff(groups: Mapping[tuple[str, str], int], unit: str = "houston_fire", paid: str = "yes") -> pd.DataFrame:
    people = [{"unit": unit, "sex": s, "ethnicity": e, "base_salary__present": paid} for (s, e), n in groups.items() for _ in range(n)]
    return pd.DataFrame(people)


def attacked(configuration: Configuration, rows: list[dict[str, Any]], people: pd.DataFrame, **how: Any) -> tuple[Attack, Verdict]:
    seen = Seen(pd.DataFrame(rows)[list(ESTIMATE_COLUMNS)], configuration, "leadership")
    result = attack(seen, "employees", END, **how)
    return result, judge(result, truth_of(people, configuration))


def count_rows(people: pd.DataFrame, hidden: set[str], kpi: str = "WF01") -> list[dict[str, Any]]:
    """Headcounts by sex, ethnic group and both, for the council; counts of the groups named in `hidden` are left out."""
    found = []
    for sexes, groups in product((None, "female", "male", "not_recorded"), (None, *GROUPS)):
        chosen = people[
            (people["sex"] == sexes if sexes else True) & (people["ethnicity"] == groups if groups else True) & people["unit"].notna()
        ]
        key = ";".join([*([f"sex={sexes}"] if sexes else []), *([f"ethnicity={groups}"] if groups else [])])
        n = GONE if key in hidden else float(len(chosen))
        found.append(row(kpi, key, numerator=n, value=n, everyone=float(len(people)), marker="[c]" if key in hidden else ""))
    return found


TABLE = {
    ("female", "asian"): 3, ("female", "black"): 12, ("female", "white"): 25, ("female", "other"): 0,
    ("male", "asian"): 9, ("male", "black"): 30, ("male", "white"): 41, ("male", "other"): 11,
}  # fmt: skip


def test_nothing_hidden_is_all_known(configuration: Configuration) -> None:
    result, verdict = attacked(configuration, count_rows(staff(TABLE), set()), staff(TABLE))
    assert not verdict.mistaken
    assert all(f.width == 0 for f in result.findings if f.minus is None and "__" not in str(f.plus))


def test_hiding_the_small_count_alone_gives_it_away(configuration: Configuration) -> None:
    _, verdict = attacked(configuration, count_rows(staff(TABLE), {"sex=female;ethnicity=asian"}), staff(TABLE), explain=1000)
    assert {f.cell for f, _ in verdict.recovered} == {"WF01 houston sex=female;ethnicity=asian numerator"}
    (finding, true), *_ = verdict.recovered
    assert (finding.low, finding.high, true) == (3, 3, 3)
    assert finding.how, "the facts that prove it"


def test_four_hidden_corners_fall_to_counts_that_cannot_be_negative(configuration: Configuration) -> None:
    """No subtraction finds it: 12 Asian and 11 other staff, 3 women among them; so there are 0 to 3 Asian women, not 0 to 4."""
    corners = {f"sex={s};ethnicity={e}" for s in ("female", "male") for e in ("asian", "other")}
    _, verdict = attacked(configuration, count_rows(staff(TABLE), corners), staff(TABLE))
    assert not verdict.recovered
    assert [(f.cell, f.low, f.high, n) for f, n in verdict.narrow] == [("WF01 houston sex=female;ethnicity=asian numerator", 0, 3, 3)]


def test_wide_corners_are_safe(configuration: Configuration) -> None:
    table = TABLE | {("female", "other"): 6}
    corners = {f"sex={s};ethnicity={e}" for s in ("female", "male") for e in ("asian", "other")}
    _, verdict = attacked(configuration, count_rows(staff(table), corners), staff(table))
    assert verdict.protected == 1
    assert verdict.safe, verdict


def share(people: pd.DataFrame, **told: Any) -> dict[str, Any]:
    """Women among Asian staff: 3 of 12."""
    low, high = wilson(3, 12)
    return row(
        "WF02",
        "ethnicity=asian",
        **({"numerator": 3, "denominator": 12, "everyone": 12, "value": 0.25, "lower": low, "upper": high} | told),
    )


@pytest.mark.parametrize(
    ("gone", "column"),
    [
        (("numerator",), "numerator"),
        (("numerator", "lower", "upper"), "numerator"),
        (("numerator", "denominator", "everyone"), "denominator"),
    ],
    ids=["share beside a hidden count", "share without interval", "interval without any count"],
)
def test_percentages_left_beside_hidden_counts(configuration: Configuration, gone: tuple[str, ...], column: str) -> None:
    people = staff(TABLE)
    result, verdict = attacked(configuration, [share(people, **dict.fromkeys(gone, GONE))], people)
    assert column in {leak.column for leak in result.leaks}
    assert "WF02 houston ethnicity=asian numerator" in {f.cell for f, _ in verdict.recovered}


def test_a_bare_percentage_narrows(configuration: Configuration) -> None:
    """25 % of at most 14 Asian staff: 0, 1, 2 or 3 women, three of them protected."""
    people = staff(TABLE)
    rows = [
        share(people, **dict.fromkeys(("numerator", "denominator", "everyone", "lower", "upper"), GONE)),
        row("WF01", "", numerator=14, everyone=14),
    ]
    result, _ = attacked(configuration, rows, people, exactly=True)
    found = {f.cell: (f.low, f.high) for f in result.findings}
    assert found["WF02 houston ethnicity=asian numerator"] == (0, 3)
    assert found["WF02 houston ethnicity=asian denominator"] == (0, 12)


@pytest.mark.parametrize("told", [{"gap": 0.25 - 0.5}, {"ratio": 0.25 / 0.5}], ids=["gap", "ratio"])
def test_a_gap_to_a_printed_figure_is_the_figure(configuration: Configuration, told: dict[str, float]) -> None:
    people = staff(TABLE)
    hidden = dict.fromkeys(("numerator", "value", "lower", "upper"), GONE)
    rows = [share(people, **hidden, **told), row("WF02", "", numerator=50, denominator=100, everyone=100, value=0.5)]
    _, verdict = attacked(configuration, rows, staff(TABLE))
    assert "WF02 houston ethnicity=asian numerator" in {f.cell for f, _ in verdict.recovered}


def test_a_declaration_rate_counts_those_who_did_not_answer(configuration: Configuration) -> None:
    people = staff({("female", "white"): 57, ("female", "not_recorded"): 3})
    rows = [row("WR01", "", everyone=60, declared=57 / 60, marker="[c]")]
    result, verdict = attacked(configuration, rows, people)
    assert {f.cell for f, _ in verdict.recovered} == {"WR01 houston all not known"}
    assert result.leaks[0].column == "denominator"


def test_bounds_tell_who_might_belong(configuration: Configuration) -> None:
    """Of 40 staff 20 are known, 2 of them in the group: a tenth of those known, a twentieth of all."""
    people = staff({("female", "black"): 2, ("female", "white"): 18, ("female", "not_recorded"): 20})
    rows = [row("WR01", "", value=0.1, everyone=40, declared=GONE, bound_low=0.05, bound_high=0.55)]
    result, verdict = attacked(configuration, rows, people, exactly=True)
    assert {f.cell: (f.low, f.high) for f in result.findings}["WR01 houston all not known"] == (20, 20)
    assert "WR01 houston all numerator" in {f.cell for f, _ in verdict.recovered}
    assert not verdict.mistaken


def test_a_change_gives_last_years_hidden_figure(configuration: Configuration) -> None:
    people = staff(TABLE)
    hidden = share(people, **dict.fromkeys(("numerator", "value", "lower", "upper"), GONE))
    later = share(
        people,
        value=0.4,
        numerator=6,
        denominator=15,
        everyone=15,
        lower=GONE,
        upper=GONE,
        change=0.15,
        period_end=pd.Timestamp("2017-06-30"),
    )
    result, verdict = attacked(configuration, [hidden, later], people)
    assert [leak.column for leak in result.leaks][:1] == ["change"]
    assert "WF02 houston ethnicity=asian numerator" in {f.cell for f, _ in verdict.recovered}


def test_a_mean_in_full_precision_tells_its_base(configuration: Configuration) -> None:
    """A base shown as 15 and a mean of whole dollars over 13 people: no other base from 13 to 17 gives whole dollars in total."""
    people = staff({("female", "white"): 13})
    rows = [
        row("PY02", "", denominator=200, value=6_000_001 / 200),
        row("PY02", "", unit="houston_fire", denominator=15, value=650_001 / 13, rounded=True),
    ]
    result, _ = attacked(configuration, rows, people, exactly=True)
    assert {f.cell: (f.low, f.high) for f in result.findings}["PY02 houston_fire all denominator"] == (13, 13)


def test_the_same_means_in_steps_of_ten_leave_every_base_possible(configuration: Configuration) -> None:
    people = staff({("female", "white"): 13})
    rows = [
        row("PY02", "", denominator=200, value=30_000.0),
        row("PY02", "", unit="houston_fire", denominator=15, value=50_000.0, rounded=True),
    ]
    result, verdict = attacked(configuration, rows, people, exactly=True)
    assert {f.cell: (f.low, f.high) for f in result.findings}["PY02 houston_fire all denominator"] == (13, 17)
    assert not verdict.rounded


def test_a_department_of_thirteen_is_found_from_its_unrounded_means_and_not_from_rounded_ones(configuration: Configuration) -> None:
    """The leak as it was: departments of 13 to 17, bases rounded to 5, whole dollars. Every base is tried by hand."""
    rng = np.random.default_rng(4)
    units = [u.id for u in configuration.organisation.units if u.parent][:6]
    sizes = {unit: int(rng.integers(13, 18)) for unit in units}
    totals = {unit: int(rng.integers(40_000 * n, 70_000 * n)) for unit, n in sizes.items()}
    people = pd.concat([staff({("female", "white"): n}, unit) for unit, n in sizes.items()], ignore_index=True)
    everyone = row("PY02", "", denominator=len(people), value=sum(totals.values()) / len(people))

    def found(step: float) -> dict[str, tuple[int, int]]:
        means = {u: totals[u] / n for u, n in sizes.items()} | {"": everyone["value"]}
        told = {u: round(m / step) * step if step else m for u, m in means.items()}
        rows = [everyone | {"value": told[""]}]
        rows += [row("PY02", "", unit=u, denominator=15, value=told[u], rounded=True) for u in units]
        result, _ = attacked(configuration, rows, people, units=["houston", *units], exactly=True)
        return {
            f.plus.unit: (f.low, f.high) for f in result.findings if f.minus is None and f.plus.unit in sizes and "denominator" in f.cell
        }

    by_hand = {u: [b for b in range(13, 18) if totals[u] * b % n == 0] for u, n in sizes.items()}
    assert found(0) == {u: (min(b), max(b)) for u, b in by_hand.items()}
    assert sum(low == high for low, high in found(0).values()) >= 4
    assert set(found(10).values()) == {(13, 17)}


def facts_of_pay(configuration: Configuration, *rows: dict[str, Any]) -> tuple[list[PayFact], list[PayFact]]:
    seen = Seen(pd.DataFrame(list(rows))[list(ESTIMATE_COLUMNS)], configuration, "leadership")
    found = Reader(seen, "employees", END).read()
    return found.means, found.medians


def test_pay_in_steps_lies_half_a_step_around_what_is_printed(configuration: Configuration) -> None:
    means, medians = facts_of_pay(configuration, row("PY02", "", value=53_960.0), row("PY01", "", value=16.48))
    assert [(m.low, m.high) for m in means] == [(53_955, 53_965)]
    assert [(m.low, m.high) for m in medians] == [pytest.approx((16.475, 16.485))]


@pytest.mark.parametrize(("women", "men"), [(50_004.4, 53_114.9), (41_237.7, 41_161.2), (14.123, 15.876), (987.654, 1_234.5)])
def test_what_a_gap_tells_holds_the_truth(configuration: Configuration, women: float, men: float) -> None:
    """Printed as the public method says, from the printed means; a gap of 0.057 leaves few amounts, and the true one is among them."""
    steps = [0.01 if x < 1000 else 10.0 for x in (women, men)]
    shown = [round(x / step) * step for x, step in zip((women, men), steps, strict=True)]
    gap = round((shown[1] - shown[0]) / shown[1], 3)
    means, _ = facts_of_pay(configuration, row("PG01", "", value=gap, reference_value=shown[1], rounded=True))
    reference, compared = means
    assert reference.low <= men <= reference.high
    assert compared.low <= women <= compared.high
    assert compared.high - compared.low <= 0.001 * shown[1] + 2 * steps[0]


@pytest.mark.parametrize(("women", "men"), [(36_441.5, 43_826.0), (50_004.4, 53_114.9), (14.123, 15.876)])
@pytest.mark.parametrize("how", [{}, {"rounded": True, "numerator": 250, "denominator": 400}])
def test_a_gap_beside_exact_or_large_counts_is_made_from_amounts_as_they_are(configuration, women: float, men: float, how: dict) -> None:
    """The first pair is of a real department: from its printed amounts the gap would be 0.169, and 0.168 is printed."""
    step = 0.01 if men < 1000 else 10.0
    printed = row("PG01", "", value=round((men - women) / men, 3), reference_value=round(men / step) * step, **how)
    reference, compared = facts_of_pay(configuration, printed)[0]
    assert reference.low <= men <= reference.high
    assert compared.low <= women <= compared.high


def test_limits_about_a_gap_narrow_it(configuration: Configuration) -> None:
    """Printed 0.057 within 0.020 to 0.093: the middle of the limits is 0.0565 give or take 0.0005, so the gap is 0.0565 to 0.0570."""
    means, _ = facts_of_pay(configuration, row("PG01", "", value=0.057, lower=0.020, upper=0.093, reference_value=80_000.0, rounded=True))
    assert (means[1].low, means[1].high) == (80_000 * (1 - 0.057) - 5, 80_000 * (1 - 0.0565) + 5)


def test_limits_about_an_unrounded_mean_give_it_away(configuration: Configuration) -> None:
    """Limits of 49,120 and 50,890 stand about 50,005, not about the printed 50,000."""
    means, _ = facts_of_pay(configuration, row("PY02", "", value=50_000.0, lower=49_120.0, upper=50_890.0))
    assert (means[0].low, means[0].high) == (50_000, 50_005)


def test_a_median_between_two_rates_of_a_known_scale_belongs_to_an_even_number(configuration: Configuration) -> None:
    people = staff({("female", "white"): 14})
    rows = [row("PY01", "", unit="houston_fire", denominator=15, value=31_500.0, rounded=True)]

    def bases(scale: list[float]) -> tuple[int, int]:
        result, _ = attacked(configuration, rows, people, exactly=True, scale=scale)
        return {f.cell: (f.low, f.high) for f in result.findings}["PY01 houston_fire all denominator"]

    assert bases([30_000.0, 33_000.0]) == (14, 16)
    assert bases([30_000.0, 31_502.0, 33_000.0]) == (13, 17)
    assert bases([]) == (13, 17)


def test_untrue_names_a_false_figure_of_pay(configuration: Configuration) -> None:
    people = staff({("female", "white"): 3})
    seen = Seen(
        pd.DataFrame([row("PY02", "", value=20_000.0), row("PY01", "", value=25_000.0)])[list(ESTIMATE_COLUMNS)],
        configuration,
        "leadership",
    )
    truth, pay = truth_of(people, configuration), pay_of(people, pd.Series([10_000.0, 20_000.0, 30_000.0]), configuration)
    assert untrue(seen, "employees", END, truth, pay) == ["PY01 houston all: pay 25000"]


def test_three_means_tell_how_many_are_in_each_group(configuration: Configuration) -> None:
    people = staff({("female", "white"): 3, ("male", "white"): 37})
    means = {"": (3 * 50_000 + 37 * 60_000) / 40, "sex=female": 50_000.0, "sex=male": 60_000.0}
    rows = [row("PY02", group, denominator=GONE if group else 40, value=mean) for group, mean in means.items()]
    rows.append(row("WF01", "sex=not_recorded", numerator=0, everyone=40))
    _, verdict = attacked(configuration, rows, people)
    assert "PY02 houston sex=female denominator" in {f.cell for f, _ in verdict.recovered}
    _, blind = attacked(configuration, rows, people, pay=False)
    assert not blind.recovered


def test_rounded_counts_tighten_each_other(configuration: Configuration) -> None:
    """Women and men of a department are each shown as 0, together as 5: at least 1 and at most 2 of each."""
    people = staff({("female", "white"): 1, ("male", "white"): 2})
    rows = [
        row("WF01", g, unit="houston_fire", numerator=n, value=n, rounded=True) for g, n in (("", 5), ("sex=female", 0), ("sex=male", 0))
    ]
    rows.append(row("WF01", "sex=not_recorded", numerator=0, everyone=3))
    _, verdict = attacked(configuration, rows, people)
    assert {(f.cell, f.low, f.high) for f, _ in verdict.rounded} >= {
        ("WF01 houston_fire sex=female numerator", 1, 2),
        ("WF01 houston_fire sex=male numerator", 1, 2),
    }


def test_knowing_that_everyone_sits_in_a_department_makes_the_attacker_stronger(configuration: Configuration) -> None:
    units = [u.id for u in configuration.organisation.units if u.parent]
    people = pd.concat([staff({("female", "white"): 11}, u) for u in units[1:]] + [staff({("female", "white"): 3}, units[0])])
    rows = [row("WF01", "", numerator=len(people), value=len(people))]
    rows += [row("WF01", "", unit=u, numerator=GONE if u == units[0] else 11) for u in units]
    cell = f"WF01 {units[0]} all numerator"
    weak = {f.cell: (f.low, f.high) for f in attacked(configuration, rows, people, exactly=True)[0].findings}
    strong = {f.cell: (f.low, f.high) for f in attacked(configuration, rows, people, exactly=True, on_leaves=True)[0].findings}
    assert weak[cell] == (0, 3)
    assert strong[cell] == (3, 3)


def test_figures_that_fit_nobody_are_a_contradiction(configuration: Configuration) -> None:
    people = staff(TABLE)
    with pytest.raises(Contradiction):
        attacked(configuration, [row("WF01", "", numerator=10), row("WF01", "sex=female", numerator=11)], people)


def test_the_judge_notices_a_wrong_figure(configuration: Configuration) -> None:
    people = staff(TABLE)
    rows = count_rows(people, {"sex=female;ethnicity=asian", "sex=male;ethnicity=asian"})
    rows[0]["numerator"] += 1
    assert any(
        f.low > n or f.high < n
        for f, n in attacked(configuration, count_rows(people, {"sex=female;ethnicity=asian"}), people[1:])[1].mistaken
    )


@pytest.mark.parametrize("seed", range(6))
def test_ranges_equal_a_list_of_every_possible_table(configuration: Configuration, seed: int) -> None:
    """Two sexes by three ethnic groups, some cells and totals hidden: every table is tried, and the ends must be the same."""
    rng = np.random.default_rng(seed)
    groups = ("asian", "black", "white")
    truth = {(s, e): int(rng.integers(0, 6)) for s in ("female", "male") for e in groups}
    everything = count_rows(staff(truth), set())
    nobody = ("not_recorded", "other", "indian", "hispanic")
    shown = [r for r in everything if rng.random() < 0.6 or any(word in r["group"] for word in nobody)]
    shown = [r | {"everyone": GONE} for r in shown]
    total = row("WF01", "", numerator=sum(truth.values()), value=sum(truth.values()))
    blank = [r | {"numerator": GONE, "value": GONE, "everyone": GONE} for r in everything]
    result, _ = attacked(configuration, [*shown, total, *blank], staff(truth), exactly=True)
    found = {f.cell: (f.low, f.high) for f in result.findings if f.minus is None and f.cell.endswith("numerator")}
    cells = list(truth)
    told = [(_among(r["group"], cells), r["numerator"]) for r in [*shown, total]]
    tables = np.array(_tables(len(cells), sum(truth.values())))
    for inside, n in told:
        tables = tables[tables[:, inside].sum(axis=1) == n]
    for r in blank:
        cell = f"WF01 houston {r['group'] or 'all'} numerator"
        if cell in found:
            sums = tables[:, _among(r["group"], cells)].sum(axis=1)
            assert found[cell] == (sums.min(), sums.max()), cell


def _among(group: str, cells: list[tuple[str, str]]) -> list[int]:
    wanted = dict(part.split("=") for part in group.split(";") if part)
    return [i for i, (s, e) in enumerate(cells) if wanted.get("sex", s) == s and wanted.get("ethnicity", e) == e]


def _tables(cells: int, total: int) -> list[tuple[int, ...]]:
    if cells == 1:
        return [(total,)]
    return [(n, *rest) for n in range(total + 1) for rest in _tables(cells - 1, total - n)]


@pytest.mark.parametrize(("a", "n"), [(0, 20), (3, 12), (5, 5), (81, 263), (1, 2000)])
def test_an_interval_has_one_base(a: int, n: int) -> None:
    assert wilson_pair(a / n, *wilson(a, n)) == (a, n)


def test_wilson_as_published() -> None:
    assert wilson(12, 48) == pytest.approx((0.1492, 0.3878), abs=5e-5)
    assert wilson(3080, 11000) == pytest.approx((0.2717, 0.2885), abs=5e-5)


def test_steps_of_a_waterfall_are_subtracted_from_one_another(configuration: Configuration) -> None:
    """131 of 134 have pay on record: the three who leave stand there for everybody to see, unless one of the two steps is hidden."""
    people = pd.concat([staff(TABLE), staff({("female", "white"): 3}, paid="no")], ignore_index=True)
    steps = {"headcount": 134.0, "paid": 131.0}
    rows = [row("PY01", f"step={s}", breakdown="waterfall", numerator=n, denominator=134.0, value=n / 134) for s, n in steps.items()]
    _, verdict = attacked(configuration, rows, people)
    assert {n for _, n in verdict.printed} == {3}
    assert not verdict.safe
    hidden = [
        row("PY01", "step=paid", breakdown="waterfall", numerator=131.0),
        row("PY01", "step=headcount", breakdown="waterfall", marker="[c]"),
    ]
    _, verdict = attacked(configuration, hidden, people)
    assert verdict.protected
    assert verdict.safe, verdict
