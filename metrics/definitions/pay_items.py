"""Payroll files that hold what was paid rather than an hourly rate: how their pay codes, periods, hours and leave are read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from metrics.definitions.base import Definition, Id, Text

Treatment = Literal["ordinary", "bonus", "excluded"]
"""ordinary : basic pay, allowances, shift premium, pay for leave; bonus : performance, incentive, commission; excluded : overtime,
redundancy, expenses, arrears of another period, anything that is not money."""
PeriodLength = Literal["week", "fortnight", "four_weeks", "month", "quarter", "year"]
PayEffect = Literal["full", "reduced_leave", "nil_leave", "reduced_other"]
"""full : paid as usual, on leave or not; reduced_leave, nil_leave : paid less, or nothing, because of leave; reduced_other : paid less
for another reason, which leaves somebody a full-pay relevant employee."""


class Lengths(Definition):
    """How long a time an amount is for: one length for every row, or a heading whose cells say so."""

    length: PeriodLength | None = None
    source: Text | None = Field(default=None, alias="from")
    recode: Mapping[Text, PeriodLength] = Field(default_factory=dict)
    """The file's words to lengths. Usual words (`Monthly`, `4-weekly`) and a number of days need no entry."""


def _length(value: Any) -> Any:
    return {"length": value} if isinstance(value, str) else value


LengthField = Annotated[Lengths, BeforeValidator(_length, json_schema_input_type=PeriodLength | Lengths)]


class Hours(Definition):
    """Weekly working hours on the snapshot day, without overtime."""

    contract: Text | None = None
    """Heading of the contractual hours a week."""
    fixed: float | None = Field(default=None, gt=0, le=168)
    """The same hours for everybody, where the file has none."""
    weeks: tuple[Text, ...] = ()
    """Headings of the hours worked in each week, the latest complete week of the pay period first, for people whose hours vary: twelve
    or more, so that weeks without hours can be skipped. Whoever has a filled cell here is one of them."""
    fair: Text | None = None
    """Heading of a number of hours that fairly represents the contract, for those with fewer than twelve weeks."""


def _hours(value: Any) -> Any:
    if isinstance(value, str):
        return {"contract": value}
    return {"fixed": value} if isinstance(value, int | float) and not isinstance(value, bool) else value


class Leave(Definition):
    """Whether somebody was paid less in the pay period because of leave."""

    source: Text = Field(alias="from")
    recode: Mapping[Text, PayEffect]
    blank: PayEffect = "full"


class PayItems(Definition):
    """Amounts paid, turned into one row a person with `hourly_pay`, `bonus_pay`, `bonus_paid` and `pay_status`.

    Either a row per employee and pay code (`code`, `amount`, `codes`), or several headings of amounts (`amounts`). Every pay code of the
    file needs a treatment: one that nobody has mapped refuses the file.
    """

    code: Text | None = None
    """Heading of the pay code."""
    amount: Text | None = None
    """Heading of the amount, in pounds before deductions."""
    codes: Mapping[Text, Treatment] = Field(default_factory=dict)
    amounts: Mapping[Text, Treatment] = Field(default_factory=dict)
    """Heading of an amount to how it is treated."""
    pay_period: LengthField
    """How long the pay period is, or for how long a time each row's amount is."""
    hours: Annotated[Hours, BeforeValidator(_hours, json_schema_input_type=float | Text | Hours)]
    leave: Leave | None = None
    """Left out: nobody's pay is taken to be reduced because of leave."""
    bonus_period: LengthField | None = None
    """The length of time that a bonus rewards, where it is not the pay period."""
    in_period: Text | Literal["always"] | None = None
    """For files with bonus pay: heading of yes or no, whether an amount was paid in the pay period of the snapshot day. Bonuses of the
    whole year up to then make the bonus figures, and only those paid in the period are part of hourly pay. `always`: all were."""
    lowest: float = Field(default=0, ge=0)
    highest: float | None = None
    """An hourly pay outside of these refuses the person: hours or amount are wrong."""

    @property
    def treatments(self) -> frozenset[Treatment]:
        return frozenset({*self.codes.values(), *self.amounts.values()})

    @property
    def headings(self) -> dict[str, str]:
        """Every heading that must be there, to the key that names it."""
        lengths = {"pay_period.from": self.pay_period, "bonus_period.from": self.bonus_period}
        named = {
            "code": self.code,
            "amount": self.amount,
            **{key: found.source for key, found in lengths.items() if found is not None},
            "hours.contract": self.hours.contract,
            "hours.fair": self.hours.fair,
            "leave.from": self.leave.source if self.leave else None,
            "in_period": None if self.in_period == "always" else self.in_period,
        }
        listed = {**dict.fromkeys(self.amounts, "amounts"), **dict.fromkeys(self.hours.weeks, "hours.weeks")}
        return {heading: key for key, heading in named.items() if heading} | listed


class PayQuarters(Definition):
    """Pay quarters of a dataset: people ranked by pay, cut into four as the statutory rules say."""

    column: Id = "hourly_pay"
    population: Id
    """Who is ranked; whoever has no pay on record is in no quarter."""
    by: Mapping[Id, Id] = Field(min_length=1)
    """Column to fill with quarters, to the dimension whose groups share out people of equal pay; only people whose category of it is known
    are ranked. `{pay_quarter: sex}`"""


class TopEarners(Definition):
    """Who is among the best paid of a dataset: so many in a hundred of those with a salary, and everybody paid as the last of them is."""

    column: Id
    """Salary for full-time work, so that who works part-time ranks where the post does."""
    population: Id
    """Who is ranked; whoever has no salary on record is not."""
    percent: float = Field(gt=0, lt=100)
