"""What others have published about the demo council's city: employment, early years, length of life, turnout. All of it is invented.

Numbers are made by arithmetic alone, without a draw, and written as publishers write them: thousands with commas, marks where a figure is
withheld.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from functools import partial

import pandas as pd

from metrics.demo.city import FIFTHS, SHARES, WARDS, apportioned, residents_by_fifth, residents_by_ward
from metrics.demo.council import PAY_DAYS

YEAR_ENDS = PAY_DAYS[1:]
"""On each stands what was newest by then."""
ELECTIONS = (date(2022, 5, 5), date(2023, 5, 4), date(2024, 5, 2))
"""A third of the council is elected in each; the fourth year has no election."""
TABLES: tuple[tuple[str, date], ...] = (
    *((dataset, day) for dataset in ("employment", "early_years", "life_expectancy") for day in YEAR_ENDS),
    *(("turnout", day) for day in ELECTIONS),
)
"""Dataset and day of every table."""

WORKING_AGE = {2023: 742_000, 2024: 750_500, 2025: 758_700, 2026: 765_200}
"""Residents aged 16 to 64."""
EMPLOYED = {
    "White": (0.724, 0.728, 0.731, 0.734),
    "Asian": (0.571, 0.579, 0.590, 0.601),
    "Black": (0.578, 0.583, 0.594, 0.603),
    "Mixed": (0.618, 0.624, 0.631, 0.640),
    "Other": (0.512, 0.521, 0.527, 0.536),
}
"""Share in employment, year by year."""
MEN_OVER_WOMEN = {"White": 1.055, "Asian": 1.42, "Black": 1.02, "Mixed": 1.04, "Other": 1.33}
WOMEN = 0.505
DISABLED = 0.171
DISABLED_EMPLOYED = (0.441, 0.452, 0.459, 0.470)
DISABLED_MEN_OVER_WOMEN = 1.01

REACHED = (0.652, 0.661, 0.668, 0.676)
"""Share of children with a good level of development, year by year."""
CHILDREN = 15_400
EARLY_YEARS: Mapping[str, tuple[float, float, float]] = {
    "White British": (0.345, 1.035, 0.0),
    "Irish": (0.006, 1.06, 0.0),
    "Gypsy or Irish Traveller": (0.0006, 0.52, 0.01),
    "Roma": (0.0048, 0.55, 0.02),
    "Any other White background": (0.055, 0.93, 0.004),
    "White and Black Caribbean": (0.032, 0.965, 0.003),
    "White and Black African": (0.010, 1.00, 0.0),
    "White and Asian": (0.021, 1.05, 0.0),
    "Any other Mixed background": (0.026, 1.01, 0.0),
    "Indian": (0.055, 1.11, 0.0),
    "Pakistani": (0.205, 0.955, 0.006),
    "Bangladeshi": (0.045, 0.985, 0.006),
    "Chinese": (0.0075, 1.09, 0.0),
    "Any other Asian background": (0.038, 0.98, 0.0),
    "African": (0.072, 0.985, 0.0),
    "Caribbean": (0.026, 0.975, 0.003),
    "Any other Black background": (0.019, 0.955, 0.0),
    "Arab": (0.017, 0.90, 0.006),
    "Any other ethnic group": (0.0151, 0.92, 0.0),
}
"""Ethnic group to its part of the children, how its share stands to everybody's in the first year, and how much nearer it comes a year."""
FEWEST_SHOWN = 10
"""The publisher withholds groups of fewer children."""

LIFE = {
    2023: (76.1, 77.6, 79.2, 80.9, 82.9),
    2024: (76.2, 77.8, 79.4, 81.1, 83.1),
    2025: (76.5, 78.1, 79.6, 81.2, 83.2),
    2026: (76.9, 78.4, 79.8, 81.4, 83.3),
}
"""Years that somebody born now would live at today's rates, from the most deprived fifth to the least."""

TURNOUT = {2022: (0.254, 0.281, 0.312, 0.362, 0.437), 2023: (0.246, 0.271, 0.299, 0.349, 0.421), 2024: (0.268, 0.290, 0.315, 0.360, 0.428)}
ELECTORS = 0.66
"""Of all residents: adults who are on the register."""

Listed = tuple[str, date, str, Callable[[], pd.DataFrame]]
"""Dataset, day, name of the file, and what makes its rows."""


def published_tables(day: date) -> Iterator[Listed]:
    """The tables of a quarter end, and those of elections in the quarter to it."""
    if day in YEAR_ENDS:
        yield "employment", day, "Employment", partial(employment_rows, day)
        yield "early_years", day, "Good level of development", partial(early_years_rows, day)
        yield "life_expectancy", day, "Life expectancy", partial(life_expectancy_rows, day)
    for election in ELECTIONS:
        if 0 <= (day - election).days < 92:
            yield "turnout", election, "Turnout", partial(turnout_rows, election)


def employment_rows(day: date) -> pd.DataFrame:
    """By sex and ethnic group, and by sex and disability; numbers are rounded to 100, as those of a survey are."""
    year = YEAR_ENDS.index(day)
    groups = apportioned(WORKING_AGE[day.year], SHARES[2021]["ethnicity"])
    by_group = {g: _by_sex(people, EMPLOYED[g][year], MEN_OVER_WOMEN[g]) for g, people in groups.items()}
    everybody = {sex: _added(by_group[g][sex] for g in by_group) for sex in ("Women", "Men")}
    disabled = _by_sex(round(WORKING_AGE[day.year] * DISABLED), DISABLED_EMPLOYED[year], DISABLED_MEN_OVER_WOMEN)
    others = {sex: (everybody[sex][0] - disabled[sex][0], everybody[sex][1] - disabled[sex][1]) for sex in everybody}
    made: list[tuple[str, str, str, str, str]] = []
    sides = (
        ("All", "All", everybody),
        *((g, "All", of) for g, of in by_group.items()),
        ("All", "Disabled", disabled),
        ("All", "Not disabled", others),
    )
    for group, disability, of in sides:
        whole = {"All": _added(of.values()), **of}
        made += [(sex, group, disability, f"{employed:,}", f"{people:,}") for sex, (people, employed) in whole.items()]
    return pd.DataFrame(made, columns=["Sex", "Ethnic Group", "Disability", "In Employment", "Aged 16 to 64"])


def _by_sex(people: int, share: float, men_over_women: float) -> dict[str, tuple[int, int]]:
    """Residents and those in employment, to the nearest hundred, with the share of both sexes together as it is given."""
    women, men = _hundreds(people * WOMEN), _hundreds(people * (1 - WOMEN))
    rate = share * (women + men) / (women + men * men_over_women)
    return {"Women": (women, _hundreds(women * rate)), "Men": (men, _hundreds(men * rate * men_over_women))}


def _hundreds(number: float) -> int:
    return 100 * int(number / 100 + 0.5)


def _added(parts: Iterable[tuple[int, int]]) -> tuple[int, int]:
    people, employed = zip(*parts, strict=True)
    return sum(people), sum(employed)


def early_years_rows(day: date) -> pd.DataFrame:
    """By ethnic group, with `c` where the publisher withholds a small one."""
    year = YEAR_ENDS.index(day)
    children = apportioned(CHILDREN + 40 * year, {group: part for group, (part, _, _) in EARLY_YEARS.items()})
    reached = {
        group: round(children[group] * min(REACHED[year] * (against + nearer * year), 0.95))
        for group, (_, against, nearer) in EARLY_YEARS.items()
    }
    rows = [("All", sum(children.values()), sum(reached.values())), *((g, children[g], reached[g]) for g in children)]
    said = [(g, *(f"{n:,}" if many >= FEWEST_SHOWN else "c" for n in (many, good))) for g, many, good in rows]
    return pd.DataFrame(said, columns=["Ethnic Group", "Children", "Good Level of Development"])


def life_expectancy_rows(day: date) -> pd.DataFrame:
    people = residents_by_fifth(min(day.year - 1, 2025))
    fifths = [(name, f"{people[n]:,}", f"{LIFE[day.year][n - 1]:.1f}") for n, name in enumerate(FIFTHS, start=1)]
    whole = sum(people[n] * LIFE[day.year][n - 1] for n in people) / sum(people.values())
    return pd.DataFrame(
        [("All wards", f"{sum(people.values()):,}", f"{whole:.1f}"), *fifths],
        columns=["Deprivation Fifth", "Residents", "Life Expectancy at Birth"],
    )


def turnout_rows(election: date) -> pd.DataFrame:
    """A row for each ward: electors, and ballot papers counted with those that were rejected."""
    people = residents_by_ward(max(election.year, 2021))
    rows = []
    for place, ward in enumerate(WARDS):
        electors = round(people[ward.id] * (ELECTORS + 0.004 * (ward.fifth - 3)))
        swing = ((place * 37) % 11 - 5) * 0.006  # wards differ for reasons of their own
        voted = round(electors * (TURNOUT[election.year][ward.fifth - 1] + swing))
        rows.append((ward.name, f"{electors:,}", f"{voted:,}"))
    return pd.DataFrame(rows, columns=["Ward", "Electors", "Ballot Papers"])
