"""The public sector equality duty's workforce information: which KPIs stand in its tables, and which dimension is which characteristic."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated

from pydantic import Field, StringConstraints

from metrics.definitions.base import Definition, Id, KpiId, Text

CHARACTERISTICS: Mapping[str, str] = {
    "age": "Age",
    "disability": "Disability",
    "gender_reassignment": "Gender reassignment",
    "marriage_and_civil_partnership": "Marriage and civil partnership",
    "pregnancy_and_maternity": "Pregnancy and maternity",
    "race": "Race",
    "religion_or_belief": "Religion or belief",
    "sex": "Sex",
    "sexual_orientation": "Sexual orientation",
}
"""The nine of the Equality Act 2010, section 4, in its order."""


class Characteristics(Definition):
    """Each of the nine as the dimensions that tell of it; empty where the council holds none."""

    age: tuple[Id, ...] = ()
    disability: tuple[Id, ...] = ()
    gender_reassignment: tuple[Id, ...] = ()
    marriage_and_civil_partnership: tuple[Id, ...] = ()
    pregnancy_and_maternity: tuple[Id, ...] = ()
    race: tuple[Id, ...] = ()
    religion_or_belief: tuple[Id, ...] = ()
    sex: tuple[Id, ...] = ()
    sexual_orientation: tuple[Id, ...] = ()

    def each(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        for name in CHARACTERISTICS:
            yield name, getattr(self, name)

    @property
    def dimensions(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(d for _, own in self.each() for d in own))


class Section(Definition):
    """Tables about one thing: of the whole council by year, and by characteristic on the last day."""

    title: Annotated[str, StringConstraints(min_length=1, max_length=60)]
    kpis: tuple[KpiId, ...] = Field(min_length=1)
    about: Text | None = None
    """A sentence for readers, above the tables."""


class DutyReturn(Definition):
    """`config/returns/duty.yaml`: what the workbook of the equality duty's workforce information holds, in its order."""

    employees: KpiId
    """People employed, by the dimensions of the characteristics."""
    characteristics: Characteristics
    declaration_rates: tuple[KpiId, ...] = Field(min_length=1)
    """Shares of people whose answer is known: they stand first, since every other figure rests on them."""
    sections: tuple[Section, ...] = ()
    also_by: tuple[Id, ...] = ()
    """Dimensions beside the characteristics that sections are broken down by, such as grades."""
    audience: Id = "public"
    """Whose figures: the workbook is for publishing."""
    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(-[A-Z]{2})?$")] = "en-GB"
    years: Annotated[int, Field(ge=1, le=10)] = 3
    """How many years each table looks back, the last one included."""
