"""Chains of windows that overlap, drawn at random: whoever reads all of them learns no small count of a window, nor of one extract.

The reader lists every small table of people, extract by extract, and keeps those that all figures allow: no equation, no solver.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import product

import numpy as np
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from metrics.definitions.profile import DisclosureSettings, Profile
from metrics.disclosure.beside import attack_with_earlier
from metrics.disclosure.given import Plain, plain
from metrics.disclosure.history import known_by
from metrics.disclosure.protect import protect_counts
from metrics.disclosure.shown import ShownCells
from metrics.disclosure.structure import structure_of
from metrics.disclosure.system import PublishedSystem, published_system
from metrics.disclosure.windows import beside_other_windows, told_apart
from metrics.query.counts import EXTRACT, OTHER, Counts
from tests.support.release_reader import as_shown
from tests.support.tables import Published, each, from_dict, make_counts

PARENTS = {"c": None}
EXTRACTS = ("2025-03-31", "2025-06-30", "2025-09-30", "2025-12-31")
LENGTH = 2
ATOMS = ("a", "b")
AXES = {EXTRACT: (*EXTRACTS, OTHER), "x": ATOMS}
MOST, THRESHOLD = 4, 3
CELLS = list(product(EXTRACTS, ATOMS))
People = dict[tuple[str, str, str], int]


@dataclass(frozen=True)
class Window:
    """What one window published."""

    counts: Counts
    shown: ShownCells
    system: PublishedSystem


def settings_of(council: str) -> DisclosureSettings:
    profile = Profile.model_validate({"title": "Leadership", "threshold": THRESHOLD, "council": council, "minimum_base": 0})
    return DisclosureSettings(profiles={"leadership": profile}, audiences={"leadership": "leadership"})


def publish(people: People, settings: DisclosureSettings, beside_others: bool = True) -> list[Window]:
    """Every window of two extracts, one after the other, each beside those before it."""
    rows, made = from_dict(PARENTS, AXES, people), list[Window]()
    for last in range(LENGTH, len(EXTRACTS) + 1):
        window = {EXTRACT: EXTRACTS[last - LENGTH : last]}
        counts = make_counts(PARENTS, AXES, rows, [Published(base=window), Published({"x": each(*ATOMS)}, base=window)])
        told = [("this one", one.system) for one in made]
        known = beside_other_windows(known_by(("leadership",), told), ("leadership",), structure_of(counts))
        shown = protect_counts(counts, settings, known=known if beside_others else {})["leadership"]
        made.append(Window(counts, shown, published_system(shown, counts)))
    return made


@cache
def every_table() -> np.ndarray:
    return np.indices((MOST + 1,) * len(CELLS), dtype=np.int8).reshape(len(CELLS), -1).T


def agreeing(made: list[Window]) -> np.ndarray:
    """Every table of people, extract by extract and group by group, that all figures allow: shape (tables, cells)."""
    kept = every_table()
    for one in made:
        figures = zip(one.counts.regions, one.shown.shown.tolist(), one.shown.chains, strict=True)
        for region, value, chain in ((r, v, c) for r, v, c in figures if not np.isnan(v)):
            kept = kept[as_shown(kept[:, member(plain(region))].sum(axis=1), chain) == value]
    return kept


def member(people: Plain) -> np.ndarray:
    where = dict(people[1])
    return np.array([extract in where[EXTRACT] and atom in where.get("x", ATOMS) for extract, atom in CELLS])


def narrowed(people: People, made: list[Window], council: str) -> list[Plain]:
    """Small counts, of windows and of what neighbouring windows tell apart, that all figures together leave too little room."""
    published = [plain(region) for one in made for region in one.counts.regions]
    groups = [(unit, where | {(EXTRACT, names)}) for (unit, where), several in told_apart(published).items() for names in several]
    tables, true = agreeing(made), np.array([people[("c", *cell)] for cell in CELLS])
    needed, found = 2 if council == "round" else THRESHOLD - 1, []
    for one in dict.fromkeys([*published, *groups]):
        values = tables[:, member(one)].sum(axis=1)
        if 1 <= true[member(one)].sum() < THRESHOLD and int(values.max()) - int(values.min()) < needed:
            found.append(one)
    return found


@st.composite
def drawn(draw: st.DrawFn) -> People:
    return {("c", *cell): draw(st.integers(0, 3)) for cell in CELLS}


@hypothesis_settings(max_examples=8, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(people=drawn(), council=st.sampled_from(["suppress", "round"]))
def test_who_reads_every_window_of_a_chain_learns_no_small_count(people: People, council: str) -> None:
    made = publish(people, settings_of(council))
    open_now = narrowed(people, made, council)
    assert len(open_now) <= sum(one.shown.certificate.known_before for one in made)
    last = attack_with_earlier(made[-1].system, [("earlier", one.system) for one in made[:-1]])
    assert last.recovered == 0


def test_windows_that_are_protected_alone_give_a_small_count_away() -> None:
    """The reader bites. Windows of 3, 5 and 3 are large enough to be shown. But the last two leave at least 2 in the second extract, and
    the first one at most 3: that there were 2 is almost told."""
    people = {("c", extract, "b"): 3 for extract in EXTRACTS} | {
        ("c", extract, "a"): n for extract, n in zip(EXTRACTS, (1, 2, 3, 0), strict=True)
    }
    alone = publish(people, settings_of("suppress"), beside_others=False)
    assert [one.shown.certificate.primary for one in alone] == [0, 0, 0]
    assert narrowed(people, alone, "suppress")
    assert not narrowed(people, publish(people, settings_of("suppress")), "suppress")
