"""Who has answered, who prefers not to say, and of whom nothing is on record: by characteristic, by unit and over time."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd
import plotly.graph_objects as go

from metrics.charts.declared import CARE_BELOW, WITHHELD_BELOW, declaration_rates, percent
from metrics.charts.frame import Figure, Heading, finish, more_room_above, plain
from metrics.charts.groups import LABEL
from metrics.charts.palette import BEHIND, COMPARED, OURS, SECONDARY, TEXT, WHITE
from metrics.charts.titles import crop_line, place_name
from metrics.report import KpiSummary, Report, characteristic
from metrics.wording.dates import format_day, format_month
from metrics.wording.values import format_list, is_missing, upper_first

SECOND = "#d5dfe8"
COLOURS = (OURS, BEHIND, COMPARED, "#28A197", "#F46A25", "#A285D1")
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
MARKERS = ("circle", "square", "diamond", "triangle-up", "cross", "x")
MOST_LINES = len(COLOURS)


@dataclass(frozen=True)
class Answered:
    """One characteristic at one unit and day, from published figures alone.

    Attributes
    ----------
    rate : share whose answer is known
    asked, known : people as shown; rounded below the council
    unknown : each answer that is no answer, with its people; empty where it is not published or hidden
    kpi : the measure that says so
    """

    name: str
    rate: float
    asked: float
    known: float
    unknown: Mapping[str, float]
    rounded: bool
    kpi: str

    @property
    def state(self) -> str:
        return "withheld" if self.rate < WITHHELD_BELOW else "care" if self.rate < CARE_BELOW else "shown"

    def wanted(self, share: float) -> int:
        """How many more answers bring it to a share."""
        return max(int(-(-share * self.asked // 1) - self.known), 0)


def answered(report: Report, unit: str, day: date, counts: Report | None = None) -> list[Answered]:
    """Every characteristic, the best known first; `counts` holds numbers of people by group, for who prefers not to say."""
    rates = declaration_rates(report, unit, day)
    rounded = {str(r["kpi"]): bool(r["rounded"]) for _, r in _here(report, unit, day).iterrows()}
    return [
        Answered(
            name=str(name),
            rate=float(row["rate"]),
            asked=float(row["asked"]),
            known=float(round(row["rate"] * row["asked"])),
            unknown=_unknown(counts, report.contents.kpis[str(row["kpi"])], str(name), unit, day) if counts is not None else {},
            rounded=rounded.get(str(row["kpi"]), False),
            kpi=str(row["kpi"]),
        )
        for name, row in rates.iterrows()
        if not is_missing(row["asked"])
    ]


def _here(report: Report, unit: str, day: date) -> pd.DataFrame:
    cells = report.cells
    return cells[(cells["unit"] == unit) & (cells["group"] == "") & (cells["period_end"] == pd.Timestamp(day))].drop_duplicates("kpi")


def _unknown(counts: Report, asks: KpiSummary, name: str, unit: str, day: date) -> dict[str, float]:
    """From a measure that counts the same people, where it is published by this characteristic with nothing hidden."""
    dimensions = [
        d for d in counts.contents.dimensions.values() if characteristic(d.title) == name and not all(k for *_, k in d.categories)
    ]
    same = [id for id in counts.cells["kpi"].unique() if counts.contents.kpis[id].population == asks.population]
    for kpi in same:
        for dimension in dimensions:
            rows = counts.groups_at(kpi, unit, dimension.id, day)
            wanted = {label: f"{dimension.id}={id}" for id, label, known in dimension.categories if not known}
            if set(wanted.values()) <= set(rows.index) and rows.loc[list(wanted.values()), "value"].notna().all():
                people = dict(zip(rows.index, rows["value"].tolist(), strict=True))
                return {label: float(people[group]) for label, group in wanted.items()}
    return {}


def draw_answers(report: Report, items: Sequence[Answered], unit: str, day: date) -> Figure:
    """A whole bar is everybody asked: known, then each kind of not known."""
    kinds = list(dict.fromkeys(label for a in items for label in a.unknown))
    places = [len(items) - 1 - i for i in range(len(items))]
    figure = go.Figure()
    figure.add_bar(
        x=[a.rate for a in items], y=places, orientation="h", width=0.56, marker={"color": OURS, "line": {"color": OURS, "width": 1.6}},
        hovertext=[f"{plain(a.name)}: {percent(a.rate)} known" for a in items], hovertemplate="%{hovertext}<extra></extra>",
    )  # fmt: skip
    for number, kind in enumerate([*kinds, ""]):
        shares = [_share(a, kind) for a in items]
        words = [f"{plain(a.name)}: {percent(s)} {plain(kind.lower() or 'not known')}" for a, s in zip(items, shares, strict=True)]
        fill = {"color": SECOND if kind and number == 0 else WHITE, "line": {"color": OURS, "width": [1.6 if s > 0 else 0 for s in shares]}}
        figure.add_bar(
            x=shares, y=places, orientation="h", width=0.56, marker=fill, hovertext=words, hovertemplate="%{hovertext}<extra></extra>"
        )
    _lines(figure)
    for place, item in zip(places, items, strict=True):
        figure.add_annotation(x=1, xref="paper", y=place, text=f"<b>{percent(item.rate)}</b>", showarrow=False, xanchor="left", xshift=8)
    _rows(figure, [a.name for a in items], places)
    figure.update_layout(barmode="stack")
    sentence = "Known: " + ", ".join(f"{a.name} {percent(a.rate)}" for a in items) + "."
    under = f"Of all who are asked, {place_name(report, unit)}, {format_day(day)}. {LIMITS}"
    heading = Heading(finding(items), upper_first(under), "Who has answered", _crop(report, items, unit, day))
    return more_room_above(finish(figure, heading, report.provenance, _height(len(items)), sentence=sentence, bottom=30), 20)


LIMITS = "Below 60% a share is withheld, from 60% to 80% it is read with care."


def _share(item: Answered, kind: str) -> float:
    """Of everybody asked; the nameless kind is whatever is not known and not told apart."""
    if kind:
        return item.unknown.get(kind, 0.0) / item.asked if item.asked else 0.0
    return 0.0 if item.unknown else max(1 - item.rate, 0.0)


def finding(items: Sequence[Answered]) -> str:
    """ "Sexual orientation is withheld; religion or belief is read with care"."""
    withheld, care = ([a.name for a in items if a.state == state] for state in ("withheld", "care"))
    said = [
        f"{format_list([n.lower() for n in names])} {'is' if len(names) == 1 else 'are'} {word}"
        for names, word in ((withheld, "known for fewer than 60%"), (care, "known for fewer than 80%"))
        if names
    ]
    return upper_first("; ".join(said)) or "Every characteristic is known for at least 80%"


def draw_by_unit(report: Report, name: str, rates: Mapping[str, float], day: date) -> Figure:
    """One characteristic in several units; a unit whose rate is hidden or not published has a word and no bar."""
    units = list(rates)
    places = [len(units) - 1 - i for i in range(len(units))]
    shown = [0.0 if is_missing(rates[u]) else rates[u] for u in units]
    figure = go.Figure()
    figure.add_bar(
        x=shown, y=places, orientation="h", width=0.56,
        marker={"color": [OURS if r >= WITHHELD_BELOW else WHITE for r in shown], "line": {"color": OURS, "width": 1.6}},
        hovertext=[f"{plain(report.contents.units[u].name)}: {_rate(rates[u])}" for u in units],
        hovertemplate="%{hovertext}<extra></extra>",
    )  # fmt: skip
    _lines(figure)
    for place, unit in zip(places, units, strict=True):
        words = f"<b>{_rate(rates[unit])}</b>"
        figure.add_annotation(x=1, xref="paper", y=place, text=words, showarrow=False, xanchor="left", xshift=8)
    _rows(figure, [report.contents.units[u].name for u in units], places)
    low = [report.contents.units[u].name for u in units if rates[u] < WITHHELD_BELOW]
    found = f"{name}: {'no unit shown is' if not low else format_list(low[:3]) + (' are' if len(low) > 1 else ' is')} below 60%"
    found = found if len(low) <= 3 else f"{name}: {len(low)} units are below 60%"
    sentence = f"{name} known: " + ", ".join(f"{report.contents.units[u].name} {_said(rates[u])}" for u in units) + "."
    root = report.contents.root.id
    heading = Heading(
        found, f"People who have answered, of all who are asked, {format_day(day)}. {LIMITS}", f"{name} known", _crop_of(report, root, day)
    )
    return more_room_above(finish(figure, heading, report.provenance, _height(len(units)), sentence=sentence, bottom=30), 20)


def _said(rate: float) -> str:
    return "hidden or not published" if is_missing(rate) else percent(rate)


def _rate(rate: float) -> str:
    return "–" if is_missing(rate) else percent(rate)


def over_time(report: Report, items: Sequence[Answered], unit: str) -> pd.DataFrame:
    """`name, period_end, rate`: each characteristic at each published day, by the measure that says it now."""
    found = []
    for item in items:
        kpi = report.contents.kpis[item.kpi]
        rows = report.series(item.kpi, unit)
        rates = rows["value"] if kpi.declares else rows["declared"]
        found += [{"name": item.name, "period_end": day, "rate": rate} for day, rate in zip(rows["period_end"], rates, strict=True)]
    return pd.DataFrame(found, columns=["name", "period_end", "rate"])


def draw_rates_over_time(report: Report, items: Sequence[Answered], unit: str) -> Figure:
    """`draw_over_time` of what `over_time` finds."""
    return draw_over_time(report, over_time(report, items, unit), unit)


def draw_over_time(report: Report, series: pd.DataFrame, unit: str) -> Figure:
    """At most six lines, each with its own dash, marker and name at its end."""
    names = list(dict.fromkeys(series["name"]))[:MOST_LINES]
    figure, last, ends = go.Figure(), {}, series["period_end"]
    for number, name in enumerate(names):
        rows = series[series["name"] == name]
        figure.add_scatter(
            x=rows["period_end"], y=rows["rate"], mode="lines+markers", connectgaps=False,
            line={"color": COLOURS[number], "width": 2.6, "dash": DASHES[number]},
            marker={"symbol": MARKERS[number], "size": 7, "color": COLOURS[number]},
            text=[f"{plain(name)}, {format_day(d)}: {_rate(r)}" for d, r in zip(rows["period_end"], rows["rate"], strict=True)],
            hovertemplate="%{text}<extra></extra>",
        )  # fmt: skip
        shown = rows.dropna(subset=["rate"])
        if len(shown):
            last[name] = float(shown["rate"].iloc[-1])
    for at, dash in ((WITHHELD_BELOW, "dash"), (CARE_BELOW, "dot")):
        figure.add_hline(y=at, line={"color": TEXT, "width": 1.2, "dash": dash})
    low = min([WITHHELD_BELOW - 0.1, *last.values(), *series["rate"].dropna()])
    floor = max(int(low * 10) / 10, 0.0)
    ticks = [t / 100 for t in range(round(floor * 100), 101, 10)]
    figure.update_yaxes(range=[floor, 1.005], tickvals=ticks, ticktext=[f"{t * 100:.0f}{'%' if t == 1 else ''}" for t in ticks])
    years = sorted({d for d in ends if d.month == ends.max().month})
    figure.update_xaxes(tickvals=years, ticktext=[str(d.year) for d in years], tickangle=0, showline=True, linecolor=TEXT)
    when = f"{format_month(ends.min())} to {format_month(ends.max())}"
    starts = f" The scale starts at {floor * 100:.0f}%." if floor else ""
    under = f"People who have answered, of all who are asked, {place_name(report, unit)}, {when}.{starts} {LIMITS}"
    sentence = "At the end: " + ", ".join(f"{n} {percent(r)}" for n, r in last.items()) + "."
    heading = Heading(_risen(series, names), upper_first(under), "Who has answered", _crop_of(report, unit, ends.max().date()))
    return finish(figure, heading, report.provenance, height=260, sentence=sentence)


def _risen(series: pd.DataFrame, names: Sequence[str]) -> str:
    """Which has come furthest, where one has come at all."""
    moved = {}
    for name in names:
        rates = series.loc[series["name"] == name, "rate"].dropna()
        if len(rates) > 1:
            moved[name] = (float(rates.iloc[0]), float(rates.iloc[-1]))
    name = max(moved, key=lambda n: moved[n][1] - moved[n][0], default="")
    if not name or moved[name][1] - moved[name][0] < 0.01:
        return "No characteristic is clearly better known than at the start"
    first, last = moved[name]
    return f"{name} has come furthest: from {percent(first)} known to {percent(last)}"


def line_sample(number: int) -> str:
    """The key's sample of one line: its colour, dash and marker."""
    dash = {"solid": "", "dash": "7 4", "dot": "2 3", "dashdot": "7 3 2 3", "longdash": "11 4", "longdashdot": "11 3 2 3"}[DASHES[number]]
    colour = COLOURS[number]
    shapes = {
        "circle": f'<circle cx="14" cy="8" r="4" fill="{colour}"/>',
        "square": f'<rect x="10" y="4" width="8" height="8" fill="{colour}"/>',
        "diamond": f'<path d="M14 3 19 8 14 13 9 8Z" fill="{colour}"/>',
        "triangle-up": f'<path d="M14 3 19 12H9Z" fill="{colour}"/>',
        "cross": f'<path d="M14 3v10M9 8h10" stroke="{colour}" stroke-width="3"/>',
        "x": f'<path d="m10 4 8 8m0-8-8 8" stroke="{colour}" stroke-width="3"/>',
    }
    line = f'<path d="M0 8h28" stroke="{colour}" stroke-width="2.4"' + (f' stroke-dasharray="{dash}"' if dash else "") + "/>"
    return f'<svg width="28" height="16" viewBox="0 0 28 16" aria-hidden="true" focusable="false">{line}{shapes[MARKERS[number]]}</svg>'


def kind_sample(number: int, last: bool) -> str:
    """The key's sample of one part of a bar: known, the first kind of not known, and the others."""
    fill = OURS if number == 0 else SECOND if number == 1 and not last else WHITE
    box = f'<rect x="2" y="2" width="24" height="12" fill="{fill}" stroke="{OURS}" stroke-width="1.6"/>'
    return f'<svg width="28" height="16" viewBox="0 0 28 16" aria-hidden="true" focusable="false">{box}</svg>'


def _lines(figure: go.Figure) -> None:
    for at, dash in ((WITHHELD_BELOW, "dash"), (CARE_BELOW, "dot")):
        figure.add_vline(x=at, line={"color": TEXT, "width": 1.2, "dash": dash})
    for at, side, word in ((0.58, "right", "withheld"), (0.82, "left", "shown")):
        font = {"color": SECONDARY, "size": 14}
        figure.add_annotation(x=at, y=1, yref="paper", yanchor="bottom", xanchor=side, text=word, showarrow=False, font=font)
    figure.update_xaxes(range=[0, 1.005], tickvals=[0, WITHHELD_BELOW, 1], ticktext=["0", "60", "100%"], tickangle=0, showgrid=True)
    figure.update_layout(margin={"r": 56})


def _rows(figure: go.Figure, names: Sequence[str], places: Sequence[int]) -> None:
    labels = ["<br>".join(plain(line) for line in textwrap.wrap(n, LABEL + 2, max_lines=3, placeholder="…")) for n in names]
    figure.update_yaxes(tickvals=places, ticktext=labels, range=[-0.6, len(names) - 0.4], showgrid=False, tickfont={"color": TEXT})


def _height(rows: int) -> int:
    return max(44 * rows, 100)


def _crop(report: Report, items: Sequence[Answered], unit: str, day: date) -> str:
    found = [report.contents.kpis[a.kpi].population for a in items]
    return crop_line(report, max(dict.fromkeys(found), key=found.count), unit, format_day(day))


def _crop_of(report: Report, unit: str, day: date) -> str:
    return crop_line(report, "everybody asked", unit, format_day(day))
