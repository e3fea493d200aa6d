"""Every KPI is looked at again: its next review is after its last one; once the date has passed, `equality check` warns."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from metrics.definitions.configuration import Configuration
from metrics.definitions.parsed import Parsed
from metrics.errors import Problem


def check(parsed: Parsed) -> Iterator[Problem]:
    for kpi in parsed.kpis.values():
        if kpi.review.next <= kpi.review.last:
            yield parsed.problem("kpis", kpi.id, ("review",), f"next review {kpi.review.next} is not after the last one {kpi.review.last}")


def review_warnings(configuration: Configuration, today: date) -> list[Problem]:
    """KPIs whose review is overdue: a warning, not an error."""
    return [
        Problem(
            f"{kpi.id} ({kpi.name})",
            f"its review was due on {kpi.review.next}; look at it with its owner '{kpi.owner}', then set `review:`",
        )
        for kpi in configuration.kpis.values()
        if kpi.review.next < today
    ]
