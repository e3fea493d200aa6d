"""A cable between a program and a database server that a test can cut, at the very statement that it names."""

from __future__ import annotations

import re
import socket
import threading
from contextlib import suppress
from typing import Literal

Cut = Literal["before", "after"]


class Cable:
    """Listens on a free port of this machine and hands everything on, until `cut_at` is seen on its way to the server.

    when : "before" the server gets it, or "after" the server has answered it and before the answer arrives
    """

    def __init__(self, port: int) -> None:
        self._to = port
        self._statement: bytes | None = None
        self._when: Cut = "before"
        self._cut = threading.Event()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listening.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def url(self, url: str) -> str:
        return re.sub(r"@127\.0\.0\.1:\d+/", f"@127.0.0.1:{self.port}/", url)

    def cut_at(self, statement: str, when: Cut) -> None:
        self._statement, self._when = statement.encode(), when

    @property
    def was_cut(self) -> bool:
        return self._cut.is_set()

    def mend(self) -> None:
        self._statement = None
        self._cut.clear()

    def close(self) -> None:
        self._listening.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self._to))
            seen = threading.Event()
            threading.Thread(target=self._up, args=(client, server, seen), daemon=True).start()
            threading.Thread(target=self._down, args=(server, client, seen), daemon=True).start()

    def _up(self, client: socket.socket, server: socket.socket, seen: threading.Event) -> None:
        while data := _received(client):
            if self._statement is not None and self._statement in data:
                if self._when == "before":
                    self._cut.set()
                    break
                seen.set()
            server.sendall(data)
        _hang_up(client, server)

    def _down(self, server: socket.socket, client: socket.socket, seen: threading.Event) -> None:
        while data := _received(server):
            if seen.is_set():
                self._cut.set()
                break
            try:
                client.sendall(data)
            except OSError:
                break
        _hang_up(client, server)


def _received(connection: socket.socket) -> bytes:
    try:
        return connection.recv(1 << 16)
    except OSError:
        return b""


def _hang_up(*connections: socket.socket) -> None:
    for connection in connections:
        with suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
        connection.close()
