"""Numbers that must not be found, and the search for them: as they are, rounded, as shares and percentages, in thousands, in words' midst.

A number in a text is a leak where it is one of the forbidden ones to the precision that it is written in, with five digits that count
(a percentage: three), and where no number that may be read is written like that. Shorter numbers would be found by chance everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

BETWEEN = ",\u00a0\u202f\u2009'\u2019"
"""What may stand between thousands."""
NUMBER = re.compile(
    rf"(?<![\d.])(?:(?<!\d,)(?P<long>\d{{1,3}}(?:[{BETWEEN}]\d{{3}})+)(?![{BETWEEN}]?\d)|(?P<plain>\d+))(?P<rest>\.\d+)?(?P<power>[eE][-+]?\d{{1,3}})?"
    r"(?P<share>\s?(?:%|per\s?cent|percentage point|point))?"
)
RANDOM = re.compile(
    r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?<![A-Za-z0-9])(?:trace|clip|legend|scroll|(?:top)?defs-|g)[0-9a-f]{6}(?![0-9])|(?<![A-Za-z0-9_])(?:(?=[0-9_]*[A-Za-z])[A-Za-z0-9_]{12,}|(?=[0-9]*[a-f])[0-9a-f]{6,}(?![A-Za-z0-9_]))"
)
"""Marks, hashes and keys, and the six that Plotly puts behind the names of a drawing's parts: five digits in a row in one say nothing."""
TIME = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?|\b\d\d:\d\d:\d\d(?:[.,]\d+)?"
    r"|127\.0\.0\.1(?::\d+)?|localhost:\d+|\"(?:milliseconds|process)\": \d+"
)
"""What a log says of itself: moments, how long a request took, addresses, process numbers. None is a number of people."""
LEAST_DIGITS, LEAST_IN_PERCENT = 5, 3


@dataclass(frozen=True)
class Written:
    """A number as it stands in a text."""

    value: float
    decimals: int
    digits: int
    percent: bool


def written(text: str) -> set[Written]:
    """Every number in a text; one with separators also without its thousands read together, as a list would have it."""
    bare = RANDOM.sub(" ", TIME.sub(" ", text))
    return {one for found in NUMBER.finditer(bare) if (one := _read(found)) is not None}


def _read(found: re.Match[str]) -> Written | None:
    whole = re.sub(rf"[{BETWEEN}]", "", found["long"] or found["plain"])
    rest, power = found["rest"] or "", found["power"] or ""
    shift = int(power[1:]) if power else 0
    if len(whole) + len(rest) > 30 or abs(shift) > 15:
        return None
    digits = (whole + rest[1:]).lstrip("0")
    return Written(float(f"{whole}{rest}{power}"), max(len(rest) - 1, 0) - shift, len(digits), bool(found["share"]))


@dataclass(frozen=True)
class Sought:
    """What one reader must not find.

    Attributes
    ----------
    forbidden : name to number; shares are 0 to 1
    open : every number that this reader may read, shares 0 to 1
    """

    forbidden: Mapping[str, float]
    open: frozenset[float]

    @cached_property
    def _names(self) -> tuple[str, ...]:
        return tuple(sorted(self.forbidden, key=lambda name: self.forbidden[name]))

    @cached_property
    def _secret(self) -> np.ndarray:
        return np.array([self.forbidden[name] for name in self._names], dtype=float)

    @cached_property
    def _may(self) -> np.ndarray:
        return np.array(sorted({abs(v) for v in self.open}), dtype=float)

    def names_of(self, one: Written) -> list[str]:
        """Forbidden numbers that this could be; none where a number that may be read is written in the same way."""
        enough = LEAST_IN_PERCENT if one.percent and one.decimals > 0 else LEAST_DIGITS
        if one.digits < enough or one.value == 0:
            return []
        found: list[str] = []
        for scale in SCALES if not one.percent else (100.0,):
            near = _within(self._secret, one, scale)
            if len(near) and not any(len(_within(self._may, one, s)) for s in ((1.0, 100.0) if scale <= 100 else (scale,))):
                found += [self._names[i] for i in near.tolist()]
        return found

    def found_in(self, texts: Iterable[str]) -> list[tuple[str, str]]:
        """(name of the number, what stands around it), once for each number and text."""
        texts = list(dict.fromkeys(texts))
        numbers = {text: written(text) for text in texts}
        told = {one: names for one in set().union(*numbers.values()) if (names := self.names_of(one))} if texts else {}
        return [
            (name, _around(text, one)) for text in texts for one in sorted(numbers[text] & told.keys(), key=_order) for name in told[one]
        ]


SCALES = (1.0, 100.0, 0.001, 0.000001)
"""As it is; a share in percent; in thousands; in millions."""


def _order(one: Written) -> tuple[float, int]:
    return one.value, one.decimals


def _within(numbers: np.ndarray, one: Written, scale: float) -> np.ndarray:
    """Places of the numbers that are written so."""
    half = 0.5 * 10.0**-one.decimals + 1e-9 * one.value
    low, high = (one.value - half) / scale, (one.value + half) / scale
    first, last = np.searchsorted(numbers, low, "left"), np.searchsorted(numbers, high, "right")
    return np.arange(first, last)


def _around(text: str, one: Written) -> str:
    for found in NUMBER.finditer(text):
        if _read(found) == one:
            return " ".join(text[max(found.start() - 60, 0) : found.end() + 40].split())
    return " ".join(text[:120].split())
