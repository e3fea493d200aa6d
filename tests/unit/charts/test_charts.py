"""Charts draw what the rows say, and nothing that a row hides."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from metrics.charts.declared import declaration_rates, draw_declared
from metrics.charts.frame import whole_number_ticks
from metrics.charts.funnel import against_usual, can_draw_funnel, draw_funnel
from metrics.charts.groups import clearly_different, dots, draw_groups, draw_units
from metrics.charts.multiples import draw_multiple, shared_scale
from metrics.charts.palette import BEHIND, COMPARED, OURS, SECONDARY, STATUS_COLOURS, TEXT
from metrics.charts.sparkline import draw_sparkline, draw_strip
from metrics.charts.symbols import status_symbol
from metrics.charts.time_path import draw_time_path
from metrics.report import STATUSES, Report
from tests.support.reports import a_kpi, a_report, some_cells, some_contents

DAY = date(2026, 3, 31)
PARTS = [u.id for u in some_contents().units.values() if u.parent == "operations"]


@pytest.fixture(scope="module")
def report():
    return a_report()


def every_figure(report):
    yield draw_time_path(report, "SL01", "alderbourne")
    yield draw_groups(report, "WR05", "alderbourne", "ethnicity_5", DAY)
    yield draw_units(report, "PG02", "alderbourne", ["operations", "children", "strategy"], DAY)
    yield draw_funnel(report, "WR01", "operations", PARTS, DAY)
    yield draw_declared(report, "operations", DAY)
    yield draw_multiple(report, "PG07", "alderbourne", shared_scale(report, ["PG02", "PG07"], "alderbourne"))


def test_every_figure_carries_title_release_and_synthetic_inside_it(report):
    for figure in every_figure(report):
        inside = " ".join(a.text for a in figure.layout.annotations)
        assert "Synthetic figures, release 2026-05-21" in inside
        inside += re.sub("<[^>]+>", " ", figure.layout.title.text)
        assert "Alderbourne City Council" in inside.replace("  ", " ")
        assert "2026" in inside.replace("2026-05-21", "")
        assert figure.layout.title.text.count("<br>") <= 4
        assert figure.layout.meta["finding"]
        assert "release 2026-05-21" in figure.layout.meta["alt"]
        assert figure.layout.meta["sentence"]


def test_labels_over_a_line_stand_clear_of_each_other_on_a_phone() -> None:
    report = a_report()
    known, last = report.contents.kpis["SL01"], report.series("SL01", "alderbourne").iloc[-1]
    (day, _), broken = known.target[-1], (("2024-10-01", "A new edition with other areas, another maximum and another method"),)

    def drawn(aim: float) -> go.Figure:
        kpi = replace(known, target=(*known.target[:-1], (day, aim)), series_breaks=broken)
        return draw_time_path(replace(report, contents=replace(report.contents, kpis={"SL01": kpi})), "SL01", "alderbourne")

    def label(figure: go.Figure, of: str) -> go.layout.Annotation:
        return next(a for a in figure.layout.annotations if of in a.text)

    assert label(drawn(last["value"] - 0.002), "Target").yanchor == "top"
    far = drawn(last["value"] + 0.2)
    assert label(far, "Target").yanchor == "bottom"
    assert far.layout.yaxis.range[1] > drawn_without_breaks(report, last["value"] + 0.2).layout.yaxis.range[1]
    assert label(far, "A new edition").xanchor == "center"


def drawn_without_breaks(report: Report, aim: float) -> go.Figure:
    known = report.contents.kpis["SL01"]
    kpi = replace(known, target=(*known.target[:-1], (known.target[-1][0], aim)), series_breaks=())
    return draw_time_path(replace(report, contents=replace(report.contents, kpis={"SL01": kpi})), "SL01", "alderbourne")


def test_the_band_around_a_target_lies_within_the_scale() -> None:
    report = a_report()
    kpis = {**report.contents.kpis, "PG02": replace(report.contents.kpis["PG02"], within=0.5)}
    figure = draw_time_path(replace(report, contents=replace(report.contents, kpis=kpis)), "PG02", "alderbourne")
    low, high = figure.layout.yaxis.range
    (band,) = [shape for shape in figure.layout.shapes if shape.type == "rect"]
    assert low <= band.y0 < band.y1 <= high


@pytest.mark.parametrize(("aim", "edges"), [(0.0, (-0.01, 0.01)), (0.04, (-0.05, 0.05))])
def test_the_band_holds_every_gap_that_counts_as_reached(aim: float, edges: tuple[float, float]) -> None:
    report = a_report()
    gap = report.contents.kpis["PG02"]
    gap = replace(gap, within=0.01, target=(*gap.target[:-1], (gap.target[-1][0], aim)))
    rows = report.cells.assign(target=report.cells["target"].where(report.cells["kpi"] != "PG02", aim))
    contents = replace(report.contents, kpis={**report.contents.kpis, "PG02": gap})
    figure = draw_time_path(replace(report, contents=contents, cells=rows), "PG02", "alderbourne")
    (band,) = [shape for shape in figure.layout.shapes if shape.type == "rect"]
    assert (band.y0, band.y1) == pytest.approx(edges)


def test_a_real_release_is_stamped_without_the_word_synthetic():
    real = a_report(contents=some_contents(synthetic=False))
    for figure in every_figure(real):
        assert "ynthetic" not in figure.to_json()


def test_no_line_of_a_title_is_too_long_for_a_phone(report):
    for figure in every_figure(report):
        for line in figure.layout.title.text.split("<br>"):
            assert len(re.sub("<[^>]+>", "", line)) <= 42


def test_a_hidden_period_is_a_gap_and_not_in_what_is_sent(report):
    cells = report.cells.copy()
    row = (cells["kpi"] == "SL01") & (cells["unit"] == "alderbourne") & (cells["group"] == "") & (cells["period_end"] == "2024-06-30")
    assert row.sum() == 1
    cells.loc[row, ["value", "lower", "upper", "numerator"]] = np.nan
    cells.loc[row, ["status", "marker"]] = ["hidden", "[c]"]
    figure = draw_time_path(replace(report, cells=cells), "SL01", "alderbourne")
    line = next(t for t in figure.data if t.mode == "lines+markers" and len(t.x) == 17)
    assert line.connectgaps is False
    assert [pd.isna(v) for v in line.y].count(True) == 1


def test_a_break_in_the_series_splits_the_line_and_is_marked(report):
    broken = a_kpi("SL01", target=(), series_breaks=(("2024-04-01", "Grades were renamed"),))
    figure = draw_time_path(a_report(contents=some_contents(SL01=broken)), "SL01", "alderbourne")
    line = next(t for t in figure.data if t.mode == "lines+markers" and len(t.x) == 18)
    assert [pd.isna(v) for v in line.y].count(True) == 1
    assert any("Grades were renamed" in a.text for a in figure.layout.annotations)


def test_the_target_path_has_every_milestone(report):
    figure = draw_time_path(report, "SL01", "alderbourne")
    path = next(t for t in figure.data if t.line.dash == "dash")
    assert [round(v, 3) for v in path.y] == [0.21, 0.25, 0.295, 0.38]


def test_a_scale_that_does_not_start_at_zero_says_so(report):
    assert "The scale starts at" in draw_time_path(report, "SL01", "alderbourne").layout.meta["alt"]
    assert draw_declared(report, "operations", DAY).layout.xaxis.range[0] == 0


def test_a_hidden_group_keeps_its_place_as_a_word_without_a_mark(report):
    figure = draw_groups(report, "WR05", "operations", "ethnicity_5", DAY)
    assert [t.replace("<br>", " ") for t in figure.layout.yaxis.ticktext] == ["Asian", "Black", "Mixed", "White", "Other"]
    hidden = [a for a in figure.layout.annotations if a.text == "Hidden"]
    assert [a.y for a in hidden] == [0]
    assert all(0 not in np.round(np.atleast_1d(t.y).astype(float), 1) for t in figure.data)


def test_filled_only_where_the_whole_range_lies_on_one_side():
    row = pd.Series({"value": 0.3, "lower": 0.25, "upper": 0.35})
    assert clearly_different(row, 0.36)
    assert not clearly_different(row, 0.35)
    assert not clearly_different(row, None)
    assert not clearly_different(pd.Series({"value": 0.3, "lower": np.nan, "upper": np.nan}), 0.1)


def test_the_funnel_agrees_with_the_binomial_distribution(report):
    """Reference: the exact binomial limits, which the normal ones approach for hundreds of people."""
    from scipy.stats import binom

    centre = float(report.units_at("WR01", DAY, ("operations",))["value"].iloc[0])
    for unit, place in against_usual(report, "WR01", "operations", PARTS, DAY).items():
        row = report.units_at("WR01", DAY, (unit,)).iloc[0]
        n = int(row["denominator"])
        low, high = binom.ppf([0.001, 0.999], n, centre) / n
        if place == "within":
            assert low - 2 / n <= row["value"] <= high + 2 / n
        else:
            assert not low + 2 / n < row["value"] < high - 2 / n


def test_no_funnel_without_a_proportion_or_with_too_few_units(report):
    assert not can_draw_funnel(report, "PG02", "alderbourne", ["operations", "children", "adults"], DAY)
    assert not can_draw_funnel(report, "WR01", "street", ["street_collection", "street_cleansing"], DAY)


def test_hidden_units_are_named_in_words_and_absent_from_the_drawing(report):
    figure = draw_funnel(report, "WR01", "operations", PARTS, DAY)
    drawn = json.dumps([t.to_plotly_json() for t in figure.data], default=str)
    assert "Community safety" not in drawn
    assert "Community safety" in figure.layout.meta["sentence"]


def test_where_no_rate_is_known_nothing_is_drawn(report):
    assert draw_declared(report, "operations", date(1999, 3, 31)) is None
    assert draw_declared(report, "nowhere", DAY) is None


def test_declaration_below_sixty_is_outlined(report):
    kpis = {id: replace(k, declares="") for id, k in report.contents.kpis.items()}
    report = replace(report, contents=replace(report.contents, kpis=kpis))
    rows = declaration_rates(report, "operations", DAY)
    colours = draw_declared(report, "operations", DAY).data[0].marker.color
    assert [c == OURS for c in colours] == [d >= 0.6 for d in rows["rate"]]
    assert not all(d >= 0.6 for d in rows["rate"])


def test_missing_data_is_listed_by_characteristic_once_each(report):
    rows = declaration_rates(report, "operations", DAY)
    assert sorted(rows.index) == ["Disability", "Ethnic group", "Sex"]
    at = report.units_at("DQ03", DAY, ("operations",)).iloc[0]
    assert rows.loc["Disability", ["rate", "asked", "kpi"]].tolist() == [
        at["value"],
        at["denominator"],
        "DQ03",
    ]  # the measure of declaration itself
    ethnic = report.units_at("WR01", DAY, ("operations",)).iloc[0]
    assert rows.loc["Ethnic group", ["rate", "asked"]].tolist() == [ethnic["declared"], ethnic["everyone"]]  # not SL01, which asks fewer


def test_an_older_release_lists_its_measures_instead(report):
    older = {id: replace(k, declares="", asks=()) for id, k in report.contents.kpis.items()}
    rows = declaration_rates(replace(report, contents=replace(report.contents, kpis=older)), "operations", DAY)
    assert "Disabled staff" in rows.index


def test_numbers_of_people_are_not_called_different_from_the_whole():
    """A part is always less than the whole: only the largest is named, of those shown."""
    contents = some_contents()
    groups = pd.DataFrame({"value": [2535.0, 3942.0, np.nan], "status": "context", "marker": ["", "", "[c]"], "rounded": False})
    groups[["lower", "upper", "bound_low", "bound_high", "benchmark"]] = np.nan
    figure = dots(
        a_report(), contents.kpis["HC01"], groups, ["25 to 34", "35 to 44", "65 and over"], 11140.0, "alderbourne", DAY, "group", " by age"
    )
    assert figure.layout.meta["finding"] == "Staff employed by age: the largest group shown is 35 to 44, 3,942 people"
    assert -200 < figure.layout.xaxis.range[0] <= 0  # room for half a dot
    assert not any("council" in a.text for a in figure.layout.annotations)


@pytest.mark.parametrize(("low", "high"), [(0.285, 0.39), (11140, 11300), (-0.05, 0.12), (0, 2900), (0.52, 0.86)])
def test_ticks_begin_at_or_below_the_lowest_value(low, high):
    ticks = whole_number_ticks(low, high)
    assert ticks[0] <= low
    assert 3 <= len(ticks) <= 7


def test_years_are_marked_one_by_one_and_the_unit_stands_on_the_top_tick_only(report):
    figure = draw_time_path(report, "SL01", "alderbourne")
    assert list(figure.layout.xaxis.ticktext) == ["2022", "2024", "2026", "2028", "2030"]
    short = replace(report, contents=some_contents(SL01=a_kpi("SL01", target=(("2022-03-31", 0.21), ("2027-03-31", 0.3)))))
    assert list(draw_time_path(short, "SL01", "alderbourne").layout.xaxis.ticktext) == ["2022", "2023", "2024", "2025", "2026"]
    assert [t.endswith("%") for t in figure.layout.yaxis.ticktext] == [False] * (len(figure.layout.yaxis.ticktext) - 1) + [True]
    assert "Years mark 31 March." in figure.layout.meta["under"]


def test_small_multiples_share_one_scale(report):
    scale = shared_scale(report, ["PG02", "PG07", "PG10"], "alderbourne")
    assert len({tuple(draw_multiple(report, k, "alderbourne", scale).layout.yaxis.range) for k in ("PG02", "PG07", "PG10")}) == 1
    assert scale[0] <= 0 <= scale[1]


def test_a_label_from_an_extract_is_text(report):
    contents = some_contents()
    named = {**contents.units, "street": replace(contents.units["street"], name="<b>Street</b> & co")}
    figure = draw_funnel(replace(report, contents=replace(contents, units=named)), "WR01", "operations", PARTS, DAY)
    assert "<b>Street</b>" not in json.dumps([t.to_plotly_json() for t in figure.data], default=str)


def test_a_sparkline_has_a_gap_where_a_period_is_hidden():
    cells = some_cells(some_contents())
    rows = a_report(cells=cells).series("SL01", "alderbourne")
    whole = draw_sparkline(rows, some_contents().kpis["SL01"], "words")
    rows.loc[5, "value"] = np.nan
    gap = draw_sparkline(rows, some_contents().kpis["SL01"], "words")
    assert gap.count('stroke-width="2.4"') == whole.count('stroke-width="2.4"') + 1
    assert draw_sparkline(rows.assign(value=np.nan), some_contents().kpis["SL01"], "words") == ""


def test_words_in_a_sparkline_are_escaped():
    rows = a_report().series("SL01", "alderbourne")
    assert 'aria-label="a &quot;b&quot; &lt;c&gt;"' in draw_sparkline(rows, some_contents().kpis["SL01"], 'a "b" <c>')


def test_a_strip_needs_a_figure_and_something_beside_it():
    assert draw_strip(None, 0.2, 0.3) == ""
    assert draw_strip(0.2, None, None) == ""
    assert draw_strip(0.2, 0.1, None).startswith("<svg")


def test_every_status_has_a_symbol_and_hatchings_have_names_of_their_own():
    shapes = {s: re.sub(r"#[0-9a-fA-F]{6}", "", status_symbol(s)) for s in STATUSES}
    assert len({shapes[s] for s in ("reached", "on_path", "off_path", "missed", "unclear", "context", "hidden")}) == 7
    names = re.findall(r'id="(\w+)"', status_symbol("hidden") + status_symbol("hidden"))
    assert len(set(names)) == 2


def contrast(colour: str, other: str = "#ffffff") -> float:
    """WCAG 2 contrast ratio."""

    def light(c: str) -> float:
        parts = [int(c[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        r, g, b = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
        return 0.2126 * r + 0.7152 * g + 0.0722 * b

    high, low = sorted((light(colour), light(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("colour", [TEXT, SECONDARY, OURS, BEHIND, COMPARED, *STATUS_COLOURS.values()])
def test_text_colours_stand_out_from_white(colour):
    assert contrast(colour) >= 4.5


def test_axis_words_are_dark_enough(report):
    for figure in every_figure(report):
        template = figure.layout.template.layout
        for axis in (template.xaxis, template.yaxis):
            assert contrast(axis.tickfont.color) >= 4.5
