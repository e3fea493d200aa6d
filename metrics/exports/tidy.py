"""A report's cells in the columns that every file uses: one row per KPI, unit, group and period."""

from __future__ import annotations

import pandas as pd

from metrics.report import Report, check_issued, scale_of
from metrics.wording.notes import describe_note
from metrics.wording.structure import breaks_between, describe_break
from metrics.wording.values import format_value
from metrics.wording.waterfall import STEP_NAMES

FIXED = ("release", "kpi", "period_start", "period_end")
SAID = ("structure", "made_of", "note")
"""In every file: units as they were, or in today's structure; what a re-cast figure was made of; and what must be said beside a figure."""
WORDS = "value_label"
"""Of awards alone: what the number in `value` means."""
EFFECTIVE = "effective_base"
"""Of weighted surveys alone: how many answers of equal weight would tell as much as the `denominator` answers do."""
FIGURES = ("numerator", "denominator", "value", "lower", "upper", "benchmark", "target", "gap", "ratio", "status", "marker")


def tidy(report: Report) -> pd.DataFrame:
    """Text and numbers only; shares from 0 to 1; a hidden figure is empty with its marker, never 0.

    `unit` and each dimension hold ids, and `unit_name` and `<dimension>_label` the words. A dimension that no row is split
    by has no column; an empty cell in one means everyone. `NotCertified` for what is no report of a release.
    """
    check_issued(getattr(report, "cells", None))
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
    if any("step" in s for s in split):  # of a waterfall
        out["step"] = [s.get("step", "") for s in split]
        out["step_label"] = [STEP_NAMES.get(s.get("step", ""), "") for s in split]
    for id, dimension in contents.dimensions.items():
        if any(id in s for s in split):
            labels = {c: label for c, label, _ in dimension.categories}
            out[id] = [s.get(id, "") for s in split]
            out[f"{id}_label"] = [labels.get(s.get(id, ""), "") for s in split]
    for column in FIGURES:
        out[column] = cells[column].astype(str) if column in ("status", "marker") else pd.to_numeric(cells[column], errors="coerce")
    if any(contents.kpis[k].scale for k in out["kpi"]):
        out[WORDS] = [_step(v, contents.kpis[k].unit) for v, k in zip(out["value"], out["kpi"], strict=True)]
    weighted = out["kpi"].map({k: contents.kpis[k].measure == "survey_proportion" for k in out["kpi"].unique()}).astype(bool)
    if weighted.any():
        out[EFFECTIVE] = pd.to_numeric(cells["reference_value"], errors="coerce").where(weighted)
    out["structure"] = report.request.structure
    out["made_of"] = cells["made_of"].astype(str) if "made_of" in cells else ""
    out["note"] = _notes(report, cells)
    return out.sort_values(["kpi", "unit", "period_end"], kind="stable", ignore_index=True)


def _step(value: float, unit: str) -> str:
    return "" if pd.isna(value) or not scale_of(unit) else format_value(value, unit)


def _notes(report: Report, cells: pd.DataFrame) -> list[str]:
    """Why a figure is empty or to be read with care, and at the first figure after a break, that it is one and why."""
    before = cells.sort_values("period_end").groupby(["kpi", "unit", "breakdown", "group"], sort=False)["period_end"].shift(1)
    told = []
    for row, last in zip(cells.to_dict("records"), before.reindex(cells.index), strict=True):
        words = [describe_note(pd.Series(row), report.contents)] if row["note"] else []
        breaks = report.breaks(str(row["kpi"]), str(row["unit"])) if pd.notna(last) else ()
        parted = breaks_between(breaks, last, row["period_end"])
        words += [f"Not comparable with earlier figures: {describe_break(day, reason)}." for day, reason in parted]
        told.append(" ".join(words))
    return told
