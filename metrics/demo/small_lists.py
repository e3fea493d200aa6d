"""The demo council's short lists: appraisals of senior leaders, interview panels, returns from maternity leave.

Who is in a list, and what stands there, is decided by numbers and days alone; what is drawn has a draw of its own, so that the council's
people are the same with and without these lists.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from functools import partial

import numpy as np
import pandas as pd

from metrics.definitions.organisation import Organisation
from metrics.demo.council import DIRECTORATES, PAY_DAYS, SENIOR_FROM, SERVICES, quarter_ends
from metrics.periods import window_start

LIST_DAYS = PAY_DAYS[1:]
"""The ends of the years; the first whole one ends in 2023."""
PANEL_DAYS = quarter_ends()[1:]
"""Interview panels are sent each quarter, with the applications."""
LISTS = (
    *((dataset, day) for dataset in ("appraisals", "returners", "wei", "wei_award") for day in LIST_DAYS),
    *(("panels", day) for day in PANEL_DAYS),
)
EDITIONS = ("2022 to 2024", "2022 to 2024", "2026", "2026")
"""Edition of the equality index in each year; in the third the council did not enter."""
AREAS = (
    "Policies and benefits", "Employee lifecycle", "Network group", "Empowering individuals", "Leadership",
    "Monitoring", "Supply chains", "Community engagement", "Service users", "Staff feedback",
)  # fmt: skip
OUT_OF = ((25, 27, 22, 18, 20, 20, 18, 20, 20, 10),) * 2 + ((20, 20, 15, 0, 20, 20, 10, 15, 20, 10),) * 2
"""What could be had in each area; 0 where the edition has no such area."""
POINTS = ((15, 11, 12, 7, 8, 8, 2, 9, 6, 4), (19, 15, 15, 10, 10, 11, 4, 12, 8, 5), (), (15, 11, 11, 0, 9, 12, 3, 10, 9, 6))
AWARDS = ("Bronze", "Silver", "", "Bronze")
WITH_OBJECTIVE = (0.45, 0.61, 0.72, 0.79)
"""Share of senior leaders with an equality objective in their appraisal, year by year; in the end just short of the target."""
NO_APPRAISAL = (0.14, 0.11, 0.09, 0.08)
OBJECTIVES_BEHIND = "city_operations"
"""The directorate that began late: two in three of the others' share."""
PANELS = (720, 745, 760, 790)
BALANCED = (0.53, 0.64, 0.70, 0.83)
SEX_ONLY, ETHNICITY_ONLY = 0.6, 0.25
"""Of panels that are not balanced by both: by sex alone, and by ethnicity alone."""
MEMBERS_NOT_RECORDED = (0.09, 0.05, 0.02, 0.01)
RETURNS = (212, 205, 219, 214)
STILL_EMPLOYED = (0.78, 0.80, 0.86, 0.90)
"""From April 2023 on whoever returns may ask for other hours before the first day."""
OF_DIRECTORATE = np.array([DIRECTORATES.index(s.directorate) for s in SERVICES])


def small_lists(
    staff: pd.DataFrame, day: date, organisation: Organisation, seed: int
) -> Iterator[tuple[str, str, Callable[[], pd.DataFrame]]]:
    """Dataset, name of the file and what makes its rows, for every short list of a day; `staff` is that of the day."""
    if day in PANEL_DAYS:
        yield "panels", "Interview panels", partial(panel_rows, day, organisation, seed)
    if day in LIST_DAYS:
        yield "appraisals", "Appraisals", partial(appraisal_rows, staff, day, organisation)
        yield "returners", "Maternity returns", partial(return_rows, day, organisation, seed)
        yield "wei", "Equality index points", partial(index_rows, day)
        yield "wei_award", "Equality index award", partial(award_rows, day)


def appraisal_rows(staff: pd.DataFrame, day: date, organisation: Organisation) -> pd.DataFrame:
    """A row for each of the council's own people in a senior grade on the day."""
    year = LIST_DAYS.index(day)
    senior = staff[~staff["casual"] & (staff["grade"] >= SENIOR_FROM)]
    number = senior["number"].to_numpy()
    directorate = OF_DIRECTORATE[senior["service"].to_numpy()]
    chance = (number * 2_654_435_761 % 2**32) / 2**32  # leaders keep their habit: who had an objective has one again
    behind = np.where(directorate == DIRECTORATES.index(OBJECTIVES_BEHIND), 2 / 3, 1.0)
    has, none = chance < WITH_OBJECTIVE[year] * behind, chance >= 1 - NO_APPRAISAL[year]
    return pd.DataFrame(
        {
            "Employee No": "T" + (senior["number"] + 100_000).astype(str).to_numpy(),
            "Directorate": names_on(organisation, day)[directorate],
            "Equality Objective": np.select([has, none], ["Y", ""], "N"),
        }
    )


def panel_rows(day: date, organisation: Organisation, seed: int) -> pd.DataFrame:
    """A row for each panel that held interviews in the quarter to a day."""
    year_end = next(end for end in LIST_DAYS if end >= day)
    year = LIST_DAYS.index(year_end)
    rng = np.random.default_rng(seed + 300 + year)
    many = PANELS[year]
    chance, other = rng.random(many), rng.random(many)
    partly = np.select([other < SEX_ONLY, other < SEX_ONLY + ETHNICITY_ONLY], ["Sex", "Ethnicity"], "Neither")
    said = np.select([chance < BALANCED[year], chance >= 1 - MEMBERS_NOT_RECORDED[year]], ["Both", ""], partly)
    directorate = by_size(rng, many)
    sat_on = _days_before(year_end, rng.random(many))
    in_quarter = np.array([window_start(day, 3) <= sat <= day for sat in sat_on])
    rows = pd.DataFrame(
        {
            "Vacancy No": "V" + (year_end.year * 10_000 + np.arange(many)).astype(str).astype(object),
            "Directorate": names_on(organisation, day)[directorate],
            "Date of Interviews": _written(sat_on),
            "Panel Balance": said,
        }
    )
    return rows[in_quarter].reset_index(drop=True)


def return_rows(day: date, organisation: Organisation, seed: int) -> pd.DataFrame:
    """A row for each return whose first twelve months back ended in the year to a day."""
    year = LIST_DAYS.index(day)
    rng = np.random.default_rng(seed + 400 + year)
    many = RETURNS[year]
    directorate = by_size(rng, many)
    twelve_months_before = date(day.year - 1, day.month, day.day)
    return pd.DataFrame(
        {
            "Directorate": names_on(organisation, day)[directorate],
            "Returned": _written(_days_before(twelve_months_before, rng.random(many))),
            "Twelve Months On": np.where(rng.random(many) < STILL_EMPLOYED[year], "Still employed", "Left"),
        }
    )


def index_rows(day: date) -> pd.DataFrame:
    """A row for each area of the year's edition; one with the edition alone for the year without an entry."""
    year = LIST_DAYS.index(day)
    if not POINTS[year]:
        return pd.DataFrame({"Area": [""], "Points": [""], "Out Of": [""], "Edition": [EDITIONS[year]]})
    held = [(area, given, most) for area, given, most in zip(AREAS, POINTS[year], OUT_OF[year], strict=True) if most]
    return pd.DataFrame(held, columns=["Area", "Points", "Out Of"]).assign(Edition=EDITIONS[year])


def award_rows(day: date) -> pd.DataFrame:
    year = LIST_DAYS.index(day)
    return pd.DataFrame({"Award": [AWARDS[year]], "Edition": [EDITIONS[year]]})


def by_size(rng: np.random.Generator, many: int) -> np.ndarray:
    """Directorates, as likely as they are large."""
    size = np.bincount(OF_DIRECTORATE, weights=[s.people for s in SERVICES])
    return np.asarray((rng.random(many)[:, None] > (size / size.sum()).cumsum()).sum(axis=1))


def names_on(organisation: Organisation, day: date) -> np.ndarray:
    """Each directorate as it was called on the day; one that did not exist yet by the unit where its own people were."""
    was = {s.id: s.before[0] for s in SERVICES if s.before}
    units = (organisation.by_id[d] for d in DIRECTORATES)
    return np.array([u.name if u.existed(day) else organisation.by_id[was[u.id]].name for u in units], dtype=object)


def _days_before(day: date, chance: np.ndarray) -> list[date]:
    """Days of the year to a day."""
    return [date.fromordinal(day.toordinal() - int(c * 365)) for c in chance]


def _written(days: list[date]) -> list[str]:
    """As the systems write them."""
    return [day.strftime("%d/%m/%Y") for day in days]
