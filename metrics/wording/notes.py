"""Caveats in plain sentences: why a figure is empty, and what must be said beside one that stands."""

from __future__ import annotations

import pandas as pd

from metrics.report import Contents, KpiSummary
from metrics.wording.instead import describe_instead
from metrics.wording.legend import MARKERS
from metrics.wording.likelihood import BAND_NOTE, is_ratio
from metrics.wording.movement import describe_movement
from metrics.wording.over_groups import describe_chosen, describe_extreme
from metrics.wording.over_population import describe_population
from metrics.wording.structure import breaks_between, describe_break
from metrics.wording.values import PER_WORDS, SHARES, digits_for, format_declared, format_number, is_missing, round_half_up
from metrics.wording.weighted import is_weighted
from metrics.wording.without_people import describe_lowest, describe_publisher

NOTES = {
    "hidden": "Hidden to protect people: the numbers are too small to show safely, or would give away one that is.",
    "sum_hidden": "Hidden to protect people: too few people, or it would tell how many people there are in a small group.",
    "pay_hidden": "Hidden to protect people: too few people, or too few different rates of pay, to show a pay figure.",
    "score_hidden": "Hidden to protect people: too few people, or too few different scores, to show a mean of them.",
    "minimum_base": "Hidden to protect people: a percentage of so few people would say too much about each of them.",
    "minimum_base_rounded": "Hidden: a percentage of so few people, made from rounded counts, would mislead.",
    "coarsened": "Hidden to protect people: there are too few people in most groups here.",
    "nothing": "There was nothing to count here, so there is no figure.",
    "published_confidential": "Its publisher withholds this figure to protect people.",
    "published_unreliable": "Its publisher gives no figure here, because it would be too uncertain.",
    "published_not_available": "Its publisher has no figure here.",
    "published_not_applicable": "Its publisher says that a figure would make no sense here.",
    "lowest": "Of all the groups’ figures, the lowest.",
    "groups_missing": "There is no figure: of some groups, or of all together, nothing was published.",
    "nobody": "Nobody could have been counted here, so there is no figure.",
    "not_entered": "Not entered in this framework year, so there is no result.",
    "no_benchmark": "There is no outside figure to compare this group with.",
    "not_enough_data": "Not enough data: a ratio needs at least ten people in each group, and somebody of each to whom it happened.",
    "not_enough_compared": (
        "Not enough data: an index needs at least ten people on each side, and somebody of the group on the side that it is divided by."
    ),
    "groups_hidden": "Hidden to protect people: the figure is made of those of its groups, and some of them are hidden.",
    "not_enough_events": "Not enough data: a ratio of two rates needs at least one event in each of the two groups.",
    "not_enough_groups": "Not enough data: there are not two groups large enough to compare.",
    "no_population": "Nobody has published how many people this group has, so there is no rate.",
    "population": "The number of people is the newest that was published by the end of the period.",
    "highest": "The highest of the groups’ own figures.",
    "best": "Made of the figures of the groups.",
    "extreme": "The largest of the groups’ own figures.",
    "not_available": "There is no figure for this period.",
    "withheld": "Withheld: a figure needs answers from at least 60 in 100 people.",
    "declared_low": "Read with care: fewer than 80 in 100 people have answered.",
    "no_path": "The target is not due yet and has no starting point, so there is no path to compare with.",
    "rounded": "Made from rounded counts, so it may differ a little from the exact figure.",
    "rounding": "Counts are rounded, each by itself: parts may not add up to their total, and 0 can stand for a few people.",
    "recast_sum": "Added up from the units of that day.",
    "recast_rounded": "Added up from the rounded counts of the units of that day.",
    "recast_hidden": "Hidden: a figure that would be needed to put this unit together is hidden to protect people.",
    "recast_withheld": "Withheld: a figure that would be needed to put this unit together is withheld.",
    "recast_split": "Not available: made of a part of a unit that was split, and nobody can tell which part.",
    "recast_no_sum": "Not available: made of several units then, and such figures cannot be added up.",
    "recast_not_published": "Not available: made of several units then, and not all of their figures were published.",
    "recast_span": "Not available: the units changed within the period, and a figure of the whole period cannot be put together.",
    "recast_closed": "Not available: made of units then whose figures are not open to you.",
    "recast_rough": "Not available: rounding would make up too much of a figure worked out as a difference.",
    "census": (
        "Everyone on record is counted, so there is no sampling error. The likely range says how far the figure could have "
        "come out otherwise by chance alone."
    ),
    "weighted": (
        "Weighted: each answer counts for as many residents as it stands for, so the percentage is not the number of answers divided by "
        "the base. The effective base is how many answers of equal weight would tell as much; the likely range rests on it."
    ),
    "things": (
        "Everything on record is counted, so there is no sampling error. The likely range says how far the figure could have "
        "come out otherwise by chance alone."
    ),
    "published": (
        "The likely range says how far the figure could have come out otherwise by chance alone. It is made from the published numbers, as "
        "if each was a full count: a survey’s own range may be wider."
    ),
    "volunteers": (
        "Only those who chose to answer are counted. The likely range says how far chance alone could move the figure; "
        "that the others may think otherwise is not in it."
    ),
    "pay_gap": (
        "A pay gap is not unequal pay. It compares the pay of all people in two groups, whatever jobs they do. "
        "Unequal pay, which is unlawful, means paying people differently for the same or equal work."
    ),
    "valid": "“Don’t know”, no answer, and that the question does not fit the place are kept apart: shares are of valid answers.",
    "weight_hidden": "Hidden to protect people: one answer weighs so much that the figure would be that answer.",
    "not_known": "People whose answer is not known join no group: figures are of those who have answered.",
    "not_on_record": "People of whom it is not on record join no group: figures are of those of whom it is.",
    "differences": "Differences are worked out before rounding, so their last digit may be one off from what the printed figures give.",
    "illustrative": "The figure compared with is made up for demonstration.",
    "synthetic": "Synthetic figures, not real data.",
}
"""Key to sentence; the keys of the `note` column of an Estimates frame are among them."""


CARE_BELOW = 0.80
RANGES = {"item": "things", "published": "published"}
"""What the rows are to the note beside a likely range."""


def describe_note(row: pd.Series, contents: Contents | None = None) -> str:
    """The note of one row; "" where there is none. A withheld figure says how many have answered.

    With the contents of the release, where most groups are hidden it says where to read instead.
    """
    note, declared = str(row["note"]), row["declared"]
    key = note.partition(":")[0]
    if not key:
        return ""
    if key == "extreme":
        care = NOTES["declared_low"] if not is_missing(declared) and declared < CARE_BELOW else ""
        return " ".join(filter(None, (describe_extreme(note, contents), care)))
    if key in {"highest", "best"}:
        care = NOTES["declared_low"] if not is_missing(declared) and declared < CARE_BELOW else ""
        return " ".join(filter(None, (describe_chosen(note, contents), care)))
    if key == "population":
        return " ".join([describe_population(note), *([NOTES["rounded"]] if bool(row.get("rounded", False)) else [])])
    if key == "lowest":
        return describe_lowest(note, contents)
    if key == "coarsened":
        return " ".join(filter(None, (NOTES[key], describe_instead(note, contents) if contents is not None else "")))
    if key == "withheld" and not is_missing(declared):
        return f"Withheld: only {format_declared(declared)} in 100 {_answered(row, contents)}, and a figure needs at least 60."
    if key == "declared_low" and not is_missing(declared):
        return f"Read with care: {format_declared(declared)} in 100 {_answered(row, contents)}."
    if key == "recast_rounded" and not is_missing(row.get("off_by")):
        return f"{NOTES[key].rstrip('.')}: each count may be off by up to {format_number(row['off_by'])} people."
    return NOTES[key]


def _answered(row: pd.Series, contents: Contents | None) -> str:
    kpi = contents.kpis.get(str(row.get("kpi", ""))) if contents is not None else None
    return "answers are valid" if kpi is not None and is_weighted(kpi) else "people have answered"


def describe_notes(rows: pd.DataFrame, kpi: KpiSummary, synthetic: bool = False) -> tuple[str, ...]:
    """Everything that must be said once beside a figure or table made of these rows, most important first."""
    notes: list[str] = [NOTES["synthetic"]] if synthetic else []
    if kpi.measure.startswith("pay_gap") or kpi.measure == "extreme_group_gap":
        notes.append(NOTES["pay_gap"])
    if is_ratio(kpi) and kpi.measure == "relative_likelihood":
        notes.append(BAND_NOTE)
    used = {str(note).partition(":")[0] for note in rows["note"].unique()}
    of_one_figure = {"rounded", "no_path", "not_available", "extreme", "highest", "best", "lowest"}
    notes += [NOTES[key] for key in NOTES if key not in of_one_figure and key in used]
    if rows["rounded"].any():
        notes.append(NOTES["rounding"])
    if is_weighted(kpi):
        notes += [NOTES["weighted"], NOTES["valid"]]
    elif rows["declared"].notna().any():
        notes.append(NOTES["not_known" if kpi.is_of_answers else "not_on_record"])
    if rows["lower"].notna().any():
        notes.append(NOTES["volunteers" if kpi.voluntary else RANGES.get(kpi.row_kind, "census")])
    if differs_in_print(rows, kpi):
        notes.append(NOTES["differences"])
    if kpi.benchmark_illustrative and (rows["benchmark"].notna().any() or kpi.measure == "dissimilarity"):
        notes.append(NOTES["illustrative"])
    publisher = [f"{words}."] if (words := describe_publisher(kpi)) else []
    return tuple(dict.fromkeys([*notes, *_breaks(rows, kpi), *publisher, *kpi.notes]))


def differs_in_print(rows: pd.DataFrame, kpi: KpiSummary) -> bool:
    """Whether a difference that is printed is not the one that a reader would work out from the printed figures."""
    scale = 100 if kpi.unit in SHARES else 1
    if kpi.unit not in SHARES and kpi.unit not in PER_WORDS:
        return False
    for _, row in rows[rows["value"].notna()].iterrows():
        digits, value = digits_for(row, kpi.unit), float(row["value"])
        path = value - float(row["target"]) if kpi.within is None and not is_missing(row["target"]) else None
        change = None if describe_movement(row, kpi).startswith("No clear change") else row["change"]
        for apart in (float(x) for x in (change, row["gap"], path) if x is not None and not is_missing(x)):
            ours, theirs, told = (round_half_up(x * scale, digits) for x in (value, value - apart, apart))
            if round_half_up(ours - theirs, digits) != told:
                return True
    return False


def _breaks(rows: pd.DataFrame, kpi: KpiSummary) -> list[str]:
    if rows.empty:
        return []
    found = breaks_between(kpi.series_breaks, rows["period_end"].min(), rows["period_end"].max())
    return [f"{describe_break(day, reason)}: figures before and after are not compared." for day, reason in found]


def describe_marker(marker: str) -> str:
    """A marker's meaning in a sentence, for tooltips and footnotes."""
    return MARKERS[marker][1] if marker in MARKERS else ""
