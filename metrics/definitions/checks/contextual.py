"""A contextual KPI has no good direction, so it has no target and no thresholds."""

from __future__ import annotations

from collections.abc import Iterator

from metrics.definitions.parsed import Parsed
from metrics.errors import Problem


def check(parsed: Parsed) -> Iterator[Problem]:
    for kpi in parsed.kpis.values():
        if kpi.polarity != "contextual":
            continue
        if kpi.target is not None:
            message = "a contextual KPI has no target: neither direction is good. Leave it out, or choose a polarity"
            yield parsed.problem("kpis", kpi.id, ("target",), message)
        for n, link in enumerate(kpi.framework):
            if link.thresholds is not None:
                message = "a contextual KPI has no thresholds; leave them out, or choose a polarity"
                yield parsed.problem("kpis", kpi.id, ("framework", n, "thresholds"), message)
