"""A council of a few hundred invented people in two directorates, through the real road: files, rows, refresh, release."""

from __future__ import annotations

import csv
import random
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from metrics.access.viewer import Viewer
from metrics.definitions.configuration import Configuration
from metrics.definitions.load import load_configuration
from metrics.ingest.ingest import ingest_files
from metrics.pipeline import RefreshResult, refresh
from metrics.releases.store import ReleaseStore
from metrics.settings import Settings, load_settings
from metrics.sources.engine import open_source

SETTINGS = """\
council: Littlewick Town Council
synthetic: true
teams: {hr: Human resources}
corporate_priorities: {fair: A fair employer}
"""
ORGANISATION = """\
unit,name,parent,level,valid_from,valid_to,successor
littlewick,Littlewick Town Council,,council,,,
housing,Housing,littlewick,directorate,,,
parks,Parks,littlewick,directorate,,,
"""
DISCLOSURE = """\
profiles:
  leadership: {title: Leadership}
  public: {title: The public, council: round, minimum_base: 10, pay_minimum: 20}
audiences: {leadership: leadership, public: public}
"""
SEX = """\
title: Sex
protected_characteristic: true
categories:
  - {id: female, label: Women}
  - {id: male, label: Men}
  - {id: not_known, label: Not known, known: false}
"""
DISABILITY = """\
title: Disability
protected_characteristic: true
sensitive: true
categories:
  - {id: disabled, label: Disabled}
  - {id: not_disabled, label: Not disabled}
  - {id: not_known, label: Not known, known: false}
"""
HR = """\
title: HR extract
grain: person
person_id: Id
unit: {from: Directorate}
columns:
  sex: {from: Sex}
  disability: {from: Disability}
populations:
  everyone: {title: All staff (headcount)}
"""
KPI = """\
title: {title}
why_it_matters: It is what the council is for.
owner: hr
review: {{last: 2026-04-01, next: 2099-04-01}}
dataset: hr
population: everyone
measure:
  type: proportion
  unit: percent
  numerator: {{{column}: [{category}]}}
  denominator: {{{column}: known}}
period: {{grain: quarter}}
breakdowns:
{breakdowns}
polarity: higher
target: {{milestones: [{{date: 2027-03-31, value: {target}}}]}}
worked_example:
  rows: [{{{column}: {category}}}, {{{column}: not_known}}]
  gives: {{numerator: 1, denominator: 1, value: 100.0}}
"""
VIEWER = Viewer("leadership", "command_line")
PUBLISHED_AT = datetime(2026, 7, 21, 9, 0, tzinfo=UTC)


@dataclass(frozen=True)
class TinyCouncil:
    """One council in one folder: `config/` and `data/`."""

    folder: Path

    @classmethod
    def found(cls, folder: Path) -> TinyCouncil:
        council = cls(folder)
        config = council.config
        for name in ("dimensions", "datasets", "kpis", "benchmarks"):
            (config / name).mkdir(parents=True)
        (config / "settings.yaml").write_text(SETTINGS)
        (config / "organisation.csv").write_text(ORGANISATION)
        (config / "disclosure.yaml").write_text(DISCLOSURE)
        (config / "dimensions/sex.yaml").write_text(SEX)
        (config / "dimensions/disability.yaml").write_text(DISABILITY)
        (config / "datasets/hr.yaml").write_text(HR)
        council.define("WR03-disabled", "Disabled staff", "disability", "disabled", ["sex"], ["directorate"])
        return council

    @property
    def config(self) -> Path:
        return self.folder / "config"

    @property
    def configuration(self) -> Configuration:
        return load_configuration(self.config)

    @property
    def settings(self) -> Settings:
        return load_settings(self.config, {})

    @property
    def store(self) -> ReleaseStore:
        return ReleaseStore(self.settings.releases_url)

    def define(self, name: str, title: str, column: str, category: str, *breakdowns: Sequence[str], target: float = 12) -> None:
        listed = "\n".join(f"  - [{', '.join(b)}]" for b in breakdowns)
        text = KPI.format(title=title, column=column, category=category, breakdowns=listed, target=target)
        (self.config / f"kpis/{name}.yaml").write_text(text)

    def load(self, day: date, people: int = 120, seed: int = 0) -> None:
        """An extract of seeded people, loaded."""
        chance = random.Random(f"{day} {seed}")
        rows = []
        for number in range(people):
            sex = chance.choices(["female", "male", "not_known"], [60, 38, 2])[0]
            disability = chance.choices(["disabled", "not_disabled", "not_known"], [15, 75, 10])[0]
            rows.append((number, chance.choice(["Housing", "Housing", "Parks"]), sex, disability))
        self.load_rows(day, rows, self.folder / f"staff-{day}-{seed}.csv")

    def load_rows(self, day: date, rows: Iterable[Sequence[object]], path: Path) -> None:
        """An extract of these people (id, directorate, sex, disability), written to `path` and loaded."""
        with path.open("w", newline="") as file:
            csv.writer(file).writerows([["Id", "Directorate", "Sex", "Disability"], *rows])
        settings = self.settings
        settings.data_folder.mkdir(exist_ok=True)
        with open_source(settings.workforce_url, read_only=False) as source:
            ingest_files(self.configuration, "hr", [path], day, source, settings.private_folder)

    def refresh(self, **options: Any) -> RefreshResult:
        with open_source(self.settings.workforce_url) as source:
            wanted = {"now": PUBLISHED_AT, **options}
            return refresh(self.configuration, self.settings, source=source, store=self.store, **wanted)

    def copy(self, folder: Path) -> TinyCouncil:
        shutil.copytree(self.folder, folder)
        return TinyCouncil(folder)
