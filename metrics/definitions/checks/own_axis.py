"""No share is split by the very answers that define it. An index or a pay gap may be: each group then stands against its own comparison."""

from __future__ import annotations

from collections.abc import Iterator

from metrics.definitions.kpi import MeasureType
from metrics.definitions.parsed import Parsed
from metrics.errors import Problem

SPLIT = (MeasureType.PROPORTION, MeasureType.PERCENTAGE_POINT_GAP, MeasureType.SURVEY_PROPORTION)
"""Measures whose numerator is of every group that they are split by."""


def check(parsed: Parsed) -> Iterator[Problem]:
    for kpi, dataset in parsed.kpis_with_dataset():
        if kpi.measure.type not in SPLIT and not kpi.measure.type.is_ratio:
            continue
        offered = parsed.offered(dataset)
        own = {offered[name]: name for name in kpi.measure.numerator if name in offered}
        for n, breakdown in enumerate(kpi.breakdowns):
            for word in breakdown.by:
                if offered.get(word) in own:
                    message = (
                        f"the numerator is about '{own[offered[word]]}', so a split by '{word}' says nothing new; "
                        "leave it out, or make a count of it"
                    )
                    yield parsed.problem("kpis", kpi.id, ("breakdowns", n), message)
