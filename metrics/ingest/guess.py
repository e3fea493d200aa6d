"""What a column of an unknown file seems to hold, from its heading and its cells. A suggestion for a person to confirm."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import pandas as pd

from metrics.definitions.dataset import Column
from metrics.definitions.dimension import Dimension
from metrics.ingest.labels import Labels, folded
from metrics.ingest.missing import cure
from metrics.ingest.values import NotUnderstood, Parser, date_parser, parse_number, parse_yes_no, seems_month_first

FEW_LABELS = 40
MOST_UNITS = 500
EXAMPLES = 12
MOSTLY = 0.8

SEEMS = {
    "sex": "sex",
    "ethnicity": "ethnic group",
    "disability": "disability",
    "religion": "religion or belief",
    "sexual_orientation": "sexual orientation",
    "age": "age in years",
    "age_band": "age band",
    "birth_date": "date of birth",
    "unit": "unit of the organisation",
    "grade": "grade",
    "job_title": "job title",
    "annual_pay": "pay, a yearly amount",
    "hourly_pay": "pay by the hour",
    "hours": "hours or full-time equivalent",
    "person_id": "identifier",
    "name": "a person's name or contact",
    "date": "date",
    "yes_no": "yes or no",
    "category": "category",
    "number": "number",
    "text": "text",
    "empty": "empty",
}
CHARACTERISTICS = ("sex", "ethnicity", "disability", "religion", "sexual_orientation")
PERSONAL = r"first ?name|surname|last ?name|forename|full name|employee name|e-?mail|phone|postcode|address|ni number|nino"
UNITS = r"directorate|department|dept|division|service|section|business unit|organi[sz]ation|unit|team|region"
NUMBERED = r"(employee|payroll|staff|person) (no|number)"
WORDS: tuple[tuple[str, str], ...] = (
    ("ethnicity", r"\b(ethnic|ethnicity|race|racial)\b"),
    ("disability", r"\b(disab\w*)\b"),
    ("religion", r"\b(religion|religious|belief|faith)\b"),
    ("sexual_orientation", r"\b(sexual orientation|orientation|sexuality)\b"),
    ("sex", r"\b(sex|gender)\b"),
    ("birth_date", r"\b(dob|birth|born|birthday)\b"),
    ("age", r"^(age|age in years|age years|current age|employee age)$|\bage (group|band|range)\b"),
    ("hourly_pay", r"\b(hourly|per hour)\b"),
    ("annual_pay", r"\b(salary|pay|wage|wages|remuneration|earnings)\b"),
    ("hours", r"\b(fte|hours|full time equivalent)\b"),
    ("name", rf"\b({PERSONAL})\b|^name$"),
    ("job_title", r"\b(job|position|post|role|occupation|title)\b"),
    ("grade", r"\b(grade|band|classification|scale|rank|spinal point|scp)\b"),
    ("unit", rf"\b({UNITS})\b"),
    ("person_id", rf"\b(id|identifier|{NUMBERED}|reference|unique)\b"),
)
"""Kinds by words of the heading, most telling first."""
UNIT_RANK = ("directorate", "department", "dept", "organi", "division", "business unit", "service", "section", "unit", "team", "region")


@dataclass(frozen=True)
class Seen:
    """One column as it was found."""

    heading: str
    seems: str
    """A key of `SEEMS`."""
    rows: int
    filled: int
    distinct: int
    labels: Mapping[str, int] = field(default_factory=dict)
    """Labels and their rows, commonest first; only where there are few and they are no personal detail."""
    dimension: str | None = None
    """Dimension whose words fit."""
    unmatched: Mapping[str, int] = field(default_factory=dict)
    """Labels that this dimension does not know."""
    notes: tuple[str, ...] = ()

    @property
    def share_filled(self) -> float:
        return self.filled / self.rows if self.rows else 0.0


def look_at(heading: str, cells: pd.Series, dimensions: Mapping[str, Dimension], real_dates: bool) -> Seen:
    """What one column seems to be, with what a person should know before binding it."""
    filled = cells.dropna().astype(str)
    counts = {str(k): int(v) for k, v in filled.value_counts().items()}
    seems = _seems(heading, filled, counts, real_dates)
    most = MOST_UNITS if seems == "unit" else FEW_LABELS
    few = len(counts) <= most and seems not in ("person_id", "name", "birth_date", "annual_pay", "hourly_pay", "age", "date")
    dimension, unmatched = _fit(seems, counts, dimensions)
    return Seen(
        heading=heading,
        seems=seems,
        rows=len(cells),
        filled=len(filled),
        distinct=len(counts),
        labels=counts if few else {},
        dimension=dimension,
        unmatched=unmatched,
        notes=tuple(_notes(seems, filled, counts, real_dates)),
    )


def _seems(heading: str, filled: pd.Series, counts: Mapping[str, int], real_dates: bool) -> str:
    if filled.empty:
        return "empty"
    by_word = _by_heading(heading)
    if by_word not in CHARACTERISTICS and _yes_no(counts):
        return "yes_no"
    if "date" in heading.casefold() and by_word not in CHARACTERISTICS and _share(counts, _has_year) >= MOSTLY:
        return "birth_date" if by_word == "birth_date" else "date"
    numbers = _share(counts, parse_number)
    unique = len(counts) == len(filled)
    if by_word in CHARACTERISTICS:
        return by_word if len(counts) <= FEW_LABELS else "text"
    if by_word == "age":
        return "age" if numbers >= MOSTLY else "age_band"
    if by_word in ("annual_pay", "hourly_pay", "hours"):
        return _amount(by_word, counts) if numbers >= MOSTLY else ("grade" if len(counts) <= FEW_LABELS else "text")
    if by_word == "person_id" and (unique or len(counts) > 0.5 * len(filled)):
        return "person_id"
    if by_word == "unit":
        return "unit" if 2 <= len(counts) <= MOST_UNITS and numbers < MOSTLY else _by_cells(counts, numbers, len(filled), real_dates)
    if by_word == "birth_date" and _share(counts, date_parser(None, real_dates)) >= MOSTLY:
        return "birth_date"
    if by_word in ("job_title", "grade", "name") and numbers < MOSTLY:
        dates = _share(counts, date_parser(None, real_dates)) >= MOSTLY
        return "date" if dates else by_word
    return _by_cells(counts, numbers, len(filled), real_dates)


def _yes_no(counts: Mapping[str, int]) -> bool:
    return len(counts) <= 2 and _share(counts, parse_yes_no) == 1 and not all(label in "01" for label in counts)


def _has_year(cell: str) -> object:
    """A year, a month or a day of the last or this century, in whatever order."""
    if re.search(r"\b(19|20)\d\d\b", cell):
        return cell
    raise NotUnderstood("no year")


def _by_heading(heading: str) -> str | None:
    words = re.sub(r"[^a-z0-9-]+", " ", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", heading).casefold()).strip()
    return next((kind for kind, pattern in WORDS if re.search(pattern, words)), None)


def _by_cells(counts: Mapping[str, int], numbers: float, rows: int, real_dates: bool) -> str:
    if _share(counts, date_parser(None, real_dates)) >= MOSTLY and not (real_dates and numbers >= MOSTLY):
        return "date"
    if {folded(label) for label in counts} <= {"f", "m", "female", "male", "woman", "man"} and len(counts) == 2:
        return "sex"
    if numbers >= MOSTLY:
        return "number"
    return "category" if len(counts) <= FEW_LABELS and len(counts) < max(2, 0.5 * rows) else "text"


def _amount(by_word: str, counts: Mapping[str, int]) -> str:
    """Yearly amounts are in thousands; a "pay" column with small amounts is by the hour."""
    if by_word != "annual_pay":
        return by_word
    amounts = sorted(v for label in counts if (v := _value(label)) is not None and v > 0)
    return "hourly_pay" if amounts and amounts[len(amounts) // 2] < 250 else "annual_pay"


def _value(label: str) -> float | None:
    try:
        return parse_number(label)
    except NotUnderstood:
        return None


def _share(counts: Mapping[str, int], parse: Parser) -> float:
    """Share of the filled cells that a parser understands."""
    total = sum(counts.values())
    return sum(n for label, n in counts.items() if _understood(parse, label)) / total if total else 0.0


def _understood(parse: Callable[[str], object], label: str) -> bool:
    try:
        parse(label)
    except NotUnderstood:
        return False
    return True


FITTING = {
    "sex": ("sex",),
    "ethnicity": ("ethnicity_19", "ethnicity_5", "ethnicity_2"),
    "disability": ("disability",),
    "religion": ("religion",),
    "sexual_orientation": ("sexual_orientation",),
    "age_band": ("age_band",),
    "grade": ("grade_band",),
}


def _fit(seems: str, counts: Mapping[str, int], dimensions: Mapping[str, Dimension]) -> tuple[str | None, dict[str, int]]:
    """The dimension that knows most of the rows' labels, and the labels that it does not know."""
    best: tuple[int, str | None, dict[str, int]] = (-1, None, {})
    for id in FITTING.get(seems, ()):
        if id not in dimensions:
            continue
        labels = Labels(Column.model_validate({"from": id, "dimension": id}), dimensions[id])
        unmatched = {label: n for label, n in counts.items() if labels.category(label) is None}
        known = sum(counts.values()) - sum(unmatched.values())
        if known > best[0]:
            best = known, id, unmatched
    return best[1], best[2]


def _notes(seems: str, filled: pd.Series, counts: Mapping[str, int], real_dates: bool) -> list[str]:
    notes = []
    if seems in ("date", "birth_date"):
        notes += _date_notes(counts, real_dates)
    if seems in ("annual_pay", "hourly_pay", "age", "number", "hours"):
        words = {label: n for label, n in counts.items() if _value(label) is None}
        marks = {label: n for label, n in words.items() if cure(label)}
        if others := sum(words.values()) - sum(marks.values()):
            notes.append(f"{others:,} rows hold text that is not a number")
        if marks:
            listed = ", ".join(f"'{label}' ({n:,} row{'' if n == 1 else 's'})" for label, n in marks.items())
            notes.append(f"marks where a value may be missing: {listed}; say what they mean under missing:")
    if seems in ("annual_pay", "hourly_pay"):
        low = sum(n for label, n in counts.items() if (v := _value(label)) is not None and v <= 0)
        if low:
            notes.append(f"{low:,} rows hold 0 or less")
    if seems == "person_id":
        repeats = len(filled) - len(counts)
        notes.append(f"{repeats:,} repeats: a row may be a post (grain: post)" if repeats else "every one is different")
    if seems == "name":
        notes.append("not needed for any figure: leave it out of the extract")
    return notes


def _date_notes(counts: Mapping[str, int], real_dates: bool) -> list[str]:
    parse = date_parser(None, real_dates)
    notes, days = [], []
    wrong = sum(n for label, n in counts.items() if not _understood(parse, label))
    for label, n in counts.items():
        if _understood(parse, label):
            days.append((parse(label), n))
    if seems_month_first(list(counts)):
        notes.append("seems to be month/day/year: needs date_format: '%m/%d/%Y'")
    if wrong:
        notes.append(f"{wrong:,} rows are not dates (a year alone, a month, or words)")
    future = sum(n for day, n in days if day > dt.date.today())
    if future:
        notes.append(f"{future:,} rows lie in the future")
    stand_in = sum(n for day, n in days if day in (dt.date(1900, 1, 1), dt.date(1970, 1, 1)))
    if stand_in:
        notes.append(f"{stand_in:,} rows are 1 January 1900 or 1970, which often stands for not known")
    if days:
        notes.append(f"from {min(d for d, _ in days)} to {max(d for d, _ in days)}")
    return notes
