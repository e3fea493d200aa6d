"""The demo council's city in its own extracts: residents, hate crime, homelessness, satisfaction, consultations, training for Prevent.

Every row is invented, and drawn apart from the council's staff. Uniform draws and plain arithmetic only, so that two machines make the same
rows from the same seed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import partial

import numpy as np
import pandas as pd

from metrics.definitions.organisation import Organisation
from metrics.demo.city import CENSUSES, HOUSEHOLDS, RESIDENTS, WARDS, households_by_group, residents_by_group, residents_by_ward
from metrics.demo.council import DIRECTORATES, SERVICES, quarter_ends
from metrics.periods import end_of_month

COUNTED = {2011: date(2011, 3, 27), 2021: date(2021, 3, 21), **{year: date(year, 6, 30) for year in range(2022, 2026)}}
"""Year of a number of residents to its day: census day, or the middle of the year."""
MONTHS = tuple(end_of_month(2024 + (9 + m) // 12, (9 + m) % 12 + 1) for m in range(18))
"""October 2024 to March 2026."""
QUARTERS = quarter_ends()[-5:]
"""A year of them, and the one that it began with."""
YEARS = quarter_ends()[8::4]
Listed = tuple[str, date, str, Callable[[], pd.DataFrame]]
"""Dataset, day, name of the file, and what makes its rows."""
CITY_LISTS: tuple[tuple[str, date], ...] = (
    *(("residents", day) for day in COUNTED.values()),
    *(("crime", day) for day in MONTHS),
    *((dataset, day) for dataset in ("homeless", "service_survey") for day in YEARS),
    *((dataset, day) for dataset in ("consulted", "service_records", "prevent_training") for day in QUARTERS),
)

REPORTS = 430
BUSY = {date(2025, 10, 31): 1.55, date(2025, 11, 30): 1.2}
"""Months with more reports than usual: after an attack on a place of worship elsewhere."""
OFFENCES = 0.78
STRANDS = {"Race": 0.72, "Religion": 0.17, "Sexual Orientation": 0.12, "Disability": 0.11, "Transgender": 0.045}
ANTI_MUSLIM = 0.52
THIRD_PARTY = (0.08, 0.135)
"""Share of reports that come in through third-party centres, in the first month and in the last."""

DUTIES = {
    "White": (8.4, 8.6, 8.7),
    "Asian": (11.5, 11.4, 11.2),
    "Black": (28.5, 27.0, 24.9),
    "Mixed": (22.0, 21.5, 20.4),
    "Other": (25.1, 24.4, 23.9),
}
"""Households that were owed a homelessness duty for every 1,000 of the group, year by year."""
NOT_SAID = 0.06
ANSWERS = 5200
ASKED_ABOUT = {"Housing": 0.42, "Adult social care": 0.14, "Customer services": 0.17, "Libraries": 0.12, "Waste and streets": 0.15}
ETHNICITY = {"Asian": 0.31, "Black": 0.12, "Mixed": 0.05, "White": 0.475, "Other": 0.045}
SATISFIED = {"Asian": 0.71, "Black": 0.63, "Mixed": 0.66, "White": 0.75, "Other": 0.68}
CATCHING_UP = 0.012
"""How much nearer to the best group the others come each year."""
LESS_IN_HOUSING, LESS_WHEN_DISABLED = 0.06, 0.05
AGES = {"16 to 24": 0.09, "25 to 34": 0.15, "35 to 44": 0.17, "45 to 54": 0.18, "55 to 64": 0.18, "65 and over": 0.23}
SAYS = np.array(
    ["Very satisfied", "Fairly satisfied", "Neither satisfied nor dissatisfied", "Fairly dissatisfied", "Very dissatisfied"], dtype=object
)
RESPONDED = {"Asian": 0.19, "Black": 0.08, "Mixed": 0.04, "White": 0.66, "Other": 0.03}
"""Who answers consultations in the first of the quarters; by the last two fifths of the way to those who live here are gone."""
SERVED = {
    "adult_social_care": 9800,
    "children_and_families": 12400,
    "city_housing": 21300,
    "public_health": 6100,
    "strategy_and_communities": 15700,
}
COMPLETE = {
    "adult_social_care": 0.74,
    "children_and_families": 0.66,
    "city_housing": 0.52,
    "public_health": 0.81,
    "strategy_and_communities": 0.38,
}
FRONT_LINE = (
    "children_in_need", "early_help", "youth_service", "education_improvement", "mental_health_social_work", "safeguarding_adults",
    "tenancy_management", "homelessness_prevention", "libraries_and_archives", "community_safety_and_cohesion",
)  # fmt: skip
TRAINED = (0.71, 0.94)
"""Share of front-line staff whose training is in date, in the first of the quarters and in the last."""


def city_lists(staff: pd.DataFrame, day: date, organisation: Organisation, seed: int) -> Iterator[Listed]:
    """Every list of the quarter that ends on a day; what was counted before the first quarter comes with that."""
    first = day == quarter_ends()[0]
    for year, counted in COUNTED.items():
        if (first and counted <= day) or (not first and 0 <= (day - counted).days < 85):
            yield "residents", counted, "Residents", partial(resident_rows, year)
    for number, month in enumerate(MONTHS):
        if 0 <= (day - month).days < 85:
            yield "crime", month, "Hate crime", partial(crime_rows, month, number, seed)
    if day in YEARS:
        yield "homeless", day, "Homelessness duties", partial(homeless_rows, day, seed)
        yield "service_survey", day, "Satisfaction", partial(satisfaction_rows, day, seed)
    if day in QUARTERS:
        yield "consulted", day, "Consultation responses", partial(consulted_rows, day, seed)
        yield "service_records", day, "Service records", partial(record_rows, day, organisation)
        yield "prevent_training", day, "Prevent training", partial(training_rows, staff, day, organisation)


def resident_rows(year: int) -> pd.DataFrame:
    """Residents by ward, and where there was a census by ethnic group, disability and age; households by ethnic group."""
    names = {w.id: w.name for w in WARDS}
    rows = [("Residents", "All wards", "All", "All", "All", RESIDENTS[year])]
    rows += [("Residents", names[id], "All", "All", "All", many) for id, many in residents_by_ward(year).items()]
    if year in CENSUSES:
        rows += [("Residents", "All wards", group, "All", "All", n) for group, n in residents_by_group(year, "ethnicity").items()]
        rows += [("Residents", "All wards", "All", group, "All", n) for group, n in residents_by_group(year, "disability").items()]
        rows += [("Residents", "All wards", "All", "All", group, n) for group, n in residents_by_group(year, "age").items()]
        rows += [("Households", "All wards", "All", "All", "All", HOUSEHOLDS[year])]
        rows += [("Households", "All wards", group, "All", "All", n) for group, n in households_by_group(year).items()]
    return pd.DataFrame(rows, columns=["Measure", "Ward", "Ethnic Group", "Disability", "Age", "Number"])


def _many(rng: np.random.Generator, about: float) -> int:
    """A number of events about a mean, as spread as counts of events are."""
    return int(about + (float(rng.random(12).sum()) - 6) * about**0.5 + 0.5)


def _pick(rng: np.random.Generator, shares: Mapping[str, float], many: int) -> np.ndarray:
    upto = np.cumsum(list(shares.values()))
    names = np.array(list(shares), dtype=object)
    return np.asarray(names[np.minimum(np.searchsorted(upto / upto[-1], rng.random(many), side="right"), len(names) - 1)])


def crime_rows(day: date, number: int, seed: int) -> pd.DataFrame:
    """A row for each report of a month. Strands overlap: an attack may be about race and religion at once."""
    rng = np.random.default_rng(seed + 600 + number)
    many = _many(rng, REPORTS * BUSY.get(day, 1.0) * (1 + 0.08 * np.sin(2 * np.pi * (day.month - 4) / 12)))
    strands = {name: rng.random(many) < share * (BUSY.get(day, 1.0) if name == "Religion" else 1.0) for name, share in STRANDS.items()}
    strands["Race"] |= ~np.logical_or.reduce(list(strands.values()))
    along = number / (len(MONTHS) - 1)
    third = THIRD_PARTY[0] + (THIRD_PARTY[1] - THIRD_PARTY[0]) * along
    chance, where = rng.random(many), _pick(rng, {w.name: w.people * (1.25 - 0.1 * w.fifth) for w in WARDS}, many)
    kind = np.where(rng.random(many) < OFFENCES, "Crime", "Non-crime incident")
    muslim = strands["Religion"] & (rng.random(many) < ANTI_MUSLIM)
    unknown = rng.random(many) < 0.03
    return pd.DataFrame(
        {
            "Reference": [f"H{day:%y%m}{n:04}" for n in range(many)],
            "Type": kind,
            **{name: np.where(held, "Y", "N") for name, held in strands.items()},
            "Anti-Muslim": np.where(muslim, "Y", "N"),
            "Reported Through": np.select([chance < third, chance > 0.9], ["Third-party centre", "Other"], "Police"),
            "Ward": np.where(unknown, "", where),
        }
    )


def homeless_rows(day: date, seed: int) -> pd.DataFrame:
    """A row for each household that was owed a duty in the year to a day."""
    year = YEARS.index(day)
    rng = np.random.default_rng(seed + 640 + year)
    of = households_by_group(2021)
    group = np.concatenate([np.full(_many(rng, rates[year] * of[name] / 1000), name, dtype=object) for name, rates in DUTIES.items()])
    group = group[np.argsort(rng.random(len(group)))]
    return pd.DataFrame(
        {
            "Case": [f"D{day.year}{n:05}" for n in range(len(group))],
            "Duty": np.where(rng.random(len(group)) < 0.46, "Relief", "Prevention"),
            "Ethnic Group": np.where(rng.random(len(group)) < NOT_SAID, "", group),
        }
    )


def satisfaction_rows(day: date, seed: int) -> pd.DataFrame:
    """A row for each answer to the yearly question how satisfied people are with a service."""
    year = YEARS.index(day)
    rng = np.random.default_rng(seed + 660 + year)
    group, service = _pick(rng, ETHNICITY, ANSWERS), _pick(rng, ASKED_ABOUT, ANSWERS)
    disabled = rng.random(ANSWERS) < 0.21
    behind = np.array([max(0.0, SATISFIED["White"] - SATISFIED[str(g)] - CATCHING_UP * year) if g != "White" else 0.0 for g in group])
    likely = SATISFIED["White"] - behind - LESS_IN_HOUSING * (service == "Housing") - LESS_WHEN_DISABLED * disabled
    draw = rng.random(ANSWERS) / likely  # under 1: satisfied, and of those two in five very much so
    said = SAYS[np.select([draw < 0.4, draw < 1, draw < 1.15, draw < 1.3], [0, 1, 2, 3], 4)]
    silent = rng.random((3, ANSWERS)) < np.array([[0.05], [0.06], [0.02]])
    return pd.DataFrame(
        {
            "Response": [f"S{day.year}{n:05}" for n in range(ANSWERS)],
            "Service": service,
            "Ethnic Group": np.where(silent[0], "Prefer not to say", group),
            "Disability": np.where(silent[1], "", np.where(disabled, "Disabled", "Not disabled")),
            "Age": np.where(silent[2], "", _pick(rng, AGES, ANSWERS)),
            "Satisfaction": said,
        }
    )


def consulted_rows(day: date, seed: int) -> pd.DataFrame:
    """A row for each answer to a consultation that closed in the quarter to a day."""
    number = QUARTERS.index(day)
    rng = np.random.default_rng(seed + 680 + number)
    here = residents_by_group(2021, "ethnicity")
    along = 0.4 * number / (len(QUARTERS) - 1)
    shares = {name: share + along * (here[name] / RESIDENTS[2021] - share) for name, share in RESPONDED.items()}
    many = _many(rng, 1150 + 40 * number)
    return pd.DataFrame(
        {
            "Response": [f"C{day:%y%m}{n:05}" for n in range(many)],
            "Ethnic Group": np.where(rng.random(many) < 0.07, "Prefer not to say", _pick(rng, shares, many)),
            "Disability": _pick(rng, {"Disabled": 0.19, "Not disabled": 0.75, "": 0.06}, many),
            "Age": _pick(rng, {**AGES, "": 0.02}, many),
            "Sex": _pick(rng, {"Female": 0.57, "Male": 0.40, "": 0.03}, many),
        }
    )


def record_rows(day: date, organisation: Organisation) -> pd.DataFrame:
    """A row for each directorate that serves people: how many of them have all, some and none of their characteristics on record."""
    number = QUARTERS.index(day)
    rows = []
    for place, (unit, users) in enumerate(SERVED.items()):
        here = users + (37 * number * (place + 3)) % 400
        complete = round(here * (COMPLETE[unit] + 0.012 * number + 0.002 * ((number + place) % 3)))
        none = round((here - complete) * 0.31)
        rows.append((organisation.by_id[unit].name, complete, here - complete - none, none))
    return pd.DataFrame(rows, columns=["Directorate", "All on record", "Some on record", "None on record"])


def training_rows(staff: pd.DataFrame, day: date, organisation: Organisation) -> pd.DataFrame:
    """A row for each of the council's own people in a front-line service: a person's number and the quarter decide."""
    number = QUARTERS.index(day)
    at = [i for i, s in enumerate(SERVICES) if s.id in FRONT_LINE]
    mine = staff[~staff["casual"] & staff["service"].isin(at)]
    chance = (mine["number"].to_numpy() * 2_246_822_519 % 2**32) / 2**32
    share = TRAINED[0] + (TRAINED[1] - TRAINED[0]) * number / (len(QUARTERS) - 1)
    names = np.array([organisation.by_id[d].name for d in DIRECTORATES], dtype=object)
    of = np.array([DIRECTORATES.index(s.directorate) for s in SERVICES])
    return pd.DataFrame(
        {
            "Employee No": "T" + (mine["number"] + 100_000).astype(str).to_numpy(),
            "Directorate": names[of[mine["service"].to_numpy()]],
            "Prevent Training": np.select([chance < share, chance < share + 0.04], ["In date", "Expired"], "Not started"),
        }
    )
