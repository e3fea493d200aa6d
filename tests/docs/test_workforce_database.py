"""The page on databases for rows: its roles, made as it says, can do their work and nothing else."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa

from metrics.errors import SourceError
from metrics.ingest.ingest import ingest_files
from metrics.ingest.purge import find_purge, purge
from metrics.pipeline import refresh
from metrics.settings import load_settings
from metrics.sources.engine import open_source
from metrics.sources.tables import dataset_table
from tests.support.postgres import PostgresServer
from tests.support.tiny_council import PUBLISHED_AT, TinyCouncil

PAGE = Path(__file__).parents[2] / "docs" / "workforce-database.md"
TEXT = PAGE.read_text(encoding="utf-8")
MARCH, JUNE = date(2026, 3, 31), date(2026, 6, 30)


def fenced(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)


@pytest.fixture
def addresses(own_database: tuple[PostgresServer, str]) -> dict[str, str]:
    server, name = own_database
    return {
        role: f"postgresql://{role}:{password}@127.0.0.1:{server.port}/{name}?schema=equality"
        for role, password in re.findall(r"CREATE ROLE (\w+) LOGIN PASSWORD '([\w-]+)'", fenced("sql")[0])
    }


@pytest.fixture
def own_database(postgres: PostgresServer):
    """A database as an administrator makes it, after the page's statements."""
    name = "council_rows"
    with postgres.administer() as admin:
        admin.execute(f"CREATE DATABASE {name} ENCODING 'UTF8' TEMPLATE template0")
    with postgres.administer(name) as admin:
        for statement in fenced("sql")[0].split(";"):
            if statement.strip():
                admin.execute(statement)
    yield postgres, name
    with postgres.administer() as admin:
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
        for role in ("equality_refresh", "equality_ingest"):
            admin.execute(f"DROP ROLE {role}")


def test_each_role_does_its_work_and_no_more(addresses: dict[str, str], own_database: tuple[PostgresServer, str], tmp_path: Path) -> None:
    council = TinyCouncil.found(tmp_path / "council")
    council.load(MARCH)
    council.load(JUNE)
    files = {day: council.folder / f"staff-{day}-0.csv" for day in (MARCH, JUNE)}
    table = dataset_table(council.configuration, "hr")
    with open_source(addresses["equality_ingest"], read_only=False) as source:
        for day, path in files.items():
            ingest_files(council.configuration, "hr", [path], day, source, council.settings.private_folder)
    with open_source(addresses["equality_refresh"]) as source:
        made = refresh(council.configuration, council.settings, source=source, store=council.store, now=PUBLISHED_AT)
    assert made.release
    with open_source(addresses["equality_refresh"], read_only=False) as source:
        for forbidden in (table.delete(), sa.text("CREATE TABLE more (a int)"), sa.text("DROP TABLE ds_hr")):
            with pytest.raises(SourceError, match="does not give the account this right"):
                source.execute(forbidden)
    with open_source(addresses["equality_ingest"], read_only=False) as source:
        purge(source, find_purge(source, council.settings.private_folder, JUNE))
    server, name = own_database
    with server.administer(name) as admin:
        roles = admin.execute(
            "SELECT rolsuper, rolcreatedb, rolcreaterole, rolbypassrls FROM pg_roles WHERE rolname ~ '^equality_'"
        ).fetchall()
    assert roles == [(False, False, False, False)] * 2


def test_the_settings_of_the_page_are_read(tmp_path: Path) -> None:
    council = TinyCouncil.found(tmp_path / "council")
    path = council.config / "settings.yaml"
    path.write_text(path.read_text() + fenced("yaml")[0])
    url = "postgresql://equality_refresh@db.council.example/hr?sslmode=verify-full"
    assert load_settings(council.config, {"EQUALITY_WORKFORCE_URL": url}).workforce_url == f"{url}&schema=equality&statement_timeout=900"
    assert (
        load_settings(council.config, {"EQUALITY_WORKFORCE_URL": f"{url}&schema=own"}).workforce_url
        == f"{url}&schema=own&statement_timeout=900"
    )
    assert load_settings(council.config, {}).workforce_url == f"duckdb:///{council.folder}/data/workforce.duckdb"
