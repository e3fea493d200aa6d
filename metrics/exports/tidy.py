"""A report's cells in the columns that every file uses: one row per KPI, unit, group and period."""

from __future__ import annotations

import pandas as pd

from metrics.report import Report

FIXED = ("release", "kpi", "period_start", "period_end")
FIGURES = ("numerator", "denominator", "value", "lower", "upper", "benchmark", "target", "gap", "ratio", "status", "marker")


def tidy(report: Report) -> pd.DataFrame:
    """Text and numbers only; shares from 0 to 1; a hidden figure is empty with its marker, never 0.

    `unit` and each dimension hold ids, and `unit_name` and `<dimension>_label` the words. A dimension that no row is split
    by has no column; an empty cell in one means everyone.
    """
    contents, cells = report.contents, report.cells.reset_index(drop=True)
    out = pd.DataFrame(
        {"release": report.provenance.release, "synthetic": "yes" if report.provenance.synthetic else "no"}, index=cells.index
    )
    out["kpi"] = cells["kpi"].astype(str)
    out["kpi_title"] = [contents.kpis[k].title for k in out["kpi"]]
    for column in ("period_start", "period_end"):
        out[column] = pd.to_datetime(cells[column]).dt.strftime("%Y-%m-%d")
    out["unit"] = cells["unit"].astype(str)
    out["unit_name"] = [contents.units[u].name if u in contents.units else u for u in out["unit"]]
    split = [dict(part.split("=", 1) for part in str(group).split(";") if part) for group in cells["group"]]
    for id, dimension in contents.dimensions.items():
        if any(id in s for s in split):
            labels = {c: label for c, label, _ in dimension.categories}
            out[id] = [s.get(id, "") for s in split]
            out[f"{id}_label"] = [labels.get(s.get(id, ""), "") for s in split]
    for column in FIGURES:
        out[column] = cells[column].astype(str) if column in ("status", "marker") else pd.to_numeric(cells[column], errors="coerce")
    return out.sort_values(["kpi", "unit", "period_end"], kind="stable", ignore_index=True)
