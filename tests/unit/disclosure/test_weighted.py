"""Weighted shares are hidden with their counts, and printed so that they tell no more of them than rounded counts do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.definitions.configuration import Configuration
from metrics.definitions.kpi import Breakdown, Kpi
from metrics.definitions.profile import DisclosureSettings, Profile
from metrics.disclosure.protect import protect_counts
from metrics.disclosure.shown import ShownCells
from metrics.evaluate.evaluate import evaluate
from metrics.periods import FinancialYear
from metrics.query.fetch import fetch_counts
from metrics.releases.worked_out import not_on_grid
from tests.support.factories import DAY, a_configuration, a_dataset, a_kpi
from tests.support.stored import a_source

Answer = tuple[str, str, float]
"""Sex, what was said ("asian" counts), and the weight."""
STEADY = settings(max_examples=5, deadline=None, derandomize=True, database=None)


def a_share() -> Kpi:
    measure = {"denominator": {"ethnicity_5": "known"}, "numerator": {"ethnicity_5": ["asian"]}}
    kpi = a_kpi("CO01", measure={"type": "survey_proportion", "unit": "percent", **measure})
    return kpi.model_copy(update={"breakdowns": (Breakdown(by=("sex",)),)})


def a_survey(**profiles: Profile) -> Configuration:
    dataset = a_dataset(numbers=("weight",)).model_copy(update={"weight": "weight", "voluntary": True})
    disclosure = DisclosureSettings(profiles=profiles, audiences={name: name for name in profiles})
    plain = a_configuration(a_share().model_copy(update={"profile": next(iter(profiles))}), dataset=dataset)
    return replace(plain, disclosure=disclosure)


EXACT, ROUNDED = Profile(title="Exact"), Profile(title="Rounded", council="round", minimum_base_rounded=10)


def shown(answers: Sequence[Answer], **profiles: Profile) -> tuple[Configuration, dict[str, ShownCells]]:
    configuration = a_survey(**profiles)
    stored = {"asian": "indian", "white": "white_british", "none": "not_known"}
    rows = [{"sex": sex, "ethnicity": stored[said], "weight": weight} for sex, said, weight in answers]
    with a_source(configuration, rows) as source:
        (counts,) = fetch_counts(source, configuration, "hr", [DAY], FinancialYear())
    return configuration, protect_counts(counts, configuration.disclosure)


def figures(answers: Sequence[Answer], **profiles: Profile) -> dict[str, pd.DataFrame]:
    configuration, cells = shown(answers, **profiles)
    made = {audience: evaluate(some, configuration) for audience, some in cells.items()}
    return {audience: found[found["breakdown"].isin(["", "sex"])].set_index("group") for audience, found in made.items()}


def some_answers(rng: np.random.Generator, many: int = 300) -> list[Answer]:
    said = rng.choice(["asian", "white", "none"], size=many, p=[0.5, 0.4, 0.1])
    sex = rng.choice(["female", "male"], size=many)
    return list(zip(sex.tolist(), said.tolist(), np.exp(rng.normal(0, 0.6, many)).round(3).tolist(), strict=True))


def naive(answers: Sequence[Answer], sex: str = "") -> tuple[float, float, int]:
    """Share, effective base and base, by plain sums."""
    mine = [(said, w) for who, said, w in answers if said != "none" and sex in ("", who)]
    total = sum(w for _, w in mine)
    return sum(w for said, w in mine if said == "asian") / total, total**2 / sum(w * w for _, w in mine), len(mine)


@STEADY
@given(st.integers(0, 10_000))
def test_published_shares_are_those_of_plain_sums_to_a_tenth_of_a_point(seed: int) -> None:
    answers = some_answers(np.random.default_rng(seed))
    found = figures(answers, leadership=EXACT)["leadership"]
    for group, sex in (("", ""), ("sex=female", "female"), ("sex=male", "male")):
        share, effective, base = naive(answers, sex)
        row = found.loc[group]
        assert row["denominator"] == base
        assert row["value"] == pytest.approx(share, abs=0.0005 + 1e-9)
        assert row["reference_value"] == pytest.approx(effective, abs=0.5 + 1e-9)


@STEADY
@given(st.integers(0, 10_000))
def test_beside_rounded_counts_a_share_is_a_rounded_number_of_the_rounded_base(seed: int) -> None:
    answers = some_answers(np.random.default_rng(seed))
    found = figures(answers, public=ROUNDED)["public"]
    for group, sex in (("", ""), ("sex=female", "female"), ("sex=male", "male")):
        share, _, base = naive(answers, sex)
        row = found.loc[group]
        if row["marker"]:
            assert np.isnan(row["value"])
            continue
        number = row["value"] * row["denominator"]
        assert number % 5 == pytest.approx(0, abs=1e-6) or number % 5 == pytest.approx(5, abs=1e-6)
        assert abs(number - share * base) <= 2.5 + 1e-9
        assert row["reference_value"] % 5 == 0
        assert row["reference_value"] <= row["denominator"]


@STEADY
@given(st.integers(0, 10_000))
def test_weights_that_are_all_alike_add_nothing_to_rounded_counts(seed: int) -> None:
    answers = [(sex, said, 1.7) for sex, said, _ in some_answers(np.random.default_rng(seed))]
    found = figures(answers, public=ROUNDED)["public"]
    there = found[found["marker"] == ""]
    assert len(there) > 1
    assert np.allclose(there["value"], (there["numerator"] / there["denominator"]).clip(upper=1))


def alike_but_for_few(weight: float) -> list[Answer]:
    """Three women said no, the men's weights are alike, and nothing is hidden but what tells of the three."""
    women = [("female", "asian", weight + i % 7 / 10 if weight != 1 else 1.0) for i in range(60)]
    few = [("female", "white", weight)] * 3
    men = [("male", "asian" if i % 3 else "white", 1.0) for i in range(90)]
    return [*women, *few, *men]


def test_a_share_whose_counts_are_hidden_is_hidden_with_its_base_and_range() -> None:
    found = figures(alike_but_for_few(1.0), leadership=EXACT)["leadership"]
    assert found.loc["sex=female", "marker"] == "[c]"
    assert found.loc["sex=female", ["value", "lower", "upper", "reference_value", "numerator"]].isna().all()


def test_beside_a_hidden_group_of_like_weights_shares_are_rounded_too() -> None:
    """Weights that are known would be a second count of the hidden groups: sums of them are not told to the digit."""
    found = figures(alike_but_for_few(1.0), leadership=EXACT)["leadership"]
    numbers = (found["value"] * found["denominator"])[found["value"].notna()]
    assert len(numbers) == 1
    assert numbers.mod(5).round(6).isin([0, 5]).all()


@STEADY
@given(st.integers(0, 10_000))
def test_no_sum_of_weights_of_a_hidden_set_is_a_combination_of_those_that_are_printed(seed: int) -> None:
    """Sets as rows of zeros and ones over people: what adding and subtracting printed sums could give, whatever the weights."""
    rng = np.random.default_rng(seed)
    women = [("female", "white", 1.5)] * int(rng.integers(1, 5))  # so few said no: something is hidden
    answers = [*women, *(a for a in some_answers(rng, 60) if a[:2] != ("female", "white"))]
    configuration = a_survey(leadership=EXACT)
    stored = {"asian": "indian", "white": "white_british", "none": "not_known"}
    people = [{"sex": sex, "ethnicity": stored[said], "weight": weight} for sex, said, weight in answers]
    with a_source(configuration, people) as source:
        (counts,) = fetch_counts(source, configuration, "hr", [DAY], FinancialYear())
    cells = protect_counts(counts, configuration.disclosure)["leadership"]
    sets = np.array(
        [[all(any(str(p[axis]) in atom.split("|") for atom in atoms) for axis, atoms in r.where) for p in people] for r in counts.regions]
    ).astype(float)
    assert (sets.sum(axis=1) == counts.values).all()
    hidden = np.isnan(cells.shown) & (counts.values > 0)
    assert hidden.any()
    rank = np.linalg.matrix_rank(sets[~hidden])
    assert all(np.linalg.matrix_rank(np.vstack([sets[~hidden], row])) == rank + 1 for row in sets[hidden])


def test_one_answer_that_outweighs_all_others_is_not_published() -> None:
    answers = [*alike_but_for_few(2.0), ("male", "asian", 500.0)]
    found = figures(answers, leadership=EXACT)["leadership"]
    assert found.loc["", "note"] in ("weight_hidden", "hidden")
    assert np.isnan(found.loc["", "value"])


def test_the_second_audience_is_made_from_what_the_first_is_shown() -> None:
    answers = some_answers(np.random.default_rng(3))
    both = figures(answers, leadership=EXACT, public=ROUNDED)
    first, second = both["leadership"], both["public"]
    number = (first["value"] * first["denominator"] / 5 + 0.5 + 1e-9).floordiv(1) * 5
    assert np.allclose(second["value"], number / second["denominator"])


def test_a_share_that_is_printed_more_finely_is_no_figure_of_a_release() -> None:
    row = {"value": 0.745, "reference_value": 2008.0, "rounded": False}
    right = pd.DataFrame([row, {**row, "rounded": True, "value": 45 / 60, "reference_value": 40.0}])
    base = np.array([3036.0, 60.0])
    assert not not_on_grid(right, base).any()
    wrong = pd.DataFrame(
        [{**row, "value": 0.74512}, {**row, "reference_value": 2008.4}, {**row, "reference_value": 4000.0}, {**row, "rounded": True}]
    )
    assert not_on_grid(wrong, np.array([3036.0, 3036.0, 3036.0, 59.0])).all()
