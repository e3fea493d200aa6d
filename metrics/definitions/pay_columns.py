"""Datasets of pay: made whole with the columns that are worked out of pay items, with pay quarters, and with who earns most."""

from __future__ import annotations

from collections.abc import Mapping

from metrics.definitions.dataset import Column, Dataset
from metrics.definitions.dimension import Category, Dimension
from metrics.definitions.pay_items import PayItems, TopEarners

HOURLY_PAY, BONUS_PAY, BONUS_PAID, PAY_STATUS = "hourly_pay", "bonus_pay", "bonus_paid", "pay_status"
BONUS, NO_BONUS = "bonus", "no_bonus"
STATUS_OF = {"full": "full_pay", "reduced_other": "reduced_other", "reduced_leave": "reduced_pay", "nil_leave": "no_pay"}
"""Effect of leave on pay, the one that weighs least first, to the category of `pay_status`."""
QUARTERS = ("lower", "lower_middle", "upper_middle", "upper")
NO_QUARTER = "no_quarter"
TOP_EARNERS = "top_earners"
TOP, BELOW, NO_SALARY = "top", "below", "no_salary"
WORKED_OUT = "\0"
"""Beginning of the headings of columns that are worked out: no file can have one."""

BONUS_DIMENSION = Dimension(
    id=BONUS_PAID,
    title="Bonus pay in the year to the snapshot day",
    categories=(Category(id=BONUS, label="Paid a bonus"), Category(id=NO_BONUS, label="Paid no bonus")),
)
STATUS_DIMENSION = Dimension(
    id=PAY_STATUS,
    title="Pay in the snapshot period",
    categories=(
        Category(id="full_pay", label="On full pay"),
        Category(id="reduced_other", label="On reduced pay for a reason other than leave"),
        Category(id="reduced_pay", label="On reduced pay because of leave"),
        Category(id="no_pay", label="Not paid because of leave"),
        Category(id="not_recorded", label="Not recorded", known=False),
    ),
)


def with_pay_columns(datasets: Mapping[str, Dataset]) -> dict[str, Dataset]:
    """The same datasets, those of pay with their worked-out columns; a column that the definition has already stays as it is."""
    return {id: _with_columns(dataset) for id, dataset in datasets.items()}


def _with_columns(dataset: Dataset) -> Dataset:
    added = {**(_of_items(dataset.pay_items) if dataset.pay_items else {}), **_of_quarters(dataset), **_of_top_earners(dataset)}
    new = {name: column for name, column in added.items() if name not in dataset.columns}
    return dataset.model_copy(update={"columns": {**dataset.columns, **new}}) if new else dataset


def _of_items(items: PayItems) -> dict[str, Column]:
    limits = {"minimum": items.lowest, "maximum": items.highest}
    statuses = {status: status for status in STATUS_OF.values()}
    made: dict[str, dict[str, object]] = {
        HOURLY_PAY: {"type": "money", **limits},
        BONUS_PAY: {"type": "money"},
        BONUS_PAID: {"dimension": BONUS_PAID, "standard_labels": False, "recode": {BONUS: BONUS, NO_BONUS: NO_BONUS}},
        PAY_STATUS: {"dimension": PAY_STATUS, "standard_labels": False, "recode": statuses},
    }
    return {name: Column.model_validate({"from": WORKED_OUT + name, **column}) for name, column in made.items()}


def _of_quarters(dataset: Dataset) -> dict[str, Column]:
    named = dataset.quarters.by if dataset.quarters else {}
    return {
        name: Column.model_validate({"from": WORKED_OUT + name, "dimension": name, "required": False, "standard_labels": False})
        for name in named
    }


def _of_top_earners(dataset: Dataset) -> dict[str, Column]:
    if dataset.top_earners is None:
        return {}
    recode = {id: id for id in (TOP, BELOW, NO_SALARY)}
    column = {"from": WORKED_OUT + TOP_EARNERS, "dimension": TOP_EARNERS, "required": False, "standard_labels": False, "recode": recode}
    return {TOP_EARNERS: Column.model_validate(column)}


def with_pay_dimensions(dimensions: Mapping[str, Dimension], datasets: Mapping[str, Dataset]) -> dict[str, Dimension]:
    """The dimensions, with those that worked-out columns of pay hold and the council has not declared itself."""
    found = dict(dimensions)
    for dataset in datasets.values():
        if dataset.pay_items is not None:
            found = {BONUS_PAID: BONUS_DIMENSION, PAY_STATUS: STATUS_DIMENSION, **found}
        for name, ties in (dataset.quarters.by if dataset.quarters else {}).items():
            found.setdefault(name, _quarters(name, dimensions[ties].title if ties in dimensions else ties))
        if dataset.top_earners is not None:
            found.setdefault(TOP_EARNERS, _top_earners(dataset.top_earners))
    return found


def _quarters(name: str, ties: str) -> Dimension:
    labels = ("Lower quarter", "Lower middle quarter", "Upper middle quarter", "Upper quarter")
    return Dimension(
        id=name,
        title="Pay quarter" if name == "pay_quarter" else f"Pay quarter ({ties.split(' (')[0].lower()} known)",
        ordered=True,
        categories=(
            *(Category(id=id, label=label) for id, label in zip(QUARTERS, labels, strict=True)),
            Category(id=NO_QUARTER, label="In no quarter", known=False),
        ),
    )


def _top_earners(top: TopEarners) -> Dimension:
    return Dimension(
        id=TOP_EARNERS,
        title=f"Top {top.percent:g}% of earners",
        ordered=True,
        categories=(
            Category(id=BELOW, label="Below the top"),
            Category(id=TOP, label=f"In the top {top.percent:g}% of earners"),
            Category(id=NO_SALARY, label="No salary on record, or not ranked", known=False),
        ),
    )
