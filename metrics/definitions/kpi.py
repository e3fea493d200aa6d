"""One KPI: what is measured, on whom, how often, against what, and why."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from metrics.definitions.base import Definition, Filter, FilterField, Id, KpiId, Text
from metrics.definitions.spc import Spc
from metrics.definitions.topic import Topic
from metrics.periods import Grain, Kind


class MeasureType(StrEnum):
    COUNT = "count"
    PROPORTION = "proportion"
    RATE = "rate"
    MEAN = "mean"
    MEDIAN = "median"
    PAY_GAP_MEAN = "pay_gap_mean"
    PAY_GAP_MEDIAN = "pay_gap_median"
    REPRESENTATION_INDEX = "representation_index"
    PERCENTAGE_POINT_GAP = "percentage_point_gap"
    TURNOVER = "turnover"
    FTE = "fte"
    RELATIVE_LIKELIHOOD = "relative_likelihood"
    RATIO_OF_RATIOS = "ratio_of_ratios"
    DISSIMILARITY = "dissimilarity"
    EXTREME_GROUP_GAP = "extreme_group_gap"
    MEAN_DIFFERENCE = "mean_difference"
    SCORE = "score"
    ORDINAL = "ordinal"
    SURVEY_PROPORTION = "survey_proportion"
    SHARE_OF_SUM = "share_of_sum"
    ELAPSED_TIME = "elapsed_time"
    LOWEST_GROUP_GAP = "lowest_group_gap"
    SLOPE_INDEX = "slope_index"
    INDEX_OF_DISPARITY = "index_of_disparity"
    POPULATION_RATE = "population_rate"
    RATE_RATIO = "rate_ratio"

    @property
    def counts_people(self) -> bool:
        """Whether it may be made of people's rows. Never points of a maximum, an award, or what is made of things alone."""
        return self not in {
            *(self.SCORE, self.ORDINAL, self.SHARE_OF_SUM, self.ELAPSED_TIME),
            *(self.LOWEST_GROUP_GAP, self.SLOPE_INDEX),
        }

    @property
    def needs_rows(self) -> bool:
        """Made from each person's pay or score, not from counts alone."""
        return self in {self.MEAN, self.MEDIAN} or self.has_two_sides

    @property
    def has_two_sides(self) -> bool:
        """Made from the pay or the scores of two groups of people, each of which must be large enough."""
        return self.is_pay_gap or self is self.MEAN_DIFFERENCE

    @property
    def is_pay_gap(self) -> bool:
        return self in {self.PAY_GAP_MEAN, self.PAY_GAP_MEDIAN, self.EXTREME_GROUP_GAP}

    @property
    def has_population(self) -> bool:
        """Rows about people, held against a published number of people outside those rows."""
        return self in {self.POPULATION_RATE, self.RATE_RATIO}

    @property
    def is_share(self) -> bool:
        shares = {self.PROPORTION, self.RATE, self.REPRESENTATION_INDEX, self.PERCENTAGE_POINT_GAP, self.TURNOVER, self.DISSIMILARITY}
        return self in shares or self.is_ratio or self.has_population or self in {self.SURVEY_PROPORTION, self.INDEX_OF_DISPARITY}

    @property
    def is_ratio(self) -> bool:
        """One group against another, 1 where they are alike: 2 and 0.5 are equally far from that."""
        return self in {self.RELATIVE_LIKELIHOOD, self.RATIO_OF_RATIOS}

    @property
    def has_two_pools(self) -> bool:
        """The `denominator` and the `reference_group` are two groups of people, held against each other."""
        return self.is_ratio or self is self.MEAN_DIFFERENCE

    @property
    def is_over_groups(self) -> bool:
        """The figure of a whole unit is made of the figures of its groups."""
        made = {self.DISSIMILARITY, self.EXTREME_GROUP_GAP, self.LOWEST_GROUP_GAP, self.SLOPE_INDEX, self.INDEX_OF_DISPARITY}
        return self in made or self is self.RATE_RATIO


Unit = Literal[
    "people", "fte", "percent", "pounds", "dollars", "ratio", "percentage_points", "points", "per_1000", "per_10000", "per_100000", "tier",
    "number", "days", "years"
]  # fmt: skip
Interval = Literal["wilson", "newcombe", "delta", "bootstrap", "welch", "order_statistics", "katz", "woolf", "byar", "log", "none"]

PER: Mapping[str, int] = {"per_1000": 1_000, "per_10000": 10_000, "per_100000": 100_000}
"""Unit of a rate to the number of people that it is for."""


class Order(Definition):
    """What two groups that are compared are called: who reads of them must not have to guess which is which, or which way is bad.

    "White applicants were 1.50 times as likely as ethnic minority applicants to be appointed from the shortlist"
    """

    first: Text
    """The people of the `denominator` (of a pay gap, of the `numerator`), in the plural: "White applicants"."""
    second: Text
    """The people of the `reference_group`."""
    to: Text | None = None
    """Of a ratio of two groups, what they are likely to do: "be appointed from the shortlist". Of a ratio_of_ratios, who is counted in each
    group: "people in grades 1 to 3 for each one above"."""
    above_one_is_worse_for: Literal["first", "second"] | None = None
    """Of a ratio of two groups."""


class PopulationOf(Definition):
    """Where the people of a rate come from: figures that somebody else has published."""

    dataset: Id
    """A dataset with `grain: published`."""
    column: Id
    """Its number column of how many people live there."""
    where: FilterField
    """Which of its rows are meant, where it holds several numbers: `{resident_count: [residents]}`."""


class Measure(Definition):
    """How the value is made.

    count : `numerator` people (everyone in the population when absent)
    proportion : numerator / denominator
    rate : people of the `numerator` for every 1,000, 10,000 or 100,000 (the unit) of the `denominator`; `of` says in a word who these are
    representation_index : share of `numerator` among `denominator`, divided by the benchmark, or by the share of `numerator` among
        `reference_group`
    percentage_point_gap : share of `numerator` among `denominator`, minus the share of `numerator` among `reference_group`
        (or minus the benchmark when there is no reference group)
    mean, median : of `column` over `denominator`
    pay_gap_mean, pay_gap_median : (reference - comparison) / reference of `column`; `reference_group` and `numerator`
        (the comparison group) say who; positive means that the comparison group is paid less
    turnover : of a dataset of joiners and leavers: people who left / the average of the people at both ends of the span
    fte : sum of `column` over the people; each has at most the column's `maximum`
    relative_likelihood : share of the `denominator` (the pool of the first group) who belong to the `numerator` (the event), divided by
        the same share of the `reference_group` (the pool of the second)
    ratio_of_ratios : in the `denominator` people of the `numerator` for each one outside it, divided by the same in the `reference_group`
    dissimilarity : half the sum of the differences between the shares of the groups of `over` in the `denominator` and the benchmark's
    mean_difference : mean of `column`, a score, over the `denominator` (the first group) minus its mean over the `reference_group`; nobody
        is in both
    score : points of `column`, in the share of the points of `out_of` that could be had; both of one edition of a scheme
    survey_proportion : sum of the weights of the `numerator` answers / sum of the weights of the `denominator` answers, of a dataset with
        a `weight`
    ordinal : the category that stands in `column`, whose dimension has an order; its number counts from 0 up
    share_of_sum : of things: sum of `column` over the `numerator`, divided by its sum over the `denominator`
    elapsed_time : of things: the days from `begins` to `ends`: their median, or with `within_days` or `within_weeks` the share that took no
        longer, of those whose time was up by the day
    lowest_group_gap : of published figures: the share of all, minus that of the group of `over` with the lowest, among groups of at least
        `least_people`
    slope_index : of published figures: what the figure differs by from one end of the ordered groups of `over` to the other, by a straight
        line through all of them in the share of their people
    index_of_disparity : how far the groups of `over` are from the one named by `against`, on average, in per cent of its figure
    population_rate : rows of the `numerator` (all where there is none) for every 1,000, 10,000 or 100,000 of a published `population`; `of`
        says who these are. By a dimension that both have, each group stands against its own population
    rate_ratio : the rate of a group of `over`, as of a population_rate for every 1,000, divided by that of the `reference_group`; as a
        whole the highest of them, among groups with at least `least_people` rows
    extreme_group_gap : the largest median pay gap to the `reference_group` of the groups of `over` with at least `least_people` with pay
    """

    type: MeasureType
    unit: Unit
    column: Id | None = None
    numerator: Filter = Field(default_factory=dict)
    denominator: Filter = Field(default_factory=dict)
    reference_group: Filter = Field(default_factory=dict)
    order: Order | None = None
    over: Id | None = None
    """For figures made of the figures of groups: the dimension whose categories are the groups."""
    least_people: int | None = Field(default=None, ge=1)
    of: Text | None = None
    """Of a rate: what the thousand are called, in the plural: "staff"."""
    out_of: Id | None = None
    """Of a score: the column of the points that could be had. Of published figures: the column that says among how many."""
    count: Id | None = None
    """Of published figures: the column that says how many. Where the publisher gives a ready percentage, rate or amount alone, `column`
    names it, in the KPI's unit."""
    people: Id | None = None
    """Of published figures: the column of how many people a group has, where that is not `out_of`."""
    begins: Id | None = None
    """Of an elapsed_time: the date column in which it begins."""
    ends: Id | None = None
    """Of an elapsed_time: the date column in which it ends; empty where it has not ended."""
    within_days: int | None = Field(default=None, ge=1)
    within_weeks: int | None = Field(default=None, ge=1)
    against: Literal["highest", "lowest", "overall"] | None = None
    """Of an index_of_disparity: the group with the highest or the lowest figure, whichever is the best, or the figure of all."""
    population: PopulationOf | None = None
    """Of a population_rate and a rate_ratio: whom the events are held against."""
    window_months: int | None = Field(default=None, ge=1, le=120)
    """Of a dataset of events: how many months each figure is of, where that is more than one extract holds: 12 of extracts of 3 months."""
    interval: Interval | None = None
    """Left out: the method of the measure's type (see docs/methods)."""

    @property
    def days_allowed(self) -> int | None:
        """Of an elapsed_time: the days that are in time; None where the median is asked for."""
        return self.within_days or (self.within_weeks and 7 * self.within_weeks)

    @property
    def has_counts(self) -> bool:
        """Of published figures: made of how many among how many, and not of what the publisher has worked out."""
        return self.count is not None

    @property
    def is_ready(self) -> bool:
        """Taken as it stands in a row, or the middle one of some numbers of days: without counts there is no likely range."""
        ready = {MeasureType.PROPORTION, MeasureType.RATE, MeasureType.PERCENTAGE_POINT_GAP, MeasureType.INDEX_OF_DISPARITY}
        return (self.type in ready and self.column is not None) or (self.type is MeasureType.ELAPSED_TIME and not self.days_allowed)

    @property
    def of_pay(self) -> bool:
        """Made of what people are paid; scores are made alike, and say nothing of pay."""
        return self.type.needs_rows and self.unit != "points"

    @property
    def shared(self) -> Filter:
        """Of two pools, what is asked of both alike: the conditions of the `denominator` that the `reference_group` has, too."""
        return {name: wanted for name, wanted in self.denominator.items() if self.reference_group.get(name) == wanted}

    @property
    def compared(self) -> Filter:
        """Of two sides, who is held against the reference group: what tells the `denominator` from it, for pay gaps the `numerator`."""
        if self.type is not MeasureType.MEAN_DIFFERENCE:
            return self.numerator
        return {name: wanted for name, wanted in self.denominator.items() if name not in self.shared}

    @property
    def held_against(self) -> Filter:
        """The reference group by what tells it from the one that is compared."""
        return {name: wanted for name, wanted in self.reference_group.items() if name not in self.shared}

    @property
    def is_within_reference(self) -> bool:
        """The people of the denominator are among those of the reference group: all that it asks for, they answer as well."""
        mine = self.denominator
        return bool(self.reference_group) and all(
            name in mine and (wanted == "known" or (mine[name] != "known" and set(mine[name]) <= set(wanted)))
            for name, wanted in self.reference_group.items()
        )


class Timing(Definition):
    grain: Grain
    kind: Kind = Kind.AS_AT


class Breakdown(Definition):
    """Dimensions chosen together. `unit` and the organisation's level names (directorate, service) stand for units down to that level."""

    by: tuple[Id, ...]
    grain: Grain | None = None
    """Coarser than the KPI's own, where a small group should be shown less often: service by ethnicity, yearly."""

    @property
    def id(self) -> str:
        return "+".join(self.by)


def _breakdown(value: object) -> object:
    return {"by": value} if isinstance(value, (list, tuple)) else value


class Milestone(Definition):
    date: date
    value: float


class Target(Definition):
    """In the KPI's unit. The path runs straight from the baseline through each milestone."""

    baseline: Milestone | None = None
    milestones: tuple[Milestone, ...] = Field(min_length=1)
    by_unit: Mapping[str, tuple[Milestone, ...]] = Field(default_factory=dict)
    within: float | None = None
    """For `closer_to_target`: how near counts as reached, in the KPI's unit. For a ratio of two groups a factor: 1.1 is 0.91 to 1.10."""


class Tolerance(Definition):
    tolerance: float = Field(ge=0)


class Thresholds(Definition):
    developing: float
    achieving: float
    excellent: float


class FrameworkLink(Definition):
    theme: Annotated[str, Field(pattern=r"^(UWC|LPO|RSC|DEW)\.[1-5]$")]
    essential: bool = False
    thresholds: Thresholds | None = None


class SeriesBreak(Definition):
    date: date
    reason: Text


class Review(Definition):
    last: date
    next: date


class WorkedExample(Definition):
    """Rows small enough to check by eye; `equality check` computes them and compares."""

    rows: tuple[Mapping[str, Any], ...]
    gives: Mapping[str, float | None]
    population: Mapping[str, int] = Field(default_factory=dict)
    """Of a measure over a population: how many people there are, by category of the dimension that the groups are of, and as `all`."""


class Kpi(Definition):
    """The file name starts with the id: `config/kpis/WR01-minority-ethnic-share.yaml` defines WR01."""

    id: KpiId
    title: Text
    short_title: Text | None = None
    """For tiles and table heads, at most 40 characters."""
    why_it_matters: Text
    owner: Id
    review: Review
    corporate_priority: Id | None = None
    topic: Topic | None = None
    """What it is about. Pages group measures by it, and the community page shows those about the city."""
    dataset: Id
    population: Id
    measure: Measure
    period: Timing
    breakdowns: tuple[Annotated[Breakdown, BeforeValidator(_breakdown, json_schema_input_type=Breakdown | tuple[Id, ...])], ...] = ()
    polarity: Literal["higher", "lower", "closer_to_target", "contextual"]
    target: Target | None = None
    status_rule: Literal["interval"] | Tolerance = "interval"
    benchmark: Id | None = None
    framework: tuple[FrameworkLink, ...] = ()
    profile: Id = "leadership"
    headline: bool = False
    """True: a tile on the overview."""
    series_breaks: tuple[SeriesBreak, ...] = ()
    spc: Spc = Spc()
    """How it is read over time, by month or quarter: on which figures its usual range rests, and where that is set anew."""
    notes: tuple[Text, ...] = ()
    worked_example: WorkedExample | None = None

    @property
    def name(self) -> str:
        return self.short_title or self.title
