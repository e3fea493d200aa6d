"""No sentence judges or compares the figures of a withdrawn release."""

from __future__ import annotations

import pandas as pd

from metrics.wording.headline import headline_kpi, headline_overview, headline_pay_gaps, headline_unit
from metrics.wording.overview import describe_behind, describe_moved
from tests.support.wording_rows import a_row, a_summary


def test_figures_of_a_withdrawn_release_are_not_judged_anywhere() -> None:
    rows = pd.DataFrame({"kpi": ["WR01"], "status": ["withdrawn"], "movement": ["up"], "value": [0.5]})
    assert headline_overview(rows, {}) == "Withdrawn figures: do not use them."
    assert headline_unit("Housing", rows, {}) == "Housing: withdrawn figures"
    assert headline_pay_gaps(rows, {}) == "Withdrawn figures: do not use them."
    assert describe_moved(rows, {}) == "Withdrawn figures are not compared."
    assert describe_behind(rows, {}) == "Withdrawn figures are not judged."


def test_a_withdrawn_figure_is_named_as_one() -> None:
    assert headline_kpi(a_row(status="withdrawn"), a_summary()).endswith(", withdrawn")
