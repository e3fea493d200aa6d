"""A real PostgreSQL server for tests: its own folder, its own free port on this machine only, gone at the end.

Fixtures (offered to every test by `tests/conftest.py`):

    def test_something(postgres):                     # one server for the whole session; each xdist worker has its own
        database = postgres.database()                # fresh and empty, owned by a role of its own that is no superuser
        store = ReleaseStore(database.url)            # postgresql+psycopg://…
        reader = ReleaseStore(database.read_only())   # a role that may only SELECT

    def test_of_a_lost_server(own_postgres):          # a server for this test alone, with fsync on: stop it, start it again
        database = own_postgres.database()
        own_postgres.stop()                           # at once, as a fallen machine would
        own_postgres.start()

Where PostgreSQL is not installed, these tests are skipped with the name of the Debian package; with CI=true they fail.
"""

from __future__ import annotations

import ctypes
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

PACKAGE = "postgresql"
ADMIN = "postgres"
START_SECONDS = 60
PORTS_TRIED = 5


def programs() -> Path | None:
    """The folder of the newest `initdb` and `postgres`; None where there is none."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parents[1].name), reverse=True)
    found = debian[0] if debian else shutil.which("initdb")
    return Path(found).resolve().parent if found else None


@dataclass(frozen=True)
class PostgresDatabase:
    """A database of one test. `url` is its owner's, who is no superuser."""

    server: PostgresServer
    name: str
    password: str

    @property
    def url(self) -> str:
        return f"postgresql+psycopg://{self.name}:{self.password}@127.0.0.1:{self.server.port}/{self.name}"

    def read_only(self) -> str:
        """The URL of a role that may read every table that the owner has or will make, and write none."""
        role, password = f"{self.name}_reader_{secrets.token_hex(2)}", secrets.token_hex(8)
        owner = sql.Identifier(self.name)
        reader = sql.Identifier(role)
        with self.server.administer(self.name) as connection:
            for words, names in (
                (f"CREATE ROLE {{}} LOGIN PASSWORD '{password}'", (reader,)),
                ("GRANT CONNECT ON DATABASE {} TO {}", (owner, reader)),
                ("GRANT USAGE ON SCHEMA public TO {}", (reader,)),
                ("GRANT SELECT ON ALL TABLES IN SCHEMA public TO {}", (reader,)),
                ("ALTER DEFAULT PRIVILEGES FOR ROLE {} IN SCHEMA public GRANT SELECT ON TABLES TO {}", (owner, reader)),
            ):
                connection.execute(sql.SQL(words).format(*names))
        return f"postgresql+psycopg://{role}:{password}@127.0.0.1:{self.server.port}/{self.name}"

    def terminate(self) -> int:
        """End every session in this database from the server's side; how many there were."""
        with self.server.administer() as connection:
            ended = connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [self.name])
            return len(ended.fetchall())


class PostgresServer:
    """`start` and `stop` it as often as a test likes: the data stays until `remove`."""

    def __init__(self, durable: bool = False) -> None:
        folder = programs()
        assert folder is not None, "PostgreSQL is not installed"
        self._programs, self._durable = folder, durable
        self.port = 0
        self._password = secrets.token_hex(8)
        self._numbers = count(1)
        self._process: subprocess.Popen[bytes] | None = None
        self.folder = Path(tempfile.mkdtemp(prefix="equality-postgres-"))
        self._account = "postgres" if os.geteuid() == 0 else None  # PostgreSQL refuses to run as root
        if self._account:
            shutil.chown(self.folder, self._account)
        self._initialise()

    def _initialise(self) -> None:
        secret = self.folder / "password"
        secret.write_text(self._password)
        if self._account:
            shutil.chown(secret, self._account)
        command = [self._programs / "initdb", "-D", self.data, "-U", ADMIN, "--pwfile", secret, "-A", "scram-sha-256", "-N"]
        done = subprocess.run([*command, "-E", "UTF8", "--locale", "C.UTF-8"], **self._as_account(), capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        secret.unlink()

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def log(self) -> str:
        path = self.folder / "log"
        return path.read_text() if path.exists() else ""

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start, or start again on the same port, and wait until it answers."""
        assert not self.running
        for _ in range(1 if self.port else PORTS_TRIED):
            self._launch(self.port or _free_port())
            if self._answers():
                return
        raise AssertionError(f"PostgreSQL did not start:\n{self.log}")

    def _launch(self, port: int) -> None:
        options = ["-p", str(port), "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "max_connections=60"]
        if not self._durable:
            options += ["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"]
        self._launched = port
        with (self.folder / "log").open("ab") as log:
            command = [self._programs / "postgres", "-D", self.data, *options]
            self._process = subprocess.Popen(command, **self._as_account(), stdout=log, stderr=log, preexec_fn=_die_with_parent())

    def _answers(self) -> bool:
        """Whether it takes connections; False where it ended, such as for a port that another program took in between."""
        deadline = time.monotonic() + START_SECONDS
        while self.running and time.monotonic() < deadline:
            try:
                psycopg.connect(**self._admin(self._launched), dbname=ADMIN).close()
            except psycopg.OperationalError:
                time.sleep(0.05)
            else:
                self.port = self._launched
                return True
        self.stop()
        return False

    def stop(self, gently: bool = False) -> None:
        """End it: at once and without a word to its clients, or after telling them."""
        if self._process is None:
            return
        if self.running:
            self._process.send_signal(signal.SIGINT if gently else signal.SIGQUIT)
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def administer(self, database: str = ADMIN) -> psycopg.Connection:
        """A superuser's connection: each statement is its own transaction."""
        return psycopg.connect(**self._admin(self.port), dbname=database, autocommit=True)

    def database(self) -> PostgresDatabase:
        """A fresh database with an owner of the same name."""
        database = PostgresDatabase(self, f"t{next(self._numbers)}_{secrets.token_hex(3)}", secrets.token_hex(8))
        name = sql.Identifier(database.name)
        with self.administer() as connection:
            connection.execute(sql.SQL(f"CREATE ROLE {{}} LOGIN PASSWORD '{database.password}'").format(name))
            connection.execute(sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0").format(name, name))
            connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(name))
        return database

    def _admin(self, port: int) -> dict[str, object]:
        return {"host": "127.0.0.1", "port": port, "user": ADMIN, "password": self._password, "connect_timeout": 5}

    def _as_account(self) -> dict[str, object]:
        plain: dict[str, object] = {"cwd": self.folder, "env": {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}}
        return {**plain, "user": self._account, "group": self._account, "extra_groups": []} if self._account else plain


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def _die_with_parent() -> Callable[[], object] | None:
    """Even where the tests are killed, Linux ends the server with them."""
    if sys.platform != "linux":
        return None
    prctl, pdeathsig = ctypes.CDLL(None).prctl, 1
    return lambda: prctl(pdeathsig, signal.SIGQUIT)


def _need_postgres() -> None:
    if programs() is None:
        message = f"PostgreSQL is not installed; on Debian and Ubuntu: apt-get install {PACKAGE}"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """One server for all tests of this process. Do not stop it: `own_postgres` is for that."""
    _need_postgres()
    server = PostgresServer()
    try:
        server.start()
        yield server
    finally:
        server.remove()


@pytest.fixture
def own_postgres() -> Iterator[PostgresServer]:
    """A server of one test's own, which writes as safely as a real one: to stop and to start again."""
    _need_postgres()
    server = PostgresServer(durable=True)
    try:
        server.start()
        yield server
    finally:
        server.remove()
