"""A council's labels to category ids: its own recodes first, then the dimension's words, then known spellings. Never a guess."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files

from metrics.definitions.dataset import Column
from metrics.definitions.dimension import Dimension

ANY_DIMENSION = "*"
DROPPED = frozenset({"and", "or", "any", "background", "the"})


def folded(label: str) -> str:
    """Case, outer and repeated spaces and the kind of dash do not matter; signs such as + and / do."""
    plain = unicodedata.normalize("NFKC", label)
    plain = re.sub(r"[\u2010-\u2015\u2212]", "-", plain)
    return re.sub(r"\s+", " ", plain).strip().casefold()


def bare(label: str) -> str:
    """As `folded`, and without punctuation and filler words, so that "White – Any other background" is "white other".

    >>> bare("Asian / Asian British: Indian")
    'asian asian british indian'
    """
    words = re.sub(r"[^\w]+|_", " ", folded(label).replace("&", " and ").replace("'", "")).split()
    return " ".join([word for word in words if word not in DROPPED] or words)


@lru_cache
def known_spellings() -> Mapping[tuple[str, str], tuple[str, ...]]:
    """(dimension, bare spelling) to category ids, first choice first; from `spellings/*.csv`."""
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    for file in sorted(files("metrics.ingest").joinpath("spellings").iterdir(), key=lambda f: f.name):
        if file.name.endswith(".csv"):
            for row in csv.DictReader(file.read_text(encoding="utf-8").splitlines()):
                key = row["dimension"], bare(row["spelling"])
                found[key] = (*found.get(key, ()), row["category"])
    return found


class Labels:
    """How one column's labels are read."""

    def __init__(self, column: Column, dimension: Dimension) -> None:
        self._dimension = dimension
        self._standard = column.standard_labels
        self._recodes = {folded(label): category for label, category in column.recode.items()}
        self._own = {bare(word): c.id for c in dimension.categories for word in (c.id, c.label)}
        self.blank = column.blank or next(iter(dimension.unknown), None)
        """What an empty cell means; None where nothing says so."""

    def category(self, label: str) -> str | None:
        """The category, or None: then a person must say which."""
        if (recoded := self._recodes.get(folded(label))) is not None:
            return recoded
        plain = bare(label)
        if plain in self._own:
            return self._own[plain]
        return self._spelling(plain) if self._standard else None

    def _spelling(self, plain: str) -> str | None:
        for dimension in (self._dimension.id, ANY_DIMENSION):
            for category in known_spellings().get((dimension, plain), ()):
                if category in self._dimension.ids:
                    return category
        return None
