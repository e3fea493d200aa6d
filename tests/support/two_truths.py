"""Councils that show the same and are not the same: what is hidden, and what rounding hides, differs; nothing that is shown does.

Every difference is an exchange between people who stand together in every set that is shown: a woman of the third group and a
man of the fourth change groups, four hidden cells lose or gain one, and no sum of two of them changes. A third council differs
in what is shown as well.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Literal

from metrics.ingest.ingest import ingest_files
from metrics.sources.engine import open_source
from tests.support.tiny_council import SETTINGS, SEX, TinyCouncil

FIRST, LAST = date(2025, 3, 31), date(2026, 3, 31)
Truth = Literal["one", "other", "visible"]
ORGANISATION = """\
unit,name,parent,level,valid_from,valid_to,successor
twinford,Twinford Council,,council,,,
housing,Housing,twinford,directorate,,,
parks,Parks,twinford,directorate,,,
streets,Streets,twinford,directorate,,,
"""
DISCLOSURE = """\
profiles:
  leadership: {title: Leadership}
  public: {title: The public, council: round, minimum_base: 10, pay_minimum: 20}
audiences: {leadership: leadership, public: public}
"""
ETHNICITY = """\
title: Ethnic group
protected_characteristic: true
sensitive: true
categories:
  - {id: amber, label: Amber}
  - {id: blue, label: Blue}
  - {id: coral, label: Coral}
  - {id: dune, label: Dune}
  - {id: not_known, label: Not known, known: false}
"""
BENCHMARK = """\
title: Residents
population: All residents
source: A census
date: 2021-03-21
value: 24.0
dimension: ethnicity
by_category: {amber: 40.0, blue: 30.0, coral: 12.0, dune: 18.0}
"""
DATASET = """\
title: Staff records
grain: person
person_id: Id
unit: {from: Directorate}
columns:
  sex: {from: Sex}
  ethnicity: {from: Ethnicity}
  hours: {from: Hours, type: number, minimum: 0, maximum: 1, empty: reject}
  pay: {from: Pay, type: money, empty: reject}
populations:
  everyone: {title: All staff (headcount)}
"""
MINORITY, KNOWN = {"ethnicity": ["coral", "dune"]}, {"ethnicity": "known"}
WOMEN, MEN = {"sex": ["female"]}, {"sex": ["male"]}
SHARE = {"unit": "percent", "numerator": MINORITY, "denominator": KNOWN}
GROWING = {"baseline": {"date": "2024-03-31", "value": 9}, "milestones": [{"date": "2027-03-31", "value": 30}]}
TARGET = {"target": GROWING, "benchmark": "residents", "headline": True}
NO_GAP = {"polarity": "closer_to_target", "target": {"milestones": [{"date": "2027-03-31", "value": 0}], "within": 2}, "headline": True}
ORDER = {"first": "women", "second": "men", "to": "be of a minority", "above_one_is_worse_for": "second"}
BY_UNIT = [["directorate"]]
CROSSED = [["sex"], ["ethnicity"], ["sex", "ethnicity"], ["directorate"]]
KPIS: dict[str, dict[str, object]] = {
    "WF01": {"title": "Staff", "measure": {"type": "count", "unit": "people"}, "polarity": "contextual",
             "breakdowns": [*CROSSED, ["directorate", "ethnicity"]], "benchmark": "residents"},
    "WF02": {"title": "Full-time equivalents", "measure": {"type": "fte", "unit": "fte", "column": "hours"}, "polarity": "contextual",
             "breakdowns": BY_UNIT},
    "WR01": {"title": "Minority staff", "measure": {"type": "proportion", **SHARE}, "breakdowns": [["sex"], *BY_UNIT], **TARGET},
    "DR01": {"title": "Staff whose ethnic group is known", "headline": True, "breakdowns": BY_UNIT,
             "measure": {"type": "proportion", "unit": "percent", "numerator": KNOWN}},
    "RI01": {"title": "Minority staff against residents", "measure": {"type": "representation_index", **SHARE, "unit": "ratio"},
             "breakdowns": [["sex"], *BY_UNIT], "benchmark": "residents", "polarity": "closer_to_target"},
    "PP01": {"title": "Minority women beside minority men", "breakdowns": BY_UNIT, "polarity": "closer_to_target",
             "measure": {"type": "percentage_point_gap", "unit": "percentage_points", "numerator": MINORITY,
                         "denominator": {**KNOWN, **WOMEN}, "reference_group": {**KNOWN, **MEN}}},
    "RL01": {"title": "Minority, women over men", "breakdowns": BY_UNIT, "polarity": "closer_to_target",
             "measure": {"type": "relative_likelihood", "unit": "ratio", "numerator": MINORITY, "denominator": {**KNOWN, **WOMEN},
                         "reference_group": {**KNOWN, **MEN}, "order": ORDER}},
    "PY01": {"title": "Median pay", "measure": {"type": "median", "unit": "pounds", "column": "pay"}, "polarity": "contextual",
             "breakdowns": CROSSED},
    "PY02": {"title": "Mean pay", "measure": {"type": "mean", "unit": "pounds", "column": "pay"}, "polarity": "contextual",
             "breakdowns": CROSSED},
    "PG01": {"title": "Mean gender pay gap", "breakdowns": [["ethnicity"], *BY_UNIT], **NO_GAP,
             "measure": {"type": "pay_gap_mean", "unit": "percent", "column": "pay", "numerator": WOMEN, "reference_group": MEN}},
    "PG02": {"title": "Median gender pay gap", "breakdowns": [["ethnicity"], *BY_UNIT], **NO_GAP,
             "measure": {"type": "pay_gap_median", "unit": "percent", "column": "pay", "numerator": WOMEN, "reference_group": MEN}},
}  # fmt: skip
STAFF = {
    # directorate, sex, ethnicity to how many; at the council 3 Coral women hide 12 Coral men, and 11 and 14 of Dune
    ("housing", "female", "amber"): 81, ("housing", "male", "amber"): 60, ("parks", "female", "amber"): 39, ("parks", "male", "amber"): 40,
    ("housing", "female", "blue"): 31, ("housing", "male", "blue"): 40, ("parks", "female", "blue"): 49, ("parks", "male", "blue"): 50,
    ("housing", "female", "coral"): 3, ("housing", "male", "coral"): 12, ("housing", "female", "dune"): 11, ("housing", "male", "dune"): 14,
    ("housing", "female", "not_known"): 45, ("parks", "male", "not_known"): 46, ("streets", "female", "amber"): 3,
    ("streets", "male", "blue"): 4,
}  # fmt: skip


@dataclass(frozen=True)
class Person:
    unit: str
    sex: str
    ethnicity: str
    hours: float
    pay: int


def staff(truth: Truth) -> list[Person]:
    people = [
        Person(*cell, hours=(1.0, 1.0, 0.6)[n % 3], pay=22_000 + 700 * ((n * n + len("".join(cell))) % 37))
        for cell, many in STAFF.items()
        for n in range(many)
    ]
    people = _equally_paid(people)
    if truth == "other":
        people = _exchanged(people)
    if truth == "visible":
        people += [Person("housing", "male", "blue", 1.0, 78_000)] * 14 + [Person("parks", "female", "coral", 1.0, 21_000)] * 60
    return people


CORNERS = [("housing", sex, group) for sex in ("female", "male") for group in ("coral", "dune")]
MOVING = [("housing", "female", "coral"), ("housing", "male", "dune"), ("housing", "female", "amber"), ("parks", "female", "blue")]
"""Whoever comes first of each changes places with the next or the one before, and is paid alike and works the same hours."""


LOW, HIGH = 23_500, 61_900


def _first(people: Sequence[Person], cell: tuple[str, str, str]) -> int:
    return next(i for i, p in enumerate(people) if (p.unit, p.sex, p.ethnicity) == cell)


def _last(people: Sequence[Person], cell: tuple[str, str, str]) -> int:
    return max(i for i, p in enumerate(people) if (p.unit, p.sex, p.ethnicity) == cell)


def _equally_paid(people: list[Person]) -> list[Person]:
    found = list(people)
    for cell in MOVING:
        found[_first(people, cell)] = replace(people[_first(people, cell)], pay=33_000, hours=1.0)
    here = _last(found, ("streets", "female", "amber"))
    found[here] = replace(found[here], pay=41_300, hours=0.25)
    return _with_corner_pay(found, (LOW, HIGH, HIGH, LOW))


def _exchanged(people: list[Person]) -> list[Person]:
    """Pay of the corners by two amounts, counts of them by one, the directorates of two people whom rounding hides, and pay and hours
    of two women in directorates whose pay and hours are hidden."""
    people = _with_corner_pay(people, (HIGH, LOW, LOW, HIGH))
    found = list(people)
    for cell, other in (MOVING[:2], MOVING[2:]):
        mine, theirs = _first(people, cell), _first(people, other)
        name = "ethnicity" if cell[0] == other[0] else "unit"
        found[mine] = replace(people[mine], **{name: getattr(people[theirs], name)})
        found[theirs] = replace(people[theirs], **{name: getattr(people[mine], name)})
    here, there = _last(people, ("streets", "female", "amber")), _last(people, ("parks", "female", "amber"))
    found[here] = replace(people[here], pay=people[there].pay, hours=people[there].hours)
    found[there] = replace(people[there], pay=people[here].pay, hours=people[here].hours)
    return found


def _with_corner_pay(people: list[Person], pay: tuple[int, int, int, int]) -> list[Person]:
    """The last of each corner is paid so: what two corners have together is the same either way."""
    found = list(people)
    for cell, paid in zip(CORNERS, pay, strict=True):
        found[_last(people, cell)] = replace(people[_last(people, cell)], pay=paid)
    return found


def _a_year_before(truth: Truth) -> list[Person]:
    """Without some men who stand in no exchange, and without those who are there to be seen."""
    cells = [(p.unit, p.sex, p.ethnicity) for p in staff("one")]
    came = [i for i, cell in enumerate(cells) if cell == ("housing", "male", "amber")][-2:]
    return [p for i, p in enumerate(staff(truth)[: len(cells)]) if i not in came]


def found(folder: Path, truth: Truth) -> TinyCouncil:
    """The council with two days of figures, published."""
    config = folder / "config"
    for name in ("dimensions", "datasets", "kpis", "benchmarks"):
        (config / name).mkdir(parents=True)
    plain = {
        "settings.yaml": SETTINGS.replace("Littlewick Town", "Twinford"),
        "organisation.csv": ORGANISATION,
        "disclosure.yaml": DISCLOSURE,
    }
    plain |= {
        "disclosure.yaml": DISCLOSURE,
        "dimensions/sex.yaml": SEX,
        "dimensions/ethnicity.yaml": ETHNICITY,
        "datasets/staff.yaml": DATASET,
    }
    plain |= {"benchmarks/residents.yaml": BENCHMARK, **{f"kpis/{id}-figure.yaml": json.dumps(_kpi(kpi)) for id, kpi in KPIS.items()}}
    for name, text in plain.items():
        (config / name).write_text(text, encoding="utf-8")
    council = TinyCouncil(folder)
    council.settings.data_folder.mkdir(exist_ok=True)
    for day, people in ((FIRST, _a_year_before(truth)), (LAST, staff(truth))):
        path = folder / f"staff-{day}.csv"
        with path.open("w", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(["Id", "Directorate", "Sex", "Ethnicity", "Hours", "Pay"])
            rows.writerows([i, p.unit, p.sex, p.ethnicity, p.hours, p.pay] for i, p in enumerate(people))
        with open_source(council.settings.workforce_url, read_only=False) as source:
            ingest_files(council.configuration, "staff", [path], day, source, council.settings.private_folder)
    council.refresh()
    return council


def _kpi(told: dict[str, object]) -> dict[str, object]:
    return {
        "why_it_matters": "It says who works here.", "owner": "hr", "review": {"last": "2026-04-01", "next": "2099-04-01"},
        "dataset": "staff", "population": "everyone", "period": {"grain": "year"}, "polarity": "higher", **told,
    }  # fmt: skip
