"""Workforce information under the public sector equality duty as tables: declaration rates first, then who works here, then what happens.

The law (SI 2017/353, regulation 4) asks for information about employees who share a protected characteristic, at least once a year,
and sets no form. Which tables there are is the council's choice in `config/returns/duty.yaml`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

import pandas as pd

from metrics.definitions.duty import CHARACTERISTICS, DutyReturn, Section
from metrics.report import Contents, KpiSummary, Report
from metrics.returns.tables import Cell, Number, Table, count, figure, hidden_words, note
from metrics.wording.dates import format_day, format_period
from metrics.wording.groups import describe_own, format_breakdown
from metrics.wording.notes import NOTES, describe_notes
from metrics.wording.values import PER_WORDS, digits_for, is_missing

SMALLEST = 150
"""A council with fewer employees need not publish information about them."""
UNIT_WORDS: Mapping[str, str] = {
    **PER_WORDS,
    "percent": "per cent",
    "fte": "full-time equivalents",
    "ratio": "times",
    "pounds": "pounds an hour",
    "dollars": "dollars an hour",
}
NOT_APPLICABLE = "[z] Not applicable"
NOT_PUBLISHED = "[x] Not published"
FIGURE_HEADS = ("Figure", "Unit", "Likely range from", "Likely range to", "Counted", "Out of, or compared with", "Note")


@dataclass(frozen=True)
class Missing:
    """What is not in the workbook: in words for its readers, and what the analyst can do."""

    what: str
    why: str
    cure: str

    def __str__(self) -> str:
        return f"{self.what}: {self.why}. {self.cure}"


@dataclass
class Duty:
    tables: list[Table] = field(default_factory=list)
    missing: list[Missing] = field(default_factory=list)


def needed_kpis(declared: DutyReturn) -> tuple[str, ...]:
    named = (k for s in declared.sections for k in s.kpis)
    return tuple(dict.fromkeys([declared.employees, *declared.declaration_rates, *named]))


def make_tables(report: Report, declared: DutyReturn, day: date) -> Duty:
    """Every table, of the whole council, for the year to `day` and the years before it that are asked for."""
    made = _Tables(report, declared, day)
    made.declaration()
    made.workforce()
    for section in declared.sections:
        made.section(section)
    made.not_here()
    return made.found


class _Tables:
    """The tables in the making."""

    def __init__(self, report: Report, declared: DutyReturn, day: date) -> None:
        self.report, self.declared, self.day = report, declared, day
        self.found = Duty()

    @property
    def contents(self) -> Contents:
        return self.report.contents

    @property
    def root(self) -> str:
        return self.contents.root.id

    def miss(self, what: str, why: str, cure: str) -> None:
        self.found.missing.append(Missing(what, why, cure))

    def add(self, title: str, kpis: Iterable[str], heads: tuple[str, ...], rows: list[tuple[Cell, ...]], *about: str) -> None:
        if rows:
            said = [text for id in dict.fromkeys(kpis) for text in self.notes(id)]
            self.found.tables.append(Table(title, tuple(dict.fromkeys([*about, *said])), heads, tuple(rows)))

    def notes(self, id: str) -> list[str]:
        """What must be said beside a KPI's figures. Those of everything stand on the cover; comparisons and targets are not here."""
        kpi, cells = self.contents.kpis[id], self.report.cells
        said = describe_notes(cells[cells["kpi"] == id], kpi)
        everywhere = (NOTES["synthetic"], NOTES["hidden"], NOTES["illustrative"])
        return [f"{kpi.title}: {kpi.who.rstrip('.')}. Population: {kpi.population}.", *(text for text in said if text not in everywhere)]

    def years(self, kpi: str, group: str = "") -> pd.DataFrame:
        """The newest figure of each of the years that are asked for, oldest first, with the `year` that it stands for."""
        rows = self.report.series(kpi, self.root, group)
        picked = []
        for back in reversed(range(self.declared.years)):
            end = pd.Timestamp(self.day) - pd.DateOffset(years=back)
            near = rows[(rows["period_end"] <= end) & (rows["period_end"] > end - pd.DateOffset(years=1))]
            picked.append(near.tail(1).assign(year=end))
        return pd.concat(picked, ignore_index=True)

    def there(self, id: str) -> KpiSummary | None:
        """A KPI that has a figure of the year; None after saying that it has none."""
        kpi = self.contents.kpis.get(id)
        if kpi is None:
            self.miss(id, "the release has no figures of it", "Ingest its dataset, and run `equality refresh`")
            return None
        rows = self.years(id)
        if rows.empty or rows["year"].iloc[-1] != pd.Timestamp(self.day):
            days = ", ".join(d.isoformat() for d in self.contents.periods.get(id, ())) or "none"
            self.miss(
                kpi.title, f"there is no figure of the year to {format_day(self.day)}", f"{id} has: {days}. Ingest the year and refresh"
            )
            return None
        return kpi

    def declaration(self) -> None:
        rows: list[tuple[Cell, ...]] = []
        used = [kpi for id in self.declared.declaration_rates if (kpi := self.there(id))]
        for kpi in used:
            for _, row in self.years(kpi.id).iterrows():
                when = format_period(row["period_start"], row["period_end"])
                counts = (figure(row, kpi), count(row, "numerator"), count(row, "denominator"))
                rows.append((kpi.declares or kpi.title, when, *counts, note(row, self.contents)))
        heads = ("Characteristic", "Date", "Share whose answer is known", "People whose answer is known", "All staff", "Note")
        about = "Every other figure rests on these: people whose answer is not known join no group."
        self.add("Declaration rates: how many people's answers are known", [k.id for k in used], heads, rows, about)

    def workforce(self) -> None:
        kpi = self.there(self.declared.employees)
        if kpi is None:
            return
        published = self.report.dimensions_of(kpi.id, self.root)
        for name, dimensions in self.declared.characteristics.each():
            if not dimensions:
                cure = f"Name its dimension under `characteristics: {name}` in config/returns/duty.yaml once there is one"
                self.miss(CHARACTERISTICS[name], "the council publishes no figures of it", cure)
            for dimension in dimensions:
                if dimension in published:
                    self.workforce_by(kpi, dimension)
                else:
                    what = format_breakdown(dimension, self.contents.dimensions) if dimension in self.contents.dimensions else dimension
                    cure = f"Add [{dimension}] to the breakdowns of {kpi.id}"
                    self.miss(CHARACTERISTICS[name], f"the workforce is not published by {what}", cure)

    def workforce_by(self, kpi: KpiSummary, dimension: str) -> None:
        """A row for each answer: people on each day, and the last day's share of those whose answer is known."""
        shown = self.contents.dimensions[dimension]
        ends = [pd.Timestamp(self.day) - pd.DateOffset(years=back) for back in reversed(range(self.declared.years))]
        rows: list[tuple[Cell, ...]] = []
        for category, label, known in (*shown.categories, ("", "Everyone", False)):
            found = {row["year"]: row for _, row in self.years(kpi.id, f"{dimension}={category}" if category else "").iterrows()}
            people = [count(found[end], "numerator") if end in found else NOT_PUBLISHED for end in ends]
            last = found.get(ends[-1])
            share = _share_of_known(last) if known and last is not None else NOT_APPLICABLE
            rows.append((label, *people, share, note(last, self.contents) if last is not None else NOT_PUBLISHED))
        days = [f"People, {format_day(end)}" for end in ends]
        heads = (shown.title, *days, f"Share of those whose answer is known, {format_day(ends[-1])}", "Note")
        self.add(f"Workforce by {format_breakdown(dimension, self.contents.dimensions)}", [kpi.id], heads, rows)

    def section(self, section: Section) -> None:
        kpis = [kpi for id in section.kpis if (kpi := self.there(id))]
        about = (section.about,) if section.about else ()
        ids = [k.id for k in kpis]
        whole = [(kpi.title, _when(row), *self.cells(row, kpi)) for kpi in kpis for _, row in self.years(kpi.id).iterrows()]
        self.add(f"{section.title}: the whole council", ids, ("Measure", "Period", *FIGURE_HEADS), whole, *about)
        split = list(self.groups(kpis))
        by = [(*self.named(kpi, dimension, row), *self.cells(row, kpi)) for kpi, dimension, row in split]
        heads = ("Measure", "Split by", "Group", "Period", *FIGURE_HEADS)
        used = [k.id for k in kpis if any(kpi is k for kpi, _, _ in split)]
        self.add(f"{section.title}: by characteristic and grade", used, heads, by, *about)

    def groups(self, kpis: Iterable[KpiSummary]) -> Iterator[tuple[KpiSummary, str, pd.Series]]:
        """The newest row of the year of each group by which a KPI is published."""
        wanted = (*self.declared.characteristics.dimensions, *self.declared.also_by)
        for kpi in kpis:
            published = self.report.dimensions_of(kpi.id, self.root)
            for dimension in (d for d in wanted if d in published):
                for category, _, _ in self.contents.dimensions[dimension].categories:
                    rows = self.years(kpi.id, f"{dimension}={category}")
                    for _, row in rows[rows["year"] == pd.Timestamp(self.day)].iterrows():
                        yield kpi, dimension, row

    def named(self, kpi: KpiSummary, dimension: str, row: pd.Series) -> tuple[Cell, ...]:
        shown = self.contents.dimensions[dimension]
        labels = {f"{dimension}={id}": label for id, label, _ in shown.categories}
        own = describe_own(kpi, dimension)
        return (f"{kpi.title}: {own}" if own else kpi.title, shown.title, labels[str(row["group"])], _when(row))

    def cells(self, row: pd.Series, kpi: KpiSummary) -> tuple[Cell, ...]:
        limits = (figure(row, kpi, name) if kpi.interval != "none" else NOT_APPLICABLE for name in ("lower", "upper"))
        counted = (count(row, "numerator"), count(row, "denominator"))
        if kpi.measure in {"count", "fte"}:
            counted = (count(row, "numerator"), NOT_APPLICABLE)
        unit = UNIT_WORDS.get(kpi.unit, kpi.unit.replace("_", " "))
        return (figure(row, kpi), unit, *limits, *counted, note(row, self.contents))

    def not_here(self) -> None:
        rows: list[tuple[Cell, ...]] = [(gap.what, f"{gap.why[:1].upper()}{gap.why[1:]}.") for gap in self.found.missing]
        if rows:
            self.found.tables.append(Table("What is not in this workbook", (), ("What", "Why"), tuple(rows)))


def _when(row: pd.Series) -> str:
    return format_period(row["period_start"], row["period_end"])


def _share_of_known(row: pd.Series) -> Cell:
    """The group's people among all whose answer is known: both counts are shown."""
    if is_missing(row["numerator"]) or is_missing(row["denominator"]) or not row["denominator"]:
        return hidden_words(row)
    return Number(min(row["numerator"] / row["denominator"], 1.0), "percent", digits_for(row, "percent"))
