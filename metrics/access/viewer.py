"""Who is looking, and what they may see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal


@dataclass(frozen=True)
class Grant:
    """What one role opens: its units on its pages. None: all of them."""

    pages: tuple[str, ...] | None = None
    units: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Viewer:
    """One reader. `units` None: the whole council.

    Somebody who signed in reads nothing until they are on a page: `metrics.access.rules.on_page` gives them the units that
    their roles open there. So two roles never add up to more than each of them opens by itself.
    """

    audience: str
    mode: Literal["demo", "local", "signed_in", "command_line"]
    units: tuple[str, ...] | None = None
    subject: str = ""
    """Who, as the audit log has it: ids of the identity provider, never an e-mail address."""
    name: str = ""
    """For the top of the page only."""
    roles: tuple[str, ...] = ()
    """The roles that count, in the order of access.yaml."""
    titles: tuple[str, ...] = ()
    """The same roles in words."""
    grants: tuple[Grant, ...] | None = None
    """None: every page, with `units`. That is so in the modes without sign-in and at the command line."""
    administrator: bool = False
    viewing_as: str = ""
    """The role through whose eyes an administrator looks."""
    session: str = ""
    """This sign-in, so that it can be ended before its time."""
    ends_at: datetime | None = None

    @property
    def role_words(self) -> str:
        return " and ".join(self.titles)
