"""Where readers find figures when most groups of a breakdown are hidden: said in the note of each hidden row, from shown cells alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pandas as pd

from metrics.definitions.configuration import Configuration
from metrics.definitions.groupings import ways_up
from metrics.definitions.kpi import Kpi
from metrics.definitions.waterfall import WATERFALL
from metrics.periods import Grain

COARSENED = "coarsened"
Dims = tuple[str, ...]


@dataclass(frozen=True)
class Split:
    """One KPI at one unit by some dimensions: which rows are hidden, and the share of its groups with anybody in them that is shown."""

    rows: tuple[int, ...]
    hidden: tuple[int, ...]
    shown: float


def notes_instead(frame: pd.DataFrame, configuration: Configuration, least: float) -> pd.Series:
    """The `note` column, with a pointer in place of the reason where under `least` of a breakdown's groups at a unit are shown.

    `coarsened:by:<dimensions>` by broader categories, or each characteristic by itself (several, with commas); `coarsened:at:<unit>` the
    nearest unit above; `coarsened:yearly:<dimensions>` what is published once a year. Nothing where none of them says more.
    """
    notes = frame["note"].copy()
    splits = _splits(frame)
    for (kpi, unit, dims), split in splits.items():
        if split.hidden and split.shown < least:
            readable = {d for (k, u, d), s in splits.items() if (k, u) == (kpi, unit) and s.shown >= least}
            where = _here(configuration, dims, readable) or _above(configuration, splits, kpi, unit, dims, least)
            where = where or _yearly(configuration, configuration.kpis[kpi], dims, {d for k, _, d in splits if k == kpi})
            if where:
                notes.loc[list(split.hidden)] = f"{COARSENED}:{where}"
    return notes


def _splits(frame: pd.DataFrame) -> dict[tuple[str, str, Dims], Split]:
    """The same groups may stand in several breakdowns: they are one split."""
    found: dict[tuple[str, str, Dims], dict[str, list[int]]] = {}
    rows = frame[(frame["group"] != "") & (frame["breakdown"] != WATERFALL)]
    for at, kpi, unit, group in zip(rows.index.tolist(), rows["kpi"], rows["unit"], rows["group"], strict=True):
        dims = tuple(part.partition("=")[0] for part in str(group).split(";"))
        found.setdefault((str(kpi), str(unit), dims), {}).setdefault(str(group), []).append(at)
    return {key: _split(frame, groups) for key, groups in found.items()}


def _split(frame: pd.DataFrame, groups: dict[str, list[int]]) -> Split:
    first = frame.loc[[at[0] for at in groups.values()]]
    hidden = first["marker"] == "[c]"
    anybody = hidden | (first["value"].notna() & ~((first["value"] == 0) & (first["numerator"] == first["value"])))
    rows = tuple(at for places in groups.values() for at in places)
    gone = tuple(at for places, h in zip(groups.values(), hidden, strict=True) if h for at in places)
    return Split(rows, gone, float((~hidden[anybody]).mean()) if anybody.any() else 1.0)


def _here(configuration: Configuration, dims: Dims, readable: Iterable[Dims]) -> str:
    """Coarser splits of the same unit that can be read: as many characteristics in broader categories, else fewer of them."""
    coarser = [d for d in readable if d != dims and _covers(configuration, d, dims)]
    most = max((len(d) for d in coarser), default=0)
    best = sorted(d for d in coarser if len(d) == most)
    if most == len(dims):  # the finest of them: the one that no other is coarser than
        best = [d for d in best if not any(o != d and _covers(configuration, d, o) for o in best)][:1]
    return f"by:{','.join('+'.join(d) for d in best)}" if best else ""


def _covers(configuration: Configuration, coarse: Dims, fine: Dims) -> bool:
    lines = [set(_line(configuration, d)) for d in fine]
    return len(coarse) <= len(fine) and all(any(d in line for line in lines) for d in coarse)


def _line(configuration: Configuration, dimension: str) -> Iterator[str]:
    """A dimension and those that its categories roll up to."""
    yield from ways_up(configuration.dimensions, dimension)


def _above(configuration: Configuration, splits: dict[tuple[str, str, Dims], Split], kpi: str, unit: str, dims: Dims, least: float) -> str:
    here = configuration.organisation.by_id[unit].parent if unit in configuration.organisation.by_id else None
    while here is not None:
        if (kpi, here, dims) in splits and splits[kpi, here, dims].shown >= least:
            return f"at:{here}"
        here = configuration.organisation.by_id[here].parent
    return ""


def _yearly(configuration: Configuration, kpi: Kpi, dims: Dims, published: set[Dims]) -> str:
    """A coarser breakdown that is declared and not due on this day."""
    for breakdown in kpi.breakdowns:
        _, words = configuration.split(breakdown)
        if breakdown.grain is Grain.YEAR and words and words not in published and _covers(configuration, words, dims):
            return f"yearly:{'+'.join(words)}"
    return ""
