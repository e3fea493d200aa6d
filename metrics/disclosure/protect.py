"""From true counts to what each audience may be shown: choose, repair, certify. Read this first in the room."""

from __future__ import annotations

from time import perf_counter

import numpy as np
import pandas as pd

from metrics.definitions.profile import DisclosureSettings, Profile
from metrics.disclosure.amounts import Amounts, protect_amounts
from metrics.disclosure.certify import settle
from metrics.disclosure.choose import HIDDEN, Draft, first_draft
from metrics.disclosure.derive import derived_draft
from metrics.disclosure.flows import Plain, as_published, give, hide_where_staff_is_hidden, with_both_ends
from metrics.disclosure.insiders import protect_from_insiders
from metrics.disclosure.joint import Joint, build_joint
from metrics.disclosure.pay import PayResult, protect_pay
from metrics.disclosure.ranges import Ranges
from metrics.disclosure.repair import Repair
from metrics.disclosure.shown import Certificate, ShownCells
from metrics.disclosure.structure import structure_of
from metrics.errors import DisclosureError
from metrics.query.counts import Counts


def protect_counts(counts: Counts, settings: DisclosureSettings, hidden_staff: frozenset[Plain] = frozenset()) -> dict[str, ShownCells]:
    """What each audience may be shown of one dataset and period.

    The first audience is protected on the true counts; every other is made from what the first is shown. `hidden_staff`: for joiners
    and leavers, the sets of staff that the first audience is not shown at either end of the span.

    Raises
    ------
    DisclosureError : a count or a pay figure stays open to attack after every repair; nothing may be published
    """
    joint = build_joint(structure_of(counts))
    start = checked_start(joint, counts)
    before = hidden_beside_staff(counts, settings, hidden_staff)
    shown: dict[str, ShownCells] = {}
    first: tuple[Draft, Ranges, PayResult, Amounts] | None = None
    for audience, name in settings.audiences.items():
        profile = settings.profiles[name]
        began = perf_counter()
        draft = first_draft(joint, start, profile) if first is None else derived_draft(joint, start, counts.cells, first[0], profile)
        hide_as_before(draft, before.get(audience))
        ranges = Ranges(joint, *draft.known(), draft.required, start)
        if first is not None:
            ranges.inherit(first[1])
        protect_draft(draft, ranges)
        pay = protect_pay(counts, joint, draft, first[2] if first is not None else None)
        amounts = protect_amounts(counts, joint, draft, ranges, first[3] if first is not None else None)
        certificate = certify(counts, audience, name, draft, ranges, pay.recovered + amounts.recovered, perf_counter() - began)
        if not certificate.passed:
            raise refusal(counts, len(ranges.open) + pay.recovered + amounts.recovered)
        shown[audience] = shown_cells(counts, audience, draft, pay, amounts, certificate)
        first = first or (draft, ranges, pay, amounts)
    return shown


def hidden_beside_staff(counts: Counts, settings: DisclosureSettings, hidden_staff: frozenset[Plain]) -> dict[str, np.ndarray]:
    """For joiners and leavers: how each audience's figures must be shown to who reads the staff of both ends as well.

    Nothing for other datasets. Staff itself is not looked at here: the protection that follows does, on what this leaves.
    """
    structure, published = structure_of(counts), len(counts.regions)
    wider = with_both_ends(structure)
    if len(wider.regions) == published:
        return {}
    rough = build_joint(wider)
    reader = settings.profiles[next(iter(settings.audiences.values()))]
    known, chains = as_published(wider, published, rough.regions @ rough.start(counts.tables), reader, hidden_staff)
    joint = build_joint(known)
    start, first, found = checked_start(joint, counts), None, {}
    for audience, name in settings.audiences.items():
        profile = settings.profiles[name]
        draft = first_draft(joint, start, profile) if first is None else derived_draft(joint, start, counts.cells, first[0], profile)
        give(draft, joint, chains, joint.regions @ start)
        hide_where_staff_is_hidden(draft, joint.structure, hidden_staff)
        ranges = Ranges(joint, *draft.known(), draft.required, start)
        if first is not None:
            ranges.inherit(first[1])
        protect_draft(draft, ranges)
        if len(ranges.open):
            raise refusal(counts, len(ranges.open))
        found[audience], first = draft.how[:published].copy(), first or (draft, ranges)
    return found


def hide_as_before(draft: Draft, how: np.ndarray | None) -> None:
    """Whatever is hidden beside what is known of staff is hidden."""
    if how is not None:
        for region in np.flatnonzero(np.isin(how.astype(str), HIDDEN)).tolist():
            draft.how[region], draft.chains[region] = how[region], ()


def checked_start(joint: Joint, counts: Counts) -> np.ndarray:
    """The true table as variables; a mismatch with the counts of the regions is a mistake in the query, not of a person."""
    start = joint.start(counts.tables)
    published = (joint.regions @ start)[: len(counts.regions)]  # given sets, if there are any, come after them
    if (joint.links @ start).any() or (published != np.asarray(counts.values)).any():
        raise ValueError(f"the tables of {counts.dataset} do not add up to its regions")
    return start


def protect_draft(draft: Draft, ranges: Ranges) -> None:
    repair = Repair(draft, ranges)
    repair.choose()
    settle(repair)
    protect_from_insiders(repair)


def certify(counts: Counts, audience: str, name: str, draft: Draft, ranges: Ranges, recovered: int, seconds: float) -> Certificate:
    width = ranges.high - ranges.low
    rounded_targets = rounded_steps_suffice(ranges, draft.profile)
    hidden = (ranges.required > 0) & ~rounded_targets
    rounded = (ranges.required > 0) & rounded_targets
    kinds = {kind: int((draft.how == kind).sum()) for kind in ("exact", "rounded", *HIDDEN)}
    return Certificate(
        dataset=counts.dataset,
        period_end=counts.period.end.isoformat(),
        audience=audience,
        profile=name,
        blocks=len(counts.tables),
        cells=len(counts.regions),
        shown_by_level=shown_by_level(ranges.joint, draft),
        recovered=int(((width == 0) & (ranges.required > 0)).sum()),
        narrowest=int(width[hidden].min()) if hidden.any() else None,
        required=draft.profile.threshold - 1,
        narrowest_rounded=int(width[rounded].min()) if rounded.any() else None,
        pay_recovered=recovered,
        zeros_hidden=draft.profile.zeros == "hide",
        seconds=round(seconds, 3),
        exact=kinds["exact"],
        rounded=kinds["rounded"],
        primary=kinds["primary"],
        secondary=kinds["secondary"],
        coarsened=kinds["coarsened"],
    )


def rounded_steps_suffice(ranges: Ranges, profile: Profile) -> np.ndarray:
    """Targets that need the two steps of a rounded count rather than threshold - 1."""
    return np.asarray(ranges.required < profile.threshold - 1)


def shown_by_level(joint: Joint, draft: Draft) -> dict[str, float]:
    depth = np.array([joint.structure.depths[r.unit] for r in joint.structure.regions], dtype=np.int64)
    visible = ~np.isin(draft.how.astype(str), HIDDEN)
    return {str(d): round(float(visible[depth == d].mean()), 4) for d in np.unique(depth).tolist()}


def refusal(counts: Counts, cells: int) -> DisclosureError:
    return DisclosureError(
        f"{counts.dataset}, {counts.period.end.isoformat()}: {cells} protected figures could still be worked out after every repair; "
        "nothing was published.",
        "Publish fewer breakdowns of this dataset, or declare coarser categories for its smallest groups.",
    )


def shown_cells(counts: Counts, audience: str, draft: Draft, pay: PayResult, amounts: Amounts, certificate: Certificate) -> ShownCells:
    hidden = np.isin(draft.how.astype(str), HIDDEN)
    return ShownCells(
        dataset=counts.dataset,
        period=counts.period,
        audience=audience,
        shown=np.where(hidden, np.nan, draft.shown),
        how=draft.how.copy(),
        cells=counts.cells.reset_index(drop=True),
        statistics=pd.concat([pay.statistics, amounts.statistics], ignore_index=True) if len(amounts.statistics) else pay.statistics,
        certificate=certificate,
        chains=tuple(() if h else c for h, c in zip(hidden, draft.chains, strict=True)),
        amounts={region: (*seen, max(counts.most.values())) for region, seen in amounts.windows.items()},
    )
