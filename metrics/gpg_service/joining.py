"""The same employer in different years: by its number; where a year has none, by its name and something else that agrees.

Two employers may share a name, and one employer may change its name, so a name alone joins nothing: what is not certain is listed
for the analyst, who decides in `config/comparators/gender_pay_gap.yaml`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from rapidfuzz import fuzz

from metrics.gpg_service.councils import plain_name
from metrics.gpg_service.rows import Council

NOBODY = "nobody"
UNNUMBERED = "name:"
"""Begins the key of an employer that never had a number."""
ALIKE = 90
"""Of 100, how like two plain names must be to be shown to the analyst as perhaps the same."""
EVIDENCE = ("post_code", "company_number", "website")
EVIDENCE_WORDS = {"post_code": "post code", "company_number": "company number", "website": "website"}

Decisions = Mapping[tuple[int, str], str]
"""Year and plain name to the number of the employer that it is, or `NOBODY`."""
NOTHING_DECIDED: Decisions = {}


@dataclass(frozen=True)
class Undecided:
    """An employer of a year without numbers that may or may not be one of other years.

    `candidates`: employer, its name, and what agrees (empty: the name at most).
    """

    year: int
    name: str
    candidates: tuple[tuple[str, str, tuple[str, ...]], ...]

    def __str__(self) -> str:
        told = "; ".join(f"{name} ({employer}): {self._agrees(agreeing)}" for employer, name, agreeing in self.candidates)
        return f"{self.year} '{self.name}' is perhaps {told}"

    @staticmethod
    def _agrees(agreeing: tuple[str, ...]) -> str:
        return f"the same {' and '.join(EVIDENCE_WORDS[a] for a in agreeing)}" if agreeing else "nothing but the name is alike"


@dataclass
class _Employer:
    """What is known of one employer from all the years that are joined so far."""

    employer: str
    names: set[str] = field(default_factory=set)
    evidence: dict[str, set[str]] = field(default_factory=lambda: {kind: set() for kind in EVIDENCE})
    years: set[int] = field(default_factory=set)
    label: str = ""

    def add(self, row: Council) -> None:
        self.names |= {plain_name(row.name), plain_name(row.current_name)}
        self.years.add(row.year)
        self.label = self.label or row.current_name
        for kind in EVIDENCE:
            if value := getattr(row, kind):
                self.evidence[kind].add(value)

    def agreeing(self, row: Council) -> tuple[str, ...]:
        return tuple(kind for kind in EVIDENCE if getattr(row, kind) in self.evidence[kind])


@dataclass(frozen=True)
class Joined:
    """Rows with their employers, in the order of years and names; and what a person must decide."""

    rows: tuple[Council, ...]
    undecided: tuple[Undecided, ...]


def join_years(rows: Sequence[Council], decisions: Decisions = NOTHING_DECIDED) -> Joined:
    """Give each row its employer: newest years first, those with numbers before those without.

    >>> a = Council(2020, "", "574", "Birmingham City Council", "Birmingham City Council", "B1 1BB", "", "", "", False, {})
    >>> [r.employer for r in join_years([a, replace(a, year=2017, employer_id="")]).rows]
    ['574', '574']
    """
    known: dict[str, _Employer] = {}
    made: list[Council] = []
    undecided: list[Undecided] = []
    for row in sorted(rows, key=lambda r: (not r.employer_id, -r.year, plain_name(r.name), r.post_code)):
        employer = row.employer_id or _decided(row, decisions)
        if not employer:
            employer, doubt = _find(row, known)
            if doubt is not None and (row.year, plain_name(row.name)) not in decisions:
                undecided.append(doubt)
        known.setdefault(employer, _Employer(employer)).add(row)
        made.append(replace(row, employer=employer))
    made.sort(key=lambda r: (r.year, plain_name(r.name), r.employer))
    undecided.sort(key=lambda u: (u.year, u.name))
    return Joined(tuple(made), tuple(undecided))


def _decided(row: Council, decisions: Decisions) -> str:
    decided = decisions.get((row.year, plain_name(row.name)), "")
    return _own(row) if decided == NOBODY else decided


def _own(row: Council) -> str:
    """An employer that is only known by its name; the post code keeps two of one name apart."""
    return f"{UNNUMBERED}{plain_name(row.name)}" + (f", {row.post_code}" if row.post_code else "")


def _find(row: Council, known: Mapping[str, _Employer]) -> tuple[str, Undecided | None]:
    names = {plain_name(row.name), plain_name(row.current_name)}
    others = [e for e in known.values() if row.year not in e.years]
    same = [e for e in others if names & e.names]
    certain = [e for e in same if e.agreeing(row)]
    if len(certain) == 1:
        return certain[0].employer, None
    shown = same or [e for e in others if _alike(names, e.names) or "company_number" in e.agreeing(row) or _moved_in(row, e)]
    doubt = Undecided(row.year, row.name, tuple((e.employer, e.label, e.agreeing(row)) for e in shown)) if shown else None
    return _own(row), doubt


def _alike(ours: set[str], theirs: set[str]) -> bool:
    return any(fuzz.ratio(a, b) >= ALIKE for a in ours for b in theirs)


def _moved_in(row: Council, employer: _Employer) -> bool:
    """Another name at the same post code and website: perhaps renamed, perhaps two councils in one building."""
    return {"post_code", "website"} <= set(employer.agreeing(row))


def renamed(rows: Sequence[Council]) -> dict[str, tuple[tuple[int, str], ...]]:
    """Employers that were called otherwise in some year: the first year of each name, oldest first."""
    told: dict[str, list[tuple[int, str]]] = {}
    for row in sorted(rows, key=lambda r: r.year):
        names = told.setdefault(row.employer, [])
        if not names or plain_name(names[-1][1]) != plain_name(row.name):
            names.append((row.year, row.name))
    return {employer: tuple(names) for employer, names in told.items() if len(names) > 1}


def label_of(rows: Sequence[Council]) -> str:
    """What an employer is called today: the current name in its newest year."""
    return max(rows, key=lambda r: r.year).current_name
