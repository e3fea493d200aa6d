"""The heading of a page: a sentence that states the finding, and claims only what the rules allow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from metrics.report import KpiSummary
from metrics.wording.likelihood import describe_likelihood, describe_worse, is_ratio
from metrics.wording.movement import direction
from metrics.wording.status import BEHIND, JUDGED, WITHDRAWN
from metrics.wording.values import (
    digits_for,
    format_amount,
    format_change,
    format_count_of,
    format_declared,
    format_figure,
    is_missing,
    lower_first,
    upper_first,
)


def headline_overview(rows: pd.DataFrame, kpis: Mapping[str, KpiSummary]) -> str:
    """ "Four of eight headline measures truly moved, all for the better. Three are behind their targets."

    `rows`: one row per headline KPI, the whole council, the latest period.
    """
    if rows.empty:
        return "No headline measures have been published yet"
    if WITHDRAWN in set(rows["status"]):
        return "Withdrawn figures: do not use them."
    return ". ".join(part for part in (_moved(rows, kpis), _behind(rows)) if part) + "."


def _moved(rows: pd.DataFrame, kpis: Mapping[str, KpiSummary]) -> str:
    compared = rows[rows["movement"].isin(["up", "down", "unclear"])]
    moved = compared[compared["movement"] != "unclear"]
    if compared.empty:
        return "First published figures" if (rows["movement"] == "first").any() else "No figures can be compared with a year ago"
    measures = f"{format_count_of(len(rows))} headline measure{'' if len(rows) == 1 else 's'}"
    if moved.empty:
        return f"None of {measures} truly moved"
    ways = [direction(row, kpis[str(row["kpi"])]) for _, row in moved.iterrows()]
    return upper_first(f"{format_count_of(len(moved))} of {measures} truly moved{_which_way(ways)}")


def _which_way(ways: Sequence[str]) -> str:
    better, worse = ways.count("better"), ways.count("worse")
    if not better + worse:
        return ""
    if better + worse < len(ways):
        return f": {_counted(better, 'better')}{' and ' if better and worse else ''}{_counted(worse, 'worse')}"
    if not worse or not better:
        way = "better" if better else "worse"
        return f", for the {way}" if len(ways) == 1 else f", {'both' if len(ways) == 2 else 'all'} for the {way}"
    return f": {_counted(better, 'better')} and {_counted(worse, 'worse')}"


def _counted(number: int, way: str) -> str:
    return f"{format_count_of(number)} for the {way}" if number else ""


def _behind(rows: pd.DataFrame) -> str:
    judged, behind = int(rows["status"].isin(JUDGED).sum()), int(rows["status"].isin(BEHIND).sum())
    if not judged:
        return ""
    if not behind:
        return "None is behind its target"
    return upper_first(f"{format_count_of(behind)} {'is behind its target' if behind == 1 else 'are behind their targets'}")


def headline_unit(name: str, rows: pd.DataFrame, kpis: Mapping[str, KpiSummary], ended: bool = False) -> str:
    """ "City Operations is behind on seven of ten measures; two truly improved"; `rows`: one per KPI, that unit, the latest period."""
    verb = "was" if ended else "is"
    if WITHDRAWN in set(rows["status"]):
        return f"{name}: withdrawn figures"
    judged, behind = int(rows["status"].isin(JUDGED).sum()), int(rows["status"].isin(BEHIND).sum())
    if not judged:
        return f"{name}: no measure {'could' if ended else 'can'} be held against a target yet"
    of = f"{format_count_of(judged)} measure{'' if judged == 1 else 's'} with a target"
    first = f"{name} {verb} behind on {format_count_of(behind)} of {of}" if behind else f"{name} {verb} behind on none of {of}"
    ways = [direction(row, kpis[str(row["kpi"])]) for _, row in rows.iterrows()]
    moved = [f"{format_count_of(ways.count(w))} truly {moved}" for w, moved in (("better", "improved"), ("worse", "worsened")) if w in ways]
    return "; ".join([first, *([" and ".join(moved)] if moved else [])])


def headline_city(
    rows: pd.DataFrame, kpis: Mapping[str, KpiSummary], currency: str = "£", behind: tuple[str, pd.Series] | None = None
) -> str:
    """What the first measure about the city says, and of which group it is clearly worse.

    `rows`: one per measure, the whole council, the latest period, in the page's order. `behind`: that group's label and figure.
    """
    if rows.empty:
        return "No figures about the city are published yet"
    kpi = kpis[str(rows.iloc[0]["kpi"])]
    said = headline_kpi(rows.iloc[0], kpi, currency)
    if behind is None:
        return said
    label, row = behind
    return f"{said}. Clearly worse: {lower_first(label)}, {format_figure(row, kpi, currency)}"


def headline_kpi(row: pd.Series, kpi: KpiSummary, currency: str = "£", unit_name: str | None = None) -> str:
    """ "Ethnic minorities in senior grades: 24.0%, a real rise, but 5.5 points short of the path"."""
    name = f"{kpi.short_title}, {unit_name}" if unit_name else kpi.short_title
    if is_missing(row["value"]):
        return f"{name}: {_no_figure(row)}"
    figure = f"{name}: {format_figure(row, kpi, currency)}"
    if is_ratio(kpi):
        figure = f"{f'{unit_name}: ' if unit_name else ''}{describe_likelihood(row, kpi)}"
    elif kpi.measure == "representation_index":
        figure = f"{figure} {_of_what(kpi)}"
    if row["status"] == WITHDRAWN:
        return f"{figure}, withdrawn"
    said = _with_standing(figure, row, kpi, currency)
    return f"{said}; {describe_worse(kpi)}" if is_ratio(kpi) else said


def _of_what(kpi: KpiSummary) -> str:
    """What an index is so many times of: "their share of staff in grades 4 to 6", "the share of ethnic minority residents"."""
    if kpi.reference_words:
        return f"their share of {kpi.order.get('second', 'those compared with')}"
    return f"the share of {lower_first(kpi.benchmark_title)}" if kpi.benchmark_title else "the share compared with"


def _with_standing(figure: str, row: pd.Series, kpi: KpiSummary, currency: str) -> str:
    movement, standing = _movement_phrase(row, kpi, currency), _standing_phrase(row, kpi, currency)
    if not movement or not standing:
        return ", ".join(part for part in (figure, movement or standing) if part)
    against = (direction(row, kpi) == "better") == (str(row["status"]) in BEHIND) and direction(row, kpi) != "neither"
    return f"{figure}, {movement}, {'but' if against else 'and'} {standing}"


def _no_figure(row: pd.Series) -> str:
    if row["status"] == "withheld":
        known = "" if is_missing(row["declared"]) else f", only {format_declared(row['declared'])}% have answered"
        return f"withheld{known}"
    if str(row["note"]) in {"not_enough_data", "not_enough_compared", "not_enough_events", "not_enough_groups"}:
        return "not enough data"
    if str(row["note"]) == "not_entered":
        return "not entered"
    return "hidden to protect people" if row["status"] == "hidden" else "no figure"


def _movement_phrase(row: pd.Series, kpi: KpiSummary, currency: str) -> str:
    if row["movement"] == "unclear" and is_missing(row["change_lower"]) and not is_missing(row["change"]):  # a whole count: no range
        full = kpi.measure == "score"  # which has points of its own
        return f"{lower_first(format_change(row['change'], kpi.unit, currency, digits_for(row, kpi.unit), full))} in a year"
    return {"up": "a real rise", "down": "a real fall", "unclear": "no clear change in a year"}.get(str(row["movement"]), "")


def _standing_phrase(row: pd.Series, kpi: KpiSummary, currency: str) -> str:
    status = str(row["status"])
    plain = {"reached": "the target is reached", "on_path": "on path", "unclear": "too early to say whether it is on path"}
    if status in plain:
        return plain[status]
    aim = kpi.target[-1][1] if status == "missed" and kpi.target else row["target"]
    if status not in BEHIND or is_missing(aim):
        return ""
    what = "its target" if status == "missed" else "the path"
    apart = format_amount(row["value"] - aim, kpi.unit, currency, digits_for(row, kpi.unit))
    if kpi.polarity == "closer_to_target":
        return "missed its target" if status == "missed" else "off the path to its target"
    return f"{apart} {'short of' if kpi.polarity == 'higher' else 'above'} {what}"


def headline_pay_gaps(rows: pd.DataFrame, kpis: Mapping[str, KpiSummary], currency: str = "£") -> str:
    """One clause per gap, in the order of the rows, two at most: "The median gender pay gap is 0.8%, within its target. …"."""
    if rows.empty:
        return "No pay gaps have been published yet"
    if WITHDRAWN in set(rows["status"]):
        return "Withdrawn figures: do not use them."
    behind = rows["status"].isin(BEHIND).tolist()
    first = sorted(range(len(rows)), key=lambda place: not behind[place])[:2]
    chosen = rows.iloc[sorted(first)]
    return ". ".join(_gap_clause(row, kpis[str(row["kpi"])], currency) for _, row in chosen.iterrows()) + "."


def _gap_clause(row: pd.Series, kpi: KpiSummary, currency: str) -> str:
    name = f"The {lower_first(kpi.short_title)}"
    if is_missing(row["value"]):
        return f"{name} is {_no_figure(row)}"
    figure = format_figure(row, kpi, currency)
    way = {"better": "narrowing", "worse": "widening"}.get(direction(row, kpi), "")
    moving = f" and {way}" if way else ""
    if row["status"] in BEHIND:
        short = "missed its target" if row["status"] == "missed" else "is off path"
        return f"{name} is narrowing, but at {figure} it {short}" if way == "narrowing" else f"{name} is {figure}{moving}: it {short}"
    endings = {"reached": ", within its target", "on_path": ", on path", "unclear": "; it is too early to say whether it is on path"}
    return f"{name} is {figure}{moving}{endings.get(str(row['status']), '')}"
