"""Everything that a release says to one audience: its figures, every chart and sentence, every file, and what the attacker is given."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import chain
from types import ModuleType
from typing import Any

import pandas as pd

from metrics.access.viewer import Viewer
from metrics.charts import (
    answers,
    characteristics,
    comparators,
    control_chart,
    declared,
    funnel,
    gap_parts,
    groups,
    multiples,
    sparkline,
    time_path,
    waterfall,
)
from metrics.cli.show import _table, tidy_columns
from metrics.definitions.waterfall import WATERFALL
from metrics.exports.csv import write_csv
from metrics.exports.workbook import write_workbook
from metrics.releases.movements import find_movements
from metrics.releases.store import ReleaseStore
from metrics.report import KpiSummary, Report, Request
from metrics.understanding.cautions import Caution, caution
from metrics.understanding.hires import hiring
from metrics.understanding.parts import change_parts, groupings, pay_gap_parts
from metrics.wording import cautions, headline, hires, likelihood, movement, notes, overview, sentences, status, weighted
from metrics.wording import change_parts as change_words
from metrics.wording import comparators as words_beside
from metrics.wording import gap_parts as parts_words
from metrics.wording.waterfall import describe_waterfall, waterfall_steps
from tests.support.gpg_files import some_comparators

CHARTS: tuple[ModuleType, ...] = (
    answers, characteristics, comparators, control_chart, declared, funnel, gap_parts, groups, multiples, sparkline, time_path, waterfall,
)  # fmt: skip
WORDS: tuple[ModuleType, ...] = (
    cautions, change_words, headline, hires, likelihood, movement, notes, overview, parts_words, sentences, status, weighted,
)  # fmt: skip
OF_A_ROW: tuple[Callable[..., object], ...] = (
    sentences.describe_range, sentences.describe_path, sentences.describe_bounds, sentences.describe_base, sentences.describe_benchmark,
    sentences.describe_people, movement.describe_movement, status.describe_status, headline.headline_kpi, likelihood.describe_band,
    likelihood.describe_pools,
)  # fmt: skip
NO_FIGURES = ("seconds", "seal", "sealed_at", "witnesses")
"""What a certificate holds that depends on the truth and is no figure: how long it took and how many tables proved it, of which the true
one is the first, and a digest of all that is stored, the loaded file's own among it."""


def everything_said(store: ReleaseStore, audience: str, drawn_for: Sequence[str] = ()) -> dict[str, list[str]]:
    """What says it, by name, to all that it says. `drawn_for`: units whose charts are drawn, the whole council first; where there
    are none, figures and files alone."""
    viewer = Viewer(audience, "command_line")
    report = store.read(Request(), viewer)
    steps = store.read(Request(breakdowns=(WATERFALL,)), viewer)
    makers = [_frames(report, steps), _given(store, audience), _files(report)]
    if drawn_for:
        makers += [_charts(report, steps, drawn_for), _words(report)]
    found: dict[str, list[str]] = {}
    for name, said in chain(*makers):
        found.setdefault(name, []).append(said)
    return found


def _frames(report: Report, steps: Report) -> Iterator[tuple[str, str]]:
    for name, frame in (("figures", report.cells), ("steps", steps.cells)):
        yield name, frame.to_json(orient="records", date_format="iso", double_precision=15)


def _given(store: ReleaseStore, audience: str) -> Iterator[tuple[str, str]]:
    """What stands in the store beside the figures: the system, its certificate, and who moved."""
    for batch, system in store.systems(None, audience):
        certificate = {key: value for key, value in batch.certificate.items() if key not in NO_FIGURES}
        yield "system", json.dumps(system, sort_keys=True)
        yield "certificate", json.dumps(certificate, sort_keys=True, default=str)
    yield "movements", repr(find_movements(store))


def _days(report: Report) -> list[date]:
    return [pd.Timestamp(day).date() for day in sorted(report.cells["period_end"].unique())]


def _units(report: Report) -> list[str]:
    return list(report.contents.units)


def _charts(report: Report, steps: Report, units: Sequence[str]) -> Iterator[tuple[str, str]]:
    root, below = _units(report)[0], _units(report)[1:]
    day = _days(report)[-1]
    for kpi in report.contents.kpis:
        for unit in units:
            if not len(report.series(kpi, unit)):
                continue
            yield "draw_time_path", _drawn(time_path.draw_time_path(report, kpi, unit))
            yield "draw_control_chart", _drawn(control_chart.draw_control_chart(report, kpi, unit))
            if report.kpi_at(kpi, unit).polarity == "closer_to_target":
                yield "draw_distance", _drawn(control_chart.draw_distance(report, kpi, unit))
            if unit == root:
                yield "draw_one_of", _drawn(multiples.draw_one_of(report, kpi, [kpi], unit))
            known = report.kpi_at(kpi, unit)
            series = report.series(kpi, unit)
            yield "draw_sparkline", sparkline.draw_sparkline(series, known, sentences.describe_series(series, known))
            yield "draw_strip", _strip(report, kpi, unit, root)
            if splits := characteristics.splits_of(report, kpi, unit, report.dimensions_of(kpi, unit), day):
                by = [split.rows.index[0].partition("=")[0] for split in splits]
                yield "draw_characteristics", _drawn(characteristics.draw_characteristics(report, kpi, unit, by, day))
            for dimension in report.dimensions_of(kpi, unit):
                yield "draw_groups", _drawn(groups.draw_groups(report, kpi, unit, dimension, day))
        yield "draw_multiple", _drawn(multiples.draw_multiple(report, kpi, root, (0.0, 1.0)))
        if len(report.units_at(kpi, day, below)):
            yield "draw_units", _drawn(groups.draw_units(report, kpi, root, below, day))
            drawable = [u for u in below if u in report.units_at(kpi, day, below).dropna(subset=["value"]).index]
            if len(drawable) > 1 and report.contents.kpis[kpi].measure == "proportion":
                yield "draw_funnel", _drawn(funnel.draw_funnel(report, kpi, root, below, day))
        rows = steps.cells[(steps.cells["kpi"] == kpi) & (steps.cells["unit"] == root) & (steps.cells["period_end"] == pd.Timestamp(day))]
        told = waterfall_steps(rows, report.contents.kpis[kpi])
        if told:
            yield "draw_waterfall", _drawn(waterfall.draw_waterfall(report, kpi, told, day))
            yield "describe_waterfall", describe_waterfall(told)
    yield from _answers(report, day)
    yield from _beside_others(report)


def _answers(report: Report, day: date) -> Iterator[tuple[str, str]]:
    rates: dict[str, dict[str, float]] = {}
    for unit in _units(report):
        if (figure := declared.draw_declared(report, unit, day)) is not None:
            yield "draw_declared", _drawn(figure)
        items = answers.answered(report, unit, day, report)
        for item in items:
            rates.setdefault(item.name, {})[unit] = item.rate
        if items:
            yield "draw_answers", _drawn(answers.draw_answers(report, items, unit, day)) + answers.finding(items)
            yield "draw_rates_over_time", _drawn(answers.draw_rates_over_time(report, items, unit))
            yield "draw_over_time", _drawn(answers.draw_over_time(report, answers.over_time(report, items, unit), unit))
    for name, of_units in rates.items():
        yield "draw_by_unit", _drawn(answers.draw_by_unit(report, name, of_units, day))


def _beside_others(report: Report) -> Iterator[tuple[str, str]]:
    """With what other councils might have reported: it is public, and the same in every truth."""
    beside = some_comparators()
    (held,) = beside.kpis.values()
    for kpi in ("PG01", "PG02"):
        others = replace(beside, kpis={kpi: held})
        placed = replace(report, contents=replace(report.contents, comparators=others))
        found = words_beside.standing(placed, kpi)
        if found is not None:
            yield "draw_beside", _drawn(comparators.draw_beside(placed, found))
            yield "draw_years", _drawn(comparators.draw_years(placed, kpi))
            for describe in (words_beside.describe_standing, words_beside.describe_country):
                yield describe.__name__, describe(found)


def _strip(report: Report, kpi: str, unit: str, root: str) -> str:
    own, council = report.series(kpi, unit)["value"].tolist(), report.series(kpi, root)["value"].tolist()
    return sparkline.draw_strip(own[-1], own[0], council[-1] if council else None)


def _drawn(figure: Any) -> str:
    """Bars, lines, axes, notes inside the picture, alt text and the sentence beneath: all that is sent."""
    return str(figure.to_json())


def _words(report: Report) -> Iterator[tuple[str, str]]:
    contents = report.contents
    for _, row in report.cells.iterrows():
        kpi = contents.kpis[str(row["kpi"])]
        for describe in OF_A_ROW:
            yield describe.__name__, str(describe(row, kpi))
        yield "direction", movement.direction(row, kpi)
        if likelihood.is_ratio(kpi):
            yield "describe_likelihood", likelihood.describe_likelihood(row, kpi)
        beside = replace(kpi, benchmark_others=(("Residents in 2011", "All residents", "A census", 0.2),))
        yield "describe_other_benchmarks", sentences.describe_other_benchmarks(row, beside)
        yield "describe_note", notes.describe_note(row)
        yield "describe_weighted_base", weighted.describe_weighted_base(row)
        yield "describe_declared", sentences.describe_declared(row)
    for _, rows in report.cells.groupby(["kpi", "unit", "breakdown", "period_end"], sort=True):
        kpi = contents.kpis[str(rows["kpi"].iloc[0])]
        yield "describe_groups", sentences.describe_groups(rows, kpi, {})
        yield "describe_hidden", sentences.describe_hidden(rows)
        yield "describe_notes", " ".join(notes.describe_notes(rows, kpi))
    for _, rows in report.cells.groupby(["kpi", "unit", "group"], sort=True):
        yield "describe_series", sentences.describe_series(rows, contents.kpis[str(rows["kpi"].iloc[0])])
    yield from _headlines(report)
    yield from _parts(report)
    yield from _changes(report)
    yield from _cautions(report)
    yield from _hiring(report)


def _parts(report: Report) -> Iterator[tuple[str, str]]:
    """What gaps are made of."""
    contents = report.contents
    for kpi in contents.kpis.values():
        for unit in _units(report) if kpi.measure == "pay_gap_mean" else ():
            for grouping in groupings(report, kpi, unit):
                parts, names = pay_gap_parts(report, kpi, unit, grouping), parts_words.names_of(contents, kpi, unit, grouping)
                if parts.refused and len(parts.groups):
                    yield "describe_refusal", parts_words.describe_refusal(parts, names)
                if len(parts.groups):  # tried even where a page would refuse
                    told = replace(parts, refused="")
                    yield "describe_gap_parts", " ".join(parts_words.describe_gap_parts(told, names))
                    yield "draw_gap_parts", _drawn(gap_parts.draw_gap_parts(report, told, names))
                    yield "printed", str(parts_words.printed(told))


def _changes(report: Report) -> Iterator[tuple[str, str]]:
    """What changes of shares are made of, tried even where a page would refuse."""
    contents = report.contents
    for kpi in contents.kpis.values():
        for unit in _units(report) if kpi.measure == "proportion" else ():
            for grouping in groupings(report, kpi, unit):
                parts = change_parts(report, kpi, unit, grouping, _days(report)[0], _days(report)[-1])
                nouns = parts_words.group_nouns(contents, unit, grouping)
                yield "describe_chance", change_words.describe_chance(report.series(kpi.id, unit).iloc[-1], parts)
                yield "describe_no_change_parts", change_words.describe_no_change_parts(parts, *nouns)
                if len(parts.groups):
                    told = replace(parts, refused="")
                    yield "describe_change_parts", " ".join(change_words.describe_change_parts(told, *nouns)) + told.groups.to_json()


def _cautions(report: Report) -> Iterator[tuple[str, str]]:
    """What is said beside a headline, and that nothing is, since silence tells, too; and what would be said of every gap with parts."""
    for kpi in report.contents.kpis.values():
        for unit in _units(report):
            found = caution(report, kpi, unit)
            yield "describe_caution", "" if found is None else cautions.describe_caution(found, report.contents, kpi, unit)
            for grouping in groupings(report, kpi, unit) if kpi.measure == "pay_gap_mean" else ():
                parts = pay_gap_parts(report, kpi, unit, grouping)
                if parts.against is not None:
                    tried = Caution("against", "gap", grouping, parts.whole, parts.against, parts)
                    yield "describe_caution", cautions.describe_caution(tried, report.contents, kpi, unit)


def _hiring(report: Report) -> Iterator[tuple[str, str]]:
    """Where nobody's leaving is published, the first other share stands for it: words are made of rows, whatever the rows are of."""
    kpis = report.contents.kpis
    shares = [k.id for k in kpis.values() if k.measure == "proportion"]
    for kpi in kpis.values():
        others = [replace(kpis[id], measure="turnover") for id in shares if id != kpi.id]
        movers = replace(report, contents=replace(report.contents, kpis={k.id: k for k in others[:1]}))
        for unit in _units(report):
            rows = report.series(kpi.id, unit)
            found = hiring(rows.iloc[-1], kpi, movers) if len(rows) and kpi.target else None
            yield "describe_hiring", "" if found is None else hires.describe_hiring(found, kpi)
            yield "describe_assumptions", "" if found is None else hires.describe_assumptions(found, kpi)


def _headlines(report: Report) -> Iterator[tuple[str, str]]:
    kpis: dict[str, KpiSummary] = dict(report.contents.kpis)
    for unit in _units(report):
        rows = pd.concat([report.series(kpi, unit).tail(1) for kpi in kpis], ignore_index=True)
        yield "headline_unit", headline.headline_unit(unit, rows, kpis)
        yield "headline_overview", headline.headline_overview(rows, kpis)
        yield "headline_city", headline.headline_city(rows, kpis)
        yield "headline_pay_gaps", headline.headline_pay_gaps(rows[rows["kpi"].str.startswith("PG")], kpis)
        yield "describe_moved", overview.describe_moved(rows, kpis)
        yield "describe_behind", overview.describe_behind(rows, kpis)
        yield "describe_too_early", overview.describe_too_early(rows, kpis)


def _files(report: Report) -> Iterator[tuple[str, str]]:
    for kpi in report.contents.kpis:
        one = replace(report, cells=report.cells[report.cells["kpi"] == kpi].reset_index(drop=True), request=Request((kpi,)))
        yield "write_csv", write_csv(one).decode()
        yield "write_workbook", _workbook(write_workbook(one, kpi))
        yield "show", _table(one) + tidy_columns(one).to_json()


def _workbook(content: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        return "\n".join(book.read(name).decode() for name in sorted(book.namelist()))
