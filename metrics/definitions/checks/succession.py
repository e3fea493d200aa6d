"""What the history of units leaves open: right as a file, but figures over time will have gaps there. Warnings, not problems."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from metrics.definitions.configuration import Configuration
from metrics.definitions.organisation import Organisation, Unit
from metrics.definitions.organisation_csv import read_organisation
from metrics.errors import Problem


def succession_warnings(configuration: Configuration, today: date) -> list[Problem]:
    """Units that ended without a successor, and successors that had long stood beside the one unit they follow."""
    path = configuration.folder / "organisation.csv"
    _, lines, _ = read_organisation(path, str(path)) if path.is_file() else (None, {}, [])
    return [Problem(str(path), words, lines.get(unit.id, 0)) for unit, words in _left_open(configuration.organisation, today)]


def _left_open(organisation: Organisation, today: date) -> Iterator[tuple[Unit, str]]:
    for unit in organisation.units:
        if unit.valid_to is None or unit.valid_to >= today:
            continue
        if not unit.successors:
            above = organisation.by_id.get(unit.parent or "")
            if above is None or above.valid_to != unit.valid_to:  # else it shares the successors of the unit above
                yield unit, _ended(unit)
            continue
        for beside in _stood_beside(organisation, unit):
            yield unit, beside


def _ended(unit: Unit) -> str:
    return (
        f"'{unit.id}' ended on {unit.valid_to} and names no successor. If its people stayed, name the unit that they went to, or figures "
        "over time cannot follow them; if the work ended with it, nothing is to be done."
    )


def _stood_beside(organisation: Organisation, unit: Unit) -> Iterator[str]:
    """A rename whose two units overlap is read as a merger into a unit that stood already."""
    if len(unit.successors) != 1 or unit.valid_to is None:
        return
    after = organisation.by_id[unit.successors[0]]
    start = unit.valid_from or date.min
    if after.valid_from and start < after.valid_from <= unit.valid_to and not _others_before(organisation, unit, after):
        yield (
            f"'{unit.id}' ended on {unit.valid_to}, but '{after.id}', which follows it, began on {after.valid_from}: both stood for "
            f"{(unit.valid_to - after.valid_from + timedelta(days=1)).days} days. This is read as one unit joining another; if it is one "
            "unit under a new name, let the new one begin on the day after."
        )


def _others_before(organisation: Organisation, unit: Unit, after: Unit) -> bool:
    return any(after.id in other.successors for other in organisation.units if other.id != unit.id)
