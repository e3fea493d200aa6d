"""From true counts to what each audience may be shown: choose, repair, certify. Read this first in the room."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from time import perf_counter

import numpy as np
import pandas as pd

from metrics.definitions.profile import ROUNDED_STEPS, DisclosureSettings, Profile
from metrics.disclosure.additivity import mismatches
from metrics.disclosure.amounts import Amounts, protect_amounts
from metrics.disclosure.choose import HIDDEN, Draft, few, first_draft
from metrics.disclosure.decide import Decided, Laid, Make, decide, decide_again
from metrics.disclosure.derive import derived_draft
from metrics.disclosure.flows import asked_of_flows, beyond_ends, exact_staff, hide_where_staff_is_hidden, is_flow, staff_given
from metrics.disclosure.given import NO_SETS, Given, Plain, give, silent, tell, with_given
from metrics.disclosure.history import NO_EARLIER, Earlier, Known, place_earlier
from metrics.disclosure.joint import Joint, build_joint
from metrics.disclosure.pay import PayResult, protect_pay
from metrics.disclosure.ranges import Ranges
from metrics.disclosure.remainders import Family
from metrics.disclosure.shown import Certificate, ShownCells
from metrics.disclosure.structure import Structure, structure_of
from metrics.disclosure.weighted import Weighted, protect_weighted
from metrics.disclosure.whole import retold
from metrics.errors import DisclosureError
from metrics.query.counts import Counts


def protect_counts(
    counts: Counts,
    settings: DisclosureSettings,
    hidden_staff: frozenset[Plain] = frozenset(),
    known: Mapping[str, Known] | None = None,
) -> dict[str, ShownCells]:
    """What each audience may be shown of one dataset and period.

    The first audience is protected on the true counts; every other is made from what the first is shown. `hidden_staff`: for joiners
    and leavers, the sets of staff that the first audience is not shown at either end of the span. `known`: audience to what its
    readers know from earlier releases of the same dataset and day.

    Raises
    ------
    DisclosureError : a count or a pay figure stays open to attack after every repair, or earlier figures cannot be told in the units
        and categories of `counts`; nothing may be published
    """
    bare = structure_of(counts)
    earlier = place_earlier(bare, known or {}, f"{counts.dataset}, {counts.period.end.isoformat()}")
    alone, joint = both_systems(bare, NO_SETS, earlier)
    start = checked_start(joint, counts)
    beside = hidden_beside_staff(counts, settings, hidden_staff, earlier)
    shown: dict[str, ShownCells] = {}
    first: tuple[Decided, PayResult, Amounts, Weighted] | None = None
    for audience, name in settings.audiences.items():
        profile = settings.profiles[name]
        began = perf_counter()
        told = earlier.given(audience, (joint.regions @ start)[len(bare.regions) :], profile.threshold - 1)
        leading = first[0] if first is not None else None
        make = partial(own_draft, counts, profile, start, beside.get(audience))
        found = decide(make, Laid(alone, NO_SETS), Laid(joint, silent(told)), start, told, leading)
        pay = protect_pay(counts, joint, found.draft, first[1] if first is not None else None)
        amounts = protect_amounts(counts, joint, found.draft, found.ranges, first[2] if first is not None else None)
        weighted = protect_weighted(counts, found.draft, first[3] if first is not None else None)
        certificate = certify(
            counts, audience, name, found, beside.get(audience), pay.recovered + amounts.recovered, perf_counter() - began
        )
        pay_cells, pay_hidden = pay.figures
        certificate = replace(certificate, earlier=earlier.releases.get(audience, ()), pay_cells=pay_cells, pay_hidden=pay_hidden)
        if found.draft.open_to_one or not certificate.passed:
            raise refusal(counts, found.open + pay.recovered + amounts.recovered)
        cells = replace(
            shown_cells(counts, audience, found.draft, (pay.statistics, amounts.statistics, weighted.statistics), amounts, certificate),
            known_before=found.given_up,
        )
        certificate = replace(certificate, mismatches=mismatches(bare, counts.cells, cells.shown, cells.chains))
        shown[audience] = replace(cells, certificate=certificate, witnesses=retold(found.ranges.witnesses, found.ranges.joint, alone))
        first = first or (found, pay, amounts, weighted)
    return shown


def both_systems(structure: Structure, laid: Given, earlier: Earlier, beyond: Sequence[Family] = ()) -> tuple[Joint, Joint]:
    """The system with some given sets, without and with the earlier figures after them. `beyond`: what is left without given ones."""
    here = build_joint(with_given(structure, laid.regions, beyond))
    if not earlier.regions:
        return here, here
    left = [*beyond, *earlier.places(structure, len(structure.regions) + len(laid.regions))]
    return here, build_joint(with_given(structure, (*laid.regions, *earlier.regions), left))


def fresh_draft(counts: Counts, profile: Profile, start: np.ndarray, joint: Joint, first: Draft | None) -> Draft:
    """The primary choices of an audience, on the counts or on what the first is shown."""
    return first_draft(joint, start, profile) if first is None else derived_draft(joint, start, counts.cells, first, profile)


def own_draft(
    counts: Counts, profile: Profile, start: np.ndarray, beside: Decided | None, joint: Joint, laid: Given, first: Draft | None
) -> Draft:
    """Hidden beside what is known of staff, and with earlier figures laid in, of which nothing is told yet."""
    draft = fresh_draft(counts, profile, start, joint, first)
    if beside is not None:
        hide_as_before(draft, beside.draft.how[: len(counts.regions)])
    if laid.regions:
        give(draft, joint, laid)
    return draft


def hidden_beside_staff(
    counts: Counts, settings: DisclosureSettings, hidden_staff: frozenset[Plain], earlier: Earlier = NO_EARLIER
) -> dict[str, Decided]:
    """For joiners and leavers: how each audience's figures must be shown to who reads the staff of both ends as well.

    Nothing for other datasets. Staff itself is not looked at here: the protection that follows does, on what this leaves.
    """
    bare = structure_of(counts)
    if not any(is_flow(region, bare.marks) for region in bare.regions):
        return {}
    reader = settings.profiles[next(iter(settings.audiences.values()))]
    staff, published = staff_given(counts, reader, hidden_staff - earlier.staff), len(bare.regions)
    alone, joint = both_systems(bare, staff, earlier, beyond_ends(bare))
    start, first, found = checked_start(joint, counts), None, {}
    for audience, name in settings.audiences.items():
        profile = settings.profiles[name]
        history = earlier.given(audience, (joint.regions @ start)[published + len(staff.regions) :], profile.threshold - 1)
        make = partial(draft_beside_staff, counts, profile, start, hidden_staff)
        beside = Laid(joint, staff.beside(silent(history)))
        decided = decide(make, Laid(alone, staff), beside, start, staff.beside(history), first)
        if len(decided.ranges.open):  # staff alone may tell it: that nobody joined where nobody is
            decided = protect_again(make, beside, start, staff.beside(history), first, decided)
        stricter = beside_exact_staff(make, beside, start, exact_staff(counts).beside(history), first, decided)
        if decided.open or stricter.open:
            raise refusal(counts, max(decided.open, stricter.open))
        hide_as_before(decided.draft, stricter.draft.how[:published])
        found[audience], first = decided, first or decided
    return found


def beside_exact_staff(make: Make, system: Laid, start: np.ndarray, told: Given, first: Decided | None, decided: Decided) -> Decided:
    """Small counts are protected once more, from somebody who knows both ends to the person: no other span tells more of them.

    What that knowledge alone gives away cannot be proven so; it is hidden, and keeps the proofs of `decided`. So do large rounded counts.
    """

    def as_decided(joint: Joint, laid: Given, cut: Draft | None) -> Draft:
        draft = make(joint, laid, cut)
        hide_as_before(draft, decided.draft.how[: decided.draft.published])
        draft.ask_no_more_of_large()
        return draft

    return protect_again(as_decided, system, start, told, first, decided)


def protect_again(make: Make, system: Laid, start: np.ndarray, told: Given, first: Decided | None, decided: Decided) -> Decided:
    """Without asking for what is `told` alone gives away; only earlier releases make that `known_before`."""
    found = decide_again(make, system, start, told, first, decided, np.arange(system.joint.targets.shape[0]))
    return replace(found, known_before=decided.known_before, told_to_one=decided.told_to_one)


def draft_beside_staff(
    counts: Counts, profile: Profile, start: np.ndarray, hidden_staff: frozenset[Plain], joint: Joint, laid: Given, first: Draft | None
) -> Draft:
    """Of joiners and leavers, for who reads staff at both ends."""
    draft = fresh_draft(counts, profile, start, joint, first)
    give(draft, joint, laid, asked_of_flows(joint.structure, len(counts.regions), laid.asked))
    tell(draft, laid)
    hide_where_staff_is_hidden(draft, joint.structure, hidden_staff)
    return draft


def hide_as_before(draft: Draft, how: np.ndarray) -> None:
    """Whatever is hidden beside what is known of staff is hidden."""
    for region in np.flatnonzero(np.isin(how.astype(str), HIDDEN)).tolist():
        draft.how[region], draft.chains[region] = how[region], ()


def checked_start(joint: Joint, counts: Counts) -> np.ndarray:
    """The true table as variables; a mismatch with the counts of the regions is a mistake in the query, not of a person."""
    start = joint.start(counts.tables)
    published = (joint.regions @ start)[: len(counts.regions)]  # given sets, if there are any, come after them
    if (joint.links @ start).any() or (published != np.asarray(counts.values)).any():
        raise ValueError(f"the tables of {counts.dataset} do not add up to its regions")
    return start


def certify(
    counts: Counts, audience: str, name: str, found: Decided, beside: Decided | None, recovered: int, seconds: float
) -> Certificate:
    draft, ranges, published = found.draft, found.ranges, len(counts.regions)
    width = ranges.high - ranges.low
    rounded_targets = rounded_steps_suffice(ranges, draft.profile)
    hidden = (ranges.required > 0) & ~rounded_targets
    rounded = (ranges.required > 0) & rounded_targets
    kinds = {kind: int((draft.how[:published] == kind).sum()) for kind in ("exact", "rounded", *HIDDEN)}
    return Certificate(
        dataset=counts.dataset,
        period_end=counts.period.end.isoformat(),
        audience=audience,
        profile=name,
        blocks=ranges.blocks.count,
        cells=published,
        shown_by_level=shown_by_level(ranges.joint, draft, published),
        recovered=int(((width == 0) & (ranges.required > 0)).sum()),
        narrowest=as_asked(width[hidden], draft.profile.threshold - 1),
        required=draft.profile.threshold - 1,
        narrowest_rounded=as_asked(width[rounded], ROUNDED_STEPS),
        pay_recovered=recovered,
        zeros_hidden=draft.profile.zeros == "hide",
        alike_below=few(draft.profile),
        known_before=len(found.known | beside.known if beside is not None else found.known),
        seconds=round(seconds, 3),
        exact=kinds["exact"],
        rounded=kinds["rounded"],
        primary=kinds["primary"],
        secondary=kinds["secondary"],
        coarsened=kinds["coarsened"],
    )


def as_asked(widths: np.ndarray, asked: int) -> int | None:
    """The least width, up to what is asked for. How much wider it came out depends on the true counts: it could be one of them."""
    return int(min(widths.min(), asked)) if len(widths) else None


def rounded_steps_suffice(ranges: Ranges, profile: Profile) -> np.ndarray:
    """Targets that need the two steps of a rounded count rather than threshold - 1."""
    return np.asarray(ranges.required < profile.threshold - 1)


def shown_by_level(joint: Joint, draft: Draft, published: int) -> dict[str, float]:
    depth = np.array([joint.structure.depths[r.unit] for r in joint.structure.regions[:published]], dtype=np.int64)
    visible = ~np.isin(draft.how[:published].astype(str), HIDDEN)
    return {str(d): round(float(visible[depth == d].mean()), 4) for d in np.unique(depth).tolist()}


def refusal(counts: Counts, cells: int) -> DisclosureError:
    return DisclosureError(
        f"{counts.dataset}, {counts.period.end.isoformat()}: {cells} protected figures could still be worked out after every repair; "
        "nothing was published.",
        "Publish fewer breakdowns of this dataset, or declare coarser categories for its smallest groups.",
    )


def shown_cells(
    counts: Counts, audience: str, draft: Draft, statistics: tuple[pd.DataFrame, ...], amounts: Amounts, certificate: Certificate
) -> ShownCells:
    published = len(counts.regions)
    how, numbers = draft.how[:published].copy(), draft.shown[:published]
    hidden = np.isin(how.astype(str), HIDDEN)
    return ShownCells(
        dataset=counts.dataset,
        period=counts.period,
        audience=audience,
        shown=np.where(hidden, np.nan, numbers),
        how=how,
        cells=counts.cells.reset_index(drop=True),
        statistics=pd.concat([some for some in statistics if len(some)] or [statistics[0]], ignore_index=True),
        certificate=certificate,
        chains=tuple(() if h else c for h, c in zip(hidden, draft.chains[:published], strict=True)),
        amounts={region: (*seen, max(counts.most.values())) for region, seen in amounts.windows.items()},
    )
