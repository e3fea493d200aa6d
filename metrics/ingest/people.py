"""People behind rows: who stands twice, which post counts, and who joined, left or changed between two snapshots."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from metrics.definitions.dataset import Dataset, MainPost
from metrics.errors import Problem

DUPLICATES_SHOWN = 20


@dataclass(frozen=True)
class Movement:
    """One snapshot against another. People are None where the extract has no person identifier."""

    rows_before: int
    rows_after: int
    joined: int | None = None
    left: int | None = None
    changed: int | None = None
    changed_by_column: Mapping[str, int] = field(default_factory=dict)


def duplicates(dataset: Dataset, frame: pd.DataFrame) -> list[Problem]:
    """Rows of one day with the same person identifier, where a row is a person. Rows are named, people are not."""
    if dataset.grain != "person" or dataset.person_id == "absent":
        return []
    known = frame[frame["person_id"].notna()]
    twice = known[known.duplicated(["as_at", "person_id"], keep=False)]
    groups = twice.groupby(["as_at", "person_id"], sort=False)
    places = [", ".join(f"{row.file}:{row.row_number}" for row in group.itertuples()) for _, group in groups]
    if not places:
        return []
    problems = [Problem(place, f"one person ({dataset.person_id}) stands on each of these rows.") for place in places[:DUPLICATES_SHOWN]]
    more = f" ({len(places) - DUPLICATES_SHOWN} more people are not listed.)" if len(places) > DUPLICATES_SHOWN else ""
    say = f"{len(places)} people stand more than once, but dataset '{dataset.id}' has a row per person: they would count twice.{more}"
    advice = "Remove the extra rows, or, if a row is a post, write `grain: post` and a `main_post` rule."
    return [Problem("", f"{say} {advice}"), *problems]


def counts_once(dataset: Dataset, frame: pd.DataFrame) -> pd.Series:
    """True for the one row in which a person is counted: the main post, or every row where a row is a person."""
    if dataset.grain == "person":
        return pd.Series(True, index=frame.index)
    rule = dataset.main_post or MainPost()
    keys = pd.DataFrame(index=frame.index)
    if rule.flag:
        keys["flag"] = ~frame[rule.flag].fillna(False).astype(bool)
    for name in rule.highest:
        keys[name] = -frame[name].astype("float64").fillna(float("-inf"))
    keys["row"] = range(len(frame))
    ordered = frame.loc[keys.sort_values(list(keys.columns), kind="stable").index]
    return (~ordered.duplicated(["as_at", "person_id"])).reindex(frame.index)


def movement(before: pd.DataFrame, after: pd.DataFrame, columns: Sequence[str]) -> Movement:
    """Who is in one frame and not in the other, and who is in both with another unit or value. One row per person in each."""
    rows = Movement(len(before), len(after))
    if after["person_id"].isna().all() or before["person_id"].isna().all():
        return rows
    old = before[before["counts_once"].astype(bool)].set_index("person_id")
    new = after[after["counts_once"].astype(bool)].set_index("person_id")
    both = old.index.intersection(new.index)
    differs = {name: _differs(old.loc[both, name], new.loc[both, name]) for name in columns if name in old and name in new}
    anything = pd.DataFrame(differs, index=both).any(axis=1)
    return Movement(
        rows_before=len(before),
        rows_after=len(after),
        joined=len(new.index.difference(old.index)),
        left=len(old.index.difference(new.index)),
        changed=int(anything.sum()),
        changed_by_column={name: int(found.sum()) for name, found in differs.items() if found.any()},
    )


def _differs(old: pd.Series, new: pd.Series) -> pd.Series:
    if pd.api.types.is_numeric_dtype(new) and pd.api.types.is_numeric_dtype(old):
        old, new = old.astype("Float64"), new.astype("Float64")
    else:
        old, new = old.astype("string"), new.astype("string")
    both_missing = old.isna() & new.isna()
    return ~((old == new).fillna(False).astype(bool) | both_missing)
