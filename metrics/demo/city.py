"""The demo council's city: its wards, how deprived they are, and who lives there. All of it is invented.

Counts of residents are whole numbers made by arithmetic alone, without a draw: every table of a year adds up to the same total.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Ward:
    """One ward. `fifth` counts from 1, the most deprived; `people` are its residents on census day 2021."""

    id: str
    name: str
    fifth: int
    people: int


_ROWS: tuple[tuple[str, int, int], ...] = (
    ("Aldermoor", 5, 15214), ("Ashshaw", 2, 15853), ("Barrowbeck", 4, 18705), ("Beckrise", 2, 21317), ("Birkmoor", 4, 13271),
    ("Blackrise", 2, 19460), ("Bramworth", 1, 20344), ("Brookstead", 4, 16325), ("Burnthorpe", 1, 15686), ("Carrstead", 4, 15491),
    ("Clayden", 1, 23531), ("Coldby", 2, 19098), ("Copperfold", 2, 16799), ("Crabworth", 2, 19318), ("Dovehall", 3, 15601),
    ("Easthall", 5, 15467), ("Elmbeck", 1, 16398), ("Fairstead", 3, 16973), ("Fenlow", 3, 16693), ("Gosmere", 4, 16675),
    ("Greyley", 1, 19038), ("Hadhall", 1, 17696), ("Halhurst", 4, 11628), ("Harebrook", 3, 15856), ("Hawby", 5, 12941),
    ("Hazelshaw", 1, 14954), ("Holhurst", 2, 16422), ("Kelbrook Park", 4, 19204), ("Kirkstead", 4, 11182), ("Langrise", 3, 19292),
    ("Larkcote", 1, 21705), ("Linmere", 1, 17805), ("Longthorpe Hill", 3, 18210), ("Marlmere", 3, 14058), ("Merestead", 1, 16398),
    ("Millcote", 2, 14310), ("Moorstead", 3, 14417), ("Netherholme", 5, 13786), ("Oakmere", 5, 16475), ("Overgrove", 2, 17769),
    ("Parkholme", 4, 14775), ("Quarrythorpe", 5, 16634), ("Ramsbeck", 2, 21972), ("Redstead", 5, 15105), ("Rookthorpe", 1, 22090),
    ("Rushmere", 5, 10293), ("Salhill", 4, 14293), ("Sandholme", 5, 15337), ("Scarcote", 2, 14452), ("Shawmoor", 3, 20500),
    ("Silbeck", 3, 16907), ("Southby", 3, 19160), ("Springworth", 2, 13527), ("Standen Green", 4, 18243), ("Stonemere", 3, 18310),
    ("Tanridge", 2, 17445), ("Tarnrise", 3, 13060), ("Thornlow", 5, 13725), ("Underlow", 5, 16108), ("Valehill", 4, 17004),
    ("Walstead", 4, 18231), ("Watershaw", 5, 12223), ("Westgrove", 5, 12535), ("Whinhurst", 3, 16400), ("Whitemere", 4, 16214),
    ("Wilcroft", 1, 18804), ("Withylow", 2, 20679), ("Woodbeck", 1, 14196), ("Yarrowlow", 1, 15313),
)  # fmt: skip
WARDS: tuple[Ward, ...] = tuple(Ward(f"ward_{i:02}", *row) for i, row in enumerate(_ROWS, start=1))
FIFTHS = ("Most deprived fifth", "Second most deprived fifth", "Middle fifth", "Second least deprived fifth", "Least deprived fifth")

RESIDENTS: Mapping[int, int] = {2011: 1_073_000, 2021: 1_144_900, 2022: 1_152_600, 2023: 1_166_000, 2024: 1_180_100, 2025: 1_191_500}
"""Year to everybody who lives there: two censuses in March, then estimates for the middle of each year."""
CENSUSES = (2011, 2021)
SHARES: Mapping[int, Mapping[str, Mapping[str, float]]] = {
    2011: {
        "ethnicity": {"Asian": 0.266, "Black": 0.090, "Mixed": 0.044, "White": 0.580, "Other": 0.020},
        "disability": {"Disabled": 0.184, "Not disabled": 0.816},
        "age": {"16 to 24": 0.163, "25 to 34": 0.157, "35 to 44": 0.132, "45 to 54": 0.116, "55 to 64": 0.085, "65 and over": 0.129},
    },
    2021: {
        "ethnicity": {"Asian": 0.310, "Black": 0.110, "Mixed": 0.048, "White": 0.490, "Other": 0.042},
        "disability": {"Disabled": 0.173, "Not disabled": 0.827},
        "age": {"16 to 24": 0.154, "25 to 34": 0.150, "35 to 44": 0.137, "45 to 54": 0.119, "55 to 64": 0.100, "65 and over": 0.131},
    },
}
"""Of all residents, by census. Ages begin at 16: the rest are children."""


HOUSEHOLDS: Mapping[int, int] = {2011: 410_700, 2021: 423_500}
HOUSEHOLD_SHARES = {
    2011: {"Asian": 0.205, "Black": 0.097, "Mixed": 0.033, "White": 0.640, "Other": 0.025},
    2021: {"Asian": 0.235, "Black": 0.115, "Mixed": 0.038, "White": 0.565, "Other": 0.047},
}
"""Of all households, by the ethnic group of the person who fills in the census for it."""


def apportioned(total: int, weights: Mapping[str, float]) -> dict[str, int]:
    """A total in whole parts in proportion to the weights: largest remainders, the first name where two are alike."""
    whole = sum(weights.values())
    exact = {name: total * weight / whole for name, weight in weights.items()}
    parts = {name: int(value) for name, value in exact.items()}
    by_rest = sorted(exact, key=lambda name: (parts[name] - exact[name], list(exact).index(name)))
    for name in by_rest[: total - sum(parts.values())]:
        parts[name] += 1
    return parts


def residents_by_ward(year: int) -> dict[str, int]:
    """Ward id to its residents in a year of `RESIDENTS`; deprived wards have grown a little faster."""
    grown = {ward.id: ward.people * (1 + 0.002 * (3 - ward.fifth)) ** (year - 2021) for ward in WARDS}
    return apportioned(RESIDENTS[year], grown)


def residents_by_fifth(year: int) -> dict[int, int]:
    """Fifth of deprivation to the residents of its wards."""
    by_ward = residents_by_ward(year)
    return {fifth: sum(by_ward[w.id] for w in WARDS if w.fifth == fifth) for fifth in range(1, 6)}


def residents_by_group(year: int, what: str) -> dict[str, int]:
    """Of a census year: residents by `ethnicity`, `disability` or `age` (from 16), under the labels of the census."""
    shares = SHARES[year][what]
    return apportioned(round(RESIDENTS[year] * sum(shares.values())), shares)


def households_by_group(year: int) -> dict[str, int]:
    """Of a census year: households by ethnic group."""
    return apportioned(HOUSEHOLDS[year], HOUSEHOLD_SHARES[year])
