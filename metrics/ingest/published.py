"""Figures that somebody else has published: each stands once in a file, for its groups and its day."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from metrics.definitions.dataset import Dataset
from metrics.errors import Problem
from metrics.ingest.people import Where

SHOWN = 10


def told_twice(dataset: Dataset, rows: pd.DataFrame, where: Sequence[Where]) -> list[Problem]:
    """Rows of the same groups and day: broad groups beside the detailed ones that they hold, or another area's rows. `where` has the
    places of each file's rows."""
    if dataset.grain != "published":
        return []
    words = [name for name, column in dataset.columns.items() if column.type in {"category", "text", "boolean"}]
    keys = ["as_at", *([] if dataset.unit is None else ["unit"]), *words, *(c.band for c in dataset.columns.values() if c.band)]
    twice = rows[rows.duplicated(keys, keep=False)]
    found = []
    groups = twice.groupby(keys, observed=True, dropna=False, sort=False)
    for _, group in list(groups)[:SHOWN]:
        places = ", ".join(where[f](n) for f, n in zip(group["file"].tolist(), group["row_number"].tolist(), strict=True))
        told = group.iloc[0]
        groups_of = ", ".join(f"{name} {told[name] if pd.notna(told[name]) else '(all)'}" for name in words) or "no group"
        say = f"these rows say different things of the same, {groups_of}, as at {pd.Timestamp(told['as_at']).date()}."
        found.append(Problem(places, say))
    if groups.ngroups > SHOWN:
        found.append(Problem("", f"{groups.ngroups - SHOWN} more groups stand on several rows."))
    if found:
        cure = "Name the rows that are meant under `layout: {only: …}`, or give what tells them apart a column."
        found.append(Problem("", f"dataset '{dataset.id}' has a row for each group and day. {cure}"))
    return found
