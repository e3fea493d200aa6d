"""The Social Care Workforce Race Equality Standard: which KPI gives which of its nine metrics, and in which units social care is."""

from __future__ import annotations

from collections.abc import Iterator

from metrics.definitions.base import Definition, Id, KpiId


class TwoGroups(Definition):
    """The dimension whose only known categories are the two that are compared, minority ethnic first."""

    dimension: Id = "ethnicity_2"
    minority: Id = "ethnic_minority"
    white: Id = "white"


class Bands(Definition):
    """Metric 1."""

    share: KpiId
    """Minority ethnic share of staff."""
    by: Id
    """The dimension of pay bands: grades, or bands of pay."""
    units: tuple[Id, ...] = ()
    """Left out: the units of the return."""


class Likelihood(Definition):
    """Metrics 2 to 8: one of `likelihood` and `outcome`."""

    likelihood: KpiId | None = None
    """A relative_likelihood of the two groups, in whichever order: the return turns it to minority ethnic over White."""
    outcome: KpiId | None = None
    """A proportion of people to whom it happened, broken down by the two groups: the likelihood is made of the counts that are shown."""
    units: tuple[Id, ...] = ()


class Seniors(Definition):
    """Metric 9: both are minority ethnic shares, of senior managers and of all staff."""

    senior: KpiId
    everyone: KpiId
    units: tuple[Id, ...] = ()


Source = Bands | Likelihood | Seniors


class ScWresReturn(Definition):
    """`config/returns/sc-wres.yaml`: which KPI gives which metric. A metric that is left out is listed in the return, with what to do."""

    units: tuple[Id, ...] = ()
    """Where social care is; each has figures of its own. Left out: the whole council."""
    groups: TwoGroups = TwoGroups()
    pay_bands: Bands | None = None
    appointed: Likelihood | None = None
    disciplinary: Likelihood | None = None
    fitness_to_practise: Likelihood | None = None
    development: Likelihood | None = None
    """Funded non-mandatory continuous professional development."""
    harassed_by_public: Likelihood | None = None
    """By people who use services, their relatives or the public."""
    harassed_by_colleagues: Likelihood | None = None
    harassed_by_managers: Likelihood | None = None
    left: Likelihood | None = None
    senior: Seniors | None = None

    def sources(self) -> Iterator[tuple[str, Source]]:
        """The metrics that are given, by their keys."""
        for key in type(self).model_fields:
            made = getattr(self, key)
            if isinstance(made, Bands | Likelihood | Seniors):
                yield key, made

    def kpis_of(self, source: Source) -> tuple[str, ...]:
        if isinstance(source, Bands):
            return (source.share,)
        if isinstance(source, Seniors):
            return (source.senior, source.everyone)
        return tuple(filter(None, (source.likelihood, source.outcome)))
