"""An adversary who knows only what one audience of a release sees, and works out what every hidden or rounded count may be.

Written without sight of the product's own certifier, so that the two can be held against each other. Each figure, ratio,
interval, bound, gap, change and mean of pay becomes a `Fact` about whole, non-negative numbers of people; a mixed-integer
programme over the finest cells then gives the smallest and largest count that agree with all facts. Every fact is true of
the real people (`judge` checks that), and a fact left out only makes the range wider: a narrow range is a proof, a wide
one is only as good as the facts.

`read_release` → `attack` → `judge`.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import product
from pathlib import Path
from typing import Any, Literal

import networkx as nx
import numpy as np
import pandas as pd
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

from metrics.access.viewer import Viewer
from metrics.definitions.configuration import Configuration
from metrics.definitions.kpi import Kpi, MeasureType
from metrics.definitions.profile import Profile
from metrics.definitions.waterfall import WATERFALL
from metrics.errors import NotPublished
from metrics.query.counts import Region
from metrics.query.people import PRESENT, TWO_SIDED, figures, universe
from metrics.query.waterfall import waterfall
from metrics.releases.store import ReleaseStore
from metrics.report import ESTIMATE_COLUMNS, Request

Z = 1.959963984540054
MOST_PEOPLE = 200_000
PAY_UNITS = (1_000.0, 100.0, 10.0, 1.0, 0.5, 0.1, 0.01)
"""Units in which everybody may be paid."""
HIGHEST_PAY = 50.0
"""Nobody is paid more than this many times the mean: what anybody may assume."""
YEARLY_FROM, HOURLY_STEP, YEARLY_STEP, GAP_STEP = 1_000.0, 0.01, 10.0, 0.001
"""Precision in which pay is published, by the public method: hourly rates, yearly pay, and gaps as shares."""
SCORE_STEP, SCORE_STEP_OF_ROUNDED = 0.1, 1.0
"""The same of scores: beside exact counts, and beside rounded ones."""
AVERAGES = {MeasureType.MEAN, MeasureType.MEDIAN}
WORDS = {"kpi", "breakdown", "unit", "group", "period_start", "period_end", "status", "marker", "movement", "rounded", "note"}
NUMBERS = [c for c in ESTIMATE_COLUMNS if c not in WORDS]
LEFT_OUT = (
    ("denominator", "numerator", "complement"),
    ("everyone", "denominator", "not known"),
    ("reference_denominator", "reference_numerator", "reference complement"),
)
"""Parts whose difference is a set of people too."""


# what an audience sees


@dataclass(frozen=True)
class Seen:
    """Rows of `ESTIMATE_COLUMNS` as one audience reads them, the public definitions, and that audience's profile."""

    rows: pd.DataFrame
    configuration: Configuration
    audience: str

    @property
    def base(self) -> int:
        return int(self.profile().rounding_base)

    def profile(self, audience: str = "") -> Profile:
        return self.configuration.disclosure.profiles[self.configuration.disclosure.audiences[audience or self.audience]]

    def rounds(self, unit: str, audience: str = "") -> bool:
        own = self.profile(audience)
        return (own.council if unit == self.configuration.organisation.root.id else own.below_council) == "round"

    def chain(self, unit: str) -> tuple[int, ...]:
        """The bases that a unit's counts are rounded to, one after the other: every further audience is shown what the first is shown."""
        audiences = dict.fromkeys([next(iter(self.configuration.disclosure.audiences)), self.audience])
        return tuple(int(self.profile(a).rounding_base) for a in audiences if self.rounds(unit, a))

    def as_printed(self, n: int, unit: str) -> int:
        for base in self.chain(unit):
            n = (2 * n + base) // (2 * base) * base
        return n

    @property
    def systems(self) -> list[tuple[str, pd.Timestamp]]:
        """(dataset, period end): people of different ones are different unknowns."""
        of = self.rows["kpi"].map({id: kpi.dataset for id, kpi in self.configuration.kpis.items()})
        return sorted(set(zip(of, self.rows["period_end"], strict=True)))


def read_release(
    source: ReleaseStore | str | Path | Sequence[str | Path], configuration: Configuration, audience: str, release: str | None = None
) -> Seen:
    """A release as an audience may read it: from the store, or from files of `equality show --format json|csv`."""
    if isinstance(source, ReleaseStore):
        viewer = Viewer(audience, "command_line")
        rows = source.read(Request(release=release), viewer).cells
        try:
            steps = source.read(Request(breakdowns=(WATERFALL,), release=release), viewer).cells
        except NotPublished:  # an older release
            steps = rows.head(0)
        return Seen(pd.concat([rows, steps], ignore_index=True), configuration, audience)
    files = [source] if isinstance(source, (str, Path)) else list(source)
    return Seen(pd.concat([_tidy(Path(f), configuration) for f in files], ignore_index=True), configuration, audience)


def _tidy(file: Path, configuration: Configuration) -> pd.DataFrame:
    """The tidy columns put back into `ESTIMATE_COLUMNS`; what a file does not tell stays empty."""
    raw = pd.DataFrame(json.loads(file.read_text())) if file.suffix == ".json" else pd.read_csv(file, dtype={"unit": str})
    dimensions = [d for d in configuration.dimensions if d in raw.columns]
    out = raw.reindex(columns=list(ESTIMATE_COLUMNS))
    out[NUMBERS] = out[NUMBERS].apply(pd.to_numeric, errors="coerce")
    split = raw[dimensions].fillna("").astype(str) if dimensions else pd.DataFrame(index=raw.index)
    keys = [frozenset(f"{d}={v}" for d, v in row.items() if v) for row in split.to_dict("records")] or [frozenset()] * len(raw)
    known = {(kpi, frozenset(g.split(";")) if g else frozenset()): g for kpi, g in meanings(configuration)}
    out["group"] = [known[kpi, key] for kpi, key in zip(out["kpi"], keys, strict=True)]
    out["period_end"], out["rounded"] = pd.to_datetime(out["period_end"]), False
    for name in ("breakdown", "status", "marker", "note", "movement"):
        out[name] = out[name].astype(object).fillna("").astype(str)
    return out


def meanings(configuration: Configuration) -> dict[tuple[str, str], Mapping[str, Mapping[str, frozenset[str]]]]:
    """(KPI, group) to its parts as sets of people: what the published definitions say in words."""
    found = {}
    for id, kpi in configuration.kpis.items():
        for breakdown in (None, *kpi.breakdowns):
            for figure in figures(configuration, kpi, breakdown)[1]:
                found[id, figure.group] = {str(k): v for k, v in figure.parts.items()}
        for step in waterfall(configuration, kpi):
            found[id, step.group] = {str(k): v for k, v in step.parts.items()}
    return found


# facts


@dataclass(frozen=True)
class Fact:
    """`low <= sum of sign * |region| + sum of coefficient * helper <= high`; helpers are further whole numbers."""

    terms: tuple[tuple[float, Region], ...]
    low: float
    high: float
    why: str
    helper: str = ""
    helper_factor: float = 0.0


@dataclass(frozen=True)
class PayFact:
    """A mean or median of what a set of people earn lies from `low` to `high`: half a printed step around what is printed."""

    region: Region
    column: str
    low: float
    high: float
    why: str

    @property
    def middle(self) -> float:
        return (self.low + self.high) / 2


@dataclass(frozen=True)
class Leak:
    """A hidden number that a column gives away without any further equation."""

    kpi: str
    unit: str
    group: str
    column: str
    region: Region | None
    low: float
    high: float
    why: str


@dataclass
class Gathered:
    """All that one dataset and period tells.

    shown : region to the count as printed and whether it is rounded
    wanted : region or difference of regions whose size nobody should learn, with where it stands
    """

    facts: list[Fact] = field(default_factory=list)
    means: list[PayFact] = field(default_factory=list)
    medians: list[PayFact] = field(default_factory=list)
    leaks: list[Leak] = field(default_factory=list)
    wanted: dict[tuple[Region, Region | None], str] = field(default_factory=dict)


class Reader:
    """Turns rows into facts, column by column."""

    def __init__(self, seen: Seen, dataset: str, end: pd.Timestamp) -> None:
        self.seen, self.end = seen, end
        self.kpis = {id: k for id, k in seen.configuration.kpis.items() if k.dataset == dataset}
        self.dataset = dataset
        self.meanings = meanings(seen.configuration)
        self.found = Gathered()
        rows = _with_derived_values(seen.rows, self.found)
        self.rows = rows[rows["kpi"].isin(list(self.kpis)) & (rows["period_end"] == end)]
        self.found.leaks = [leak for leak in self.found.leaks if leak.kpi in self.kpis and leak.why.startswith(str(end.date()))]
        self.printed = Printed.of(self.rows[self.rows["breakdown"] != WATERFALL], self.kpis)
        self.passed: dict[str, list[Region]] = {}

    def read(self) -> Gathered:
        whole = {(r["kpi"], r["unit"]): r["value"] for r in self.rows.to_dict("records") if r["group"] == ""}
        # Averages go first: the gap of a group whose reference pay is not printed may find it among them.
        for row in sorted(self.rows.to_dict("records"), key=lambda r: self.kpis[r["kpi"]].measure.type in TWO_SIDED):
            self._row(row, self.kpis[row["kpi"]], whole.get((row["kpi"], row["unit"]), math.nan))
        return self.found

    # one row

    def _row(self, row: dict[str, Any], kpi: Kpi, whole: float) -> None:
        parts = {
            p: region_of(row["unit"], where, self.seen.configuration, self.dataset)
            for p, where in self.meanings[row["kpi"], row["group"]].items()
        }
        here = f"{row['kpi']} {row['unit']} {row['group'] or 'all'}"
        gap, share = kpi.measure.type in TWO_SIDED, kpi.measure.type.is_share
        columns = {"numerator": "numerator", "everyone": "everyone", "denominator": "reference_denominator" if gap else "denominator"}
        # A row whose figure is hidden does not say that its other counts are rounded, so the profile is asked as well.
        rounded = bool(row["rounded"]) or bool(self.seen.chain(row["unit"]))
        if row["breakdown"] == WATERFALL:
            self._step(row, parts, rounded, here)
            return
        if kpi.measure.type is MeasureType.TURNOVER:
            self._turnover(row, parts, rounded, here)
            columns, share = {"numerator": "numerator", "everyone": "everyone"}, False
        if kpi.measure.type.has_population:  # whose denominator is published elsewhere: the rate tells the events, which are printed
            columns, share = {"numerator": "numerator", "everyone": "everyone"}, False
            self._events(row, kpi, parts, rounded, here)
        if kpi.measure.type is MeasureType.INDEX_OF_DISPARITY and not row["group"]:
            share = False  # made of its groups, each of which is read
        if kpi.measure.type is MeasureType.FTE and not _nan(row["value"]):
            self._full_time(row, kpi, parts["denominator"], rounded, here)
        known: dict[str, float] = {}
        for column, part in columns.items():
            if part in parts and not _nan(row[column]):
                known[part] = row[column]
                self._shown(parts[part], row[column], rounded, f"{here}: {column} {row[column]:g}")
        if share:
            self._share(row, kpi, parts, known, rounded, here, whole)
        self._declared(row, parts, known, rounded, here)
        self._bounds(row, kpi, parts, known, rounded, here)
        if kpi.measure.type is MeasureType.COUNT:
            self._count(row, parts, known, rounded, here)
        if kpi.measure.unit == "points":
            self._scores(row, kpi, parts, rounded, here)
        elif gap or kpi.measure.type in AVERAGES:
            self._pay(row, kpi, parts, here)
        if row["note"] == "nobody":
            base = [p for p in ("denominator", "reference_denominator") if p in parts]
            if len(base) == 1:
                self.found.facts.append(Fact(((1, parts[base[0]]),), 0, 0, f"{here}: nobody could have been counted"))
        self._want(parts, here)

    def _step(self, row: dict[str, Any], parts: Mapping[str, Region], rounded: bool, here: str) -> None:
        """A step of a waterfall: who is left, of everybody; and who left since each earlier step is somebody to protect."""
        known = {part: row[part] for part in ("numerator", "denominator") if not _nan(row[part])}
        for part, value in known.items():
            self._shown(parts[part], value, rounded, f"{here}: {part} {value:g}")
        if not _nan(row["value"]):
            self._ratio_or_count(row, parts, known, "numerator", "denominator", row["value"], rounded, f"{here}: share of everybody")
        earlier = self.passed.setdefault(row["kpi"], [parts["denominator"]])
        for region in [r for r in earlier if r != parts["numerator"]]:
            self.found.wanted.setdefault((region, parts["numerator"]), f"{here} left since {region.where or 'the start'}")
        earlier.append(parts["numerator"])
        self.found.wanted.setdefault((parts["numerator"], None), f"{here} numerator")

    def _turnover(self, row: dict[str, Any], parts: Mapping[str, Region], rounded: bool, here: str) -> None:
        """The mean of two head counts, each as printed."""
        if not _nan(row["denominator"]):
            off = self.seen.base - 1 if rounded else 0
            both = ((1, parts["denominator"]), (1, parts["reference_denominator"]))
            ends = 2 * row["denominator"]
            self.found.facts.append(Fact(both, ends - off, ends + off, f"{here}: mean of both ends {row['denominator']:g}"))

    def _events(self, row: dict[str, Any], kpi: Kpi, parts: Mapping[str, Region], rounded: bool, here: str) -> None:
        """A rate times the published people is the number of events, whether or not that is printed."""
        if kpi.measure.type is MeasureType.POPULATION_RATE and not _nan(row["value"]) and not _nan(row["denominator"]):
            many = row["value"] * row["denominator"] / float(str(kpi.measure.unit).removeprefix("per_"))
            if _nan(row["numerator"]):
                self._leak(row, "numerator", parts["numerator"], round(many), rounded, f"{here}: rate × published people")
            else:
                self._shown(parts["numerator"], round(many), rounded, f"{here}: rate × published people")

    def _full_time(self, row: dict[str, Any], kpi: Kpi, region: Region, rounded: bool, here: str) -> None:
        """A sum needs people enough to have it."""
        most = self.seen.configuration.datasets[self.dataset].columns[str(kpi.measure.column)].maximum or 1.0
        low = max(0.0, row["value"] - (self.seen.base * most if rounded else 1.0) / 2)
        why = f"{here}: {row['value']:g} full-time equivalents"
        self.found.facts.append(Fact(((1, region),), math.ceil(low / most - 1e-9), math.inf, why))

    def _want(self, parts: Mapping[str, Region], here: str) -> None:
        """Every part; who is left out of the numerator; and whose answer is not known."""
        for part, region in parts.items():
            self.found.wanted.setdefault((region, None), f"{here} {part}")
        for whole, part, word in LEFT_OUT:
            if whole in parts and part in parts and parts[whole] != parts[part] and _inside(parts[part], parts[whole]):
                self.found.wanted.setdefault((parts[whole], parts[part]), f"{here} {word}")

    def _window(self, value: float, rounded: bool, unit: str) -> tuple[float, float]:
        """The least and the most people of whom a count may be printed so."""
        chain = self.seen.chain(unit) if rounded else ()
        if not chain or value % max(chain):
            return value, value
        spread = sum(chain)
        fitting = [n for n in range(max(0, int(value) - spread), int(value) + spread + 1) if self.seen.as_printed(n, unit) == value]
        return min(fitting), max(fitting)

    def _shown(self, region: Region, value: float, rounded: bool, why: str) -> None:
        low, high = self._window(value, rounded, region.unit)
        self.found.facts.append(Fact(((1, region),), low, high, why + (" (rounded)" if high > low else "")))

    def _leak(
        self, row: dict[str, Any], column: str, region: Region, value: float, rounded: bool, why: str, at_least: bool = False
    ) -> None:
        low, high = self._window(value, rounded, region.unit)
        high = math.inf if at_least else high
        self.found.facts.append(Fact(((1, region),), low, high, why))
        self.found.leaks.append(Leak(row["kpi"], row["unit"], row["group"], column, region, low, high, why))

    def _ratio(self, top: Region, bottom: Region, ratio: float, rounded: bool, why: str) -> bool:
        """Printed top / printed bottom is a fraction of small whole numbers, which full precision gives away."""
        if ratio >= 1 and rounded:
            return False
        fraction = Fraction(ratio).limit_denominator(MOST_PEOPLE)
        if abs(float(fraction) - ratio) > 1e-12 * max(1, abs(ratio)) or fraction.denominator > MOST_PEOPLE // 10:
            return False
        step, (least, most) = 1, (0.0, 0.0)
        if rounded and (chain := self.seen.chain(top.unit)):
            step = max(chain)
            least, most = (edge - 10 * step for edge in self._window(10.0 * step, True, top.unit))
        helper = f"{why}#{len(self.found.facts)}"
        for region, number in ((top, fraction.numerator), (bottom, fraction.denominator)):
            self.found.facts.append(Fact(((1, region),), least, most, f"{why}: {fraction}", helper, -float(step * number)))
        return True

    # columns

    def _share(
        self, row: dict[str, Any], kpi: Kpi, parts: Mapping[str, Region], known: dict[str, float], rounded: bool, here: str, whole: float
    ) -> None:
        share, divisor = self._plain_share(row, kpi, whole)
        if _nan(share) or share < 0:
            return
        limits = tuple(row[c] / divisor for c in ("lower", "upper")) if divisor else (math.nan, math.nan)
        n, a = known.get("denominator"), known.get("numerator")
        if a is None and n is None:
            pair = wilson_pair(share, *limits)
            if pair is not None:
                a, n = pair
                self._leak(row, "denominator", parts["denominator"], n, rounded, f"{here}: the interval fits a base of {n} only")
                self._leak(
                    row, "numerator", parts["numerator"], a, rounded, f"{here}: the interval fits {a} of {n} only", rounded and share >= 1
                )
            elif self._ratio(parts["numerator"], parts["denominator"], share, rounded, f"{here}: share {share:.6g} without its counts"):
                self.found.leaks.append(
                    Leak(row["kpi"], row["unit"], row["group"], "value", None, 0, math.inf, f"{here}: a share without its counts")
                )
        elif a is None and n:
            self._leak(
                row, "numerator", parts["numerator"], round(share * n), rounded, f"{here}: share × denominator", rounded and share >= 1
            )
        elif n is None and a and share < 1:
            self._leak(row, "denominator", parts["denominator"], round(a / share), rounded, f"{here}: numerator / share")
        if "reference_numerator" in parts and not _nan(row["reference_value"]):
            self._ratio(
                parts["reference_numerator"], parts["reference_denominator"], row["reference_value"], rounded, f"{here}: reference share"
            )

    def _plain_share(self, row: dict[str, Any], kpi: Kpi, whole: float) -> tuple[float, float]:
        """The share behind a value, an index, or a gap to something that is known; and what its limits are divided by."""
        benchmark = row["benchmark"]
        if kpi.measure.type is MeasureType.RATE:
            return row["value"] / float(str(kpi.measure.unit).removeprefix("per_")), 0
        if kpi.measure.type is MeasureType.REPRESENTATION_INDEX:
            benchmark = row["reference_value"] if kpi.measure.reference_group else benchmark
            return (row["value"] * benchmark, 1 / benchmark) if not _nan(benchmark) else (math.nan, 0)
        if kpi.measure.type is MeasureType.PERCENTAGE_POINT_GAP:
            other = row["reference_value"] if kpi.measure.reference_group else benchmark
            return row["value"] + other, 0
        value = row["value"]
        other = benchmark if not _nan(benchmark) else whole
        if _nan(value) and not _nan(row["gap"]) and not _nan(other):
            value = row["gap"] + other
        if _nan(value) and not _nan(row["ratio"]) and not _nan(other):
            value = row["ratio"] * other
        return value, 1.0

    def _count(self, row: dict[str, Any], parts: Mapping[str, Region], known: dict[str, float], rounded: bool, here: str) -> None:
        if "numerator" not in known and not _nan(row["value"]):
            self._leak(row, "numerator", parts["numerator"], row["value"], rounded, f"{here}: the value is the count")
            known["numerator"] = row["value"]
        if _nan(row["benchmark"]):
            return
        share = row["gap"] + row["benchmark"]
        share = row["ratio"] * row["benchmark"] if _nan(share) else share
        if _nan(share) or {"numerator", "denominator"} <= set(known):
            return
        self._ratio_or_count(row, parts, known, "numerator", "denominator", share, rounded, f"{here}: gap to the benchmark")

    def _ratio_or_count(
        self,
        row: dict[str, Any],
        parts: Mapping[str, Region],
        known: dict[str, float],
        top: str,
        bottom: str,
        share: float,
        rounded: bool,
        why: str,
    ) -> None:
        a, n = known.get(top), known.get(bottom)
        if a is None and n:
            self._leak(row, top, parts[top], round(share * n), rounded, why, rounded and share >= 1)
        elif n is None and a and share and not (rounded and share >= 1):
            self._leak(row, bottom, parts[bottom], round(a / share), rounded, why)
        elif a is None and n is None:
            self._ratio(parts[top], parts[bottom], share, rounded, why)

    def _declared(self, row: dict[str, Any], parts: Mapping[str, Region], known: dict[str, float], rounded: bool, here: str) -> None:
        if _nan(row["declared"]) or "everyone" not in parts or "denominator" not in parts:
            return
        if self.kpis[row["kpi"]].measure.type.is_ratio:  # both pools together, which are printed only so
            if "everyone" in known and (row["declared"] < 1 or not rounded):
                self._shown(parts["possible"], round(row["declared"] * known["everyone"]), rounded, f"{here}: declaration rate")
            return
        if not {"denominator", "everyone"} <= set(known):
            why, rate = f"{here}: declaration rate", row["declared"]
            if self.kpis[row["kpi"]].measure.type in TWO_SIDED and "everyone" in known:  # a pay gap prints its whole base only so
                if rate < 1 or not rounded:
                    self._shown(parts["denominator"], round(rate * known["everyone"]), rounded, why)
            else:
                self._ratio_or_count(row, parts, known, "denominator", "everyone", rate, rounded, why)

    def _bounds(
        self, row: dict[str, Any], kpi: Kpi, parts: Mapping[str, Region], known: dict[str, float], rounded: bool, here: str
    ) -> None:
        """`numerator / everyone` and `possible / everyone`, unless the value overruled them."""
        if "possible" not in parts or _nan(row["value"]) or kpi.measure.type is not MeasureType.PROPORTION:
            return
        for column, part in (("bound_low", "numerator"), ("bound_high", "possible")):
            bound = row[column]
            if _nan(bound) or abs(bound - row["value"]) < 1e-12 or (part == "possible" and bound >= 1 and rounded):
                continue
            everyone = known.get("everyone")
            if everyone and part == "possible":
                self._shown(parts[part], round(bound * everyone), rounded, f"{here}: {column} × everyone")
            elif everyone and part not in known:
                self._leak(row, part, parts[part], round(bound * everyone), rounded, f"{here}: {column} × everyone")
            elif not everyone:
                self._ratio(parts[part], parts["everyone"], bound, rounded, f"{here}: {column}")

    def _scores(self, row: dict[str, Any], kpi: Kpi, parts: Mapping[str, Region], rounded: bool, here: str) -> None:
        """A mean score, or two of them: that of the reference group, and with the difference that of the other."""
        into = self.found.medians if kpi.measure.type is MeasureType.MEDIAN else self.found.means
        half, column = (SCORE_STEP_OF_ROUNDED if rounded else SCORE_STEP) / 2, str(kpi.measure.column)
        value, reference = row["value"], row["reference_value"]
        if kpi.measure.type is not MeasureType.MEAN_DIFFERENCE:
            if not _nan(value):
                into.append(PayFact(parts["denominator"], column, value - half, value + half, f"{here}: score {value:.10g}"))
            return
        if not _nan(reference):
            why = f"{here}: score of the reference group {reference:.10g}"
            into.append(PayFact(parts["reference_denominator"], column, reference - half, reference + half, why))
        if not _nan(value) and not _nan(reference):
            score = reference + value
            why = f"{here}: {value:.10g} from {reference:.10g}"
            into.append(PayFact(parts["numerator"], column, score - 2 * half, score + 2 * half, why))

    def _pay(self, row: dict[str, Any], kpi: Kpi, parts: Mapping[str, Region], here: str) -> None:
        mean, column = kpi.measure.type in {MeasureType.MEAN, MeasureType.PAY_GAP_MEAN}, str(kpi.measure.column)
        into = self.found.means if mean else self.found.medians
        if kpi.measure.type not in TWO_SIDED:
            if not _nan(row["value"]):
                limits = self.printed.average(row["value"], *((row["lower"], row["upper"]) if mean else (math.nan, math.nan)))
                into.append(PayFact(parts["denominator"], column, *limits, f"{here}: pay {row['value']:.10g}"))
            return
        region, reference = parts["reference_denominator"], row["reference_value"]
        if not _nan(reference):
            into.append(PayFact(region, column, *self.printed.average(reference), f"{here}: pay of the reference group {reference:.10g}"))
        elsewhere = [f.middle for f in into if f.region == region and f.column == column]
        reference = elsewhere[0] if _nan(reference) and elsewhere else reference
        if not _nan(row["value"]) and not _nan(reference):
            gap = self.printed.gap(row["value"], *((row["lower"], row["upper"]) if mean else (math.nan, math.nan)))
            why = f"{here}: gap {row['value']:.10g} to {reference:.10g}"
            many = not _nan(row["numerator"]) and not _nan(row["denominator"]) and min(row["numerator"], row["denominator"]) >= LARGE
            limits = self.printed.compared(reference, *gap, bool(row["rounded"]) and not many)
            into.append(PayFact(parts["numerator"], column, *limits, why))


@dataclass(frozen=True)
class Printed:
    """How pay is printed, as the figures themselves tell: in steps, or in full precision.

    centred : limits of means stand evenly about the printed mean, so they say nothing about the one before rounding
    """

    amounts: bool
    gaps: bool
    centred: bool

    @classmethod
    def of(cls, rows: pd.DataFrame, kpis: Mapping[str, Kpi]) -> Printed:
        rows = rows[rows["kpi"].isin([id for id, k in kpis.items() if k.measure.unit != "points"])]
        kind = rows["kpi"].map({id: k.measure.type for id, k in kpis.items()})
        averages, gaps = rows[kind.isin(list(AVERAGES))], rows[kind.isin(list(TWO_SIDED))]
        amounts = pd.concat([averages["value"], gaps["reference_value"]]).dropna()
        means = averages[kind[averages.index] == MeasureType.MEAN]
        off = (means["lower"] + means["upper"] - 2 * means["value"]).abs().dropna()
        return cls(
            amounts=all(_multiple(v, pay_step(v)) for v in amounts),
            gaps=all(_multiple(v, GAP_STEP) for v in gaps["value"].dropna()),
            centred=bool((off < HOURLY_STEP / 10).all()),
        )

    def average(self, value: float, lower: float = math.nan, upper: float = math.nan) -> tuple[float, float]:
        if not self.amounts:
            return value, value
        half = pay_step(value) / 2
        if self.centred or _nan(lower) or _nan(upper) or len({pay_step(x) for x in (lower, value, upper)}) > 1:
            return value - half, value + half
        return _where_both(value, (lower + upper) / 2, half)

    def gap(self, value: float, lower: float, upper: float) -> tuple[float, float]:
        """Limits stand evenly about a gap of means, and have been rounded by themselves."""
        half = GAP_STEP / 2 if self.gaps else 0.0
        return (value - half, value + half) if not half or _nan(lower) or _nan(upper) else _where_both(value, (lower + upper) / 2, half)

    def compared(self, reference: float, low: float, high: float, rounded: bool) -> tuple[float, float]:
        """Pay of the group that is compared. Beside rounded counts a gap is made from two printed amounts, so that one is in steps as well;
        beside exact ones from amounts as they are, of which the reference group's is told to half a step."""
        off = 0.0 if rounded or not self.amounts else pay_step(reference) / 2
        least, most = (reference - off) * (1 - high), (reference + off) * (1 - low)
        if not self.amounts or not rounded:
            return least, most
        step = pay_step(least)
        first, last = math.ceil(least / step - 1e-6) * step, math.floor(most / step + 1e-6) * step
        if first > last:
            first, last = least, most
        return first - step / 2, last + step / 2


LARGE = 250
"""Gaps of groups of so many people are made from amounts that are not rounded (decision 0005)."""


def pay_step(amount: float) -> float:
    return HOURLY_STEP if abs(amount) < YEARLY_FROM else YEARLY_STEP


def _where_both(first: float, second: float, half: float) -> tuple[float, float]:
    return max(first, second) - half, min(first, second) + half


def _with_derived_values(rows: pd.DataFrame, found: Gathered) -> pd.DataFrame:
    """Values that a change column gives away: value - change is the earlier figure, earlier + change this one."""
    rows = rows.copy()
    if rows["change"].notna().sum() == 0:
        return rows
    place = {
        (r.kpi, r.unit, r.group, r.period_end): i
        for i, r in zip(rows.index, rows[["kpi", "unit", "group", "period_end"]].itertuples(), strict=True)
    }
    earlier: dict[pd.Timestamp, list[pd.Timestamp]] = {}
    for now in (ends := rows["period_end"].unique()):
        days = [d for d in ends if now - pd.DateOffset(months=15) <= d <= now - pd.DateOffset(months=9)]
        earlier[now] = sorted(days, key=lambda d, now=now: abs((now - pd.DateOffset(years=1) - d).days))
    for i, r in rows[rows["change"].notna()].iterrows():
        days = earlier[r["period_end"]]
        then = next((place[k] for d in days if (k := (r["kpi"], r["unit"], r["group"], d)) in place), None)
        if then is None:
            continue
        gone_now, gone_then = _nan(r["value"]), _nan(rows.at[then, "value"])
        if gone_now == gone_then:
            continue
        to, value = (i, rows.at[then, "value"] + r["change"]) if gone_now else (then, r["value"] - r["change"])
        rows.at[to, "value"] = value
        why = f"{rows.at[to, 'period_end'].date()} {r['kpi']} {r['unit']}: the change gives the hidden value {value:.6g}"
        found.leaks.append(Leak(r["kpi"], r["unit"], r["group"], "change", None, 0, math.inf, why))
    return rows


def wilson(a: float, n: float) -> tuple[float, float]:
    """The interval as the public method says: 95 %, without correction."""
    centre, reach = (2 * a + Z * Z) / (2 * (n + Z * Z)), Z * math.sqrt(Z * Z + 4 * a * (1 - a / n)) / (2 * (n + Z * Z))
    return (0.0 if a == 0 else centre - reach), (1.0 if a == n else centre + reach)


def wilson_pair(share: float, lower: float, upper: float) -> tuple[int, int] | None:
    """The only numerator and denominator with this share and interval; None where there is none or more than one."""
    if _nan(lower) or _nan(upper):
        return None
    step = Fraction(share).limit_denominator(MOST_PEOPLE)
    fits = []
    for k in range(1, MOST_PEOPLE // step.denominator + 1):
        a, n = step.numerator * k, step.denominator * k
        limits = wilson(a, n)
        if abs(limits[0] - lower) < 1e-9 and abs(limits[1] - upper) < 1e-9:
            fits.append((a, n))
        if limits[1] - limits[0] < (upper - lower) / 2:
            break
    return fits[0] if len(fits) == 1 else None


def _nan(value: object) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value))


def region_of(unit: str, where: Mapping[str, frozenset[str]], configuration: Configuration, dataset: str) -> Region:
    told = {a: v for a, v in where.items() if v < frozenset(universe(configuration, dataset, a))}
    return Region(unit, tuple(sorted(told.items())))


def _inside(part: Region, whole: Region) -> bool:
    own = dict(part.where)
    return part.unit == whole.unit and all(a in own and own[a] <= v for a, v in whole.where)


# the programme


@dataclass
class Finding:
    """What an audience can work out about one number of people.

    plus, minus : the people, as a set less a set inside it
    low, high : possible counts; `exact` says that no other count is possible between neither end nor beyond, otherwise the
        true range is at least this wide
    status : how the number is published: shown, rounded, hidden (a difference is as its worse part is)
    how : the facts that prove a narrow range
    """

    plus: Region
    minus: Region | None
    cell: str
    status: str
    low: int
    high: int
    exact: bool
    how: tuple[str, ...] = ()

    @property
    def width(self) -> int:
        return self.high - self.low


def _both(first: Fact, second: Fact) -> Fact:
    """Two facts of the same people as one."""
    if second.low <= first.low and second.high >= first.high:
        return first
    if first.low <= second.low and first.high >= second.high:
        return second
    return Fact(first.terms, max(first.low, second.low), min(first.high, second.high), f"{first.why}, and {second.why}")


class Programme:
    """Unknown whole numbers: people by smallest unit and finest category, one table for each set of columns that meet."""

    def __init__(
        self,
        found: Gathered,
        configuration: Configuration,
        dataset: str,
        end: pd.Timestamp,
        on_leaves: bool,
        pay: bool,
        scale: Iterable[float],
    ) -> None:
        self.configuration, self.dataset = configuration, dataset
        regions = (
            {r for f in found.facts for _, r in f.terms}
            | {r for pair in found.wanted for r in pair if r}
            | ({m.region for m in (*found.means, *found.medians)} if pay else set())
        )
        self._units(regions, end, on_leaves)
        self._columns(regions)
        self.rows: list[dict[int, float]] = []
        self.low: list[float] = []
        self.high: list[float] = []
        self.why: list[str] = []
        self.whole = [True] * self.n
        largest = max((f.high for f in found.facts if math.isfinite(f.high)), default=0)
        self.top = [max(1000.0, 10 * largest)] * self.n
        self.bases: dict[Region, str] = {}
        """Sets of people whose number a figure of pay narrows."""
        self._cache: dict[Region, dict[int, float]] = {}
        self._agree()
        helpers: dict[str, int] = {}
        plain: dict[tuple[tuple[float, Region], ...], Fact] = {}
        for fact in found.facts:
            if not fact.helper:
                plain[fact.terms] = _both(plain[fact.terms], fact) if fact.terms in plain else fact
                continue
            if fact.helper not in helpers:
                helpers[fact.helper] = self._new(True)
            self._add({**self.expression(fact.terms), helpers[fact.helper]: fact.helper_factor}, fact.low, fact.high, fact.why)
        for fact in plain.values():
            self._add(self.expression(fact.terms), fact.low, fact.high, fact.why)
        self._pay(found, pay, scale)

    # columns

    def _units(self, regions: Iterable[Region], end: pd.Timestamp, on_leaves: bool) -> None:
        """Smallest sets of units that no fact tells apart; with `on_leaves` nobody is attached to a unit that has others below it."""
        tree = self.configuration.organisation
        named = {r.unit for r in regions}
        there = [u.id for u in tree.walk(end.date())]
        if on_leaves:
            there = [u for u in there if not tree.children(u, end.date())]
        classes: dict[frozenset[str], int] = {}
        for unit in there:
            classes.setdefault(frozenset(named & set(tree.path(unit))), len(classes))
        self.classes = [c for c in classes if c]

    def _columns(self, regions: Iterable[Region]) -> None:
        graph = nx.Graph()
        used: dict[str, set[frozenset[str]]] = {}
        for region in regions:
            axes = sorted(region.axes)
            graph.add_nodes_from(axes)
            graph.add_edges_from((a, b) for a, b in product(axes, axes) if a < b)
            for axis, admitted in region.where:
                used.setdefault(axis, set()).add(admitted)
        chordal = nx.complete_to_chordal_graph(graph)[0] if graph.number_of_edges() else graph
        self.tables = [tuple(sorted(c)) for c in nx.find_cliques(chordal)] or [()]
        self.atoms = {
            axis: list(dict.fromkeys(frozenset(s for s in sets if c in s) for c in universe(self.configuration, self.dataset, axis)))
            for axis, sets in used.items()
        }
        self.n, self.first = 0, []
        for table in self.tables:
            self.first.append(self.n)
            self.n += len(self.classes) * math.prod(len(self.atoms[a]) for a in table)

    def _shape(self, table: int) -> tuple[int, ...]:
        return (len(self.classes), *(len(self.atoms[a]) for a in self.tables[table]))

    def _numbers(self, region: Region, table: int) -> np.ndarray:
        """Variables of a table whose people belong to the region."""
        where = dict(region.where)
        units = [i for i, c in enumerate(self.classes) if region.unit in c]
        admitted = [[i for i, atom in enumerate(self.atoms[a]) if a not in where or where[a] in atom] for a in self.tables[table]]
        places = np.ix_(units, *admitted)
        return self.first[table] + np.ravel_multi_index(np.broadcast_arrays(*places), self._shape(table)).ravel()

    def of(self, region: Region) -> dict[int, float]:
        if region not in self._cache:
            table = next(i for i, t in enumerate(self.tables) if region.axes <= set(t))
            self._cache[region] = dict.fromkeys(self._numbers(region, table).tolist(), 1.0)
        return self._cache[region]

    def expression(self, terms: Iterable[tuple[float, Region]]) -> dict[int, float]:
        out: dict[int, float] = {}
        for sign, region in terms:
            for i, v in self.of(region).items():
                out[i] = out.get(i, 0) + sign * v
        return {i: v for i, v in out.items() if v}

    # rows

    def _new(self, whole: bool, top: float = math.inf) -> int:
        self.whole.append(whole)
        self.top.append(top)
        return len(self.whole) - 1

    def _add(self, row: dict[int, float], low: float, high: float, why: str) -> None:
        self.rows.append(row)
        self.low.append(low)
        self.high.append(high)
        self.why.append(why)

    def _agree(self) -> None:
        """Tables that share columns count the same people."""
        for second in range(1, len(self.tables)):
            best = max(range(second), key=lambda t: len(set(self.tables[t]) & set(self.tables[second])))
            for first in {best, *(t for t in range(second) if set(self.tables[t]) & set(self.tables[second]))}:
                shared = sorted(set(self.tables[first]) & set(self.tables[second]))
                for unit in range(len(self.classes)):
                    for atoms in product(*(range(len(self.atoms[a])) for a in shared)):
                        here, there = (self._slice(t, unit, shared, atoms) for t in (first, second))
                        self._add(dict.fromkeys(here, 1.0) | dict.fromkeys(there, -1.0), 0, 0, "the same people in two tables")

    def _slice(self, table: int, unit: int, shared: Sequence[str], atoms: Sequence[int]) -> list[int]:
        chosen = dict(zip(shared, atoms, strict=True))
        places = np.ix_([unit], *([chosen[a]] if a in chosen else range(len(self.atoms[a])) for a in self.tables[table]))
        return (self.first[table] + np.ravel_multi_index(np.broadcast_arrays(*places), self._shape(table)).ravel()).tolist()

    def _pay(self, found: Gathered, pay: bool, scale: Iterable[float]) -> None:
        """Total pay adds up; whole units of pay, and medians between two points of a pay scale, tell about the number of people."""
        if not pay:
            return
        windows: dict[Region, tuple[float, float]] = {}
        for f in found.facts:
            if len(f.terms) == 1 and not f.helper:
                low, high = windows.get(f.terms[0][1], (0.0, math.inf))
                windows[f.terms[0][1]] = max(low, f.low), min(high, f.high)
        points = np.array(sorted(scale))
        for column in dict.fromkeys(m.column for m in (*found.means, *found.medians)):
            means, medians = ([m for m in of if m.column == column] for of in (found.means, found.medians))
            unit = self._unit_of_pay(means, medians, windows)
            for m in means if unit else ():
                self._bases_that_fit(m, windows, lambda n, m=m, unit=unit: _holds_multiple(m.low * n, m.high * n, unit))
            for m in medians:
                between = unit and m.high - m.low < unit / 2 and not _holds_multiple(m.low, m.high, unit)
                off_scale = len(points) and not ((points > m.low - 1e-9) & (points < m.high + 1e-9)).any()
                if between or off_scale:
                    self._bases_that_fit(m, windows, lambda n: n % 2 == 0)
            self._totals(means, self._limits_of_pay(column))

    def _limits_of_pay(self, column: str) -> tuple[float, float]:
        """The least and most that a row of the dataset may say, by its public definition."""
        told = self.configuration.datasets[self.dataset].columns.get(column)
        least, most = getattr(told, "minimum", None), getattr(told, "maximum", None)
        return float(least or 0.0), float(math.inf if most is None else most)

    @staticmethod
    def _unit_of_pay(means: Sequence[PayFact], medians: Sequence[PayFact], windows: Mapping[Region, tuple[float, float]]) -> float:
        """The unit in which everybody is paid, if the figures show it; 0 where they are printed too coarsely for that.

        In full precision, totals of printed bases say so, and medians, which are somebody's pay. Of medians in steps a unit
        of ten steps or more is seen, because nothing ever falls between its halves.
        """
        bases = [(m, windows.get(m.region, (0.0, math.inf))) for m in means if m.low == m.high]
        totals = [m.low * low for m, (low, high) in bases if 1 < low == high]
        widest = max((m.high - m.low for m in medians), default=0.0)
        for unit in PAY_UNITS if widest == 0 else [u for u in PAY_UNITS if u >= 10 * widest * (1 - 1e-9)]:
            if totals and all(_multiple(t, unit) for t in totals):
                return unit
            somebodys = [_multiple(m.middle, unit) for m in medians]
            if (
                not totals
                and len(medians) >= 5
                and all(_multiple(m.middle, unit / 2) for m in medians)
                and sum(somebodys) > len(medians) / 2
            ):
                return unit
        return 0.0

    def _bases_that_fit(self, fact: PayFact, windows: Mapping[Region, tuple[float, float]], fits: Callable[[int], bool]) -> None:
        window = windows.get(fact.region)
        if window is None or window[0] == window[1] or not math.isfinite(window[1]):
            return
        bases = range(int(window[0]), int(window[1]) + 1)
        possible = [n for n in bases if n > 0 and fits(n)]
        if not possible or len(possible) == len(bases):
            return
        why = f"{fact.why}: needs a base of {' or '.join(map(str, possible))}"
        self.bases[fact.region] = why
        chosen = [self._new(True, 1.0) for _ in possible]
        self._add(dict.fromkeys(chosen, 1.0), 1, 1, why)
        self._add({**self.of(fact.region), **{z: -float(n) for z, n in zip(chosen, possible, strict=True)}}, 0, 0, why)

    def _totals(self, means: Sequence[PayFact], limits: tuple[float, float]) -> None:
        """Total pay of every finest cell, as a multiple of the highest mean; the means of sets are sums of them."""
        if not means:
            return
        scale = max(m.middle for m in means)
        least, most = limits[0] / scale, min(HIGHEST_PAY, limits[1] / scale)
        total: dict[int, int] = {}
        for m in dict.fromkeys(means):
            people = self.of(m.region)
            for i in people:
                if i not in total:
                    total[i] = self._new(False)
                    self._add({total[i]: 1.0, i: -most}, -math.inf, 0, "nobody is paid more than fifty times the mean, or than may be")
                    if least:
                        self._add({total[i]: 1.0, i: -least}, 0, math.inf, "nobody is paid less than may be")
            row = {total[i]: 1.0 for i in people}
            if m.low == m.high:
                self._add({**row, **dict.fromkeys(people, -m.low / scale)}, -1e-5, 1e-5, m.why)
            else:
                self._add({**row, **dict.fromkeys(people, -m.low / scale)}, -1e-5, math.inf, m.why)
                self._add({**row, **dict.fromkeys(people, -m.high / scale)}, -math.inf, 1e-5, m.why)

    def matrix(self) -> sparse.csr_array:
        return as_matrix(self.rows, len(self.whole))


def _multiple(value: float, step: float) -> bool:
    return abs(value / step - round(value / step)) < max(1e-7, 1e-11 * abs(value / step))


def _holds_multiple(low: float, high: float, step: float) -> bool:
    nearest = round((low + high) / 2 / step) * step
    return low - 1e-7 <= nearest <= high + 1e-7


def as_matrix(rows: Sequence[Mapping[int, float]], columns: int) -> sparse.csr_array:
    data = [v for row in rows for v in row.values()]
    places = [i for row in rows for i in row]
    starts = np.cumsum([0, *(len(row) for row in rows)])
    return sparse.csr_array((data, places, starts), shape=(len(rows), columns))


class Contradiction(Exception):
    """No people agree with what was read: a fact was misread, or the figures do not come from one set of people."""


class Solver:
    """Ranges of many sums over one programme: a few random directions settle most, exact programmes the rest."""

    def __init__(self, programme: Programme, targets: Sequence[Mapping[int, float]], seconds: float) -> None:
        self.p = programme
        self.a = programme.matrix()
        self.t = as_matrix(targets, len(programme.whole))
        self.low_rows, self.high_rows = np.array(programme.low, dtype=float), np.array(programme.high, dtype=float)
        self.top, self.whole = np.array(programme.top), np.array(programme.whole, dtype=int)
        self.until, self.solves = time.monotonic() + seconds, 0
        self.low, self.high = np.full(len(targets), np.inf), np.full(len(targets), -np.inf)
        """Of the tables found so far."""
        self._witness(np.zeros(len(self.whole)), 60)
        if not np.isfinite(self.low).all():
            raise Contradiction("no whole numbers of people agree with the figures")

    def _witness(self, objective: np.ndarray, limit: float, gap: float = 0.0) -> Any:
        self.solves += 1
        result = milp(
            objective,
            constraints=LinearConstraint(self.a, self.low_rows, self.high_rows) if self.a.shape[0] else (),
            integrality=self.whole,
            bounds=Bounds(0, self.top),
            options={"time_limit": limit, "mip_rel_gap": gap},
        )
        if result.x is not None:
            x = np.where(self.whole == 1, np.round(result.x), result.x)
            found = self.t @ x
            self.low, self.high = np.minimum(self.low, found), np.maximum(self.high, found)
        return result

    def settle(self, enough: np.ndarray, printed: np.ndarray) -> np.ndarray:
        """Fills `low`, `high`; returns which targets are exact rather than merely wide enough. Sums of printed counts are."""
        rng = np.random.default_rng(7)
        exact = printed.copy()
        enough = np.where(printed, 0.0, enough)
        dry = 0
        while dry < 6 and (open_ := self.high - self.low < enough).any() and time.monotonic() < self.until:
            asked = open_ & (rng.random(len(enough)) < max(0.05, min(1.0, 30 / open_.sum())) if dry else True)
            signs = np.where(asked, rng.choice([-1.0, 1.0], len(enough)), 0.0)
            before = int(open_.sum())
            for sign in (1, -1):
                self._witness(sign * (self.t.T @ signs), 10, 0.02)
            dry = dry + 1 if (self.high - self.low < enough).sum() > 0.9 * before else 0
        for i in np.flatnonzero(self.high - self.low < enough):
            if self.high[i] - self.low[i] < enough[i] and time.monotonic() < self.until:
                exact[i] = self._ends(i, enough[i])
        return exact

    def _ends(self, i: int, enough: float) -> bool:
        direction = np.asarray(self.t[[i]].todense()).ravel()
        proved = True
        for sign in (1.0, -1.0):
            result = self._witness(sign * direction, max(1.0, min(20.0, self.until - time.monotonic())))
            proved &= result.status == 0
            if self.high[i] - self.low[i] >= enough:
                return False
        return proved

    def proof(self, i: int) -> tuple[str, ...]:
        """Facts that hold the ends of a target in the linear relaxation."""
        direction = np.asarray(self.t[[i]].todense()).ravel()
        finite_high, finite_low = np.isfinite(self.high_rows), np.isfinite(self.low_rows)
        rows = sparse.vstack([self.a[finite_high], -self.a[finite_low]])
        limits = np.concatenate([self.high_rows[finite_high], -self.low_rows[finite_low]])
        names = [w for w, f in zip(self.p.why, finite_high, strict=True) if f] + [
            w for w, f in zip(self.p.why, finite_low, strict=True) if f
        ]
        told: dict[str, None] = {}
        for sign in (1, -1):
            result = linprog(sign * direction, A_ub=rows, b_ub=limits, bounds=np.column_stack([np.zeros(len(self.top)), self.top]))
            if result.status == 0:
                told |= dict.fromkeys(n for n, m in zip(names, result.ineqlin.marginals, strict=True) if abs(m) > 1e-7)
        return tuple(told)


# the attack

Pair = tuple[Region, Region | None]
Range = tuple[int, int, bool, tuple[str, ...]]
Status = Literal["shown", "rounded", "hidden"]


@dataclass
class Attack:
    """Findings, one for each count that is not simply printed, and what the attack was."""

    findings: list[Finding]
    leaks: list[Leak]
    facts: int
    unknowns: int
    solves: int
    seconds: float


def attack(
    seen: Seen,
    dataset: str,
    end: pd.Timestamp,
    *,
    threshold: int = 5,
    axes: Iterable[str] | None = None,
    units: Iterable[str] | None = None,
    on_leaves: bool = False,
    pay: bool = True,
    scale: Iterable[float] = (),
    exactly: bool = False,
    seconds: float = 120,
    explain: int = 30,
) -> Attack:
    """Work out what each hidden or rounded count of one dataset and period may be.

    axes, units : look only at figures within these columns and units (a part of what can be seen: a weaker attack, faster)
    on_leaves : the attacker knows that everybody is attached to a lowest unit
    pay : also argue from figures of pay
    scale : the attacker knows every rate that is paid: a median between two of them belongs to an even number of people
    exactly : find both ends of every range, rather than stop where a range is as wide as was promised
    """
    started = time.monotonic()
    found = _restricted(Reader(seen, dataset, end).read(), axes, units)
    windows: dict[Region, tuple[float, float]] = {}
    for fact in found.facts:
        if len(fact.terms) == 1 and not fact.helper:
            low, high = windows.get(fact.terms[0][1], (0.0, math.inf))
            windows[fact.terms[0][1]] = max(low, fact.low), min(high, fact.high)
    leaked = {leak.region for leak in found.leaks}
    pairs = [pair for pair in found.wanted if pair[1] or pair[0] in leaked or not _printed(windows.get(pair[0]))]
    statuses = {pair: _status(seen, pair, windows, leaked) for pair in pairs}
    promised = {"hidden": threshold - 1.0, "rounded": 2.0, "shown": 1.0}
    enough = {pair: math.inf if exactly else promised[s] for pair, s in statuses.items()}
    ranges: dict[Pair, Range] = {}
    solves = unknowns = 0
    own = sorted({p.unit for p, _ in pairs} - {seen.configuration.organisation.root.id})
    for places in [*([] if exactly else [frozenset(seen.configuration.organisation.path(u)) for u in own]), None]:
        left = max(5.0, seconds - (time.monotonic() - started))
        part = found if places is None else _restricted(found, None, places)
        todo = [pair for pair in (pairs if places is None else part.wanted) if pair in statuses and pair not in ranges]
        if not todo or (places is not None and left < seconds / 3):
            continue
        programme = Programme(part, seen.configuration, dataset, end, on_leaves, pay, scale)
        targets = [programme.expression([(1, plus), *([(-1, minus)] if minus else [])]) for plus, minus in todo]
        solver = Solver(programme, targets, left if places is None else min(left, 10.0))
        exact = solver.settle(np.array([enough[pair] for pair in todo]), np.array([statuses[pair] == "shown" for pair in todo]))
        solves, unknowns = solves + solver.solves, len(programme.whole)
        for i, pair in enumerate(todo):
            narrow = bool(exact[i]) and solver.high[i] - solver.low[i] < promised[statuses[pair]]
            how = (
                _told(programme, part, pair, solver.proof(i))
                if narrow and statuses[pair] != "shown" and (explain := explain - 1) >= 0
                else ()
            )
            if narrow or places is None:
                ranges[pair] = round(solver.low[i]), round(solver.high[i]), bool(exact[i]), how
    findings = [Finding(*pair, found.wanted[pair], statuses[pair], *ranges[pair]) for pair in pairs]
    return Attack(findings, found.leaks, len(found.facts) + len(found.means), unknowns, solves, time.monotonic() - started)


def _told(programme: Programme, part: Gathered, pair: Pair, proof: tuple[str, ...]) -> tuple[str, ...]:
    """The facts of a proof; where the relaxation has none (the argument is of whole numbers), the facts about these very people."""
    own = [f.why for f in part.facts if any(r in pair for _, r in f.terms)]
    return proof or tuple(dict.fromkeys([*own, *(programme.bases[r] for r in pair if r in programme.bases)]))


def _printed(window: tuple[float, float] | None) -> bool:
    return window is not None and window[0] == window[1]


def _status(seen: Seen, pair: Pair, windows: Mapping[Region, tuple[float, float]], leaked: set[Region | None]) -> Status:
    """A count that is nowhere printed is hidden, or rounded where this audience is promised rounding."""
    own = [windows.get(r) if r not in leaked else None for r in pair if r]
    if any(w is None or math.isinf(w[1]) for w in own):
        return "rounded" if seen.rounds(pair[0].unit) else "hidden"
    return "rounded" if any(w and w[0] != w[1] for w in own) else "shown"


def _restricted(found: Gathered, axes: Iterable[str] | None, units: Iterable[str] | None) -> Gathered:
    if axes is None and units is None:
        return found
    columns, places = None if axes is None else set(axes), None if units is None else set(units)

    def inside(region: Region | None) -> bool:
        return region is None or ((columns is None or region.axes <= columns) and (places is None or region.unit in places))

    return Gathered(
        facts=[f for f in found.facts if all(inside(r) for _, r in f.terms)],
        means=[m for m in found.means if inside(m.region)],
        medians=[m for m in found.medians if inside(m.region)],
        leaks=[leak for leak in found.leaks if inside(leak.region)],
        wanted={pair: cell for pair, cell in found.wanted.items() if inside(pair[0]) and inside(pair[1])},
    )


# the judge, who knows the truth


@dataclass
class Verdict:
    """What an attack achieved against the true counts.

    recovered : hidden counts of 1 to threshold - 1 pinned to one value
    rounded : counts of 1 to threshold - 1, published rounded, with fewer than 3 possible values
    narrow : hidden counts of 1 to threshold - 1 with fewer possible values than promised (but more than one)
    printed : differences of printed counts of 1 to threshold - 1: who is left out of a shown share, or has not answered
    mistaken : ranges that do not hold the truth; any means that the attacker or a printed figure is wrong
    open : protected counts that the attack ran out of time for
    """

    recovered: list[tuple[Finding, int]]
    rounded: list[tuple[Finding, int]]
    narrow: list[tuple[Finding, int]]
    printed: list[tuple[Finding, int]]
    mistaken: list[tuple[Finding, int]]
    open: list[tuple[Finding, int]]
    protected: int

    @property
    def safe(self) -> bool:
        return not (self.recovered or self.rounded or self.narrow or self.printed or self.mistaken)

    def __str__(self) -> str:
        lists = {n: getattr(self, n) for n in ("recovered", "rounded", "narrow", "printed", "mistaken", "open")}
        lines = [f"{self.protected} protected counts; " + ", ".join(f"{n} {len(v)}" for n, v in lists.items())]
        for name, found in lists.items():
            lines += [f"{name}: {f.cell} ({f.status}) in {f.low}..{f.high}, truly {n}; {' | '.join(f.how[:8])}" for f, n in found[:8]]
        return "\n".join(lines)


def untrue(
    seen: Seen, dataset: str, end: pd.Timestamp, truth: Callable[[Region], int], pay: Callable[[Region], np.ndarray] | None = None
) -> list[str]:
    """Facts that the real people contradict. There must be none: an attacker who argues from false facts proves nothing."""
    found = Reader(seen, dataset, end).read()
    plain = [f for f in found.facts if not f.helper]
    false = [f.why for f in plain if not f.low <= sum(sign * truth(r) for sign, r in f.terms) <= f.high]
    if pay is not None:
        for facts, average in ((found.means, np.mean), (found.medians, np.median)):
            false += [m.why for m in facts if not m.low - 1e-6 <= average(pay(m.region)) <= m.high + 1e-6]
    return false


def judge(result: Attack, truth: Callable[[Region], int], threshold: int = 5) -> Verdict:
    """Hold an attack against the true counts."""
    verdict = Verdict([], [], [], [], [], [], 0)
    for finding in result.findings:
        true = truth(finding.plus) - (truth(finding.minus) if finding.minus else 0)
        if finding.exact and not finding.low <= true <= finding.high:
            verdict.mistaken.append((finding, true))
        if not 1 <= true < threshold:
            continue
        verdict.protected += 1
        if finding.status == "shown":
            verdict.printed.append((finding, true))
        elif finding.width >= (2 if finding.status == "rounded" else threshold - 1):
            continue
        elif not finding.exact:
            verdict.open.append((finding, true))
        elif finding.status == "rounded":
            verdict.rounded.append((finding, true))
        else:
            (verdict.recovered if finding.width == 0 else verdict.narrow).append((finding, true))
    return verdict


def truth_of(people: pd.DataFrame, configuration: Configuration) -> Callable[[Region], int]:
    """True counts from rows of people: `unit`, and the finest category (or "yes" and "no" for pay) of every column."""
    paths = {u: set(configuration.organisation.path(u)) for u in people["unit"].unique()}
    columns = [c for c in people.columns if c != "unit"]
    counted = people.groupby(["unit", *columns], dropna=False).size().rename("n").reset_index()
    sizes: dict[Region, int] = {}

    def count(region: Region) -> int:
        if region not in sizes:
            inside = counted["unit"].map(lambda u: region.unit in paths[u])
            for axis, admitted in region.where:
                inside &= counted[axis].isin(admitted)
            sizes[region] = int(counted.loc[inside, "n"].sum())
        return sizes[region]

    return count


def pay_of(people: pd.DataFrame, pay: pd.Series, configuration: Configuration) -> Callable[[Region], np.ndarray]:
    """What everybody in a set of people is truly paid; people as for `truth_of`, in the same rows."""
    paths = {u: set(configuration.organisation.path(u)) for u in people["unit"].unique()}

    def paid(region: Region) -> np.ndarray:
        inside = people["unit"].map(lambda u: region.unit in paths[u])
        for axis, admitted in region.where:
            inside &= people[axis].isin(admitted)
        return pay[inside].to_numpy(dtype=float)

    return paid


def people_axis_of_pay(column: str) -> str:
    """The name under which regions ask whether somebody's pay is known."""
    return f"{column}{PRESENT}"
