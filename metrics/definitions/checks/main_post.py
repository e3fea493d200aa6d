"""Files with a row per post say which post counts, so that everyone counts once."""

from __future__ import annotations

from collections.abc import Iterator

from metrics.definitions.dataset import Dataset
from metrics.definitions.nearest import no_such
from metrics.definitions.parsed import NUMERIC, Parsed
from metrics.errors import Problem


def check(parsed: Parsed) -> Iterator[Problem]:
    for dataset in parsed.datasets.values():
        if dataset.grain == "person" and dataset.main_post is not None:
            yield parsed.problem(
                "datasets",
                dataset.id,
                ("main_post",),
                "a main post is chosen only where a row is a post; write `grain: post`, or leave it out",
            )
        if dataset.grain == "post":
            yield from _posts(parsed, dataset)


def _posts(parsed: Parsed, dataset: Dataset) -> Iterator[Problem]:
    if dataset.person_id == "absent":
        yield parsed.problem(
            "datasets",
            dataset.id,
            ("grain",),
            "rows are posts, so a person identifier is needed to count people once; name its heading",
        )
    rule = dataset.main_post
    if rule is None or not (rule.highest or rule.flag):
        message = "rows are posts, so say which post counts: `main_post: {highest: [hours]}` or `main_post: {flag: is_main_post}`"
        yield parsed.problem("datasets", dataset.id, ("grain",), message)
        return
    for n, name in enumerate(rule.highest):
        wrong = _wrong(dataset, name, NUMERIC, "a number")
        if wrong:
            yield parsed.problem("datasets", dataset.id, ("main_post", "highest", n), wrong)
    flag = _wrong(dataset, rule.flag, frozenset({"boolean"}), "true or false (type boolean)") if rule.flag else None
    if flag:
        yield parsed.problem("datasets", dataset.id, ("main_post", "flag"), flag)


def _wrong(dataset: Dataset, name: str, types: frozenset[str], wanted: str) -> str | None:
    if name not in dataset.columns:
        return no_such("column", name, dataset.columns)
    return None if dataset.columns[name].type in types else f"column '{name}' is of type {dataset.columns[name].type}; it must be {wanted}"
