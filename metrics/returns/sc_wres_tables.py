"""The nine metrics as tables for a workbook, and as plain rows for CSV and JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from metrics.returns.sc_wres import METRICS, ORDER, Line, ScWres, Side
from metrics.returns.tables import NONE, Cell, Number, Table
from metrics.wording.dates import format_period
from metrics.wording.likelihood import BAND_NOTE
from metrics.wording.notes import NOTES
from metrics.wording.values import MARKER_SENTENCES, upper_first

NOT_VERIFIED = (
    "The nine metrics and their order are those of Skills for Care's public pages. The columns of its collection tool, its pay bands and "
    "its definition of senior managers were not verified: compare them before you hand in the figures."
)
SECOND = f"Where it says “{NONE}”, the release keeps the share of that group and not its people."


def as_rows(made: ScWres) -> list[dict[str, Any]]:
    """A row for each figure: shares from 0 to 1; what is not shown is None, with its marker, never 0."""
    return [_row(line) for line in made.lines]


COLUMNS = (
    "metric", "indicator", "order", "worse_for_minority_ethnic_staff", "unit", "unit_name", "band", "period_start", "period_end", "kpi",
    *(f"{group}_{what}" for group in ("minority_ethnic", "white") for what in ("counted", "of", "share")),
    "value", "lower", "upper", "rounded", "marker", "said",
)  # fmt: skip


def _row(line: Line) -> dict[str, Any]:
    return {
        "metric": line.metric.number,
        "indicator": line.metric.indicator,
        "order": ORDER if line.metric.worse else "",
        "worse_for_minority_ethnic_staff": line.metric.worse,
        "unit": line.unit,
        "unit_name": line.unit_name,
        "band": line.band,
        "period_start": line.start.isoformat(),
        "period_end": line.end.isoformat(),
        "kpi": line.kpi,
        **_side("minority_ethnic", line.minority),
        **_side("white", line.white),
        "value": line.value,
        "lower": line.lower,
        "upper": line.upper,
        "rounded": "yes" if line.rounded else "no",
        "marker": line.marker,
        "said": line.said,
    }


def _side(name: str, side: Side) -> dict[str, float | None]:
    return {f"{name}_counted": side.counted, f"{name}_of": side.of, f"{name}_share": side.share}


def sc_wres_tables(made: ScWres) -> tuple[Table, ...]:
    """Likelihoods (metrics 2 to 9), pay bands (metric 1), and what there is no figure of."""
    about = (ORDER[:1].upper() + ORDER[1:] + " in every figure. " + BAND_NOTE, *_second(made), *_rounded(made), NOT_VERIFIED)
    likely = [line for line in made.lines if line.metric.worse]
    bands = [line for line in made.lines if not line.metric.worse]
    tables = [
        Table("Metrics 2 to 9: how likely, minority ethnic over White", about, LIKELY_HEADS, tuple(_likely(line) for line in likely)),
        Table("Metric 1: staff in each pay band", (*_rounded(made), NOT_VERIFIED), BAND_HEADS, tuple(_band(line) for line in bands)),
        Table("What there is no figure of, and what to do", (), MISSING_HEADS, tuple(_missing(made))),
    ]
    return tuple(table for table in tables if table.rows)


def _second(made: ScWres) -> tuple[str, ...]:
    alone = any(side.share is not None and side.of is None for line in made.lines for side in (line.minority, line.white))
    return (SECOND,) if alone else ()


def _rounded(made: ScWres) -> tuple[str, ...]:
    return (NOTES["rounding"],) if any(line.rounded for line in made.lines) else ()


SIDES = tuple(f"{group}: {what}" for group in ("Minority ethnic", "White") for what in ("counted", "out of", "share"))
LIKELY_HEADS = (
    "Metric", "Indicator", "Where", "Period", *SIDES, "Likelihood (times)", "Likely range from", "Likely range to",
    "Worse for minority ethnic staff", "How to read it", "KPI",
)  # fmt: skip
BAND_HEADS = ("Where", "Pay band", "Period", *SIDES, "How to read it", "KPI")
MISSING_HEADS = ("Metric", "Indicator", "Why, and what to do")


def _likely(line: Line) -> tuple[Cell, ...]:
    limits = (_ratio(line, v) for v in (line.value, line.lower, line.upper))
    first = (line.metric.number, line.metric.indicator, line.unit_name, format_period(line.start, line.end))
    return (*first, *_cells(line), *limits, line.metric.worse, line.said, line.kpi)


def _band(line: Line) -> tuple[Cell, ...]:
    return (line.unit_name, line.band, format_period(line.start, line.end), *_cells(line), line.said, line.kpi)


def _cells(line: Line) -> Iterator[Cell]:
    digits = 0 if line.rounded else 1
    for side in (line.minority, line.white):
        yield from (_words(line) if v is None else Number(v, "people", 0) for v in (side.counted, side.of))
        yield _words(line) if side.share is None else Number(side.share, "percent", digits)


def _words(line: Line) -> str:
    return f"{line.marker} {MARKER_SENTENCES[line.marker]}" if line.marker else NONE


def _ratio(line: Line, value: float | None) -> Cell:
    return _words(line) if value is None else Number(value, "ratio", line.digits)


def _missing(made: ScWres) -> Iterator[tuple[Cell, ...]]:
    order = {metric.key: n for n, metric in enumerate(METRICS)}
    for gap in sorted(made.missing, key=lambda m: order[m.metric.key]):
        yield (gap.metric.number, gap.metric.indicator, upper_first(gap.reason))
