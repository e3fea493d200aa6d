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
from metrics.ingest.area_codes import same_area

ANY_DIMENSION = "*"
DROPPED = frozenset({"and", "or", "any", "background", "the"})
SIGN = r"\[(?:notes? ?)?\w{1,2}(?:, ?\w{1,2})*\]|\((?:notes? ?)?\d{1,2}\)|[*\u2020\u2021\u00a7^]{1,3}"
FOOTNOTE = re.compile(
    rf"(?P<name>.*\S)(?:\s*(?:{SIGN}|[\u00b9\u00b2\u00b3\u2070\u2074-\u2079]{{1,2}})|(?:(?<=[^\W\d_])|(?<=\)))\d{{1,2}}(?:,\d{{1,2}})*)"
)
"""A name and one footnote's sign at its end: `[note 2]`, `(1)`, `*`, a raised digit, or a digit glued to its last letter."""


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


def without_sign(label: str) -> str | None:
    """A label without the signs of footnotes at its end; None where it has none. Whether it is one, a person has to say.

    >>> without_sign("Leeds1"), without_sign("Leeds [note 2]"), without_sign("Ward 12"), without_sign("Disabled*\u2020")
    ('Leeds', 'Leeds', None, 'Disabled')
    """
    bare = label.rstrip()
    while (found := FOOTNOTE.fullmatch(bare)) is not None:
        bare = found["name"].rstrip()
    return bare if bare != label.rstrip() else None


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

    def __init__(self, column: Column, dimension: Dimension, footnotes: bool = False) -> None:
        self._dimension = dimension
        self._footnotes = footnotes
        self._signs: dict[str, str] = {}
        self._codes: dict[str, str] = {}
        self._standard = column.standard_labels
        self._recodes = {folded(label): category for label, category in column.recode.items()}
        self._own = {bare(word): c.id for c in dimension.categories for word in (c.id, c.label)}
        self.totals = frozenset(map(folded, column.total))
        self.blank = column.blank or next(iter(dimension.unknown), None)
        """What an empty cell means; None where nothing says so."""

    def category(self, label: str) -> str | None:
        """The category, or None: then a person must say which. A code of an area that has another one by now means the same place, and a
        label that is not known with the sign of a footnote is read without it, where the layout says that there are such signs."""
        found = self._category(label)
        if found is None and self._footnotes and (bare_label := without_sign(label)) is not None:
            found = self._category(bare_label)
            self._signs |= {label: bare_label} if found else {}
        if found is None and self._standard and (others := same_area(label)):
            known = [(code, category) for code in others if (category := self._category(code)) is not None]
            if len({category for _, category in known}) == 1:
                self._codes[label], found = known[0]
        return found

    def note(self, name: str) -> str | None:
        """Labels that were read otherwise than they stand in the file."""
        said = [("without the sign of a footnote", self._signs), ("as another code of the same area", self._codes)]
        told = [f"{how}: {', '.join(f'{a!r} as {b!r}' for a, b in read.items())}" for how, read in said if read]
        return f"{name}: read {'; '.join(told)}." if told else None

    def _category(self, label: str) -> str | None:
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
