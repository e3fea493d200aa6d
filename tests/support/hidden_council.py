"""A council most of whose hidden counts have five digits, through the real road: rows, ingest, refresh, release.

A count is hidden not only when it is small: all but three of 12,360 people in a group, everybody who is no apprentice where three
people are, a group that would give another one away, a base under the audience's minimum, another directorate's staff. So each
hidden number here is one that a search can find, and no number that is shown is like it.
"""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from metrics.definitions.configuration import Configuration
from metrics.definitions.load import load_configuration
from metrics.settings import Settings, load_settings

FIRST, LAST = date(2025, 3, 31), date(2026, 3, 31)
PUBLISHED = {FIRST: datetime(2025, 5, 20, 9, 0, tzinfo=UTC), LAST: datetime(2026, 5, 19, 9, 0, tzinfo=UTC)}

SETTINGS = """\
council: Thornbeck Borough Council
synthetic: true
teams: {hr: Human resources}
corporate_priorities: {fair: A fair employer}
"""
ORGANISATION = """\
unit,name,parent,level,valid_from,valid_to,successor
thornbeck,Thornbeck Borough Council,,council,,,
housing,Housing,thornbeck,directorate,,,
lettings,Lettings,housing,service,,,
repairs,Repairs,housing,service,,,
parks,Parks,thornbeck,directorate,,,
works,Works,thornbeck,directorate,,2025-09-30,streets
lighting,Lighting,thornbeck,directorate,,2025-09-30,streets
streets,Streets,thornbeck,directorate,2025-10-01,,
"""
DISCLOSURE = """\
profiles:
  leadership: {title: Leadership, council: suppress, below_council: suppress}
  public: {title: The public, council: round, below_council: round, rounding_base: 10, minimum_base: 11000, pay_minimum: 20}
audiences: {leadership: leadership, public: public}
"""
DIMENSIONS = {
    "disability": """\
title: Disability
protected_characteristic: true
categories:
  - {id: disabled, label: Disabled}
  - {id: not_disabled, label: Not disabled}
  - {id: not_known, label: Not known, known: false}
""",
    "sex": """\
title: Sex
protected_characteristic: true
categories:
  - {id: female, label: Women}
  - {id: male, label: Men}
""",
    "contract": """\
title: Contract
categories:
  - {id: core, label: Core staff}
  - {id: apprentice, label: Apprentices}
""",
    "grade": """\
title: Grade
ordered: true
categories:
  - {id: crew, label: Crew}
  - {id: officer, label: Officers}
  - {id: chief, label: Chief officers}
""",
}
DATASETS = {
    "returns": """\
title: Yearly return
unit: {from: Unit}
answers:
  column: disability
  from: {Disabled: disabled, Not disabled: not_disabled, Not known: not_known}
populations:
  everyone: {title: Everyone in the return, where: {}}
""",
    "hr": """\
title: Staff records
grain: person
person_id: Id
unit: {from: Unit}
columns:
  sex: {from: Sex}
  contract: {from: Contract}
  grade: {from: Grade}
  hours: {from: Hours, type: number, minimum: 0, maximum: 1, empty: reject}
  pay: {from: Pay, type: money, empty: reject}
populations:
  staff: {title: All staff (headcount)}
""",
    "movers": "title: Joiners and leavers\nflows: {from: hr, every: year}\n",
}
FLOW = {"grain": "year", "kind": "during"}
KPIS: dict[str, dict[str, object]] = {
    "WR03": {
        "title": "Disabled people", "topic": "services", "dataset": "returns", "measure": {
            "type": "proportion", "unit": "percent", "numerator": {"disability": ["disabled"]}, "denominator": {"disability": "known"},
        }, "breakdowns": [["directorate"], ["service"]], "headline": True,
        "target": {"milestones": [{"date": "2027-03-31", "value": 60}]},
    },
    "DR02": {
        "title": "People whose disability is known", "dataset": "returns", "measure": {
            "type": "proportion", "unit": "percent", "numerator": {"disability": "known"},
        }, "breakdowns": [["directorate"]], "headline": True,
    },
    "WF01": {
        "title": "Staff", "topic": "residents", "dataset": "hr", "measure": {"type": "count", "unit": "people"},
        "breakdowns": [["contract"], ["sex"], ["directorate"]], "polarity": "contextual", "headline": True,
    },
    "WF02": {
        "title": "Women among core staff", "dataset": "hr", "measure": {
            "type": "proportion", "unit": "percent", "numerator": {"sex": ["female"]}, "denominator": {"contract": ["core"]},
        },
    },
    "WF03": {
        "title": "Full-time equivalents", "dataset": "hr", "measure": {"type": "fte", "unit": "fte", "column": "hours"},
        "breakdowns": [["directorate"]], "polarity": "contextual",
    },
    "WF05": {
        "title": "Joiners", "dataset": "movers", "period": FLOW, "polarity": "contextual",
        "measure": {"type": "count", "unit": "people", "numerator": {"joined_or_left": ["joined"]}},
        "breakdowns": [["directorate"], ["contract"], ["sex"]],
    },
    "WF06": {
        "title": "Leavers", "dataset": "movers", "period": FLOW, "polarity": "contextual",
        "measure": {"type": "count", "unit": "people", "numerator": {"joined_or_left": ["left"]}},
        "breakdowns": [["contract"], ["sex"]],
    },
    "WF07": {
        "title": "Turnover", "dataset": "movers", "period": FLOW, "polarity": "contextual",
        "measure": {"type": "turnover", "unit": "percent"}, "breakdowns": [["sex"]],
    },
    "PG01": {
        "title": "Mean gender pay gap", "dataset": "hr", "measure": {
            "type": "pay_gap_mean", "unit": "percent", "column": "pay", "numerator": {"sex": ["female"]},
            "reference_group": {"sex": ["male"]},
        }, "breakdowns": [["grade"], ["directorate"]], "polarity": "closer_to_target", "headline": True,
        "target": {"milestones": [{"date": "2027-03-31", "value": 0}], "within": 2},
    },
    "PG02": {
        "title": "Median gender pay gap", "dataset": "hr", "measure": {
            "type": "pay_gap_median", "unit": "percent", "column": "pay", "numerator": {"sex": ["female"]},
            "reference_group": {"sex": ["male"]},
        }, "breakdowns": [["directorate"]], "polarity": "closer_to_target",
        "target": {"milestones": [{"date": "2027-03-31", "value": 0}], "within": 2},
    },
    "PY01": {
        "title": "Median pay", "dataset": "hr", "measure": {"type": "median", "unit": "pounds", "column": "pay"},
        "breakdowns": [["grade"], ["sex"]], "polarity": "contextual",
    },
    "PY02": {
        "title": "Mean pay", "dataset": "hr", "measure": {"type": "mean", "unit": "pounds", "column": "pay"},
        "breakdowns": [["grade"], ["directorate"]], "polarity": "contextual",
    },
}  # fmt: skip
RETURNS = {
    # unit: disabled, not disabled, not known; three people who are not disabled hide 12,357 who are, and those hide others
    FIRST: {
        "lettings": (13_907, 12_143, 11_587), "repairs": (10_739, 14_251, 12_911), "parks": (13_183, 12_689, 10_477),
        "works": (12_473, 11_279, 10_133), "lighting": (11_863, 14_461, 10_891),
    },
    LAST: {
        "lettings": (14_153, 12_541, 11_027), "repairs": (10_861, 13_109, 12_227), "parks": (12_357, 3, 14_029),
        "streets": (17_389, 10_651, 13_763),
    },
}  # fmt: skip
HIDDEN = {
    12_357: "disabled people of Parks: all but three of those who answered",
    26_199: "core staff: everybody but three apprentices",
    23_788: "core staff among joiners",
    21_474: "core staff among leavers",
}
"""Counts that no audience may be shown, whatever else is hidden for their sake, and what they are."""
HIDDEN_FROM_THE_PUBLIC = {
    26_202: "staff, rounded to 26,200",
    11_877: "staff of Housing, rounded or hidden",
    50_664: "people of Housing whose disability is known, rounded to 50,660",
}
ROLES = {
    "Admin": {"title": "Dashboard administrator", "audience": "leadership", "pages": "all", "units": "all", "administrator": True},
    "Lead": {"title": "Senior leadership", "audience": "leadership", "pages": "all", "units": "all"},
    "Housing": {"title": "Officer of housing", "audience": "leadership", "pages": "all", "units": ["housing"]},
    "Streets": {
        "title": "Officer of streets", "audience": "leadership", "pages": ["overview", "kpi", "directorate", "data_quality"],
        "units": ["streets", "works", "lighting"],
    },
    "Scrutiny": {"title": "Scrutiny committee", "audience": "public", "pages": "all", "units": "all"},
}  # fmt: skip
TENANT = "thornbeck"
GRADES = {"crew": (21_137.41, 11), "officer": (38_219.63, 7), "chief": (71_843.27, 3)}
"""Lowest point of the pay scale, and how many points it has, each 3.1 % above the one before."""
STAY, LEAVE, JOIN = 2_411, 21_477, 23_791
CHIEFS = 7
"""Too few for a pay figure, so that the pay of another grade is hidden for their sake."""


@dataclass(frozen=True)
class Person:
    id: int
    unit: str
    sex: str
    contract: str
    grade: str
    hours: float
    pay: float


@dataclass(frozen=True)
class HiddenCouncil:
    """One folder: `config/`, `data/`, and the files that were loaded in `extracts/`."""

    folder: Path

    @property
    def config(self) -> Path:
        return self.folder / "config"

    @property
    def configuration(self) -> Configuration:
        return load_configuration(self.config)

    @property
    def settings(self) -> Settings:
        return load_settings(self.config, {})

    @classmethod
    def found(cls, folder: Path) -> HiddenCouncil:
        config = folder / "config"
        for name in ("dimensions", "datasets", "kpis", "benchmarks"):
            (config / name).mkdir(parents=True)
        plain = {"settings.yaml": SETTINGS, "organisation.csv": ORGANISATION, "disclosure.yaml": DISCLOSURE}
        plain |= {f"dimensions/{name}.yaml": text for name, text in DIMENSIONS.items()}
        plain |= {f"datasets/{name}.yaml": text for name, text in DATASETS.items()}
        plain |= {f"kpis/{id}-figure.yaml": json.dumps(_kpi(kpi)) for id, kpi in KPIS.items()}  # JSON is YAML too
        access = {"claims": {"person": "oid+tid", "tenant": TENANT}, "session": {"heartbeat_seconds": 600}, "roles": ROLES}
        plain["access.yaml"] = json.dumps(access)
        for name, text in plain.items():
            (config / name).write_text(text, encoding="utf-8")
        council = cls(folder)
        (folder / "extracts").mkdir()
        for day in (FIRST, LAST):
            council._write_extracts(day)
        return council

    def extract(self, dataset: str, day: date) -> Path:
        return self.folder / "extracts" / f"{dataset}-{day}.csv"

    def _write_extracts(self, day: date) -> None:
        with self.extract("returns", day).open("w", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(["Unit", "Disabled", "Not disabled", "Not known"])
            rows.writerows([unit, *numbers] for unit, numbers in RETURNS[day].items())
        with self.extract("hr", day).open("w", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(["Id", "Unit", "Sex", "Contract", "Grade", "Hours", "Pay"])
            rows.writerows([p.id, p.unit, p.sex, p.contract, p.grade, p.hours, f"{p.pay:.2f}"] for p in people(day))


def _kpi(told: dict[str, object]) -> dict[str, object]:
    return {
        "why_it_matters": "It says who works here.", "owner": "hr", "review": {"last": "2026-04-01", "next": "2099-04-01"},
        "population": "everyone" if told["dataset"] == "returns" else "staff", "period": {"grain": "year"}, "polarity": "higher", **told,
    }  # fmt: skip


def people(day: date) -> Iterator[Person]:
    """Everybody of one extract: those who stay are the same on both days; three apprentices on each, who are others on the second."""
    first = STAY + LEAVE
    numbers = range(first) if day == FIRST else [*range(STAY), *range(first, first + JOIN)]
    places = ("lettings", "repairs", "parks", "works", "lighting") if day == FIRST else ("lettings", "repairs", "parks", "streets")
    for number in numbers:
        chance = random.Random(number)
        at = chance.random()
        unit = places[min(int(at * len(places)), len(places) - 1)] if number >= STAY else "parks"
        grade = "chief" if number < CHIEFS else chance.choices(["crew", "officer"], [70, 30])[0]
        lowest, points = GRADES[grade]
        sex = chance.choices(["female", "male"], [55, 45])[0]
        point = chance.randrange(points - (sex == "female" and points > 3))
        contract = "apprentice" if number in (STAY, STAY + 1, STAY + 2, first, first + 1, first + 2) else "core"
        pay = round(lowest * 1.031**point, 2)
        yield Person(100_000_007 + 7 * number, unit, sex, contract, grade, chance.choice([1.0, 1.0, 1.0, 0.8, 0.6, 0.47]), pay)
