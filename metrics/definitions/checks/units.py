"""Targets for units name units that exist."""

from __future__ import annotations

from collections.abc import Iterator

from metrics.definitions.nearest import no_such
from metrics.definitions.parsed import Parsed
from metrics.errors import Problem


def check(parsed: Parsed) -> Iterator[Problem]:
    if parsed.organisation is None:
        return
    for kpi in parsed.kpis.values():
        for unit in kpi.target.by_unit if kpi.target else ():
            if unit not in parsed.organisation.by_id:
                yield parsed.problem("kpis", kpi.id, ("target", "by_unit", unit), no_such("unit", unit, parsed.organisation.by_id))
