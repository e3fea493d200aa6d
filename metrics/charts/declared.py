"""How many people have told us: one bar for each characteristic, with the lines below which a share is withheld or read with care."""

from __future__ import annotations

import textwrap
from datetime import date

import pandas as pd
import plotly.graph_objects as go

from metrics.charts.frame import Heading, finish, more_room_above, plain
from metrics.charts.groups import LABEL
from metrics.charts.palette import COMPARED, OURS, SECONDARY, TEXT, WHITE
from metrics.charts.titles import crop_line, place_name, title_declared
from metrics.report import Contents, Report
from metrics.wording.dates import format_day
from metrics.wording.values import format_declared, upper_first

WITHHELD_BELOW, CARE_BELOW = 0.6, 0.8


def declaration_rates(report: Report, unit: str, day: date) -> pd.DataFrame:
    """A row per characteristic: `characteristic`, `rate` from 0 to 1, `asked` (people), `kpi`; the best known first.

    A measure of declaration itself is preferred, then one that needs no pay (or people without pay would count as people who have
    not answered), then the measure that asks most people. A measure that asks for two characteristics at once says nothing of
    either. An older release does not say what its measures ask for: then there is a row per measure.
    """
    rows = report.cells
    here = rows[(rows["unit"] == unit) & (rows["group"] == "") & (rows["period_end"] == pd.Timestamp(day))].drop_duplicates("kpi")
    found = pd.DataFrame(
        [_rate(row, report.contents) for _, row in here.iterrows()], columns=["characteristic", "rate", "asked", "itself", "unpaid", "kpi"]
    )
    found = found[(found["characteristic"] != "") & found["rate"].notna()].sort_values(
        ["itself", "unpaid", "asked"], ascending=False, kind="stable"
    )
    found = found.drop_duplicates("characteristic") if knows_questions(report.contents) else found.drop_duplicates(["rate", "asked"])
    return found.sort_values("rate", ascending=False, kind="stable").set_index("characteristic", drop=False)


def knows_questions(contents: Contents) -> bool:
    """Whether the release says which characteristics its measures ask for."""
    return any(k.declares or k.asks for k in contents.kpis.values())


def _rate(row: pd.Series, contents: Contents) -> tuple[str, float, float, bool, bool, str]:
    kpi = contents.kpis[str(row["kpi"])]
    if kpi.declares:
        return kpi.declares, row["value"], row["denominator"], True, True, kpi.id
    name = kpi.asks[0] if len(kpi.asks) == 1 else "" if knows_questions(contents) else kpi.short_title
    return name, row["declared"], row["everyone"], False, kpi.column is None, kpi.id


def percent(rate: float) -> str:
    return f"{format_declared(rate)}%"


def draw_declared(report: Report, unit: str, day: date) -> go.Figure | None:
    """Bars start at 0; outlined below 60%, where the share itself is withheld. The upright mark is the whole council.

    None where no rate is known of the unit on that day.
    """
    contents = report.contents
    rows = declaration_rates(report, unit, day)
    if rows.empty:
        return None
    council = declaration_rates(report, contents.root.id, day).reindex(rows.index)["rate"] if unit != contents.root.id else None
    places = [len(rows) - 1 - i for i in range(len(rows))]
    figure = go.Figure()
    figure.add_bar(
        x=rows["rate"],
        y=places,
        orientation="h",
        width=0.56,
        marker={"color": [OURS if d >= WITHHELD_BELOW else WHITE for d in rows["rate"]], "line": {"color": OURS, "width": 1.6}},
        text=[f"{plain(str(name))}: {percent(d)} have answered" for name, d in rows["rate"].items()],
        textposition="none",
        hovertemplate="%{text}<extra></extra>",
    )
    if council is not None:
        figure.add_scatter(
            x=council,
            y=places,
            mode="markers",
            marker={"symbol": "line-ns", "size": 20, "line": {"color": COMPARED, "width": 4}},
            hovertemplate="Whole council %{x:.0%}<extra></extra>",
        )
    for at, dash in ((WITHHELD_BELOW, "dash"), (CARE_BELOW, "dot")):
        figure.add_vline(x=at, line={"color": TEXT, "width": 1.2, "dash": dash})
    for place, rate in zip(places, rows["rate"], strict=True):
        figure.add_annotation(x=1, xref="paper", y=place, text=f"<b>{percent(rate)}</b>", showarrow=False, xanchor="left", xshift=8)
    for at, side, word in ((0.58, "right", "withheld"), (0.82, "left", "shown")):
        figure.add_annotation(
            x=at, y=1, yref="paper", yanchor="bottom", xanchor=side, text=word, showarrow=False, font={"color": SECONDARY, "size": 14}
        )
    labels = ["<br>".join(plain(line) for line in textwrap.wrap(str(n), LABEL + 2, max_lines=3, placeholder="…")) for n in rows.index]
    figure.update_yaxes(tickvals=places, ticktext=labels, range=[-0.6, len(rows) - 0.4], showgrid=False, tickfont={"color": TEXT})
    figure.update_xaxes(range=[0, 1.005], tickvals=[0, WITHHELD_BELOW, 1], ticktext=["0", "60", "100%"], tickangle=0, showgrid=True)
    figure.update_layout(margin={"r": 56})
    tall = max((label.count("<br>") + 1 for label in labels), default=1)
    heading = Heading(
        title_declared(rows),
        f"People who have answered, of all who are asked. {upper_first(place_name(report, unit))}, {format_day(day)}. "
        "Below 60% a share is withheld, from 60% to 80% it is read with care.",
        "Who has answered",
        crop_line(report, _population(report, rows), unit, format_day(day)),
    )
    sentence = "Answered: " + ", ".join(f"{name} {percent(d)}" for name, d in rows["rate"].items()) + "."
    finish(figure, heading, report.provenance, height=max(len(rows) * max(36, 18 * tall + 8), 100), sentence=sentence, bottom=30)
    return more_room_above(figure, 20)


def _population(report: Report, rows: pd.DataFrame) -> str:
    """Whom most of the questions ask."""
    found = [report.contents.kpis[str(k)].population for k in rows["kpi"]]
    return max(dict.fromkeys(found), key=found.count)
