"""Random small councils: nobody who lists every table that fits what is shown can know a small count."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from metrics.definitions.profile import DisclosureSettings, Profile
from metrics.disclosure.attack import attack
from metrics.disclosure.protect import protect_counts
from metrics.disclosure.system import published_system
from metrics.query.counts import Counts
from tests.support.attacker import possible_values
from tests.support.tables import Published, each, from_dict, make_counts

THRESHOLD = 3
MOST = 7
PARENTS = {"c": None, "d": "c", "e": "c"}


@st.composite
def tables_with_totals(draw: st.DrawFn) -> Counts:
    """Two directorates by two or three categories, with every total and one group of categories."""
    atoms = [f"a{i}" for i in range(draw(st.integers(2, 3)))]
    numbers = st.integers(0, 3)
    people = from_dict(PARENTS, {"x": atoms}, {(u, a): draw(numbers) for u in ("d", "e") for a in atoms})
    depth = draw(st.integers(0, 1))
    published = [Published(depth=1), Published({"x": each(*atoms)}, depth), Published({"x": {"some": atoms[:-1]}}, draw(st.integers(0, 1)))]
    return make_counts(PARENTS, {"x": atoms}, people, published)


def protect(counts: Counts, below: str) -> dict[str, object]:
    profile = Profile(title="Leadership", threshold=THRESHOLD, below_council=below)
    audiences = DisclosureSettings(profiles={"leadership": profile}, audiences={"leadership": "leadership"})
    return protect_counts(counts, audiences)  # type: ignore[return-value]


@pytest.mark.parametrize("below", ["suppress", "round"])
@hypothesis_settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(counts=tables_with_totals())
def test_listing_every_table_leaves_each_small_count_in_doubt(below: str, counts: Counts) -> None:
    cells = protect(counts, below)["leadership"]
    again = protect(counts, below)["leadership"]
    assert (cells.how == again.how).all()  # type: ignore[attr-defined]
    system = published_system(cells, counts)  # type: ignore[arg-type]
    low, high = possible_values(system, most=MOST)
    small = (counts.values >= 1) & (counts.values < THRESHOLD)
    assert (high[small] - low[small] >= 2).all()
    found = attack(system, exact=True)
    assert found.recovered == 0
    count = len(counts.regions)
    limited = high < MOST  # the list stops at MOST; the attacker does not
    assert (found.low[:count][limited] == low[limited]).all()
    assert (found.high[:count][limited] == high[limited]).all()
