"""The demo council's yearly staff survey: anonymous answers of those who took part, and how many were asked. Every answer is invented.

Who takes part and what they answer has draws of its own, so that the council's people are the same with and without the survey. More
people say in it that they are disabled than tell HR: such surveys are anonymous, and that is what they find.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

import numpy as np
import pandas as pd

from metrics.demo import labels
from metrics.demo.council import DIRECTORATES, PAY_DAYS, SERVICES
from metrics.demo.people import MINORITY, ORIENTATION, WHITE

SURVEY_DAYS = PAY_DAYS[1:]
"""The survey closes with the year; the first one was in March 2023."""
SURVEYS = tuple((dataset, day) for dataset in ("ssurvey", "ssurvey_asked") for day in SURVEY_DAYS)
TAKES_PART = (0.53, 0.55, 0.58, 0.62)
MORE_TAKE_PART = {
    "adult_social_care": -0.06, "children_and_families": -0.02, "city_operations": -0.17, "city_housing": 0.00, "growth_and_place": 0.08,
    "corporate_resources": 0.13, "public_health": 0.17, "strategy_and_communities": 0.14,
}  # fmt: skip
"""How much more of a directorate's people take part: who works in an office finds the time."""
ONLY_SAYS_HERE = 0.055
"""Share of the others who say in the survey that they are disabled."""
SAYS = {"sex": 0.97, "ethnicity": 0.93, "disability": 0.92, "orientation": 0.87}
QUESTIONS, STEPS = 5, 4
"""The engagement index is the mean of five questions, each from 0 to 4, as a number from 0 to 100."""
ENGAGED = (0.60, 0.61, 0.63, 0.64)
LESS_WHEN_DISABLED = (0.085, 0.080, 0.066, 0.058)
LESS_IN = {"city_operations": 0.05, "adult_social_care": 0.02}
HARASSED = {"Public": (0.19, 0.19, 0.18, 0.17), "Colleagues": (0.155, 0.15, 0.14, 0.125), "Managers": (0.105, 0.10, 0.095, 0.08)}
TIMES_FOR_MINORITY = {"Public": 1.25, "Colleagues": 1.35, "Managers": 1.60}
TIMES_WHEN_DISABLED = 1.7
FRONT_LINE = {"care": 1.5, "manual": 1.2, "office": 0.9, "professional": 0.8, "directors": 0.5}
"""How much more often than elsewhere the public harasses, by kind of work."""
FAIR, FAIR_FOR_MINORITY = (0.55, 0.56, 0.58, 0.59), (0.40, 0.42, 0.46, 0.49)
"""Share who believe that there are equal opportunities for progression."""
ADJUSTED, NO_NEED = (0.66, 0.69, 0.74, 0.79), 0.35
"""Of disabled people: share of those who need adjustments and have them, and share who need none."""
AGREES = np.array(["Strongly agree", "Agree", "Neither agree nor disagree", "Disagree", "Strongly disagree", ""], dtype=object)
OF_SERVICE = np.array([DIRECTORATES.index(s.directorate) for s in SERVICES])
OF_WORK = np.array([FRONT_LINE[s.work] for s in SERVICES])


def surveys(
    staff: pd.DataFrame, directorates: Callable[[], pd.Series], day: date, seed: int
) -> Iterator[tuple[str, str, Callable[[], pd.DataFrame]]]:
    """Dataset, name of the file and what makes its rows; `staff` is that of the day, `directorates` gives theirs by name."""
    if day in SURVEY_DAYS:
        yield "ssurvey", "Staff survey", lambda: response_rows(taken_part(staff, directorates(), day, seed), day, seed)
        yield "ssurvey_asked", "Staff survey asked", lambda: asked_rows(asked(staff, directorates(), day, seed))


def asked(staff: pd.DataFrame, directorates: pd.Series, day: date, seed: int) -> pd.DataFrame:
    """Everybody with a contract, with `takes_part`."""
    rng = np.random.default_rng(seed + 500 + SURVEY_DAYS.index(day))
    people = staff.assign(directorate=directorates.to_numpy())[~staff["casual"]].reset_index(drop=True)
    more = np.array([MORE_TAKE_PART[d] for d in DIRECTORATES])[OF_SERVICE[people["service"]]]
    likely = TAKES_PART[SURVEY_DAYS.index(day)] + more + 0.015 * (people["grade"].to_numpy() - 2)
    return people.assign(takes_part=rng.random(len(people)) < np.clip(likely, 0.05, 0.95))


def taken_part(staff: pd.DataFrame, directorates: pd.Series, day: date, seed: int) -> pd.DataFrame:
    return asked(staff, directorates, day, seed).query("takes_part").reset_index(drop=True)


def asked_rows(people: pd.DataFrame) -> pd.DataFrame:
    """A row for each directorate, as the survey's provider reports them."""
    found = people.groupby("directorate")["takes_part"].agg(["size", "sum"]).reset_index()
    return pd.DataFrame(
        {
            "Directorate": found["directorate"],
            "Invited": found["size"],
            "Answered": found["sum"],
            "Did Not Answer": found["size"] - found["sum"],
        }
    )


def response_rows(people: pd.DataFrame, day: date, seed: int) -> pd.DataFrame:
    """A row for each response, in no order of people and without anything that names them."""
    year, many = SURVEY_DAYS.index(day), len(people)
    rng = np.random.default_rng(seed + 600 + year)
    minority = people["minority"].to_numpy()
    disabled = people["disabled"].to_numpy() | (rng.random(many) < ONLY_SAYS_HERE)
    rows = pd.DataFrame(
        {
            "Directorate": people["directorate"],
            "Engagement Index": _engagement(rng, people, disabled, year),
            **{f"Harassed By {by}": _harassed(rng, people, minority, disabled, by, year) for by in HARASSED},
            "Equal Opportunities": _fair(rng, minority, year),
            "Adjustments": _adjustments(rng, disabled, year),
            **_about(rng, people, disabled),
        }
    )
    return rows.take(rng.permutation(many)).reset_index(drop=True)


def _engagement(rng: np.random.Generator, people: pd.DataFrame, disabled: np.ndarray, year: int) -> np.ndarray:
    """In steps of five; the survey asks again where one of the five questions was left out."""
    less = np.array([LESS_IN.get(d, 0.0) for d in DIRECTORATES])[OF_SERVICE[people["service"]]]
    level = ENGAGED[year] - less - np.where(disabled, LESS_WHEN_DISABLED[year], 0.0) + 0.008 * people["grade"].to_numpy()
    own = level + 0.55 * (rng.random(len(people)) - 0.5)
    each = own[:, None] + 0.55 * (rng.random((len(people), QUESTIONS)) - 0.5)
    total = np.clip((each * (STEPS + 1)).astype(int), 0, STEPS).sum(axis=1)
    return np.asarray(total * (100 // (QUESTIONS * STEPS)))


def _harassed(rng: np.random.Generator, people: pd.DataFrame, minority: np.ndarray, disabled: np.ndarray, by: str, year: int) -> np.ndarray:
    likely = HARASSED[by][year] * np.where(minority, TIMES_FOR_MINORITY[by], 1.0) * np.where(disabled, TIMES_WHEN_DISABLED, 1.0)
    if by == "Public":
        likely = likely * OF_WORK[people["service"]]
    said = np.where(rng.random(len(people)) < likely, "Yes", "No")
    return np.where(rng.random(len(people)) < 0.95, said, labels.PREFERS_NOT)


def _fair(rng: np.random.Generator, minority: np.ndarray, year: int) -> np.ndarray:
    agrees = np.where(minority, FAIR_FOR_MINORITY[year], FAIR[year])
    chance = rng.random(len(minority))
    rest = (chance - agrees) / (1 - agrees)
    place = np.select([chance < 0.3 * agrees, chance < agrees, rest < 0.5, rest < 0.8], [0, 1, 2, 3], 4)
    return AGREES[np.where(rng.random(len(minority)) < 0.97, place, 5)]


def _adjustments(rng: np.random.Generator, disabled: np.ndarray, year: int) -> np.ndarray:
    """Asked of those who said that they are disabled."""
    made = np.where(rng.random(len(disabled)) < ADJUSTED[year], "Yes", "No")
    said = np.where(rng.random(len(disabled)) < NO_NEED, "I need none", made)
    return np.where(disabled & (rng.random(len(disabled)) < 0.97), said, "")


def _about(rng: np.random.Generator, people: pd.DataFrame, disabled: np.ndarray) -> dict[str, np.ndarray]:
    """What they say of themselves."""
    said = {
        "sex": np.array(labels.SEX_NEW, dtype=object)[people["woman"].astype(int)],
        "ethnicity": np.array([labels.ETHNICITY_NEW[name] for name in (*MINORITY, *WHITE)], dtype=object)[people["ethnicity"]],
        "disability": np.array(labels.DISABILITY_NEW, dtype=object)[disabled.astype(int)],
        "orientation": np.array([labels.ORIENTATION[name] for name in ORIENTATION], dtype=object)[people["orientation"]],
    }
    silent = np.where(np.arange(len(people)) % 3 == 0, labels.PREFERS_NOT, "")
    heads = {"sex": "Gender", "ethnicity": "Ethnic Origin", "disability": "Disability Status", "orientation": "Sexual Orientation"}
    return {heads[name]: np.where(rng.random(len(people)) < SAYS[name], answer, silent) for name, answer in said.items()}
