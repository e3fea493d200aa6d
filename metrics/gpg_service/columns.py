"""The columns of the gender pay gap service's yearly download, in its own order, and what is done with each."""

from __future__ import annotations

from collections.abc import Mapping

COLUMNS: tuple[str, ...] = (
    "EmployerName", "EmployerId", "Address", "PostCode", "CompanyNumber", "SicCodes",
    "DiffMeanHourlyPercent", "DiffMedianHourlyPercent", "DiffMeanBonusPercent", "DiffMedianBonusPercent",
    "MaleBonusPercent", "FemaleBonusPercent",
    "MaleLowerQuartile", "FemaleLowerQuartile", "MaleLowerMiddleQuartile", "FemaleLowerMiddleQuartile",
    "MaleUpperMiddleQuartile", "FemaleUpperMiddleQuartile", "MaleTopQuartile", "FemaleTopQuartile",
    "CompanyLinkToGPGInfo", "ResponsiblePerson", "EmployerSize", "CurrentName", "SubmittedAfterTheDeadline", "DueDate", "DateSubmitted",
)  # fmt: skip
"""All 27. Files are read by these names, in whatever order they stand."""
NOT_IN_EARLY_YEARS = frozenset({"EmployerId", "PostCode", "DueDate", "DateSubmitted"})
"""The files of the first years have 23 columns."""

MEASURES: Mapping[str, str] = {
    "DiffMeanHourlyPercent": "mean_hourly_gap",
    "DiffMedianHourlyPercent": "median_hourly_gap",
    "DiffMeanBonusPercent": "mean_bonus_gap",
    "DiffMedianBonusPercent": "median_bonus_gap",
    "MaleBonusPercent": "men_paid_bonus",
    "FemaleBonusPercent": "women_paid_bonus",
    "MaleLowerQuartile": "men_lower_quarter",
    "FemaleLowerQuartile": "women_lower_quarter",
    "MaleLowerMiddleQuartile": "men_lower_middle_quarter",
    "FemaleLowerMiddleQuartile": "women_lower_middle_quarter",
    "MaleUpperMiddleQuartile": "men_upper_middle_quarter",
    "FemaleUpperMiddleQuartile": "women_upper_middle_quarter",
    "MaleTopQuartile": "men_upper_quarter",
    "FemaleTopQuartile": "women_upper_quarter",
}
"""The service's heading to the name of the measure here. All are in percent."""
GAPS = ("mean_hourly_gap", "median_hourly_gap", "mean_bonus_gap", "median_bonus_gap")
BONUS_GAPS = ("mean_bonus_gap", "median_bonus_gap")
MAY_BE_EMPTY = frozenset(m for m in MEASURES.values() if m in BONUS_GAPS or m.endswith("_quarter"))
"""Bonus gaps where nobody was paid one; quarters of employers that could leave them out while staff were on furlough."""

SIZES: tuple[str, ...] = (
    "Not Provided", "Less than 250", "250 to 499", "500 to 999", "1000 to 4999", "5000 to 19,999", "20,000 or more",
)  # fmt: skip
"""As the service writes them, commas and all."""
SMALLEST_IN_DUTY = 250
"""Employees on the snapshot date from which an employer must report (SI 2017/353, regulation and Schedule 1, paragraph 1)."""


def size_of(employees: int) -> str:
    """The service's words for a number of employees.

    >>> size_of(10984), size_of(250), size_of(249)
    ('5000 to 19,999', '250 to 499', 'Less than 250')
    """
    from_below = ((20_000, 6), (5_000, 5), (1_000, 4), (500, 3), (250, 2))
    return SIZES[next((place for least, place in from_below if employees >= least), 1)]
