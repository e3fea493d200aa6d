"""Codes of local authorities that changed while the place went on: whoever names one code means the other, too."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files

CODE = re.compile(r"[EWSN]\d{8}")


@lru_cache
def _codes() -> Mapping[str, tuple[str, ...]]:
    """Each code to the other codes of its place, from `area_codes.csv`: one place before, one after. Mergers and splits are not in it."""
    text = files("metrics.ingest").joinpath("area_codes.csv").read_text(encoding="utf-8")
    pairs = [(row["code"], row["earlier"]) for row in csv.DictReader(text.splitlines())]
    places: dict[str, set[str]] = {}
    for pair in pairs:
        together = set(pair).union(*(places.get(code, set()) for code in pair))
        places.update(dict.fromkeys(together, together))
    return {code: tuple(sorted(together - {code})) for code, together in places.items()}


def same_area(code: str) -> tuple[str, ...]:
    """Other codes of the same place; none where it never changed, or the word is no code.

    >>> same_area("E08000039")
    ('E08000019',)
    """
    return _codes().get(code.strip().upper(), ()) if CODE.fullmatch(code.strip().upper()) else ()
