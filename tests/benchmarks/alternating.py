"""Two ways of doing one thing, timed in turn: other work on the machine then slows both alike, and the ratio stands."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
from typing import Any


def alternate(ways: Mapping[str, Callable[[], Any]], repetitions: int) -> dict[str, list[float]]:
    """Seconds of every way; each is run once before the clock counts, and the order turns round each time."""
    took: dict[str, list[float]] = {name: [] for name in ways}
    for run in ways.values():
        run()
    for repetition in range(repetitions):
        for name in list(ways)[:: 1 if repetition % 2 else -1]:
            started = time.perf_counter()
            ways[name]()
            took[name].append(time.perf_counter() - started)
    return took


def median(seconds: list[float]) -> float:
    return statistics.median(seconds)


def in_words(seconds: list[float]) -> str:
    """Median, and the fastest and slowest run.

    >>> in_words([0.30, 0.20, 0.25])
    '250 ms (200 to 300)'
    """
    return f"{1000 * median(seconds):.0f} ms ({1000 * min(seconds):.0f} to {1000 * max(seconds):.0f})"


def ratio(ours: list[float], theirs: list[float]) -> str:
    """Ours against theirs, as medians and as the range over the pairs that were run one after the other."""
    pairs = sorted(a / b for a, b in zip(ours, theirs, strict=True))
    return f"{median(ours) / median(theirs):.2f} (pairs {pairs[0]:.2f} to {pairs[-1]:.2f})"
