"""No share is split by the very answers that define it; by finer ones it may be, and each group then has a share of its own.

An index or a pay gap may be split by them: each group then stands against its own comparison.
"""

from __future__ import annotations

from collections.abc import Iterator

from metrics.definitions.groupings import ways_up
from metrics.definitions.kpi import Kpi, MeasureType
from metrics.definitions.parsed import Parsed
from metrics.errors import Problem

SPLIT = (MeasureType.PROPORTION, MeasureType.PERCENTAGE_POINT_GAP, MeasureType.SURVEY_PROPORTION)
"""Measures whose numerator is of every group that they are split by."""

EACH_ITS_OWN = (MeasureType.PROPORTION, MeasureType.PERCENTAGE_POINT_GAP)


def _finer(parsed: Parsed, kpi: Kpi, word: str, asked: str) -> bool:
    """Whether a split of a share goes into the answers that it is about: the five groups of which two are made."""
    return kpi.measure.type in EACH_ITS_OWN and word != asked and asked in ways_up(parsed.dimensions, word)


def check(parsed: Parsed) -> Iterator[Problem]:
    for kpi, dataset in parsed.kpis_with_dataset():
        if kpi.measure.type not in SPLIT and not kpi.measure.type.is_ratio:
            continue
        offered = parsed.offered(dataset)
        own = {offered[name]: name for name in kpi.measure.numerator if name in offered}
        for n, breakdown in enumerate(kpi.breakdowns):
            for word in breakdown.by:
                if offered.get(word) in own and not _finer(parsed, kpi, word, own[offered[word]]):
                    message = (
                        f"the numerator is about '{own[offered[word]]}', so a split by '{word}' says nothing new; "
                        "leave it out, or make a count of it"
                    )
                    yield parsed.problem("kpis", kpi.id, ("breakdowns", n), message)
