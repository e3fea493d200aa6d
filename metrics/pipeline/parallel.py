"""Parts of the work in processes of their own: results come in the order of the parts, whatever the number of processes.

A process holds one part at a time, and the next part is made only when a process is free for it: memory does not grow with the number of
parts. A process that ends by itself, or an interruption, ends the work with an error and ends all processes; nobody else waits for them.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Container, Iterable, Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

from metrics.errors import DisclosureError

Shared = TypeVar("Shared")
Part = TypeVar("Part")
Result = TypeVar("Result")
MOST = 4
"""Processes that are started by default, however many processors there are: each takes memory of its own."""
AHEAD = 8
"""Parts for each process that may be done before an earlier one is."""


def processors() -> int:
    """Processes worth starting on this machine."""
    held = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(MOST, held))


class Workers(Generic[Shared, Part, Result]):
    """Processes that do one thing to many parts. `do(shared, part)` is a plain function of a module; all three must be picklable.

    Processes are started fresh, not copied from this one, which holds databases open, and only once there are parts for them.
    """

    def __init__(self, do: Callable[[Shared, Part], Result], shared: Shared, processes: int) -> None:
        self.do, self.shared, self.processes = do, shared, processes
        self._started: list[tuple[SpawnProcess, Connection]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._end([line for _, line in self._started])

    def run(self, parts: Iterable[Part], here: bool = False) -> Iterator[Result]:
        """Results in the order of the parts. `here`: in this process, where starting others would take longer than the work.

        Raises
        ------
        DisclosureError : a process was ended from outside
        Whatever `do` raises for a part is raised here, once all parts before it are done.
        """
        if here or self.processes < 2:
            yield from (self.do(self.shared, part) for part in parts)
            return
        self._start()
        free, busy = [line for _, line in self._started], dict[Connection, int]()
        try:
            yield from self._in_order(enumerate(parts), free, busy)
        finally:
            self._end(busy)

    def _in_order(self, waiting: Iterator[tuple[int, Part]], free: list[Connection], busy: dict[Connection, int]) -> Iterator[Result]:
        done: dict[int, tuple[bool, Any]] = {}
        due, taken, more = 0, 0, True
        while more or busy or due in done:
            while more and free and taken < due + AHEAD * self.processes:
                number, part = next(waiting, (-1, None))
                more = number >= 0
                if more:
                    busy[free[-1]], taken = number, taken + 1
                    with _told_if_ended():
                        free.pop().send(part)
            while due in done:
                fine, result = done.pop(due)
                if not fine:
                    raise result
                yield result
                due += 1
            for line in wait(list(busy)) if busy and due not in done else []:
                if isinstance(line, Connection):
                    with _told_if_ended():
                        done[busy[line]] = line.recv()
                    del busy[line]
                    free.append(line)

    def _end(self, lines: Container[Connection]) -> None:
        """End the processes at these lines: what they were doing is not wanted any more."""
        ended = [one for one in self._started if one[1] in lines]
        self._started = [one for one in self._started if one[1] not in lines]
        for process, line in ended:
            line.close()
            process.terminate()
        for process, _ in ended:
            process.join()

    def _start(self) -> None:
        context = get_context("spawn")
        while len(self._started) < self.processes:
            here, there = context.Pipe()
            process = context.Process(target=_serve, args=(there, self.do, self.shared), daemon=True)
            process.start()
            there.close()
            self._started.append((process, here))


@contextmanager
def _told_if_ended() -> Iterator[None]:
    try:
        yield
    except (EOFError, OSError) as error:
        raise DisclosureError(
            "A process that worked on a part of the figures was ended from outside, perhaps for want of memory. "
            "Nothing was published or stored; the last release stands as it was.",
            "Run the command again; with `--processes 1` it takes the least memory.",
        ) from error


def _serve(line: Connection, do: Callable[[Any, Any], Any], shared: Any) -> None:
    """The life of a process: parts come, results go, until the other end is closed. Ctrl-C is for the one who started it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while True:
        try:
            part = line.recv()
        except EOFError:
            return
        try:
            found: tuple[bool, Any] = (True, do(shared, part))
        except Exception as error:
            found = (False, error)
        try:
            line.send(found)
        except OSError:  # nobody waits for it any more
            return
        except Exception as error:
            line.send((False, RuntimeError(f"{error!r}: {found[1]!r} cannot be handed over")))
