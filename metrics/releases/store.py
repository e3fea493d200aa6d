"""The store of releases: publish in one step, read what was published, never anything else.

A release is a list of batches (one dataset, period and audience each). A batch is written once; later releases carry it
forward by naming it, so a figure that was published cannot change by being published again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pandas as pd
from sqlalchemy import func, select
from sqlalchemy.engine import Connection

from metrics.access.rules import can_view_audience, check_can_view_audience, check_can_view_release
from metrics.access.viewer import Viewer
from metrics.definitions.succession import Succession
from metrics.definitions.waterfall import WATERFALL
from metrics.errors import NotPublished
from metrics.releases.attacks import StoredAttack, last_attacks, record_attacks, verdicts
from metrics.releases.cells import cells_statement, frame_of
from metrics.releases.certified import stored_faults
from metrics.releases.compare import Comparison, compare_cells
from metrics.releases.database import Database
from metrics.releases.draft import Draft, ReleaseSummary, StoredBatch
from metrics.releases.held import latest_release, provenance_of, release_row, stored_batches, summary_of
from metrics.releases.history import farthest_off, history_of, successions
from metrics.releases.movements import how_many_moved
from metrics.releases.publishing import check_draft, write_draft
from metrics.releases.questions import check_request, check_stands, published_ends, units_for
from metrics.releases.recast import Recasting, recast
from metrics.releases.schema import BATCHES, RELEASE_BATCHES, RELEASES, SERIES
from metrics.releases.seals import check_batches, check_release
from metrics.releases.snapshot import Snapshot, unpack, unpack_snapshot
from metrics.releases.withdraw import Sharing, find_sharing, mark_withdrawn
from metrics.report import Contents, History, Report, Request, issued

FEW_GROUPS = 200
"""More are not named in a statement: all are read."""

WITHDRAWN = "withdrawn"
"""The status of every figure of a withdrawn release, so that each row, image and file says it."""
WITHOUT_FIGURE = ("hidden", "withheld", "not_available")


class ReleaseStore:
    """Releases by URL. Opening one touches nothing; the first `publish` makes the tables."""

    def __init__(self, url: str) -> None:
        self._database = Database(url)
        self._snapshots: dict[str, tuple[Snapshot, tuple[StoredBatch, ...]]] = {}
        self._histories: dict[str, tuple[dict[str, Succession], History]] = {}
        self._whole: set[int] = set()
        """Batches whose seal was compared with what is stored: once is enough, since nothing of them can change."""

    @property
    def url(self) -> str:
        """Without a password, for messages."""
        return self._database.shown_url

    def close(self) -> None:
        self._database.close()

    # publishing

    def publish(self, draft: Draft) -> str:
        """Store a release and give it its id: all of it at one instant, or nothing at all.

        Raises
        ------
        DisclosureError : a batch was not certified, or shows what its certificate does not speak of
        NotCertified : figures that would be carried forward are not the ones that were certified
        SourceError : the store cannot be written, or another release was published since the draft was begun
        """
        check_draft(draft)
        with self._database.publishing() as connection:
            return write_draft(connection, draft)

    # withdrawing

    def sharing(self, release: str) -> Sharing:
        """Which other releases hold figures of one that is to be withdrawn. Refuses an id that is not there, or withdrawn already."""
        with self._database.reading() as connection:
            release_row(connection, release)
            return find_sharing(connection, release)

    def withdraw(
        self,
        release: str,
        reason: str,
        *,
        with_later: bool | None = None,
        now: datetime | None = None,
        before: Callable[[tuple[str, ...]], None] = lambda _: None,
    ) -> tuple[str, ...]:
        """Mark a release as withdrawn, for readers to see; the ids of all that were marked, in one step.

        `with_later`: True also withdraws later releases that hold the same figures, False leaves them; None refuses where there are any.
        `before`: told of the ids before it is done; where it fails, nothing is.

        Raises
        ------
        InputError : no reason, withdrawn already, or later releases hold the same figures and nothing was said of them
        NotPublished : there is no such release
        """
        with self._database.publishing() as connection:
            release_row(connection, release)
            releases = find_sharing(connection, release).decided(with_later)
            mark_withdrawn(connection, releases, reason, now or datetime.now(UTC))
            before(releases)
        return releases

    def check_seals(self, release: str | None = None) -> None:
        """Compare a whole release with its seals. `NotCertified` names what is not the one that was certified."""
        with self._database.reading() as connection:
            _, batches = self._held(connection, release_row(connection, release).id)
            self._check_seals(connection, (b.id for b in batches))

    # attacking again

    def record_attacks(self, attacks: Iterable[StoredAttack]) -> None:
        """Keep what came of some attacks, for readers. SourceError: the store cannot be written."""
        with self._database.publishing() as connection:
            record_attacks(connection, attacks)

    def uncertified(self, release: str | None = None, audience: str | None = None) -> dict[int, dict[str, int]]:
        """Batch to what is wrong with its figures, in words, to how many; of batches that keep which count each figure is."""
        found: dict[int, dict[str, int]] = {}
        for batch, system in self.systems(release, audience):
            measures = {id: kpi.kind_of_figure for id, kpi in self.snapshot(batch.release).kpis.items()}
            if wrong := stored_faults(self.batch_cells([batch]), system, measures):
                found[batch.id] = wrong
        return found

    # what there is

    def latest(self) -> str | None:
        """The newest release that is not withdrawn; None where nothing was published."""
        try:
            with self._database.reading() as connection:
                return latest_release(connection)
        except NotPublished:
            return None

    def release_id(self, release: str | None = None) -> str:
        """The id of a release that is there; of the latest where none is named."""
        with self._database.reading() as connection:
            return str(release_row(connection, release).id)

    def list_releases(self) -> tuple[ReleaseSummary, ...]:
        """Every release, newest first; none where nothing was published."""
        cells = select(BATCHES.c.id, BATCHES.c.cells, BATCHES.c.period_end, BATCHES.c.release).subquery()
        statement = (
            select(
                RELEASES,
                func.count(cells.c.id),
                func.coalesce(func.sum(cells.c.cells), 0),
                func.min(cells.c.period_end),
                func.max(cells.c.period_end),
                select(func.count()).where(BATCHES.c.release == RELEASES.c.id).scalar_subquery(),
            )
            .select_from(RELEASES)
            .outerjoin(RELEASE_BATCHES, RELEASE_BATCHES.c.release == RELEASES.c.id)
            .outerjoin(cells, cells.c.id == RELEASE_BATCHES.c.batch)
            .group_by(RELEASES.c.sequence)
            .order_by(RELEASES.c.sequence.desc())
        )
        try:
            with self._database.reading() as connection:
                found = verdicts(connection)
                return tuple(summary_of(row, found.get(row.id)) for row in connection.execute(statement))
        except NotPublished:
            return ()

    def count(self) -> int:
        """How many releases there are, in a store of this version or an earlier one."""
        with self._database.reading(any_version=True) as connection:
            return connection.scalar(select(func.count()).select_from(RELEASES)) or 0

    def batches(self, release: str | None = None) -> tuple[StoredBatch, ...]:
        """What a release consists of, without figures."""
        with self._database.reading() as connection:
            return self._held(connection, release_row(connection, release).id)[1]

    def snapshot(self, release: str | None = None) -> Snapshot:
        """What was defined when a release was published."""
        with self._database.reading() as connection:
            return self._held(connection, release_row(connection, release).id)[0]

    def few_moved(self, release: str, viewer: Viewer) -> tuple[date, int] | None:
        """The newest day as at which there are figures, and how many counts moved by a few people since a day before it, never which.

        None for who is not of the first audience, of which it is told, and where there is no day to compare with.
        """
        self.contents(release, viewer)  # refuses who may not see it
        if viewer.audience != self.snapshot(release).audiences[0]:
            return None
        moved = how_many_moved(self, release)
        newest = max((day for _, day in moved), default=None)
        return None if newest is None else (newest, sum(many for (_, day), many in moved.items() if day == newest))

    # reading

    def contents(self, release: str | None, viewer: Viewer) -> Contents:
        """What a release holds for a viewer: enough to build every menu, without any figure."""
        with self._database.reading() as connection:
            return self._contents(connection, release, viewer)

    def read(self, request: Request, viewer: Viewer) -> Report:
        """The figures that were asked for, in one statement. `NotPublished` says what there is instead.

        Those of a withdrawn release have that as their status, except where there is no figure to withdraw.
        """
        with self._database.reading() as connection:
            contents = self._contents(connection, request.release, viewer)
            check_request(connection, request, contents, viewer)
            snapshot, batches = self._held(connection, contents.provenance.release)
            if request.structure == "today":
                told, _ = self._history(contents.provenance.release, snapshot, batches)
                cells = self._recast(connection, batches, told, request, contents, viewer)
            else:
                mine = [b for b in batches if b.label.audience == viewer.audience]
                wanted = [b.id for b in mine if _asked(b.label.period_end, request.period_ends)]
                cells = self._cells(connection, wanted, request, contents, viewer)
            if contents.provenance.withdrawn is not None:
                cells["status"] = cells["status"].where(cells["status"].isin(WITHOUT_FIGURE), WITHDRAWN)
            return Report(contents, issued(cells, contents.provenance), request)

    def _recast(
        self,
        connection: Connection,
        batches: Sequence[StoredBatch],
        told: Mapping[str, Succession],
        request: Request,
        contents: Contents,
        viewer: Viewer,
    ) -> pd.DataFrame:
        """Every period in the units of the newest one, made from figures that this viewer is shown."""
        units = check_stands(request, contents)
        mine = [b for b in batches if b.label.audience == viewer.audience]
        made = Recasting(contents, told, farthest_off(mine), frozenset(contents.units))
        asked = replace(request, units=units, period_ends=None)
        figures = self._cells(connection, [b.id for b in mine], asked, contents, viewer)
        needed = made.needed(units)
        parts = replace(asked, units=needed, breakdowns=None)
        groups = sorted(figures["group"].unique())
        published = self._cells(connection, [b.id for b in mine], parts, contents, viewer, groups) if needed else figures.head(0)
        found = recast(figures, published, made)
        return found[found["period_end"].dt.date.isin(request.period_ends)].reset_index(drop=True) if request.period_ends else found

    def _history(self, release: str, snapshot: Snapshot, batches: Sequence[StoredBatch]) -> tuple[dict[str, Succession], History]:
        """What became of the units of a release; remembered, since it cannot change."""
        found = self._histories.get(release)
        if found is None:
            told = successions(snapshot.units, batches)
            found = told, history_of(told, batches)
            if len(self._histories) >= 16:
                self._histories.pop(next(iter(self._histories)), None)
            self._histories[release] = found
        return found

    def _cells(
        self,
        connection: Connection,
        batches: Sequence[int],
        request: Request,
        contents: Contents,
        viewer: Viewer,
        groups: Sequence[str] | None = None,
    ) -> pd.DataFrame:
        statement = cells_statement(batches).where(SERIES.c.kpi.in_(request.kpis or tuple(contents.kpis)))
        units = request.units or (tuple(contents.units) if viewer.units is not None else None)
        if units is not None:
            statement = statement.where(SERIES.c.unit.in_(units))
        if request.breakdowns is not None:
            statement = statement.where(SERIES.c.breakdown.in_(request.breakdowns))
        else:
            statement = statement.where(SERIES.c.breakdown != WATERFALL)
        if groups is not None and len(groups) < FEW_GROUPS:
            statement = statement.where(SERIES.c.group.in_(groups))
        self._check_seals(connection, batches)
        return frame_of(connection.execute(statement).all())

    def _check_seals(self, connection: Connection, batches: Iterable[int]) -> None:
        """Refuse figures that are not the ones that were certified; each batch is looked at once in a process."""
        if new := [b for b in dict.fromkeys(batches) if b not in self._whole]:
            check_batches(connection, new)
            self._whole.update(new)

    def batch_cells(self, batches: Iterable[StoredBatch], whole: bool = False) -> pd.DataFrame:
        """Every figure of some batches, or those of `whole` units, for the pipeline: what the next period is compared with."""
        ids = [b.id for b in batches]
        if not ids:
            return frame_of([])
        with self._database.reading() as connection:
            self._check_seals(connection, ids)
            return frame_of(connection.execute(cells_statement(ids, whole)).all())

    def systems(self, release: str | None = None, audience: str | None = None) -> Iterator[tuple[StoredBatch, dict[str, Any]]]:
        """What each audience sees of each dataset and period, as the attacker was given it: to attack it again."""
        with self._database.reading() as connection:
            row = release_row(connection, release)
            snapshot, batches = self._held(connection, row.id)
            if audience is not None:
                _check_audience(row.id, audience, snapshot)
            wanted = [b for b in batches if audience in {None, b.label.audience}]
            self._check_seals(connection, (b.id for b in wanted))
            for batch in wanted:
                stored = connection.scalar(select(BATCHES.c.system).where(BATCHES.c.id == batch.id))
                yield batch, unpack(stored or b"")

    def versions(self, dataset: str, day: date) -> tuple[tuple[str, dict[str, Any]], ...]:
        """Every version of a day that was ever published, of withdrawn releases too: the release that it came with, and what was seen."""
        wanted = (BATCHES.c.dataset == dataset, BATCHES.c.period_end == day)
        try:
            with self._database.reading() as connection:
                rows = connection.execute(select(BATCHES.c.id, BATCHES.c.release, BATCHES.c.system).where(*wanted)).all()
                self._check_seals(connection, (row.id for row in rows))
        except NotPublished:
            return ()
        return tuple((row.release, unpack(row.system or b"")) for row in sorted(rows, key=lambda row: row.id))

    def spans(self, dataset: str) -> tuple[tuple[date, date, str, dict[str, Any]], ...]:
        """Every version of every day of a dataset, as `versions`: the first and the last day that its figures are of, release, system."""
        wanted = select(BATCHES.c.id, BATCHES.c.period_start, BATCHES.c.period_end, BATCHES.c.release, BATCHES.c.system)
        try:
            with self._database.reading() as connection:
                rows = connection.execute(wanted.where(BATCHES.c.dataset == dataset)).all()
                self._check_seals(connection, (row.id for row in rows))
        except NotPublished:
            return ()
        ordered = sorted(rows, key=lambda row: row.id)
        return tuple((row.period_start, row.period_end, row.release, unpack(row.system or b"")) for row in ordered)

    def compare(self, before: str, after: str, viewer: Viewer) -> Comparison:
        """Which figures of one release differ in another, and whether data, a definition or suppression is the reason."""
        with self._database.reading() as connection:
            sides = []
            for release in (before, after):
                contents = self._contents(connection, release, viewer)
                batches = [b for b in self._held(connection, release)[1] if b.label.audience == viewer.audience]
                sides.append((contents, batches))
            shared = {b.id for b in sides[0][1]} & {b.id for b in sides[1][1]}
            differing = [[b for b in batches if b.id not in shared] for _, batches in sides]
            frames = [
                self._cells(connection, [b.id for b in batches], Request(), contents, viewer)
                for (contents, _), batches in zip(sides, differing, strict=True)
            ]
        return compare_cells(before, after, frames[0], frames[1], differing[0], differing[1])

    # one release

    def _held(self, connection: Connection, release: str) -> tuple[Snapshot, tuple[StoredBatch, ...]]:
        """Snapshot and batches of a release; remembered, since neither can change."""
        if release not in self._snapshots:
            check_release(connection, release)
            stored = connection.scalar(select(RELEASES.c.contents).where(RELEASES.c.id == release))
            if len(self._snapshots) >= 16:
                self._snapshots.pop(next(iter(self._snapshots)))
            self._snapshots[release] = (unpack_snapshot(stored or b""), stored_batches(connection, release))
        return self._snapshots[release]

    def _contents(self, connection: Connection, release: str | None, viewer: Viewer) -> Contents:
        row = release_row(connection, release)
        check_can_view_release(viewer, row.synthetic)
        snapshot, batches = self._held(connection, row.id)
        if viewer.audience not in snapshot.audiences:
            raise NotPublished(
                f"Release {row.id} has no figures for '{viewer.audience}'; it has them for: {', '.join(snapshot.audiences)}."
            )
        check_can_view_audience(viewer, viewer.audience, snapshot.audiences)
        mine = [b for b in batches if b.label.audience == viewer.audience]
        others = [
            b for b in batches if b.label.audience != viewer.audience and can_view_audience(viewer, b.label.audience, snapshot.audiences)
        ]
        ends = published_ends(mine)
        contents = Contents(
            provenance=provenance_of(row, snapshot, mine, viewer.audience),
            kpis={id: kpi for id, kpi in snapshot.kpis.items() if id in ends},
            units=units_for(viewer, snapshot),
            dimensions=snapshot.dimensions,
            periods={id: ends[id] for id in snapshot.kpis if id in ends},
            certificates=tuple(b.certificate for b in mine),
            other_certificates=tuple(b.certificate for b in others),
            attacks=last_attacks(connection, [b.id for b in (*mine, *others)]),
            sources=snapshot.sources,
            waiting=snapshot.waiting,
            comparators=snapshot.comparators,
        )
        return replace(contents, history=self._history(row.id, snapshot, batches)[1]) if batches else contents


def _asked(day: date, wanted: tuple[date, ...] | None) -> bool:
    return wanted is None or day in wanted


def _check_audience(release: str, audience: str, snapshot: Snapshot) -> None:
    if audience not in snapshot.audiences:
        raise NotPublished(f"Release {release} has no figures for '{audience}'; it has them for: {', '.join(snapshot.audiences)}.")
