"""What the markers in exported files mean."""

from __future__ import annotations

from collections.abc import Iterable

MARKERS = {
    "[c]": ("Confidential", "Hidden to protect people: the numbers are too small to show safely, or would give away one that is."),
    "[w]": ("Withheld", "Fewer than 60 in 100 people have answered, so the figure would not be fair."),
    "[x]": ("Not available", "There is no figure for this period or group."),
    "[z]": ("Not applicable", "The figure does not apply here, for example because nobody could have been counted."),
    "[u]": ("Low reliability", "The figure stands, but rests on few people or answers: use it with care."),
}
"""Marker to its short name and its meaning."""

EMPTY_IS_NOT_ZERO = "An empty cell with a marker is not zero."


def describe_markers(markers: Iterable[str] | None = None) -> tuple[str, ...]:
    """A line for each marker that is used (all of them when none are named), and the reminder that empty is not zero."""
    used = set(MARKERS if markers is None else markers)
    lines = [f"{marker} {name}. {meaning}" for marker, (name, meaning) in MARKERS.items() if marker in used]
    return (*lines, EMPTY_IS_NOT_ZERO) if lines else ()
