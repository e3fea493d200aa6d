"""Pages of the staff survey: who was asked and who answered, points that are no percentage points, and no range covers silence."""

from __future__ import annotations

import pandas as pd

from metrics.statistics.intervals import welch, wilson
from metrics.statistics.precision import round_score
from tests.app.conftest import Opened, Rows
from tests.support.gap_report import BEFORE, DAY, a_row

SILENCE = "that the others may think otherwise is not in it"
EVERYBODY = "Everyone on record is counted"


def differences(rounded: bool) -> Rows:
    """909 disabled staff with a mean of 58.2, and 5,260 others with one of 64.3."""
    n, m = (910, 5260) if rounded else (909, 5260)
    found = welch(*[pd.Series([float(x)]) for x in (n, 58.2, 21.0**2, m, 64.34, 20.0**2)])
    digits = pd.Series([rounded])
    value, lower, upper = (float(round_score(found[name], digits).iloc[0]) for name in ("difference", "lower", "upper"))
    return [
        a_row("SS01", day=day, numerator=n, denominator=m, everyone=6700, declared=0.92, value=value, lower=lower, upper=upper,
              reference_value=64.0 if rounded else 64.3, status="off_path", movement="unclear", change=0.5, change_lower=-2.0,
              change_upper=3.0, target=-3.6, rounded=rounded)
        for day in (BEFORE, DAY)
    ]  # fmt: skip


def test_a_difference_of_scores_is_in_points_of_both_groups(opened: Opened) -> None:
    page = opened("SS01", differences(rounded=False))
    assert "Engagement gap, disabled staff: −6.1 points" in page
    assert "Mean engagement index of disabled staff minus that of non-disabled staff" in page
    assert "909 disabled staff and 5,260 non-disabled staff, 12 months to 31 March 2026" in page
    assert "6,169 responses." in page
    assert "−7.6 to −4.7 points. All of it is below the path." in page
    assert "Within 2 points of 0 by March 2028, from −9 in March 2023" in page
    assert "Closer to 0 is better" in page
    assert "Below zero, disabled staff are less engaged" in page
    assert "Above 0, the mean is higher among disabled staff" in page
    assert "Welch’s t interval for a difference of two means" in page
    assert "percentage points." in page.partition("the difference is in points and not in ")[2][:20]
    assert "percentage point" not in page.partition("Read with this")[0]
    assert "£" not in page.partition("Read with this")[0]


def test_beside_rounded_counts_points_are_whole(opened: Opened) -> None:
    page = opened("SS01", differences(rounded=True))
    assert "−6 points" in page
    assert "−8 to −5 points" in page
    assert "−6.1" not in page
    assert "910 disabled staff and 5,260 non-disabled staff, rounded" in page


def test_a_survey_never_says_that_everybody_is_counted(opened: Opened) -> None:
    value, (lower, upper) = 995 / 6353, wilson(pd.Series([995]), pd.Series([6353])).iloc[0]
    rows = [
        a_row("SS02", day=day, numerator=995, denominator=6353, everyone=6701, declared=0.948, value=value, lower=lower, upper=upper,
              status="off_path", movement="unclear", change=-0.01, change_lower=-0.02, change_upper=0.01, target=0.13)
        for day in (BEFORE, DAY)
    ]  # fmt: skip
    page = opened("SS02", rows)
    assert "Harassed by colleagues: 15.7%" in page
    assert "95% have answered" in page
    assert SILENCE in page
    assert EVERYBODY not in page
    assert "SS00 says how many did" in page
    assert "Lower is better" in page


def test_the_response_rate_is_a_full_count_of_those_who_were_asked(opened: Opened) -> None:
    rows = [
        a_row("SS00", day=day, numerator=6701, denominator=11140, everyone=11140, value=6701 / 11140, status="no_target",
              movement="unclear", change=0.038)
        for day in (BEFORE, DAY)
    ]  # fmt: skip
    page = opened("SS00", rows)
    assert "Staff survey response rate: 60.2%" in page
    assert "6,701 of 11,140" in page
    assert "there is no rate by sex, ethnic group or disability" in page
    assert "No range is given: the figure is a full count." in page
    assert SILENCE not in page
