"""What every figure carries inside itself: the finding, what and who, the release, and that it is synthetic."""

from __future__ import annotations

import math
import textwrap
from dataclasses import dataclass
from html import escape

import pandas as pd
import plotly.graph_objects as go

from metrics.charts.palette import SECONDARY, TEMPLATE
from metrics.report import Provenance

Figure = go.Figure
"""What every `draw_` gives; pages name the type without the library."""
WIDTH = 36
"""Letters a line of a title: it must fit a phone 320 pixels wide, and no chart knows how wide it will be."""
SMALL_WIDTH = 42
MOST_LINES = 3
STAMP_ROOM = 20


@dataclass(frozen=True)
class Heading:
    """What a chart says of itself: in full on the page, where words wrap as they like, and in short inside the picture."""

    finding: str
    under: str
    """What is counted, of whom, when: a sentence or two under the finding."""
    short: str
    """What the picture says of itself where the finding does not stand above it: the figure and its status, or what is drawn."""
    crop: str
    """Council, place, population and period: what a picture pasted elsewhere must still say."""


def plain(text: str) -> str:
    """Text from a definition or extract as Plotly shows it: its few tags would otherwise be obeyed."""
    return escape(text, quote=False)


def wrapped(text: str, width: int) -> list[str]:
    return [plain(line) for line in textwrap.wrap(text, width)] or [""]


def finish(
    figure: go.Figure, heading: Heading, provenance: Provenance, height: int, *, sentence: str = "", bottom: int = 24, lines: int = 0
) -> go.Figure:
    """Title above the plot, release below it, all inside the picture. `height` is that of the plot itself, `bottom` that of its axis.

    `lines` is the least number of lines above the plot: charts that stand side by side keep their plots in one line.
    The figure's `meta` holds what stands around it on the page, and `alt`, for people who cannot see it.
    """
    head = wrapped(heading.short, WIDTH)
    under = wrapped(heading.crop, SMALL_WIDTH)
    top = 24 + 21 * len(head) + 18 * len(under) + 18 * max(0, lines - len(head) - len(under))
    small = (f'<span style="font-size:14px;font-weight:400;color:{SECONDARY}">{line}</span>' for line in under)
    figure.update_layout(template=TEMPLATE, title={"text": "<br>".join([*head, *small])}, height=height + top + bottom + STAMP_ROOM)
    figure.update_layout(margin={"t": top, "b": bottom + STAMP_ROOM})
    stamp = stamp_text(provenance)
    alt = " ".join(filter(None, [f"{heading.finding}.", heading.under, sentence, f"{stamp}."]))
    figure.update_layout(meta={"finding": heading.finding, "under": heading.under, "sentence": sentence, "alt": alt})
    figure.add_annotation(
        text=plain(stamp),
        xref="paper",
        yref="paper",
        x=1,
        y=0,
        yshift=-bottom,
        xanchor="right",
        yanchor="top",
        showarrow=False,
        font={"size": 12, "color": SECONDARY},
    )
    return figure


def more_room_above(figure: go.Figure, pixels: int) -> go.Figure:
    """For words that stand on top of the plot."""
    figure.layout.margin.t += pixels
    figure.layout.height += pixels
    return figure


def stamp_text(provenance: Provenance) -> str:
    """What a crop of the plot alone must still say."""
    return f"{'Synthetic figures, release' if provenance.synthetic else 'Release'} {provenance.release}"


def whole_number_ticks(low: float, high: float, wanted: int = 5) -> list[float]:
    """Round steps from at or below `low` to at or below `high`, at most `wanted` + 2 of them."""
    span = max(high - low, 1e-9)
    size = 10 ** math.floor(math.log10(span / wanted))
    step = next(size * m for m in (1, 2, 4, 5, 10) if span / (size * m) <= wanted + 1)
    at = math.floor(round(low / step, 9)) * step
    ticks = []
    while at <= high + step * 1e-6:
        ticks.append(round(at, 10))
        at += step
    return ticks


def span_of(*columns: pd.Series, around: tuple[float, ...] = ()) -> tuple[float, float]:
    """Lowest and highest of several columns, with a little room."""
    every = [float(v) for c in columns for v in pd.to_numeric(c, errors="coerce").dropna()] + list(around)
    if not every:
        return 0.0, 1.0
    low, high = min(every), max(every)
    room = (high - low or abs(high) or 1.0) * 0.08
    return low - room, high + room
