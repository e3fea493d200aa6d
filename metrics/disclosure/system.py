"""Everything that an audience can see of one dataset and period, as an attacker would note it: no true count, no reason for hiding."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from metrics.disclosure.rounding import Chain, interval
from metrics.disclosure.shown import ShownCells
from metrics.disclosure.structure import Structure, structure_of
from metrics.query.counts import Counts, Region, UnitTree


@dataclass(frozen=True)
class PublishedSystem:
    """Structure, shown values and the rules of rounding.

    Attributes
    ----------
    shown : float array, shape (regions,), missing where hidden
    chains : the bases that each shown count was rounded to; () for exact and for hidden
    threshold : counts from 1 to threshold - 1 are what the profile protects; `zeros_hidden`: zeros of sensitive columns too
    alike_below : of groups of fewer people, nobody may know that all share an answer to a sensitive question; 0 where a stored system
        is from before that was asked
    """

    dataset: str
    period_end: str
    audience: str
    profile: str
    threshold: int
    zeros_hidden: bool
    structure: Structure
    shown: np.ndarray
    chains: tuple[Chain, ...]
    amounts: Mapping[int, tuple[float, float, float]] = field(default_factory=dict)
    """Region to what its printed sum may have been (from, up to but without), and the most that one person has of it."""
    alike_below: int = 0

    def known(self) -> tuple[np.ndarray, np.ndarray]:
        """Least and largest count that each figure allows by itself; a sum needs people enough to have it."""
        bounds = [(0.0, np.inf) if np.isnan(v) else interval(int(v), c) for v, c in zip(self.shown.tolist(), self.chains, strict=True)]
        for region, (low, _, most) in self.amounts.items():
            bounds[region] = (max(bounds[region][0], float(np.ceil(low / most - 1e-9))), bounds[region][1])
        pairs = np.array(bounds, dtype=float).reshape(-1, 2)
        return pairs[:, 0].copy(), pairs[:, 1].copy()

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON, compact: sets of categories are written once and named by number."""
        structure = self.structure
        wheres = sorted({r.where for r in structure.regions}, key=_where_key)
        number = {where: i for i, where in enumerate(wheres)}
        units = sorted(structure.tree.parents)
        chains = sorted(set(self.chains))
        return {
            "dataset": self.dataset,
            "period_end": self.period_end,
            "audience": self.audience,
            "profile": self.profile,
            "threshold": self.threshold,
            "zeros_hidden": self.zeros_hidden,
            "alike_below": self.alike_below,
            "units": units,
            "parents": [structure.tree.parents[u] for u in units],
            "axes": [[axis, list(atoms)] for axis, atoms in structure.axes.items()],
            "sensitive": sorted(structure.sensitive),
            "unknown": [[axis, sorted(atoms)] for axis, atoms in sorted(structure.unknown.items())],
            "tables": [[list(axes), depth] for axes, depth in structure.tables],
            "attached": sorted(structure.attached),
            "wheres": [[[axis, sorted(atoms)] for axis, atoms in where] for where in wheres],
            "regions": [[units.index(r.unit), number[r.where]] for r in structure.regions],
            "pairs": structure.pairs.tolist(),
            "families": [[outer, list(inside)] for outer, inside in structure.families],
            "shown": [None if np.isnan(v) else int(v) for v in self.shown.tolist()],
            "chains": [list(c) for c in chains],
            "chain": [chains.index(c) for c in self.chains],
            "amounts": [[region, *told] for region, told in sorted(self.amounts.items())],
        }

    @classmethod
    def from_dict(cls, given: dict[str, Any]) -> PublishedSystem:
        wheres = [tuple((axis, frozenset(atoms)) for axis, atoms in where) for where in given["wheres"]]
        structure = Structure(
            tree=UnitTree(dict(zip(given["units"], given["parents"], strict=True))),
            axes={axis: tuple(atoms) for axis, atoms in given["axes"]},
            sensitive=frozenset(given["sensitive"]),
            tables=tuple((tuple(axes), depth) for axes, depth in given["tables"]),
            attached=frozenset(given["attached"]),
            regions=tuple(Region(given["units"][u], wheres[w]) for u, w in given["regions"]),
            pairs=np.array(given["pairs"], dtype=np.int64).reshape(-1, 2),
            families=tuple((outer, tuple(inside)) for outer, inside in given.get("families", [])),
            unknown={axis: frozenset(atoms) for axis, atoms in given.get("unknown", [])},
        )
        chains = [tuple(c) for c in given["chains"]]
        return cls(
            dataset=given["dataset"],
            period_end=given["period_end"],
            audience=given["audience"],
            profile=given["profile"],
            threshold=given["threshold"],
            zeros_hidden=given["zeros_hidden"],
            structure=structure,
            shown=np.array([np.nan if v is None else float(v) for v in given["shown"]]),
            chains=tuple(chains[c] for c in given["chain"]),
            amounts={int(region): (low, high, most) for region, low, high, most in given.get("amounts", [])},
            alike_below=given.get("alike_below", 0),
        )


def _where_key(where: tuple[tuple[str, frozenset[str]], ...]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple((axis, tuple(sorted(atoms))) for axis, atoms in where)


def published_system(shown: ShownCells, counts: Counts, structure: Structure | None = None) -> PublishedSystem:
    """What an audience sees; `structure`: that of the counts, where it is at hand."""
    return PublishedSystem(
        dataset=shown.dataset,
        period_end=shown.period.end.isoformat(),
        audience=shown.audience,
        profile=shown.certificate.profile,
        threshold=shown.certificate.required + 1,
        zeros_hidden=shown.certificate.zeros_hidden,
        structure=structure if structure is not None else structure_of(counts),
        shown=shown.shown.copy(),
        chains=shown.chains,
        amounts=dict(shown.amounts),
        alike_below=shown.certificate.alike_below,
    )
