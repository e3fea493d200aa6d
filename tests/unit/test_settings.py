"""Settings: addresses from the environment, paths beside the configuration, no password in a file."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from metrics.definitions.load import load_configuration
from metrics.errors import DefinitionError
from metrics.settings import absolute_url, check_settings, load_settings

BASE = Path(__file__).parents[1] / "config" / "base"


def write(tmp_path: Path, text: str) -> Path:
    folder = tmp_path / "config"
    folder.mkdir()
    (folder / "settings.yaml").write_text(text, encoding="utf-8")
    return folder


def test_a_council_name_is_enough(tmp_path: Path) -> None:
    settings = load_settings(write(tmp_path, "council: Anytown\n"), {})
    assert (settings.council, settings.synthetic, settings.currency, settings.year.first_month) == ("Anytown", False, "£", 4)
    assert settings.workforce_url == f"duckdb:///{tmp_path}/data/workforce.duckdb"
    assert settings.releases_url == f"sqlite:///{tmp_path}/data/releases.sqlite"
    assert (settings.data_folder, settings.private_folder) == (tmp_path / "data", tmp_path / "data" / "private")


def test_the_environment_wins_and_may_hold_a_password(tmp_path: Path) -> None:
    address = "postgresql://reader:secret@db/workforce"
    settings = load_settings(write(tmp_path, "council: Anytown\n"), {"EQUALITY_WORKFORCE_URL": address, "EQUALITY_RELEASES_URL": ""})
    assert settings.workforce_url == address
    assert settings.releases_url.endswith("/data/releases.sqlite")


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://reader:secret@db/workforce",
        "postgresql+psycopg://reader:s%40cret@db:5432/workforce",
        "postgresql://db/workforce?user=reader&password=secret",
        "postgresql://db/workforce?PWD=secret",
    ],
)
def test_a_password_in_the_file_is_refused_and_not_repeated(tmp_path: Path, address: str) -> None:
    folder = write(tmp_path, f"council: A\nconnections:\n  workforce: {{env: DB, default: '{address}'}}\n")
    with pytest.raises(DefinitionError) as refusal:
        load_settings(folder, {})
    assert f"{folder}/settings.yaml:3: connections.workforce.default: a password does not belong in a file" in str(refusal.value)
    assert "cret" not in str(refusal.value)


@pytest.mark.parametrize(
    "address", ["postgresql://reader@db:5432/workforce", "duckdb:///data/a:b@c.duckdb", "sqlite:////srv/releases.sqlite"]
)
def test_addresses_without_a_password_are_accepted(tmp_path: Path, address: str) -> None:
    folder = write(tmp_path, f"council: A\nconnections: {{workforce: {{env: DB, default: '{address}'}}}}\n")
    assert load_settings(folder, {}).workforce_url.startswith(address.split(":")[0])


@pytest.mark.parametrize(
    ("url", "absolute"),
    [
        ("duckdb:///data/w.duckdb", "duckdb:////srv/council/data/w.duckdb"),
        ("sqlite:///r.sqlite?mode=ro", "sqlite:////srv/council/r.sqlite?mode=ro"),
        ("duckdb:////data/w.duckdb", "duckdb:////data/w.duckdb"),
        ("duckdb:///:memory:", "duckdb:///:memory:"),
        ("duckdb://", "duckdb://"),
        ("postgresql://db/workforce", "postgresql://db/workforce"),
    ],
)
def test_relative_databases_lie_beside_the_configuration(url: str, absolute: str) -> None:
    assert absolute_url(url, Path("/srv/council")) == absolute


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("synthetic: true\n", "council: missing; it must be given"),
        ("council: A\nfinancial_year_starts: 04-06\n", ":2: financial_year_starts: '04-06' is not the first day of a month as MM-DD"),
        ("council: A\ncurency: £\n", ":2: curency: unknown key; did you mean 'currency'?"),
        ("council: A\ncurrency: pounds\n", "currency: the text is too long"),
        ("council: A\nsynthetic: perhaps\n", ":2: synthetic: expected true or false, found 'perhaps'"),
        ("council: A\nteams: {Work Force: x}\n", ":2: teams.Work Force: 'Work Force' is not an id"),
        ("council: A\nconnections: {workforce: {env: lower, default: 'duckdb://'}}\n", "connections.workforce.env: 'lower' is not"),
        ("council: A\nconnections: {workforce: {env: DB, default: workforce.duckdb}}\n", "not a database address; such as duckdb:///"),
        ("- A\n", "settings are keys with values"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(DefinitionError) as refusal:
        load_settings(write(tmp_path, text), {})
    assert message in str(refusal.value)


def test_missing_settings(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError, match=r"settings.yaml: no such file; `equality init` writes one"):
        load_settings(tmp_path, {})


def test_owners_are_teams_and_priorities_exist(tmp_path: Path) -> None:
    folder = tmp_path / "config"
    shutil.copytree(BASE, folder)
    path = folder / "kpis" / "WR01-minority-share.yaml"
    text = path.read_text(encoding="utf-8").replace("owner: workforce", "owner: workfroce\ncorporate_priority: fairness")
    path.write_text(text, encoding="utf-8")
    problems = check_settings(load_settings(folder, {}), load_configuration(folder))
    assert [str(p) for p in problems] == [
        f"{path}:3: owner: no team 'workfroce'; did you mean 'workforce'? (see settings.yaml)",
        f"{path}:4: corporate_priority: no corporate priority 'fairness'; there are: fair_employer (see settings.yaml)",
    ]


SOURCES = "council: A\nconnections:\n  sources: {payroll_db: {env: EQUALITY_PAYROLL_URL}}\n"


def test_a_councils_own_database_has_its_address_in_the_environment_only(tmp_path: Path) -> None:
    folder = write(tmp_path, SOURCES)
    found = load_settings(folder, {"EQUALITY_PAYROLL_URL": "postgresql://reader:secret@db/payroll"}).sources["payroll_db"]
    assert found.url == "postgresql://reader:secret@db/payroll"
    assert "secret" not in repr(found)
    assert load_settings(folder, {}).sources["payroll_db"].url == ""
    relative = load_settings(folder, {"EQUALITY_PAYROLL_URL": "sqlite:///payroll.sqlite"}).sources["payroll_db"]
    assert relative.url == f"sqlite:///{tmp_path}/payroll.sqlite"
    (folder / "settings.yaml").write_text(SOURCES.replace("{env: EQUALITY_PAYROLL_URL}", "{env: X, default: 'sqlite:///a'}"))
    with pytest.raises(DefinitionError, match=r"settings.yaml:3: connections.sources.payroll_db.default: unknown key"):
        load_settings(folder, {})


def test_a_dataset_may_name_only_a_connection_that_there_is(tmp_path: Path) -> None:
    shutil.copytree(BASE, tmp_path / "config")
    path = tmp_path / "config/datasets/hr.yaml"
    path.write_text(path.read_text().replace("title: Staff\n", "title: Staff\ntable: {connection: payrol_db, schema: hr, name: v_staff}\n"))
    configuration = load_configuration(tmp_path / "config")
    settings = load_settings(tmp_path / "config", {})
    (problem,) = check_settings(settings, configuration)
    assert str(problem) == (
        f"{path}:2: table.connection: no connection 'payrol_db'; there are: none yet (connections: sources: in settings.yaml)"
    )
    with (tmp_path / "config/settings.yaml").open("a") as file:
        file.write("connections: {sources: {payroll_db: {env: EQUALITY_PAYROLL_URL}}}\n")
    (problem,) = check_settings(load_settings(tmp_path / "config", {}), configuration)
    assert "no connection 'payrol_db'; did you mean 'payroll_db'?" in str(problem)
