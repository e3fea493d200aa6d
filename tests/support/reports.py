"""Plausible releases of an invented council, made in memory: every state a page must be able to show.

Figures come from smooth curves and a fixed seed, so pictures and tests stay the same from run to run. Nothing here
goes through the real pipeline: pages, charts and exports are tried on what a release may hold, not on one release.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pandas as pd

from metrics.access.viewer import Viewer
from metrics.definitions.waterfall import WATERFALL
from metrics.errors import NotPublished
from metrics.releases.draft import ReleaseSummary
from metrics.report import (
    ESTIMATE_COLUMNS,
    Contents,
    DatasetSummary,
    DimensionSummary,
    KpiSummary,
    LoadSummary,
    Provenance,
    Report,
    Request,
    UnitSummary,
    issued,
)

RELEASE = "2026-05-21"
EARLIER = "2026-02-12"
QUARTERS = tuple(
    date(y, m, d) for y in range(2022, 2027) for m, d in ((3, 31), (6, 30), (9, 30), (12, 31)) if date(y, m, d) <= date(2026, 3, 31)
)
YEARS = tuple(d for d in QUARTERS if d.month == 3)

UNITS = (
    ("alderbourne", "Alderbourne City Council", None, "council", 0, 9400),
    ("adults", "Adult Social Care", "alderbourne", "directorate", 1, 2140),
    ("adults_home", "Home care", "adults", "service", 2, 900),
    ("adults_commissioning", "Commissioning", "adults", "service", 2, 240),
    ("adults_social_work", "Social work", "adults", "service", 2, 1000),
    ("children", "Children and Families", "alderbourne", "directorate", 1, 2310),
    ("children_early", "Early help", "children", "service", 2, 1310),
    ("children_care", "Children in care", "children", "service", 2, 1000),
    ("operations", "City Operations", "alderbourne", "directorate", 1, 2860),
    ("street", "Street scene", "operations", "service", 2, 980),
    ("street_collection", "Waste collection", "street", "team", 3, 620),
    ("street_cleansing", "Street cleansing", "street", "team", 3, 360),
    ("highways", "Highways", "operations", "service", 2, 420),
    ("regulation", "Regulation and enforcement", "operations", "service", 2, 330),
    ("parks", "Parks", "operations", "service", 2, 310),
    ("libraries", "Libraries and neighbourhoods", "operations", "service", 2, 290),
    ("leisure", "Leisure and culture", "operations", "service", 2, 190),
    ("bereavement", "Bereavement", "operations", "service", 2, 120),
    ("registration", "Registration", "operations", "service", 2, 95),
    ("parking", "Parking", "operations", "service", 2, 85),
    ("safety", "Community safety", "operations", "service", 2, 40),
    ("place", "Place, Prosperity and Sustainability", "alderbourne", "directorate", 1, 690),
    ("place_planning", "Planning", "place", "service", 2, 300),
    ("place_property", "Property", "place", "service", 2, 390),
    ("strategy", "Strategy, Equality and Partnerships", "alderbourne", "directorate", 1, 410),
)
SIZE = {u[0]: u[5] for u in UNITS}
DEPTH = {u[0]: u[4] for u in UNITS}

DIMENSIONS = {
    "sex": ("Sex", False, (("female", "Women", True), ("male", "Men", True))),
    "ethnicity_5": (
        "Ethnic group",
        False,
        (
            ("asian", "Asian", True),
            ("black", "Black", True),
            ("mixed", "Mixed", True),
            ("white", "White", True),
            ("other", "Other", True),
            ("not_known", "Not known", False),
        ),
    ),
    "disability": (
        "Disability",
        False,
        (("disabled", "Disabled", True), ("not_disabled", "Not disabled", True), ("not_declared", "Not declared", False)),
    ),
    "grade_band": ("Grade", True, (("g1", "Grades 1 to 3", True), ("g4", "Grades 4 to 6", True), ("g7", "Grade 7 and over", True))),
    "deprivation_fifth": (
        "Deprivation of the ward",
        True,
        (("fifth_1", "Most deprived fifth", True), ("fifth_3", "Middle fifth", True), ("fifth_5", "Least deprived fifth", True)),
    ),
    "ward": (
        "Ward",
        False,
        tuple((f"ward_{n:02d}", name, True) for n, name in enumerate(("Alder", "Birch", "Cedar", "Elm", "Hazel", "Oak"), 1)),
    ),
}
WARD_FIFTHS = tuple(
    (f"ward_{n:02d}", fifth) for n, fifth in enumerate(("fifth_1", "fifth_1", "fifth_3", "fifth_3", "fifth_5", "fifth_5"), 1)
)


STEPS = (
    ("headcount", "Everybody in the extract on that day (a row is a person)", ""),
    ("population", "All staff without schools", "Contract: Casual"),
    ("conditions", "Everyone asked about", ""),
    ("known", "Whose answers are known", "Ethnic group: not known"),
    ("paid", "With hourly pay on record", "No hourly pay on record"),
    ("counted", "Counted", ""),
)
CERTIFICATE = {
    "dataset": "hr", "period_end": "2026-03-31", "audience": "leadership", "profile": "leadership", "blocks": 3, "cells": 1458,
    "exact": 134, "rounded": 1312, "primary": 1, "secondary": 11, "coarsened": 0, "shown_by_level": {"0": 0.9853, "1": 0.995, "2": 0.992},
    "recovered": 0, "narrowest": 42, "required": 4, "pay_recovered": 0, "seconds": 2.0, "narrowest_rounded": 2, "required_rounded": 2,
    "zeros_hidden": False, "passed": True,
}  # fmt: skip
"""What `metrics.disclosure.shown.Certificate.as_dict` gives."""


def some_sources() -> dict[str, DatasetSummary]:
    """Two datasets: one that a quarter's extract is missing of, one that was never loaded."""
    loads = tuple(
        LoadSummary(d.isoformat(), d.isoformat(), 11_200 if d.year > 2022 else None, "none" if d.month > 3 else "fewer than 5", True)
        for d in reversed(QUARTERS)
    )
    return {
        "hr": DatasetSummary("hr", "Staff records", "HR system", True, True, "quarter", "2026-06-30", "2022-03-31", 17, 190_000, loads),
        "pay": DatasetSummary("pay", "Pay records", "Payroll", False, True, "year", None, None, 0, None, ()),
    }


def as_an_older_release(kpi: KpiSummary) -> KpiSummary:
    """Without what releases did not say at first."""
    later = ("steps", "review", "profile_title", "profile_rule", "population_rule", "owner_title", "priority_title", "numerator_words")
    plain = {f.name: f.default for f in fields(KpiSummary)}
    return replace(kpi, **{name: plain[name] for name in (*later, "example_heads", "example_rows", "example_gives")})


@dataclass(frozen=True)
class Recipe:
    """How one KPI's curve runs: from `start` by `step` a year; each unit is moved by its own offset times `spread`."""

    summary: KpiSummary
    start: float
    step: float
    base: float = 0.9
    everyone: float = 1.0
    spread: float = 0.05
    by: tuple[str, ...] = ()


def a_kpi(id: str = "WR01", title: str = "Ethnic minorities in the workforce", **changes: Any) -> KpiSummary:
    """One KPI summary; `changes` replace any field."""
    plain: dict[str, Any] = {
        "id": id,
        "title": title,
        "short_title": title,
        "why_it_matters": "A workforce that reflects residents designs services they can use.",
        "owner": "Workforce analytics",
        "corporate_priority": "A fair employer",
        "topic": "workforce",
        "dataset": "hr",
        "source": "Staff records",
        "population": "all staff without schools",
        "who": "ethnic minority staff, of staff whose ethnicity is known",
        "measure": "proportion",
        "unit": "percent",
        "interval": "wilson",
        "column": None,
        "grain": "quarter",
        "polarity": "higher",
        "breakdowns": ("service", "ethnicity_5", "directorate+ethnicity_5", "grade_band"),
        "target": (("2022-03-31", 0.30), ("2026-03-31", 0.355), ("2030-03-31", 0.40)),
        "has_baseline": True,
        "within": None,
        "status_rule": "interval",
        "benchmark_title": None,
        "benchmark_source": None,
        "benchmark_illustrative": False,
        "benchmark_by_group": {},
        "framework": (),
        "headline": True,
        "series_breaks": (),
        "notes": ("Casual and agency workers are left out.",),
        "fingerprint": "a1b2c3d4",
        "sql": "SELECT unit, count(*) AS n\nFROM ds_hr\nWHERE as_at = :as_at\nGROUP BY unit",
        "numerator_words": "“Asian” or “Black” or “Mixed” or “Other”",
        "denominator_words": "known ethnic group",
        "population_rule": "Counted: Contract: Permanent or Fixed term. Left out: Contract: Casual.",
        "steps": STEPS,
        "owner_title": "Workforce Analytics",
        "priority_title": "A fair employer",
        "review": ("2025-04-01", "2026-04-01"),
        "profile_title": "Leadership and directorates",
        "profile_rule": "Counts of 1 to 4 are hidden.",
        "benchmark_population": "Everybody who lives in the city",
        "example_heads": ("Contract", "Ethnic group"),
        "example_rows": (("Permanent", "Asian"), ("Permanent", "White"), ("Permanent", "Not known")),
        "example_gives": (("numerator", 1.0), ("denominator", 2.0), ("value", 50.0)),
    }
    return KpiSummary(**{**plain, **changes})


def recipes() -> dict[str, Recipe]:
    gap = {
        "measure": "pay_gap_median",
        "interval": "bootstrap",
        "dataset": "pay",
        "source": "Pay records",
        "grain": "year",
        "polarity": "closer_to_target",
        "column": "hourly_pay",
        "breakdowns": ("directorate", "grade_band"),
        "population": "full-pay staff without schools",
    }
    made = (
        Recipe(
            a_kpi(
                "SL01",
                "Ethnic minorities in senior grades",
                asks=("Ethnic group",),
                short_title="Ethnic minorities, senior",
                target=(("2022-03-31", 0.21), ("2024-03-31", 0.25), ("2026-03-31", 0.295), ("2030-03-31", 0.38)),
                who="ethnic minority staff in senior grades, of senior staff whose ethnicity is known",
                population="senior staff without schools",
                breakdowns=("directorate", "sex"),
            ),
            0.209,
            0.008,
            base=0.12,
            everyone=0.0437 / 0.36,
            spread=0.10,
            by=("sex",),
        ),
        Recipe(
            a_kpi(
                "WR01",
                "Ethnic minorities in the workforce",
                asks=("Ethnic group",),
                short_title="Ethnic minorities, all staff",
                benchmark_title="Residents aged 16 to 64",
                benchmark_source="Census 2021",
                benchmark_illustrative=True,
            ),
            0.304,
            0.015,
            base=0.88,
            spread=0.06,
            by=("sex", "grade_band"),
        ),
        Recipe(
            a_kpi(
                "WR05",
                "Staff in each ethnic group",
                asks=("Ethnic group",),
                headline=False,
                who="staff in the group, of staff whose ethnicity is known",
                polarity="contextual",
                target=(),
                has_baseline=False,
                breakdowns=("ethnicity_5", "directorate+ethnicity_5"),
                benchmark_title="Residents aged 16 to 64",
                benchmark_source="Census 2021",
                benchmark_by_group={
                    "ethnicity_5=asian": 0.31,
                    "ethnicity_5=black": 0.109,
                    "ethnicity_5=mixed": 0.048,
                    "ethnicity_5=white": 0.486,
                    "ethnicity_5=other": 0.045,
                },
            ),
            1.0,
            0.0,
            base=0.88,
            spread=0.0,
            by=("ethnicity_5",),
        ),
        Recipe(
            a_kpi(
                "WR03",
                "Staff who say they are disabled",
                asks=("Disability",),
                short_title="Disabled staff",
                who="disabled staff, of staff who said whether they are disabled",
                target=(("2022-03-31", 0.061), ("2027-03-31", 0.12)),
                breakdowns=("service", "ethnicity_5"),
            ),
            0.066,
            0.006,
            base=0.71,
            spread=0.02,
            by=("ethnicity_5",),
        ),
        Recipe(
            a_kpi(
                "DQ03",
                "Staff who said whether they are disabled",
                declares="Disability",
                short_title="Disability declared",
                who="staff who said whether they are disabled, of all staff",
                breakdowns=("service",),
                target=(("2022-03-31", 0.35), ("2026-03-31", 0.70), ("2030-03-31", 0.90)),
            ),
            0.36,
            0.09,
            base=1.0,
            spread=0.08,
        ),
        Recipe(
            a_kpi(
                "RI01",
                "Ethnic minorities compared with residents",
                asks=("Ethnic group",),
                short_title="Representation index",
                headline=False,
                measure="representation_index",
                unit="ratio",
                interval="delta",
                polarity="closer_to_target",
                target=(("2022-03-31", 0.60), ("2030-03-31", 1.0)),
                breakdowns=("directorate",),
                benchmark_title="Residents aged 16 to 64",
            ),
            0.61,
            0.03,
            base=0.88,
            spread=0.1,
        ),
        Recipe(
            a_kpi(
                "HC01",
                "Staff employed",
                headline=False,
                measure="count",
                unit="people",
                interval="none",
                polarity="contextual",
                target=(),
                has_baseline=False,
                who="everyone employed",
                breakdowns=("service",),
            ),
            9900.0,
            -120.0,
            base=1.0,
            spread=0.0,
        ),
        Recipe(
            a_kpi(
                "PG02",
                "Median gender pay gap",
                asks=("Sex",),
                who="women's middle hourly pay compared with men's",
                within=0.01,
                target=(("2022-03-31", 0.0), ("2030-03-31", 0.0)),
                has_baseline=False,
                **gap,
            ),
            0.016,
            -0.002,
            base=0.95,
            spread=0.03,
            by=("grade_band",),
        ),
        Recipe(
            a_kpi(
                "PG07",
                "Median ethnicity pay gap",
                asks=("Ethnic group",),
                who="ethnic minority staff's middle hourly pay compared with White staff's",
                target=(("2022-03-31", 0.10), ("2026-03-31", 0.05), ("2029-03-31", 0.03)),
                **gap,
            ),
            0.10,
            -0.009,
            base=0.86,
            spread=0.03,
            by=("grade_band",),
        ),
        Recipe(
            a_kpi(
                "PG10",
                "Median disability pay gap",
                asks=("Disability",),
                who="disabled staff's middle hourly pay compared with other staff's",
                headline=False,
                target=(("2024-03-31", 0.039), ("2029-03-31", 0.01)),
                **gap,
            ),
            0.045,
            -0.003,
            base=0.71,
            spread=0.02,
            by=("grade_band",),
        ),
        Recipe(
            a_kpi(
                "CO01",
                "People from different backgrounds get on well together",
                short_title="People get on well together",
                topic="cohesion",
                headline=False,
                dataset="residents_survey",
                source="Residents’ survey",
                population="adults who gave an opinion",
                who="adults who agree, of adults who gave an opinion",
                grain="year",
                breakdowns=("deprivation_fifth", "disability", "ethnicity_5", "ward"),
                rows_are="responses",
                steps=(),
                target=(("2022-03-31", 0.70), ("2030-03-31", 0.80)),
            ),
            0.70,
            0.008,
            base=1.0,
            everyone=0.25,
            spread=0.05,
            by=("deprivation_fifth", "disability", "ethnicity_5", "ward"),
        ),
        Recipe(
            a_kpi(
                "HC21",
                "Offences with a third-party report",
                short_title="Reported through a third party",
                topic="safety",
                headline=False,
                dataset="offences",
                source="Police extract",
                population="recorded offences",
                who="offences reported through a third party, of recorded offences",
                polarity="contextual",
                breakdowns=(),
                rows_are="offences",
                steps=(),
                target=(),
                has_baseline=False,
            ),
            0.07,
            0.01,
            base=1.0,
            everyone=0.05,
            spread=0.01,
        ),
        Recipe(
            a_kpi(
                "EN02",
                "Feedback published within twelve weeks",
                topic="engagement",
                headline=False,
                dataset="consultations",
                source="Consultations",
                population="closed consultations",
                who="consultations with feedback within twelve weeks, of closed consultations",
                breakdowns=(),
                rows_are="consultations",
                steps=(),
                target=(("2022-03-31", 0.50), ("2030-03-31", 0.90)),
            ),
            0.52,
            0.04,
            base=1.0,
            everyone=0.01,
            spread=0.01,
        ),
    )
    return {r.summary.id: r for r in made}


def some_contents(release: str = RELEASE, synthetic: bool = True, withdrawn: str | None = None, **kpis: KpiSummary) -> Contents:
    """Everything but figures. `kpis` replace those of the usual set."""
    made = {id: r.summary for id, r in recipes().items()}
    return Contents(
        provenance=Provenance(
            release=release,
            published_at=datetime(2026, 5, 21, 9, 30, tzinfo=UTC),
            council="Alderbourne City Council",
            synthetic=synthetic,
            currency="£",
            data_dates={"Staff records": "2026-03-31", "Pay records": "2026-03-31"},
            definition_version="3f9a2c71d0e4",
            audience="leadership",
            profile="leadership",
            withdrawn=withdrawn,
            disclosure_note="Counts of 1 to 4 are hidden, and counts below council level are rounded to 5.",
        ),
        kpis={**made, **kpis},
        units={id: UnitSummary(id, name, parent, level, depth) for id, name, parent, level, depth, _ in UNITS},
        dimensions={
            id: DimensionSummary(id, title, ordered, categories, *(("deprivation_fifth", WARD_FIFTHS) if id == "ward" else ()))
            for id, (title, ordered, categories) in DIMENSIONS.items()
        },
        periods={id: YEARS if s.grain == "year" else QUARTERS for id, s in made.items()},
        certificates=(CERTIFICATE,),
        other_certificates=({**CERTIFICATE, "audience": "public", "exact": 0, "rounded": 1446},),
        sources=some_sources(),
        waiting=(("LD01", "Leaders with an equality objective", "No extract of “Appraisals” has been loaded."),),
    )


def some_cells(contents: Contents, seed: int = 7) -> pd.DataFrame:
    """Rows for every KPI, unit, group and period, with hidden, withheld, unclear, missed and reached among them."""
    rng = np.random.default_rng(seed)
    rows: list[dict[str, Any]] = []
    for id, recipe in recipes().items():
        kpi = contents.kpis[id]
        deepest = 1 if "service" not in kpi.breakdowns else 3
        for unit in contents.units.values():
            if unit.depth > deepest:
                continue
            offset = 0.0 if unit.depth == 0 else float(rng.normal(0, recipe.spread))
            groups = [""] + [f"{d}={c}" for d in recipe.by for c, _, known in DIMENSIONS[d][2] if known and unit.depth <= 1]
            for group in groups:
                tilt = 0.0 if not group else float(rng.normal(0, recipe.spread or 0.05))
                weight = (
                    1.0
                    if not group
                    else {"asian": 0.18, "black": 0.12, "mixed": 0.04, "white": 0.64, "other": 0.02}.get(group.split("=")[1], 0.4)
                )
                for n, day in enumerate(contents.periods[id]):
                    wobble = float(rng.normal(0, 0.002)) if kpi.unit == "percent" else 0.0
                    value = recipe.start + recipe.step * (day - contents.periods[id][0]).days / 365.25 + offset + tilt + wobble
                    if kpi.id == "WR05":
                        if not group:
                            continue
                        value = max(weight + offset, 0.01)
                        weight_here = 1.0
                    else:
                        weight_here = weight
                    rows.append(_row(recipe, kpi, unit.id, group, day, n, value, weight_here))
    frame = pd.DataFrame(rows).reindex(columns=list(ESTIMATE_COLUMNS))
    for column in ("period_start", "period_end"):
        frame[column] = pd.to_datetime(frame[column])
    return _with_changes(frame)


def some_steps(contents: Contents) -> pd.DataFrame:
    """Waterfalls of the whole council, a row per step; how many have pay is hidden where pay is asked for."""
    rows = []
    for kpi in contents.kpis.values():
        left: dict[str, float | None] = {"headcount": 9850.0, "population": 9400.0, "known": 8272.0}
        left |= {"paid": None} if kpi.column else {}
        for day in contents.periods[kpi.id]:
            for step, people in left.items():
                hidden = people is None
                rows.append(
                    {
                        "kpi": kpi.id, "breakdown": WATERFALL, "unit": "alderbourne", "group": f"step={step}", "period_start": day,
                        "period_end": day, "numerator": people, "denominator": 9850.0, "value": None if hidden else people / 9850,
                        "status": "hidden" if hidden else "no_target", "marker": "[c]" if hidden else "", "movement": "", "rounded": False,
                        "note": "hidden" if hidden else "",
                    }
                )  # fmt: skip
    frame = pd.DataFrame(rows).reindex(columns=list(ESTIMATE_COLUMNS))
    for column in ("period_start", "period_end"):
        frame[column] = pd.to_datetime(frame[column])
    return frame.astype({"numerator": float, "denominator": float, "value": float})


def path_at(kpi: KpiSummary, day: date) -> float | None:
    if not kpi.target:
        return None
    days = [date.fromisoformat(d).toordinal() for d, _ in kpi.target]
    return float(np.interp(day.toordinal(), days, [v for _, v in kpi.target]))


def _row(recipe: Recipe, kpi: KpiSummary, unit: str, group: str, day: date, n: int, value: float, weight: float) -> dict[str, Any]:
    everyone = round(SIZE[unit] * recipe.everyone * weight / 5) * 5 if DEPTH[unit] else round(SIZE[unit] * recipe.everyone * weight)
    known = recipe.base if not (kpi.id == "WR03" and unit == "operations") else 0.58
    known = min(1.0, (known if kpi.id != "SL01" else 0.94) - 0.02 * (16 - n) / 16)
    base = round(everyone * known / 5) * 5 if DEPTH[unit] else round(everyone * known)
    status, marker = "no_target", ""
    half = 0.0 if kpi.unit == "people" else (0.9 / max(base, 1) ** 0.5)
    half = min(half, abs(value) * 0.6 + 0.004)
    target = path_at(kpi, day) if not group else None
    if kpi.measure == "count":
        value = float(round(SIZE[unit] + recipe.step * (day - QUARTERS[-1]).days / 365.25 * SIZE[unit] / 9400))
        base = everyone = int(value)
    if kpi.polarity == "contextual":
        status = "context"
    elif target is not None:
        status = _status(kpi, value, half, target, day)
    if known < 0.6 and kpi.id != "DQ03":
        status, marker = "withheld", "[w]"
    elif (
        base * min(max(value, 0.01), 1) < 5
        or (unit == "safety" and kpi.id in {"WR01", "WR03"})
        or (group == "ethnicity_5=other" and unit != "alderbourne")
    ):
        status, marker = "hidden", "[c]"
    shown = marker == ""
    return {
        "kpi": kpi.id,
        "breakdown": _breakdown(kpi, unit, group),
        "unit": unit,
        "group": group,
        "period_start": day,
        "period_end": day,
        "numerator": (round(base * (0.55 if kpi.measure.startswith("pay_gap") else value)) if kpi.unit == "percent" else base)
        if shown
        else None,
        "denominator": round(base * (0.45 if kpi.measure.startswith("pay_gap") else 1)) if shown or marker == "[w]" else None,
        "value": value if shown else None,
        "lower": value - half if shown and half else None,
        "upper": value + half if shown and half else None,
        "benchmark": kpi.benchmark_by_group.get(group) if shown else None,
        "target": target,
        "gap": None,
        "ratio": None,
        "status": status,
        "marker": marker,
        "everyone": everyone if shown or marker == "[w]" else None,
        "declared": known if recipe.base < 1 and (shown or marker == "[w]") else None,
        "bound_low": value * known if shown and recipe.base < 1 and kpi.unit == "percent" and not kpi.measure.startswith("pay") else None,
        "bound_high": value * known + 1 - known
        if shown and recipe.base < 1 and kpi.unit == "percent" and not kpi.measure.startswith("pay")
        else None,
        "reference_value": None,
        "rounded": DEPTH[unit] > 0,
        "note": "",
    }


def _breakdown(kpi: KpiSummary, unit: str, group: str) -> str:
    levels = next((b for b in kpi.breakdowns if b in {"directorate", "service"}), "") if DEPTH[unit] else ""
    return "+".join(filter(None, [levels, group.split("=")[0]]))


def _status(kpi: KpiSummary, value: float, half: float, target: float, day: date) -> str:
    if kpi.polarity == "closer_to_target":
        goal = kpi.target[-1][1]
        aim = kpi.within if kpi.within is not None else abs(target - goal)
        away, low = abs(value - goal), max(abs(value - goal) - half, 0.0)
        if away <= (kpi.within or 0.0):
            return "reached"
        passed = any(date.fromisoformat(d) == day for d, _ in kpi.target[1:])
        return "on_path" if away <= aim else ("unclear" if low <= aim else ("missed" if passed else "off_path"))
    if value >= kpi.target[-1][1]:
        return "reached"
    return "on_path" if value >= target else ("unclear" if value + half >= target else "off_path")


def _with_changes(frame: pd.DataFrame) -> pd.DataFrame:
    """Against the same day a year before; `movement` says whether that change is clear of its range."""
    keys = ["kpi", "unit", "group"]
    before = frame[[*keys, "period_end", "value", "lower"]].copy()
    before["period_end"] = before["period_end"] + pd.DateOffset(years=1)
    joined = frame.merge(before, on=[*keys, "period_end"], how="left", suffixes=("", "_before"))
    change = joined["value"].astype(float) - joined["value_before"].astype(float)
    half = (
        (joined["value"].astype(float) - joined["lower"].astype(float)) ** 2
        + (joined["value_before"].astype(float) - joined["lower_before"].astype(float)) ** 2
    ) ** 0.5
    half = half.fillna(0.0) * 0.5
    frame["change"], frame["change_lower"], frame["change_upper"] = change, change - half, change + half
    frame["movement"] = np.select(
        [joined["value"].isna(), change.isna(), change - half > 0, change + half < 0], ["", "first", "up", "down"], "unclear"
    )
    return frame


def a_report(request: Request | None = None, contents: Contents | None = None, cells: pd.DataFrame | None = None) -> Report:
    """What a store would hand out for a request."""
    contents = contents or some_contents()
    frame = some_cells(contents) if cells is None else cells
    request = request or Request()
    if request.breakdowns == (WATERFALL,):
        if not any(k.steps for k in contents.kpis.values()):
            raise NotPublished("waterfall: not published")
        frame = some_steps(contents)
    wanted = pd.Series(True, index=frame.index)
    for column, values in (("kpi", request.kpis), ("unit", request.units), ("breakdown", request.breakdowns)):
        if values is not None:
            wanted &= frame[column].isin(values)
    if request.period_ends is not None:
        wanted &= frame["period_end"].isin(pd.to_datetime(list(request.period_ends)))
    return Report(contents, issued(frame[wanted].reset_index(drop=True), contents.provenance), request)


class MemoryStore:
    """Answers as a release store does, from the factories."""

    def __init__(self, releases: Mapping[str, Contents] | None = None) -> None:
        first = some_contents()
        self.releases = (
            dict(releases)
            if releases is not None
            else {
                RELEASE: first,
                EARLIER: replace(
                    first,
                    provenance=replace(first.provenance, release=EARLIER, published_at=datetime(2026, 2, 12, tzinfo=UTC)),
                    kpis={k: as_an_older_release(v) for k, v in first.kpis.items()},
                    periods={k: tuple(d for d in v if d < date(2026, 3, 31)) for k, v in first.periods.items()},
                    sources={},
                    waiting=(),
                ),
            }
        )
        self.reads = 0

    def contents(self, release: str | None, viewer: Viewer) -> Contents:
        if not self.releases:
            raise NotPublished("No release has been published yet.")
        if release is not None and release not in self.releases:
            raise NotPublished(f"There is no release {release!r}.")
        return self.releases[release or next(iter(self.releases))]

    def read(self, request: Request, viewer: Viewer) -> Report:
        self.reads += 1
        return a_report(request, self.contents(request.release, viewer))

    def few_moved(self, release: str, viewer: Viewer) -> tuple[date, int] | None:
        return (self.contents(release, viewer).latest, 7) if viewer.audience == "leadership" else None

    def list_releases(self) -> tuple[ReleaseSummary, ...]:
        return tuple(
            ReleaseSummary(p.release, p.published_at, p.council, p.synthetic, p.definition_version, 1, 1, 1, None, None, None, p.withdrawn)
            for p in (c.provenance for c in self.releases.values())
        )
