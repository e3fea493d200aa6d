"""Status symbols as small SVG: shape carries the meaning, colour repeats it, and the word stands beside it."""

from __future__ import annotations

from itertools import count

from metrics.charts.palette import BAND, BAND_EDGE, BETTER, NEUTRAL, OURS, SECONDARY, WHITE, WORSE, status_colour

_numbers = count(1)

_TICK = '<path d="M4.6 8.3 7 10.7 11.4 5.6" fill="none" stroke="{ink}" stroke-width="1.8" stroke-linecap="square"/>'
_RING = f'<circle cx="8" cy="8" r="6.6" fill="{WHITE}" stroke="{{ink}}" stroke-width="1.5"/>'
_DASHED = _RING.replace("/>", ' stroke-dasharray="2.4 2"/>') + '<path d="M5 8h6" stroke="{ink}" stroke-width="1.8"/>'
_SHAPES = {
    "reached": '<circle cx="8" cy="8" r="7.2" fill="{ink}"/>' + _TICK.replace("{ink}", WHITE),
    "on_path": _RING + _TICK,
    "off_path": f'<path d="M8 1 15.4 14.6H.6Z" fill="{{ink}}"/><path d="M8 5.4v4.6M8 11.4v1.7" stroke="{WHITE}" stroke-width="1.8"/>',
    "missed": f'<rect x="1" y="1" width="14" height="14" fill="{{ink}}"/><path d="m5 5 6 6m0-6-6 6" stroke="{WHITE}" stroke-width="1.9"/>',
    "unclear": _DASHED,
    "withheld": _DASHED,
    "not_available": _DASHED,
    "context": f'<path d="M8 1.4 14.6 8 8 14.6 1.4 8Z" fill="{WHITE}" stroke="{{ink}}" stroke-width="1.6"/>',
    "no_target": f'<path d="M8 1.4 14.6 8 8 14.6 1.4 8Z" fill="{WHITE}" stroke="{{ink}}" stroke-width="1.6"/>',
    "withdrawn": _RING + '<path d="m3.6 12.4 8.8-8.8" stroke="{ink}" stroke-width="1.8"/>',
}


def status_symbol(status: str, size: int = 16) -> str:
    """The symbol of a status. Decorative: the word is always printed beside it."""
    body = _hatched() if status == "hidden" else _SHAPES.get(status, _DASHED).replace("{ink}", status_colour(status))
    return f'<svg width="{size}" height="{size}" viewBox="0 0 16 16" aria-hidden="true" focusable="false">{body}</svg>'


def _hatched() -> str:
    """A hatched square; each one on a page needs a pattern of its own name."""
    name = f"hatch{next(_numbers)}"
    return (
        f'<defs><pattern id="{name}" width="4" height="4" patternUnits="userSpaceOnUse">'
        f'<path d="M0 4 4 0" stroke="{SECONDARY}" stroke-width="1"/></pattern></defs>'
        f'<rect x="1" y="1" width="14" height="14" fill="{WHITE}"/>'
        f'<rect x="1" y="1" width="14" height="14" fill="url(#{name})" stroke="{SECONDARY}" stroke-width="1.4"/>'
    )


def mark(kind: str) -> str:
    """A key's sample: `line`, `path`, `dot`, `open_dot`, `range`, `bounds`, `bar`, `diamond`, `band`."""
    shapes = {
        "line": f'<path d="M0 8h28" stroke="{OURS}" stroke-width="2.8"/>',
        "path": f'<path d="M0 8h28" stroke="{SECONDARY}" stroke-width="1.6" stroke-dasharray="4 3"/>'
        f'<path d="M22 3.6 26.4 8 22 12.4 17.6 8Z" fill="{WHITE}" stroke="{SECONDARY}" stroke-width="1.4"/>',
        "dot": f'<path d="M2 8h24" stroke="{OURS}" stroke-width="2.4"/><circle cx="14" cy="8" r="5" fill="{OURS}"/>',
        "open_dot": f'<path d="M2 8h24" stroke="{OURS}" stroke-width="2.4"/>'
        f'<circle cx="14" cy="8" r="4.4" fill="{WHITE}" stroke="{OURS}" stroke-width="1.8"/>',
        "range": f'<path d="M14 1.5v13M10 1.5h8M10 14.5h8" stroke="{OURS}" stroke-width="2" fill="none"/>',
        "bounds": f'<path d="M2 8h24M2 4.5v7M26 4.5v7" stroke="{SECONDARY}" stroke-width="1.4" fill="none"/>',
        "bar": '<path d="M14 1v14" stroke="#3D3D3D" stroke-width="3.4"/>',
        "diamond": f'<path d="M14 2 20 8 14 14 8 8Z" fill="{WHITE}" stroke="{OURS}" stroke-width="1.6"/>',
        "filled_diamond": f'<path d="M14 2 20 8 14 14 8 8Z" fill="{OURS}"/>',
        "ring": f'<circle cx="14" cy="8" r="4.8" fill="{WHITE}" stroke="{OURS}" stroke-width="1.8"/>',
        "spot": f'<circle cx="14" cy="8" r="5" fill="{OURS}"/>',
        "band": '<rect x="1" y="2" width="26" height="12" fill="#dbe3ea" stroke="#6a86a3"/>',
        "better": f'<circle cx="14" cy="8" r="5.4" fill="{BETTER}"/>',
        "worse": f'<rect x="9" y="3" width="10" height="10" fill="{WORSE}"/>',
        "neutral": f'<path d="M14 1.5 20.5 8 14 14.5 7.5 8Z" fill="{NEUTRAL}"/>',
        "usual": f'<rect x="1" y="2" width="26" height="12" fill="{BAND}"/><path d="M1 2h26M1 14h26" stroke="{BAND_EDGE}"/>'
        f'<path d="M1 8h26" stroke="{BAND_EDGE}" stroke-width="1.4"/>',
        "outer_band": '<rect x="1" y="2" width="26" height="12" fill="#eef2f5" stroke="#6a86a3"/>',
    }
    return f'<svg width="28" height="16" viewBox="0 0 28 16" aria-hidden="true" focusable="false">{shapes[kind]}</svg>'
