"""Rules that hold between definition files, one a module: each takes what was read and yields what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from metrics.definitions.checks import (
    access,
    audiences,
    bands,
    benchmarks,
    breakdown_grain,
    breakdowns,
    columns,
    contextual,
    filters,
    groups_apart,
    main_post,
    measure_needs,
    names,
    own_axis,
    parents,
    populations,
    recodes,
    reserved_names,
    review,
    roles,
    sensitive,
    target_dates,
    target_values,
    thresholds,
    units,
    unknown_people,
    worked_examples,
)
from metrics.definitions.parsed import Parsed
from metrics.errors import Problem

CHECKS: tuple[Callable[[Parsed], Iterable[Problem]], ...] = (
    parents.check,
    bands.check,
    reserved_names.check,
    columns.check,
    recodes.check,
    main_post.check,
    names.check,
    filters.check,
    populations.check,
    roles.check,
    measure_needs.check,
    unknown_people.check,
    groups_apart.check,
    breakdowns.check,
    own_axis.check,
    sensitive.check,
    breakdown_grain.check,
    contextual.check,
    target_dates.check,
    target_values.check,
    thresholds.check,
    units.check,
    review.check,
    benchmarks.check,
    audiences.check,
    access.check,
    worked_examples.check,
)
