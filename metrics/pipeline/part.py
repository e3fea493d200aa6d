"""One part of a refresh: a dataset on one day, protected for every audience, let through the gate, and evaluated from what passed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import pandas as pd

from metrics.definitions.configuration import Configuration
from metrics.disclosure.gate import pass_gate
from metrics.disclosure.given import Plain
from metrics.disclosure.history import Known
from metrics.disclosure.protect import protect_counts
from metrics.disclosure.shown import ShownCells
from metrics.disclosure.system import PublishedSystem
from metrics.evaluate.evaluate import evaluate
from metrics.query.counts import Counts
from metrics.query.population import Population


@dataclass(frozen=True)
class Part:
    """True counts, and what their readers know from elsewhere: see `protect_counts`."""

    counts: Counts
    hidden_staff: frozenset[Plain] = frozenset()
    known: Mapping[str, Known] = field(default_factory=dict)
    populations: Mapping[str, Population] = field(default_factory=dict)
    """KPI to the published numbers of people that its counts are held against."""


@dataclass(frozen=True)
class Made:
    """What one audience may be shown: counts, figures, and the system as an attacker has it. No true count."""

    shown: ShownCells
    figures: pd.DataFrame
    system: PublishedSystem


def make_part(configuration: Configuration, part: Part) -> dict[str, Made]:
    """Audience to what it may be shown.

    Raises
    ------
    DisclosureError : figures are not proven to be safe; nothing may be published
    """
    settings = configuration.disclosure
    made = {}
    for audience, shown in protect_counts(part.counts, settings, part.hidden_staff, part.known).items():
        passed = pass_gate(part.counts, shown, settings.profiles[settings.audiences[audience]])
        figures = evaluate(replace(passed.shown, populations=part.populations), configuration)
        made[audience] = Made(passed.shown, figures, passed.system)
    return made
