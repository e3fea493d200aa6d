"""Which unit of the organisation a row's words mean, on the row's day."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

from metrics.definitions.dataset import UnitBinding
from metrics.definitions.organisation import Organisation, Unit
from metrics.ingest.area_codes import same_area
from metrics.ingest.labels import folded, without_sign


class Unplaced(ValueError):
    """Why a label names no unit."""


class Places:
    def __init__(self, organisation: Organisation, binding: UnitBinding | None, footnotes: bool = False) -> None:
        self._organisation = organisation
        self._footnotes = footnotes
        """Signs of footnotes may be glued to a unit's name."""
        self._recodes = {folded(label): unit for label, unit in (binding.recode if binding else {}).items()}
        self._named: dict[str, list[Unit]] = defaultdict(list)
        for unit in organisation.units:
            for word in {folded(unit.id), folded(unit.name)}:
                self._named[word].append(unit)

    def unit(self, labels: tuple[str | None, ...], day: dt.date) -> str:
        """The unit that the lowest filled label means; labels above it tell units of one name apart. All blank: the council.

        Raises
        ------
        Unplaced : no such unit, several of that name, or it did not exist on that day
        """
        filled = [label for label in labels if label]
        if not filled:
            return self._organisation.root.id
        above = {u.id for label in filled[:-1] for u in self._candidates(label)}
        found = self._candidates(filled[-1])
        if not found:
            raise Unplaced("no unit has this id or name")
        living = [u for u in found if u.existed(day)]
        if not living:
            raise Unplaced(_not_then(found[0], day, self._organisation))
        if len(living) > 1 and above:
            living = [u for u in living if above & set(self._organisation.path(u.id)[:-1])] or living
        if len(living) > 1:
            raise Unplaced(f"{len(living)} units have this name ({', '.join(u.id for u in living)})")
        return living[0].id

    def _candidates(self, label: str) -> list[Unit]:
        """Units of this name; then of the name without a footnote's sign, or of another code of the same area."""
        bare = without_sign(label) if self._footnotes else None
        words = [label, *([bare] if bare is not None else []), *same_area(label)]
        return next((found for word in words if (found := self._called(word))), [])

    def _called(self, label: str) -> list[Unit]:
        recoded = self._recodes.get(folded(label))
        if recoded is not None:
            unit = self._organisation.by_id.get(recoded)
            return [unit] if unit else []
        return self._named.get(folded(label), [])


def _not_then(unit: Unit, day: dt.date, organisation: Organisation) -> str:
    """Why a unit is not the answer on a day, and which one is likely meant."""
    span = f"from {unit.valid_from or 'the start'} to {unit.valid_to or 'now'}"
    late = unit.valid_to is not None and unit.valid_to < day
    meant = _standing_after(unit, day, organisation) if late else _standing_before(unit, day, organisation)
    what = "its people were by then in" if late else "before it, its people were in"
    advice = f"; {what} {', '.join(meant)}" if meant else "; nothing is named as what it became" if late else ""
    return f"unit {unit.id} existed {span}, not on {day}{advice}"


def _standing_after(unit: Unit, day: dt.date, organisation: Organisation) -> list[str]:
    """Successors, or theirs, that stood on the day."""
    found: dict[str, None] = {}
    for name in unit.successors:
        after = organisation.by_id.get(name)
        if after is not None:
            found |= dict.fromkeys([name] if after.existed(day) else _standing_after(after, day, organisation))
    return list(found)


def _standing_before(unit: Unit, day: dt.date, organisation: Organisation) -> list[str]:
    """Units, or those before them, that this one followed and that stood on the day."""
    found: dict[str, None] = {}
    for before in organisation.units:
        if unit.id in before.successors:
            found |= dict.fromkeys([before.id] if before.existed(day) else _standing_before(before, day, organisation))
    return list(found)
