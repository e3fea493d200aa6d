"""What happened to people, and the pools of staff, in words that a reader need not decode."""

from __future__ import annotations

from pathlib import Path

import pytest

from metrics.definitions.configuration import Configuration
from metrics.definitions.describe import describe_who
from metrics.definitions.load import load_configuration
from metrics.definitions.mark_words import describe_event, is_mark
from metrics.definitions.waterfall import describe_steps
from metrics.evaluate.declaration import asks_for_known
from metrics.pipeline.summaries import summarise_kpi
from metrics.wording.formula import describe_formula

MARKED = ("PR01", "PR02", "PR03", "PR04", "RT01", "ER01", "ER02", "ER03", "ER04", "TR02")


@pytest.fixture(scope="module")
def configuration() -> Configuration:
    return load_configuration(Path("config"))


def test_marks_and_pools_have_words_and_others_their_own(configuration: Configuration) -> None:
    assert describe_event(configuration, "promoted", ("yes",)) == "Promoted"
    assert describe_event(configuration, "promoted", ("no",)) == "not: Promoted"
    assert describe_event(configuration, "promoted", "known") == ""
    assert describe_event(configuration, "joined_or_left", ("left", "stayed")) == "In post at the beginning"
    assert describe_event(configuration, "joined_or_left", ("stayed", "joined")) == "In post at the end"
    assert describe_event(configuration, "joined_or_left", ("joined",)) is None
    assert describe_event(configuration, "sex", ("female",)) is None
    assert [is_mark(configuration, name) for name in ("complaint", "sex")] == [True, False]


def test_who_is_counted_in_a_sentence(configuration: Configuration) -> None:
    said = describe_who(configuration, configuration.kpis["PR01"])
    assert said.startswith("Promoted: the share of White staff (“White (including White minorities)”), divided by the share of")
    assert said.endswith("(headcount); in post at the beginning")
    resigned = describe_who(configuration, configuration.kpis["RT01"])
    assert resigned.startswith("Resigned: the share of ethnic minority staff")  # that they left goes without saying
    rate = describe_who(configuration, configuration.kpis["ER03"])
    assert rate.startswith("Complaint of harassment or discrimination, for every 1,000 of all staff without schools")
    index = describe_who(configuration, configuration.kpis["PR02"])
    assert "their share of people with a place, divided by their share of staff in grades 4 to 6; all staff" in index
    assert index.endswith("whose ethnic group is known; in post at the beginning")


@pytest.mark.parametrize("id", MARKED)
def test_no_reader_meets_a_yes_or_a_mark_that_is_known(configuration: Configuration, id: str) -> None:
    kpi = configuration.kpis[id]
    summary = summarise_kpi(configuration, kpi)
    formula = describe_formula(summary)
    assert formula is not None
    words = [summary.who, formula.words, formula.top, formula.bottom, *(left for _, left, _ in summary.steps)]
    for name in configuration.datasets["movers"].marks:
        title = configuration.dimensions[name].title
        assert not any(f"known {title}".lower() in said.lower() for said in words)
    assert not any("Yes" in said or "Here then and now" in said for said in words)


def test_what_happened_to_people_is_no_answer_of_theirs(configuration: Configuration) -> None:
    assert not asks_for_known(configuration, configuration.kpis["ER03"])
    assert summarise_kpi(configuration, configuration.kpis["ER03"]).asks == ()
    assert summarise_kpi(configuration, configuration.kpis["ER01"]).asks == ("Ethnic group",)
    known = next(step for step in describe_steps(configuration, configuration.kpis["ER01"]) if step.id == "known")
    assert "disciplinary" not in known.leaves.lower()
