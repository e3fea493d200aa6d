"""Which employers are councils: by name and sector code together, with the analyst's own list above both."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

from metrics.gpg_service.rows import Row

PUBLIC_SECTOR, GENERAL_ADMINISTRATION = "1", "84110"
_LOCAL = re.compile(
    r"\b(councils?|counci|corporation of city of london|city( of)? london corporation)$"  # the service cuts long names
    r"|^(london |royal )?borough( of)? \w+"
)
_OTHERS = re.compile(
    r"\b(research|medical|dental|midwifery|nursing|professions|refugee|arts|british|field studies|financial reporting|national"
    r"|house building|church|parochial|facilities|optical|osteopathic|chiropractic|pharmaceutical|social work|teaching|funding)\b.*council"
)
_SILENT = frozenset({"the", "hq"})
"""Words that do not tell one employer from another."""


def plain_name(name: str) -> str:
    """A name as it is compared: no accents, capitals, stops or silent words, and "and" for "&".

    >>> plain_name("The London Borough Of Hammersmith & Fulham"), plain_name("Sheffield City Council HQ")
    ('london borough of hammersmith and fulham', 'sheffield city council')
    >>> plain_name("Newcastle City Council") == plain_name("Newcastle-under-lyme Borough Council")
    False
    """
    plain = "".join(c for c in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(c))
    words = re.sub(r"[^a-z0-9]+", " ", plain.replace("&", " and ").replace("'", "").replace("’", "")).split()
    return " ".join(w for w in words if w not in _SILENT)


def looks_like_council(name: str) -> bool:
    """By its name alone, which is not enough: "Medical Research Council" is not one, but "General Council" could be anything."""
    plain = plain_name(name)
    return bool(_LOCAL.search(plain)) and not _OTHERS.search(plain)


def is_council(row: Row, also: Collection[str] = (), never: Collection[str] = ()) -> bool:
    """A council's name, and the code of the public sector; where no code at all is given, no number of a company either.

    `also`, `never`: names, as `plain_name` makes them, that the analyst has decided.
    """
    names = {plain_name(row.name), plain_name(row.current_name)}
    if names & set(never):
        return False
    if names & set(also):
        return True
    public = PUBLIC_SECTOR in row.sic_codes or GENERAL_ADMINISTRATION in row.sic_codes
    unsaid = not row.sic_codes and not row.company_number
    return (public or unsaid) and any(looks_like_council(name) for name in (row.name, row.current_name))
