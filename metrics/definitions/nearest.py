"""What someone probably meant: the nearest known word, or the list of what there is."""

from __future__ import annotations

from collections.abc import Iterable

from rapidfuzz import fuzz, process

LONGEST_LIST = 30


def listed(known: Iterable[str]) -> str:
    """Known words in order, cut off politely: "age_band, sex", or "none yet"."""
    words = sorted(set(known))
    if not words:
        return "none yet"
    more = len(words) - LONGEST_LIST
    return ", ".join(words[:LONGEST_LIST]) + (f" and {more} more" if more > 0 else "")


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that `word` is most likely a slip of.

    >>> nearest("contrat", ["contract", "sex"])
    'contract'
    """
    found = process.extractOne(word.lower(), sorted(set(known)), scorer=fuzz.ratio, score_cutoff=70)
    return str(found[0]) if found else None


def no_such(what: str, word: str, known: Iterable[str], within: str = "") -> str:
    """ "no column 'grade' in dataset 'hr'; there are: age_band, sex", or "…; did you mean 'grade_band'?" """
    words = tuple(known)
    likely = nearest(word, words)
    start = f"no {what} '{word}'" + (f" in {within}" if within else "")
    return f"{start}; " + (f"did you mean '{likely}'?" if likely else f"there are: {listed(words)}")
