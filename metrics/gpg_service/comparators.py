"""What was imported of the service, as a release carries it: figures of councils beside each KPI that they report, too."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from hashlib import sha256

from metrics.definitions.configuration import Configuration
from metrics.definitions.gpg import GpgComparators
from metrics.gpg_service.councils import plain_name
from metrics.gpg_service.deadlines import snapshot_day
from metrics.gpg_service.distribution import EVERYONE, PUBLIC
from metrics.gpg_service.joining import UNNUMBERED, label_of
from metrics.gpg_service.rows import Council
from metrics.gpg_service.stored import Stored, read_stored
from metrics.report import ComparatorDay, Comparators, Spread

SOURCE = "HM Government, gender pay gap service. Contains public sector information licensed under the Open Government Licence v3.0."


def load_comparators(configuration: Configuration, council: str) -> Comparators | None:
    """What stands in the configuration folder; None where no KPI is said to be one that the service publishes.

    Raises
    ------
    DefinitionError : the files are not what was imported
    """
    if configuration.gpg_return is None:
        return None
    kpis = {measure: kpi for measure, kpi in configuration.gpg_return.gaps.items() if kpi in configuration.kpis}
    return comparators_of(read_stored(configuration.folder) or Stored(), kpis, configuration.gpg_comparators, council)


def comparators_of(stored: Stored, kpis: Mapping[str, str], decided: GpgComparators, council: str) -> Comparators:
    """Figures by KPI. `kpis`: measure to the KPI that is the same; `council`: its name, unless `decided` has another."""
    returns: dict[str, list[Council]] = defaultdict(list)
    for row in stored.councils:
        returns[row.employer].append(row)
    names = _labels(returns)
    order = sorted(names, key=lambda e: (plain_name(names[e]), e))
    named = {plain_name(name) for name in decided.named}
    ours = plain_name(decided.ours or council)
    called = {e: {plain_name(n) for r in rows for n in (r.name, r.current_name)} for e, rows in returns.items()}
    newest_first = sorted(order, key=lambda e: -max(r.year for r in returns[e]))
    return Comparators(
        source=SOURCE,
        sha256=_hash(stored),
        imported_on=max((i.imported_on.isoformat() for i in stored.imports), default=""),
        files=tuple((snapshot_day(i.year).isoformat(), i.file, i.sha256) for i in stored.imports),
        employers=tuple((e, names[e]) for e in order),
        named=tuple(e for e in order if called[e] & named),
        ours=next((e for e in newest_first if ours in called[e]), ""),
        kpis={kpi: tuple(_day(stored, year, measure, order, returns) for year in stored.years) for measure, kpi in kpis.items()},
    )


def _labels(returns: Mapping[str, list[Council]]) -> dict[str, str]:
    """What each employer is called; one of a year without numbers that is not joined to its namesake says so."""
    names = {employer: label_of(rows) for employer, rows in returns.items()}
    numbered = {plain_name(name) for employer, name in names.items() if not employer.startswith(UNNUMBERED)}
    return {
        e: f"{name} (return of {returns[e][0].year}, not joined to others)"
        if e.startswith(UNNUMBERED) and plain_name(name) in numbered
        else name
        for e, name in names.items()
    }


def _day(stored: Stored, year: int, measure: str, order: list[str], returns: Mapping[str, list[Council]]) -> ComparatorDay:
    reported = {e: row.figures[measure] for e in order for row in returns[e] if row.year == year}
    spreads = {
        d.group: Spread(d.employers, tuple(share(p) for p in d.percentiles))
        for d in stored.spread
        if (d.year, d.measure) == (year, measure)
    }
    values = tuple(None if (v := reported.get(e)) is None else share(v) for e in order)
    return ComparatorDay(snapshot_day(year).isoformat(), values, spreads.get(EVERYONE), spreads.get(PUBLIC))


def share(percent: float) -> float:
    """As figures stand in a release; one percent is 0.01."""
    return round(percent / 100, 6)


def _hash(stored: Stored) -> str:
    """Of every year's content, in one."""
    if not stored.imports:
        return ""
    return sha256("\n".join(f"{i.year} {i.councils_sha256} {i.distribution_sha256}" for i in stored.imports).encode()).hexdigest()
