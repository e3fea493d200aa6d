"""`python -m tests.benchmarks [refresh] [page] [scale] [growth] [ingest] [disclosure] [load] [all]`: how long things take.

`load` takes ten minutes of a quiet machine, so `all` leaves it out.
Exit code 1 means that a figure differs from the hand-written one or that a page failed, not that something was slow.
"""

from __future__ import annotations

import sys


def main(asked: list[str]) -> int:
    chosen = set(asked) or {"refresh"}
    unknown = chosen - {"refresh", "page", "scale", "growth", "ingest", "disclosure", "load", "all"}
    if unknown:
        print(
            f"{', '.join(sorted(unknown))}: no such benchmark; there are refresh, page, scale, growth, ingest, disclosure, load and all.",
            file=sys.stderr,
        )
        return 2
    equal = True
    if chosen & {"refresh", "all"}:
        from tests.benchmarks import refresh

        equal = refresh.benchmark()
    if chosen & {"scale", "all"}:
        from tests.benchmarks import scale

        scale.benchmark()
    if chosen & {"growth", "all"}:
        from tests.benchmarks import growth

        equal = growth.benchmark() and equal
    if chosen & {"ingest", "all"}:
        from tests.benchmarks import ingest

        ingest.benchmark()
    if chosen & {"disclosure", "all"}:
        from tests.benchmarks import disclosure

        disclosure.benchmark()
    if chosen & {"page", "all"}:
        from tests.benchmarks import page

        page.benchmark()
    if "load" in chosen:
        from tests.benchmarks import load

        equal = load.benchmark() and equal
    return 0 if equal else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
