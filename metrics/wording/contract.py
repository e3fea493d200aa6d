"""What a dataset asks for, as words: for whoever fills in a template, and for a page of reference."""

from __future__ import annotations

from metrics.definitions.contract import Contract, Heading

KEEP_SAFE = (
    "Once filled in, this file holds what identifiable people said of themselves. Keep it where only those who need it can read it, "
    "send it only by a protected way, and delete it when it was loaded."
)
MEASURED = ("whole number", "number", "money", "date", "yes or no", "text")
"""Kinds whose title is no more than the column's name."""


def describe_entry(heading: Heading, categories: str = "", units: str = "") -> str:
    """What to write in a cell, with unit and limits. `categories` and `units` are the sheets that list the words."""
    unit = f" ({heading.unit})" if heading.unit else ""
    limits = f", {heading.limits}" if heading.limits else ""
    match heading.kind:
        case "category":
            listed = f" on {categories}" if categories else ""
            return f"One of {len(heading.choices)} words{listed}." if heading.choices else "A category."
        case "unit":
            return f"A unit's name{f', as on {units}' if units and heading.places else ''}."
        case "yes or no":
            return "yes or no."
        case "date" | "day":
            return "A day, such as 31/03/2026."
        case "span":
            return "A year (2026), a month (2026-03) or a day (31/03/2026)."
        case "people":
            return "A whole number of people, 0 or more."
        case "whole number":
            return f"A whole number{unit}{limits}."
        case "money":
            return f"An amount{unit}{limits}, without a sign."
        case "number":
            return f"A number{unit}{limits}."
        case "identifier":
            return "The number or code as it is kept, with its zeros."
        case _:
            return "Text."


def describe_holding(heading: Heading) -> str:
    """What a column holds: "Sex. As recorded for payroll.", "Contracted hours in a week."; its title where nothing more is said."""
    return heading.about if heading.about and heading.kind in MEASURED else f"{heading.title}. {heading.about}".strip()


def describe_lack(heading: Heading) -> str:
    """What to do with a column that somebody does not hold."""
    if heading.may_be_left_out:
        return "Leave the column out, or empty." if heading.may_be_empty else "Leave the column out."
    return "Keep the column and leave it empty." if heading.may_be_empty else "Every row needs it."


def describe_maker(contract: Contract) -> str:
    """Who makes the extract."""
    if contract.filled_in_by:
        return contract.filled_in_by
    return f"Whoever keeps the records in: {contract.source_system}" if contract.source_system else "Whoever keeps these records"
