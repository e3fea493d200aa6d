"""The configuration that comes with the program: it loads, its worked examples are right, and it is nobody's."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from metrics.definitions.configuration import Configuration
from metrics.definitions.load import load_configuration
from metrics.settings import check_settings, load_settings

CONFIG = Path("config")
REAL = (
    "Birmingham", "Manchester", "Liverpool", "Leeds", "Sheffield", "Bristol", "Newcastle", "Nottingham", "Leicester", "Coventry",
    "Bradford", "Wolverhampton", "Sandwell", "Walsall", "Dudley", "Solihull", "Trafford", "Salford", "Stockport", "Oldham", "Rochdale",
    "Bolton", "Bury", "Wigan", "Derby", "Stoke", "Portsmouth", "Southampton", "Plymouth", "Cardiff", "London", "Camden", "Hackney",
    "Westminster", "Croydon", "Lambeth", "Southwark", "Kent", "Essex", "Surrey", "Houston", "York", "Chester",
)  # fmt: skip


@pytest.fixture(scope="module")
def configuration() -> Configuration:
    return load_configuration(CONFIG)


def test_every_definition_loads(configuration: Configuration) -> None:
    assert set(configuration.kpis) == {file.stem[:4] for file in (CONFIG / "kpis").glob("*.yaml")}
    assert set(configuration.datasets) == {file.stem for file in (CONFIG / "datasets").glob("*.yaml")}
    assert list(configuration.disclosure.audiences) == ["leadership", "public"]


def test_owners_and_priorities_are_those_of_the_settings(configuration: Configuration) -> None:
    assert check_settings(load_settings(CONFIG, environment={}), configuration) == []


@pytest.mark.parametrize("file", sorted((CONFIG / "kpis").glob("*.yaml")), ids=lambda f: f.stem)
def test_every_worked_example_is_right(configuration: Configuration, file: Path) -> None:
    from metrics.pipeline.worked_example import run_worked_example

    kpi = configuration.kpis[file.stem[:4]]
    assert kpi.worked_example is not None
    assert run_worked_example(configuration, kpi) == []


def test_few_kpis_are_headlines_of_staff_and_of_the_city_and_each_names_a_framework_theme(configuration: Configuration) -> None:
    headlines = [k for k in configuration.kpis.values() if k.headline]
    assert len(headlines) == 11  # tiles of one screen
    assert sum(k.topic is not None and k.topic.of_the_city for k in headlines) == 3
    assert all(k.framework for k in configuration.kpis.values())


def test_it_says_that_it_is_synthetic(configuration: Configuration) -> None:
    settings = load_settings(CONFIG, environment={})
    assert settings.synthetic
    assert not any("synthetic" in d.title.lower() for d in configuration.datasets.values())  # settings say it once, for every page and file
    real = {id for id, benchmark in configuration.benchmarks.items() if not benchmark.illustrative}
    assert real == {"england_get_on", "england_belong", "england_chat"}  # published figures of a country, each with its survey and year
    assert all(configuration.benchmarks[id].source.startswith("Community Life Survey 20") for id in real)


def test_no_real_council_is_named() -> None:
    text = "\n".join(f.read_text(encoding="utf-8") for f in CONFIG.rglob("*") if f.is_file())
    found = [name for name in REAL if re.search(rf"\b{name}\b", text)]
    assert found == []
    assert re.search(r"\bBAME\b", text) is None
