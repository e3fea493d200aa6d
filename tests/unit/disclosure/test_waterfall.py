"""Steps of a waterfall are cells: a few people who leave at a step are protected as any few people are, and figures stay before steps."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from metrics.definitions.configuration import Configuration
from metrics.definitions.kpi import Kpi
from metrics.definitions.profile import DisclosureSettings, Profile
from metrics.definitions.waterfall import WATERFALL
from metrics.disclosure.attack import attack
from metrics.disclosure.protect import protect_counts
from metrics.disclosure.shown import ShownCells
from metrics.disclosure.system import PublishedSystem, published_system
from metrics.evaluate.evaluate import evaluate
from metrics.periods import FinancialYear
from metrics.query.counts import Counts
from metrics.query.fetch import fetch_counts
from tests.support import factories as f
from tests.support.stored import a_source

SOME = {"title": "Staff without casual workers (headcount)", "where": {"contract": ["permanent", "fixed_term"]}}


AUDIENCES = DisclosureSettings(
    profiles={"leadership": Profile(title="Leadership"), "public": Profile(title="Public", council="round", zeros="hide")},
    audiences={"leadership": "leadership", "public": "public"},
)


def council(kpi: Kpi) -> Configuration:
    return replace(f.a_configuration(kpi, dataset=f.a_dataset(some=SOME)), disclosure=AUDIENCES)


def people(n: int, **row: Any) -> list[dict[str, Any]]:
    return [{"contract": "permanent", "sex": "female", "grade": "g1", "pay": 10.0 + i % 7, **row} for i in range(n)]


def counted(configuration: Configuration, rows: list[dict[str, Any]]) -> Counts:
    with a_source(configuration, rows) as source:
        (counts,) = fetch_counts(source, configuration, "hr", [f.DAY], FinancialYear())
    return counts


def steps_of(configuration: Configuration, cells: ShownCells) -> pd.DataFrame:
    rows = evaluate(cells, configuration)
    return rows[rows["breakdown"] == WATERFALL].set_index("group")


def test_many_leave_at_each_step_and_everything_is_shown() -> None:
    configuration = council(f.a_median({"sex": "known"}, population="some"))
    rows = [*people(60), *people(20, contract="casual"), *people(10, sex="not_known"), *people(8, pay=None)]
    shown = protect_counts(counted(configuration, rows), configuration.disclosure)["leadership"]
    steps = steps_of(configuration, shown)
    assert steps["numerator"].to_dict() == {"step=headcount": 98, "step=population": 78, "step=known": 68, "step=paid": 60}
    assert steps["denominator"].tolist() == [98, 98, 98, 98]
    assert steps["value"].tolist() == pytest.approx([1, 78 / 98, 68 / 98, 60 / 98])
    assert set(steps["status"]) == {"no_target"}


@pytest.mark.parametrize("few", [1, 3, 4])
def test_a_few_without_pay_hide_a_step_and_not_the_figure(few: int) -> None:
    configuration = council(f.a_median({"sex": "known"}, population="some"))
    rows = [*people(60), *people(20, contract="casual"), *people(10, sex="not_known"), *people(few, pay=None)]
    counts = counted(configuration, rows)
    shown = protect_counts(counts, configuration.disclosure)["leadership"]
    steps = steps_of(configuration, shown)
    assert np.isnan(steps.loc["step=known", "numerator"])
    assert steps.loc["step=known", "status"] == "hidden"
    assert steps.loc["step=paid", "numerator"] == 60
    figure = evaluate(shown, configuration).query("breakdown == ''").iloc[0]
    assert figure["value"] == 13.0
    assert left_open(counts, shown) == []


@pytest.mark.parametrize("few", [1, 2])
def test_a_few_at_two_steps_one_after_the_other_cannot_be_told_together_either(few: int) -> None:
    """60 paid, two kinds of few before them: who left at both steps together is a small number too."""
    configuration = council(f.a_median({"sex": "known"}, population="some"))
    rows = [*people(60), *people(20, contract="casual"), *people(few, sex="not_known"), *people(few, pay=None)]
    counts = counted(configuration, rows)
    assert left_open(counts, protect_counts(counts, configuration.disclosure)["leadership"]) == []


def test_a_few_outside_the_population_hide_how_many_are_in_the_extract() -> None:
    configuration = council(f.a_proportion({"sex": ["female"]}, {"sex": "known"}, population="some"))
    counts = counted(configuration, [*people(40), *people(40, sex="male"), *people(2, contract="casual")])
    shown = protect_counts(counts, configuration.disclosure)
    steps = steps_of(configuration, shown["leadership"])
    assert np.isnan(steps.loc["step=headcount", "numerator"])
    assert steps.loc["step=population", "numerator"] == 80
    assert steps["value"].isna().all()  # a share of everybody would give everybody away
    assert all(left_open(counts, cells) == [] for cells in shown.values())


def test_a_waterfall_that_gives_a_few_away_is_found_by_the_attacker() -> None:
    """The same council with the hidden step put back: the attacker must see it."""
    configuration = council(f.a_median({"sex": "known"}, population="some"))
    counts = counted(configuration, [*people(60), *people(20, contract="casual"), *people(3, pay=None)])
    shown = protect_counts(counts, configuration.disclosure)["leadership"]
    naive = ShownCells(**{**vars(shown), "shown": counts.values.astype(float), "how": np.full(len(counts.values), "exact", dtype=object)})
    assert left_open(counts, naive) == [3]


def left_open(counts: Counts, shown: ShownCells) -> list[int]:
    """Sizes of small differences between two steps that an attacker, who is given what is shown, narrows below four steps."""
    found = published_system(shown, counts)
    system = PublishedSystem.from_dict(found.as_dict())
    result = attack(system, exact=True)
    pairs = system.structure.pairs
    true = counts.values[pairs[:, 1]] - counts.values[pairs[:, 0]]
    low, high = (bound[len(counts.values) : len(counts.values) + len(pairs)] for bound in (result.low, result.high))
    rounded = np.array([any(system.chains[r] for r in pair) for pair in pairs.tolist()])
    narrow = (true > 0) & (true < 5) & (high - low < np.where(rounded, 2, 4))
    return sorted(set(true[narrow].tolist()))
