"""Two or three releases of one day, with other breakdowns, other rules and corrected rows: who kept them all learns no small count."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from metrics.definitions.profile import DisclosureSettings, Profile
from metrics.disclosure.history import known_by
from metrics.disclosure.protect import protect_counts
from metrics.disclosure.shown import ShownCells
from metrics.disclosure.system import PublishedSystem, published_system
from metrics.query.counts import Counts, Region
from tests.support.release_reader import Read, Reader, read, spread
from tests.support.tables import Published, each, from_dict, make_counts

PARENTS = {"c": None, "d": "c", "e": "c"}
ATOMS = ("a0", "a1", "a2")
MOST = 5
BREAKDOWNS = {
    "units": Published(depth=1),
    "groups": Published({"x": each(*ATOMS)}),
    "groups by unit": Published({"x": each(*ATOMS)}, depth=1),
    "some": Published({"x": {"some": ATOMS[:2]}}),
    "others by unit": Published({"x": {"others": ATOMS[1:]}}, depth=1),
}
READER = Reader(pd.DataFrame({"unit": [], "x": [], "n": []}), ("d", "e"), "x", ATOMS, "c", MOST)


Story = list[tuple[pd.DataFrame, DisclosureSettings, list[Published]]]
"""Rows, rules and breakdowns of one release after another."""


@dataclass(frozen=True)
class Made:
    """One release of the day: the rows then, the rules then, and what each audience was shown."""

    people: pd.DataFrame
    settings: DisclosureSettings
    counts: Counts
    shown: dict[str, ShownCells]
    systems: dict[str, PublishedSystem]


@st.composite
def stories(draw: st.DrawFn) -> Story:
    """Two or three releases."""
    cells = [(u, a) for u in ("d", "e") for a in ATOMS]
    people = {cell: draw(st.integers(0, 3)) for cell in cells}
    found = []
    for number in range(draw(st.integers(2, 3))):
        if number:
            for cell in draw(st.lists(st.sampled_from(cells), max_size=draw(st.sampled_from([0, 0, 1, 6])))):
                people = {**people, cell: draw(st.integers(0, 3))}
        below = draw(st.sampled_from(["suppress", "round"]))
        threshold = draw(st.integers(2, 4))
        profiles = {
            "leadership": Profile(title="Leadership", threshold=threshold, below_council=below),
            "public": Profile(title="Public", threshold=threshold, council="round", minimum_base=0),
        }
        chosen = draw(st.lists(st.sampled_from(sorted(BREAKDOWNS)), min_size=1, max_size=3, unique=True))
        settings = DisclosureSettings(profiles=profiles, audiences={"leadership": "leadership", "public": "public"})
        found.append((from_dict(PARENTS, {"x": ATOMS}, people), settings, [Published(), *(BREAKDOWNS[name] for name in chosen)]))
    return found


def publish(story: Story, with_history: bool = True) -> list[Made]:
    made: list[Made] = []
    for people, settings, breakdowns in story:
        counts = make_counts(PARENTS, {"x": ATOMS}, people, breakdowns)
        told = [(str(n), system) for n, one in enumerate(made) for system in one.systems.values()] if with_history else []
        shown = protect_counts(counts, settings, known=known_by(tuple(settings.audiences), told))
        made.append(Made(people, settings, counts, shown, {a: published_system(s, counts) for a, s in shown.items()}))
    return made


def reads(made: list[Made], audience: str) -> list[Read]:
    """The first audience may have read everything that anybody was shown."""
    mine = [audience] if audience != "leadership" else list(made[0].shown)
    return [one for release in made for a in mine for one in read(release.counts, release.shown[a].shown, release.shown[a].chains)]


def narrowed(made: list[Made], audience: str) -> tuple[list[Region], list[Region]]:
    """Small counts that all releases together leave too little room, and those that the earlier ones alone do."""
    last, profile = made[-1], made[-1].settings.profiles[audience]
    reader = READER.correct(last.people)
    before = reads(made[:-1], audience)
    now = read(last.counts, last.shown[audience].shown, last.shown[audience].chains)
    together = reader.agreeing(now, before, profile.threshold - 1)
    alone = reader.agreeing([], before, profile.threshold - 1)
    open_now, open_before = [], []
    for region in dict.fromkeys(region for one in made for region in one.counts.regions):
        rounds = (profile.council if region.unit == "c" else profile.below_council) == "round"
        true = int(reader.true[reader.member(region.unit, region.where)].sum())
        if 1 <= true < profile.threshold:
            needed = 2 if rounds else profile.threshold - 1
            open_now += [region] if spread(reader, together, region) < needed else []
            open_before += [region] if spread(reader, alone, region) < needed else []
    return open_now, open_before


@hypothesis_settings(max_examples=10, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(story=stories())
def test_who_kept_every_release_of_a_day_learns_no_small_count(story: Story) -> None:
    made = publish(story)
    for audience, shown in made[-1].shown.items():
        open_now, open_before = narrowed(made, audience)
        assert set(open_now) <= set(open_before)
        assert shown.certificate.known_before >= len(open_now)


@hypothesis_settings(max_examples=4, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(story=stories())
def test_the_same_rows_by_the_same_rules_come_out_the_same(story: Story) -> None:
    first, again = publish([story[0], story[0]])
    for audience, shown in again.shown.items():
        assert (shown.how == first.shown[audience].how).all()
        assert np.array_equal(shown.shown, first.shown[audience].shown, equal_nan=True)
        assert shown.certificate.known_before == 0


def test_without_the_earlier_releases_the_same_reader_finds_small_counts() -> None:
    """The reader bites: first 7 of one group and nothing of two others, then 9 of that group and one other together: 2 are left."""
    profile = Profile(title="Leadership", threshold=4, below_council="suppress")
    settings = DisclosureSettings(profiles={"leadership": profile}, audiences={"leadership": "leadership"})
    people = from_dict(PARENTS, {"x": ATOMS}, {("d", "a0"): 2, ("d", "a1"): 5, ("e", "a2"): 5, ("d", "a2"): 2})
    story = [
        (people, settings, [Published(), BREAKDOWNS["groups"]]),
        (people, settings, [Published(), Published({"x": {"two": ("a0", "a2")}})]),
    ]
    for with_history in (True, False):
        open_now, open_before = narrowed(publish(story, with_history), "leadership")
        assert bool(open_now) != with_history
        assert not open_before
