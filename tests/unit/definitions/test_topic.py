"""Every shipped measure is in a chapter, and every chapter has a name that nobody else has."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from metrics.definitions.topic import Topic

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize("folder", ["config/kpis", "metrics/definitions/starter/kpis"])
def test_every_shipped_measure_says_what_it_is_about(folder):
    shipped = sorted((ROOT / folder).glob("*.yaml"))
    assert shipped
    assert [path.name for path in shipped if yaml.safe_load(path.read_text())["topic"] not in set(Topic)] == []


def test_titles_are_plain_and_apart():
    assert len({topic.heading for topic in Topic}) == len(Topic)
    assert {topic for topic in Topic if topic.of_the_city} >= {Topic.COHESION, Topic.SAFETY, Topic.SERVICES, Topic.ENGAGEMENT}
