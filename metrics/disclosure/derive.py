"""A further audience: made from what the first is shown, so that knowing both is knowing the first."""

from __future__ import annotations

import numpy as np
import pandas as pd

from metrics.definitions.profile import Profile
from metrics.disclosure.choose import HIDDEN, Draft, required_steps, small_targets
from metrics.disclosure.joint import Joint
from metrics.disclosure.rounding import Chain, round_half_up


def derived_draft(joint: Joint, start: np.ndarray, cells: pd.DataFrame, first: Draft, profile: Profile) -> Draft:
    """Hidden stays hidden; a shown count is rounded again, or hidden, by its shown size alone."""
    hidden = np.isin(first.how.astype(str), HIDDEN)
    depth = np.array([joint.structure.depths[r.unit] for r in joint.structure.regions])
    rounds = np.where(depth == 0, profile.council, profile.below_council) == "round"
    chains: list[Chain] = [add_step(chain, profile.rounding_base) if r else chain for chain, r in zip(first.chains, rounds, strict=True)]
    shown = np.where(rounds, round_half_up(np.rint(first.shown), profile.rounding_base), first.shown)
    how = np.array(["rounded" if chain else "exact" for chain in chains], dtype=object)
    how[hidden] = first.how[hidden]
    how[~hidden & ~rounds & (shown >= 1) & (shown < profile.threshold)] = "primary"
    how[small_bases(cells, shown, hidden, profile) & ~hidden] = "primary"
    softened = np.array([bool(chain) for chain in chains]) | rounds
    steps = required_steps(joint, profile, softened, small_targets(joint, start, profile))
    return Draft(profile, how, chains, shown, steps).keep_rounding(joint.regions @ start)


def add_step(chain: Chain, base: int) -> Chain:
    """Rounding a multiple of a base to that base again changes nothing."""
    return chain if chain and chain[-1] % base == 0 else (*chain, base)


def small_bases(cells: pd.DataFrame, shown: np.ndarray, hidden: np.ndarray, profile: Profile) -> np.ndarray:
    """Every part of a cell whose base, as shown, is under the profile's minimum; a part stays if it also stands on a larger base."""
    keys = ["kpi", "breakdown", "unit", "group"]
    bases = cells[cells["part"].isin(["denominator", "reference_denominator"])]
    region = bases["region"].to_numpy(dtype=np.int64)
    small = bases[~hidden[region] & (shown[region] < profile.minimum_base)][keys].drop_duplicates()
    found = np.zeros(len(shown), dtype=bool)
    if len(small):
        found[cells.merge(small, on=keys)["region"].to_numpy(dtype=np.int64)] = True
        large = cells.merge(small, on=keys, how="left", indicator=True)
        kept = large[(large["_merge"] == "left_only") & (large["part"] != "everyone")]["region"].to_numpy(dtype=np.int64)
        wide = np.zeros(len(shown), dtype=bool)
        wide[kept] = True
        found &= ~(wide & (shown >= profile.minimum_base))
    return found
