"""Advice for the council on breakdowns that are mostly hidden: numbers from published cells, and what to declare instead."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from metrics.wording.fit import advise, mostly_hidden
from tests.support.wording_rows import DIMENSIONS

FINE = replace(DIMENSIONS["ethnicity_5"], id="ethnicity_19", title="Ethnic group (19 groups)")
KNOWN = {**DIMENSIONS, "ethnicity_19": FINE}


def cells(breakdown: str, *values: float | None, kpi: str = "WF01") -> pd.DataFrame:
    rows = [
        {"kpi": kpi, "breakdown": breakdown, "group": f"x={i}", "value": v, "numerator": v, "marker": "[c]" if v is None else ""}
        for i, v in enumerate(values)
    ]
    return pd.DataFrame(rows).astype({"value": float, "numerator": float})


def test_only_breakdowns_that_are_hidden_for_the_most_part_are_named_and_groups_of_nobody_do_not_count() -> None:
    found = mostly_hidden(pd.concat([cells("sex", 5, None, 7), cells("unit+sex", 5, None, None, 0, 0), cells("waterfall", None)]))
    assert found[["breakdown", "hidden", "groups"]].to_numpy().tolist() == [["unit+sex", 2, 3]]


def test_a_broader_dimension_is_proposed_first() -> None:
    assert advise(cells("department+ethnicity_19", None, None, 8), KNOWN, {"ethnicity_19": "ethnicity_5"}) == [
        "WF01 by department and ethnic group (19 groups): 2 of 3 groups with people in them are hidden. "
        "Declared beside it, [department, ethnicity_5] would show more."
    ]


def test_then_fewer_characteristics_then_a_higher_level() -> None:
    both = advise(cells("department+sex+ethnicity_5", None, None), KNOWN, {})
    assert both[0].endswith("Each by itself would show more: [department, sex], [department, ethnicity_5].")
    assert advise(cells("department+sex", None, None), KNOWN, {})[0].endswith(
        "Fewer categories, or a higher level of the organisation, would show more."
    )


def test_the_worst_come_first_and_not_too_many() -> None:
    many = pd.concat([cells("unit+sex", *[None] * n, kpi=f"WF{n:02d}") for n in range(1, 9)])
    told = advise(many, KNOWN, {})
    assert [line[:4] for line in told] == ["WF08", "WF07", "WF06", "WF05", "WF04"]
