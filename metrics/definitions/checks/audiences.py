"""Every audience is shown figures under a disclosure profile that exists."""

from __future__ import annotations

from collections.abc import Iterator

from metrics.definitions.nearest import no_such
from metrics.definitions.parsed import Parsed
from metrics.errors import Problem


def check(parsed: Parsed) -> Iterator[Problem]:
    if parsed.disclosure is None:
        return
    if not parsed.disclosure.audiences:
        yield parsed.readings["", "disclosure"].problem(("audiences",), "no audience; name at least one, such as `leadership: leadership`")
    for audience, profile in parsed.disclosure.audiences.items():
        if profile not in parsed.disclosure.profiles:
            message = no_such("disclosure profile", profile, parsed.disclosure.profiles)
            yield parsed.readings["", "disclosure"].problem(("audiences", audience), message)
