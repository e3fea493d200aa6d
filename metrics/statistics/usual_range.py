"""A published series read over time: where its usual range can be set, on which figures, and which figures lie out of the ordinary."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

import numpy as np
import pandas as pd

from metrics.statistics.xmr import LEAST, Flags, Floats, Limits, Rules, Signals, Whole, limits, signals

MONTHS = {"month": 1, "quarter": 3}
"""Months from one period to the next, for series that can have a usual range: yearly ones are too short, data dates uneven."""
WhyNone = Literal["grain", "overlap", "few", "flat", "moving"]
"""No months or quarters; figures over longer spans than that, which share most of their rows; too few are shown; none ever moved; the
first ones rose or fell all along, so that they have no level to stand around."""
UNSTEADY = 0.5
"""Limits are not set on figures of which so large a share is out of the ordinary by those very limits, unless a KPI declares them."""


@dataclass(frozen=True)
class Usual:
    """How a KPI asks to be read over time.

    Attributes
    ----------
    grain, polarity : of the KPI
    span_months : how many months each figure is about, where it is about a span
    ideal : for `closer_to_target`, the figure that could not be better: distances from it are read, and less is better
    baseline : first and last day of the figures that limits are made of; None: the first `LEAST` shown ones of each stretch
    rebases : days on which limits are set anew
    """

    grain: str
    polarity: str
    span_months: int = 0
    ideal: float | None = None
    baseline: tuple[date, date] | None = None
    rebases: tuple[date, ...] = ()
    rules: Rules = field(default_factory=Rules)

    @property
    def never(self) -> WhyNone | None:
        """Why no series of the KPI can have a usual range, however long it is."""
        if self.grain not in MONTHS:
            return "grain"
        return "overlap" if self.span_months > MONTHS[self.grain] else None

    @property
    def by_distance(self) -> bool:
        return self.polarity == "closer_to_target"

    def charted(self, values: Floats) -> Floats:
        """The values themselves, or how far they are from the ideal."""
        if not self.by_distance:
            return values
        return np.abs(values - (np.nan if self.ideal is None else self.ideal))


@dataclass(frozen=True)
class Stretch:
    """Periods of one series between two breaks or rebases.

    Attributes
    ----------
    first, last : places of its first and last period
    shown : how many of its figures are shown
    limits : None where there is no usual range, and `why` says why
    known_at : place of the last baseline figure, from which on the limits are known; -1 without limits
    from_day, to_day : of the baseline figures; the first and last period where there is none
    """

    first: int
    last: int
    shown: int
    limits: Limits | None
    why: WhyNone | None
    known_at: int
    from_day: date
    to_day: date


@dataclass(frozen=True)
class Reading:
    """`points`: a row per period, with `day, value, charted, stretch, joined, mean, lower, upper, near_lower, near_upper, known, signal,
    side, signal_then, side_then`: limits stand in every row of their stretch, `known` from the last baseline figure on, and `…_then` is
    what was found when the row was the latest. `stretches`: in order of time."""

    points: pd.DataFrame
    stretches: tuple[Stretch, ...]

    @property
    def latest(self) -> pd.Series | None:
        """The last shown figure."""
        shown = self.points[self.points["value"].notna()]
        return None if shown.empty else shown.iloc[-1]

    @property
    def current(self) -> Stretch | None:
        """The stretch of the last shown figure."""
        return None if self.latest is None else self.stretches[int(self.latest["stretch"])]


def read_usual(days: Sequence[date], values: Sequence[float], usual: Usual, breaks: Sequence[date] = ()) -> Reading:
    """Limits and signals of one series of shown figures.

    Nothing is taken across a hidden figure, a period that is not there, a break or a rebase: no moving range, and no run. Limits come
    from shown figures alone, so they give nothing of a hidden one away.

    Parameters
    ----------
    days : ends of periods, oldest first
    values : missing where nothing is shown
    breaks : days from which figures are not the same thing as before; a stretch begins on each, as it does on a rebase
    """
    shown = np.array(values, dtype=float)
    charted = usual.charted(shown)
    parted = sorted({*breaks, *usual.rebases})
    stretch = np.array([sum(b <= day for b in parted) for day in days], dtype=np.int64)
    _, stretch = np.unique(stretch, return_inverse=True)
    joined = _joined(days, stretch, usual)
    points = pd.DataFrame({"day": list(days), "value": shown, "charted": charted, "stretch": stretch, "joined": joined})
    found = [
        _stretch(list(days), charted, joined, np.flatnonzero(stretch == n), usual) for n in range(stretch.max() + 1 if len(days) else 0)
    ]
    parts = [_filled(points.iloc[s.first : s.last + 1], s, usual.rules) for s in found]
    return Reading(pd.concat(parts, ignore_index=True) if parts else points, tuple(found))


def _joined(days: Sequence[date], stretch: Whole, usual: Usual) -> Flags:
    """Whether each period directly follows the one before, in the same stretch."""
    months = np.array([d.year * 12 + d.month for d in days])
    follows = np.diff(months, prepend=-10_000) == MONTHS.get(usual.grain, 0)
    same = np.diff(stretch, prepend=-1) == 0
    return np.asarray(follows & same, dtype=np.bool_)


def _stretch(days: list[date], charted: Floats, joined: Flags, places: Whole, usual: Usual) -> Stretch:
    first, last = int(places[0]), int(places[-1])
    shown = places[~np.isnan(charted[places])]
    base, declared = _baseline(days, shown, usual)
    why = usual.never or ("few" if len(base) < LEAST else None)
    found = None
    if why is None:
        span = slice(int(base[0]), int(base[-1]) + 1)
        inside = joined[span] & (np.arange(span.stop - span.start) > 0)
        found = limits(charted[span], inside)
        why = "flat" if found is None else None
        if found is not None and not declared and _unsteady(charted[span], inside, found, usual.rules):
            found, why = None, "moving"
    ends = (days[int(base[0])], days[int(base[-1])]) if found else (days[first], days[last])
    return Stretch(first, last, len(shown), found, why, int(base[-1]) if found else -1, *ends)


def _baseline(days: list[date], shown: Whole, usual: Usual) -> tuple[Whole, bool]:
    """Places of the figures that limits are made of: those of the declared baseline where it has enough (True), else the first ones."""
    if usual.baseline is not None:
        start, end = usual.baseline
        named = np.array([i for i in shown if start <= days[i] <= end], dtype=np.int64)
        if len(named) >= LEAST:
            return named, True
    return shown[:LEAST], False


def _unsteady(charted: Floats, joined: Flags, found: Limits, rules: Rules) -> bool:
    told = signals(charted, joined, found, rules)
    return bool(np.count_nonzero(told.side) >= UNSTEADY * found.points)


def _filled(points: pd.DataFrame, stretch: Stretch, rules: Rules) -> pd.DataFrame:
    found, many = stretch.limits, len(points)
    if found is None:
        bare = dict.fromkeys(("mean", "lower", "upper", "near_lower", "near_upper"), np.nan)
        return points.assign(**bare, known=False, signal="", side=0, signal_then="", side_then=0)
    told: Signals = signals(points["charted"].to_numpy(), points["joined"].to_numpy() & (np.arange(many) > 0), found, rules)
    known = np.arange(stretch.first, stretch.last + 1) >= stretch.known_at
    return points.assign(
        mean=found.mean,
        lower=found.lower,
        upper=found.upper,
        near_lower=found.near_lower,
        near_upper=found.near_upper,
        known=known,
        signal=told.kind,
        side=told.side,
        signal_then=[kind if at else "" for kind, at in zip(told.kind_then, known, strict=True)],
        side_then=np.where(known, told.side_then, 0),
    )


def out_of_the_ordinary(points: pd.DataFrame, change: pd.Series, usual: Usual) -> pd.Series:
    """ "up", "down" or "unclear" for figures whose usual range was known when they were the latest, "" for others.

    A figure has moved since a year before when it is out of the ordinary, and on the side to which it moved.

    Parameters
    ----------
    points : `Reading.points`
    change : value minus the one a year before, same index
    """
    before = usual.charted((points["value"] - change).to_numpy(dtype=float))
    same_way = np.sign(points["charted"].to_numpy() - before) == points["side_then"].to_numpy()
    moved = (points["side_then"].to_numpy() != 0) & same_way
    words = np.where(~moved, "unclear", np.where(change.to_numpy() > 0, "up", "down"))
    told = points["known"].to_numpy() & points["value"].notna().to_numpy() & change.notna().to_numpy()
    return pd.Series(np.where(told, words, ""), index=points.index)
