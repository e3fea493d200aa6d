"""At most two sensitive dimensions cross in one breakdown: three make nearly every cell a small one."""

from __future__ import annotations

from collections.abc import Iterator

from metrics.definitions.parsed import Parsed
from metrics.errors import Problem

MOST = 2


def check(parsed: Parsed) -> Iterator[Problem]:
    for kpi in parsed.kpis.values():
        for n, breakdown in enumerate(kpi.breakdowns):
            found = [word for word in breakdown.by if word in parsed.dimensions and parsed.dimensions[word].sensitive]
            if len(set(found)) > MOST:
                message = (
                    f"{len(found)} sensitive dimensions cross ({', '.join(found)}); at most {MOST}, or nearly every cell would be hidden"
                )
                yield parsed.problem("kpis", kpi.id, ("breakdowns", n), message)
