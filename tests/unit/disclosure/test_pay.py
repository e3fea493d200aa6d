"""Pay figures: small groups, dominance, and totals that subtraction would give away."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from metrics.definitions.profile import DisclosureSettings, Profile
from metrics.disclosure.protect import protect_counts
from metrics.disclosure.shown import ShownCells
from metrics.query.counts import Counts
from tests.support.tables import Published, each, from_dict, make_counts

PARENTS = {"c": None, "d": "c", "e": "c", "f": "c"}
AXES = {"sex": ["F", "M"]}


def with_pay(people: Mapping[tuple[str, str], int], share: Mapping[int, float] | None = None) -> Counts:
    """A mean for every published set, of the KPI PG01."""
    counts = make_counts(PARENTS, AXES, from_dict(PARENTS, AXES, people), [Published(depth=1), Published({"sex": each("F", "M")}, depth=1)])
    rows = [
        ("PG01", str(len(r.where)), r.unit, str(i), "group", i, n, 20.0 + i, 4.0, 20.0, (share or {}).get(i, 0.05), 9, np.array([20.0]), 1)
        for i, (r, n) in enumerate(zip(counts.regions, counts.values.tolist(), strict=True))
    ]
    return replace(counts, statistics=pd.DataFrame(rows, columns=list(counts.statistics.columns)))


def protect(counts: Counts, council: str = "suppress") -> ShownCells:
    settings = DisclosureSettings(profiles={"one": Profile(title="One", council=council)}, audiences={"leadership": "one"})  # type: ignore[arg-type]
    return protect_counts(counts, settings)["leadership"]


def shown_pay(counts: Counts, cells: ShownCells) -> dict[tuple[str, str], bool]:
    names = {i: (r.unit, next((next(iter(a)) for _, a in r.where), "")) for i, r in enumerate(counts.regions)}
    return {names[int(r)]: m == "" for r, m in zip(cells.statistics["region"], cells.statistics["marker"], strict=True)}


LARGE = {("d", "F"): 60, ("d", "M"): 50, ("e", "F"): 40, ("e", "M"): 70, ("f", "F"): 80, ("f", "M"): 90}


def test_large_groups_keep_their_pay() -> None:
    counts = with_pay(LARGE)
    cells = protect(counts)
    assert all(shown_pay(counts, cells).values())
    assert cells.certificate.pay_recovered == 0
    assert "n" not in cells.statistics


def test_the_pay_of_a_small_group_cannot_be_subtracted() -> None:
    counts = with_pay({**LARGE, ("d", "F"): 7})
    shown = shown_pay(counts, protect(counts))
    assert not shown["d", "F"]
    # d in all minus the men of d would be the seven women; so would the women of the council minus those of e and f
    assert not (shown["d", ""] and shown["d", "M"])
    assert not (shown["c", "F"] and shown["e", "F"] and shown["f", "F"])


def test_who_is_shown_is_decided_on_the_rounded_size() -> None:
    # 12 is shown as 10, which 8 would be too: hidden; 13 is shown as 15, at least 13 people: shown
    for size, expected in ((12, False), (13, True)):
        counts = with_pay({**LARGE, ("d", "F"): size})
        assert shown_pay(counts, protect(counts))["d", "F"] is expected


def test_one_person_with_most_of_the_pay_hides_the_mean() -> None:
    counts = with_pay(LARGE)
    place = next(i for i, r in enumerate(counts.regions) if r.unit == "e" and dict(r.where).get("sex") == frozenset({"M"}))
    held = with_pay(LARGE, {place: 0.6})
    cells = protect(held)
    row = cells.statistics[cells.statistics["region"] == place].iloc[0]
    assert row["marker"] == "[c]"
    assert np.isnan(row["mean"])
    assert np.isnan(row["largest_share"])
    assert row["ranks"] is None
