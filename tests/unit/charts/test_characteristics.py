"""Several characteristics on one scale: claims are what likely ranges allow, and many parts are not all read out."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from metrics.charts import funnel
from metrics.charts.characteristics import clearly_worse, draw_characteristics
from metrics.report import issued
from metrics.wording.headline import headline_city
from pages.shared import city
from tests.support.reports import YEARS, a_report, some_contents

DAY = YEARS[-1]
ROOT = "alderbourne"
SPLITS = ["deprivation_fifth", "disability"]


def with_figures(**figures: tuple[float, float, float]):
    """The residents' survey with the value, lower and upper limit of some groups replaced; the whole is 0.73."""
    report = a_report()
    cells = report.cells.copy()
    here = (cells["kpi"] == "CO01") & (cells["unit"] == ROOT) & (cells["period_end"] == pd.Timestamp(DAY))
    everyone = {f"{d}={c}": (0.73, 0.70, 0.76) for d in SPLITS for c, *_ in report.contents.dimensions[d].categories}
    for group, found in {"": (0.73, 0.72, 0.74), **everyone, **{k.replace("__", "="): v for k, v in figures.items()}}.items():
        cells.loc[here & (cells["group"] == group), ["value", "lower", "upper"]] = found
    return replace(report, cells=issued(cells, report.provenance))


@pytest.mark.parametrize(
    ("figures", "expected"),
    [
        ({}, None),
        ({"disability__disabled": (0.65, 0.60, 0.70)}, "Disabled"),
        ({"disability__disabled": (0.65, 0.60, 0.74)}, None),
        ({"disability__disabled": (0.80, 0.78, 0.84)}, None),
        ({"disability__disabled": (0.65, 0.60, 0.70), "deprivation_fifth__fifth_1": (0.60, 0.55, 0.66)}, "Most deprived fifth"),
        ({"disability__disabled": (float("nan"),) * 3, "deprivation_fifth__fifth_1": (0.70, 0.69, 0.725)}, "Most deprived fifth"),
    ],
)
def test_only_a_group_whose_whole_range_is_worse_is_called_worse(figures, expected):
    found = clearly_worse(with_figures(**figures), "CO01", ROOT, SPLITS, DAY)
    assert (found and found[0]) == expected


def test_a_measure_without_a_better_direction_calls_nobody_worse():
    report = with_figures(disability__disabled=(0.65, 0.60, 0.70))
    kpis = {**report.contents.kpis, "CO01": replace(report.contents.kpis["CO01"], polarity="contextual")}
    assert clearly_worse(replace(report, contents=replace(report.contents, kpis=kpis)), "CO01", ROOT, SPLITS, DAY) is None


def test_the_finding_names_the_groups_that_differ_and_the_picture_has_them_under_their_characteristic():
    figure = draw_characteristics(with_figures(disability__disabled=(0.65, 0.60, 0.70)), "CO01", ROOT, SPLITS, DAY)
    assert figure.layout.meta["finding"] == "People get on well together: Disabled clearly below the whole council"
    names = [name.replace("<br>", " ") for name in figure.layout.yaxis.ticktext]
    assert names[names.index("<b>Disability</b>") + 1 :] == ["Disabled", "Not disabled"]
    assert "Disabled 65.0%" in figure.layout.meta["sentence"]


def test_the_heading_of_the_page_says_who_is_worse_off():
    report = with_figures(disability__disabled=(0.65, 0.60, 0.70))
    now = report.units_at("CO01", DAY, (ROOT,))
    behind = clearly_worse(report, "CO01", ROOT, SPLITS, DAY)
    assert headline_city(now, report.contents.kpis, "£", behind).endswith(". Clearly worse: disabled, 65.0%")
    assert headline_city(now.head(0), report.contents.kpis) == "No figures about the city are published yet"


def test_of_many_wards_only_those_outside_are_read_out(monkeypatch):
    report = a_report()
    every = funnel.draw_funnel(report, "CO01", ROOT, "ward", DAY).layout.meta["sentence"]
    places = funnel.against_usual(report, "CO01", ROOT, "ward", DAY)
    monkeypatch.setattr(funnel, "MOST_LISTED", 3)
    few = funnel.draw_funnel(report, "CO01", ROOT, "ward", DAY).layout.meta["sentence"]
    names = {f"ward={id}": label for id, label, _ in some_contents().dimensions["ward"].categories}
    outside = {names[ward] for ward, place in places.items() if place != "within"}
    assert {name for name in names.values() if name in every} == set(names.values())
    assert {name for name in names.values() if name in few} == outside
    assert f"{len(names) - len(outside)} wards within the usual spread." in few


def test_groups_that_stand_alone_are_never_held_against_the_whole():
    """A ratio of the highest group to another: every other group would be "clearly below" the whole, which is that highest group."""
    report = with_figures(disability__disabled=(0.65, 0.60, 0.70), deprivation_fifth__fifth_1=(0.60, 0.55, 0.66))
    kpi = replace(report.contents.kpis["CO01"], own_shares=("deprivation_fifth",))
    report = replace(report, contents=replace(report.contents, kpis={**report.contents.kpis, "CO01": kpi}))
    found = clearly_worse(report, "CO01", ROOT, SPLITS, DAY)
    assert found is not None
    assert found[0] == "Disabled"
    assert city._sides(report, kpi, DAY) == [["ethnicity_5", "disability"], ["deprivation_fifth"]]
    over = replace(kpi, own_shares=(), over="ethnicity_5")
    report = replace(report, contents=replace(report.contents, kpis={**report.contents.kpis, "CO01": over}))
    assert clearly_worse(report, "CO01", ROOT, SPLITS, DAY) is None


def test_figures_without_a_range_are_not_said_to_differ_or_not():
    report = with_figures()
    plain = replace(report.contents.kpis["CO01"], interval="none", row_kind="published")
    report = replace(report, contents=replace(report.contents, kpis={**report.contents.kpis, "CO01": plain}))
    said = draw_characteristics(report, "CO01", ROOT, SPLITS, DAY).layout.meta["finding"]
    assert "clearly" not in said
    assert "highest" in said
