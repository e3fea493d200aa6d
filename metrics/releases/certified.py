"""What a release may hold: a batch whose certificate is passed and its own, and figures that the certified system shows.

The certificate speaks of a *system*: the counts that an audience is shown, as the attacker was given them. It says nothing of a
figure that is not made of those. So each printed count is held against the count that the system shows for it, and where the
system hides a part of a figure, nothing that was worked out from it may stand there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from metrics.definitions.profile import ROUNDED_STEPS
from metrics.definitions.waterfall import WATERFALL
from metrics.errors import DisclosureError
from metrics.releases.draft import DraftBatch
from metrics.releases.over_groups import not_disparity
from metrics.releases.without_people import faults_without_people, holds_people
from metrics.releases.worked_out import ALIKE, OVER_POPULATION, not_on_grid, not_worked_out

KEYS = ["kpi", "breakdown", "unit", "group"]
HIDDEN_MARKERS = ("[c]", "[w]")
DERIVED = (
    "value", "lower", "upper", "gap", "ratio", "bound_low", "bound_high", "reference_value", "change", "change_lower", "change_upper",
)  # fmt: skip
"""Numbers that are worked out from the counts of a figure. Benchmarks and targets come from the configuration."""
COUNTS = ("numerator", "denominator", "everyone")
SHARE = ("numerator", "denominator")
TWO_SIDED = ("pay_gap_mean", "pay_gap_median", "extreme_group_gap", "mean_difference")
FOUR = (*SHARE, "reference_numerator", "reference_denominator")
NEEDED: dict[str, tuple[str, ...]] = {
    "count": ("numerator",),
    "mean": ("denominator",),
    "median": ("denominator",),
    "fte": ("denominator",),
    "pay_gap_mean": ("numerator", "reference_denominator"),
    "pay_gap_median": ("numerator", "reference_denominator"),
    "turnover": (*SHARE, "reference_denominator"),
    "proportion": SHARE,
    "survey_proportion": SHARE,
    "rate": SHARE,
    "representation_index": FOUR,
    "percentage_point_gap": FOUR,
    "relative_likelihood": FOUR,
    "ratio_of_ratios": FOUR,
    "dissimilarity": SHARE,
    "extreme_group_gap": ("numerator", "reference_denominator"),
    "index_of_disparity": SHARE,
    "population_rate": ("numerator",),
    "rate_ratio": ("numerator", "reference_numerator"),
    "mean_difference": ("numerator", "reference_denominator"),
}
"""Measure to the parts without which there is no value; those that a figure does not have are not asked for."""
FIGURES = "figures"
"""Where the regions of a batch's figures are kept in its stored system, so that it can be held against it again."""


def check_certified(batch: DraftBatch, measures: Mapping[str, str]) -> None:
    """Refuse a batch that is not what its certificate speaks of.

    Parameters
    ----------
    measures : KPI to its measure, for every KPI that has a figure in the batch

    Raises
    ------
    DisclosureError : not passed, not of this batch, or figures that the certified system does not show
    """
    where = f"{batch.label.dataset}, {batch.label.period_end.isoformat()}, {batch.label.audience}"
    for said in (_unproven(batch.certificate), _of_another(batch), _unlike(batch.certificate, batch.system)):
        if said:
            raise DisclosureError(f"{where}: {said}, so nothing was published.")
    if not holds_people(batch.certificate):
        for said, many in faults_without_people(batch.cells, len(shown_of(batch.system)), measures).items():
            raise DisclosureError(f"{where}: figures that {said}: {many}, so nothing was published.")
        return
    regions = regions_of(batch)
    if regions is None:
        raise DisclosureError(f"{where}: some figures are of no count that was certified, so nothing was published.")
    for said, many in faults(batch.cells, regions, shown_of(batch.system), measures).items():
        raise DisclosureError(f"{where}: figures that {said}: {many}, so nothing was published.")


# the certificate


def _unproven(certificate: Mapping[str, Any]) -> str:
    """Why the result that a certificate states is not a pass, whatever it calls itself; "" where it is."""
    if not certificate.get("passed"):
        return "the certificate was not passed"
    try:
        found = int(certificate["recovered"]) or int(certificate["pay_recovered"])
        narrow = [(certificate["narrowest"], certificate["required"]), (certificate["narrowest_rounded"], certificate["required_rounded"])]
        short = any(width is not None and int(width) < int(required) for width, required in narrow)
    except (KeyError, TypeError, ValueError):
        return "the certificate does not say what an attack found"
    return "the certificate says that it was passed, and its own figures say that it was not" if found or short else ""


def _of_another(batch: DraftBatch) -> str:
    """The certificate and the system must both be of this dataset, day, audience and profile."""
    label = batch.label
    wanted = (label.dataset, label.period_end.isoformat(), label.audience, label.profile)
    for given in (batch.certificate, batch.system):
        if tuple(given.get(k) for k in ("dataset", "period_end", "audience", "profile")) != wanted:
            return "no certificate belongs to these figures"
    return ""


def _unlike(certificate: Mapping[str, Any], system: Mapping[str, Any]) -> str:
    """The certificate must count what the system holds, and have asked for what the system's threshold asks for."""
    try:
        shown = shown_of(system)
        rounded = np.array([bool(system["chains"][c]) for c in system["chain"]], dtype=bool)
        there = ~np.isnan(shown)
        counted = {"exact": int((there & ~rounded).sum()), "rounded": int((there & rounded).sum())}
        hidden = sum(int(certificate[kind]) for kind in ("primary", "secondary", "coarsened"))
        alike = all(certificate[kind] == many for kind, many in counted.items()) and hidden == int((~there).sum())
        alike &= certificate["cells"] == len(shown) == len(rounded)
        alike &= certificate["required"] == system["threshold"] - 1 and certificate["required_rounded"] == ROUNDED_STEPS
        alike &= certificate["zeros_hidden"] == system["zeros_hidden"]
        alike &= certificate.get("alike_below", 0) == system.get("alike_below", 0)
    except (KeyError, TypeError, ValueError, IndexError):
        alike = False
    return "" if alike else "the certificate does not match the system that it is said to be of"


# the figures


def shown_of(system: Mapping[str, Any]) -> np.ndarray:
    """The counts that the system shows, missing where hidden; shape (regions,)."""
    return np.array([np.nan if v is None else float(v) for v in system["shown"]], dtype=float)


def regions_of(batch: DraftBatch) -> dict[str, np.ndarray] | None:
    """Part to the region of each figure in the order of `cells`, -1 where it has no such part; None where a figure stands nowhere."""
    if batch.parts is None or batch.parts.duplicated([*KEYS, "part"]).any():
        return None
    parts = batch.parts.astype(dict.fromkeys(KEYS, "str"))
    wide = parts.pivot(index=KEYS, columns="part", values="region")
    wanted = pd.MultiIndex.from_frame(batch.cells[KEYS].astype("str"))
    if not wanted.isin(wide.index).all():
        return None
    return {str(part): column.fillna(-1).to_numpy().astype(int) for part, column in wide.reindex(wanted).items()}


def kept_regions(batch: DraftBatch) -> dict[str, list[int]]:
    """What `regions_of` gives, of figures in the order of their keys."""
    order = _by_keys(batch.cells)
    return {part: regions[order].tolist() for part, regions in (regions_of(batch) or {}).items()}


def stored_faults(cells: pd.DataFrame, system: Mapping[str, Any], measures: Mapping[str, str]) -> dict[str, int]:
    """`faults` of figures as they are stored; none for a system that was stored before it kept which count each figure is."""
    if FIGURES not in system:
        return {}
    if not len(shown_of(system)):
        return faults_without_people(cells, 0, measures)
    regions = {part: np.array(where, dtype=int) for part, where in system[FIGURES].items()}
    return faults(cells.iloc[_by_keys(cells)].reset_index(drop=True), regions, shown_of(system), measures)


def _by_keys(cells: pd.DataFrame) -> np.ndarray:
    keys = list(zip(*(cells[name].astype(str) for name in KEYS), strict=True))
    return np.array(sorted(range(len(keys)), key=keys.__getitem__), dtype=int)


def faults(cells: pd.DataFrame, regions: Mapping[str, np.ndarray], shown: np.ndarray, measures: Mapping[str, str]) -> dict[str, int]:
    """What is wrong with figures, in words, to how many of them; empty where each is what the certified system shows.

    `regions`: part to an int array, shape (figures,), -1 where the figure has no such part; `shown`: float array, shape (regions,).
    """
    parts = _parts(regions, shown, len(cells))
    if parts is None:
        return {"are of no count that was certified": len(cells)}
    measure = np.array([measures.get(str(kpi), "") for kpi in cells["kpi"]], dtype=object)
    measure[(cells["breakdown"] == WATERFALL).to_numpy()] = "proportion"
    derived = cells[[*DERIVED]].notna().to_numpy().any(axis=1)
    found = {
        "are of a measure that the release does not define": ~np.isin(measure.astype(str), list(NEEDED)),
        "are marked as hidden but hold a value": cells["marker"].isin(HIDDEN_MARKERS).to_numpy() & derived,
        "show a count that the certified system does not show": _other_counts(cells, parts, measure),
        "hold a value that is made of a hidden count": derived & _hidden(regions, parts, measure),
        "hold a value that is not made of their printed counts": _other_values(cells, parts, measure),
        "hold a range, comparison or rate that is not made of their printed counts": not_worked_out(cells, parts, measure),
    }
    return {words: int(rows.sum()) for words, rows in found.items() if rows.any()}


def _parts(regions: Mapping[str, np.ndarray], shown: np.ndarray, figures: int) -> dict[str, np.ndarray] | None:
    """Part to each figure's count as the system shows it; None where the regions are not those of the system."""
    if any(len(r) != figures or (r < -1).any() or (r >= len(shown)).any() for r in regions.values()):
        return None
    with_none = np.append(shown, np.nan)
    return {part: with_none[where] for part, where in regions.items()}


def _other_counts(cells: pd.DataFrame, parts: Mapping[str, np.ndarray], measure: np.ndarray) -> np.ndarray:
    nothing = np.full(len(cells), np.nan)
    of = {name: parts.get(name, nothing) for name in (*COUNTS, "reference_denominator")}
    of["denominator"] = np.select(
        [np.isin(measure, TWO_SIDED), measure == "turnover", np.isin(measure, OVER_POPULATION)],
        [
            of["reference_denominator"],
            (of["denominator"] + of["reference_denominator"]) / 2,
            cells["denominator"].to_numpy(dtype=float),  # published elsewhere; the value is held against it
        ],
        of["denominator"],
    )
    other = np.zeros(len(cells), dtype=bool)
    for name in COUNTS:
        printed = cells[name].to_numpy(dtype=float)
        other |= ~np.isnan(printed) & (printed != of[name])
    return other


def _hidden(regions: Mapping[str, np.ndarray], parts: Mapping[str, np.ndarray], measure: np.ndarray) -> np.ndarray:
    """Figures of which a part that the value needs is there and hidden."""
    hidden = np.zeros(len(measure), dtype=bool)
    for kind in set(measure.tolist()) & set(NEEDED):
        for part in NEEDED[kind]:
            if part in parts:
                hidden |= (measure == kind) & (regions[part] >= 0) & np.isnan(parts[part])
    return hidden


def _other_values(cells: pd.DataFrame, parts: Mapping[str, np.ndarray], measure: np.ndarray) -> np.ndarray:
    """Counts and shares can be worked out again from what is printed beside them: true counts must not stand behind rounded ones."""
    nothing = np.full(len(cells), np.nan)
    numerator, denominator = parts.get("numerator", nothing), parts.get("denominator", nothing)
    share = np.minimum(numerator, denominator) / np.where(denominator > 0, denominator, np.nan)
    value = cells["value"].to_numpy(dtype=float)
    other, whole = parts.get("reference_denominator", nothing), cells["group"].eq("").to_numpy()
    compared = np.minimum(parts.get("reference_numerator", nothing), other) / np.where(other > 0, other, np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        wanted = np.select(
            [
                measure == "count",
                (measure == "proportion") | (np.isin(measure, ("dissimilarity", "index_of_disparity")) & ~whole),
                measure == "relative_likelihood",
                measure == "ratio_of_ratios",
            ],
            [numerator, share, share / compared, (share / (1 - share)) / (compared / (1 - compared))],
            value,
        )
        alike = np.abs(value - wanted) <= ALIKE * np.maximum(1.0, np.abs(wanted))
    weighted = (measure == "survey_proportion") & not_on_grid(cells, denominator)
    return np.asarray((~np.isnan(value) & ~alike) | weighted | _not_of_groups(cells, measure, value, whole))


def _not_of_groups(cells: pd.DataFrame, measure: np.ndarray, value: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """Whole units' figures that the printed figures of their groups do not give: a hidden group must not stand behind one."""
    wrong = np.zeros(len(cells), dtype=bool)
    single = cells["group"].str.fullmatch("[^;]+").to_numpy(dtype=bool)
    wrong |= not_disparity(cells, measure)
    for kind in set(measure.tolist()) & {"dissimilarity", "extreme_group_gap", "rate_ratio"}:
        mine = measure == kind
        groups = cells[mine & single].drop_duplicates(["kpi", "unit", "group"])
        apart = (groups["value"] - groups["benchmark"]).abs()
        of = [groups["kpi"].astype(str), groups["unit"].astype(str)]
        sums = apart.groupby(of).agg(lambda a: a.sum(skipna=False) / 2).to_dict()
        printed = groups["value"].groupby(of).agg(list).to_dict()
        for at in np.flatnonzero(mine & whole & ~np.isnan(value)).tolist():
            key = (str(cells["kpi"].iat[at]), str(cells["unit"].iat[at]))
            given = [sums.get(key, np.nan)] if kind == "dissimilarity" else printed.get(key, [])
            wrong[at] = not any(abs(value[at] - one) <= ALIKE for one in given)
    return wrong
