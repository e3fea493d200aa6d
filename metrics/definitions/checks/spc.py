"""How a KPI is read over time: only where it can be, a baseline that is long enough and whole, rebases in order."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import pairwise

from metrics.definitions.kpi import Kpi
from metrics.definitions.parsed import Parsed
from metrics.definitions.spc import Spc
from metrics.definitions.strict_yaml import Place
from metrics.errors import Problem

LEAST = 12
MONTHS = {"month": 1, "quarter": 3}


def check(parsed: Parsed) -> Iterator[Problem]:
    for kpi in parsed.kpis.values():
        for place, message in _messages(kpi):
            yield parsed.problem("kpis", kpi.id, ("spc", *place), message)


def _messages(kpi: Kpi) -> Iterator[tuple[Place, str]]:
    if kpi.spc == Spc():
        return
    grain = kpi.period.grain.value
    if grain not in MONTHS:
        yield (), f"a usual range needs figures by month or quarter, and this KPI has `grain: {grain}`; leave `spc` out"
        return
    yield from _baseline(kpi, MONTHS[grain])
    days = [r.date for r in kpi.spc.rebase]
    for n, (before, after) in enumerate(pairwise(days), start=1):
        if after <= before:
            yield ("rebase", n), f"rebase {after} is not after {before}; write them in order of date"
    for n, day in enumerate(days):
        if day in {b.date for b in kpi.series_breaks}:
            yield ("rebase", n), f"{day} is a series break already, which sets the usual range anew; leave the rebase out"


def _baseline(kpi: Kpi, step: int) -> Iterator[tuple[Place, str]]:
    base = kpi.spc.baseline
    if base is None:
        return
    if base.to <= base.first:
        yield ("baseline",), f"baseline ends on {base.to}, which is not after its first day {base.first}"
        return
    held = _most(base.first, base.to, step)
    if held < LEAST:
        yield ("baseline",), f"from {base.first} to {base.to} there are at most {held} figures; a baseline has at least {LEAST}"
    parted = [b.date for b in kpi.series_breaks] + [r.date for r in kpi.spc.rebase]
    for day in parted:
        if base.first < day <= base.to:
            yield (
                ("baseline",),
                f"the baseline lies on both sides of {day}, where the series is broken or set anew; end it before, or begin it there",
            )


def _most(first: date, last: date, step: int) -> int:
    """How many ends of a month, or of a quarter whatever its months, can lie between two days."""
    months = last.year * 12 + last.month - first.year * 12 - first.month + _is_month_end(last)
    return -(-months // step)


def _is_month_end(day: date) -> bool:
    return date.fromordinal(day.toordinal() + 1).month != day.month
