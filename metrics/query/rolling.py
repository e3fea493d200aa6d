"""Windows that roll, as sets of people: the extract that a row stands in is one more axis, and a window admits several of its categories.

So windows that overlap are sets of people in one system, whoever publishes them and when: what they leave of one another can be asked
for like anything else. An extract is named by its last day.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from metrics.definitions.configuration import Configuration
from metrics.query.counts import EXTRACT, OTHER
from metrics.query.people import People
from metrics.sources.derived import window_of


@dataclass(frozen=True)
class Rolling:
    """What the figures of a day are made of.

    Attributes
    ----------
    window : days of the extracts that the figures are of, in order
    held : those, and the others that earlier or later windows are told of: all are counted, each by itself
    """

    window: tuple[date, ...]
    held: tuple[date, ...]

    @property
    def people(self) -> People:
        return {EXTRACT: frozenset(day.isoformat() for day in self.window)}

    @property
    def atoms(self) -> dict[str, str]:
        """Each extract is told apart from every other."""
        names = [*(day.isoformat() for day in self.held), OTHER]
        return dict(zip(names, names, strict=True))


def rolling_on(configuration: Configuration, dataset: str, day: date, named: Iterable[People] = ()) -> Rolling | None:
    """The extracts of a day; None for a dataset whose windows do not roll. `named`: sets of other windows, which are to be countable."""
    window = window_of(configuration, dataset, day)
    if len(window) == 1:
        return None
    others = {date.fromisoformat(name) for people in named for name in people.get(EXTRACT, ())}
    return Rolling(window, tuple(sorted({*window, *others})))
