"""A progress bar for a person at a terminal; nothing in a log or a pipe."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

Told = Callable[[str, int, int], None]
"""What is being done, how many steps are done, and how many there are."""


@contextmanager
def bar(wanted: bool = True) -> Iterator[Told]:
    """Draws on the error stream, so that what a command prints can still be piped."""
    if not (wanted and sys.stderr.isatty()):
        yield lambda *_: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as drawn:
        task = drawn.add_task("starting", total=None)
        yield lambda words, done, total: drawn.update(task, description=words, completed=done, total=total or None)
