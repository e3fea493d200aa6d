"""Our pay gap beside what other councils reported, as CSV: a row for each employer and day, ours among them, with where each is from."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date

from metrics.errors import NotPublished
from metrics.exports.csv import harmless
from metrics.report import ComparatorDay, Comparators, KpiSummary, Report
from metrics.wording.comparators import NOT_CHECKED, others_on
from metrics.wording.notes import describe_note
from metrics.wording.values import is_missing

COLUMNS = (
    "release", "synthetic", "kpi", "kpi_title", "day", "kind", "employer", "name", "named", "value", "rounded", "marker", "said", "source",
)  # fmt: skip
OURS, OURS_REPORTED, COUNCIL = "ours_in_this_release", "ours_as_reported", "council_as_reported"


def write_beside(report: Report, title: str) -> bytes:
    """UTF-8 with a byte order mark. Values are shares: 0.05 is 5 percent; what is hidden of ours is empty with its marker.

    Raises
    ------
    NotPublished : the release holds no figures of other councils for the report's KPI
    """
    kpi, beside = report.kpi(), report.contents.comparators
    if beside is None or not beside.kpis.get(kpi.id):
        raise NotPublished(f"The release holds no figures of other councils for {title}.")
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\r\n", restval="")
    writer.writeheader()
    stamp = report.provenance
    every = {"release": stamp.release, "synthetic": "yes" if stamp.synthetic else "no", "kpi": kpi.id, "kpi_title": kpi.title}
    for row in (*_ours(report, kpi), *(row for day in beside.kpis[kpi.id] for row in _theirs(beside, day))):
        writer.writerow({k: harmless(v) if isinstance(v, str) else v for k, v in {**every, **row}.items()})
    return text.getvalue().encode("utf-8-sig")


def _ours(report: Report, kpi: KpiSummary) -> Iterator[dict[str, object]]:
    for _, row in report.series(kpi.id, report.contents.root.id).iterrows():
        yield {
            "day": row["period_end"].date().isoformat(),
            "kind": OURS,
            "name": report.provenance.council,
            "named": "yes",
            "value": "" if is_missing(row["value"]) else float(row["value"]),
            "rounded": "yes" if row["rounded"] else "no",
            "marker": str(row["marker"]),
            "said": describe_note(row, report.contents),
            "source": f"Release {report.provenance.release}",
        }


def _theirs(beside: Comparators, day: ComparatorDay) -> Iterator[dict[str, object]]:
    """Every employer that reported a figure, ourselves as we reported it among them."""
    values = dict(zip((key for key, _ in beside.employers), day.values, strict=True))
    ours = [(beside.ours, name, values[key]) for key, name in beside.employers if key == beside.ours and values[key] is not None]
    source = f"{beside.source} Imported {date.fromisoformat(beside.imported_on[:10])}, SHA-256 {beside.sha256[:12]}"
    for key, name, value in (*ours, *others_on(beside, day)):
        yield {
            "day": day.day,
            "kind": OURS_REPORTED if key == beside.ours else COUNCIL,
            "employer": key,
            "name": name,
            "named": "yes" if key in beside.named or key == beside.ours else "no",
            "value": value,
            "said": NOT_CHECKED,
            "source": source,
        }
