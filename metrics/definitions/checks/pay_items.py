"""Pay items say how each amount is read, and pay quarters who is ranked: nothing is left to be guessed when a payroll file is loaded."""

from __future__ import annotations

from collections.abc import Iterator

from metrics.definitions.dataset import Dataset
from metrics.definitions.nearest import no_such
from metrics.definitions.parsed import NUMERIC, Parsed
from metrics.definitions.pay_columns import (
    BELOW,
    BONUS,
    BONUS_PAID,
    BONUS_PAY,
    HOURLY_PAY,
    NO_BONUS,
    NO_QUARTER,
    NO_SALARY,
    PAY_STATUS,
    QUARTERS,
    STATUS_OF,
    TOP,
    TOP_EARNERS,
    WORKED_OUT,
)
from metrics.definitions.pay_items import Hours, Lengths, PayItems, PayQuarters, TopEarners
from metrics.definitions.strict_yaml import Place
from metrics.errors import Problem

TWELVE = 12


def check(parsed: Parsed) -> Iterator[Problem]:
    for dataset in parsed.datasets.values():
        found: list[tuple[Place, str]] = []
        if dataset.pay_items is not None:
            found += [(("pay_items", *place), message) for place, message in _items(dataset.pay_items)]
            found += [*_rows(dataset, dataset.pay_items), *_columns(dataset)]
            found += _categories(parsed, {PAY_STATUS: tuple(STATUS_OF.values()), BONUS_PAID: (BONUS, NO_BONUS)})
        if dataset.quarters is not None:
            found += [(("quarters", *place), message) for place, message in _quarters(parsed, dataset, dataset.quarters)]
            found += _categories(parsed, dict.fromkeys(dataset.quarters.by, (*QUARTERS, NO_QUARTER)))
        if dataset.top_earners is not None:
            found += [(("top_earners", *place), message) for place, message in _top_earners(dataset, dataset.top_earners)]
            found += _categories(parsed, {TOP_EARNERS: (TOP, BELOW, NO_SALARY)})
        for place, message in found:
            yield parsed.problem("datasets", dataset.id, place, message)


def _items(items: PayItems) -> Iterator[tuple[Place, str]]:
    long = [key for key in ("code", "amount", "codes") if getattr(items, key)]
    if bool(long) == bool(items.amounts):
        yield (), "write `code`, `amount` and `codes` for a row per pay code, or `amounts` for several headings of amounts; one of the two"
    elif long and len(long) < 3:
        lacking = [key for key in ("code", "amount", "codes") if key not in long]
        yield (), f"a row per pay code needs {' and '.join(f'`{key}`' for key in lacking)}, too"
    if "ordinary" not in items.treatments:
        yield (), "no pay code is ordinary pay, so nobody would have an hourly pay; basic pay and allowances are"
    if "bonus" in items.treatments and items.in_period is None:
        yield (), "some pay is a bonus: say in `in_period` which heading tells whether it was paid in the pay period, or write `always`"
    for key in ("pay_period", "bonus_period"):
        if (lengths := getattr(items, key)) is not None:
            yield from ((((key,), message)) for message in _lengths(lengths))
    yield from ((("hours",), message) for message in _hours(items.hours))
    if items.highest is not None and items.highest <= items.lowest:
        yield ("highest",), f"highest {items.highest:g} is not above lowest {items.lowest:g}"


def _lengths(lengths: Lengths) -> Iterator[str]:
    if (lengths.length is None) == (lengths.source is None):
        yield "write one length, such as `month`, or `from:` with the heading that says it"
    elif lengths.recode and lengths.source is None:
        yield "recode is for a heading's words; name it in `from:`"


def _hours(hours: Hours) -> Iterator[str]:
    if not (hours.contract or hours.fixed or hours.weeks):
        yield "name the heading of contractual weekly hours (`contract`), or the same hours for everybody (`fixed`)"
    elif hours.contract and hours.fixed:
        yield "contractual hours are in a heading or the same for everybody, not both; leave one out"
    if 0 < len(hours.weeks) < TWELVE:
        yield f"{len(hours.weeks)} weeks are named; hours that vary are averaged over twelve weeks with work, so name twelve or more"


def _rows(dataset: Dataset, items: PayItems) -> Iterator[tuple[Place, str]]:
    if dataset.answers is not None:
        yield ("pay_items",), "rows hold numbers of people here (`answers`), so they hold nobody's pay; leave one of the two out"
    if dataset.grain != "person":
        yield ("grain",), "pay items are gathered into a row a person; leave `grain` out"
    if items.codes and dataset.person_id == "absent":
        yield ("person_id",), "a row per pay code needs a person identifier, or nobody knows which amounts belong together"


def _columns(dataset: Dataset) -> Iterator[tuple[Place, str]]:
    for name in (HOURLY_PAY, BONUS_PAY, BONUS_PAID, PAY_STATUS):
        if not dataset.columns[name].source.startswith(WORKED_OUT):
            yield ("columns", name), f"'{name}' is worked out from `pay_items`; delete it here, or leave `pay_items` out"


def _quarters(parsed: Parsed, dataset: Dataset, quarters: PayQuarters) -> Iterator[tuple[Place, str]]:
    yield from _ranked(dataset, quarters)
    offered = parsed.offered(dataset)
    for name, ties in quarters.by.items():
        if ties not in offered or ties in quarters.by:
            yield ("by", name), no_such("dimension", ties, [d for d in offered if d not in quarters.by], f"dataset '{dataset.id}'")
        if not dataset.columns[name].source.startswith(WORKED_OUT):
            yield ("columns", name), f"'{name}' is worked out by `quarters`; delete it here"


def _ranked(dataset: Dataset, by: PayQuarters | TopEarners) -> Iterator[tuple[Place, str]]:
    if by.column not in dataset.columns:
        yield ("column",), no_such("column", by.column, dataset.columns)
    elif dataset.columns[by.column].type not in NUMERIC:
        yield ("column",), f"people are ranked by a number, and '{by.column}' is of type {dataset.columns[by.column].type}"
    if by.population not in dataset.populations:
        yield ("population",), no_such("population", by.population, dataset.populations)


def _top_earners(dataset: Dataset, top: TopEarners) -> Iterator[tuple[Place, str]]:
    yield from _ranked(dataset, top)
    if not dataset.columns[TOP_EARNERS].source.startswith(WORKED_OUT):
        yield ("columns", TOP_EARNERS), f"'{TOP_EARNERS}' is worked out by `top_earners`; delete it here"


def _categories(parsed: Parsed, needed: dict[str, tuple[str, ...]]) -> Iterator[tuple[Place, str]]:
    for id, wanted in needed.items():
        dimension = parsed.dimensions.get(id)
        lacking = [c for c in wanted if dimension is not None and c not in dimension.ids]
        if lacking:
            yield (), f"dimension '{id}' needs {', '.join(lacking)}, which is worked out for some people; add it to dimensions/{id}.yaml"
