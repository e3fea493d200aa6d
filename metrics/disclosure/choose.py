"""What must be hidden for its own sake, and what the audience is shown instead of the counts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from metrics.definitions.profile import ROUNDED_STEPS, Profile
from metrics.disclosure.breakdowns import coarsened
from metrics.disclosure.joint import Joint
from metrics.disclosure.rounding import Chain, interval, round_half_up

HIDDEN = ("primary", "secondary", "coarsened")


@dataclass
class Draft:
    """What one audience would be shown, while it is still being decided.

    Attributes
    ----------
    how : `How` of each region
    chains : bases that each shown count was rounded to
    shown : the count as shown; kept for hidden regions too, and taken out at the end
    required : steps that the range of each target (regions, then forms) must have
    """

    profile: Profile
    how: np.ndarray
    chains: list[Chain]
    shown: np.ndarray
    required: np.ndarray
    hidden_for: dict[int, int] = field(default_factory=dict)
    published: int = -1
    """Regions from this one on are given: known to everybody, and neither shown nor hidden here (`metrics.disclosure.given`)."""
    windows: tuple[np.ndarray, np.ndarray] | None = None
    """Of the given regions: least and largest count that readers know of."""
    large: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=bool))
    """Rounded counts that are not small, one place for each region: asked to keep three possible values as long as they are shown."""
    told_to_one: set[tuple[int, int]] = field(default_factory=set)
    """(a hidden region of one person, a hidden region that this person knows from the given regions alone, whatever is hidden here)."""
    open_to_one: set[tuple[int, int]] = field(default_factory=set)
    """The same, where it is what is shown here that tells it, and nothing is left to hide: not to be published."""

    def is_hidden(self, region: int) -> bool:
        return self.how[region] in HIDDEN or 0 <= self.published <= region

    def keep_rounding(self, values: np.ndarray) -> Draft:
        """Ask for the three possible values of every rounded count of anybody, large ones, too."""
        rounded = (self.how == "rounded") & (values > 0)
        self.large = rounded & (self.required[: len(values)] == 0)
        self.required[: len(values)][self.large] = ROUNDED_STEPS
        return self

    def ask_again(self, regions: Iterable[int]) -> None:
        """Of large counts that are shown after all."""
        for region in regions:
            if self.is_large(region):
                self.required[region] = ROUNDED_STEPS

    def ask_no_more_of_large(self) -> None:
        """Nor when they are shown after all."""
        self.required[: len(self.large)][self.large] = 0
        self.large = np.zeros_like(self.large)

    def is_large(self, target: int) -> bool:
        return target < len(self.large) and bool(self.large[target])

    def drop_large(self, region: int) -> None:
        """A large count that is hidden, or that earlier releases give away, needs no width of its own."""
        if self.is_large(region):
            self.required[region] = 0

    def known(self) -> tuple[np.ndarray, np.ndarray]:
        """What a reader knows of each region: least and largest count."""
        low, high = np.zeros(len(self.how)), np.full(len(self.how), np.inf)
        for i, (how, chain, shown) in enumerate(zip(self.how, self.chains, self.shown, strict=True)):
            if how not in HIDDEN:
                low[i], high[i] = interval(int(shown), chain)
        if self.windows is not None:
            low[self.published :], high[self.published :] = self.windows
        return low, high


def is_small(values: np.ndarray, profile: Profile, sensitive: np.ndarray) -> np.ndarray:
    """Counts that nobody may know exactly: 1 to threshold - 1, and zeros of a sensitive column where the profile hides zeros."""
    small = (values >= 1) & (values < profile.threshold)
    return np.asarray(small | ((values == 0) & sensitive if profile.zeros == "hide" else False))


def sensitive_regions(joint: Joint) -> np.ndarray:
    return np.array([bool(region.axes & joint.structure.sensitive) for region in joint.structure.regions], dtype=bool)


def everyone_alike(joint: Joint, values: np.ndarray, profile: Profile) -> np.ndarray:
    """Pairs where all of a small group share one answer to a sensitive question: knowing who is in the group tells the answer."""
    inner, outer = joint.pairs[:, 0], joint.pairs[:, 1]
    return np.asarray((values[inner] == values[outer]) & is_few(values[outer], profile) & joint.all_tells)


def no_other_answer(joint: Joint, values: np.ndarray, profile: Profile) -> np.ndarray:
    """Regions that nobody of a small group is in, where everybody who is not has given one and the same answer: the mirror of that."""
    inner, outer = joint.pairs[:, 0], joint.pairs[:, 1]
    found = np.zeros(len(values), dtype=bool)
    found[inner[(values[inner] == 0) & is_few(values[outer], profile) & joint.none_tells]] = True
    for whole, inside in joint.families_none_tells:
        found[inside[0]] |= not values[list(inside)].any() and bool(is_few(values[whole], profile))
    return found


def is_few(values: np.ndarray, profile: Profile) -> np.ndarray:
    """Groups so small that an answer which all of them share is told of each."""
    return np.asarray((values > 0) & (values < few(profile)))


def few(profile: Profile) -> int:
    return max(profile.minimum_base, profile.threshold)


def first_draft(joint: Joint, start: np.ndarray, profile: Profile) -> Draft:
    """Primary choices on true counts, before any secondary hiding."""
    values = joint.regions @ start
    depth = np.array([joint.structure.depths[r.unit] for r in joint.structure.regions])
    rounds = np.where(depth == 0, profile.council, profile.below_council) == "round"
    how = np.where(rounds, "rounded", "exact").astype(object)
    small, complements, own = small_targets(joint, start, profile)
    how[small & ~rounds] = "primary"
    inner, outer = joint.pairs[:, 0], joint.pairs[:, 1]
    hide = complements[: len(inner)] & ~rounds[inner] & (how[inner] != "primary") & (how[outer] != "primary")
    spare = np.isin(np.arange(len(values)), sorted(joint.structure.spare))
    how[np.where(spare[outer] & ~spare[inner], outer, inner)[hide]] = "primary"  # a step of a waterfall rather than a figure
    how[coarsened(joint.structure.breakdowns, values, how == "primary", profile.least_shown) & ~rounds] = "coarsened"
    chains: list[Chain] = [(profile.rounding_base,) if r else () for r in rounds]
    shown = np.where(rounds, round_half_up(values, profile.rounding_base), values)
    steps = required_steps(joint, profile, rounds, (small, complements, own))
    return Draft(profile, how, chains, shown.astype(float), steps).keep_rounding(values)


Small = tuple[np.ndarray, np.ndarray, np.ndarray]


def small_targets(joint: Joint, start: np.ndarray, profile: Profile) -> Small:
    """Regions, complements within a base, and units' own staff that nobody may know."""
    values = joint.regions @ start
    alone = is_small(values, profile, sensitive_regions(joint)) | no_other_answer(joint, values, profile)
    forms = joint.forms @ start
    rest, own = np.split(forms, [len(joint.structure.remainders)])
    complements = (rest >= 1) & (rest < profile.threshold)
    complements[: len(joint.pairs)] |= everyone_alike(joint, values, profile)
    return alone, complements, (own >= 1) & (own < profile.threshold)


def required_steps(joint: Joint, profile: Profile, rounds: np.ndarray, small: Small) -> np.ndarray:
    """Two steps where counts are rounded, threshold - 1 where they are hidden or shown as they are, none where nothing is small."""
    steps = np.where(rounds, ROUNDED_STEPS, profile.threshold - 1)
    own_steps = ROUNDED_STEPS if profile.below_council == "round" else profile.threshold - 1
    regions, complements, own = small
    within = steps[[inside[0] for _, inside in joint.structure.remainders]]
    return np.concatenate([np.where(regions, steps, 0), np.where(complements, within, 0), np.where(own, own_steps, 0)]).astype(np.int64)
