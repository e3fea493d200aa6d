"""Words that stand where a value is missing: declared ones are read as empty cells and their meaning kept, others told with the cure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import numpy as np
import pandas as pd

from metrics.definitions.layout import Meaning
from metrics.ingest.cells import WORDS
from metrics.ingest.labels import folded

USUAL: Mapping[str, Meaning] = {
    "[c]": "confidential",
    "c": "confidential",
    "*": "confidential",
    "~": "confidential",
    "supp": "confidential",
    "suppressed": "confidential",
    "[x]": "not_available",
    "..": "not_available",
    ".": "not_available",
    ":": "not_available",
    "-": "not_available",
    "n/a": "not_available",
    "na": "not_available",
    "nan": "not_available",
    "none": "not_available",
    "null": "not_available",
    "not available": "not_available",
    "#n/a": "not_available",
    "#ref!": "not_available",
    "#name?": "not_available",
    "#value!": "not_available",
    "#null!": "not_available",
    "[z]": "not_applicable",
    "z": "not_applicable",
    "not applicable": "not_applicable",
    "#div/0!": "not_applicable",
    "#num!": "not_applicable",
    "[u]": "unreliable",
    "x": "unreliable",
    "[low]": "unreliable",
    "low": "unreliable",
}
"""Words that publishers and spreadsheets write where a value is missing, and what each most often means. Only a suggestion: `x` is
unreliable in one table and not available in another."""
SAID: Mapping[Meaning, str] = {
    "confidential": "confidential",
    "not_available": "not available",
    "not_applicable": "not applicable",
    "unreliable": "unreliable",
}


def cure(cell: str) -> str | None:
    """What to do about a cell that is no value but may stand for a missing one; None for any other cell."""
    meant = USUAL.get(folded(cell))
    if meant is None:
        return None
    return (
        f"'{cell}' is no value; if it stands where one is missing, say what it means (the publisher's notes do) under `missing:` in the "
        f'dataset\'s definition, as "{cell}": {meant}; meanings: {", ".join(SAID)}'
    )


class MissingBinding:
    """The declared words of one column."""

    def __init__(self, words: Mapping[str, Meaning], heading: str) -> None:
        self._words = {folded(word): meaning for word, meaning in words.items()}
        self._written = {folded(word): word for word in words}
        self._heading = heading
        self._found: Counter[str] = Counter()

    def of(self, cells: pd.Series) -> pd.Series:
        """The meaning of each cell that holds one of the words; missing for all others."""
        if not self._words:
            nothing: pd.Series = pd.Series(np.nan, index=cells.index, dtype=WORDS)
            return nothing
        codes, distinct = pd.factorize(cells)
        keys = [folded(str(cell)) for cell in distinct]
        rows = np.bincount(codes[codes >= 0], minlength=len(distinct))
        for key, n in zip(keys, rows, strict=True):
            if key in self._words:
                self._found[key] += int(n)
        meant = np.array([self._words.get(key) for key in keys] + [None], dtype=object)
        meanings: pd.Series = pd.Series(meant[codes], index=cells.index).astype(WORDS)
        return meanings

    def note(self) -> str | None:
        if not self._found:
            return None
        counted = ((key, f"{n:,} row{'' if n == 1 else 's'}") for key, n in self._found.most_common())
        said = ", ".join(f"'{self._written[key]}' ({SAID[self._words[key]]}) in {rows}" for key, rows in counted)
        return f"{self._heading}: read as missing: {said}."
