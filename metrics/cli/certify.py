"""`equality certify`: what a release was certified with, and an attack on it from nothing, with all that an audience can see of it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from itertools import takewhile
from typing import Annotated, Any

import numpy as np
import typer

from metrics.cli.options import DEFAULT_CONFIG, ConfigOption, JsonOption
from metrics.cli.progress import bar
from metrics.cli.tables import table
from metrics.disclosure.beside import Released, Together
from metrics.disclosure.system import PublishedSystem
from metrics.disclosure.windows import connected, extracts_between, in_extracts, step_of, window_in
from metrics.errors import SourceError
from metrics.pipeline.attacks import Target, attack_all
from metrics.releases.attacks import StoredAttack
from metrics.releases.draft import StoredBatch
from metrics.releases.store import ReleaseStore
from metrics.settings import load_settings
from metrics.wording.quality import describe_left_out, describe_verdict

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@dataclass(frozen=True)
class Tried:
    """One dataset, period and audience, and what the attacker made of it.

    Attributes
    ----------
    uncertified : what is wrong with its printed figures, in words, to how many of them; empty as it should be
    """

    batch: StoredBatch
    system: PublishedSystem
    found: Together
    uncertified: Mapping[str, int]

    @property
    def hidden(self) -> int:
        """Counts that are hidden or rounded: what there is to find out."""
        low, high = self.system.known()
        return int(np.count_nonzero(low < high))

    @property
    def narrowest(self) -> int | None:
        """The least distance that was found between two values of one small count; the true ranges are at least as wide."""
        low, high = self.system.known()
        least, most = self.found.attack.low[: len(low)], self.found.attack.high[: len(low)]
        small = (low < high) & (least >= 1) & (least < self.system.threshold)
        return int((most - least)[small].min()) if small.any() else None

    def stored(self, release: str, at: datetime) -> StoredAttack:
        found = self.found
        return StoredAttack(
            release, self.batch.id, at, self.system.audience, len(self.system.shown), self.hidden, found.recovered, found.attack.unsettled,
            found.known_before, self.narrowest, found.earlier, round(found.attack.seconds, 2), program_version(),
        )  # fmt: skip

    def as_dict(self) -> dict[str, Any]:
        return {
            "dataset": self.system.dataset,
            "period_end": self.system.period_end,
            "audience": self.system.audience,
            "profile": self.system.profile,
            "counts": len(self.system.shown),
            "hidden_or_rounded": self.hidden,
            "recovered": self.found.recovered,
            "unsettled": self.found.attack.unsettled,
            "known_before": self.found.known_before,
            "narrowest": self.narrowest,
            "proven": self.found.recovered == 0 and self.found.attack.unsettled == 0,
            "earlier": list(self.found.earlier),
            "earlier_left_out": [vars(one) for one in self.found.left_out],
            "uncertified": dict(self.uncertified),
            "seconds": round(self.found.attack.seconds, 2),
            "certificate": dict(self.batch.certificate),
        }


def program_version() -> str:
    try:
        return version("equality-dashboard")
    except PackageNotFoundError:  # run from its folder without being installed
        return "unknown"


@app.command(name="certify", epilog="Example: equality certify 2026-05-21 --audience public")
def certify_release(
    release: Annotated[str | None, typer.Argument(metavar="ID", help="Release to attack; default: the latest.")] = None,
    audience: Annotated[str | None, typer.Option("--audience", help="Attack what this audience sees; default: every audience.")] = None,
    seconds: Annotated[float | None, typer.Option("--seconds", min=0.1, help="Give up on a period after so long; default: never.")] = None,
    processes: Annotated[
        int | None, typer.Option("--processes", min=1, help="Periods attacked at once; default: one for each processor, up to 4.")
    ] = None,
    no_store: Annotated[bool, typer.Option("--no-store", help="Do not keep the verdict in the release store.")] = False,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Print the certificate of a release, attack it again from nothing, and keep the verdict for readers.

    The attacker gets what the audience is shown, with every earlier release of the same day and, where windows roll, of the days before,
    and nothing else. Exit 1 when a protected count can be worked out, or when figures are not the ones that were certified.
    """
    store = ReleaseStore(load_settings(config).releases_url)
    name = store.release_id(release)
    given = list(store.systems(name, audience))
    uncertified = store.uncertified(name, audience)
    systems = [PublishedSystem.from_dict(system) for _, system in given]
    targets = [Target(system, _earlier(store, batch, system)) for (batch, _), system in zip(given, systems, strict=True)]
    tried: list[Tried] = []
    with bar(not as_json) as told:
        told("attacking", 0, len(given))
        for found in attack_all(targets, processes, seconds):
            batch, system = given[len(tried)][0], targets[len(tried)].system
            tried.append(Tried(batch, system, found, uncertified.get(batch.id, {})))
            told(f"{batch.label.dataset}, {batch.label.period_end}, {batch.label.audience}", len(tried), len(given))
    at = datetime.now(UTC)
    why = "--no-store was given" if no_store else _keep(store, [t.stored(name, at) for t in tried])
    typer.echo(_as_json(name, at, tried, why) if as_json else _in_words(name, tried, why))
    raise typer.Exit(1 if any(t.found.recovered or t.uncertified for t in tried) else 0)


def _earlier(store: ReleaseStore, batch: StoredBatch, system: PublishedSystem) -> list[Released]:
    """What the same readers were shown of the day before, in releases that were withdrawn, too. Who reads the first audience reads all.

    Of windows that roll it is what they were shown of every day before, as far as windows overlap.
    """
    label = batch.label
    if window := window_in(system):
        shown = _windows_before(store, batch, step_of(window) or 1)
        return list(connected(window, shown))
    before = takewhile(lambda told: told[0] != batch.release, store.versions(label.dataset, label.period_end))
    first = next(iter(store.snapshot(batch.release).audiences))
    return [(release, PublishedSystem.from_dict(s)) for release, s in before if label.audience in {first, s["audience"]}]


def _windows_before(store: ReleaseStore, batch: StoredBatch, step: int) -> list[Released]:
    """Figures of other days and of earlier releases: those of this release come in the order of their days."""
    label, first = batch.label, next(iter(store.snapshot(batch.release).audiences))
    found: list[Released] = []
    for start, end, release, told in store.spans(label.dataset):
        mine = (release, end) == (batch.release, label.period_end)
        if mine:
            break
        if label.audience in {first, told["audience"]}:
            found.append((release, in_extracts(PublishedSystem.from_dict(told), extracts_between(start, end, step))))
    return found


def _keep(store: ReleaseStore, attacks: Sequence[StoredAttack]) -> str | None:
    """Why the verdict was not stored; None where it was. Who may only read may attack all the same."""
    try:
        store.record_attacks(attacks)
    except SourceError as error:
        return str(error.problems[0])
    return None


def _as_json(release: str, at: datetime, tried: Sequence[Tried], why: str | None) -> str:
    said = {
        "release": release,
        "attacked_at": at.isoformat(timespec="seconds"),
        "program": program_version(),
        "recovered": sum(t.found.recovered for t in tried),
        "unsettled": sum(t.found.attack.unsettled for t in tried),
        "known_before": sum(t.found.known_before for t in tried),
        "uncertified": sum(sum(t.uncertified.values()) for t in tried),
        "stored": why is None,
        "not_stored_because": why,
        "parts": [t.as_dict() for t in tried],
    }
    return json.dumps(said, indent=1, ensure_ascii=False)


def _in_words(release: str, tried: Sequence[Tried], why: str | None) -> str:
    kept = "The verdict is kept in the release store, for readers." if why is None else f"The verdict was not stored: {why.rstrip('.')}."
    found = describe_verdict(release, sum(t.found.recovered for t in tried), sum(t.found.attack.unsettled for t in tried))
    if any(t.uncertified for t in tried):
        found += f"\nRelease {release} holds figures that were not certified. It should be withdrawn."
    wrong = [
        f"{t.system.dataset}, {t.system.period_end}, {t.system.audience}: figures that {words}: {many}."
        for t in tried
        for words, many in t.uncertified.items()
    ]
    left_out = [f"{', '.join(_names(t))}: {words}" for t in tried for one in t.found.left_out for words in describe_left_out(**vars(one))]
    parts = [f"Certificate of release {release}, from when it was published", _certificates(tried), "Attacked from nothing, now"]
    said = ["\n".join(lines) for lines in (left_out, wrong) if lines]
    return "\n\n".join([*parts, _attacks(tried), *said, f"{found}\n{kept}"])


def _certificates(tried: Sequence[Tried]) -> str:
    heads = (
        "dataset", "period", "audience", "profile", "blocks", "counts", "hidden", "breakdowns", "shown by level", "recovered", "narrowest",
        "known before", "pay", "pay hidden", "seconds",
    )  # fmt: skip
    rows = [
        (
            *_names(t),
            t.system.profile,
            *(_figure(t.batch.certificate.get(name)) for name in ("blocks", "cells")),
            _figure(sum(int(t.batch.certificate.get(name, 0)) for name in ("primary", "secondary"))),
            _figure(t.batch.certificate.get("coarsened")),
            " ".join(f"{share:.0%}" for share in t.batch.certificate.get("shown_by_level", {}).values()),
            *(
                _figure(t.batch.certificate.get(n))
                for n in ("recovered", "narrowest", "known_before", "pay_cells", "pay_hidden", "seconds")
            ),
        )
        for t in tried
    ]
    return table(heads, rows, tuple(h for h in heads[4:] if h != "shown by level"))


def _attacks(tried: Sequence[Tried]) -> str:
    heads = (
        "dataset",
        "period",
        "audience",
        "counts",
        "hidden or rounded",
        "recovered",
        "known before",
        "unsettled",
        "narrowest",
        "earlier",
        "seconds",
    )
    rows = [
        (
            *_names(t),
            f"{len(t.system.shown):,}",
            f"{t.hidden:,}",
            t.found.recovered,
            t.found.known_before,
            t.found.attack.unsettled,
            _figure(t.narrowest),
            ", ".join(t.found.earlier) or "–",
            f"{t.found.attack.seconds:.1f}",
        )
        for t in tried
    ]
    return table(heads, rows, tuple(h for h in heads[3:] if h != "earlier"))


def _names(tried: Tried) -> tuple[str, str, str]:
    return tried.system.dataset, tried.system.period_end, tried.system.audience


def _figure(value: object) -> str:
    """ "–" for what an older certificate does not say, and where nothing is protected."""
    return "–" if value is None else f"{value:,.1f}" if isinstance(value, float) else f"{value:,}"
