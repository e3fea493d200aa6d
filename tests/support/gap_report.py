"""Releases that hold a pay gap by grade, or a share with who joined and left: made from people, printed as a release prints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from metrics.access.viewer import Viewer
from metrics.report import ESTIMATE_COLUMNS, Contents, DimensionSummary, KpiSummary, Report, Request, issued
from metrics.statistics.precision import round_gap, round_pay
from tests.support.reports import RELEASE, MemoryStore, a_kpi, a_report, some_cells, some_contents

ROOT, DAY, BEFORE = "alderbourne", date(2026, 3, 31), date(2025, 3, 31)
GRADE = DimensionSummary("grade", "Grade", True, tuple((f"g{n}", f"Grade {n}", True) for n in range(1, 10)))
SEX = DimensionSummary("sex", "Sex", False, (("female", "Female", True), ("male", "Male", True), ("not_known", "Not known", False)))


@dataclass(frozen=True)
class Grade:
    """Women and men of one grade, and the mean pay of each."""

    women: int
    paid: float
    men: int
    men_paid: float
    hidden: bool = False


def a_gap_kpi(id: str = "PG01", **changes: Any) -> KpiSummary:
    plain: dict[str, Any] = {
        "measure": "pay_gap_mean", "interval": "delta", "dataset": "pay", "source": "Pay records", "grain": "year",
        "polarity": "closer_to_target", "column": "hourly_pay", "breakdowns": ("directorate", "grade"), "target": (), "has_baseline": False,
        "population": "full-pay staff without schools", "who": "women's mean hourly pay compared with men's",
        "numerator_words": "“Female”", "reference_words": "“Male”", "short_title": "Mean gender pay gap",
    }  # fmt: skip
    return a_kpi(id, "Mean gender pay gap", **{**plain, **changes})


def a_row(kpi: str, group: str = "", unit: str = ROOT, day: date = DAY, **figures: Any) -> dict[str, Any]:
    """A row of figures; those left out are missing. `hidden=True` takes every figure away."""
    plain: dict[str, Any] = dict.fromkeys(ESTIMATE_COLUMNS, np.nan)
    words = {"kpi": kpi, "breakdown": group.partition("=")[0], "unit": unit, "group": group, "note": "", "movement": "", "rounded": False}
    hidden = figures.pop("hidden", False)
    found = {**plain, **words, "status": "no_target", "marker": "", **figures}
    if hidden:
        gone = ("numerator", "denominator", "value", "reference_value", "lower", "upper", "everyone")
        found |= {**dict.fromkeys(gone, np.nan), "status": "hidden", "marker": "[c]", "note": "hidden"}
    return {**found, "period_start": pd.Timestamp(day), "period_end": pd.Timestamp(day)}


def gap_rows(kpi: str, grades: Sequence[Grade], base: int = 1, unit: str = ROOT, reach: float = 0.01) -> list[dict[str, Any]]:
    """A gap as a whole and by grade; counts to the nearest `base`, pay and gaps as they are printed."""
    women, men = sum(g.women for g in grades), sum(g.men for g in grades)
    paid, men_paid = (sum(n * x for n, x in side) / many for side, many in _sides(grades, women, men))
    rows = [_gap_row(kpi, "", women, paid, men, men_paid, base, unit, reach, False)]
    for (id, _, _), g in zip(GRADE.categories, grades, strict=False):
        rows.append(_gap_row(kpi, f"grade={id}", g.women, g.paid, g.men, g.men_paid, base, unit, reach, g.hidden))
    return rows


def _sides(grades: Sequence[Grade], women: int, men: int) -> tuple[Any, Any]:
    return (([(g.women, g.paid) for g in grades], women), ([(g.men, g.men_paid) for g in grades], men))


def _gap_row(
    kpi: str, group: str, women: int, paid: float, men: int, men_paid: float, base: int, unit: str, reach: float, hidden: bool
) -> dict[str, Any]:
    printed, theirs = round_pay(pd.Series([paid, men_paid])).tolist()
    gap = float(round_gap(pd.Series([(theirs - printed) / theirs])).iloc[0])
    return a_row(
        kpi, group, unit, numerator=_near(women, base), denominator=_near(men, base), value=gap, reference_value=theirs,
        lower=gap - reach, upper=gap + reach, rounded=base > 1, hidden=hidden,
    )  # fmt: skip


def _near(count: int, base: int) -> float:
    return float(int(count / base + 0.5) * base)


def a_release(rows: Sequence[Mapping[str, Any]], *kpis: KpiSummary, off_by: int = 2) -> Report:
    """A report of these rows and no others."""
    contents = contents_with(*kpis, off_by=off_by)
    frame = pd.DataFrame(list(rows))[list(ESTIMATE_COLUMNS)]
    return Report(contents, issued(frame, contents.provenance), Request())


def contents_with(*kpis: KpiSummary, off_by: int = 2) -> Contents:
    plain = some_contents()
    return replace(
        plain,
        kpis={k.id: k for k in kpis},
        periods={k.id: (BEFORE, DAY) for k in kpis},
        dimensions={**plain.dimensions, "grade": GRADE, "sex": SEX},
        certificates=tuple({**plain.certificates[0], "dataset": d, "off_by": off_by} for d in ("hr", "pay", "movers")),
    )


class StoreWith(MemoryStore):
    """The usual council, with further KPIs and their rows."""

    def __init__(self, rows: Sequence[Mapping[str, Any]], *kpis: KpiSummary) -> None:
        own = contents_with(*kpis)
        plain = some_contents()
        both = replace(own, kpis={**plain.kpis, **own.kpis}, periods={**plain.periods, **own.periods})
        super().__init__({RELEASE: both})
        made = some_cells(plain)
        others = made[~made["kpi"].isin(list(own.kpis))]
        self.frame = pd.concat([others, pd.DataFrame(list(rows))[list(ESTIMATE_COLUMNS)]], ignore_index=True)

    def read(self, request: Request, viewer: Viewer) -> Report:
        self.reads += 1
        return a_report(request, self.contents(request.release, viewer), self.frame)
