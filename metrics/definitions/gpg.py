"""The gender pay gap service: which KPI gives which column of the statutory return, and which employers are compared with."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from metrics.definitions.base import Definition, Id, KpiId, Text

CORE_CITIES = (
    "Birmingham City Council",
    "Bristol City Council",
    "Cardiff Council",
    "Leeds City Council",
    "Liverpool City Council",
    "Manchester City Council",
    "Newcastle City Council",
    "Nottingham City Council",
    "Sheffield City Council",
)
"""Core cities of England and Wales, as they are called in the service; those of Scotland and Northern Ireland do not report there."""


class Gaps(Definition):
    """Two KPIs, women (numerator) against men (reference_group)."""

    mean: KpiId
    median: KpiId


class Sexes(Definition):
    """The dimension and its categories that the law speaks of; everybody else is in the headcount only."""

    dimension: Id = "sex"
    men: Id = "male"
    women: Id = "female"


class Quarters(Definition):
    """The KPI that is the share of women, the dimension that it is split by, and the category of each quarter."""

    women: KpiId
    dimension: Id
    lower: Id
    lower_middle: Id
    upper_middle: Id
    upper: Id

    @property
    def categories(self) -> tuple[str, str, str, str]:
        return (self.lower, self.lower_middle, self.upper_middle, self.upper)


class Employer(Definition):
    """What the service knows the council by; each may be left out, and is then empty in the row."""

    id: Annotated[int, Field(ge=1)] | None = None
    address: Text | None = None
    post_code: Text | None = None
    company_number: Text | None = None
    sic_codes: tuple[Annotated[int, Field(ge=1, le=99999)], ...] = (1, 84110)
    link: Text | None = None
    """Web page of the council's own report."""
    responsible_person: Text | None = None
    """Public authorities need none."""


class GpgReturn(Definition):
    """`config/returns/gpg.yaml`: which KPI gives which column. What is left out can be added later; the return says what it lacks."""

    hourly_gap: Gaps
    """Of the hourly pay of people on full pay."""
    employees: KpiId | None = None
    """People employed on the snapshot date: the duty begins at 250."""
    bonus_gap: Gaps | None = None
    """Of the bonus pay of those who were paid one."""
    bonus_paid: KpiId | None = None
    """Share of men who were paid a bonus, minus the share of women."""
    no_bonus_scheme: bool = False
    """True: the council pays nobody a bonus, so it reports 0 percent, and no bonus gap."""
    quarters: Quarters | None = None
    """Women and men in each quarter of the scale."""
    sex: Sexes = Sexes()
    employer: Employer = Employer()

    @property
    def gaps(self) -> dict[str, str]:
        """The service's measure to the KPI that gives it: what other employers can be set beside."""
        hourly = {"mean_hourly_gap": self.hourly_gap.mean, "median_hourly_gap": self.hourly_gap.median}
        bonus = {"mean_bonus_gap": self.bonus_gap.mean, "median_bonus_gap": self.bonus_gap.median} if self.bonus_gap else {}
        return {**hourly, **bonus}


class SameEmployer(Definition):
    """Decided by a person: an employer without a number in one year is the one that has this number in others."""

    year: Annotated[int, Field(ge=2017, le=2100)]
    name: Text
    is_: Annotated[int, Field(ge=1)] | Literal["nobody"] = Field(alias="is")
    """The service's EmployerId, or the word `nobody`: it is not any other."""


class GpgComparators(Definition):
    """`config/comparators/gender_pay_gap.yaml`: what the analyst decides about the employers compared with."""

    ours: Text | None = None
    """The council's own name in the service, where it is not the one in settings.yaml."""
    named: tuple[Text, ...] = CORE_CITIES
    """Councils that are named on charts and in tables."""
    councils: tuple[Text, ...] = ()
    """Employers that are councils, though neither their name nor their codes say so."""
    not_councils: tuple[Text, ...] = ()
    """Employers that are no councils, though name and codes look like it."""
    same: tuple[SameEmployer, ...] = ()
    reviewed: date | None = None
    """When somebody last went through what the import asked to be decided."""
