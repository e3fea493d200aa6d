"""The nine metrics of the Social Care Workforce Race Equality Standard, from what a release shows; what is missing is said, with its cure.

Skills for Care collects them from councils by the year. Its public pages name the nine metrics, and say that each compares minority
ethnic with White staff: its reports read every likelihood in that order (2023: 0.5 for appointment, 1.4 for disciplinary). The columns
of its collection tool, its pay bands and who is a senior manager were not verified: those are what the council's KPIs say.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Literal

import pandas as pd

from metrics.definitions.checks.sc_wres import minority_first
from metrics.definitions.kpi import Kpi
from metrics.definitions.sc_wres import Bands, Likelihood, ScWresReturn, Seniors, Source
from metrics.report import Contents, Report
from metrics.statistics.likelihood import enough, relative_likelihood
from metrics.wording.likelihood import band_words
from metrics.wording.notes import describe_note
from metrics.wording.values import digits_for, format_value, is_missing

ORDER = "minority ethnic over White"
Seconds = Mapping[tuple[str, str, str, date], tuple[float, float]]


@dataclass(frozen=True)
class Metric:
    """One of the nine; `worse` is where a likelihood of minority ethnic over White is worse for minority ethnic staff."""

    key: str
    number: str
    indicator: str
    worse: Literal["above 1", "below 1", ""]


METRICS = (
    Metric("pay_bands", "1", "Staff in each pay band, minority ethnic and White", ""),
    Metric("appointed", "2", "Appointed from the shortlist in 12 months", "below 1"),
    Metric("disciplinary", "3", "Entered the formal disciplinary process", "above 1"),
    Metric("fitness_to_practise", "4", "Regulated professionals who entered the fitness-to-practise process in 12 months", "above 1"),
    Metric("development", "5", "Had funded non-mandatory continuing professional development in 12 months", "below 1"),
    Metric(
        "harassed_by_public", "6", "Harassed, bullied or abused by people who use services, relatives or the public in 12 months", "above 1"
    ),
    Metric("harassed_by_colleagues", "7a", "Harassed, bullied or abused by colleagues in 12 months", "above 1"),
    Metric("harassed_by_managers", "7b", "Harassed, bullied or abused by managers in 12 months", "above 1"),
    Metric("left", "8", "Left the organisation in 12 months", "above 1"),
    Metric("senior", "9", "Senior managers", "below 1"),
)
"""In the order of the standard, in our own words."""
NEEDED = {
    "pay_bands": "the share of minority ethnic staff (`share`) with a breakdown by pay band (`by`)",
    "senior": "the share of minority ethnic staff among senior managers (`senior`), and among all staff (`everyone`)",
}
"""What a metric is made of, where it is not made of a likelihood or an outcome."""


@dataclass(frozen=True)
class Side:
    """One group: people counted, of how many, and their share; None where it is not shown."""

    counted: float | None = None
    of: float | None = None
    share: float | None = None


Sides = tuple[Side, Side]
"""Minority ethnic, White."""
Limits = tuple[float, float, float]
"""Value, lower, upper."""


@dataclass(frozen=True)
class Line:
    """One figure: of one metric, unit and band ("" for all)."""

    metric: Metric
    unit: str
    unit_name: str
    band: str
    start: date
    end: date
    kpi: str
    minority: Side
    white: Side
    value: float | None = None
    lower: float | None = None
    upper: float | None = None
    marker: str = ""
    said: str = ""
    """How to read the figure, or why there is none."""
    rounded: bool = False
    digits: int = 2
    """That the likelihood and its range are printed with."""


@dataclass(frozen=True)
class Missing:
    """Why a metric, or one of its units, has no figure, and what to do."""

    metric: Metric
    reason: str

    def __str__(self) -> str:
        return f"Metric {self.metric.number}, {self.metric.key}: {self.reason}"


@dataclass
class ScWres:
    lines: list[Line] = field(default_factory=list)
    missing: list[Missing] = field(default_factory=list)

    @property
    def complete(self) -> bool:
        return not self.missing


def needed_kpis(declared: ScWresReturn) -> tuple[str, ...]:
    return tuple(dict.fromkeys(k for _, source in declared.sources() for k in declared.kpis_of(source)))


def make_metrics(
    report: Report, declared: ScWresReturn, kpis: Mapping[str, Kpi], day: date, second: Seconds = MappingProxyType({})
) -> ScWres:
    """All nine for the year to `day`.

    Parameters
    ----------
    report : holds the KPIs of `needed_kpis` that the release has
    kpis : as they are defined today
    second : KPI, unit, group and last day to the people of a likelihood's second group, counted and in its pool, where they are shown
    """
    made = _Metrics(report, declared, kpis, day, second)
    given = dict(declared.sources())
    for metric in METRICS:
        made.add(metric, given.get(metric.key))
    return made.found


class _Metrics:
    """The metrics in the making."""

    def __init__(self, report: Report, declared: ScWresReturn, kpis: Mapping[str, Kpi], day: date, second: Seconds) -> None:
        self.report, self.declared, self.kpis, self.day, self.second_groups = report, declared, kpis, day, second
        self.found = ScWres()

    @property
    def contents(self) -> Contents:
        return self.report.contents

    def add(self, metric: Metric, source: Source | None) -> None:
        reasons = list(self.not_there(metric, source))
        self.found.missing += [Missing(metric, reason) for reason in reasons]
        if source is None or reasons:
            return
        for unit in source.units or self.declared.units or (self.contents.root.id,):
            if unit not in self.contents.units:
                self.found.missing.append(Missing(metric, f"the release has no unit '{unit}': name one that it has under `units`"))
                continue
            lines = list(self.lines(metric, source, unit))
            self.found.lines += lines
            where = self.contents.units[unit].name
            self.found.missing += [
                Missing(metric, f"{where}{f', {line.band}' if line.band else ''}: {line.said}") for line in lines if line.marker
            ]

    def not_there(self, metric: Metric, source: Source | None) -> Iterator[str]:
        """What keeps a metric from being made at all."""
        if source is None:
            kind = NEEDED.get(metric.key, "a relative_likelihood of the two groups (`likelihood`), or a proportion by them (`outcome`)")
            yield f"no KPI gives it. Define {kind}, and name it under `{metric.key}` in config/returns/sc-wres.yaml"
            return
        for id in self.declared.kpis_of(source):
            known, now = self.contents.kpis.get(id), self.kpis.get(id)
            if known is None:
                yield f"release {self.contents.provenance.release} has no figures of {id}. Ingest its dataset, and run `equality refresh`"
            elif now is not None and known.order and now.measure.order is not None and known.order["first"] != now.measure.order.first:
                yield f"{id} had another order when the release was published. Refresh it under its definition of today"

    def row(self, metric: Metric, kpi: str, unit: str, group: str = "") -> pd.Series | None:
        """The newest figure of the year to the day; None after saying that there is none."""
        rows = self.report.series(kpi, unit, group)
        near = rows[(rows["period_end"] <= pd.Timestamp(self.day)) & (rows["period_end"] > pd.Timestamp(self.day) - pd.DateOffset(years=1))]
        if len(near):
            return near.iloc[-1]
        name = self.contents.units[unit].name
        of = f"{kpi} by {group.split('=')[0]}" if group else kpi
        if len(rows):
            days = ", ".join(d.date().isoformat() for d in rows["period_end"])
            reason = f"{of} has no figure of {name} in the year to {self.day}; it has: {days}. Ingest the year and refresh"
        else:
            reason = f"{of} is not published for {name}. Add the breakdown in config/kpis/{kpi}-….yaml, or name other `units` here"
        self.found.missing.append(Missing(metric, reason))
        return None

    def lines(self, metric: Metric, source: Source, unit: str) -> Iterator[Line]:
        if isinstance(source, Bands):
            yield from self.bands(metric, source, unit)
        elif isinstance(source, Seniors):
            yield from self.seniors(metric, source, unit)
        elif source.likelihood is not None:
            yield from self.likelihood(metric, source.likelihood, unit)
        else:
            yield from self.outcome(metric, source, unit)

    def line(self, metric: Metric, kpi: str, unit: str, row: pd.Series, sides: Sides, **more: object) -> Line:
        start, end = row["period_start"].date(), row["period_end"].date()
        plain: dict[str, object] = {"band": "", "rounded": bool(row["rounded"]), **more}
        return Line(metric, unit, self.contents.units[unit].name, start=start, end=end, kpi=kpi, minority=sides[0], white=sides[1], **plain)  # type: ignore[arg-type]

    def hidden(self, metric: Metric, kpi: str, unit: str, row: pd.Series, band: str = "") -> Line:
        said = describe_note(row, self.contents) or "There is no figure for this period."
        return self.line(metric, kpi, unit, row, (Side(), Side()), band=band, marker=str(row["marker"]) or "[x]", said=said)

    def bands(self, metric: Metric, source: Bands, unit: str) -> Iterator[Line]:
        """Shares of each band, then of all bands together, which they are compared with."""
        labels = [(f"{source.by}={id}", label) for id, label, known in self.contents.dimensions[source.by].categories if known]
        for group, label in [*labels, ("", "All bands")]:
            row = self.row(metric, source.share, unit, group)
            if row is None:
                return
            if is_missing(row["value"]):
                yield self.hidden(metric, source.share, unit, row, label)
                continue
            said = "Shares of everybody in the band whose ethnic group is known" if group else "Everybody whose ethnic group is known"
            yield self.line(metric, source.share, unit, row, _both(row), band=label, said=said)

    def likelihood(self, metric: Metric, kpi: str, unit: str) -> Iterator[Line]:
        row = self.row(metric, kpi, unit)
        if row is None:
            return
        if is_missing(row["value"]):
            yield self.hidden(metric, kpi, unit, row)
            return
        n, of = float(row["numerator"]), float(row["denominator"])
        counted, pool = self.second_groups.get((kpi, unit, "", row["period_end"].date()), (None, None))
        first, second = Side(n, of, min(n / of, 1.0)), Side(counted, pool, float(row["reference_value"]))
        value, lower, upper = float(row["value"]), float(row["lower"]), float(row["upper"])
        if minority_first(self.kpis[kpi], self.declared.groups):
            yield self.ratio(metric, kpi, unit, row, (first, second), (value, lower, upper))
        else:  # the interval is one of logarithms: that of the inverse is the inverse of it
            yield self.ratio(metric, f"{kpi}, turned round", unit, row, (second, first), (1 / value, 1 / upper, 1 / lower))

    def outcome(self, metric: Metric, source: Likelihood, unit: str) -> Iterator[Line]:
        """A likelihood of two shares that are both shown."""
        kpi, groups = str(source.outcome), self.declared.groups
        rows = [self.row(metric, kpi, unit, f"{groups.dimension}={category}") for category in (groups.minority, groups.white)]
        ours, theirs = rows
        if ours is None or theirs is None:
            return
        for row in (ours, theirs):
            if is_missing(row["value"]):
                yield self.hidden(metric, kpi, unit, row)
                return
        yield self.compared(metric, kpi, unit, ours, (_one(ours), _one(theirs)))

    def seniors(self, metric: Metric, source: Seniors, unit: str) -> Iterator[Line]:
        """How likely staff of each group are to be senior managers: of all minority ethnic staff, and of all White staff."""
        above, everyone = self.row(metric, source.senior, unit), self.row(metric, source.everyone, unit)
        if above is None or everyone is None:
            return
        for id, row in ((source.senior, above), (source.everyone, everyone)):
            if is_missing(row["value"]):
                yield self.hidden(metric, id, unit, row)
                return
        (n, m), (of, whole) = ([s.counted or 0.0 for s in _both(row)] for row in (above, everyone))
        sides = (_of(n, of), _of(m, whole))
        shares = f"{_percent(above)} of senior managers and {_percent(everyone)} of all staff are minority ethnic"
        yield self.compared(metric, f"{source.senior} and {source.everyone}", unit, above, sides, shares)

    def compared(self, metric: Metric, kpi: str, unit: str, row: pd.Series, sides: Sides, more: str = "") -> Line:
        n, of, m, whole = (pd.Series([float(v or 0)]) for s in sides for v in (s.counted, s.of))
        if not enough(of, whole, events=(n, m)).iloc[0]:
            said = "Not enough data: a ratio needs at least ten people in each group, and somebody of each to whom it happened."
            return self.line(metric, kpi, unit, row, sides, marker="[x]", said=said)
        value, lower, upper = relative_likelihood(n, of, m, whole).iloc[0]
        return self.ratio(metric, kpi, unit, row, sides, (float(value), float(lower), float(upper)), more)

    def ratio(self, metric: Metric, kpi: str, unit: str, row: pd.Series, sides: Sides, limits: Limits, more: str = "") -> Line:
        value, lower, upper = limits
        digits = digits_for(row, "ratio")
        about = "Made from rounded counts, so approximate" if bool(row["rounded"]) else ""
        said = ". ".join(filter(None, [band_words(value, lower, upper, digits), more, about]))
        return self.line(metric, kpi, unit, row, sides, value=value, lower=lower, upper=upper, said=said, digits=digits)


def _of(counted: float, of: float) -> Side:
    """Rounded counts may put a part above its whole: it then stops there."""
    part = min(counted, of)
    return Side(part, of, part / of if of else None)


def _one(row: pd.Series) -> Side:
    return Side(float(row["numerator"]), float(row["denominator"]), float(row["value"]))


def _both(row: pd.Series) -> Sides:
    """Minority ethnic staff, and White staff as the rest of everybody whose ethnic group is known."""
    n, of = float(row["numerator"]), float(row["denominator"])
    return _of(n, of), _of(max(of - n, 0.0), of)


def _percent(row: pd.Series) -> str:
    return format_value(row["value"], "percent", digits=digits_for(row, "percent"))
