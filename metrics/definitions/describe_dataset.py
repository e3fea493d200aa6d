"""A dataset in sentences: what a row is, who is who, which day it describes, who is counted, and what is worked out from it."""

from __future__ import annotations

from collections.abc import Iterator

from metrics.definitions.base import Categories, Filter
from metrics.definitions.configuration import Configuration
from metrics.definitions.dataset import MOVEMENT, Dataset, Mark, Population
from metrics.definitions.groupings import ways_up
from metrics.definitions.kpi import Kpi
from metrics.definitions.marks import marks_of


def describe_grain(dataset: Dataset) -> str:
    """What one row stands for."""
    if dataset.flows is not None:
        spans = f"who stood in one snapshot and not in the one a {dataset.flows.every} before"
        return f"Worked out from dataset `{dataset.flows.source}`: {spans}. Nothing is loaded into it."
    if dataset.answers is not None and dataset.grain == "event":
        return f"Rows hold how many of the {dataset.rows_are or 'events'} gave each answer, and say nothing of any one of them."
    if dataset.answers is not None and dataset.answers.label is not None:
        return "One row for each answer of a unit and day. It holds how many people gave that answer, and says nothing of any one of them."
    if dataset.answers is not None:
        return "One row for each unit and day. It holds how many people gave each answer, and says nothing of any one of them."
    if dataset.pay_items is not None and dataset.pay_items.code is not None:
        return "One row for each person and pay code. Together they become one row for each person."
    if dataset.grain == "person":
        return "One row for each person."
    if dataset.grain == "result":
        return f"Rows hold the {dataset.rows_are or 'results'} that the council was given. No row is about a person."
    if dataset.grain == "published":
        said = f"Rows hold figures that {dataset.publisher or 'somebody else'} has published"
        return f"{said}, {dataset.licence}. An empty cell stands for all categories together." if dataset.licence else f"{said}."
    if dataset.grain == "item":
        span = f" of the {dataset.window_months} months up to the day" if dataset.window_months else ""
        return f"One row for each of the {dataset.rows_are or 'things'}{span}. No row is about a person."
    if dataset.grain == "event":
        span = f" of the {dataset.window_months} months up to the day" if dataset.window_months else ""
        weighted = " Each has a weight: how many residents it stands for." if dataset.weight else ""
        several = (
            f"Who chose not to answer stands on no row.{weighted}"
            if dataset.voluntary
            else "Somebody who has several stands on several rows."
        )
        return f"One row for each of the {dataset.rows_are or 'events'}{span}. {several}"
    several = " Somebody who has several stands on several rows." if dataset.person_id != "absent" else ""
    return f"One row for each {dataset.grain.replace('_', ' ')}.{several}"


def describe_person(dataset: Dataset) -> str:
    """How people are told apart, and which of a person's rows counts."""
    if dataset.answers is not None:
        return "Nobody is named, so who joined and left cannot be told."
    if dataset.grain == "published":
        return "Nobody is named. What the figures give away, their publisher has seen to."
    if not dataset.holds_people:
        return "Nobody is named or counted."
    if dataset.grain == "event" and dataset.person_id != "absent":
        return f"“{dataset.person_id}” tells whom a row is about, as in the staff extract. Every row is counted once."
    if dataset.grain == "event":
        return "Nobody is named. Every row is counted once, whoever it is about."
    if dataset.person_id == "absent":
        return "There is no identifier: every row is a different person, and who joined and left cannot be told."
    told = f"“{dataset.person_id}” tells people apart and stays the same in every file."
    if dataset.pay_items is not None:
        return f"{told} Rows of one person are put together; where they say different things of the person, the person is refused."
    if dataset.grain == "person":
        return f"{told} Nobody may stand on two rows of one day."
    rule = "; ".join(_main_post(dataset)) if dataset.grain == "post" else ""
    return f"{told} People are counted once, in the main post: {rule}." if rule else told


def _main_post(dataset: Dataset) -> Iterator[str]:
    """The questions that choose a main post, in the order in which they are asked."""
    rule = dataset.main_post
    asked: list[str] = []
    if rule is not None:
        asked += [f"the one that “{_heading(dataset, rule.flag)}” marks"] if rule.flag else []
        asked += [f"by “{_heading(dataset, name)}”, {_in_order(order)}" for name, order in rule.prefer.items()]
        asked += [f"the highest “{_heading(dataset, name)}”" for name in rule.highest]
        asked += [f"the lowest “{_heading(dataset, name)}”" for name in rule.lowest]
    for number, question in enumerate([*asked, "the first row of the file"]):
        yield question if not number else f"where that leaves several, {question}"


def _in_order(categories: tuple[str, ...]) -> str:
    return " before ".join(c.replace("_", " ") for c in categories)


def _heading(dataset: Dataset, column: str) -> str:
    return dataset.columns[column].source if column in dataset.columns else column


def describe_day(dataset: Dataset) -> str:
    """Which day the rows describe, and where that is said."""
    if dataset.as_at is None:
        return "Every row describes one day. It is not in the file: it is named when the file is loaded."
    if dataset.as_at_end_of is None:
        return f"“{dataset.as_at}” holds the day that the row describes."
    if dataset.as_at_end_of == "financial_year":
        return f"“{dataset.as_at}” holds a financial year, as 2025-26, and the row counts as at its last day, 31 March."
    span = dataset.as_at_end_of
    return f"“{dataset.as_at}” holds a year, a month or a day, and the row counts as at the last day of that calendar {span}."


def describe_population(configuration: Configuration, population: Population) -> str:
    """Who is in it: "Contract: Permanent or Fixed term; except Pay status: Not paid."."""
    inside = {name: wanted for name, wanted in population.where.items() if name not in population.without}
    said = [_answers(configuration, inside) or "Everybody in the extract"]
    said += [f"except {_answers(configuration, population.without)}"] if population.without else []
    return f"{', '.join(said)}."


def _answers(configuration: Configuration, where: Filter) -> str:
    return "; ".join(f"{configuration.dimensions[n].title}: {_labels(configuration, n, w)}" for n, w in where.items())


def _labels(configuration: Configuration, name: str, wanted: Categories) -> str:
    if wanted == "known":
        return "known"
    labels = [configuration.dimensions[name].label(c) for c in wanted]
    return labels[0] if len(labels) == 1 else f"{', '.join(labels[:-1])} or {labels[-1]}"


def describe_roles(configuration: Configuration, dataset: Dataset) -> tuple[str, ...]:
    """Who is no employee, who is not paid, and which grade is which."""
    said = []
    if dataset.not_employees:
        said.append(f"Not employed here, so in no pay figure: {_any_of(configuration, dataset.not_employees)}.")
    if dataset.without_pay:
        said.append(f"Employed and not paid, so counted as staff and in no pay figure: {_any_of(configuration, dataset.without_pay)}.")
    if dataset.grades is not None:
        paid, own = (_heading(dataset, name) for name in (dataset.grades.paid, dataset.grades.substantive))
        said.append(f"“{paid}” is the grade that somebody is paid on, “{own}” the one of their own contract: they differ while acting up.")
    return tuple(said)


def _any_of(configuration: Configuration, where: Filter) -> str:
    return "; or ".join(_answers(configuration, {name: wanted}) for name, wanted in where.items())


def describe_derived(configuration: Configuration, dataset: Dataset) -> tuple[tuple[str, str], ...]:
    """Columns and dimensions that nobody fills in, and what each is worked out from."""
    if dataset.flows is not None:
        labels = _categories(configuration, MOVEMENT)
        ends = f"the two snapshots of `{dataset.flows.source}` at the ends of a {dataset.flows.every}: {labels}"
        return ((MOVEMENT, ends), *((name, _mark(configuration, name, mark)) for name, mark in dataset.marks.items()))
    return tuple(_derived(configuration, dataset))


def _mark(configuration: Configuration, name: str, mark: Mark) -> str:
    """From which rows a mark is told, and what it says."""
    told = configuration.datasets[mark.source]
    rows = f"{told.rows_are or 'rows'} of `{mark.source}` with {_answers(configuration, mark.where)}"
    about = f" {mark.about}" if mark.about else ""
    return f"whether somebody stands on one of the {rows}: {_categories(configuration, name)}.{about}"


def describe_marks(configuration: Configuration, kpi: Kpi) -> tuple[str, ...]:
    """What a KPI that asks for marks knows them by, and where it has no figure."""
    dataset, said = configuration.datasets[kpi.dataset], []
    every = dataset.flows.every if dataset.flows else "year"
    for name in marks_of(kpi, dataset):
        mark = dataset.marks[name]
        told, title = configuration.datasets[mark.source], configuration.dimensions[name].title
        rows = f"“{told.title}”, from rows of the {every} with {_answers(configuration, mark.where)}"
        about = f" {mark.about}" if mark.about else ""
        said.append(f"“{title}” is read from {rows}.{about} A {every} for which that extract was not loaded has no figure.")
    return tuple(said)


def _derived(configuration: Configuration, dataset: Dataset) -> Iterator[tuple[str, str]]:
    if dataset.answers is not None:
        tall = dataset.answers.label is not None
        yield (
            dataset.answers.column,
            "the answer that the row is about" if tall else "which of the headings with numbers of people was filled in",
        )
        yield "people", "the number that stood there"
    for name, column in dataset.columns.items():
        if column.posts == "sum":
            most = f", at most {column.maximum:g}" if column.maximum is not None else ""
            yield name, f"a person's total of “{column.source}” over all posts of the day{most}"
        if column.band:
            years = "the whole years between it and the day of the extract, in bands" if column.type == "date" else "in bands"
            yield column.band, f"“{column.source}”, {years}: {_categories(configuration, column.band)}"
    for dimension, lower in _rolled_up(configuration, dataset):
        yield dimension, f"groups of `{lower}`: {_categories(configuration, dimension)}"


def _rolled_up(configuration: Configuration, dataset: Dataset) -> Iterator[tuple[str, str]]:
    """Each dimension above one that a column fills, and the one just below it."""
    told = set()
    for column in dataset.columns.values():
        own = column.dimension or column.band
        for above, way in ways_up(configuration.dimensions, own).items() if own is not None else ():
            if above not in told and len(way) > 1:
                told.add(above)
                yield above, way[-2]


def _categories(configuration: Configuration, dimension: str) -> str:
    return ", ".join(c.label for c in configuration.dimensions[dimension].categories)
