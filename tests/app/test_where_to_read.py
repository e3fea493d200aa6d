"""What a page shows where a breakdown is mostly hidden: the coarser one, and no lines that say nothing."""

from __future__ import annotations

import re

import pandas as pd

from metrics.report import Report, issued
from pages.shared.reports import crossed_rows, crossings, readable_dimension
from pages.shared.tables import by_group, crossed
from tests.support.reports import a_report, some_contents

UNIT = "parks"


def rows(**groups: float | None) -> list[dict[str, object]]:
    """ "sex_female" is a group of one dimension, "sex_female__ethnicity_5_asian" of two."""
    made = []
    for name, n in groups.items():
        group = ";".join("=".join(part.rsplit("_", 1)) for part in name.split("__"))
        hidden = n is None
        made.append(
            {"group": group, "value": n, "numerator": n, "marker": "[c]" if hidden else "", "status": "hidden" if hidden else "context"}
        )
    return made


def report_of(note: str = "hidden", **groups: float | None) -> Report:
    contents = some_contents()
    plain = a_report().cells
    like = plain[(plain["kpi"] == "HC01") & (plain["group"] == "")].iloc[[0]]
    made = pd.concat([like.assign(unit=UNIT, breakdown="x", **row) for row in rows(**groups)], ignore_index=True)
    made["note"] = made["marker"].map({"[c]": note, "": ""})
    return a_report(contents=contents, cells=issued(made, contents.provenance))


def lines(html: str) -> list[list[str]]:
    body = html.split("<tbody", 1)[1]
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in body.split("<tr")[1:]]
    return [[" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in row] for row in cells]


def test_a_coarser_breakdown_stands_in_the_place_of_one_that_is_hidden() -> None:
    hidden = report_of("coarsened:by:sex", ethnicity_5_asian=None, ethnicity_5_black=None, sex_female=20, sex_male=30)
    kpi = hidden.contents.kpis["HC01"]
    assert readable_dimension(hidden, kpi, UNIT, "ethnicity_5") == "sex"
    assert readable_dimension(hidden, kpi, UNIT, "sex") == "sex"
    partly = report_of("coarsened:by:sex", ethnicity_5_asian=None, ethnicity_5_white=40, sex_female=20)
    assert readable_dimension(partly, kpi, UNIT, "ethnicity_5") == "ethnicity_5"


def test_hidden_groups_share_one_line_of_the_table() -> None:
    report = report_of(ethnicity_5_asian=None, ethnicity_5_black=None, ethnicity_5_white=40)
    kpi = report.contents.kpis["HC01"]
    groups = report.groups_at("HC01", UNIT, "ethnicity_5", report.cells["period_end"].iloc[0].date())
    assert [row[0] for row in lines(by_group(groups, kpi, report.contents, "ethnicity_5"))] == ["White", "Asian, Black"]


def test_two_characteristics_together_gather_what_is_hidden_and_who_is_nobody() -> None:
    people = {
        "sex_female__ethnicity_5_white": 12, "sex_male__ethnicity_5_white": 28, "sex_female__ethnicity_5_asian": None,
        "sex_male__ethnicity_5_asian": None, "sex_female__ethnicity_5_black": None, "sex_male__ethnicity_5_black": None,
        "sex_female__ethnicity_5_mixed": 0, "sex_male__ethnicity_5_mixed": 0, "sex_female__ethnicity_5_other": 0,
        "sex_male__ethnicity_5_other": 0,
    }  # fmt: skip
    report = report_of(**people)
    kpi = report.contents.kpis["HC01"]
    assert crossings(report, kpi, UNIT) == [("sex", "ethnicity_5")]
    together = crossed_rows(report, kpi, UNIT, ("sex", "ethnicity_5"))
    assert lines(crossed(together, kpi, report.contents, ("sex", "ethnicity_5"))) == [
        ["White", "12", "28"],
        ["Mixed, Other", "0", "0"],
        ["Asian, Black", "Hidden", "Hidden"],
    ]
