"""Which of a person's posts counts, and what that means for populations: worked tables."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from metrics.definitions.dataset import Dataset, MainPost
from metrics.ingest.people import counts_once, sum_over_posts
from tests.spec.conftest import Spec, read_table
from tests.support.factories import a_count, a_dataset

POSTS = """person | directorate | contract   | grade | hours | began      | post | main
           p1     | housing     | casual     | g1    | 20    | 2020-01-01 | b2   | -
           p1     | people      | permanent  | g2    | 10    | 2024-01-01 | b1   | -
           p2     | housing     | permanent  | g1    | 18    | 2023-01-01 | a9   | -
           p2     | people      | permanent  | g3    | 18    | 2021-01-01 | a7   | -
           p3     | people      | casual     | g1    | -     | -          | c1   | -
           p3     | housing     | fixed_term | g1    | 5     | 2025-01-01 | c2   | yes
           p4     | housing     | casual     | g2    | 0     | 2025-01-01 | d1   | -"""
"""Two posts in two units and grades; the same hours; an empty cell; a flag; and one post."""


def main_posts(rule: MainPost, rows: str = POSTS) -> list[str]:
    """The post number of everybody's main post, by person."""
    frame = frame_of(rows)
    dataset = a_dataset().model_copy(update={"grain": "post", "person_id": "person", "main_post": rule})
    chosen = frame[counts_once(dataset, frame)].sort_values("person_id")
    assert chosen["person_id"].is_unique
    return list(chosen["post"])


def frame_of(rows: str) -> pd.DataFrame:
    table = pd.DataFrame(read_table(rows)).replace("-", None)
    table = table.rename(columns={"person": "person_id"}).assign(as_at=pd.Timestamp("2026-03-31"))
    return table.assign(
        hours=table["hours"].astype(float), began=pd.to_datetime(table["began"]), main=(table["main"] == "yes").astype("boolean")
    )


@pytest.mark.parametrize(
    ("rule", "posts"),
    [
        ({"highest": ["hours"]}, ["b2", "a9", "c2", "d1"]),  # a tie goes to the first row; an empty cell comes last
        ({"highest": ["hours"], "lowest": ["began"]}, ["b2", "a7", "c2", "d1"]),  # a tie goes to the post that began first
        ({"highest": ["hours"], "lowest": ["post"]}, ["b2", "a7", "c2", "d1"]),  # or has the lowest number
        ({"prefer": {"contract": ["permanent", "fixed_term", "casual"]}, "highest": ["hours"]}, ["b1", "a9", "c2", "d1"]),
        ({"prefer": {"contract": ["casual"]}, "highest": ["hours"]}, ["b2", "a9", "c1", "d1"]),  # categories not listed come last, alike
        ({"highest": ["began"]}, ["b1", "a9", "c2", "d1"]),  # the newest
        ({"flag": "main", "highest": ["hours"]}, ["b2", "a9", "c2", "d1"]),  # nobody else has a marked post: the next rule decides
        ({"prefer": {"grade": ["g3", "g2"], "contract": ["casual"]}}, ["b1", "a7", "c1", "d1"]),  # in the order of the rule
    ],
)
def test_the_main_post_is_chosen_in_the_order_of_the_rule(rule: dict[str, Any], posts: list[str]) -> None:
    assert main_posts(MainPost.model_validate(rule)) == posts


def test_two_marked_posts_leave_it_to_the_next_rule() -> None:
    rows = """person | hours | began      | post | main
              p1     | 10    | 2020-01-01 | x1   | yes
              p1     | 20    | 2020-01-01 | x2   | yes
              p1     | 30    | 2020-01-01 | x3   | -"""
    assert main_posts(MainPost(flag="main", highest=("hours",)), rows) == ["x2"]


WITHOUT_CASUAL = {"title": "Staff without casual workers", "where": {"contract": ["permanent", "fixed_term"]}}


def test_the_main_post_is_chosen_before_the_population_is_asked(spec: Spec) -> None:
    """p1 works longer as a casual, so p1 is a casual worker, in Housing, for every figure: never an employee in People as well."""
    rule = MainPost(highest=("hours",))
    for population, gives in (
        ("staff", "numerator\n 4"),
        ("regular", "numerator\n 2"),
    ):
        spec(a_count(population=population), rows=marked(rule), gives=gives, dataset=a_dataset(regular=WITHOUT_CASUAL))


def test_people_count_once_in_the_unit_and_group_of_their_main_post(spec: Spec) -> None:
    spec(
        a_count(population="regular"),
        breakdown=["directorate", "grade"],
        rows=marked(MainPost(prefer={"contract": ("permanent", "fixed_term")}, lowest=("began",))),
        gives="""directorate | grade | numerator
                 council     |       | 3
                 people      | g2    | 1
                 people      | g3    | 1
                 housing     | g1    | 1
                 housing     | g2    | 0""",
        dataset=a_dataset(regular=WITHOUT_CASUAL),
    )


def marked(rule: MainPost) -> str:
    """The posts as the `spec` fixture reads them, with the main ones marked."""
    frame = frame_of(POSTS)
    dataset = a_dataset().model_copy(update={"grain": "post", "main_post": rule})
    once = counts_once(dataset, frame).to_list()
    lines = [f"{r.directorate} | {r.contract} | {r.grade} | {mark}" for r, mark in zip(frame.itertuples(), once, strict=True)]
    return "\n".join(["directorate | contract | grade | counts_once", *lines])


def test_hours_are_summed_over_the_posts_of_a_person_up_to_the_maximum() -> None:
    dataset = Dataset.model_validate(
        {
            "id": "hr",
            "title": "Staff",
            "grain": "post",
            "columns": {
                "hours": {"from": "Hours", "type": "number"},
                "total": {"from": "Hours", "type": "number", "posts": "sum", "maximum": 30},
            },
        }
    )
    frame = frame_of(POSTS).assign(total=lambda f: f["hours"])
    summed = sum_over_posts(dataset, frame)
    assert summed["hours"].equals(frame["hours"])
    assert summed.groupby("person_id")["total"].first().to_dict() == {"p1": 30, "p2": 30, "p3": 5, "p4": 0}  # p2: 36 hours, at most 30
    nothing = sum_over_posts(dataset, frame.assign(total=float("nan")))
    assert nothing["total"].isna().all()
