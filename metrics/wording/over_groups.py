"""Figures that are made of the figures of groups, in words: which group it is, and how many of them are not shown."""

from __future__ import annotations

import pandas as pd

from metrics.report import Contents
from metrics.wording.values import format_count_of


def describe_extreme(note: str, contents: Contents | None) -> str:
    """ "The largest gap is that of “African”. Two groups are hidden and were not asked." """
    _, group, hidden, small = note.split(":")
    dimension, _, category = group.partition("=")
    labels = (
        {c: label for c, label, _ in contents.dimensions[dimension].categories} if contents and dimension in contents.dimensions else {}
    )
    words = [f"The largest gap of those shown is that of “{labels.get(category, category)}”."]
    if int(hidden):
        words.append(f"{_groups(int(hidden))} hidden or withheld, so theirs may be larger.")
    if int(small):
        words.append(f"{_groups(int(small))} too small to count here.")
    return " ".join(words)


def describe_chosen(note: str, contents: Contents | None) -> str:
    """ "The highest of those shown is that of “Black”.", "Compared with the best of the groups, “White”.": and who was not asked."""
    key, group, hidden, small = note.split(":")
    dimension, _, category = group.partition("=")
    labels = (
        {c: label for c, label, _ in contents.dimensions[dimension].categories} if contents and dimension in contents.dimensions else {}
    )
    name = labels.get(category, category)
    said = {
        "highest": f"The highest of those shown is that of “{name}”.",
        "best": f"The others are compared with “{name}”." if group else "Each group is compared with all of them together.",
    }
    words = [said[key]]
    if int(hidden):
        words.append(f"{_groups(int(hidden))} hidden or withheld, so theirs may be higher.")
    if int(small):
        words.append(f"{_groups(int(small))} too small to count here.")
    return " ".join(words)


def _groups(number: int) -> str:
    words = format_count_of(number)
    return f"{words[:1].upper()}{words[1:]} {'group is' if number == 1 else 'groups are'}"


def is_extreme(row: pd.Series) -> bool:
    return str(row["note"]).startswith("extreme:")
