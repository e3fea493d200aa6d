"""Where to read instead, when most groups of a breakdown are hidden: what the note of a row points to, in words."""

from __future__ import annotations

from dataclasses import dataclass

from metrics.report import Contents
from metrics.wording.groups import format_breakdown
from metrics.wording.values import format_list


@dataclass(frozen=True)
class Instead:
    """What a note points to; at most one of the three is filled.

    Attributes
    ----------
    splits : breakdowns of the same unit by fewer groups, each as dimensions joined by "+"
    unit : the unit above, by the same groups
    yearly : a breakdown that is published once a year
    """

    splits: tuple[str, ...] = ()
    unit: str = ""
    yearly: str = ""


def read_instead(note: str) -> Instead:
    """ "coarsened:by:ethnicity_5" and so on (`metrics.evaluate.instead`); empty for any other note."""
    key, _, pointer = note.partition(":")
    kind, _, where = pointer.partition(":")
    if key != "coarsened":
        return Instead()
    return Instead(tuple(where.split(",")) if kind == "by" else (), where if kind == "at" else "", where if kind == "yearly" else "")


def describe_instead_of(chosen: str, dimension: str, contents: Contents) -> str:
    """Above a coarser breakdown that stands in the place of the one that was chosen."""
    fine, broad = (format_breakdown(d, contents.dimensions) for d in (chosen, dimension))
    return f"Too few people in most groups by {fine} here, so these are the figures by {broad}."


def describe_instead(note: str, contents: Contents) -> str:
    """ "See the figures by sex and by ethnic group (two groups)." A unit that the reader may not see is not named."""
    found = read_instead(note)
    if found.splits:
        each = [f"by {format_breakdown(split, contents.dimensions)}" for split in found.splits]
        return f"See the figures {format_list(each)}."
    if found.unit in contents.units:
        unit = contents.units[found.unit]
        return f"See the figures of {'the whole council' if unit.parent is None else unit.name}."
    return f"See the yearly figures by {format_breakdown(found.yearly, contents.dimensions)}." if found.yearly else ""
