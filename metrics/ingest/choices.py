"""Words that may be offered for a cell, each tried on the rules that read it: what is offered is understood."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from metrics.definitions.contract import Choice, Place
from metrics.definitions.dataset import Column, UnitBinding
from metrics.definitions.dimension import Dimension
from metrics.definitions.organisation import Organisation, Unit
from metrics.ingest.labels import Labels, folded
from metrics.ingest.placing import Places, Unplaced

Accepts = Callable[[str], bool]


@dataclass(frozen=True)
class Filled:
    """A category column that a heading fills."""

    column: Column
    dimension: Dimension
    above: Dimension | None = None
    """The dimension that its categories roll up to."""

    @property
    def labels(self) -> Labels:
        return Labels(self.column, self.dimension)


def choices_of(columns: Sequence[Filled], accepts: Accepts = lambda _: True) -> tuple[Choice, ...]:
    """One choice for each answer that words can be found for, in the order of the first column's dimension.

    The category's label is offered; where a recode turns that into something else, the council's own word for it, and at last
    the id. `accepts` says whether the same cell's other columns would take the word.
    """
    labels = [filled.labels for filled in columns]
    found: dict[tuple[str, ...], list[str]] = {}
    for word in _words(columns):
        meant = [reading.category(word) for reading in labels]
        if accepts(word) and None not in meant:
            found.setdefault(tuple(str(category) for category in meant), []).append(word)
    order = {category: place for place, category in enumerate(columns[0].dimension.ids)}
    return tuple(_choice(columns, meant, found[meant]) for meant in sorted(found, key=lambda meant: order[meant[0]]))


def _words(columns: Sequence[Filled]) -> Iterator[str]:
    """Every word that may mean something: labels first, then the council's own, then ids."""
    for filled in columns:
        yield from (category.label for category in filled.dimension.categories)
    for filled in columns:
        yield from filled.column.recode
    for filled in columns:
        yield from filled.dimension.ids


def _choice(columns: Sequence[Filled], meant: tuple[str, ...], words: Sequence[str]) -> Choice:
    categories = [filled.dimension.category(id) for filled, id in zip(columns, meant, strict=True)]
    recodes = {folded(label) for filled in columns for label in filled.column.recode}
    also = {folded(word): word for word in words[1:] if folded(word) in recodes and folded(word) != folded(words[0])}
    return Choice(
        write=words[0],
        category=", ".join(dict.fromkeys(meant)),
        means=" · ".join(dict.fromkeys(category.label for category in categories)),
        within=", ".join(dict.fromkeys(f.above.label(c.parent) for f, c in zip(columns, categories, strict=True) if f.above and c.parent)),
        known=all(category.known for category in categories),
        also=tuple(also.values()),
    )


def places_of(
    organisation: Organisation, binding: UnitBinding, heading: str, day: dt.date, accepts: Accepts = lambda _: True
) -> tuple[Place, ...]:
    """Units that exist on the day, parents first, for one of the headings that name units.

    A heading with the name of a level ("Directorate") is offered that level's units; any other, those of the levels that have
    no heading of their own.
    """
    reading = Places(organisation, binding)
    recodes = {unit: label for label, unit in reversed(list(binding.recode.items()))}
    levels = _levels(organisation, binding, heading)
    found = []
    for unit in organisation.walk(day):
        if unit.level in levels:
            words = [unit.name, *([recodes[unit.id]] if unit.id in recodes else []), unit.id]
            write = next((w for w in words if accepts(w) and _means(reading, w, unit, day)), None)
            if write is not None:
                above = organisation.by_id[unit.parent].name if unit.parent else ""
                found.append(Place(write, unit.id, unit.name, unit.level, above))
    return tuple(found)


def _levels(organisation: Organisation, binding: UnitBinding, heading: str) -> set[str]:
    named = {folded(source) for source in binding.source}
    own = {level for level in organisation.levels if folded(level.replace("_", " ")) == folded(heading.replace("_", " "))}
    return own or {level for level in organisation.levels if folded(level) not in named}


def _means(reading: Places, word: str, unit: Unit, day: dt.date) -> bool:
    try:
        return reading.unit((word,), day) == unit.id
    except Unplaced:
        return False
