"""Datasets: what an extract holds, how its columns are bound to canonical names, and who counts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from metrics.definitions.base import Definition, Filter, FilterField, Id, Text
from metrics.definitions.layout import Layout, Meaning
from metrics.definitions.notes import DatasetNote
from metrics.definitions.pay_items import PayItems, PayQuarters, TopEarners

ColumnType = Literal["category", "number", "integer", "money", "date", "text", "boolean"]
COLUMN_WORDS = frozenset({"about", "unit"})
"""Keys of a column that tell people what it holds, and decide nothing."""
COLUMN_LATER = frozenset({"total", "missing", "percentages"})
"""Keys that the first columns did not have: one that is not used leaves what was loaded, and what was published, as it is."""


def _many(value: object) -> object:
    return (value,) if isinstance(value, str) else value


class Column(Definition):
    """One canonical column. `from` names the heading in the council's file."""

    source: Text = Field(alias="from")
    type: ColumnType = "category"
    about: Text | None = None
    """What the column holds, for whoever fills it in. Words: they decide no figure."""
    unit: Text | None = None
    """Unit of a number: `years`, `hours a week`. Words as well; nothing is converted."""
    dimension: Id | None = None
    """Dimension whose categories this column holds; its id is usually the column's own name."""
    recode: Mapping[str, Id] = Field(default_factory=dict)
    """The council's labels, exactly as in the file (case and outer spaces do not matter), to category ids."""
    standard_labels: bool = True
    """Also accept the shipped table of known spellings for this dimension."""
    blank: Id | None = None
    """Category that an empty cell means; without it an empty cell in a category column is the dimension's first not-known category."""
    band: Id | None = None
    """For numbers, and for dates of birth (completed years on the as-at day): dimension whose bands this column fills; it is then
    available as a dimension of that name."""
    required: bool = True
    """False: the file may lack this column (every row is then empty)."""
    empty: Literal["allow", "reject"] = "allow"
    """What happens to a row in which a number, date or text is empty."""
    minimum: float | None = None
    maximum: float | None = None
    posts: Literal["own", "sum"] = "own"
    """For numbers in files with a row per post: `sum` holds the person's total over all posts of the day, at most `maximum`, on each of
    the person's rows; `own` what stands in the row."""
    date_format: str | None = None
    """strptime format when dates are written neither ISO nor day/month/year."""
    total: Annotated[tuple[Text, ...], BeforeValidator(_many, json_schema_input_type=Text | tuple[Text, ...])] = ()
    """In published figures: labels of rows that are of all categories together, such as `All`. An empty cell is one, too."""

    missing: Mapping[Text, Meaning] = Field(default_factory=dict)
    """Words that stand where a value is missing, and what each means: `{x: unreliable, "[c]": confidential, "#N/A": not_available}`.
    The cell is read as empty, and its meaning kept beside it, in `<column>_missing`. Those of the dataset hold for its columns of numbers,
    days and yes or no; here a column adds its own."""
    percentages: Literal["out_of_100", "out_of_1"] | None = None
    """For numbers: they are percentages, with or without their sign. `out_of_1` where 12.5% is written 0.125, as a workbook stores it; what
    has a sign is out of 100 in either case. Stored out of 100."""

    def decides(self) -> dict[str, Any]:
        """The keys that decide what a cell is read as, by name; what is not used of those that came later is left out."""
        said = self.model_dump(mode="json", exclude=set(COLUMN_WORDS))
        return {key: value for key, value in said.items() if key not in COLUMN_LATER or value}


class UnitBinding(Definition):
    """Where a row's organisational unit stands: one column, or several from the top down (the lowest filled one counts)."""

    source: Annotated[tuple[Text, ...], BeforeValidator(_many, json_schema_input_type=Text | tuple[Text, ...])] = Field(alias="from")
    recode: Mapping[str, Text] = Field(default_factory=dict)
    """The file's label to a unit id; labels equal to a unit's id or name need no entry."""


class TableBinding(Definition):
    """A table or view of a council's own database, read instead of a file. Headings are then its columns' names."""

    connection: Id
    """A name under `connections: sources:` in settings.yaml."""
    in_schema: Text | None = Field(default=None, alias="schema")
    """Left out: where the account looks first."""
    name: Text


class MainPost(Definition):
    """Which of a person's posts counts, for files with a row per post.

    Asked in this order, each only where the one before leaves a tie: `flag`, `prefer`, `highest`, `lowest`, and at last the first row
    of the file. An empty cell comes after every filled one. Only then is the population asked: see docs/methods/people.md.
    """

    flag: Id | None = None
    """Boolean column that marks the main post; where it marks none of a person's posts, or several, the next rule decides."""
    prefer: Mapping[Id, tuple[Id, ...]] = Field(default_factory=dict)
    """Category columns with categories in order: `{contract: [permanent, fixed_term, casual]}` takes a permanent post before any other.
    Categories that are not listed come last."""
    highest: tuple[Id, ...] = ()
    """Columns of numbers or days, most important first: the post with the highest value is the main one."""
    lowest: tuple[Id, ...] = ()
    """As `highest`, the other way round, and texts too: the post that began first, or has the lowest post number."""

    @property
    def says_something(self) -> bool:
        return bool(self.flag or self.prefer or self.highest or self.lowest)


class Population(Definition):
    """Who is counted, named in every title: "All staff without casual workers". The measure adds how people are counted."""

    title: Text
    where: FilterField
    """Who is counted: every named column holds one of the listed categories."""
    without: FilterField
    """Who is left out: nobody whose column holds one of the listed categories is counted."""


class Populations(Definition):
    """`config/populations.yaml`: populations that several datasets share, each declared once."""

    populations: Mapping[Id, Population]


class Grades(Definition):
    """Two grades of one person, where somebody may act up: the one that is paid, and the one that the contract says."""

    paid: Id
    substantive: Id


MOVEMENT = "joined_or_left"
"""Column and dimension that a dataset of joiners and leavers has beside those of its source."""


class Flows(Definition):
    """Who joined and who left between two snapshots of another dataset, told by person identifiers alone."""

    source: Id = Field(alias="from")
    every: Literal["month", "quarter", "year"]
    """The span: each snapshot is compared with the one so long before. KPIs of this dataset are published as often."""


class Mark(Definition):
    """What happened to people in the span of a dataset of joiners and leavers, as the rows of an extract of events tell it.

    Somebody with at least one such row in the extract as at the span's last day is marked `yes`, everybody else of either end `no`; where
    no such extract was loaded, nobody's answer is recorded and no KPI that asks for the mark is published.
    """

    source: Id = Field(alias="from")
    """A dataset with `grain: event` and a person identifier, whose `window_months` are the span."""
    where: Filter = Field(min_length=1)
    """Which of its rows count: every named column holds one of the listed categories."""
    title: Text | None = None
    """What it is called in headings; left out, its name in words: `formal_disciplinary` is "Formal disciplinary"."""
    about: Text | None = None
    """What it means, for whoever reads a figure. Words: they decide nothing."""


class Answers(Definition):
    """Rows that hold how many people gave each answer, one heading for each: a partner's return, a published table.

    Or a row for each answer: then `label` is the heading of its words, `people` that of how many gave it, and `from` has the words.
    """

    column: Id
    """The category column that the headings fill; its dimension has this name unless `dimension` says otherwise."""
    dimension: Id | None = None
    source: Mapping[Text, Id] = Field(alias="from", min_length=1)
    """Heading to category; several headings of one category are added together."""
    label: Text | None = None
    """Heading of the column that says which answer a row is about; `from` is then its words to categories."""
    people: Text | None = None
    """With `label`: heading of how many people gave that answer."""
    only: Mapping[Text, Annotated[tuple[Text, ...], BeforeValidator(_many, json_schema_input_type=Text | tuple[Text, ...])]] = Field(
        default_factory=dict
    )
    """Heading to what must stand there: rows with anything else are about something else and are left alone."""
    made_of: Mapping[Text, tuple[Text, ...]] = Field(default_factory=dict)
    """Heading to headings whose sum stands in for it where it is empty: a group, and the parts that some fill instead of it."""
    total: Annotated[tuple[Text, ...], BeforeValidator(_many, json_schema_input_type=Text | tuple[Text, ...])] = ()
    """Headings that hold how many people there are; the first filled one counts. Answers that do not add up to it refuse the row."""


WITHOUT_PEOPLE = frozenset({"result", "item", "published"})
"""Grains of datasets in whose rows there is nobody."""


class Dataset(Definition):
    """One kind of extract. The file name is its id: `config/datasets/hr.yaml` describes dataset `hr`."""

    id: Id
    title: Text
    answers: Answers | None = None
    """Left out: a row is a person or a post. Present: a row holds numbers of people, and nothing is known of any one of them."""
    pay_items: PayItems | None = None
    """The file holds what was paid, by pay code or in several columns: it becomes a row a person with hourly pay worked out."""
    quarters: PayQuarters | None = None
    """Pay quarters, worked out of everybody of a snapshot once it is read."""
    top_earners: TopEarners | None = None
    """Who is among the best paid, worked out in the same way: column and dimension `top_earners`."""
    flows: Flows | None = None
    """This dataset is worked out from another one, and has its columns, populations and people; nothing is loaded into it."""
    marks: Mapping[Id, Mark] = Field(default_factory=dict)
    """For `flows`: what happened to people in the span, joined by person identifier. Each is a column and dimension of its name."""
    source_system: Text | None = None
    subject: Literal["prevent"] | None = None
    """What needs rules of its own: of Prevent only the delivery is measured, never by group or place."""
    filled_in_by: Text | None = None
    """Who makes the extract or fills in its template: a team, a payroll provider, each partner organisation."""
    grain: Literal["person", "post", "event", "result", "item", "published"] = "person"
    """What a row is: a person, one of a person's posts, something that happened (an application, a case); or, where no row is about a
    person and none may be, a result that the council was given (points in an index, an award), a thing (a contract, an action of a plan),
    or a figure that somebody else has published."""
    rows_are: Text | None = None
    """For `grain: event` and `item`: what the rows are called, in the plural, `applications`; for `grain: result` what is given, `points`;
    for `grain: published`, where each figure counts some, what these are: `residents`."""
    publisher: Text | None = None
    """For `grain: published`: who has published the figures, and answers for what they give away."""
    licence: Text | None = None
    """For `grain: published`: under which licence they may be used: `Open Government Licence v3.0`."""
    indicator: Id | None = None
    """For `grain: published`: the category column that says which figure a row holds, where a file has several. Every KPI names one."""
    edition: Id | None = None
    """For `grain: result` and weighted surveys: the text column that names the edition of the scheme, method or survey. Figures of two
    editions are never compared."""
    weight: Id | None = None
    """For a survey of some residents who stand for all: the number column that says how many each answer stands for. Every answer has one,
    above 0, and shares are then `survey_proportion`."""
    voluntary: bool = False
    """True: rows are answers of those who chose to give them, as in a staff survey. Every figure then says that it is of those."""
    window_months: int | None = Field(default=None, ge=1, le=12)
    """For `grain: event`, `item` and `published`: an extract holds what happened in so many months up to its as-at day. KPIs are
    published as often."""
    person_id: Text | Literal["absent"] = "absent"
    """Heading of the person identifier, or the word `absent`: then every row is a different person and joined/left are not reported."""
    main_post: MainPost | None = None
    as_at: Text | None = None
    """Heading of a column that holds the snapshot date; otherwise the date is given on `equality ingest --as-at`."""
    as_at_end_of: Literal["month", "quarter", "year", "financial_year"] | None = None
    """The `as_at` column may hold a year, a month or a day, and each row counts as at the last day of its calendar month, quarter or
    year: returns made on different days then stand side by side. `financial_year`: it holds 2017-18, 2017/18 or 2017 to 2018, and each row
    counts as at 31 March 2018."""
    unit: UnitBinding | None = None
    """Absent: everyone belongs to the whole council."""
    columns: Mapping[Id, Column] = Field(default_factory=dict)
    populations: Mapping[Id, Population] = Field(default_factory=dict)
    """Populations of this dataset alone; those of `config/populations.yaml` whose columns it has are added when it is loaded."""
    grades: Grades | None = None
    """Category columns of the paid and the substantive grade, where the file has both. Every KPI then says which one it uses."""
    not_employees: FilterField
    """Who works here without being employed here (agency workers, people seconded in): any of these is enough. No pay figure, and no
    population called "employees", may hold them."""
    without_pay: FilterField
    """Who is employed and not paid (a career break, seconded out without pay): counted as staff, and in no pay figure."""
    table: TableBinding | None = None
    """Where `equality ingest` reads when no file is named."""
    sheet: Text | None = None
    """For workbooks: the sheet to read; otherwise the only sheet."""
    header_row: int | None = Field(default=None, ge=1)
    layout: Layout | None = None
    """How the table stands in a file that others made for people to read: headings over several rows, notes, numbers of two kinds."""
    missing: Mapping[Text, Meaning] = Field(default_factory=dict)
    """Words that stand where a value is missing in any column of numbers, days or yes or no; see `missing` of a column."""
    notes: tuple[DatasetNote, ...] = ()
    """What must be read beside its figures. `{note: …, about: [column]}`: beside those that use one of these columns or dimensions."""

    def missing_in(self, name: str) -> Mapping[str, Meaning]:
        """Words for a missing value in one column, and what each means."""
        column = self.columns[name]
        return column.missing if column.type in {"category", "text"} else {**self.missing, **column.missing}

    @property
    def holds_people(self) -> bool:
        """False where no row is about a person, and nothing is hidden."""
        return self.grain not in WITHOUT_PEOPLE
