"""A breakdown is published as often as its KPI, or less often."""

from __future__ import annotations

from collections.abc import Iterator

from metrics.definitions.parsed import Parsed
from metrics.errors import Problem
from metrics.periods import Grain

COARSER = (Grain.SNAPSHOT, Grain.MONTH, Grain.QUARTER, Grain.YEAR)


def check(parsed: Parsed) -> Iterator[Problem]:
    for kpi in parsed.kpis.values():
        for n, breakdown in enumerate(kpi.breakdowns):
            if breakdown.grain is not None and COARSER.index(breakdown.grain) < COARSER.index(kpi.period.grain):
                message = f"'{breakdown.grain}' is more often than the KPI itself, which is published every {kpi.period.grain}"
                yield parsed.problem("kpis", kpi.id, ("breakdowns", n, "grain"), message)
