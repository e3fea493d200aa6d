"""What every figure carries inside itself: the finding, what and who, the release, and that it is synthetic."""

from __future__ import annotations

import math
import textwrap
from html import escape

import pandas as pd
import plotly.graph_objects as go

from metrics.charts.palette import SECONDARY, TEMPLATE
from metrics.report import Provenance

WIDTH = 36
"""Letters a line of a title: it must fit a phone 320 pixels wide, and no chart knows how wide it will be."""
SMALL_WIDTH = 42


def plain(text: str) -> str:
    """Text from a definition or extract as Plotly shows it: its few tags would otherwise be obeyed."""
    return escape(text, quote=False)


def wrapped(text: str, width: int) -> list[str]:
    return [plain(line) for line in textwrap.wrap(text, width)] or [""]


def finish(
    figure: go.Figure,
    title: str,
    subtitle: str,
    provenance: Provenance,
    height: int,
    *,
    sentence: str = "",
    head_room: int = 0,
    stamp: bool = True,
    bottom: int = 62,
) -> go.Figure:
    """Title and subtitle above the plot, release in it, all inside the picture. `height` is that of the plot itself.

    `head_room` is the least space above the plot: charts that stand side by side keep their plots in one line.
    The figure's `meta` holds `sentence`, to stand under it, and `alt`, for people who cannot see it.
    """
    head, under = wrapped(title, WIDTH), wrapped(subtitle, SMALL_WIDTH) if subtitle else []
    top = max(26 + 21 * len(head) + 18 * len(under) + 14, head_room)
    lines = [*head, *(f'<span style="font-size:14px;font-weight:400;color:{SECONDARY}">{line}</span>' for line in under)]
    figure.update_layout(template=TEMPLATE, title={"text": "<br>".join(lines)}, height=height + top + bottom)
    figure.update_layout(margin={"t": top, "b": bottom})
    figure.update_layout(
        meta={"sentence": sentence, "alt": " ".join(filter(None, [f"{title}.", subtitle, sentence, f"{stamp_text(provenance)}."]))}
    )
    if stamp:
        figure.add_annotation(
            text=plain(stamp_text(provenance)),
            xref="paper",
            yref="paper",
            x=1,
            y=0,
            xanchor="right",
            yanchor="bottom",
            showarrow=False,
            font={"size": 12, "color": SECONDARY},
            bgcolor="rgba(255,255,255,0.85)",
            borderpad=1,
        )
    return figure


def stamp_text(provenance: Provenance) -> str:
    """What a crop of the plot alone must still say."""
    return f"{'Synthetic figures, release' if provenance.synthetic else 'Release'} {provenance.release}"


def whole_number_ticks(low: float, high: float, wanted: int = 5) -> list[float]:
    """Round steps that cover a span, at most `wanted` + 2 of them."""
    span = max(high - low, 1e-9)
    rough = span / wanted
    size = 10 ** math.floor(math.log10(rough))
    step = next(size * m for m in (1, 2, 2.5, 5, 10) if size * m >= rough)
    first = int(-(-round(low / step, 9) // 1)) if low > 0 else int(round(low / step, 9) // 1)
    ticks = []
    at = first * step
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
