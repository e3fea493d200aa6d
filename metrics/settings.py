"""The environment and `config/settings.yaml`, read once at the edge and passed down as arguments."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import Field, StringConstraints, ValidationError

from metrics.definitions.base import Definition, Id, Text
from metrics.definitions.configuration import Configuration
from metrics.definitions.load import definition_error, locate
from metrics.definitions.nearest import no_such
from metrics.definitions.plain_words import in_plain_words
from metrics.definitions.strict_yaml import Reading, read_yaml
from metrics.errors import Problem
from metrics.periods import FinancialYear

FirstOfMonth = Annotated[str, StringConstraints(pattern=r"^(0[1-9]|1[0-2])-01$")]
Variable = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]*$")]


class Connection(Definition):
    """Where a database is: the environment variable `env` if it is set, else `default`."""

    env: Variable
    default: Text


class Connections(Definition):
    workforce: Connection = Connection(env="EQUALITY_WORKFORCE_URL", default="duckdb:///data/workforce.duckdb")
    """Rows about people. Only `equality ingest`, `refresh` and `explain` open it."""
    releases: Connection = Connection(env="EQUALITY_RELEASES_URL", default="sqlite:///data/releases.sqlite")
    """Certified figures. The dashboard opens this one only."""


class SettingsFile(Definition):
    """`config/settings.yaml`. Paths are relative to the folder that holds the configuration folder."""

    council: Text
    synthetic: bool = False
    """True: the figures are made up, and every page and file says so."""
    currency: Annotated[str, StringConstraints(min_length=1, max_length=4)] = "£"
    financial_year_starts: FirstOfMonth = "04-01"
    """MM-DD, the first day of a month."""
    connections: Connections = Field(default_factory=Connections)
    data_folder: Text = "data"
    private_folder: Text = "data/private"
    """Import reports and rejected rows, which quote the file: only the analyst may read it."""
    warn_after_days: Annotated[int, Field(ge=1)] = 120
    """`equality serve` warns at its start when the newest release is older."""
    teams: Mapping[Id, Text] = Field(default_factory=dict)
    """Owners of KPIs."""
    corporate_priorities: Mapping[Id, Text] = Field(default_factory=dict)


@dataclass(frozen=True)
class Settings:
    """What the edge knows: resolved addresses and absolute folders."""

    council: str
    synthetic: bool
    currency: str
    year: FinancialYear
    workforce_url: str
    releases_url: str
    private_folder: Path
    data_folder: Path
    teams: Mapping[str, str]
    corporate_priorities: Mapping[str, str]
    warn_after_days: int = 120


def load_settings(folder: Path, environment: Mapping[str, str] = os.environ) -> Settings:
    """Settings of a configuration folder.

    Raises
    ------
    DefinitionError : with every problem of `settings.yaml`, each with its line
    """
    path = folder / "settings.yaml"
    if not path.is_file():
        raise definition_error([Problem(str(path), "no such file; `equality init` writes one to start from")], folder)
    reading = read_yaml(path, str(path))
    problems, file = list(reading.problems), None
    if reading.usable:
        file, found = _validate(reading)
        problems += found
    if problems or file is None:
        raise definition_error(problems, folder)
    return _settings(file, folder.resolve().parent, environment)


def _validate(reading: Reading) -> tuple[SettingsFile | None, list[Problem]]:
    if not isinstance(reading.data, dict):
        return None, [Problem(reading.where, "settings are keys with values, one a line, such as `council: Anytown`", 1)]
    try:
        file = SettingsFile.model_validate(reading.data)
    except ValidationError as error:
        return None, in_plain_words(error, SettingsFile, reading)
    return file, [
        reading.problem(("connections", name, "default"), message)
        for name, connection in (("workforce", file.connections.workforce), ("releases", file.connections.releases))
        if (message := _url_problem(connection))
    ]


def _url_problem(connection: Connection) -> str | None:
    if not re.match(r"^[a-z][a-z0-9+_]*://", connection.default):
        return "not a database address; such as duckdb:///data/workforce.duckdb"
    if _holds_password(connection.default):
        return f"a password does not belong in a file; leave the address out here and set the environment variable {connection.env}"
    return None


def _holds_password(url: str) -> bool:
    """Whether an address carries a password, before its host or among its options."""
    authority = url.split("://", 1)[1].split("/", 1)[0].split("?", 1)[0]
    before_host = authority.rpartition("@")[0]
    return ":" in before_host or bool(re.search(r"(?i)[?&;](password|passwd|pwd|token|secret)=", url))


def _settings(file: SettingsFile, base: Path, environment: Mapping[str, str]) -> Settings:
    def url(connection: Connection) -> str:
        return absolute_url(environment.get(connection.env) or connection.default, base)

    return Settings(
        council=file.council,
        synthetic=file.synthetic,
        currency=file.currency,
        year=FinancialYear(int(file.financial_year_starts[:2])),
        workforce_url=url(file.connections.workforce),
        releases_url=url(file.connections.releases),
        private_folder=base / file.private_folder,
        data_folder=base / file.data_folder,
        teams=file.teams,
        corporate_priorities=file.corporate_priorities,
        warn_after_days=file.warn_after_days,
    )


def absolute_url(url: str, base: Path) -> str:
    """A file database's relative path made absolute; every other address as it is.

    >>> absolute_url("duckdb:///data/workforce.duckdb", Path("/srv/council"))
    'duckdb:////srv/council/data/workforce.duckdb'
    """
    scheme, _, rest = url.partition(":///")
    path, question, options = rest.partition("?")
    if scheme.split("+")[0] not in {"duckdb", "sqlite"} or path in {"", ":memory:"} or Path(path).is_absolute():
        return url
    return f"{scheme}:///{(base / path).as_posix()}{question}{options}"


def check_settings(settings: Settings, configuration: Configuration) -> list[Problem]:
    """Owners are teams and corporate priorities exist: what KPIs name of the settings."""
    problems: list[Problem] = []
    for kpi in configuration.kpis.values():
        for key, name, known, what in (
            ("owner", kpi.owner, settings.teams, "team"),
            ("corporate_priority", kpi.corporate_priority, settings.corporate_priorities, "corporate priority"),
        ):
            if name is not None and name not in known:
                problems.append(locate(configuration, "kpis", kpi.id).problem((key,), no_such(what, name, known) + " (see settings.yaml)"))
    return problems
