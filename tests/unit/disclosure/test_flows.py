"""What is known of staff beside joiners and leavers: as the first audience reads it, and to the person."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from metrics.definitions.profile import Profile
from metrics.disclosure.flows import both_ends, exact_staff, is_flow, plain, staff_given
from metrics.disclosure.given import Plain, Window
from metrics.disclosure.protect import protect_counts
from metrics.disclosure.structure import structure_of
from metrics.periods import FinancialYear
from metrics.query.counts import Counts
from metrics.query.fetch import fetch_counts
from tests.properties.test_joiners_disclosure import NOW, SETTINGS, a_council
from tests.properties.test_spans_read_together import Moves, history
from tests.support.stored import a_source

PROFILE = SETTINGS.profiles["leadership"]
NOBODY: frozenset[Plain] = frozenset()
AFRICAN = ("council", frozenset({("ethnicity", frozenset({"african"}))}))


def counted(units: Mapping[str, Moves]) -> Counts:
    configuration = a_council()
    with a_source(configuration, history(units)) as source:
        (counts,) = fetch_counts(source, configuration, "movers", [NOW], FinancialYear())
    return counts


@pytest.fixture(scope="module")
def flows() -> Counts:
    """Nobody is African."""
    return counted({"housing": (60, (10, 8)), "people": (41, (7, 7)), "chief": (3, (2, 1))})


def known(flows: Counts, profile: Profile = PROFILE, hidden: frozenset[Plain] = NOBODY) -> dict[Plain, list[Window]]:
    """Both ends of each set, the later first."""
    given, found = staff_given(flows, profile, hidden), dict[Plain, list[Window]]()
    for region, low, high in zip(given.regions, given.low.tolist(), given.high.tolist(), strict=True):
        found.setdefault(plain(region), []).append((low, high))
    return found


def test_staff_is_known_exactly_rounded_or_not_at_all(flows: Counts) -> None:
    ends = known(flows)
    assert ends["council", frozenset()] == [(107, 107), (104, 104)]
    assert ends["housing", frozenset()] == [(58, 62), (58, 62)]
    assert ends["chief", frozenset()] == [(3, 7), (3, 7)]
    assert ends[AFRICAN] == [(0, 0), (0, 0)], "that there is nobody is shown"
    assert known(flows, hidden=frozenset({AFRICAN}))[AFRICAN] == [(0, np.inf)] * 2
    assert known(flows, PROFILE.model_copy(update={"zeros": "hide"}))[AFRICAN] == [(0, np.inf)] * 2


def test_exact_staff_is_the_true_number_of_each_set_at_both_ends(flows: Counts) -> None:
    exact = exact_staff(flows)
    ends = dict(zip(exact.regions, exact.low.tolist(), strict=True))
    assert exact.regions == both_ends(structure_of(flows))
    assert exact.high.tolist() == exact.low.tolist()
    assert [n for region, n in ends.items() if region.unit == "housing"] == [62, 60]
    assert [n for region, n in ends.items() if region.unit == "chief"] == [4, 3]


def test_one_shows_and_the_other_is_hidden_where_the_difference_is_known(flows: Counts) -> None:
    """Two joined and one left: from three people to four, so whoever sees both in rounded figures has one more joined than left."""
    assert list(of_chief(flows)) == ["secondary", "rounded"]


def test_what_exact_staff_alone_gives_away_is_hidden_and_not_said_to_be_known() -> None:
    """One person, then one: whoever knows that knows that at most one joined, whatever is hidden. It refuses nothing."""
    replaced = counted({"housing": (60, (10, 8)), "people": (41, (7, 7)), "chief": (1, (1, 1))})
    assert set(of_chief(replaced)) == {"primary"}
    assert [cells.certificate.known_before for cells in protect_counts(replaced, SETTINGS).values()] == [0, 0]


def of_chief(flows: Counts) -> list[str]:
    """How joiners and leavers of the smallest directorate are shown."""
    how = protect_counts(flows, SETTINGS)["leadership"].how.tolist()
    return [how[i] for i, region in enumerate(flows.regions) if region.unit == "chief" and is_flow(region)]
