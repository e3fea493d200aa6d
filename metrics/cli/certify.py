"""`equality certify`: attack a stored release again, with all that an audience can see of it and nothing else."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
import typer

from metrics.cli.options import DEFAULT_CONFIG, ConfigOption, JsonOption
from metrics.cli.progress import bar
from metrics.cli.tables import table
from metrics.disclosure.attack import Attack, attack
from metrics.disclosure.system import PublishedSystem
from metrics.releases.store import ReleaseStore
from metrics.settings import load_settings

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@dataclass(frozen=True)
class Tried:
    """One dataset, period and audience, and what the attacker made of it."""

    system: PublishedSystem
    attack: Attack

    @property
    def hidden(self) -> int:
        """Counts that are hidden or rounded: what there is to find out."""
        low, high = self.system.known()
        return int(np.count_nonzero(low < high))

    def as_dict(self) -> dict[str, Any]:
        return {
            "dataset": self.system.dataset,
            "period_end": self.system.period_end,
            "audience": self.system.audience,
            "profile": self.system.profile,
            "counts": len(self.system.shown),
            "hidden_or_rounded": self.hidden,
            "recovered": self.attack.recovered,
            "unsettled": self.attack.unsettled,
            "proven": self.attack.proven,
            "seconds": round(self.attack.seconds, 2),
        }


@app.command(name="certify", epilog="Example: equality certify 2026-05-21 --audience public")
def certify_release(
    release: Annotated[str | None, typer.Argument(metavar="ID", help="Release to attack; default: the latest.")] = None,
    audience: Annotated[str | None, typer.Option("--audience", help="Attack what this audience sees; default: every audience.")] = None,
    seconds: Annotated[float | None, typer.Option("--seconds", min=0.1, help="Give up on a period after so long; default: never.")] = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Attack a stored release again. Exit 1 when a protected count can be worked out."""
    store = ReleaseStore(load_settings(config).releases_url)
    name = store.release_id(release)
    systems = [PublishedSystem.from_dict(system) for _, system in store.systems(name, audience)]
    tried: list[Tried] = []
    with bar(not as_json) as told:
        for system in systems:
            told(f"{system.dataset}, {system.period_end}, {system.audience}", len(tried), len(systems))
            tried.append(Tried(system, attack(system, seconds)))
    typer.echo(_as_json(name, tried) if as_json else _in_words(name, tried))
    raise typer.Exit(1 if any(t.attack.recovered for t in tried) else 0)


def _as_json(release: str, tried: Sequence[Tried]) -> str:
    recovered = sum(t.attack.recovered for t in tried)
    return json.dumps({"release": release, "recovered": recovered, "parts": [t.as_dict() for t in tried]}, indent=1)


def _in_words(release: str, tried: Sequence[Tried]) -> str:
    heads = ("dataset", "period", "audience", "counts", "hidden or rounded", "recovered", "unsettled", "seconds")
    rows = [
        (
            t.system.dataset,
            t.system.period_end,
            t.system.audience,
            f"{len(t.system.shown):,}",
            f"{t.hidden:,}",
            t.attack.recovered,
            t.attack.unsettled,
            f"{t.attack.seconds:.1f}",
        )
        for t in tried
    ]
    return table(heads, rows, ("counts", "hidden or rounded", "recovered", "unsettled", "seconds")) + "\n\n" + _verdict(release, tried)


def _verdict(release: str, tried: Sequence[Tried]) -> str:
    recovered, unsettled = sum(t.attack.recovered for t in tried), sum(t.attack.unsettled for t in tried)
    if recovered:
        return f"Release {release}: {recovered} protected counts can be worked out exactly. It should be withdrawn."
    if unsettled:
        return f"Release {release}: no protected count was worked out; for {unsettled} no second value was found or ruled out."
    return f"Release {release}: no protected count can be worked out from what is published."
