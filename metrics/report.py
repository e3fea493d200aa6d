"""What a reader is handed: figures of one release, with everything that must be said beside them. Imports no engine."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from typing import Any, Literal

import pandas as pd

from metrics.errors import NotCertified
from metrics.statistics.goals import IDEALS
from metrics.statistics.usual_range import Reading, Usual, read_usual
from metrics.statistics.xmr import Rules

ESTIMATE_COLUMNS: tuple[str, ...] = (
    "kpi", "breakdown", "unit", "group", "period_start", "period_end",
    "numerator", "denominator", "value", "lower", "upper", "benchmark", "target", "gap", "ratio", "status", "marker",
    "everyone", "declared", "bound_low", "bound_high", "reference_value", "change", "change_lower", "change_upper", "movement",
    "rounded", "note",
)  # fmt: skip
"""Columns of an Estimates frame, one row per KPI, breakdown, unit, group and period.

breakdown, unit, group : as in `metrics.query.counts.Counts.cells`
period_start, period_end : datetime64
value, lower, upper, benchmark, target, gap, bound_low, bound_high, reference_value, change… : shares and percentage points are
    0–1 (0.014 = 1.4 percentage points), pay gaps are 0–1 of the reference group's pay, people and pay in their own unit
numerator, denominator, everyone : people as shown (exact or rounded); for pay gaps numerator = comparison group's base and
    denominator = reference group's base; for percentage-point gaps of two groups as for the first group
benchmark, target : the comparison value, and where the path should be at `period_end`
gap, ratio : value minus, and divided by, its comparator: the benchmark if there is one for this row, else everyone in the same unit
reference_value : the second group's value in a percentage-point gap, the reference group's pay in a pay gap, the effective base of a
    weighted survey
declared : denominator / everyone; missing where nothing in the denominator asks for a known category
change, change_lower, change_upper : against the same day one year earlier (else the nearest earlier figure between 9 and 15 months before)
movement : "up", "down" (the interval of the change leaves out 0), "unclear", "first" (nothing to compare with), "broken" (only
    figures before a break could be compared with), "" (hidden)
status : one of `STATUSES`
marker : "" or "[c]" hidden, "[x]" not available, "[z]" not applicable, "[u]" low reliability (value present),
    "[w]" withheld: too few declared
rounded : True where the counts are rounded
note : "" or a key of `metrics.wording.notes`

A report in today's structure has two columns more (`RECAST_COLUMNS`):

made_of : the units of that day that the figure is made of, "parks + trees", "resources - policy"; "" where it is as published
off_by : how far the sum of rounded counts may be from the sum of the true ones, in people; missing where nothing was added up
"""
RECAST_COLUMNS = ("made_of", "off_by")

Status = Literal["reached", "on_path", "off_path", "missed", "unclear", "context", "no_target", "hidden", "withheld", "not_available"]
Structure = Literal["as_was", "today"]
"""Units as they were on each day, or earlier days re-cast into the units of today."""
STATUSES: tuple[str, ...] = (
    "reached", "on_path", "off_path", "missed", "unclear", "context", "no_target", "hidden", "withheld", "not_available",
)  # fmt: skip


SCALE, STEP = "scale: ", " | "


def scale_unit(steps: Iterable[str]) -> str:
    """The unit of a figure that is a step of a scale: it carries the words, so that no number of such a figure is printed without them."""
    return SCALE + STEP.join(steps)


def scale_of(unit: str) -> tuple[str, ...]:
    """The steps of a unit, the lowest first; none where it is a unit of numbers.

    >>> scale_of(scale_unit(["No award", "Bronze"])), scale_of("percent")
    (('No award', 'Bronze'), ())
    """
    return tuple(unit.removeprefix(SCALE).split(STEP)) if unit.startswith(SCALE) else ()


@dataclass(frozen=True)
class KpiSummary:
    """A KPI as it was defined when the release was published; plain values that survive JSON."""

    id: str
    title: str
    short_title: str
    why_it_matters: str
    owner: str
    corporate_priority: str | None
    dataset: str
    source: str
    """The dataset's title."""
    population: str
    """The population's title, for every heading."""
    who: str
    """Numerator, denominator and reference group in words."""
    measure: str
    unit: str
    interval: str
    column: str | None
    grain: str
    polarity: str
    breakdowns: tuple[str, ...]
    target: tuple[tuple[str, float], ...]
    """Baseline and milestones (ISO date, value as in the frame), first the baseline if there is one."""
    has_baseline: bool
    within: float | None
    status_rule: str
    benchmark_title: str | None
    benchmark_source: str | None
    benchmark_illustrative: bool
    benchmark_by_group: Mapping[str, float]
    """group key ("ethnicity_5=asian") to benchmark share, value as in the frame."""
    framework: tuple[Mapping[str, Any], ...]
    headline: bool
    series_breaks: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    fingerprint: str
    sql: str = ""
    declares: str = ""
    """The characteristic of which the value is itself the declaration rate ("Disability"); "" for other KPIs and in older releases."""
    asks: tuple[str, ...] = ()
    """Characteristics that people must have answered to be in the base: what `declared` is about. Empty in older releases."""
    counted: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Of a share of one group among everybody who answered: every dimension in which that group can be read, and its categories there.
    Empty for other KPIs and in older releases."""
    own_shares: tuple[str, ...] = ()
    """Dimensions whose groups take the place of the one that is counted: a group's figure is its own share (or gap, or index), and not the
    share of the counted ones inside it. Empty for other KPIs and in older releases."""
    movement: str = ""
    """ "joined" or "left" where the KPI is about people who did; "" for other KPIs and in older releases."""
    # In words, for the page of definitions; all of it is empty in older releases.
    numerator_words: str = ""
    denominator_words: str = ""
    reference_words: str = ""
    population_rule: str = ""
    """Who is in the population and who is not, by their categories."""
    steps: tuple[tuple[str, str, str], ...] = ()
    """Of the waterfall: step id, who is left after it, who leaves at it and why."""
    owner_title: str = ""
    priority_title: str = ""
    review: tuple[str, str] | None = None
    """Last and next day of review, ISO."""
    profile_title: str = ""
    profile_rule: str = ""
    benchmark_population: str = ""
    benchmark_others: tuple[tuple[str, str, str, float], ...] = ()
    """Benchmarks that could be taken instead: title, of whom, source with its date, and the one value, as in the frame."""
    example_heads: tuple[str, ...] = ()
    """Of the worked example: made-up rows, a column each, and what they give, in the reader's unit."""
    example_rows: tuple[tuple[str, ...], ...] = ()
    example_gives: tuple[tuple[str, float | None], ...] = ()

    order: Mapping[str, str] = field(default_factory=dict)
    """Of a ratio of two groups: `first`, `second` and `to` in words, and `above_one_is_worse_for`, one of the first two."""
    topic: str = ""
    """What it is about; "" in older releases and where the definition does not say."""
    of: str = ""
    """Of a rate: what the thousand are called, in the plural."""
    people_from: str = ""
    """Of a rate over a population: whose published figures its people are, "Residents by ward, Office for National Statistics"."""
    over: str = ""
    """Of a figure that is made of those of groups: their dimension."""
    rows_are: str = "people"
    """What is counted: applications, where a row is one."""
    row_kind: str = "people"
    """What a row is: `people` for whatever is about them, else `result`, `item` or `published`; `people` in older releases."""
    publisher: str = ""
    """Of published figures: by whom, and under which licence."""
    licence: str = ""
    amounts_in: str = ""
    """Of a share of a sum: `money` where it is one."""
    days_allowed: int = 0
    """Of the time that something takes: the days that are in time; 0 where the median is asked for."""
    voluntary: bool = False
    """Figures are of those who chose to answer."""
    span_months: int = 0
    """How many months up to `period_end` the figures are about; 0 for a figure of the day itself."""

    baseline: tuple[str, str] | None = None
    """First and last day (ISO) of the figures that the usual range is made of; None: the first twelve."""
    rebases: tuple[tuple[str, str], ...] = ()
    """Days (ISO) from which the usual range is made anew, with why."""
    run: int = 7
    trend: int = 7

    @property
    def is_of_answers(self) -> bool:
        """Whether people are asked for what tells who is in the base; an older release does not say, and asked for nothing else."""
        return bool(self.asks or self.declares or self.voluntary or not self.steps)

    def stands_alone(self, group: str) -> bool:
        """Whether a group's figure is not held against the whole unit's: the whole is made of the groups, or about another group."""
        return bool(self.over) or any(part.partition("=")[0] in self.own_shares for part in group.split(";"))

    @property
    def usual(self) -> Usual:
        """How the KPI is read over time."""
        best = IDEALS.get(self.measure, self.target[-1][1] if self.target else None)
        return Usual(
            grain=self.grain,
            polarity=self.polarity,
            span_months=self.span_months,
            ideal=best if self.polarity == "closer_to_target" else None,
            baseline=(date.fromisoformat(self.baseline[0]), date.fromisoformat(self.baseline[1])) if self.baseline else None,
            rebases=tuple(date.fromisoformat(day) for day, _ in self.rebases),
            rules=Rules(self.run, self.trend),
        )

    @property
    def counts_people(self) -> bool:
        """False for results that the council was given (points, an award), for things, and for figures that somebody has published."""
        return self.measure not in ("score", "ordinal") and self.row_kind == "people"

    @property
    def kind_of_figure(self) -> str:
        """The measure; of things and published figures with what the rows are, `item:proportion`: nobody takes one for the other."""
        return f"{self.row_kind}:{self.measure}" if self.row_kind in ("item", "published") else self.measure

    @property
    def scale(self) -> tuple[str, ...]:
        """Of an award: its steps in words, the lowest first; the value is a place among them, from 0."""
        return scale_of(self.unit)

    @property
    def owned_by(self) -> str:
        return self.owner_title or self.owner.replace("_", " ").capitalize()


@dataclass(frozen=True)
class UnitSummary:
    id: str
    name: str
    parent: str | None
    level: str
    depth: int
    valid_from: str | None = None
    valid_to: str | None = None
    successors: tuple[str, ...] = ()

    def stood(self, day: date) -> bool:
        at = day.isoformat()
        return (self.valid_from or "") <= at and (self.valid_to is None or at <= self.valid_to)


Breaks = tuple[tuple[str, str], ...]
"""Days (ISO) from which figures are not the same thing as before, with what happened."""


@dataclass(frozen=True)
class History:
    """What became of the units of a release.

    Attributes
    ----------
    breaks : unit to the days on which people came from elsewhere or went elsewhere, as the units were
    breaks_today : dataset, then unit, to the days before which a unit of today cannot be put together
    was : unit to what it was before it began, in words
    recast : units of today that consisted of others on some published day
    now_in : unit that has ended to the units of today that its people are in
    own_staff : units with others below them that have staff in none of those, on the latest day
    """

    breaks: Mapping[str, Breaks] = field(default_factory=dict)
    breaks_today: Mapping[str, Mapping[str, Breaks]] = field(default_factory=dict)
    was: Mapping[str, str] = field(default_factory=dict)
    recast: frozenset[str] = frozenset()
    now_in: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    own_staff: frozenset[str] = frozenset()


@dataclass(frozen=True)
class DimensionSummary:
    id: str
    title: str
    ordered: bool
    categories: tuple[tuple[str, str, bool], ...]
    """(id, label, known), in display order."""
    parent: str = ""
    """The dimension whose categories hold those of this one together: fifths of wards. "" where there is none, and in older releases."""
    parents: tuple[tuple[str, str], ...] = ()
    """Category to the category of `parent` that holds it."""


@dataclass(frozen=True)
class LoadSummary:
    """One day of one dataset as it was loaded. How many people there are is a published figure: the first step of a waterfall."""

    day: str
    loaded_on: str
    rows: int | None
    """To the nearest hundred, for files with a row per post; None where it is not said."""
    refused: str
    """Rows that could not be read, as words that give no small number away."""
    published: bool
    """Whether figures of this day stand in the release."""


@dataclass(frozen=True)
class DatasetSummary:
    """What was held of one dataset when the release was published.

    Attributes
    ----------
    grain : the most frequent publishing of any of its KPIs
    next_end : end of the first period after the last day that is held, ISO; None where any day may be loaded
    oldest, days, rows : of the rows about people that are kept; rows to two figures, None where it is not said
    """

    id: str
    title: str
    source_system: str
    per_post: bool
    has_identifier: bool
    grain: str
    next_end: str | None
    oldest: str | None
    days: int
    rows: int | None
    loads: tuple[LoadSummary, ...]
    notes: tuple[str, ...] = ()
    about_people: bool = True
    """False for results that the council was given: nobody is in their rows."""


@dataclass(frozen=True)
class Spread:
    """How many employers there are, and percentiles 1 to 99 of their figures, as in the frame."""

    employers: int
    percentiles: tuple[float, ...]


@dataclass(frozen=True)
class ComparatorDay:
    """What other employers reported of one measure on one snapshot day (ISO).

    `values`: as in the frame, in the order of `Comparators.employers`; None where an employer did not report it.
    """

    day: str
    values: tuple[float | None, ...]
    everyone: Spread | None = None
    public: Spread | None = None


@dataclass(frozen=True)
class Comparators:
    """Public figures of other employers as they had been imported when the release was made; they do not change with it.

    Attributes
    ----------
    sha256, imported_on : of everything that was imported, and when the last of it was; "" where nothing was
    files : snapshot day, file name, SHA-256 of its content
    employers : key and name of each council, in the order of names
    named : keys of those that charts and tables name
    ours : key of this council among them; "" where it is not there
    kpis : KPI to what others reported of the same measure, days ascending
    """

    source: str
    sha256: str
    imported_on: str
    files: tuple[tuple[str, str, str], ...]
    employers: tuple[tuple[str, str], ...]
    named: tuple[str, ...]
    ours: str
    kpis: Mapping[str, tuple[ComparatorDay, ...]]


def characteristic(title: str) -> str:
    """ "Ethnic group (5 groups)" and "Ethnic group (19 groups)" are one question."""
    return re.sub(r"\s*\([^()]*\bgroups?\)$", "", title)


@dataclass(frozen=True)
class Provenance:
    """What every figure is stamped with."""

    release: str
    published_at: datetime
    council: str
    synthetic: bool
    currency: str
    data_dates: Mapping[str, str]
    """dataset title to the last data date, ISO."""
    definition_version: str
    audience: str
    profile: str
    disclosure_note: str
    """The audience's rule in a plain sentence, for footers."""
    withdrawn: str | None = None
    """The reason, if this release was withdrawn."""
    withdrawn_at: datetime | None = None


@dataclass(frozen=True)
class Contents:
    """What one release holds: enough to build every menu, without any figure."""

    provenance: Provenance
    kpis: Mapping[str, KpiSummary]
    units: Mapping[str, UnitSummary]
    """Parents before children."""
    dimensions: Mapping[str, DimensionSummary]
    periods: Mapping[str, tuple[date, ...]]
    """KPI id to its published period ends, ascending."""
    certificates: tuple[Mapping[str, Any], ...] = ()
    other_certificates: tuple[Mapping[str, Any], ...] = ()
    """Of the other audiences whose figures this viewer may see."""
    attacks: tuple[Mapping[str, Any], ...] = ()
    """The last independent attack on what each of these certificates is of, where there was one since it was published."""
    sources: Mapping[str, DatasetSummary] = field(default_factory=dict)
    """Dataset id to what was held of it. Empty in older releases."""
    history: History = field(default_factory=History)
    waiting: tuple[tuple[str, str, str], ...] = ()
    """KPIs that are defined and have no figure: id, title, why."""
    comparators: Comparators | None = None
    """None where no KPI is one that other employers report, and in older releases."""

    @property
    def root(self) -> UnitSummary:
        return next(u for u in self.units.values() if u.parent is None)

    @property
    def latest(self) -> date:
        return max(p[-1] for p in self.periods.values() if p)


@dataclass(frozen=True)
class Request:
    """Which figures are wanted; None means all."""

    kpis: tuple[str, ...] | None = None
    breakdowns: tuple[str, ...] | None = None
    """The steps of waterfalls (`metrics.definitions.waterfall.WATERFALL`) are not among all: they are asked for by name."""
    units: tuple[str, ...] | None = None
    period_ends: tuple[date, ...] | None = None
    release: str | None = None
    """None: the latest release that is not withdrawn."""
    structure: Structure = "as_was"


READ_FROM = "read from"
"""Where a frame of figures carries its mark; pandas hands it on to whatever is selected, sorted or joined from the frame."""


def issued(cells: pd.DataFrame, provenance: Provenance) -> pd.DataFrame:
    """Figures with the mark of the release and audience that they were read for. A release store sets it, and nothing else may."""
    cells.attrs[READ_FROM] = (provenance.release, provenance.audience)
    return cells


def check_issued(cells: object) -> None:
    """Refuse what is no frame of a release's figures: `NotCertified`."""
    if not (isinstance(cells, pd.DataFrame) and READ_FROM in cells.attrs):
        raise NotCertified(
            "These figures were not read from a release, so nothing is drawn or written of them.",
            "Only figures that a release store hands out are certified.",
        )


@dataclass(frozen=True)
class Report:
    """The answer: rows of `ESTIMATE_COLUMNS`, and what they are. `NotCertified` for rows that no release store handed out."""

    contents: Contents
    cells: pd.DataFrame
    request: Request = field(default_factory=Request)

    def __post_init__(self) -> None:
        check_issued(self.cells)
        if self.cells.attrs[READ_FROM] != (self.provenance.release, self.provenance.audience):
            raise NotCertified("These figures were read from another release, or for another audience, than the report is of.")

    @property
    def provenance(self) -> Provenance:
        return self.contents.provenance

    def kpi(self, id: str | None = None) -> KpiSummary:
        """The KPI asked for (the only one when no id is given)."""
        if id is None:
            (id,) = self.request.kpis or tuple(self.contents.kpis)
        return self.contents.kpis[id]

    def breaks(self, kpi: str, unit: str) -> Breaks:
        """Days from which a unit's figures of one KPI are not the same thing as before, in the structure that was asked for."""
        history, known = self.contents.history, self.contents.kpis[kpi]
        today = self.request.structure == "today"
        of_unit = history.breaks_today.get(known.dataset, {}) if today else history.breaks
        found = {*known.series_breaks, *of_unit.get(unit, ())}
        here = self.contents.units.get(unit)
        if not today and here is not None and here.valid_from is not None and unit in history.was:
            found.add((here.valid_from, f"{here.name} began, {history.was[unit]}"))
        return tuple(sorted(found))

    def kpi_at(self, kpi: str, unit: str) -> KpiSummary:
        """The KPI as it stands for one unit: with the breaks of the unit among its own."""
        return replace(self.contents.kpis[kpi], series_breaks=self.breaks(kpi, unit))

    def usual_range(self, kpi: str, unit: str) -> Reading:
        """One KPI and unit over time against its usual range, from the figures that this reader is shown; a row per published figure."""
        rows = self.series(kpi, unit)
        breaks = [date.fromisoformat(day) for day, _ in self.breaks(kpi, unit)]
        return read_usual([d.date() for d in rows["period_end"]], rows["value"].tolist(), self.contents.kpis[kpi].usual, breaks)

    def series(self, kpi: str, unit: str, group: str = "") -> pd.DataFrame:
        """One KPI, unit and group over time, a row per period, oldest first."""
        if (kpi, unit, group) not in self._lines:
            rows = self.cells.take(self._places.get((kpi, unit, group), []))
            self._lines[kpi, unit, group] = rows.drop_duplicates("period_end").sort_values("period_end", ignore_index=True)
        return self._lines[kpi, unit, group].copy(deep=False)

    def units_at(self, kpi: str, day: date, units: Iterable[str]) -> pd.DataFrame:
        """One KPI as a whole, a row per unit asked for and published, in that order, indexed by unit."""
        if (kpi, day) not in self._on_a_day:
            rows = self._rows(kpi, "")
            self._on_a_day[kpi, day] = rows[rows["period_end"] == pd.Timestamp(day)].drop_duplicates("unit").set_index("unit", drop=False)
        found = self._on_a_day[kpi, day]
        return found.loc[[u for u in units if u in found.index]]

    def groups_at(self, kpi: str, unit: str, dimension: str, day: date) -> pd.DataFrame:
        """One KPI and unit by the categories of one dimension, a row per group, in the dimension's order, indexed by group."""
        rows = self.cells
        here = rows[(rows["kpi"] == kpi) & (rows["unit"] == unit) & (rows["period_end"] == pd.Timestamp(day))]
        found = here.drop_duplicates("group").set_index("group", drop=False)
        order = [f"{dimension}={category}" for category, _, _ in self.contents.dimensions[dimension].categories]
        return found.loc[[g for g in order if g in found.index]]

    def dimensions_of(self, kpi: str, unit: str) -> tuple[str, ...]:
        """Dimensions by which this KPI is published at this unit, one at a time, in the catalogue's order."""
        rows = self.cells
        groups = rows.loc[(rows["kpi"] == kpi) & (rows["unit"] == unit), "group"].astype(str)
        single = {g.split("=")[0] for g in groups.unique() if g and ";" not in g}
        return tuple(d for d in self.contents.dimensions if d in single)

    @cached_property
    def _places(self) -> Mapping[Any, Any]:
        """Where the rows of each KPI, unit and group stand: a page asks for most of them, one at a time."""
        return self.cells.groupby(["kpi", "unit", "group"], sort=False).indices

    @cached_property
    def _lines(self) -> dict[tuple[str, str, str], pd.DataFrame]:
        return {}

    @cached_property
    def _on_a_day(self) -> dict[tuple[str, date], pd.DataFrame]:
        """A page asks for one day of one KPI once for each unit: it is looked up once."""
        return {}

    @cached_property
    def _grouped(self) -> dict[tuple[str, str], pd.DataFrame]:
        return {}

    def _rows(self, kpi: str, group: str) -> pd.DataFrame:
        if (kpi, group) not in self._grouped:
            rows: pd.DataFrame = self.cells[(self.cells["kpi"] == kpi) & (self.cells["group"] == group)]
            self._grouped[kpi, group] = rows
        return self._grouped[kpi, group]
