"""`config/access.yaml`: which roles open what, how a person is known, how long a sign-in lasts, and whose access is cut off."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Discriminator, Field, StringConstraints, Tag

from metrics.definitions.base import Definition, Id, Text

Page = Literal[
    "overview", "kpi", "directorate", "gaps", "community", "framework", "duties", "actions", "papers", "data_quality", "definitions"
]  # fmt: skip
"""Every screen that the dashboard has or will have; the name is its address."""
RoleName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
ClaimName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_.:/-]*$", max_length=200)]
Realm = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
Subject = Annotated[str, StringConstraints(pattern=r"^[^@\s]+$", max_length=600)]


def _word_or_list(value: object) -> str:
    """Only what was meant is spoken of when it is wrong: the word `all`, or a list."""
    return "word" if isinstance(value, str) else "list"


_All = Annotated[Literal["all"], Tag("word")]
Pages = Annotated[_All | Annotated[tuple[Page, ...], Field(min_length=1), Tag("list")], Discriminator(_word_or_list)]
Units = Annotated[_All | Annotated[tuple[Text, ...], Field(min_length=1), Tag("list")], Discriminator(_word_or_list)]


class Claims(Definition):
    """What the identity provider says about a person, and which of it counts."""

    roles: ClaimName = "roles"
    """The claim that lists a person's app roles. Roles, not groups: long lists of groups do not fit into a cookie."""
    person: Literal["oid+tid", "sub+iss"]
    """The two claims that together are one person for good: object and tenant id, or subject and issuer. Never an e-mail address,
    which can be given to somebody else."""
    tenant: Realm
    """The one value of `tid` (or of `iss`) that is accepted: people of another organisation are refused, whatever their roles."""

    @property
    def keys(self) -> tuple[str, str]:
        """The person's claim, and the claim of their organisation."""
        own, realm = self.person.split("+")
        return own, realm


class Session(Definition):
    """How long a sign-in lasts."""

    hours: float = Field(default=8, gt=0, le=24)
    """A hard limit, counted from the moment the identity provider vouched for the person; activity does not extend it."""
    heartbeat_seconds: int = Field(default=30, ge=1, le=600)
    """How often an open page asks whether it may stay open."""


class Role(Definition):
    """What the holders of one app role may open."""

    title: Text
    """In words, for the top of every page."""
    audience: Id
    """Whose version of the figures they read: an audience of disclosure.yaml."""
    pages: Pages
    units: Units
    """Units of organisation.csv; each opens all that is below it, and the units above it, which it is compared with."""
    administrator: bool = False
    """May look at the dashboard as another role sees it. Needs everything itself, so that this can only narrow."""


class Access(Definition):
    """The whole of `config/access.yaml`."""

    claims: Claims
    session: Session = Session()
    roles: Annotated[Mapping[RoleName, Role], Field(min_length=1)]
    """Name of the app role at the identity provider to what it opens. Order matters for people with several roles: the first role
    listed here that they hold decides their audience, and only their roles with that audience count."""
    cut_off: tuple[Subject, ...] = ()
    """People whose access ends at once, by the id that `equality audit` prints. Read again whenever this file changes."""
