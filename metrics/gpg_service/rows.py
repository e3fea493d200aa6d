"""What the service publishes of one employer and year, typed; and what of it is kept of a council."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Row:
    """One employer's return.

    Attributes
    ----------
    line : of the file, on which the row begins
    employer_id : the service's own number; "" in the first years
    sic_codes : 1 stands for the public sector
    figures : measure to percent; None where the employer reported none
    size : one of `columns.SIZES`
    current_name : what the employer was called when the file was downloaded
    late : None where that is not said
    """

    year: int
    line: int
    name: str
    employer_id: str
    address: str
    post_code: str
    company_number: str
    sic_codes: tuple[str, ...]
    figures: Mapping[str, float | None]
    link: str
    size: str
    current_name: str
    late: bool | None
    due: datetime | None = None
    submitted: datetime | None = None

    @property
    def is_public(self) -> bool:
        return "1" in self.sic_codes


@dataclass(frozen=True)
class YearFile:
    """One year's file. `notes`: what was found and left as it is, a sentence each."""

    year: int
    name: str
    sha256: str
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Council:
    """What is kept of a council's return: no address, and no name of a person.

    Attributes
    ----------
    employer : the same in every year for the same employer: its number, or `name:` and its plain name where it never had one
    website : the host of its report's address, which tells employers of one name apart
    """

    year: int
    employer: str
    employer_id: str
    name: str
    current_name: str
    post_code: str
    company_number: str
    website: str
    size: str
    late: bool | None
    figures: Mapping[str, float | None] = field(hash=False)


def council_of(row: Row) -> Council:
    """The kept part of a row, not joined to other years yet."""
    return Council(
        year=row.year,
        employer="",
        employer_id=row.employer_id,
        name=row.name,
        current_name=row.current_name,
        post_code=row.post_code,
        company_number=row.company_number,
        website=website_of(row.link),
        size=row.size,
        late=row.late,
        figures=row.figures,
    )


def website_of(link: str) -> str:
    """The host of an address, without www; "" where there is none.

    >>> website_of("https://www.birmingham.gov.uk/info/20218"), website_of("leeds.gov.uk/pay"), website_of("")
    ('birmingham.gov.uk', 'leeds.gov.uk', '')
    """
    try:
        host = urlsplit(link if "//" in link else f"//{link}").hostname or ""
    except ValueError:  # brackets that are no address
        return ""
    return host.removeprefix("www.") if "." in host else ""
