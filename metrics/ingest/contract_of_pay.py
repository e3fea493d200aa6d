"""What a payroll file of amounts asks for: a heading for each part of the statutory formula, in words that its reader understands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from metrics.definitions.contract import Choice, Heading
from metrics.definitions.dataset import Dataset
from metrics.definitions.pay_columns import BONUS_PAID, BONUS_PAY, HOURLY_PAY, PAY_STATUS, TOP_EARNERS
from metrics.definitions.pay_items import Lengths, PayItems

TREATMENTS = {
    "ordinary": "Ordinary pay: part of hourly pay",
    "bonus": "Bonus pay",
    "excluded": "Left out of every pay figure",
}
EFFECTS = {
    "full": "Paid as usual",
    "reduced_leave": "Paid less because of leave",
    "nil_leave": "Not paid because of leave",
    "reduced_other": "Paid less for a reason other than leave",
}
LENGTHS = {
    "week": ("week", "One week"),
    "fortnight": ("fortnight", "Two weeks"),
    "four_weeks": ("four weeks", "Four weeks"),
    "month": ("month", "One month"),
    "quarter": ("quarter", "Three months"),
    "year": ("year", "One year"),
}
"""Length to a usual word for it, and its meaning."""
MOST_HOURS = 168.0
"""In a week."""
FORMULA = "the amounts, hours and leave, by the statutory formula"
FROM_AMOUNTS = {
    HOURLY_PAY: FORMULA,
    BONUS_PAY: "the amounts of bonus pay of the twelve months up to the day",
    BONUS_PAID: "whether there was any bonus pay",
    PAY_STATUS: "whether leave reduced the pay of the period",
}
AGAIN = "The same on each of a person's rows."


def pay_headings(items: PayItems, currency: str) -> Iterator[Heading]:
    """The headings that pay is worked out of, in the order of the definition."""
    if items.code is not None:
        yield _code(items, items.code)
    if items.amount is not None:
        yield _amount(items.amount, "Amount", "What was paid under this row's pay code, before deductions.", currency, must=True)
    for heading, treatment in items.amounts.items():
        yield _amount(heading, TREATMENTS[treatment], "What was paid, before deductions.", currency, must=False)
    yield from _lengths(items.pay_period, "pay_period", "Pay period", "The time that the amount is for.", "The person is refused.")
    yield from _hours(items)
    if items.leave is not None:
        yield _leave(items)
    if items.in_period not in (None, "always"):
        yield _in_period(str(items.in_period))
    if items.bonus_period is not None:
        told = "The time that a bonus rewards."
        yield from _lengths(items.bonus_period, "bonus_period", "Bonus period", told, "The pay period counts.", must=False)


def pay_derived(dataset: Dataset) -> Iterator[tuple[str, str]]:
    """Columns that are worked out of amounts, pay quarters, and who earns most."""
    yield from FROM_AMOUNTS.items() if dataset.pay_items is not None else ()
    quarters = dataset.quarters
    for name, ties in quarters.by.items() if quarters else ():
        told = (
            f"everybody of `{quarters.population}` whose `{ties}` is known, ranked by `{quarters.column}` and cut into four"
            if quarters
            else ""
        )
        yield name, told
    if (top := dataset.top_earners) is not None:
        best = f"the {top.percent:g}% of `{top.population}` with the highest `{top.column}`"
        yield TOP_EARNERS, f"{best}, and everybody who has as much as the last of them"


def _code(items: PayItems, heading: str) -> Heading:
    return Heading(
        heading=heading,
        columns=("pay_items.code",),
        kind="category",
        title="Pay code",
        about="What the amount of this row is for. Whoever was paid under several codes has a row for each.",
        empty="The file is refused until the cell is filled.",
        may_be_empty=False,
        choices=_choices(items.codes, TREATMENTS),
    )


def _choices(words: Mapping[str, str], meanings: Mapping[str, str]) -> tuple[Choice, ...]:
    return tuple(Choice(write=word, category=meaning, means=meanings[meaning]) for word, meaning in words.items())


def _amount(heading: str, title: str, about: str, currency: str, must: bool) -> Heading:
    return Heading(
        heading=heading,
        columns=("pay_items.amount" if must else "pay_items.amounts",),
        kind="money",
        title=title,
        about=about if must else f"{title}. {about}",
        empty="The person is refused." if must else "Nothing was paid.",
        may_be_empty=not must,
        unit=currency,
    )


def _lengths(lengths: Lengths, key: str, title: str, about: str, empty: str, must: bool = True) -> Iterator[Heading]:
    """A heading where the file says how long; nothing where it is the same for everybody."""
    if lengths.source is None:
        return
    own: dict[str, str] = dict(lengths.recode)
    usual = {word: length for length, (word, _) in LENGTHS.items() if length not in own.values()}
    yield Heading(
        heading=lengths.source,
        columns=(f"pay_items.{key}",),
        kind="category",
        title=title,
        about=about,
        empty=empty,
        may_be_empty=not must,
        choices=_choices({**usual, **own}, {length: meaning for length, (_, meaning) in LENGTHS.items()}),
    )


def _hours(items: PayItems) -> Iterator[Heading]:
    hours = items.hours
    if hours.contract is not None:
        told = f"Weekly hours by contract on the day, without overtime. {AGAIN}"
        yield _number(hours.contract, "hours.contract", told, "No hourly pay, unless other columns tell the hours.")
    for place, heading in enumerate(hours.weeks, 1):
        which = "the latest complete week" if place == 1 else f"the complete week {place - 1} before the latest"
        told = f"For people whose hours vary: hours worked in {which} of the pay period. {AGAIN}"
        yield _number(heading, "hours.weeks", told, "A week without hours is skipped. With every week empty, the hours do not vary.")
    if hours.fair is not None:
        told = f"For people with fewer than twelve weeks: hours that fairly represent the contract. {AGAIN}"
        yield _number(hours.fair, "hours.fair", told, "No hourly pay for those with fewer than twelve weeks.")


def _number(heading: str, key: str, about: str, empty: str) -> Heading:
    columns, title = (f"pay_items.{key}",), "Hours"
    return Heading(heading, columns, "number", title, about, empty, unit="hours a week", minimum=0.0, maximum=MOST_HOURS)


def _leave(items: PayItems) -> Heading:
    leave = items.leave
    assert leave is not None
    return Heading(
        heading=leave.source,
        columns=("pay_items.leave",),
        kind="category",
        title="Leave that reduced pay",
        about="Whether pay of the period was less than usual because of leave.",
        empty=f"Counts as “{EFFECTS[leave.blank]}”.",
        choices=_choices(leave.recode, EFFECTS),
    )


def _in_period(heading: str) -> Heading:
    return Heading(
        heading=heading,
        columns=("pay_items.in_period",),
        kind="yes or no",
        title="Paid in the pay period",
        about="Whether the amount was paid in the pay period of the day: only then is it part of hourly pay. Bonuses count all year.",
        empty="The person is refused.",
        may_be_empty=False,
    )
