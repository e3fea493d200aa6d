"""Who joined, left and changed between the rows that are stored and those that are about to be, a piece at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Movement:
    """One snapshot against another. People are None where the extract has no person identifier."""

    rows_before: int
    rows_after: int
    joined: int | None = None
    left: int | None = None
    changed: int | None = None
    changed_by_column: Mapping[str, int] = field(default_factory=dict)


def movement(before: Iterable[pd.DataFrame], after: pd.DataFrame, columns: Sequence[str], people_stay: bool = True) -> Movement:
    """Who is in one snapshot and not in the other, and who is in both with another unit or value. One row per person in each.

    `before` are the stored rows in pieces, `after` is the new snapshot; both have `person_id`, `counts_once` and the columns to compare.
    `people_stay`: False where a row is something that happened: its people neither join nor leave.
    """
    new = after.loc[after["counts_once"].to_numpy(dtype="bool")]
    people = pd.Index(new["person_id"])
    compare = {name: new[name].array for name in columns if name in new}
    rows = known = found = changed = 0
    by_column: Counter[str] = Counter()
    identified = people_stay and not after["person_id"].isna().all()
    for piece in before:
        rows += len(piece)
        if not identified:
            continue
        old = piece.loc[piece["counts_once"].to_numpy(dtype="bool") & piece["person_id"].notna().to_numpy()]
        places = people.get_indexer(old["person_id"].array)
        known += len(old)
        both = old.loc[places >= 0]
        found += len(both)
        differs = {name: _differs(both[name], values.take(places[places >= 0])) for name, values in compare.items() if name in both}
        by_column.update({name: int(different.sum()) for name, different in differs.items()})
        changed += int(np.logical_or.reduce(list(differs.values())).sum()) if differs else 0
    if not identified or not known:
        return Movement(rows, len(after))
    return Movement(rows, len(after), len(new) - found, known - found, changed, {name: n for name, n in by_column.items() if n})


def _differs(old: pd.Series, new: pd.api.extensions.ExtensionArray | np.ndarray) -> np.ndarray:
    """Where two columns of the same people differ; empty equals empty."""
    now = pd.Series(new, index=old.index)
    if isinstance(now.dtype, pd.CategoricalDtype):
        codes = now.cat.categories.get_indexer(old.astype("str"))  # type: ignore[arg-type]
        stored = np.where(old.isna().to_numpy(), -1, np.where(codes < 0, -2, codes))  # -2: a category that is no more
        return np.asarray(stored != now.cat.codes.to_numpy())
    was: pd.Series
    is_now: pd.Series
    if _numeric(now) and _numeric(old):
        was, is_now = (series.astype("Float64") for series in (old, now))
    elif now.dtype.kind == old.dtype.kind == "M":
        was, is_now = old, now
    else:
        was, is_now = (series.astype("string") for series in (old, now))
    same = (was == is_now).fillna(False).to_numpy(dtype="bool")
    return ~(same | (was.isna().to_numpy() & is_now.isna().to_numpy()))


def _numeric(series: pd.Series) -> bool:
    return bool(pd.api.types.is_numeric_dtype(series) or pd.api.types.is_bool_dtype(series))
