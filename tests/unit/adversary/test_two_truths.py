"""A release must not depend on what it hides: councils whose hidden people differ publish the same, to the byte, in every form.

Whatever reached a page from a hidden count or a hidden person's pay (an axis, a total, a likely range, alt text, a sentence, a
file) would differ. A third council, in which shown figures differ, proves that each of those forms would show it.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping

import numpy as np
import pytest

from metrics.query.counts import Counts
from metrics.query.fetch import fetch_counts
from metrics.sources.engine import open_source
from tests.support.said import CHARTS, WORDS, everything_said
from tests.support.tiny_council import TinyCouncil
from tests.support.two_truths import FIRST, LAST, Truth, found

AUDIENCES = ("leadership", "public")
Councils = Mapping[Truth, TinyCouncil]
Said = Mapping[tuple[Truth, str], Mapping[str, list[str]]]


@pytest.fixture(scope="module")
def councils(tmp_path_factory: pytest.TempPathFactory) -> Councils:
    folder = tmp_path_factory.mktemp("truths")
    truths: tuple[Truth, ...] = ("one", "other", "visible")
    return {truth: found(folder / truth, truth) for truth in truths}


@pytest.fixture(scope="module")
def said(councils: Councils) -> Said:
    drawn = {"leadership": ("twinford", "parks"), "public": ()}  # charts and sentences are made of rows, whoever reads them
    return {(truth, a): everything_said(council.store, a, drawn[a]) for truth, council in councils.items() for a in AUDIENCES}


def counts_of(council: TinyCouncil) -> list[Counts]:
    settings = council.settings
    with open_source(settings.workforce_url) as source:
        return list(fetch_counts(source, council.configuration, "staff", [FIRST, LAST], settings.year))


def test_the_truth_differs_where_figures_are_hidden(councils: Councils) -> None:
    for one, other, (batch, system) in zip(
        counts_of(councils["one"]), counts_of(councils["other"]), councils["one"].store.systems(None, "leadership"), strict=True
    ):
        assert batch.label.period_end == one.period.end
        assert one.regions == other.regions
        differ = np.flatnonzero(one.values != other.values)
        hidden = {r for r in differ.tolist() if system["shown"][r] is None}
        assert len(hidden) >= 4
        assert len(set(differ.tolist()) - hidden) >= 4, "rounded counts, whose truth differs within the window"
        for name in ("mean", "variance", "median", "total"):
            figures = one.statistics[name].astype(float), other.statistics[name].astype(float)
            assert (~np.isclose(*figures, rtol=1e-12, equal_nan=True)).sum() >= 2, name


@pytest.mark.parametrize("audience", AUDIENCES)
def test_nothing_that_is_published_depends_on_what_is_hidden(said: Said, audience: str) -> None:
    one, other = said["one", audience], said["other", audience]
    assert one.keys() == other.keys()
    assert [name for name in one if one[name] != other[name]] == []


@pytest.mark.parametrize("audience", AUDIENCES)
def test_a_figure_that_is_shown_changes_whatever_uses_it(said: Said, audience: str) -> None:
    one, visible = said["one", audience], said["visible", audience]
    assert [name for name in one if one[name] == visible[name]] == []


MADE_OF = {
    "numerator": ("numerator", "value", "lower", "upper", "gap", "ratio", "bound_low", "bound_high"),
    "denominator": ("denominator", "value", "lower", "upper", "gap", "ratio", "declared"),
    "everyone": ("everyone", "declared", "bound_low", "bound_high"),
    "possible": ("bound_high",),
    "reference_numerator": ("reference_value", "value", "lower", "upper"),
    "reference_denominator": ("reference_value", "value", "lower", "upper"),
}
"""Part of a figure to the columns that are worked out from it: of a share times its base, an index times its benchmark, a gap and
what it is taken to, the part would come out again."""
OF_A_POOL = ("value", "lower", "upper", "gap", "ratio")
OTHERWISE = {
    "count": {"denominator": ("denominator", "declared", "gap", "ratio")}, "pay_gap": {"denominator": ()},
    "relative_likelihood": {"denominator": ("denominator", *OF_A_POOL), "everyone": ("everyone", "bound_low", "bound_high")},
}  # fmt: skip
"""A count needs no base; the base of a pay gap as a whole is both groups, and is printed nowhere; declared of a likelihood is of both
pools together."""


@pytest.mark.parametrize("audience", AUDIENCES)
def test_no_column_of_a_row_gives_a_hidden_part_of_it_back(councils: Councils, audience: str) -> None:
    store, hidden, shown = councils["one"].store, 0, set()
    measures = {id: kpi.measure for id, kpi in store.snapshot().kpis.items()}
    for batch, system in store.systems(None, audience):
        keys = ["kpi", "breakdown", "unit", "group"]
        rows = store.batch_cells([batch]).sort_values(keys, ignore_index=True, kind="stable")
        for part, regions in system["figures"].items():
            for (_, row), region in zip(rows.iterrows(), regions, strict=True):
                measure = measures[row["kpi"]]
                columns = OTHERWISE.get("pay_gap" if measure.startswith("pay_gap") else measure, {}).get(part, MADE_OF[part])
                if region >= 0 and system["shown"][region] is None:
                    hidden += 1
                    assert row[list(columns)].isna().all(), (row.to_dict(), part)
                elif region >= 0:
                    shown |= {(part, column) for column in columns if row[column] == row[column]}
    assert hidden > 20
    assert {part: {c for p, c in shown if p == part} for part in MADE_OF} == {part: set(columns) for part, columns in MADE_OF.items()}


NO_ROW = {
    *("describe_how_many", "describe_marker", "describe_order", "describe_within", "describe_worse"),
    *("describe_columns", "describe_left", "describe_place"),
}
"""Sentences that are handed a number, a marker or a definition, and no row, or of rows only which groups there are. What parts leave
(`describe_left`) is said by `describe_gap_parts` and `describe_change_parts`, which are tried."""


def test_every_chart_and_every_sentence_is_tried(said: Said) -> None:
    tried = set(said["one", "leadership"])
    drawn = {name for module in CHARTS for name, f in vars(module).items() if inspect.isfunction(f) and name.startswith("draw_")}
    assert drawn <= tried
    assert {m.__name__.rpartition(".")[2] for m in CHARTS} | {"frame", "palette", "symbols", "titles"} == _modules("charts")
    told = {
        name
        for module in WORDS
        for name, f in vars(module).items()
        if inspect.isfunction(f) and f.__module__ == module.__name__ and name.startswith(("describe_", "headline_"))
    }
    assert told - tried == NO_ROW


def _modules(room: str) -> set[str]:
    from importlib import import_module
    from pkgutil import iter_modules

    return {m.name for m in iter_modules(import_module(f"metrics.{room}").__path__)}
