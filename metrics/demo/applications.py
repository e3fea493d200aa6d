"""The demo council's applications for jobs: four years of them, with a disparity that narrows. Every applicant is invented.

Drawn apart from the council's staff, so that the same people work there with and without them. Uniform draws and plain arithmetic only,
so that two machines make the same rows from the same seed.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from metrics.definitions.organisation import Organisation
from metrics.demo import labels
from metrics.demo.council import DIRECTORATES, GRADE_MIX, GRADES, PAY_DAYS, SERVICES, quarter_ends
from metrics.demo.people import MINORITY, WHITE, pick
from metrics.periods import window_start

YEARS = PAY_DAYS[1:]
"""The ends of the years; the first whole one ends in 2023."""
RECRUITMENT_DAYS = quarter_ends()[1:]
"""The recruitment team sends an extract each quarter."""
TO_SETTLE = 30
"""Days from closing a vacancy to its outcome."""
APPLICATIONS = 6400
ETHNIC_MINORITY, WOMEN, DISABLED = 0.49, 0.57, 0.14
ANSWERED = {"ethnicity": 0.94, "disability": 0.90}
SHORTLISTED, INTERVIEWED, APPOINTED = 0.34, 0.86, 0.17
"""Chance of a White applicant who is not disabled: from application to shortlist, from there to interview, and from the shortlist on."""
SHORTLIST_RATIO = (1.38, 1.17)
APPOINTED_RATIO = (1.62, 1.27)
DISABLED_RATIO = (1.75, 1.30)
"""How many times as likely White (or non-disabled) applicants are, in the first year and in the last."""
OUTCOMES = ("Not shortlisted", "Shortlisted, not interviewed", "Interviewed, not appointed", "Appointed")


def applications(day: date, seed: int) -> pd.DataFrame:
    """Everybody who applied for a post whose outcome was settled in the year to a day, a row each, with `stage` from 0 to 3."""
    year = YEARS.index(day)
    rng = np.random.default_rng(seed + 100 + year)
    many = APPLICATIONS + 120 * year
    open_to = [i for i, s in enumerate(SERVICES) if s.id not in DIRECTORATES]
    size = np.array([SERVICES[i].people for i in open_to], dtype=float)
    service = rng.choice(open_to, size=many, p=size / size.sum())
    mix = np.array([[g / sum(GRADE_MIX[s.work]) for g in GRADE_MIX[s.work]] for s in SERVICES]).cumsum(axis=1)
    grade = np.minimum((rng.random(many)[:, None] > mix[service]).sum(axis=1), len(GRADES) - 1)
    minority, disabled = rng.random(many) < ETHNIC_MINORITY, rng.random(many) < DISABLED
    along = year / (len(YEARS) - 1)
    behind = np.where(minority, _between(SHORTLIST_RATIO, along), 1.0)
    shortlisted = rng.random(many) < SHORTLISTED / behind
    behind = np.where(minority, _between(APPOINTED_RATIO, along), 1.0) * np.where(disabled, _between(DISABLED_RATIO, along), 1.0)
    appointed = shortlisted & (rng.random(many) < APPOINTED / behind)
    interviewed = appointed | (shortlisted & (rng.random(many) < INTERVIEWED))
    return pd.DataFrame(
        {
            "service": service,
            "grade": grade,
            "woman": rng.random(many) < WOMEN,
            "disabled": disabled,
            "ethnicity": np.where(minority, pick(rng, MINORITY, many), len(MINORITY) + pick(rng, WHITE, many)),
            "stage": shortlisted.astype(int) + interviewed + appointed,
            "closed": day.toordinal() - TO_SETTLE - (rng.random(many) * 330).astype(int),
            "says_ethnicity": rng.random(many) < ANSWERED["ethnicity"],
            "says_disability": rng.random(many) < ANSWERED["disability"],
        }
    )


def _between(ends: tuple[float, float], along: float) -> float:
    return ends[0] + (ends[1] - ends[0]) * along


def application_rows(day: date, organisation: Organisation, seed: int) -> pd.DataFrame:
    """Applications whose outcome was settled in the quarter to a day, as the recruitment system writes them."""
    year_end = next(end for end in YEARS if end >= day)
    first = window_start(day, 3).toordinal()
    found = applications(year_end, seed)
    settled = found["closed"] + TO_SETTLE
    found = found[(settled >= first) & (settled <= day.toordinal())]
    group = np.array([labels.ETHNICITY_NEW[name] for name in (*MINORITY, *WHITE)], dtype=object)
    disability = np.array(labels.DISABILITY_NEW, dtype=object)
    number = found.index.to_numpy()
    silent = np.where(number % 3 == 0, "Prefer not to say", "")
    return pd.DataFrame(
        {
            "Vacancy No": "V" + (year_end.year * 10_000 + found["service"] * 100 + found["grade"] * 10 + number % 3).astype(str),
            **_places(found["service"].to_numpy(), day, organisation),
            "Grade of Post": np.array(labels.GRADES, dtype=object)[found["grade"]],
            "Closing Date": [date.fromordinal(int(d)).strftime("%d/%m/%Y") for d in found["closed"]],
            "Outcome": np.array(OUTCOMES, dtype=object)[found["stage"]],
            "Gender": np.array(labels.SEX_NEW, dtype=object)[found["woman"].astype(int)],
            "Ethnic Origin": np.where(found["says_ethnicity"], group[found["ethnicity"]], silent),
            "Disability Status": np.where(found["says_disability"], disability[found["disabled"].astype(int)], silent),
        }
    )


def _places(service: np.ndarray, day: date, organisation: Organisation) -> dict[str, np.ndarray]:
    """Directorate and service of the post, as they are named on the day."""
    there, names = {unit.id for unit in organisation.walk(day)}, []
    for plan in SERVICES:
        unit = plan.id if plan.id in there else plan.before[0] if plan.before else plan.directorate
        path = [organisation.by_id[u].name for u in organisation.path(unit)[1:]]
        names.append((path[0], path[1] if len(path) > 1 else ""))
    held = np.array(names, dtype=object)[service]
    return {"Directorate": held[:, 0], "Service": held[:, 1]}
