"""A period that is published again is protected against who kept the first release of it, withdrawn or not."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from metrics.cli.refresh import in_sentences
from metrics.disclosure.attack import attack, protected
from metrics.disclosure.beside import attack_with_earlier, with_earlier
from metrics.disclosure.given import categories_of
from metrics.disclosure.joint import Figure, build_joint, figures
from metrics.disclosure.system import PublishedSystem
from metrics.errors import DisclosureError
from metrics.pipeline import RefreshResult
from metrics.pipeline.earlier import EarlierReleases
from metrics.query.counts import Region
from tests.support.tiny_council import DISCLOSURE, ORGANISATION, SEX, TinyCouncil

MARCH, JUNE = date(2026, 3, 31), date(2026, 6, 30)
BY_SEX = ["directorate", "sex"]


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> TinyCouncil:
    council = TinyCouncil.found(tmp_path_factory.mktemp("published") / "council")
    council.load(MARCH)
    council.refresh()
    return council


@pytest.fixture
def council(published: TinyCouncil, tmp_path: Path) -> TinyCouncil:
    return published.copy(tmp_path / "council")


def restate(council: TinyCouncil, day: date = MARCH) -> RefreshResult:
    return council.refresh(restate=[day], reason="As it should have been")


def shown(result: RefreshResult, audience: str = "leadership") -> PublishedSystem:
    (batch,) = [b for b in result.batches if b.label.audience == audience]
    return PublishedSystem.from_dict(dict(batch.system))


def certificates(result: RefreshResult) -> dict[str, tuple[int, tuple[str, ...]]]:
    return {b.label.audience: (b.certificate["known_before"], tuple(b.certificate["earlier"])) for b in result.batches}


def test_the_same_rows_are_published_as_they_were(council: TinyCouncil) -> None:
    (first,) = {b.release for b in council.store.batches()}
    before = {batch.label.audience: PublishedSystem.from_dict(system) for batch, system in council.store.systems()}
    again = restate(council)
    assert certificates(again) == {"leadership": (0, (first,)), "public": (0, (first,))}
    for audience, system in before.items():
        assert np.array_equal(shown(again, audience).shown, system.shown, equal_nan=True)
        assert shown(again, audience).structure.tables == system.structure.tables


def test_a_breakdown_that_was_taken_away_is_counted_again(council: TinyCouncil) -> None:
    council.define("WR03-disabled", "Disabled staff", "disability", "disabled", ["directorate"])
    again = restate(council)
    (first, *_) = [b.release for b in council.store.batches(council.store.list_releases()[-1].id)]
    axes = {axis for region in shown(again).structure.regions for axis in region.axes}
    assert "sex" not in axes
    assert "sex" in shown(again).structure.axes, "what was published of women and men can still be told"
    told = EarlierReleases(council.configuration, council.store).told("hr", MARCH)
    found = attack_with_earlier(shown(again), [one for one in told if one[0] == first])
    assert (found.recovered, found.left_out) == (0, ())


def test_a_breakdown_that_is_added_comes_beside_the_old_figures(council: TinyCouncil) -> None:
    council.define("WR03-disabled", "Disabled staff", "disability", "disabled", ["sex"], ["directorate"], BY_SEX)
    again = restate(council)
    told = EarlierReleases(council.configuration, council.store).told("hr", MARCH)
    found = attack_with_earlier(shown(again), told[:2])
    assert (found.recovered, found.attack.unsettled) == (0, 0)


def test_what_a_higher_threshold_cannot_hide_any_more_is_said(council: TinyCouncil) -> None:
    (council.config / "disclosure.yaml").write_text(DISCLOSURE.replace("{title: Leadership}", "{title: Leadership, threshold: 40}"))
    again = restate(council)
    known, _ = certificates(again)["leadership"]
    assert known > 0
    said = in_sentences(again, council.configuration)
    assert f"leadership: {known} protected counts can be worked out from earlier releases alone" in said
    assert "earlier releases" not in in_sentences(council.refresh(), council.configuration)


def test_corrected_rows_stand_beside_the_wrong_ones(council: TinyCouncil) -> None:
    (first,) = {b.release for b in council.store.batches()}
    before = {batch.label.audience: PublishedSystem.from_dict(system) for batch, system in council.store.systems()}
    council.load(MARCH, seed=5)
    again = restate(council)
    assert {earlier for _, earlier in certificates(again).values()} == {(first,)}
    releases = EarlierReleases(council.configuration, council.store).told("hr", MARCH)
    for batch in again.batches:
        audience, system = batch.label.audience, shown(again, batch.label.audience)
        assert batch.certificate["passed"]
        assert not np.array_equal(system.shown, before[audience].shown, equal_nan=True), "other rows, other figures"
        told = [one for one in releases if one[0] == first and one[1].audience == audience]
        assert attack_with_earlier(system, told).attack.unsettled == 0
        for target, value in worked_out(system, told):
            assert value != true_number(council, target, seed=5), "what is concluded of wrong figures is nobody's number"


def worked_out(system: PublishedSystem, told: list[tuple[str, PublishedSystem]]) -> list[tuple[Figure, int]]:
    """The protected numbers of people that somebody concludes who takes the earlier figures for true as well."""
    together, found = with_earlier(system, told).system, attack_with_earlier(system, told).attack
    joint = build_joint(together.structure)
    pinned = np.flatnonzero(found.pinned & protected(together, joint, found.low, found.high))
    return [(one, int(found.low[target])) for target in pinned.tolist() for one in figures(joint, [target])]


def true_number(council: TinyCouncil, target: Figure, seed: int) -> int:
    """A set less those inside it, counted in the file."""
    with (council.folder / f"staff-{MARCH}-{seed}.csv").open() as file:
        people = list(csv.DictReader(file))

    def size(region: Region | str) -> int:
        assert isinstance(region, Region), "nobody is attached to the council itself"
        here = [p for p in people if region.unit in ("littlewick", p["Directorate"].lower())]
        return sum(all(p[axis.capitalize()] in categories_of(atoms) for axis, atoms in region.where) for p in here)

    return size(target[0]) - sum(map(size, target[1:]))


def disabled_staff(council: TinyCouncil, women: int, men: int) -> None:
    """Fifty women and fifty men of each directorate say that they are not disabled, so many of Housing that they are; loaded for March."""
    groups = [(unit, sex, 50, "not_disabled") for unit in ("Housing", "Parks") for sex in ("female", "male")]
    groups += [("Housing", "female", women, "disabled"), ("Housing", "male", men, "disabled")]
    rows = [(unit, sex, answer) for unit, sex, many, answer in groups for _ in range(many)]
    council.load_rows(MARCH, [(number, *row) for number, row in enumerate(rows)], council.folder / f"staff-{women}-{men}.csv")


def test_somebody_alone_in_a_cell_learns_of_nobody_else_from_a_restatement(tmp_path: Path) -> None:
    """Three disabled women and two men, five together: corrected to one and four. The woman, who kept the five, must not know the four."""
    council = TinyCouncil.found(tmp_path / "council")
    disabled_staff(council, women=3, men=2)
    first = shown(council.refresh())
    disabled_staff(council, women=1, men=4)
    again = restate(council)
    system = shown(again)
    total, women, men = (_place(system, *held) for held in ((), ("female",), ("male",)))
    assert first.shown[total] == 5, "which is true of the corrected rows as well"
    assert certificates(again)["leadership"][0] == 0
    assert np.isnan(system.shown[[women, men]]).all()
    known = system.shown.copy()
    known[[total, women]] = [5, 1]
    found = attack(replace(system, shown=known), exact=True)
    assert found.low[men] < found.high[men]


def _place(system: PublishedSystem, *sexes: str) -> int:
    """The council's disabled staff, of these sexes."""
    where = {("disability", frozenset({"disabled"})), *([("sex", frozenset(sexes))] if sexes else [])}
    return next(i for i, r in enumerate(system.structure.regions) if r.unit == "littlewick" and set(r.where) == where)


def test_a_withdrawn_release_was_read_all_the_same(council: TinyCouncil) -> None:
    (first,) = {b.release for b in council.store.batches()}
    council.store.withdraw(first, "Wrong file")
    assert council.store.latest() is None
    council.load(MARCH, seed=2)
    again = council.refresh()
    assert {earlier for _, earlier in certificates(again).values()} == {(first,)}


def test_days_that_were_never_published_have_no_earlier_releases(council: TinyCouncil) -> None:
    council.load(JUNE)
    assert set(certificates(council.refresh()).values()) == {(0, ())}


def test_each_version_of_a_day_is_read_once_however_many_releases_carry_it(council: TinyCouncil) -> None:
    council.load(JUNE)
    council.refresh()
    told = EarlierReleases(council.configuration, council.store).told("hr", MARCH)
    assert [system.audience for _, system in told] == ["leadership", "public"]


def test_a_category_that_is_gone_is_refused_and_nothing_is_published(council: TinyCouncil) -> None:
    other = SEX.replace("female", "woman")
    (council.config / "dimensions/sex.yaml").write_text(other)
    with pytest.raises(DisclosureError, match=r"\(sex: female\), which today's definitions cannot tell[^$]*a category may stay empty"):
        restate(council)
    assert len(council.store.list_releases()) == 1


def test_a_unit_that_is_gone_is_refused_and_back_with_its_dates_is_not(council: TinyCouncil) -> None:
    organisation = council.config / "organisation.csv"
    organisation.write_text(
        ORGANISATION.replace("parks,Parks,littlewick,directorate,,,", "parks,Parks,littlewick,directorate,2026-04-01,,")
    )
    with pytest.raises(DisclosureError, match=r"figures of unit 'parks'[^$]*valid_from"):
        restate(council)
    organisation.write_text(ORGANISATION)
    assert certificates(restate(council))["leadership"][0] == 0
