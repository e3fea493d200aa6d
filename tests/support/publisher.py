"""A publisher in a process of its own, which stops at a chosen point of publishing and says so: to be killed there.

Run as `python -m tests.support.publisher URL POINT`, with one release in the store. Prints "there" at the point and waits.
Points: `begun` (the release is written, no figure), `half` (the figures of one of two batches), `end` (all but the commit).
"""

from __future__ import annotations

import sys
import time
from datetime import date
from typing import Any

from metrics.releases import publishing as publishing_module
from metrics.releases import store as store_module
from metrics.releases.database import Database
from metrics.releases.store import ReleaseStore
from tests.support.drafts import a_batch, a_draft

POINTS = ("begun", "half", "end")
JUNE, SEPTEMBER = date(2026, 6, 30), date(2026, 9, 30)


def wait() -> None:
    print("there", flush=True)
    time.sleep(120)


def stop_at(point: str) -> None:
    write, made = publishing_module.write_cells, []
    if point == "end":

        class Waiting(Database):
            def publishing(self) -> Any:
                return Late(super().publishing())

        class Late:
            def __init__(self, inner: Any) -> None:
                self._inner = inner

            def __enter__(self) -> Any:
                return self._inner.__enter__()

            def __exit__(self, *error: Any) -> Any:
                wait()
                return self._inner.__exit__(*error)

        store_module.Database = Waiting  # type: ignore[attr-defined, misc]
        return

    def slow(*arguments: Any) -> None:
        if len(made) == ("begun", "half").index(point):
            wait()
        made.append(write(*arguments))

    publishing_module.write_cells = slow  # type: ignore[attr-defined]


def main(url: str, point: str) -> None:
    stop_at(point)
    store = ReleaseStore(url)
    first = store.latest()
    carried = tuple(b.id for b in store.batches(first))
    store.publish(a_draft(a_batch(JUNE, seed=1), a_batch(SEPTEMBER, seed=2), carried=carried, base=first))


if __name__ == "__main__":
    main(*sys.argv[1:])
