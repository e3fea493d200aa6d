"""What `disclosure` hands to `evaluate`: only what may be shown, and the certificate that says why that is safe."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

import numpy as np
import pandas as pd

from metrics.definitions.profile import ROUNDED_STEPS
from metrics.disclosure.joint import Figure
from metrics.periods import Period
from metrics.query.population import Population

How = Literal["exact", "rounded", "primary", "secondary", "coarsened"]


@dataclass(frozen=True)
class Certificate:
    """The result of attacking one dataset, period and audience with everything that the audience can see.

    `recovered` counts protected cells that the attacker pinned down exactly: it must be 0, or nothing is published.
    `narrowest`: each protected cell could be counts at least so many steps apart (None where nothing is protected). It is the least
    range that was proven, and never more than `required`, what the profile asks for: how much wider a range is could be a count itself.
    """

    dataset: str
    period_end: str
    audience: str
    profile: str
    blocks: int
    cells: int
    exact: int
    rounded: int
    primary: int
    secondary: int
    coarsened: int
    shown_by_level: Mapping[str, float]
    """Share of cells with a figure (exact or rounded), by depth in the organisation: {"0": 0.98, "1": 0.91, …}."""
    recovered: int
    narrowest: int | None
    required: int
    pay_recovered: int
    seconds: float
    narrowest_rounded: int | None = None
    """As `narrowest`, over the protected cells that are rounded (`narrowest` is over the others)."""
    required_rounded: int = ROUNDED_STEPS
    zeros_hidden: bool = False
    """Zeros of sensitive columns are protected as small counts are."""
    alike_below: int = 0
    """Of groups of fewer people than this, nobody may know that all share an answer to a sensitive question."""
    known_before: int = 0
    """Protected figures that earlier releases of the same day already narrow below the rule: hidden now, and cannot be mended."""
    earlier: tuple[str, ...] = ()
    """Ids of the earlier releases that the attacker was given."""
    witnesses: int = 0
    """Whole tables that prove the protected cells."""
    mismatches: int = 0
    """Published sums whose rounded parts, as printed, do not add up to the rounded whole."""
    pay_cells: int = 0
    pay_hidden: int = 0
    """Pay figures, and those of them that are hidden."""

    @property
    def passed(self) -> bool:
        wide = self.narrowest is None or self.narrowest >= self.required
        wide_rounded = self.narrowest_rounded is None or self.narrowest_rounded >= self.required_rounded
        return self.recovered == 0 and self.pay_recovered == 0 and wide and wide_rounded

    def as_dict(self) -> dict[str, Any]:
        """What everybody is told. `primary` holds `secondary` too: where all that is hidden is small, a sum of two gives both away."""
        lists = {"shown_by_level": dict(self.shown_by_level), "earlier": list(self.earlier)}
        hidden = {"primary": self.primary + self.secondary, "secondary": 0}
        return {**asdict(self), **lists, **hidden, "passed": self.passed}


@dataclass(frozen=True)
class ShownCells:
    """One dataset, period and audience, as it may be shown. The only maker is `metrics.disclosure`.

    Attributes
    ----------
    shown : float array, shape (regions,): the count as shown, missing where hidden
    how : array of `How`, shape (regions,)
    cells : as `Counts.cells`, without any count
    statistics : as `Counts.statistics` but only rows that may be shown; others keep their keys with every figure missing
        and `marker` "[c]"; `n` is dropped, the shown base stands in `shown[region]`
    """

    dataset: str
    period: Period
    audience: str
    shown: np.ndarray
    how: np.ndarray
    cells: pd.DataFrame
    statistics: pd.DataFrame
    certificate: Certificate
    chains: tuple[tuple[int, ...], ...] = ()
    """The bases that each shown count was rounded to, one after the other; () where it is exact or hidden."""
    amounts: Mapping[int, tuple[float, float, float]] = field(default_factory=dict)
    """Region to what its printed sum may have been (from, up to but without), and the most that one person has of it."""
    populations: Mapping[str, Population] = field(default_factory=dict)
    """KPI to the published numbers of people that its counts are held against: they are not protected, and decide nothing here."""
    known_before: frozenset[Figure] = field(default=frozenset(), repr=False)
    """Targets that earlier releases give away, which `metrics.disclosure.gate` does not ask for; it takes their names away, too."""
    witnesses: tuple[np.ndarray, ...] = field(default=(), repr=False)
    """Whole tables of people that prove the protected counts, the true one among them: `metrics.disclosure.gate` takes them away."""
