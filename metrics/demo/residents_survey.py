"""The demo council's yearly survey of residents: a sample of every ward, who answered, what they said, and the weights. All is invented.

Each ward gets about as many questionnaires as any other, fewer of the young answer, and weights make up for both: so the weighted figures
differ from the plain ones, as they do in a true survey.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import partial

import numpy as np
import pandas as pd

from metrics.demo.city import WARDS, residents_by_ward
from metrics.demo.council import PAY_DAYS

RESIDENT_DAYS = PAY_DAYS[2:]
"""The survey closes with the year; the first one was in March 2024."""
RESIDENT_SURVEYS = tuple(("rsurvey", day) for day in RESIDENT_DAYS)
EDITION = "Residents’ survey, online with paper"
ANSWERS_OF_WARD = (38, 66)
"""How many answer in a ward: from the first, and fewer than the second."""
AGES = ("16 to 24", "25 to 34", "35 to 44", "45 to 54", "55 to 64", "65 and over")
AGE_SHARES = (0.19, 0.19, 0.17, 0.15, 0.13, 0.17)
ANSWERS = (0.48, 0.75, 0.95, 1.10, 1.32, 1.45)
"""How readily each age answers, in proportion."""
GROUPS = ("Asian", "Black", "Mixed", "White", "Other")
GROUP_SHARES = ((0.45, 0.15, 0.05, 0.29, 0.06), (0.24, 0.09, 0.045, 0.59, 0.035))
"""Of the most deprived fifth of wards, and of the least deprived; the others lie between."""
GROUP_ANSWERS = (0.86, 0.78, 0.90, 1.12, 0.84)
RELIGION: Mapping[str, tuple[tuple[str, float], ...]] = {
    "Asian": (("Muslim", 0.66), ("Hindu", 0.12), ("Sikh", 0.12), ("Christian", 0.04), ("No religion", 0.06)),
    "Black": (("Christian", 0.70), ("Muslim", 0.19), ("No religion", 0.11)),
    "Mixed": (("No religion", 0.45), ("Christian", 0.40), ("Muslim", 0.15)),
    "White": (("Christian", 0.47), ("No religion", 0.51), ("Jewish", 0.01), ("Buddhist", 0.01)),
    "Other": (("Muslim", 0.55), ("Christian", 0.20), ("No religion", 0.15), ("Other religion", 0.10)),
}
SILENT = {"Sex": 0.02, "Age Group": 0.015, "Ethnic Group": 0.04, "Disability": 0.05, "Religion Or Belief": 0.09}
"""Share of those who answered and did not say this of themselves."""
AGREE = ("Definitely agrees", "Tends to agree", "Tends to disagree", "Definitely disagrees")
SAFE = ("Very safe", "Fairly safe", "Neither safe nor unsafe", "Fairly unsafe", "Very unsafe")
QUESTIONS: Mapping[str, tuple[tuple[str, ...], int, tuple[float, ...], tuple[tuple[str, float], ...]]] = {
    "Get On": (
        AGREE,
        2,
        (0.715, 0.725, 0.745),
        (("Don’t know", 0.05), ("Too few people here", 0.02), ("All of the same background", 0.04)),
    ),
    "Belong": (
        ("Very strongly", "Fairly strongly", "Not very strongly", "Not at all strongly"),
        2,
        (0.57, 0.58, 0.59),
        (("Don’t know", 0.05),),
    ),
    "Trust": (
        *(("Many can be trusted", "Some can be trusted", "A few can be trusted", "None can be trusted"), 1, (0.355, 0.36, 0.37)),
        (("Don’t know", 0.05), ("Too few people here", 0.02)),
    ),
    "Chat": (
        *(("On most days", "Once or twice a week", "Once or twice a month", "Less than once a month", "Never"), 3, (0.67, 0.675, 0.68)),
        (("Don’t know", 0.03), ("Has no neighbours", 0.03)),
    ),
    "Pull Together": (AGREE, 2, (0.505, 0.515, 0.53), (("Don’t know", 0.06), ("Nothing needs improving", 0.02))),
    "Influence": (AGREE, 2, (0.255, 0.265, 0.275), (("Don’t know", 0.05),)),
    "Volunteer": (
        *(("At least once a month", "Less often in the last twelve months", "Not in the last twelve months"), 1, (0.16, 0.165, 0.175)),
        (("Don’t know", 0.05),),
    ),
    "Safe Day": (SAFE, 2, (0.76, 0.765, 0.765), (("Don’t know", 0.01),)),
    "Safe Night": (SAFE, 2, (0.475, 0.48, 0.485), (("Don’t know", 0.02), ("Never goes out after dark", 0.08))),
}
"""Question to its answers, how many of them count as yes, the share of yes year by year, and answers that leave the base."""
LESS_IN_DEPRIVED = {
    "Get On": 0.14,
    "Belong": 0.05,
    "Trust": 0.22,
    "Pull Together": 0.08,
    "Volunteer": 0.07,
    "Safe Day": 0.12,
    "Safe Night": 0.16,
}
"""How much less often yes is said in the most deprived wards than in the least."""
LESS_WHEN_YOUNG = {"Belong": 0.16, "Chat": 0.22, "Trust": 0.10}
LESS_WHEN_DISABLED = {"Get On": 0.04, "Belong": 0.05, "Influence": 0.05, "Safe Day": 0.07, "Safe Night": 0.10, "Volunteer": 0.02}
LESS_FOR_WOMEN = {"Safe Day": 0.04, "Safe Night": 0.17}


def residents_surveys(day: date, seed: int) -> Iterator[tuple[str, str, Callable[[], pd.DataFrame]]]:
    """Dataset, name of the file and what makes its rows."""
    if day in RESIDENT_DAYS:
        yield "rsurvey", "Residents survey", partial(survey_rows, day, seed)


def survey_rows(day: date, seed: int) -> pd.DataFrame:
    """A row for each answered questionnaire, in no order of wards."""
    year = RESIDENT_DAYS.index(day)
    rng = np.random.default_rng(seed + 700 + year)
    people = _who_answered(rng, day)
    said = {name: _answers(rng, people, name, year) for name in QUESTIONS}
    silent = {name: "" if name == "Age Group" else "Prefer not to say" for name in SILENT}
    about = {name: np.where(rng.random(len(people)) < SILENT[name], silent[name], people[name]) for name in SILENT}
    weight = people["weight"] / people["weight"].mean()
    rows = pd.DataFrame({"Weight": weight.round(4).clip(0.1, 20), "Survey": EDITION, "Ward": people["Ward"], **about, **said})
    return rows.take(rng.permutation(len(rows))).reset_index(drop=True)


def _who_answered(rng: np.random.Generator, day: date) -> pd.DataFrame:
    """Everybody who answered: ward, what they say of themselves, and a weight that undoes how readily they answer."""
    residents, found = residents_by_ward(day.year - 1), []
    for ward in WARDS:
        many, share = int(rng.integers(*ANSWERS_OF_WARD)), (ward.fifth - 1) / 4
        groups = np.array(GROUP_SHARES[0]) * (1 - share) + np.array(GROUP_SHARES[1]) * share
        age, old = _drawn(rng, many, np.array(AGE_SHARES), np.array(ANSWERS))
        group, kin = _drawn(rng, many, groups, np.array(GROUP_ANSWERS))
        own = residents[ward.id] / many * old * kin * (0.2 + 1.8 * rng.random(many))  # and what is not known of them
        found.append(pd.DataFrame({"Ward": ward.name, "fifth": ward.fifth, "age": age, "group": group, "weight": own}))
    people = pd.concat(found, ignore_index=True)
    many = len(people)
    disabled = rng.random(many) < 0.09 + 0.055 * people["age"].to_numpy()
    woman = rng.random(many) < 0.53
    return people.assign(
        **{
            "Sex": np.where(woman, "Female", "Male"),
            "Age Group": np.array(AGES, dtype=object)[people["age"]],
            "Ethnic Group": np.array(GROUPS, dtype=object)[people["group"]],
            "Disability": np.where(disabled, "Disabled", "Not disabled"),
            "Religion Or Belief": _religion(rng, people["group"].to_numpy()),
        }
    )


def _drawn(rng: np.random.Generator, many: int, shares: np.ndarray, answers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Who answers, by place in a list of groups, and what makes up for how readily they do."""
    likely = shares * answers
    found = rng.choice(len(shares), size=many, p=likely / likely.sum())
    return found, 1 / answers[found]


def _religion(rng: np.random.Generator, group: np.ndarray) -> np.ndarray:
    found = np.empty(len(group), dtype=object)
    for place, name in enumerate(GROUPS):
        mine = group == place
        words, shares = zip(*RELIGION[name], strict=True)
        found[mine] = rng.choice(np.array(words, dtype=object), size=int(mine.sum()), p=shares)
    return found


def _answers(rng: np.random.Generator, people: pd.DataFrame, name: str, year: int) -> np.ndarray:
    """What was said to one question: yes or no, how strongly, or an answer that leaves the base."""
    words, positive, level, outside = QUESTIONS[name]
    many = len(people)
    likely = level[year] + LESS_IN_DEPRIVED.get(name, 0.0) * (people["fifth"].to_numpy() - 3) / 4
    likely = likely + LESS_WHEN_YOUNG.get(name, 0.0) * (people["age"].to_numpy() - 2.3) / 5
    likely = likely - LESS_WHEN_DISABLED.get(name, 0.0) * ((people["Disability"] == "Disabled").to_numpy() - 0.22)
    likely = likely - LESS_FOR_WOMEN.get(name, 0.0) * ((people["Sex"] == "Female").to_numpy() - 0.53)
    yes, strength = rng.random(many) < np.clip(likely, 0.02, 0.98), rng.random(many)
    place = np.where(yes, (strength * positive).astype(int), positive + (strength**1.6 * (len(words) - positive)).astype(int))
    said = np.array(words, dtype=object)[place]
    chance, upto = rng.random(many), 0.0
    for word, share in (*outside, ("", 0.015)):
        said = np.where((chance >= upto) & (chance < upto + share), word, said)
        upto += share
    return np.asarray(said)
