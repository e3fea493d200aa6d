"""Who leaves a figure's base at which step, in words, from the published steps alone."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from metrics.report import KpiSummary
from metrics.wording.values import format_count_of, format_number, is_missing, lower_first

STEP_NAMES = {
    "headcount": "All in the extract",
    "employed": "Employed here",
    "population": "In the population",
    "conditions": "Asked about",
    "known": "Answer known",
    "paid": "Pay on record",
    "counted": "Counted",
}
"""Short, for charts and files; the long words are the KPI's own (`KpiSummary.steps`)."""
HIDDEN = "Hidden to protect people"


@dataclass(frozen=True)
class Step:
    """One published step.

    Attributes
    ----------
    left, dropped : people left after it, and people who leave at it; missing where hidden, or where nobody can leave
    known : whether `dropped` can be said
    words, reason : who is left, and who leaves and why
    """

    id: str
    left: float
    dropped: float
    known: bool
    rounded: bool
    words: str
    reason: str

    @property
    def name(self) -> str:
        return STEP_NAMES.get(self.id, self.id)

    @property
    def left_words(self) -> str:
        return HIDDEN if is_missing(self.left) else format_number(self.left)

    @property
    def dropped_words(self) -> str:
        if self.id == "headcount":
            return "–"
        return HIDDEN if not self.known else "None" if self.dropped == 0 else format_number(self.dropped)


def waterfall_steps(rows: pd.DataFrame, kpi: KpiSummary) -> tuple[Step, ...]:
    """The steps of one KPI and period in their order; `rows` of the breakdown `waterfall`.

    Who leaves is the difference of two published figures, so it can be said where both are shown.
    """
    order = list(STEP_NAMES)
    by_id = {str(row["group"]).removeprefix("step="): row for _, row in rows.iterrows()}
    told = {id: (left, leaves) for id, left, leaves in kpi.steps}
    found: list[Step] = []
    for id in sorted(by_id, key=lambda step: order.index(step) if step in order else len(order)):
        row = by_id[id]
        left, before = row["numerator"], found[-1].left if found else float("nan")
        known = bool(found) and not is_missing(left) and not is_missing(before)
        words, reason = told.get(id, (STEP_NAMES.get(id, id), ""))
        dropped = max(before - left, 0) if known else float("nan")
        found.append(Step(id, float(left), float(dropped), known, bool(row["rounded"]), words, reason))
    return tuple(found)


def describe_waterfall(steps: tuple[Step, ...], rows_are: str = "people") -> str:
    """ "Of 11,230 people in the extract, 9,120 are in the base: 246 are outside the population, 1,864 have not answered."."""
    if not steps:
        return ""
    first, last = steps[0], steps[-1]
    rounded = " Counts are rounded." if any(s.rounded for s in steps) else ""
    if len(steps) == 1:
        everybody = "Everybody in the extract is" if rows_are == "people" else "All in the extract are"
        return f"{everybody} in the base: {first.left_words} {rows_are}.{rounded}"
    if is_missing(first.left) or is_missing(last.left):
        left = f"{last.left_words} {rows_are} are in the base." if not is_missing(last.left) else "The base is hidden to protect people."
        return f"{left}{_hidden(steps)}{rounded}"
    leaving = [f"{format_number(s.dropped)} left at “{lower_first(s.name)}”" for s in steps[1:] if s.known and s.dropped > 0]
    said = f": {'; '.join(leaving)}" if leaving else ""
    return f"Of {first.left_words} {rows_are} in the extract, {last.left_words} are in the base{said}.{_hidden(steps)}{rounded}"


def _hidden(steps: tuple[Step, ...]) -> str:
    hidden = sum(is_missing(s.left) for s in steps)
    if not hidden:
        return ""
    counted = f"{format_count_of(hidden).capitalize()} step{'' if hidden == 1 else 's'}"
    return f" {counted} {'is' if hidden == 1 else 'are'} hidden to protect people, because so few leave there."
