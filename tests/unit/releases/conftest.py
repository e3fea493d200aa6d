"""A store on each engine that is supported: the same tests prove both."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from metrics.releases.store import ReleaseStore
from tests.support.postgres import PostgresServer

ENGINES = ("sqlite", "postgresql")


def fresh_url(engine: str, request: pytest.FixtureRequest, folder: Path) -> str:
    """An empty place for a store."""
    if engine == "sqlite":
        return f"sqlite:///{folder}/releases.sqlite"
    server: PostgresServer = request.getfixturevalue("postgres")
    return server.database().url


@pytest.fixture(params=ENGINES)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return fresh_url(request.param, request, tmp_path)


@pytest.fixture
def store(url: str) -> Iterator[ReleaseStore]:
    store = ReleaseStore(url)
    yield store
    store.close()


@pytest.fixture
def on_sqlite(tmp_path: Path) -> Iterator[ReleaseStore]:
    store = ReleaseStore(f"sqlite:///{tmp_path}/releases.sqlite")
    yield store
    store.close()
