"""What each figure is compared with, and whether it truly moved."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest

from metrics.evaluate.change import add_changes
from metrics.report import ESTIMATE_COLUMNS


def a_frame(*rows: tuple[str, float, float], **more: Any) -> pd.DataFrame:
    """(day, value, half the width of its range) for each row."""
    made = [
        {
            "kpi": "WR01", "breakdown": "", "unit": "council", "group": "", "period_end": pd.Timestamp(day), "value": value,
            "lower": value - reach, "upper": value + reach, **more,
        }
        for day, value, reach in rows
    ]  # fmt: skip
    return pd.DataFrame(made).reindex(columns=list(ESTIMATE_COLUMNS))


def moves(frame: pd.DataFrame, breaks: Any = None) -> dict[str, tuple[str, float | None]]:
    found = add_changes(frame, breaks)
    return {
        f"{row.period_end:%Y-%m-%d}": (row.movement, None if np.isnan(row.change) else round(row.change, 4)) for row in found.itertuples()
    }


def test_the_same_day_one_year_earlier_comes_first() -> None:
    frame = a_frame(("2024-12-31", 0.10, 0.001), ("2025-03-31", 0.20, 0.01), ("2025-06-30", 0.30, 0.001), ("2026-03-31", 0.25, 0.01))
    assert moves(frame) == {
        "2024-12-31": ("first", None),
        "2025-03-31": ("first", None),
        "2025-06-30": ("first", None),
        "2026-03-31": ("up", 0.05),
    }


@pytest.mark.parametrize(
    ("earlier", "movement"),
    [("2024-12-31", "up"), ("2024-12-30", "first"), ("2025-06-30", "up"), ("2025-07-01", "first"), ("2025-03-30", "up")],
)
def test_else_the_nearest_between_9_and_15_months_before(earlier: str, movement: str) -> None:
    assert moves(a_frame((earlier, 0.20, 0.01), ("2026-03-31", 0.25, 0.01)))["2026-03-31"][0] == movement


def test_the_nearest_is_nearest_to_a_year() -> None:
    frame = a_frame(("2025-01-31", 0.20, 0.01), ("2025-04-30", 0.30, 0.01), ("2026-03-31", 0.25, 0.01))
    assert moves(frame)["2026-03-31"] == ("down", -0.05)


@pytest.mark.parametrize(("reach", "movement"), [(0.03, "up"), (0.04, "unclear"), (0.0, "up")])
def test_truly_moved_only_when_the_range_of_the_change_leaves_out_no_change(reach: float, movement: str) -> None:
    found = add_changes(a_frame(("2025-03-31", 0.20, reach), ("2026-03-31", 0.25, reach))).iloc[1]
    assert found["movement"] == movement
    assert found["change_upper"] - found["change"] == pytest.approx(reach * 2**0.5)


def test_a_figure_without_a_range_changes_by_a_number_and_makes_no_claim() -> None:
    frame = a_frame(("2025-03-31", 10864, 0), ("2026-03-31", 10984, 0)).assign(lower=np.nan, upper=np.nan)
    found = add_changes(frame).iloc[1]
    assert (found["change"], found["movement"]) == (120, "unclear")


@pytest.mark.parametrize("hidden", [0, 1])
def test_a_hidden_figure_leaves_no_change_and_no_other_takes_its_place(hidden: int) -> None:
    frame = a_frame(("2025-03-31", 0.20, 0.01), ("2026-03-31", 0.25, 0.01), ("2025-06-30", 0.21, 0.01))
    frame.loc[hidden, ["value", "lower", "upper"]] = np.nan
    found = add_changes(frame).iloc[1]
    assert found["movement"] == ""
    assert found[["change", "change_lower", "change_upper"]].isna().all()


def test_nothing_is_compared_across_a_break() -> None:
    frame = a_frame(("2025-03-31", 0.20, 0.01), ("2025-06-30", 0.21, 0.01), ("2026-03-31", 0.25, 0.01))
    assert moves(frame, {"WR01": (date(2025, 4, 1),)})["2026-03-31"] == ("up", 0.04)  # the nearest after the break
    assert moves(frame, {"WR01": (date(2025, 3, 31),)})["2026-03-31"] == ("up", 0.05)  # the break's own day counts the new way
    assert moves(frame, {"WR01": (date(2026, 3, 31),)})["2026-03-31"] == ("broken", None)
    assert moves(frame, {"WR02": (date(2026, 3, 31),)})["2026-03-31"] == ("up", 0.05)


def test_nothing_is_compared_across_a_change_of_the_unit() -> None:
    one = a_frame(("2025-03-31", 0.20, 0.01), ("2026-03-31", 0.25, 0.01))
    both = pd.concat([one, one.assign(unit="housing")], ignore_index=True)
    found = add_changes(both, None, {"housing": (date(2025, 10, 1),)}).set_index(["unit", "period_end"])["movement"]
    here = one["unit"].iloc[0]
    assert found[here, pd.Timestamp("2026-03-31")] == "up"
    assert found["housing", pd.Timestamp("2026-03-31")] == "broken"
    assert found["housing", pd.Timestamp("2025-03-31")] == "first"  # nothing stood before it at all


def test_units_groups_and_measures_are_never_mixed() -> None:
    one = a_frame(("2025-03-31", 0.20, 0.01), ("2026-03-31", 0.25, 0.01))
    others = [
        one.assign(unit="housing", value=one["value"] * 2),
        one.assign(group="sex=female", value=0.2),
        one.assign(kpi="WR02").iloc[1:],
    ]
    found = add_changes(pd.concat([one, *others], ignore_index=True))
    latest = found[found["period_end"] == "2026-03-31"]
    assert latest["change"].round(3).fillna(-9).tolist() == [0.05, 0.1, 0.0, -9]
    assert latest["movement"].tolist()[3] == "first"
    assert found.index.tolist() == list(range(7))


def test_leap_days_compare_with_the_end_of_february() -> None:
    assert moves(a_frame(("2023-02-28", 0.1, 0.0), ("2024-02-29", 0.2, 0.0)))["2024-02-29"] == ("up", 0.1)


def test_rows_and_columns_come_back_as_they_were() -> None:
    frame = a_frame(("2026-03-31", 0.25, 0.01), ("2025-03-31", 0.20, 0.01))
    found = add_changes(frame)
    assert list(found.columns) == list(ESTIMATE_COLUMNS)
    assert found["value"].tolist() == [0.25, 0.20]
    assert add_changes(frame.iloc[:0]).empty
