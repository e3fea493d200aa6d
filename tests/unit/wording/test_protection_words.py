"""What readers are told of certificates, attacks and seals."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from metrics.wording.quality import (
    describe_attacks,
    describe_certified,
    describe_few_moved,
    describe_hiding,
    describe_left_out,
    describe_seals,
    describe_verdict,
)
from tests.support.reports import CERTIFICATE


def an_attack(**changes: Any) -> dict[str, Any]:
    plain = {
        "hidden": 1324, "recovered": 0, "unsettled": 0, "known_before": 0, "attacked_at": "2026-11-22T03:00:00+00:00", "earlier": [],
    }  # fmt: skip
    return {**plain, **changes}


def test_an_attack_is_told_with_its_day() -> None:
    assert describe_attacks([CERTIFICATE], [an_attack()]) == (
        "An independent attacker with every figure that this version shows worked out none of the small numbers behind 1,324 hidden or "
        "rounded counts; last tried on 22 November 2026."
    )


def test_earlier_releases_are_named_where_the_attacker_had_any() -> None:
    words = describe_attacks([CERTIFICATE] * 2, [an_attack(), an_attack(earlier=["2026-05-21"])])
    assert "shows, and earlier releases of the same days as far as their figures agree with it, worked out none of" in words


def test_earlier_figures_that_were_left_out_are_told_by_reason() -> None:
    assert describe_left_out("2026-05-21", 0, 3, 0) == ["3 figures of release 2026-05-21 contradict today's and were left out."]
    assert describe_left_out("2026-05-21", 1, 1, 0) == [
        "1 figure of release 2026-05-21 is of units that are not there today or held others then, and was left out.",
        "1 figure of release 2026-05-21 contradicts today's and was left out.",
    ]
    assert describe_left_out("2026-05-21", 0, 0, 1200) == [
        "1,200 figures of release 2026-05-21 fit together no table of people that was found beside today's and were left out."
    ]


def test_what_an_attack_found_is_not_softened() -> None:
    words = describe_attacks([CERTIFICATE] * 2, [an_attack(recovered=3, unsettled=2, known_before=1)])
    assert "worked out 3 of the small numbers" in words
    assert "on 1 of 2 parts. This release should be withdrawn." in words
    assert "For 2 of them no second value was found or ruled out." in words
    assert "Known from earlier releases already: 1." in words


def test_nobody_tried_is_said() -> None:
    assert describe_attacks([CERTIFICATE], []).startswith(
        "An independent attack has not been tried again since these figures were published"
    )


def test_what_is_hidden_is_three_sentences_and_not_which_of_them_is_small() -> None:
    words = describe_hiding([CERTIFICATE, {**CERTIFICATE, "coarsened": 4, "cells": 1462}])
    assert words.count(". ") == 2
    assert "Of 2,920 counts in the newest figures, 268 are shown as they are, 2,624 are rounded and 28 are hidden." in words
    assert "4 because too little of their breakdown could be shown there" in words
    other = {**CERTIFICATE, "primary": CERTIFICATE["primary"] + CERTIFICATE["secondary"], "secondary": 0}
    assert describe_hiding([other]) == describe_hiding([CERTIFICATE])


def test_no_more_is_said_of_a_range_than_was_asked_for() -> None:
    words = describe_certified([{**CERTIFICATE, "narrowest": 42, "known_before": 5, "mismatches": 1200}])
    assert "42" not in words
    assert "two numbers at least 4 apart" in words
    assert "5 are known from an earlier release, which cannot be taken back" in words
    assert "in 1,200 printed sums they do not" in words


@pytest.mark.parametrize(
    ("by", "words"),
    [
        (("publish", "publish"), "Every part was sealed when it was published"),
        (
            ("upgrade", "upgrade"),
            "Its parts were published before releases were sealed, and sealed on 22 November 2026, when the store was upg",
        ),
        (("upgrade", "publish"), "1 of 2 parts were published before releases were sealed"),
    ],
)
def test_what_was_sealed_later_is_said(by: tuple[str, ...], words: str) -> None:
    sealed = [{**CERTIFICATE, "seal": "1:ab", "sealed_by": one, "sealed_at": "2026-11-22T02:00:00+00:00"} for one in by]
    assert words in describe_seals(sealed)
    assert describe_seals([*sealed, CERTIFICATE]) == ""


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ((1, 0), "1 protected count can be worked out exactly. It should be withdrawn."),
        ((0, 4), "for 4 no second value"),
        ((0, 0), "no protected"),
    ],
)
def test_a_verdict_in_one_sentence(found: tuple[int, int], words: str) -> None:
    assert words in describe_verdict("2026-05-21", *found)


def test_how_many_counts_moved_by_a_few_people_is_told_and_not_which() -> None:
    assert describe_few_moved(date(2026, 3, 31), 143) == (
        "143 published counts of 31 March 2026 moved by a few people, or by one step of rounding, since they were last shown; “equality "
        "movements” lists them for the analyst."
    )
    assert describe_few_moved(date(2026, 3, 31), 0).endswith("since they were last shown.")
