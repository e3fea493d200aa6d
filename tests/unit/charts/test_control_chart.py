"""The usual range behind the line: drawn where it stands, marks with shape, colour and word, nothing from what is hidden."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from metrics.charts.control_chart import draw_control_chart, draw_distance
from metrics.charts.palette import BAND_EDGE, VARIATION
from metrics.charts.time_path import draw_time_path
from metrics.periods import end_of_month
from metrics.report import Report, issued
from tests.support.reports import a_kpi, a_report, some_contents
from tests.support.wording_rows import a_row

TWENTY = [31, 33, 32, 30, 34, 33, 31, 32, 35, 33, 32, 34, 36, 37, 38, 37, 39, 38, 40, 46]
DAYS = [end_of_month(2024 + (7 + i) // 12, (7 + i) % 12 + 1) for i in range(20)]
UNIT = "alderbourne"


def monthly(values=TWENTY, **changes) -> Report:
    """A report of one monthly share, in percent; None is hidden."""
    kpi = a_kpi("TR01", **{"grain": "month", "polarity": "higher", "target": (), "unit": "percent", **changes})
    contents = some_contents(TR01=kpi)
    contents = replace(contents, periods={**contents.periods, "TR01": tuple(DAYS[: len(values)])})
    rows = [_row(day, value) for day, value in zip(DAYS, values, strict=False)]
    return Report(contents, issued(pd.DataFrame(rows), contents.provenance))


def _row(day, value):
    hidden = value is None
    share = np.nan if hidden else value / 100
    return {
        **a_row(value=share, lower=np.nan if hidden else share - 0.02, upper=np.nan if hidden else share + 0.02).to_dict(),
        "kpi": "TR01", "unit": UNIT, "group": "", "breakdown": "", "period_start": pd.Timestamp(day), "period_end": pd.Timestamp(day),
        "status": "hidden" if hidden else "no_target", "marker": "[c]" if hidden else "", "target": np.nan, "rounded": False,
    }  # fmt: skip


def marks(figure):
    return {t.name: (t.marker.symbol, t.marker.color, len(t.x), list(t.text)) for t in figure.data if t.name}


def test_the_band_stands_at_the_limits():
    figure = draw_control_chart(monthly(), "TR01", UNIT)
    band = next(s for s in figure.layout.shapes if s.type == "rect")
    assert (round(band.y0, 4), round(band.y1, 4)) == (0.2742, 0.3758)
    lines = sorted(round(s.y0, 4) for s in figure.layout.shapes if s.type == "line" and s.line.color == BAND_EDGE)
    assert lines == [0.2742, 0.2911, 0.325, 0.3589, 0.3758]
    assert any("Usual range 27.4% to 37.6%" in a.text for a in figure.layout.annotations)


def test_each_signal_has_a_shape_a_colour_and_a_word():
    symbol, colour, many, words = marks(draw_control_chart(monthly(), "TR01", UNIT))["improvement"]
    assert (symbol, many) == ("circle", 9)
    assert words[-1] == "31 March 2026: 46.0%. Above the usual range: for the better"
    worse = marks(draw_control_chart(monthly(polarity="lower"), "TR01", UNIT))["concern"]
    neutral = marks(draw_control_chart(monthly(polarity="contextual"), "TR01", UNIT))["neutral"]
    assert (worse[0], neutral[0]) == ("square", "diamond")
    assert len({colour, worse[1], neutral[1]}) == 3
    assert neutral[3][-1].endswith("neither good nor bad")


def test_the_word_stands_on_the_chart_and_in_the_alt_text():
    figure = draw_control_chart(monthly(), "TR01", UNIT)
    assert any("Out of the ordinary" in a.text and "since July 2025" in a.text for a in figure.layout.annotations)
    alt = figure.layout.meta["alt"]
    assert "46.0% in March 2026: above the usual range. Its usual range is 27.4% to 37.6%." in alt
    assert "Nine of 20 figures are out of the ordinary." in alt
    assert alt.rstrip(".").endswith("release 2026-05-21")


@pytest.mark.parametrize("colour", [c for c, _ in VARIATION.values()] + [BAND_EDGE])
def test_marks_and_edges_stand_out_from_white(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    assert 1.05 / (0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] + 0.05) >= 3


def test_a_break_and_a_rebase_part_the_band_and_say_why():
    anew = monthly(rebases=(("2025-04-01", "Reminders began"),), baseline=None)
    figure = draw_control_chart(anew, "TR01", UNIT)
    said = " ".join(a.text.replace("<br>", " ") for a in figure.layout.annotations)
    assert "Usual range set anew" in said
    assert sum(s.type == "rect" for s in figure.layout.shapes) == 1  # eight months before, twelve from then on
    broken = monthly(series_breaks=(("2025-12-01", "Other system"),))
    told = " ".join(a.text.replace("<br>", " ") for a in draw_control_chart(broken, "TR01", UNIT).layout.annotations)
    assert "Other system" in told


def test_no_share_lies_below_nought_or_above_a_hundred():
    band = next(
        s for s in draw_control_chart(monthly([1, 9, 1, 9, 1, 9, 1, 9, 1, 9, 1, 9, 5]), "TR01", UNIT).layout.shapes if s.type == "rect"
    )
    assert band.y0 == 0.0


def test_what_a_hidden_figure_was_changes_nothing():
    values = [*TWENTY[:5], None, *TWENTY[6:]]
    figure = draw_control_chart(monthly(values), "TR01", UNIT)
    line = next(t for t in figure.data if t.mode == "lines+markers" and t.connectgaps is False)
    assert int(np.isnan(np.array(line.y, dtype=float)).sum()) == 1
    assert "hidden" in figure.layout.meta["alt"].lower()


def test_closer_to_the_target_is_drawn_as_a_distance():
    values = [-5, 4, -6, 5, -4, 5, -6, 4, -5, 6, -4, 5, 0, 0.1]
    report = monthly(values, polarity="closer_to_target", measure="percentage_point_gap", unit="percentage_points", within=0.02)
    figure = draw_distance(report, "TR01", UNIT)
    line = next(t for t in figure.data if t.mode == "lines+markers")
    assert [round(float(v), 3) for v in line.y[:3]] == [0.05, 0.04, 0.06]
    assert marks(figure)["improvement"][3][-1].endswith("Closer to 0 than usual: for the better")
    assert "less is better" in figure.layout.meta["alt"]


def test_a_series_without_limits_has_no_band():
    figure = draw_time_path(monthly(TWENTY[:11]), "TR01", UNIT)
    assert not [s for s in figure.layout.shapes if s.type == "rect"]
    assert monthly(TWENTY[:11]).usual_range("TR01", UNIT).current.why == "few"


def test_the_release_of_the_other_tests_has_such_series_too():
    report = a_report()
    assert report.usual_range("SL01", UNIT).points["day"].tolist()[-1] == date(2026, 3, 31)
