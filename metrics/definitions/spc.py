"""How a KPI asks to be read over time: which figures its usual range is made of, and where that is set anew."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from metrics.definitions.base import Definition, Text


class SpcBaseline(Definition):
    """First and last day of the figures that the usual range is made of."""

    first: date = Field(alias="from")
    to: date


class Rebase(Definition):
    """From this day the usual range is made anew, because something changed for good: say what."""

    date: date
    reason: Text


class Spc(Definition):
    """Statistical process control (XmR). The names are those of the field; on screen it is the usual range."""

    baseline: SpcBaseline | None = None
    """Left out: the first 12 figures that are shown, and the first 12 after each break and rebase."""
    rebase: tuple[Rebase, ...] = ()
    run: int = Field(default=7, ge=6, le=9)
    """So many figures in a row on one side of the average are out of the ordinary."""
    trend: int = Field(default=7, ge=6, le=9)
    """So many figures in a row that each rise (or each fall) are out of the ordinary: 7 figures are 6 steps; some teach 6 figures."""
