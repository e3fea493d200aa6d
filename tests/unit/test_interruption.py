"""Ctrl+C whose exception a library lost on its way: nothing is stored for good after it."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.schema import CreateTable

from metrics import interruption
from metrics.releases.draft import Draft
from metrics.releases.publishing import write_draft
from metrics.releases.store import ReleaseStore
from metrics.sources.engine import open_source
from tests.support.drafts import a_batch, a_draft
from tests.support.postgres import PostgresServer

PEOPLE = sa.Table("people", sa.MetaData(), sa.Column("unit", sa.Text))
FRAME = pd.DataFrame({"unit": pd.Series(["a", "b"], dtype="str")})


@pytest.fixture(autouse=True)
def watched() -> Iterator[None]:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    interruption.watch()
    yield
    signal.signal(signal.SIGINT, signal.default_int_handler)
    interruption.watch()  # forgets what was asked
    signal.signal(signal.SIGINT, before)


def lost() -> None:
    """Ctrl+C, and a library that drops what Python raises for it."""
    with suppress(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)


def test_ctrl_c_is_raised_at_once_and_again_before_anything_is_stored() -> None:
    interruption.stop_if_asked()
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        interruption.stop_if_asked()
    interruption.watch()
    interruption.stop_if_asked()


def test_somebody_elses_handler_is_left_alone() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    interruption.watch()
    assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN


@pytest.fixture(params=["file", "server"])
def people(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A workforce database with an empty table of people."""
    url = f"duckdb:///{tmp_path}/workforce.duckdb"
    if request.param == "server":
        server: PostgresServer = request.getfixturevalue("postgres")
        url = server.database().url
    with open_source(url, read_only=False) as source, source.begin():
        source.execute(CreateTable(PEOPLE))
    return url


def load_and_lose(url: str) -> None:
    with open_source(url, read_only=False) as source, source.begin():
        source.insert(PEOPLE, FRAME)
        lost()


def test_rows_are_not_stored_after_it(people: str) -> None:
    with pytest.raises(KeyboardInterrupt):
        load_and_lose(people)
    with open_source(people) as source:
        assert source.fetch(sa.select(PEOPLE.c.unit)).empty


def test_no_release_is_published_after_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = ReleaseStore(f"sqlite:///{tmp_path}/releases.sqlite")
    draft = a_draft(a_batch(date(2026, 3, 31), seed=1))

    def written(connection: Connection, draft: Draft) -> str:
        id = write_draft(connection, draft)
        lost()
        return id

    with monkeypatch.context() as patch:
        patch.setattr("metrics.releases.store.write_draft", written)
        with pytest.raises(KeyboardInterrupt):
            store.publish(draft)
    assert store.latest() is None
    interruption.watch()
    assert store.publish(draft) == store.latest()
