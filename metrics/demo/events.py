"""What happened to the demo council's people in a year: promotions, leavers, cases and courses, a row for each. Every person is invented.

Who moved up or left really did between two snapshots. The rest is drawn apart from the council's people, by uniform draws and plain
arithmetic, so that the same people work there with and without it, and two machines make the same rows from the same seed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

import numpy as np
import pandas as pd

from metrics.demo.council import DIRECTORATES, PAY_DAYS, SERVICES
from metrics.demo.standing import registered_with

EVENT_DAYS = PAY_DAYS[2:]
"""The ends of the years that have a snapshot at their beginning, too."""
EVENTS = tuple((dataset, day) for dataset in ("move", "er", "courses") for day in EVENT_DAYS)
SAME_POST_UP_TO, SAME_POST = 3, 0.95
"""Most steps up to the fourth grade are steps in the same post: regradings, and career grades that a qualification opens."""
SAME_POST_ABOVE = (0.50, 0.15)
"""Above it fewer, of ethnic minority staff more than of others: who moves up in the same post was not chosen for a better one."""
RESIGNED = (0.84, 0.70)
"""Of ethnic minority leavers and of all others, those who resign, where neither age nor the contract is the reason."""
OTHER_REASONS = {"Redundancy": 0.30, "Dismissal": 0.22, "TUPE transfer out": 0.36, "Death in service": 0.06, "": 0.06}
DISCIPLINARY, DISCIPLINARY_RATIO = 0.0095, (2.1, 1.8, 1.5)
"""Chance of a formal case of a White colleague, and how many times as likely ethnic minority staff are to have one, year by year."""
STRICTER = {"city_operations": 1.6}
CAPABILITY, CAPABILITY_RATIO = 0.0060, (3.4, 2.9, 2.4)
"""The same of formal cases of capability, disabled staff against others."""
REFERRED, REFERRED_RATIO = 0.016, (2.2, 2.0, 1.8)
"""Chance of a White registered colleague to be referred to the regulator, and how many times as likely ethnic minority colleagues are."""
INFORMAL = 1.4
"""So many cases are settled informally for each that becomes formal."""
ILL_HEALTH, GRIEVANCE = 0.011, 0.006
COMPLAINTS, COMPLAINTS_GROW = 0.0052, (1.0, 1.2, 1.5)
"""Chance to complain of harassment or discrimination; since the speak-up line opened more do, whatever happens to them."""
COMPLAINTS_RATIO = {"minority": 1.7, "disabled": 2.0, "woman": 1.3}
DISCRIMINATION = 0.34
COURSES, COURSES_RATIO = 0.30, (1.22, 1.15, 1.10)
"""Chance of a course that nobody must take in the middle grade, and how many times as likely White staff are to take one."""
A_GRADE_MORE = 0.025
REQUIRED = 0.03
PLACES, PLACES_RATIO = (84, 92, 100), (0.70, 0.95, 1.20)
"""Places on the programme, and how likely an eligible ethnic minority colleague is to get one, against any other."""
PLACES_DISABLED = (1.0, 1.6, 2.0)
"""The same of disabled colleagues, for whom places have been kept since the second year."""
ELIGIBLE = (3, 4, 5)
"""Places in the list of grades: grades 4 to 6."""
NAMES = ("Managing Projects", "Report Writing", "Data for Everyone", "Coaching Skills", "Mental Health First Aid", "Negotiation")
OF_DIRECTORATE = np.array([DIRECTORATES.index(s.directorate) for s in SERVICES])
REASONS = np.array(list(OTHER_REASONS), dtype=object)


class YearOfEvents:
    """Sees the council at every quarter end, and tells at the end of a year what happened in it."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.quarters: list[tuple[date, pd.DataFrame]] = []

    def see(self, day: date, staff: pd.DataFrame) -> None:
        own = staff[~staff["casual"]].reset_index(drop=True)
        self.quarters = [*self.quarters, (day, own)][-5:]

    def lists(self, day: date) -> Iterator[tuple[str, str, Callable[[], pd.DataFrame]]]:
        """Dataset, name of the file and what makes its rows, at the ends of years."""
        if day in EVENT_DAYS:
            yield "move", "Promotions and leavers", lambda: self.moves(day)
            yield "er", "Cases", lambda: self.cases(day)
            yield "courses", "Courses", lambda: self.courses(day)

    def draws(self, day: date, kind: int) -> np.random.Generator:
        return np.random.default_rng(self.seed + 500 + 10 * EVENT_DAYS.index(day) + kind)

    def everybody(self) -> pd.DataFrame:
        """Whoever was here at any quarter end of the year, once, as last seen; in the order of their numbers."""
        seen = pd.concat([staff for _, staff in self.quarters], ignore_index=True)
        return seen.drop_duplicates("number", keep="last").sort_values("number").reset_index(drop=True)

    def moves(self, day: date) -> pd.DataFrame:
        """A row for each step up and each leaver."""
        rng, first, last = self.draws(day, 0), self.quarters[0][1], self.quarters[-1][1]
        now = last[["number", "grade", "grade_since", "minority"]]
        both = first[["number", "grade"]].merge(now, on="number", suffixes=("_before", ""))
        up = both[both["grade"] > both["grade_before"]].sort_values("number").reset_index(drop=True)
        above = np.where(up["minority"], *SAME_POST_ABOVE)
        same = rng.random(len(up)) < np.where(up["grade"] <= SAME_POST_UP_TO, SAME_POST, above)
        ups = pd.DataFrame(
            {
                "Employee No": employee(up["number"]),
                "Change": np.where(same, "Regrading", "Promotion"),
                "Leaving Reason": "",
                "Effective Date": dates(up["grade_since"].to_numpy() - rng.integers(0, 60, size=len(up))),
            }
        )
        return pd.concat([ups, self.leavers(day, rng)], ignore_index=True)

    def leavers(self, day: date, rng: np.random.Generator) -> pd.DataFrame:
        """Who was here at some quarter end of the year and is not at its last one."""
        seen = self.everybody()
        gone = seen[~seen["number"].isin(self.quarters[-1][1]["number"])].reset_index(drop=True)
        chance, other = rng.random(len(gone)), rng.random(len(gone))
        retired = (gone["age"] >= 60) & (chance < 0.75)
        ended = gone["temporary"] & (chance < 0.55)
        resigned = chance < np.where(gone["minority"], *RESIGNED)
        others = REASONS[np.minimum((other[:, None] > np.cumsum(list(OTHER_REASONS.values()))).sum(axis=1), len(REASONS) - 1)]
        reason = np.select([retired, ended, resigned], ["Retirement", "End of fixed term", "Resignation"], others)
        return pd.DataFrame(
            {
                "Employee No": employee(gone["number"]),
                "Change": "Leaver",
                "Leaving Reason": reason,
                "Effective Date": in_year(day, rng.random(len(gone))),
            }
        )

    def cases(self, day: date) -> pd.DataFrame:
        """A row for each case; somebody may have several."""
        rng, people, year = self.draws(day, 1), self.everybody(), EVENT_DAYS.index(day)
        directorate = np.array([STRICTER.get(d, 1.0) for d in DIRECTORATES])[OF_DIRECTORATE[people["service"]]]
        disciplinary = DISCIPLINARY * directorate * np.where(people["minority"], DISCIPLINARY_RATIO[year], 1.0)
        capability = CAPABILITY * np.where(people["disabled"], CAPABILITY_RATIO[year], 1.0)
        complaints = COMPLAINTS * COMPLAINTS_GROW[year] * np.ones(len(people))
        for who, times in COMPLAINTS_RATIO.items():
            complaints = complaints * np.where(people[who], times, 1.0)
        registered = registered_with(people) != ""
        referred = REFERRED * registered * np.where(people["minority"], REFERRED_RATIO[year], 1.0)
        kinds = (
            ("Disciplinary", "Formal", disciplinary),
            ("Disciplinary", "Informal", disciplinary * INFORMAL),
            ("Capability - performance", "Formal", capability),
            ("Capability - performance", "Informal", capability * INFORMAL),
            ("Capability - ill health", "Formal", np.full(len(people), ILL_HEALTH)),
            ("Harassment or bullying", "Formal", complaints * (1 - DISCRIMINATION)),
            ("Discrimination", "Formal", complaints * DISCRIMINATION),
            ("Grievance - other", "Informal", np.full(len(people), GRIEVANCE)),
            ("Regulator referral", "Formal", referred),
        )
        found = pd.concat([self._case(people, day, rng, *kind) for kind in kinds], ignore_index=True)
        found = found.sort_values(["day", "number"], kind="stable").reset_index(drop=True)
        return pd.DataFrame(
            {
                "Case No": "C" + (day.year * 10_000 + np.arange(len(found))).astype(str).astype(object),
                "Employee No": employee(found["number"]),
                "Case Type": found["kind"],
                "Stage": found["stage"],
                "Opened": dates(found["day"].to_numpy()),
            }
        )

    def _case(self, people: pd.DataFrame, day: date, rng: np.random.Generator, kind: str, stage: str, chance: np.ndarray) -> pd.DataFrame:
        chosen = people[rng.random(len(people)) < chance]
        opened = day.toordinal() - (rng.random(len(chosen)) * 365).astype(int)
        return pd.DataFrame({"number": chosen["number"].to_numpy(), "kind": kind, "stage": stage, "day": opened})

    def courses(self, day: date) -> pd.DataFrame:
        """A row for each place on a course; the leadership programme takes in colleagues of the grades below the senior ones."""
        rng, people, year = self.draws(day, 2), self.everybody(), EVENT_DAYS.index(day)
        chance = (COURSES + A_GRADE_MORE * (people["grade"].to_numpy() - 3)) / np.where(people["minority"], COURSES_RATIO[year], 1.0)
        taken, again, required = (rng.random(len(people)) for _ in range(3))
        places = (
            (people[taken < chance], "Development"),
            (people[again < chance * 0.2], "Development"),
            (people[required < REQUIRED], "Required"),
            (self._programme(year, rng), "Leadership programme"),
        )
        found = pd.concat([who[["number"]].assign(kind=kind) for who, kind in places], ignore_index=True)
        named = np.array(NAMES, dtype=object)[rng.integers(0, len(NAMES), size=len(found))]
        names = np.select([found["kind"] == "Leadership programme", found["kind"] == "Required"], ["Next Step", "Safe Working"], named)
        return pd.DataFrame(
            {
                "Employee No": employee(found["number"]),
                "Course": names,
                "Course Type": found["kind"],
                "Start Date": in_year(day, rng.random(len(found))),
            }
        )

    def _programme(self, year: int, rng: np.random.Generator) -> pd.DataFrame:
        """Who gets a place, of those who were eligible when the year began and are still here."""
        first, last = self.quarters[0][1], self.quarters[-1][1]
        eligible = first[first["grade"].isin(ELIGIBLE) & first["number"].isin(last["number"])]
        weight = np.where(eligible["minority"], PLACES_RATIO[year], 1.0) * np.where(eligible["disabled"], PLACES_DISABLED[year], 1.0)
        return eligible.iloc[np.sort(rng.choice(len(eligible), size=PLACES[year], replace=False, p=weight / weight.sum()))]


def employee(number: pd.Series) -> pd.Series:
    return "T" + (number + 100_000).astype(str)


def dates(days: np.ndarray) -> list[str]:
    return [date.fromordinal(int(d)).strftime("%d/%m/%Y") for d in days]


def in_year(day: date, chance: np.ndarray) -> list[str]:
    """Days of the year to a day."""
    return dates(day.toordinal() - (chance * 365).astype(int))
