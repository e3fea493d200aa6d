"""What a process may be asked to do to a part, for tests of processes."""

from __future__ import annotations

import os
import signal

from metrics.errors import DisclosureError, Problem

REFUSED, ENDED, STRANGE = -1, -2, -3


class Unknown(Exception):
    """An error that cannot be told in another process."""

    def __init__(self, one: int, two: int) -> None:
        super().__init__("two numbers")
        self.hold = lambda: one + two


def work(shared: int, part: int) -> tuple[int, int]:
    """The part and the shared number together, and who did it; some parts end badly."""
    if part == REFUSED:
        raise DisclosureError([Problem("a", "first"), Problem("b", "second")], "do better")
    if part == ENDED:
        os.kill(os.getpid(), signal.SIGKILL)
    if part == STRANGE:
        raise Unknown(1, 2)
    return shared + part, os.getpid()
