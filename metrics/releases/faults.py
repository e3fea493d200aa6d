"""What a database complains of, in words: what happened, that nothing was changed, and what to do. Never a password."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from sqlalchemy import URL
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from metrics.errors import SourceError
from metrics.releases.engines import BUSY_SECONDS, is_sqlite


class Store(Protocol):
    @property
    def url(self) -> URL: ...
    @property
    def shown_url(self) -> str: ...


SERVER = "Nothing was changed. Check that the database server runs and can be reached at this address, then run the command again."
FILE = "Nothing was changed. Check that it is there, whole, that the disk is not full, and that you may open it."
BY_STATE = {
    "42501": "Nothing was changed. Publishing needs the account that owns the tables; reading needs the right to SELECT from them.",
    "23001": "Nothing was changed. A wrong release is withdrawn: `equality releases withdraw ID --reason …`.",
    "53100": "Nothing was changed. The server's disk is full: make room there, then run the command again.",
    "55P03": f"Nothing was changed. Another program has been changing the store for {BUSY_SECONDS} seconds: wait until it has ended.",
    "28P01": "Nothing was changed. Check user and password in the environment variable that holds the URL.",
}
"""PostgreSQL's own code of an error, and what to do about it."""
BY_WORDS = {
    "readonly database": "Nothing was changed. Writing needs the right to change the file and to make files in its folder.",
    "database is locked": f"Nothing was changed. Another program has been changing the store for {BUSY_SECONDS} seconds: "
    "wait until it has ended.",
    "never changed or deleted": BY_STATE["23001"],
    "never added to": BY_STATE["23001"],
    "password authentication failed": BY_STATE["28P01"],
}


@contextmanager
def said_of(store: Store) -> Iterator[None]:
    """Errors of the database, the network and the disk as `SourceError`."""
    try:
        yield
    except (SQLAlchemyError, OSError) as error:
        words = _first_line(error, store.url)
        raise SourceError(f"The release store {store.shown_url} cannot be used: {words}.", _advice(error, words, store.url)) from error


@contextmanager
def unknown_outcome(store: Store) -> Iterator[None]:
    """A connection that is lost while a server commits leaves open whether it did."""
    try:
        yield
    except DBAPIError as error:
        if is_sqlite(store.url) or not error.connection_invalidated:
            raise
        raise SourceError(
            f"The connection to the release store {store.shown_url} was lost at the moment of the last step: "
            "either all of it was stored, or nothing.",
            "`equality releases` shows which. Running the command again is safe.",
        ) from error


def _first_line(error: Exception, url: URL) -> str:
    cause = getattr(error, "orig", None) or error
    line = (str(cause).splitlines() or [type(cause).__name__])[0].rstrip(".")
    return line.replace(url.password, "***") if url.password else line


def _advice(error: Exception, words: str, url: URL) -> str:
    state = getattr(getattr(error, "orig", None), "sqlstate", None)
    known = [advice for part, advice in BY_WORDS.items() if part in words]
    return BY_STATE.get(state or "") or (known[0] if known else FILE if is_sqlite(url) else SERVER)
