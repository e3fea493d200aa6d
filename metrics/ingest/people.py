"""People behind rows: who stands twice, and which post counts."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd

from metrics.definitions.dataset import Dataset, MainPost
from metrics.errors import Problem

DUPLICATES_SHOWN = 20


Where = Callable[[int], str]
"""A row's number as a place that a person can open."""


def duplicates(dataset: Dataset, frame: pd.DataFrame, where: Sequence[Where]) -> list[Problem]:
    """Rows of one day with the same person identifier, where a row is a person. Rows are named, people are not.

    `frame` has `as_at, person_id, file, row_number`; `where` has the places of each file's rows.
    """
    if dataset.grain != "person" or dataset.person_id == "absent":
        return []
    known = frame.loc[frame["person_id"].notna()]
    twice = known.loc[known.duplicated(["as_at", "person_id"], keep=False)]
    people = len(twice.drop_duplicates(["as_at", "person_id"]))
    if not people:
        return []
    shown = twice.drop_duplicates(["as_at", "person_id"]).head(DUPLICATES_SHOWN)[["as_at", "person_id"]]
    groups = twice.merge(shown, on=["as_at", "person_id"]).groupby(["as_at", "person_id"], sort=False)
    places = [", ".join(where[f](n) for f, n in zip(g["file"].tolist(), g["row_number"].tolist(), strict=True)) for _, g in groups]
    problems = [Problem(place, f"one person ({dataset.person_id}) stands on each of these rows.") for place in places]
    more = f" ({people - DUPLICATES_SHOWN:,} more people are not listed.)" if people > DUPLICATES_SHOWN else ""
    say = f"{people:,} people stand more than once, but dataset '{dataset.id}' has a row per person: they would count twice.{more}"
    advice = "Remove the extra rows, or, if a row is a post, write `grain: post` and a `main_post` rule."
    return [Problem("", f"{say} {advice}"), *problems]


def counts_once(dataset: Dataset, frame: pd.DataFrame) -> pd.Series:
    """True for the one row in which a person is counted: the main post, or every row where a row is a person, or an event."""
    if not dataset.holds_people:
        return pd.Series(False, index=frame.index)  # nobody is in a result, a thing or a published figure
    if dataset.grain in {"person", "event"}:
        return pd.Series(True, index=frame.index)
    keys = main_post_keys(dataset.main_post or MainPost(), frame)
    ordered = frame.loc[keys.sort_values(list(keys.columns), kind="stable").index]
    return (~ordered.duplicated(["as_at", "person_id"])).reindex(frame.index)


def main_post_keys(rule: MainPost, frame: pd.DataFrame) -> pd.DataFrame:
    """One column for each question that the rule asks, least first; an empty cell comes after every filled one."""
    keys: dict[str, pd.Series] = {}
    if rule.flag:
        keys["flag"] = ~frame[rule.flag].fillna(False).astype(bool)
    for name, order in rule.prefer.items():
        place = {category: n for n, category in enumerate(order)}
        keys[f"prefer {name}"] = frame[name].astype(object).map(place).fillna(len(order)).astype("int64")
    for name in rule.highest:
        keys[f"highest {name}"] = -_ranked(frame[name], last=-1.0)
    for name in rule.lowest:
        keys[f"lowest {name}"] = _ranked(frame[name], last=float("inf"))
    keys["row"] = pd.Series(range(len(frame)), index=frame.index)
    return pd.DataFrame(keys, index=frame.index)


def _ranked(values: pd.Series, last: float) -> pd.Series:
    """The place of each value among all, from 1 up; `last` for an empty cell. Ranks serve numbers, days and texts alike."""
    return values.rank(method="dense").astype("float64").fillna(last)


def sum_over_posts(dataset: Dataset, frame: pd.DataFrame) -> pd.DataFrame:
    """The same rows with each `posts: sum` column holding its person's total of the day, at most the column's `maximum`.

    A person who has no figure in any post has none; otherwise an empty cell adds nothing.
    """
    names = [name for name, column in dataset.columns.items() if column.posts == "sum"]
    totals = {
        name: frame.groupby(["as_at", "person_id"])[name].transform("sum", min_count=1).clip(upper=dataset.columns[name].maximum)
        for name in names
    }
    return frame.assign(**totals)
