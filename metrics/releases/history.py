"""The history of a release's units, from the organisation and the certificates that it keeps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from metrics.definitions.organisation import Organisation, Unit
from metrics.definitions.succession import Break, Succession
from metrics.releases.draft import StoredBatch
from metrics.report import Breaks, History, UnitSummary


def organisation_of(units: Mapping[str, UnitSummary]) -> Organisation:
    """The organisation as it was declared when the release was published."""
    return Organisation(
        tuple(Unit(u.id, u.name, u.parent, u.level, _day(u.valid_from), _day(u.valid_to), tuple(u.successors)) for u in units.values())
    )


def _day(iso: str | None) -> date | None:
    return date.fromisoformat(iso) if iso else None


def successions(units: Mapping[str, UnitSummary], batches: Sequence[StoredBatch]) -> dict[str, Succession]:
    """Each dataset's own: which units have staff attached to themselves may differ between extracts."""
    organisation = organisation_of(units)
    today = max(b.label.period_end for b in batches)
    return {
        dataset: Succession(organisation, today, _Empty(organisation, [b for b in batches if b.label.dataset == dataset]))
        for dataset in sorted({b.label.dataset for b in batches})
    }


class _Empty:
    """Units above others that had nobody of their own on a day, as far as the certificate nearest before it tells.

    Releases made before certificates told so have no such units: then anybody may be anywhere, and less can be said.
    """

    def __init__(self, organisation: Organisation, batches: Iterable[StoredBatch]) -> None:
        self.organisation = organisation
        self.told = {b.label.period_end: b.certificate for b in batches if "attached" in b.certificate}

    def __call__(self, day: date) -> frozenset[str]:
        held = max((d for d in self.told if d <= day), default=None)
        if held is None:
            return frozenset()
        attached, depth = set(self.told[held]["attached"]), int(self.told[held]["depth"])
        above = (u.id for u in self.organisation.walk(day) if self.organisation.children(u.id, day))
        return frozenset(u for u in above if u not in attached and self.organisation.depth(u) < depth)


def history_of(told: Mapping[str, Succession], batches: Sequence[StoredBatch]) -> History:
    """Everything that readers are told of what became of units."""
    days = sorted({b.label.period_end for b in batches})
    one = next(iter(told.values()))
    units = [u for u in one.organisation.units if u.parent is not None]
    standing = [u.id for u in units if u.existed(one.today)]
    newest = [b.certificate for b in batches if b.label.period_end == one.today]
    return History(
        breaks=_filled({u.id: _as_was(one, u) for u in units}),
        breaks_today={dataset: _filled({u: _told(s.breaks_today(u)) for u in standing}) for dataset, s in told.items()},
        was={u.id: words for u in units if u.valid_from and u.valid_from > days[0] and (words := one.began(u.id))},
        recast=frozenset(u for s in told.values() for u in standing for d in days if not s.composition(u, d).same_unit),
        now_in={u.id: one.now_in(u.id) for u in units if u.valid_to and u.valid_to < one.today},
        own_staff=frozenset(u for c in newest for u in c.get("attached", ())),
    )


def _as_was(told: Succession, unit: Unit) -> Breaks:
    return _told(told.breaks(unit.id))


def _told(breaks: Iterable[Break]) -> Breaks:
    return tuple((b.day.isoformat(), b.reason) for b in breaks)


def _filled(found: Mapping[str, Breaks]) -> dict[str, Breaks]:
    return {unit: breaks for unit, breaks in found.items() if breaks}


def farthest_off(batches: Iterable[StoredBatch]) -> dict[tuple[str, date], float]:
    """Dataset and day to how far a rounded count may be from the true one; missing in releases made before certificates told so."""
    return {(b.label.dataset, b.label.period_end): float(b.certificate["off_by"]) for b in batches if "off_by" in b.certificate}
