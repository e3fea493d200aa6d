"""What was held when a release was published: each dataset's loads, how fresh they are, how many rows about people are kept.

Files are not named, and no number here is a new way to a small count. Who is in an extract is a published, protected figure (the
first step of a waterfall), so people are not counted again. Rows differ from people only in files with a row per post: they are
given to the nearest hundred, and not at all where even that would narrow how many people there can be. Refused rows are given
as none, fewer than 5, or to the nearest 5. Of all rows kept together, the two leading figures are given, under the same rule.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from metrics.definitions.configuration import Configuration
from metrics.definitions.kpi import Kpi
from metrics.definitions.marks import marks_of
from metrics.definitions.rolling import rolls
from metrics.periods import FinancialYear, Grain, end_of_month
from metrics.query.plan import grain_of, published
from metrics.report import DatasetSummary, KpiSummary, LoadSummary
from metrics.sources.snapshots import Snapshot

HUNDRED, NARROW = 100, 10
FEW = 5
ORDER = (Grain.SNAPSHOT, Grain.MONTH, Grain.QUARTER, Grain.YEAR)


def summarise_datasets(
    configuration: Configuration,
    year: FinancialYear,
    held: Mapping[str, Sequence[Snapshot]],
    in_release: Mapping[str, frozenset[date]],
    kept: Mapping[str, frozenset[date]],
    before: Mapping[str, DatasetSummary],
) -> dict[str, DatasetSummary]:
    """Every dataset of the configuration.

    Parameters
    ----------
    in_release : dataset to the days whose figures stand in the release
    kept : of those, the days that an earlier release made figures of; what it said of their loads stands
    before : what the release before said
    """
    return {
        id: _dataset(configuration, year, id, held.get(id, ()), in_release.get(id, frozenset()), kept.get(id, frozenset()), before.get(id))
        for id, dataset in configuration.datasets.items()
        if dataset.flows is None  # nothing is loaded into those: they are worked out from another one
    }


def _dataset(
    configuration: Configuration,
    year: FinancialYear,
    id: str,
    held: Sequence[Snapshot],
    in_release: frozenset[date],
    kept: frozenset[date],
    before: DatasetSummary | None,
) -> DatasetSummary:
    dataset = configuration.datasets[id]
    grain = min((grain_of(due) for due in published(configuration, id)), key=ORDER.index, default=Grain.SNAPSHOT)
    days = sorted(s.as_at for s in held)
    last = max([*days, *in_release], default=None)
    return DatasetSummary(
        id=id,
        title=dataset.title,
        source_system=dataset.source_system or "",
        per_post=dataset.grain == "post",
        has_identifier=dataset.person_id != "absent",
        grain=grain.value,
        next_end=_next_end(year, grain, last),
        oldest=days[0].isoformat() if days else None,
        days=len(days),
        rows=two_figures(sum(s.rows for s in held)),
        loads=_loads(dataset.grain == "post", held, in_release, kept, before),
        notes=tuple(said.note for said in dataset.notes),
        about_people=dataset.holds_people,
    )


def _loads(
    per_post: bool, held: Sequence[Snapshot], in_release: frozenset[date], kept: frozenset[date], before: DatasetSummary | None
) -> tuple[LoadSummary, ...]:
    """Newest first. A day whose rows were deleted since stays in the list as long as its figures stand."""
    said = {date.fromisoformat(load.day): load for load in (before.loads if before else ())}
    found = {s.as_at: _load(per_post, s, s.as_at in in_release) for s in held}
    stands = {day: replace(load, published=True) for day, load in said.items() if day in kept}
    return tuple(load for _, load in sorted((found | stands).items(), reverse=True))


def _load(per_post: bool, snapshot: Snapshot, in_release: bool) -> LoadSummary:
    return LoadSummary(
        day=snapshot.as_at.isoformat(),
        loaded_on=snapshot.loaded_at.date().isoformat(),
        rows=about(snapshot.rows, snapshot.people) if per_post else None,
        refused=few(snapshot.rejected),
        published=in_release,
    )


def about(rows: int, people: int) -> int | None:
    """Rows to the nearest hundred; None where the most rows that this stands for are hardly more than the people.

    >>> about(11_236, 10_984), about(1_049, 1_046)
    (11200, None)
    """
    shown = (rows + HUNDRED // 2) // HUNDRED * HUNDRED
    return shown if shown + HUNDRED // 2 - 1 - people >= NARROW else None


def few(rows: int) -> str:
    """Refused rows without a small number.

    >>> few(0), few(3), few(13)
    ('none', 'fewer than 5', 'about 15')
    """
    if rows == 0:
        return "none"
    return f"fewer than {FEW}" if rows < FEW else f"about {(rows + FEW // 2) // FEW * FEW:,}"


def two_figures(number: int) -> int | None:
    """The two leading figures; None where they would say almost exactly how many.

    >>> two_figures(187_432), two_figures(184_996), two_figures(42)
    (190000, None, None)
    """
    step: int = 10 ** max(len(str(number)) - 2, 0)
    shown = (number + step // 2) // step * step
    return shown if shown - step // 2 + NARROW <= number <= shown + step // 2 - NARROW else None


def _next_end(year: FinancialYear, grain: Grain, last: date | None) -> str | None:
    """The last day of the first period that ends after the last day held."""
    if last is None or grain is Grain.SNAPSHOT:
        return None
    closing = {Grain.MONTH: 1, Grain.QUARTER: 3, Grain.YEAR: 12}[grain]
    day = end_of_month(last.year, last.month)
    day = day if year.month_of_year(day) % closing == 0 else _month_end_after(day)
    while year.month_of_year(day) % closing or day <= end_of_month(last.year, last.month):
        day = _month_end_after(day)
    return day.isoformat()


def _month_end_after(day: date) -> date:
    first = day + timedelta(days=1)
    return end_of_month(first.year, first.month)


def waiting(
    configuration: Configuration, kpis: Mapping[str, KpiSummary], held: Mapping[str, Sequence[Snapshot]]
) -> tuple[tuple[str, str, str], ...]:
    """KPIs that are defined and have no figure in the release: id, title, why."""
    return tuple((id, kpi.title, _why(configuration, kpi, held)) for id, kpi in sorted(configuration.kpis.items()) if id not in kpis)


def _why(configuration: Configuration, kpi: Kpi, held: Mapping[str, Sequence[Snapshot]]) -> str:
    dataset = configuration.datasets[kpi.dataset]
    title = dataset.title
    if not held.get(kpi.dataset) and rolls(kpi, dataset):
        months, step = kpi.measure.window_months, dataset.window_months
        return (
            f"Each figure is of {months} months, and no {months} months are loaded whole: every extract of “{title}”, {step} months each."
        )
    if not held.get(kpi.dataset):
        return f"No extract of “{title}” has been loaded."
    spans = {s.as_at for s in held[kpi.dataset]}
    for source in dict.fromkeys(dataset.marks[name].source for name in marks_of(kpi, dataset)):
        if not spans & {s.as_at for s in held.get(source, ())}:
            told = configuration.datasets[source].title
            return f"No extract of “{told}” has been loaded for the last day of a span: nobody knows whom of them it happened to."
    return f"No period of it has closed since it was defined: the next extract of “{title}” for such a period publishes it."
