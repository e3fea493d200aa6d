"""The page about the release store: its statements make the accounts that it promises, and its commands are commands."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import psycopg
import pytest

from metrics.access.viewer import Viewer
from metrics.cli.main import LazyCommands
from metrics.errors import SourceError
from metrics.releases.store import ReleaseStore
from metrics.report import Request
from tests.support.drafts import a_batch, a_draft
from tests.support.postgres import PostgresServer

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/how-to/release-store.md").read_text(encoding="utf-8")
LEADER = Viewer("leadership", "command_line")


@pytest.fixture
def addresses(own_postgres: PostgresServer) -> tuple[str, str]:
    """The publisher's and the reader's, after the page's statements were run as the administrator."""
    (block,) = re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL)
    database = "postgres"
    for line in filter(None, block.splitlines()):
        if line.startswith("\\connect"):
            database = line.split()[1]
            continue
        with own_postgres.administer(database) as connection:
            connection.execute(line)
    port = own_postgres.port
    return tuple(
        f"postgresql+psycopg://{role}:{password}@127.0.0.1:{port}/equality_releases"
        for role, password in (("equality_publisher", "choose-one"), ("equality_reader", "choose-another"))
    )  # type: ignore[misc]


def test_the_publisher_publishes_and_the_reader_only_reads(addresses: tuple[str, str]) -> None:
    publisher, reader = (ReleaseStore(url) for url in addresses)
    first = publisher.publish(a_draft(a_batch(date(2026, 3, 31))))
    assert len(reader.read(Request(), LEADER).cells) == 12
    assert reader.latest() == first
    with pytest.raises(SourceError, match="permission denied"):
        reader.withdraw(first, "Wrong")
    with psycopg.connect(addresses[1].replace("+psycopg", ""), autocommit=True) as connection:
        for statement in ("CREATE TABLE mine (n integer)", "DELETE FROM cells", "UPDATE releases SET council = 'x'", "DROP TABLE cells"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)
    publisher.close()
    reader.close()


def test_every_command_of_the_page_is_one() -> None:
    group: object = LazyCommands(name="equality")
    commands = re.findall(r"^equality releases (\w+)(.*)$", PAGE, re.MULTILINE)
    assert len(commands) == 5
    attacks = re.findall(r"^equality certify([^#\n]*)", PAGE, re.MULTILINE)
    assert len(attacks) == 2
    releases = group.get_command(None, "releases").commands  # type: ignore[attr-defined]
    certify = group.get_command(None, "certify")  # type: ignore[attr-defined]
    for found, rest in [*((releases[name], rest) for name, rest in commands), *((certify, rest) for rest in attacks)]:
        known = {option for parameter in found.params for option in parameter.opts}
        assert set(re.findall(r"--[\w-]+", rest)) <= known
