"""The environment and `config/settings.yaml`, read once at the edge and passed down as arguments."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import Field, StringConstraints, ValidationError

from metrics.definitions.base import Definition, Id, Text
from metrics.definitions.configuration import Configuration
from metrics.definitions.load import definition_error, locate
from metrics.definitions.nearest import no_such
from metrics.definitions.plain_words import in_plain_words
from metrics.definitions.strict_yaml import Reading, read_yaml
from metrics.errors import InputError, Problem
from metrics.periods import FinancialYear

FirstOfMonth = Annotated[str, StringConstraints(pattern=r"^(0[1-9]|1[0-2])-01$")]
Variable = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]*$")]


class Connection(Definition):
    """Where a database is: the environment variable `env` if it is set, else `default`."""

    env: Variable
    default: Text


class RowsConnection(Connection):
    """The database of rows about people. On a server, its tables and limits; an address that names them itself has the last word."""

    db_schema: Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,62}$")] | None = Field(default=None, alias="schema")
    statement_timeout: Annotated[int, Field(ge=0, le=86_400)] | None = None
    """Seconds that one statement may take; 0 for no limit. Without it 900."""


class SourceConnection(Definition):
    """A council's own database, to read rows from. Its address is never in a file, because it holds a password."""

    env: Variable
    """The environment variable that holds the address."""


class Connections(Definition):
    workforce: RowsConnection = RowsConnection(env="EQUALITY_WORKFORCE_URL", default="duckdb:///data/workforce.duckdb")
    """Rows about people. Only `equality ingest`, `refresh`, `explain`, `parity` and `purge` open it; `check` asks how old they are."""
    releases: Connection = Connection(env="EQUALITY_RELEASES_URL", default="sqlite:///data/releases.sqlite")
    """Certified figures. The dashboard opens this one only."""
    sources: Mapping[Id, SourceConnection] = Field(default_factory=dict)
    """The council's own databases that datasets name under `table:`. Only `equality ingest` and `inspect` open them, for reading."""
    audit: Connection = Connection(env="EQUALITY_AUDIT_URL", default="sqlite:///data/audit.sqlite")
    """Who signed in and what was taken away. Apart from the figures, so that each can be kept and guarded by its own rules."""


class Retention(Definition):
    """How long rows about people are kept: the council's own decision. What is older is warned of, and goes with `equality purge`."""

    person_rows_years: Annotated[int, Field(ge=1, le=100)] | None = None
    """Without it nobody is warned."""
    import_reports_days: Annotated[int, Field(ge=1, le=36_500)] | None = None
    """Import reports and rejected rows in the private folder."""


class Audit(Definition):
    """What the audit log holds and for how long."""

    keep_months: Annotated[int, Field(ge=1, le=120)] = 24
    """`equality audit --purge` takes away rows older than this."""
    names: bool = False
    """True: display names stand beside the ids. Left out, a row says who only to somebody who can look the id up."""


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
    audit: Audit = Audit()
    retention: Retention = field(default_factory=Retention)
    teams: Mapping[Id, Text] = Field(default_factory=dict)
    """Owners of KPIs."""
    corporate_priorities: Mapping[Id, Text] = Field(default_factory=dict)


@dataclass(frozen=True)
class CouncilSource:
    """A council's own database: the variable that holds its address, and the address, empty where that is not set."""

    env: str
    url: str = field(repr=False)


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
    sources: Mapping[str, CouncilSource] = field(default_factory=dict)
    audit_url: str = ""
    audit_keep_months: int = 24
    audit_names: bool = False
    retention: Retention = field(default_factory=Retention)


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
        for name, connection in (
            ("workforce", file.connections.workforce),
            ("releases", file.connections.releases),
            ("audit", file.connections.audit),
        )
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
        workforce_url=with_options(url(file.connections.workforce), file.connections.workforce),
        releases_url=url(file.connections.releases),
        private_folder=base / file.private_folder,
        data_folder=base / file.data_folder,
        teams=file.teams,
        corporate_priorities=file.corporate_priorities,
        warn_after_days=file.warn_after_days,
        sources={
            name: CouncilSource(source.env, absolute_url(environment.get(source.env, ""), base))
            for name, source in file.connections.sources.items()
        },
        audit_url=url(file.connections.audit),
        audit_keep_months=file.audit.keep_months,
        audit_names=file.audit.names,
        retention=file.retention,
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


def with_options(url: str, said: RowsConnection) -> str:
    """A server's address with the schema and time limit of the settings, where it does not name its own.

    >>> with_options("postgresql://hr@db/staff?sslmode=verify-full", RowsConnection(env="X", default="duckdb://", schema="equality"))
    'postgresql://hr@db/staff?sslmode=verify-full&schema=equality'
    """
    if not url.startswith("postgres"):
        return url
    wanted = {"schema": said.db_schema, "statement_timeout": said.statement_timeout}
    more = [f"{name}={value}" for name, value in wanted.items() if value is not None and not re.search(rf"[?&]{name}=", url)]
    return url + ("&" if "?" in url else "?") + "&".join(more) if more else url


def check_settings(settings: Settings, configuration: Configuration) -> list[Problem]:
    """Owners are teams, corporate priorities and connections exist: what KPIs and datasets name of the settings."""
    problems: list[Problem] = []
    for dataset in configuration.datasets.values():
        if dataset.table is not None and dataset.table.connection not in settings.sources:
            say = no_such("connection", dataset.table.connection, settings.sources) + " (connections: sources: in settings.yaml)"
            problems.append(locate(configuration, "datasets", dataset.id).problem(("table", "connection"), say))
    for kpi in configuration.kpis.values():
        for key, name, known, what in (
            ("owner", kpi.owner, settings.teams, "team"),
            ("corporate_priority", kpi.corporate_priority, settings.corporate_priorities, "corporate priority"),
        ):
            if name is not None and name not in known:
                problems.append(locate(configuration, "kpis", kpi.id).problem((key,), no_such(what, name, known) + " (see settings.yaml)"))
    return problems


@dataclass(frozen=True)
class SignIn:
    """How people sign in: this dashboard's public address, and its registration at an OpenID Connect provider."""

    public_url: str
    """Scheme and host only."""
    metadata_url: str
    client_id: str
    client_secret: str = field(repr=False)
    cookie_secret: str = field(repr=False)
    """The same for every process; a new one signs everybody out."""
    prompt: str = "select_account"

    @property
    def redirect_uri(self) -> str:
        return f"{self.public_url}/oauth2callback"

    @property
    def tls(self) -> bool:
        return self.public_url.startswith("https://")


LOOPBACK = ("127.0.0.1", "localhost", "::1")
DISCOVERY = "/.well-known/openid-configuration"
SHORTEST_SECRET = 43
"""Letters of 32 random bytes in base64; in hexadecimal they are 64."""
PROMPTS = ("select_account", "login", "consent", "none")
MAKE_A_SECRET = "make one with `openssl rand -hex 32`"
ANY_TENANT = re.compile(r"^https://login\.microsoftonline\.com/(common|organizations|consumers)/")


def load_sign_in(environment: Mapping[str, str] = os.environ) -> SignIn:
    """What the environment says about signing in.

    Each variable may instead be given as NAME_FILE, the path of a file that holds it: systemd credentials, container secrets.

    Raises
    ------
    InputError : with every variable that is missing or wrong, never with its value
    """
    problems: list[Problem] = []
    found: dict[str, str] = {}
    for name, check in _SIGN_IN.items():
        value, problem = _variable(environment, name)
        problem = problem or (check(value) if value else "not set")
        found[name] = value
        if problem:
            problems.append(Problem(name, problem))
    prompt = environment.get("EQUALITY_OIDC_PROMPT") or PROMPTS[0]
    if prompt not in PROMPTS:
        problems.append(Problem("EQUALITY_OIDC_PROMPT", no_such("prompt", prompt, PROMPTS)))
    if problems:
        number = f"{len(problems)} problem{'' if len(problems) == 1 else 's'}"
        raise InputError(problems, f"{number} with the settings for sign-in; nothing was started. docs/how-to/sign-in.md explains each.")
    url, metadata, client, secret, cookie = (found[name] for name in _SIGN_IN)
    return SignIn(url.rstrip("/"), metadata, client, secret, cookie, prompt)


def _variable(environment: Mapping[str, str], name: str) -> tuple[str, str | None]:
    """A variable's value, or that of the file it names; and what is wrong with how it is given."""
    value, path = environment.get(name, "").strip(), environment.get(f"{name}_FILE", "").strip()
    if value and path:
        return "", f"set twice: as {name} and as {name}_FILE; keep one"
    if not path:
        return value, None
    try:
        value = Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        words = error.strerror if isinstance(error, OSError) else "it is not text"
        return "", f"the file that {name}_FILE names cannot be read: {words}"
    return value, None if value else f"the file that {name}_FILE names is empty"


def _web_address(value: str) -> str | None:
    """https and a host; plain http only to this computer."""
    try:
        parts = urlsplit(value)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "not a web address"
    if parts.scheme not in ("https", "http") or not host or "@" in parts.netloc or not value.isprintable() or " " in value:
        return "not a web address; write https:// and the host"
    if parts.scheme == "http" and host not in LOOPBACK:
        return "plain http is accepted for this computer only (127.0.0.1, localhost); write https://"
    return None


def _public_url(value: str) -> str | None:
    parts = urlsplit(value) if _web_address(value) is None else None
    if parts is not None and (parts.path not in ("", "/") or parts.query or parts.fragment):
        return "only scheme and host, such as https://equality.example.gov.uk; the dashboard stands at the top of its host"
    if parts is not None and parts.netloc != parts.netloc.lower():
        return "write the host in small letters, as browsers send it"
    return _web_address(value)


def _metadata_url(value: str) -> str | None:
    if (problem := _web_address(value)) is not None:
        return problem
    if not urlsplit(value).path.endswith(DISCOVERY):
        return f"the address of your provider's discovery document; it ends in {DISCOVERY}"
    if ANY_TENANT.match(value):
        return "this address takes people of any organisation; put your own tenant's id in its place"
    return None


def _any_value(value: str) -> str | None:
    return None if value.isprintable() else "it holds a character that is not text"


def _cookie_secret(value: str) -> str | None:
    too_short = len(value) < (64 if re.fullmatch(r"[0-9a-fA-F]+", value) else SHORTEST_SECRET)
    if too_short or len(set(value)) < 10:
        return f"too short or too plain; it must hold at least 32 random bytes: {MAKE_A_SECRET}"
    return _any_value(value)


_SIGN_IN = {
    "EQUALITY_PUBLIC_URL": _public_url,
    "EQUALITY_OIDC_METADATA_URL": _metadata_url,
    "EQUALITY_OIDC_CLIENT_ID": _any_value,
    "EQUALITY_OIDC_CLIENT_SECRET": _any_value,
    "EQUALITY_COOKIE_SECRET": _cookie_secret,
}
