"""The demo council's people over seventeen quarter ends: who joins, moves up, answers and leaves. Every person is invented.

People persist: a change between two snapshots is somebody joining, leaving, being promoted or answering a question, never a
new draw. Only uniform draws and plain arithmetic are used, so that two machines make the same people from the same seed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from metrics.demo.council import (
    CASUAL_WORKERS,
    DECLARED,
    DECLARED_MORE,
    DIRECTORATES,
    GRADE_MIX,
    GRADES,
    MINORITY_2022,
    SECOND_POSTS,
    SENIOR_FROM,
    SERVICES,
    quarter_ends,
)

SEED = 20260331
QUARTERS = len(quarter_ends()) - 1

MINORITY = {
    "bangladeshi": 70, "chinese": 22, "indian": 190, "pakistani": 205, "other_asian": 42,
    "african": 88, "caribbean": 150, "other_black": 28,
    "white_and_asian": 22, "white_and_black_african": 10, "white_and_black_caribbean": 55, "other_mixed": 24,
    "arab": 30, "other_ethnic_group": 44,
}  # fmt: skip
"""In a thousand ethnic minority staff."""
WHITE = {"white_british": 908, "irish": 42, "gypsy_or_irish_traveller": 2, "roma": 2, "other_white": 46}
FAITH_MINORITY = {"christian": 30, "muslim": 36, "sikh": 11, "hindu": 8, "buddhist": 1, "other_religion": 2, "no_religion": 12}
FAITH_WHITE = {
    "christian": 51,
    "no_religion": 44,
    "muslim": 0.6,
    "buddhist": 0.5,
    "jewish": 0.4,
    "hindu": 0.1,
    "sikh": 0.1,
    "other_religion": 2,
}
ORIENTATION = {"straight": 952, "gay_or_lesbian": 24, "bisexual": 18, "other_orientation": 6}
IDENTITY = {"same": 993, "different": 7}

# How likely somebody is to stand in each grade, against a colleague: the disparities that the dashboard has to show.
MINORITY_BY_GRADE = np.array([1.45, 1.32, 1.05, 0.82, 0.68, 0.52, 0.42, 0.32, 0.24])
MINORITY_HIRED_BY_GRADE = np.array([0.82, 0.92, 1.04, 1.18, 1.20, 1.00, 0.84, 0.68, 0.50])
STEEPER = {"city_operations": 1.9, "corporate_resources": 0.7}
"""Directorates in which ethnic minority staff stand lower, or less low, than elsewhere."""
WOMEN_BY_GRADE = np.array([1.20, 1.13, 1.03, 0.96, 0.88, 0.78, 0.68, 0.58, 0.48])
DISABLED_BY_GRADE = np.array([1.22, 1.16, 1.02, 0.92, 0.84, 0.76, 0.70, 0.65, 0.60])

BLANK, ANSWERED, PREFERS_NOT = 0, 1, 2


@dataclass
class People:
    """Everybody who ever worked here, a column each; `here` says who does now."""

    columns: dict[str, np.ndarray]
    size: int = 0

    @classmethod
    def room_for(cls, most: int) -> People:
        whole = (
            "service",
            "second",
            "team",
            "grade",
            "grade_since",
            "born",
            "started",
            "ethnicity",
            "faith",
            "orientation",
            "identity",
            "legacy",
            "extra",
            "ahead",
            "fte",
        )
        flags = ("here", "woman", "minority", "disabled", "casual", "temporary")
        columns = {name: np.zeros(most, dtype=np.int64) for name in whole}
        columns |= {name: np.zeros(most, dtype=bool) for name in flags}
        columns |= {f"answer_{name}": np.zeros(most, dtype=np.int8) for name in DECLARED}
        return cls(columns)

    def __getitem__(self, name: str) -> Any:
        return self.columns[name][: self.size]

    def add(self, many: int) -> np.ndarray:
        """Places of new people, who are here from now on."""
        places = np.arange(self.size, self.size + many)
        self.size += many
        self.columns["here"][places] = True
        return places

    def set(self, places: np.ndarray, **values: object) -> None:
        for name, value in values.items():
            self.columns[name][places] = value


SERVICE_WOMEN = np.array([s.women for s in SERVICES])
SERVICE_MINORITY = np.array([s.minority for s in SERVICES])
SERVICE_DIRECTORATE = np.array([DIRECTORATES.index(s.directorate) for s in SERVICES])
SERVICE_MIX = np.array([[g / sum(GRADE_MIX[s.work]) for g in GRADE_MIX[s.work]] for s in SERVICES])
SERVICE_TEAMS = np.array([len(s.teams) for s in SERVICES])


def service_sizes(step: int) -> np.ndarray:
    """How many people each service should have at a quarter end; sizes move in a straight line to today's."""
    before = 1 - step / QUARTERS
    return np.array([max(5, round(s.people / (1 + s.growth) * before + s.people * (1 - before))) for s in SERVICES])


def minority_share(service: int, step: int) -> float:
    return float(SERVICE_MINORITY[service] * (MINORITY_2022 + (1 - MINORITY_2022) * step / QUARTERS))


def minority_by_grade(service: int, weights: np.ndarray) -> np.ndarray:
    steeper = STEEPER.get(SERVICES[service].directorate, 1.0)
    return np.maximum(1 + ((MINORITY_BY_GRADE if steeper > 1 else weights) - 1) * steeper, 0.05)


def pick(rng: np.random.Generator, weights: dict[str, float] | dict[str, int], many: int) -> np.ndarray:
    total = sum(weights.values())
    return rng.choice(len(weights), size=many, p=[w / total for w in weights.values()])


class Simulation:
    """Runs the council from its opening position, a quarter at a time."""

    def __init__(self, seed: int = SEED) -> None:
        self.rng = np.random.default_rng(seed)
        self.people = People.room_for(40_000)
        self.days = quarter_ends()
        self.open()

    def open(self) -> None:
        """Everybody at 31 March 2022."""
        rng = self.rng
        for service, many in enumerate(service_sizes(0)):
            grade = np.sort(rng.choice(len(GRADES), size=many, p=SERVICE_MIX[service]))
            places = self.people.add(int(many))
            self.people.set(places, service=service, grade=grade)
            self.choose(places, "woman", round(SERVICE_WOMEN[service] * many), WOMEN_BY_GRADE[grade])
            self.choose(places, "minority", round(minority_share(service, 0) * many), minority_by_grade(service, MINORITY_BY_GRADE)[grade])
            self.choose(places, "disabled", round(0.072 * many + rng.random() - 0.5), DISABLED_BY_GRADE[grade])
            tenure = (rng.random(many) * rng.random(many) * 9000).astype(int) + 30
            self.describe(places, tenure, opening=True)
        self.hire_casuals(CASUAL_WORKERS, 0)
        self.answer(0, np.arange(self.people.size), settle=True)

    def choose(self, places: np.ndarray, what: str, many: int, weights: np.ndarray) -> None:
        if many > 0:
            chosen = self.rng.choice(places, size=min(many, len(places)), replace=False, p=weights / weights.sum())
            self.people.set(chosen, **{what: True})

    def describe(self, places: np.ndarray, tenure: np.ndarray, step: int = 0, opening: bool = False) -> None:
        """Everything about new people that does not depend on their post."""
        rng, people, many = self.rng, self.people, len(places)
        minority = people.columns["minority"][places]
        today = self.days[step].toordinal()
        age = (
            18 + 44 * (rng.random(many) + rng.random(many)) / 2
            if opening
            else 18 + 42 * rng.random(many) * (0.35 + 0.65 * rng.random(many))
        ) * 365
        age = np.maximum(age, 17 * 365 + tenure)
        minority_kind = pick(rng, MINORITY, many)
        white_kind = pick(rng, WHITE, many)
        part_time = rng.random(many) < np.where(people.columns["woman"][places], 0.46, 0.16)
        service = people.columns["service"][places]
        second = rng.random(many) < SECOND_POSTS
        people.set(
            places,
            born=today - age.astype(int),
            started=today - tenure,
            grade_since=today - (tenure * rng.random(many)).astype(int),
            ethnicity=np.where(minority, minority_kind, len(MINORITY) + white_kind),
            faith=np.where(minority, pick(rng, FAITH_MINORITY, many), len(FAITH_MINORITY) + pick(rng, FAITH_WHITE, many)),
            orientation=pick(rng, ORIENTATION, many),
            identity=pick(rng, IDENTITY, many),
            fte=np.where(part_time | second, rng.choice([50, 60, 60, 80], size=many), 100),
            second=np.where(second, rng.integers(0, len(SERVICES), size=many), -1),
            team=rng.integers(0, 1_000_000, size=many) % np.maximum(SERVICE_TEAMS[service], 1),
            legacy=rng.random(many) < 0.8,
            ahead=rng.integers(0, 4, size=many),
            extra=np.where(rng.random(many) < 0.45, rng.integers(5, 90, size=many), 0),
            temporary=rng.random(many) < np.where(tenure < 730, 0.16, 0.02),
        )

    def hire_casuals(self, many: int, step: int) -> None:
        rng = self.rng
        open_to = [i for i, s in enumerate(SERVICES) if s.work in ("manual", "care") and s.id != s.directorate]
        places = self.people.add(many)
        woman, minority = rng.random(many) < 0.62, rng.random(many) < 0.44
        self.people.set(places, service=rng.choice(open_to, size=many), casual=True, woman=woman, minority=minority)
        self.people.set(places, grade=rng.integers(0, 2, size=many))
        self.describe(places, (rng.random(many) * 80).astype(int) + 1, step)
        self.people.set(places, second=-1, fte=20)
        self.newcomers_answer(places, step)

    def declared_share(self, what: str, step: int) -> np.ndarray:
        """Share of each directorate's people whose answer should be known by now."""
        first, last = DECLARED[what]
        more = np.array([DECLARED_MORE[d] for d in DIRECTORATES]) * (0.5 if what == "ethnicity" else 1)
        return np.minimum(first + (last - first) * step / QUARTERS + more, 0.98)

    def answer(self, step: int, places: np.ndarray, settle: bool = False) -> None:
        """Some who had not answered now do, as many as bring their directorate to its share."""
        people, rng = self.people, self.rng
        directorate = SERVICE_DIRECTORATE[people.columns["service"][places]]
        for what in DECLARED:
            state = people.columns[f"answer_{what}"]
            wanted = self.declared_share(what, step)
            known = np.array([(state[places[directorate == d]] == ANSWERED).mean() for d in range(len(DIRECTORATES))])
            chance = np.maximum(0, (wanted - known) / np.maximum(1 - known, 0.01))[directorate]
            draw = rng.random(len(places))
            newly = (state[places] != ANSWERED) & (draw < chance)
            if settle:
                state[places[~newly & (rng.random(len(places)) < 0.18)]] = PREFERS_NOT
            state[places[newly]] = ANSWERED

    def newcomers_answer(self, places: np.ndarray, step: int) -> None:
        """New starters answer more often than those who were here before."""
        directorate = SERVICE_DIRECTORATE[self.people.columns["service"][places]]
        for what in DECLARED:
            chance = np.minimum(self.declared_share(what, step) + 0.08, 0.98)[directorate]
            draw = self.rng.random(len(places))
            state = np.where(draw < chance, ANSWERED, np.where(draw < chance + 0.3 * (1 - chance), PREFERS_NOT, BLANK))
            self.people.set(places, **{f"answer_{what}": state})

    def quarter(self, step: int) -> None:
        """One quarter: leavers, the chain of promotions that fills their posts, starters, and answers."""
        people, rng, today = self.people, self.rng, self.days[step].toordinal()
        age, tenure = (today - people["born"]) / 365.25, (today - people["started"]) / 365.25
        chance = np.where(age >= 62, 0.065, np.where(tenure < 1, 0.040, 0.024)) * np.where(people["minority"], 1.08, 1.0)
        chance = np.where(people["casual"], 0.16, chance)
        leaving = people["here"] & ((rng.random(people.size) < chance) | (age > 72))
        people.set(np.flatnonzero(leaving), here=False)
        posts = pd.Series(people["grade"][leaving & ~people["casual"]]).groupby(people["service"][leaving & ~people["casual"]])
        vacant = {int(service): list(grades) for service, grades in posts}
        for service, wanted in enumerate(service_sizes(step)):
            self.fill(service, int(wanted), vacant.get(service, []), step)
        self.hire_casuals(CASUAL_WORKERS - int((people["here"] & people["casual"]).sum()), step)
        became = people["here"] & (rng.random(people.size) < 0.0006)
        people.set(np.flatnonzero(became), disabled=True)
        self.answer(step, np.flatnonzero(people["here"]))

    def fill(self, service: int, wanted: int, vacant: list[int], step: int) -> None:
        people, rng = self.people, self.rng
        staff = np.flatnonzero(people["here"] & ~people["casual"] & (people["service"] == service))
        need = wanted - len(staff)
        if need < len(vacant):
            vacant = [int(g) for g in rng.permutation(vacant)[: max(need, 0)]]
        else:
            vacant = [*map(int, vacant), *map(int, rng.choice(len(GRADES), size=need - len(vacant), p=SERVICE_MIX[service]))]
        entry = np.array([self.promote_into(staff, grade, step) for grade in sorted(vacant, reverse=True)], dtype=int)
        if len(entry):
            self.hire(service, entry, staff, wanted, step)

    def promote_into(self, staff: np.ndarray, grade: int, step: int) -> int:
        """Fills a post from the grade below where it can, and that post in turn; returns the grade left for a starter."""
        people, rng, today = self.people, self.rng, self.days[step].toordinal()
        while grade > 0 and rng.random() < (0.45 if grade < SENIOR_FROM else 0.6):
            grades, since = people.columns["grade"][staff], people.columns["grade_since"][staff]
            ready = staff[(grades == grade - 1) & (since < today - 365)]
            if len(ready) == 0:
                break
            progress = step / QUARTERS
            weights = np.where(people.columns["woman"][ready], 1.25, 1.0) * np.where(people.columns["disabled"][ready], 0.7, 1.0)
            weights = weights * np.where(people.columns["minority"][ready], 1.1 + 1.4 * progress, 1.0)
            promoted = rng.choice(ready, p=weights / weights.sum())
            people.set(np.array([promoted]), grade=grade, grade_since=today)
            grade -= 1
        return grade

    def hire(self, service: int, grades: np.ndarray, staff: np.ndarray, wanted: int, step: int) -> None:
        people, rng, many = self.people, self.rng, len(grades)
        women = (SERVICE_WOMEN[service] * wanted - people.columns["woman"][staff].sum()) / many
        minority = (minority_share(service, step) * wanted - people.columns["minority"][staff].sum()) / many
        tilt = minority_by_grade(service, MINORITY_HIRED_BY_GRADE)[grades]
        places = people.add(many)
        people.set(
            places,
            service=service,
            grade=grades,
            woman=rng.random(many) < np.clip(women * (0.5 + 0.5 * WOMEN_BY_GRADE[grades]), 0.02, 0.98),
            minority=rng.random(many) < np.clip(minority * tilt, 0.03, 0.95),
            disabled=rng.random(many) < 0.125 * DISABLED_BY_GRADE[grades],
        )
        self.describe(places, (rng.random(many) * 85).astype(int) + 1, step)
        self.newcomers_answer(places, step)

    def snapshots(self) -> Iterator[tuple[date, pd.DataFrame]]:
        """Every quarter end in turn, with everybody who is here."""
        for step, day in enumerate(self.days):
            if step:
                self.quarter(step)
            yield day, self.staff(day)

    def staff(self, day: date) -> pd.DataFrame:
        people = self.people
        frame = pd.DataFrame({name: people[name].copy() for name in people.columns})
        frame["number"] = np.arange(people.size)
        frame["age"] = ((day.toordinal() - frame["born"]) // 365.25).astype(int)
        return frame[frame["here"]].reset_index(drop=True)
