"""A note of a dataset stands beside the figures that it is about, and beside no others."""

from __future__ import annotations

from pathlib import Path

import pytest

from metrics.definitions.configuration import Configuration
from metrics.definitions.dataset import Dataset
from metrics.definitions.load import load_configuration
from metrics.definitions.notes import notes_of, used_names
from tests.support.browser import ROOT


@pytest.fixture(scope="module")
def configuration() -> Configuration:
    return load_configuration(Path(ROOT) / "config")


@pytest.mark.parametrize(
    ("id", "hourly", "bonus", "top"),
    [
        ("PG01", True, False, False),
        ("PG03", False, True, False),
        ("PG05", False, True, False),
        ("PG12", True, False, False),  # pay quarters are made of hourly pay
        ("PG15", True, False, False),
        ("SL02", False, False, True),
        ("PY01", True, False, False),
    ],
)
def test_a_note_stands_beside_what_it_is_about(configuration: Configuration, id: str, hourly: bool, bonus: bool, top: bool) -> None:
    said = notes_of(configuration, configuration.kpis[id])
    starts = ("Hourly pay is worked out", "Bonus pay is", "The top 5% of earners", "Casual workers, agency workers")
    assert [any(note.startswith(start) for note in said) for start in starts] == [hourly, bonus, top, True]


def test_what_a_figure_is_made_of_or_split_by(configuration: Configuration) -> None:
    used = used_names(configuration, configuration.kpis["PG07"])
    assert {"hourly_pay", "ethnicity_2", "ethnicity_19", "grade_band", "grade"} <= used
    assert not {"bonus_pay", "top_earners", "directorate"} & used


def test_a_note_may_be_a_sentence_alone() -> None:
    read = Dataset.model_validate({"id": "hr", "title": "Staff", "notes": ["As it is.", {"note": "Of pay.", "about": ["hourly_pay"]}]})
    assert [(said.note, said.about) for said in read.notes] == [("As it is.", ()), ("Of pay.", ("hourly_pay",))]
