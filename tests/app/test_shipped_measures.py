"""The pages of the shipped measures that are more than a share: which group is first, of how many, for whom it is worse, in which unit.

Definitions are the shipped ones, as a release keeps them; figures are worked out here from counts, with the product's statistics.
"""

from __future__ import annotations

import pandas as pd
import pytest

from metrics.definitions.configuration import Configuration
from metrics.pipeline.summaries import summarise_kpi
from metrics.statistics.intervals import newcombe, wilson
from metrics.statistics.likelihood import ratio_of_ratios, relative_likelihood
from metrics.statistics.rates import rate
from tests.app.conftest import Opened, Rows
from tests.support.gap_report import BEFORE, DAY, a_row

MONTHS = [d.date() for d in pd.date_range("2023-04-30", DAY, freq="ME")]


def one(*numbers: float) -> list[pd.Series]:
    return [pd.Series([float(n)]) for n in numbers]


def likelihoods(id: str, then: tuple[int, ...], now: tuple[int, ...], status: str, movement: str = "unclear", **group: str) -> Rows:
    """Events and pool of the first group, events and pool of the second, on both days."""
    rows = []
    for day, (a, m, c, n) in ((BEFORE, then), (DAY, now)):
        value, lower, upper = relative_likelihood(*one(a, m, c, n)).iloc[0]
        rows.append(
            a_row(id, group.get("group", ""), day=day, numerator=a, denominator=m, everyone=m + n, declared=0.94, value=value, lower=lower,
                  upper=upper, reference_value=c / n, status=status, movement=movement, change=0.1, change_lower=-0.2, change_upper=0.4,
                  target=1.3)
        )  # fmt: skip
    return rows


LIKELY = [
    (
        "RC01",
        "White applicants were 1.50 times as likely as ethnic minority applicants to be appointed from the shortlist",
        "White applicants",
    ),
    ("RC02", "White applicants were 1.50 times as likely as ethnic minority applicants to be shortlisted", "White applicants"),
    (
        "RC03",
        "Non-disabled applicants were 1.50 times as likely as disabled applicants to be appointed from the shortlist",
        "non-disabled applicants",
    ),
]


@pytest.mark.parametrize(("id", "headline", "first"), LIKELY)
def test_a_likelihood_says_who_is_first_and_for_whom_it_is_worse(opened: Opened, id: str, headline: str, first: str) -> None:
    said = opened(id, likelihoods(id, (70, 400, 40, 380), (63, 420, 38, 380), "unclear"))
    second = headline.partition(" as likely as ")[2].partition(" to ")[0]
    assert headline in said
    assert f"above 1 is worse for {second}" in said
    assert f"420 {first}." in said
    assert f"63 of 420 {first} (15.0%), against 10.0% of {second}" in said
    assert "Outside the four-fifths band of 0.80 to 1.25, and a clear difference: the likely range, 1.03 to 2.19, leaves out 1" in said
    assert "0.91 to 1.10 by March 2028" in said
    assert "no law sets it" in said
    assert ">All applications<" in said
    assert "Population: Applications for posts outside schools" in said
    assert "too early to say whether it is on path" in said
    assert "Too early to say" in said
    assert "Unclear" not in said
    assert "Not enough data" not in said


def test_a_likelihood_of_too_few_says_not_enough_data_and_nothing_else(opened: Opened) -> None:
    rows = likelihoods("RC03", (70, 400, 4, 40), (63, 420, 1, 9), "not_available", "")
    rows[-1] |= dict.fromkeys(("value", "lower", "upper", "reference_value"), float("nan")) | {"note": "not_enough_data", "marker": "[x]"}
    said = opened("RC03", rows)
    assert "Appointed, non-disabled over disabled: not enough data" in said
    assert "a ratio needs at least ten people in each group" in said


def test_a_ratio_of_ratios_is_no_likelihood(opened: Opened) -> None:
    rows = []
    for day, cells in ((BEFORE, (910, 90, 1600, 400)), (DAY, (900, 100, 1600, 400))):
        value, lower, upper = ratio_of_ratios(*one(*cells)).iloc[0]
        a, b, c, d = cells
        rows.append(
            a_row("SL04", day=day, numerator=a, denominator=a + b, everyone=3200, declared=0.94, value=value, lower=lower, upper=upper,
                  reference_value=c / d, status="off_path", movement="unclear", change=-0.2, change_lower=-0.6, change_upper=0.3,
                  target=1.7)
        )  # fmt: skip
    said = opened("SL04", rows)
    words = "Ethnic minority staff had 2.25 times as many people in grades 1 to 3 for each one in grade 4 and above as White staff"
    assert words in said
    assert "as likely" not in said
    assert "four-fifths" not in said
    assert "above 1 is worse for ethnic minority staff" in said
    assert "1,000 ethnic minority staff." in said
    assert "900 of 1,000 ethnic minority staff (9.00 for each of the others), against 4.00 among White staff" in said
    assert "does not follow anybody from grade to grade" in said


def test_a_distance_of_a_whole_mix_shows_each_group_beside_the_benchmark(opened: Opened, shipped: Configuration) -> None:
    benchmark = summarise_kpi(shipped, shipped.kpis["WR05"]).benchmark_by_group
    shares = {"asian": 0.201, "black": 0.099, "mixed": 0.041, "white": 0.633, "other": 0.026}
    rows = [a_row("WR05", day=d, denominator=10244, everyone=11140, declared=0.92, value=0.143, status="on_path", movement="down",
                  change=-0.019, target=0.153) for d in (BEFORE, DAY)]  # fmt: skip
    rows += [
        a_row("WR05", f"ethnicity_5={g}", day=d, numerator=s * 10244, denominator=10244, everyone=11140, declared=0.92, value=s,
              benchmark=benchmark.get(f"ethnicity_5={g}"), gap=0.01)
        for g, s in shares.items() for d in (BEFORE, DAY)
    ]  # fmt: skip
    said = opened("WR05", rows)
    assert "Distance from residents: 14.3%" in said
    assert "10,244 people." in said
    assert "each group’s share, beside its share of" in said
    assert "How many in 100 would have to be of another ethnic group for all shares to be those of" in said
    assert ">Distance<" in said.partition("Between groups")[0]
    table = said.partition("Between groups")[2].partition("<table")[2].partition("</table>")[0]
    assert all(f">{head}<" in table for head in ("People", "Out of", "Share"))
    assert not any(f">{head}<" in table for head in ("Distance", "People counted"))
    assert ">1,014<" in table or ">2,059<" in table  # its own people, not everybody who answered
    assert "truly moved when" not in said
    assert "The figure compared with is made up for demonstration." in said
    assert "Likely range" not in said.partition("Between groups")[2].partition("Two dates")[0]


def test_by_ethnic_group_the_share_of_ethnic_minority_staff_is_each_groups_own(opened: Opened) -> None:
    shares = {"": 0.367, "ethnicity_5=asian": 0.201, "ethnicity_5=black": 0.099, "ethnicity_5=white": 0.633}
    rows = []
    for group, share in shares.items():
        lower, upper = wilson(*one(round(share * 10244), 10244)).iloc[0]
        rows += [
            a_row("WR01", group, day=d, numerator=round(share * 10244), denominator=10244, everyone=11140, declared=0.92, value=share,
                  lower=lower, upper=upper, status="no_target" if group else "on_path", movement="up", change=0.02, change_lower=0.01,
                  change_upper=0.03)
            for d in (BEFORE, DAY)
        ]  # fmt: skip
    said = opened("WR01", rows)
    assert "Ethnic minority staff by ethnic group: each group’s own share" in said
    assert "each figure is that group’s own share of all staff whose ethnic group is known" in said
    assert "clearly" not in said.partition("Between groups")[2].partition("Two dates")[0]  # none is held against the share of another
    assert "What the change is made of" not in said  # the groups are no parts of the minority


def test_a_monthly_list_is_read_against_its_usual_range_and_nobody_answers_it(opened: Opened) -> None:
    rows = []
    for place, day in enumerate(MONTHS):
        n = 7150 + (place * 37) % 60 + (600 if place > 33 else 0)
        value, lower, upper = n / 10000, *wilson(*one(n, 10000)).iloc[0]
        rows.append(
            a_row("TR01", day=day, numerator=n, denominator=10000, everyone=10050, declared=0.995, value=value, lower=lower, upper=upper,
                  status="off_path", movement="up", change=0.06, change_lower=0.05, change_upper=0.07, target=0.8)
        )  # fmt: skip
    said = opened("TR01", rows)
    assert "Population: Staff who must take equality training" in said
    assert "The last year against the usual range" in said
    assert "Out of the ordinary, for the better" in said
    assert "99% are on record" in said
    assert "have answered" not in said
    assert "Not comparable with earlier dates: A new learning system" in said


@pytest.mark.parametrize(("id", "kind"), [("PG03", "Mean"), ("PG04", "Median")])
def test_a_bonus_gap_counts_both_sexes_and_says_whose_pay_it_is_a_share_of(opened: Opened, id: str, kind: str) -> None:
    rows = [
        a_row(id, day=d, numerator=150, denominator=97, everyone=247, declared=1.0, value=0.038, lower=-0.025, upper=0.101,
              reference_value=1200.0, status="unclear", movement="unclear", change=0.001, change_lower=-0.08, change_upper=0.09,
              target=0.027)
        for d in (BEFORE, DAY)
    ]  # fmt: skip
    said = opened(id, rows)
    assert f"{kind} bonus gap: 3.8%" in said
    assert "247 people." in said
    assert "97 men and 150 women, 31 March" in said  # men first, as the definition names them
    assert f"{kind} bonus pay of men minus that of women, as a share of that of men" in said
    assert "Without a bonus scheme there is no figure; that is not a gap of 0%." in said
    assert "not unequal pay" in said
    assert "Above 0%, women are paid less" in said
    read_with = said.partition("Read with this")[2]
    assert "Bonus pay is yearly recruitment and retention payments" in read_with
    assert "Hourly pay is worked out" not in read_with
    assert "top 5%" not in read_with


@pytest.mark.parametrize(
    ("id", "counts", "first", "second"),
    [
        ("PG05", (97, 4813, 150, 6327), "men", "women"),
        ("PG06", (1551, 2671, 6079, 10686), "people in the upper quarter", "people in all four quarters"),
    ],
)
def test_a_difference_of_shares_names_both_groups_and_has_points(
    opened: Opened, id: str, counts: tuple[int, ...], first: str, second: str
) -> None:
    a, m, c, n = counts
    lower, upper = newcombe(*one(*counts)).iloc[0]
    rows = [
        a_row(id, day=d, numerator=a, denominator=m, everyone=m, value=a / m - c / n, lower=lower, upper=upper, reference_value=c / n,
              status="reached", movement="unclear", change=0.001, change_lower=-0.01, change_upper=0.01, target=0.0)
        for d in (BEFORE, DAY)
    ]  # fmt: skip
    said = opened(id, rows)
    assert f"{m:,} {first}." in said
    assert f"{a:,} of {m:,} {first} ({a / m:.1%}), against {c / n:.1%} of {second}" in said
    assert "percentage points" in said
    assert f": the share among {first}, minus the share among {second}; employees" in said
    assert f"Above 0, the share is larger among {first}" in said
    assert f">{first[0].upper()}{first[1:]}<" in said  # the column of their number
    assert "first group" not in said.partition("How we know")[0]


@pytest.mark.parametrize(
    ("id", "dimension", "finding"),
    [
        ("PG12", "pay_quarter", "Women among staff on full pay by pay quarter"),
        ("PG14", "pay_quarter_ethnicity", "Ethnic minorities among staff on full pay by pay quarter (ethnic group known)"),
    ],
)
def test_pay_quarters_are_read_from_the_lower_up(opened: Opened, id: str, dimension: str, finding: str) -> None:
    quarters = {"lower": 0.593, "lower_middle": 0.559, "upper_middle": 0.543, "upper": 0.581}
    rows = []
    for group, share, people in (("", 0.569, 10686), *((f"{dimension}={q}", s, 2671) for q, s in quarters.items())):
        for day in (BEFORE, DAY):
            lower, upper = wilson(*one(round(share * people), people)).iloc[0]
            rows.append(
                a_row(id, group, day=day, numerator=round(share * people), denominator=people, everyone=people, declared=1.0, value=share,
                      lower=lower, upper=upper, status="context", movement="unclear", change=0.0, change_lower=-0.01, change_upper=0.01)
            )  # fmt: skip
    said = opened(id, rows)
    assert finding in said
    table = said.partition("Between groups")[2].partition("<table")[2].partition("</table>")[0]
    places = [table.index(f">{label}<") for label in ("Lower quarter", "Lower middle quarter", "Upper middle quarter", "Upper quarter")]
    assert places == sorted(places)
    assert "by pay quarter by pay quarter" not in said


def test_who_was_paid_a_bonus(opened: Opened) -> None:
    rows = []
    for group, n, of in (("", 247, 11140), ("sex=female", 150, 6327), ("sex=male", 97, 4813)):
        for day in (BEFORE, DAY):
            lower, upper = wilson(*one(n, of)).iloc[0]
            rows.append(a_row("PG13", group, day=day, numerator=n, denominator=of, everyone=of, value=n / of, lower=lower, upper=upper,
                              status="context", movement="unclear", change=0.0, change_lower=-0.01, change_upper=0.01))  # fmt: skip
    said = opened("PG13", rows)
    assert "Paid a bonus: 2.2%" in said
    assert "11,140 people." in said
    assert "What the change is made of" in said
    assert "have answered" not in said


MARKED = [
    ("PR01", "White staff were 1.50 times as likely as ethnic minority staff to be promoted", "ethnic minority staff", "White staff"),
    ("RT01", "Ethnic minority staff were 1.50 times as likely as White staff to resign", "ethnic minority staff", "ethnic minority staff"),
    (
        "ER01",
        "Ethnic minority staff were 1.50 times as likely as White staff to have a formal disciplinary case opened about them",
        "ethnic minority staff",
        "ethnic minority staff",
    ),
    (
        "ER02",
        "Disabled staff were 1.50 times as likely as staff who are not disabled to have a formal capability case opened about them",
        "disabled staff",
        "disabled staff",
    ),
    (
        "ER04",
        "Ethnic minority professionals were 1.50 times as likely as White professionals to be referred to their regulator",
        "ethnic minority professionals",
        "ethnic minority professionals",
    ),
    ("RT03", "Ethnic minority staff were 1.50 times as likely as White staff to leave", "ethnic minority staff", "ethnic minority staff"),
    (
        "TR02",
        "White staff were 1.50 times as likely as ethnic minority staff to take a voluntary course",
        "ethnic minority staff",
        "White staff",
    ),
]


@pytest.mark.parametrize(("id", "headline", "worse", "first"), MARKED)
def test_what_happened_to_people_is_told_in_the_order_of_the_standard(
    opened: Opened, id: str, headline: str, worse: str, first: str
) -> None:
    said = opened(id, likelihoods(id, (70, 400, 40, 380), (63, 420, 38, 380), "unclear"))
    assert headline in said
    assert f"above 1 is worse for {worse}" in said
    assert f"63 of 420 {first} (15.0%), against 10.0% of" in said
    assert "The pool is everybody in post at the" in said
    assert "the framework sets no numbers" in said
    assert "; in post at the" in said or id in {"ER01", "ER02", "ER04"}
    assert "“Yes”" not in said
    assert "Here then and now" not in said


def test_complaints_are_a_rate_that_is_neither_good_nor_bad(opened: Opened) -> None:
    rows = []
    for day, people in ((BEFORE, 121), (DAY, 176)):
        value, lower, upper = rate(*one(people, 12_300)).iloc[0]
        rows.append(
            a_row("ER03", day=day, numerator=people, denominator=12_300, everyone=12_300, value=value, lower=lower, upper=upper,
                  status="context", movement="up", change=4.5, change_lower=1.8, change_upper=7.1)
        )  # fmt: skip
    said = opened("ER03", rows)
    assert "Complained of harassment: 14.3 for every 1,000 staff, a real rise" in said
    assert "176 of 12,300, 12 months to 31 March 2026" in said
    assert "Up 4.5 for every 1,000 in a year: truly moved" in said
    assert "A rise may be good." in said
    assert "Context only" in said
    assert not any(word in said for word in ("for the better", "for the worse", "Off path", "“Yes”"))


def test_an_index_against_a_reference_group_says_both_shares(opened: Opened) -> None:
    rows = []
    for day, places in ((BEFORE, (25, 82)), (DAY, (30, 94))):
        own, other = wilson(*one(*places)).iloc[0], 0.3032
        rows.append(
            a_row("PR02", day=day, numerator=places[0], denominator=places[1], everyone=100, declared=0.94, reference_value=other,
                  value=places[0] / places[1] / other, lower=own["lower"] / other, upper=own["upper"] / other, status="reached",
                  movement="unclear", change=0.05, change_lower=-0.3, change_upper=0.4, target=0.85)
        )  # fmt: skip
    said = opened("PR02", rows)
    assert "Next Step, minority places: 1.05 times their share of staff in grades 4 to 6" in said
    assert "30 of 94 people with a place (31.9%), against 30.3% of staff in grades 4 to 6" in said
    assert "taken as exact" in said
    assert "Closer to 1 is better" in said
