"""Files with a row per post say which post counts, so that everyone counts once."""

from __future__ import annotations

from collections.abc import Iterator

from metrics.definitions.dataset import Dataset
from metrics.definitions.nearest import no_such
from metrics.definitions.parsed import NUMERIC, Parsed
from metrics.definitions.strict_yaml import Place
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
        yield from _sums(parsed, dataset)


def _posts(parsed: Parsed, dataset: Dataset) -> Iterator[Problem]:
    if dataset.person_id == "absent":
        yield parsed.problem(
            "datasets",
            dataset.id,
            ("grain",),
            "rows are posts, so a person identifier is needed to count people once; name its heading",
        )
    rule = dataset.main_post
    if rule is None or not rule.says_something:
        message = "rows are posts, so say which post counts: `main_post: {highest: [hours]}` or `main_post: {flag: is_main_post}`"
        yield parsed.problem("datasets", dataset.id, ("grain",), message)
        return
    for key, names in (("highest", rule.highest), ("lowest", rule.lowest)):
        types, wanted = (
            (NUMERIC | {"date"}, "a number or a date") if key == "highest" else (NUMERIC | {"date", "text"}, "a number, date or text")
        )
        for n, name in enumerate(names):
            if wrong := _wrong(dataset, name, types, wanted):
                yield parsed.problem("datasets", dataset.id, ("main_post", key, n), wrong)
    for name, order in rule.prefer.items():
        for place, message in _preferred(parsed, dataset, name, order):
            yield parsed.problem("datasets", dataset.id, ("main_post", "prefer", name, *place), message)
    flag = _wrong(dataset, rule.flag, frozenset({"boolean"}), "true or false (type boolean)") if rule.flag else None
    if flag:
        yield parsed.problem("datasets", dataset.id, ("main_post", "flag"), flag)


def _preferred(parsed: Parsed, dataset: Dataset, name: str, order: tuple[str, ...]) -> Iterator[tuple[Place, str]]:
    wrong = _wrong(dataset, name, frozenset({"category"}), "a category")
    dimension = parsed.finest(dataset, name)
    if wrong:
        yield (), wrong
    elif dimension is not None:
        for n, category in enumerate(order):
            if category not in dimension.ids:
                yield (n,), no_such("category", category, dimension.ids, f"dimension '{dimension.id}'")
            elif category in order[:n]:
                yield (n,), f"'{category}' is listed twice"


def _sums(parsed: Parsed, dataset: Dataset) -> Iterator[Problem]:
    for name, column in dataset.columns.items():
        if column.posts == "sum":
            place = ("columns", name, "posts")
            if dataset.grain == "person":
                yield parsed.problem("datasets", dataset.id, place, "a sum over posts is for files with a row per post (`grain: post`)")
            elif column.type not in NUMERIC or column.band:
                yield parsed.problem(
                    "datasets", dataset.id, place, f"only a number without bands can be summed over posts; '{name}' is not"
                )


def _wrong(dataset: Dataset, name: str, types: frozenset[str], wanted: str) -> str | None:
    if name not in dataset.columns:
        return no_such("column", name, dataset.columns)
    return None if dataset.columns[name].type in types else f"column '{name}' is of type {dataset.columns[name].type}; it must be {wanted}"
