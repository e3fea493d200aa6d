"""What must be read beside a headline that its parts do not bear out, in one careful sentence."""

from __future__ import annotations

from metrics.report import Contents, KpiSummary
from metrics.understanding.cautions import Caution
from metrics.wording.gap_parts import group_nouns
from metrics.wording.values import format_number


def describe_caution(found: Caution, contents: Contents, kpi: KpiSummary, unit: str) -> str:
    """ "Read with care: in 6 of 9 grades, where 71 in 100 people are, the gap points the other way than for everybody together." """
    one, many = group_nouns(contents, unit, found.grouping)
    against = found.against
    rose = "rose" if found.whole > 0 else "fell"
    if found.kind == "against":
        groups = against.same + against.against + against.level
        where = f"every {one} shown" if against.everywhere else f"{against.against} of {groups} {many}"
        people = f"where {format_number(against.people_against * 100)} in 100 people are"
        if found.about == "change":
            other = "fell" if found.whole > 0 else "rose"
            return f"Read with care: the share {rose} for everybody together, but it {other} in {where}, {people}."
        return f"Read with care: in {where}, {people}, the {_gap(kpi)} points the other way than for everybody together."
    if found.about == "change":
        way = "rise" if found.whole > 0 else "fall"
        return f"Read with care: most of this {way} comes from how many people are in which {one}, not from a {way} within {many}."
    return f"Read with care: most of this gap comes from who is in which {one}, not from different pay within the same {one}."


def _gap(kpi: KpiSummary) -> str:
    return "gap" if kpi.measure.startswith("pay_gap") else "difference"
