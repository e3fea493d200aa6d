"""Colours and the Plotly template: every chart of the product looks like one hand drew it."""

from __future__ import annotations

import plotly.graph_objects as go

TEXT = "#0b0c0c"
SECONDARY = "#505a5f"
OURS = "#12436D"
BEHIND = "#801650"
COMPARED = "#3D3D3D"
RULE = "#b1b4b6"
GRID = "#dee0e2"
BAND = "#eef2f5"
INNER_BAND = "#dbe3ea"
BAND_EDGE = "#6a86a3"
WHITE = "#ffffff"
FONT = "Arial, 'Liberation Sans', 'Noto Sans', sans-serif"

STATUS_COLOURS = {"reached": OURS, "on_path": OURS, "off_path": BEHIND, "missed": BEHIND}
"""Other statuses are grey: no judgement is made."""

BETTER, WORSE, NEUTRAL = "#1d70b8", "#b8520a", "#490092"
VARIATION = {"improvement": (BETTER, "circle"), "concern": (WORSE, "square"), "neutral": (NEUTRAL, "diamond")}
"""Figures out of the ordinary: blue, orange and purple as the field draws them, darkened to stand out from white; each has a shape."""


def status_colour(status: str) -> str:
    return STATUS_COLOURS.get(status, SECONDARY)


_AXIS = {
    "showline": False,
    "zeroline": False,
    "gridcolor": GRID,
    "ticks": "",
    "tickfont": {"color": SECONDARY, "size": 14},
    "title": {"font": {"color": SECONDARY, "size": 14}},
    "automargin": True,
    "fixedrange": True,
}

TEMPLATE = go.layout.Template(
    layout={
        "font": {"family": FONT, "size": 14, "color": TEXT},
        "title": {
            "font": {"size": 15, "color": TEXT, "weight": 700},
            "x": 0,
            "xref": "container",
            "xanchor": "left",
            "y": 1,
            "yref": "container",
            "yanchor": "top",
            "pad": {"t": 18, "l": 0},
        },
        "paper_bgcolor": WHITE,
        "plot_bgcolor": WHITE,
        "colorway": [OURS, "#28A197", BEHIND, "#F46A25", COMPARED, "#A285D1"],
        "xaxis": {**_AXIS, "showgrid": False},
        "yaxis": _AXIS,
        "showlegend": False,
        "hovermode": "closest",
        "dragmode": False,
        "hoverlabel": {"bgcolor": WHITE, "bordercolor": TEXT, "font": {"color": TEXT, "size": 14, "family": FONT}},
        "margin": {"l": 44, "r": 16, "t": 60, "b": 56},
        "autosize": True,
    }
)
"""Used with `theme=None`: Streamlit's own chart theme draws axis text too pale to read."""
