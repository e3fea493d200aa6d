"""Loading the demo: through ingest alone, only what is missing, and never where real figures belong."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from metrics.definitions.configuration import Configuration
from metrics.definitions.load import load_configuration
from metrics.demo import load as demo
from metrics.errors import InputError
from metrics.sources.engine import open_source


@pytest.fixture(scope="module")
def configuration() -> Configuration:
    return load_configuration(Path("config"))


def test_real_settings_are_refused(configuration: Configuration) -> None:
    with pytest.raises(InputError, match="settings are for real figures") as refused:
        demo.check_synthetic(False, configuration)
    assert refused.value.exit_code == 2
    demo.check_synthetic(True, configuration)


def test_a_configuration_without_the_demos_datasets_is_refused(configuration: Configuration) -> None:
    with pytest.raises(InputError, match="no dataset 'appraisals'"):
        demo.check_synthetic(True, replace(configuration, datasets={}))


def test_only_missing_files_are_made_and_none_is_rejected(
    configuration: Configuration, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first_two = (("pay", date(2022, 3, 31)), ("hr", date(2022, 6, 30)))
    monkeypatch.setattr(demo, "EXTRACTS", first_two)
    said: list[tuple[int, int]] = []
    with open_source(f"duckdb:///{tmp_path}/workforce.duckdb", read_only=False) as source:
        monkeypatch.setattr(demo, "EXTRACTS", first_two[:1])
        assert demo.load_demo(configuration, source, tmp_path) == 1
        monkeypatch.setattr(demo, "EXTRACTS", first_two)
        assert demo.missing_extracts(source, configuration) == {first_two[1]}
        assert demo.load_demo(configuration, source, tmp_path, lambda _, done, of: said.append((done, of))) == 1
        assert demo.missing_extracts(source, configuration) == frozenset()
        assert demo.load_demo(configuration, source, tmp_path) == 0
    assert said == [(2, 2)]
    assert not list(tmp_path.glob("*reject*"))
