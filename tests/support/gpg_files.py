"""Small files of the gender pay gap service, and what is imported of them."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

from metrics.gpg_service.columns import COLUMNS, NOT_IN_EARLY_YEARS
from metrics.report import ComparatorDay, Comparators, Spread

NUMBERED = {
    "EmployerName": "Anytown City Council", "EmployerId": "1", "Address": "Town Hall, Anytown, B1 1BB", "PostCode": "B1 1BB",
    "CompanyNumber": "", "SicCodes": "1,\n84110", "DiffMeanHourlyPercent": "5.5", "DiffMedianHourlyPercent": "4",
    "DiffMeanBonusPercent": "", "DiffMedianBonusPercent": "", "MaleBonusPercent": "0.0", "FemaleBonusPercent": "0.0",
    "MaleLowerQuartile": "40",
    "FemaleLowerQuartile": "60", "MaleLowerMiddleQuartile": "40.5", "FemaleLowerMiddleQuartile": "59.5", "MaleUpperMiddleQuartile": "45",
    "FemaleUpperMiddleQuartile": "55", "MaleTopQuartile": "50", "FemaleTopQuartile": "50",
    "CompanyLinkToGPGInfo": "https://www.anytown.gov.uk/pay", "ResponsiblePerson": "", "EmployerSize": "5000 to 19,999",
    "CurrentName": "Anytown City Council", "SubmittedAfterTheDeadline": "False", "DueDate": "2022/03/31 00:00:00",
    "DateSubmitted": "2022/03/14 10:00:00",
}  # fmt: skip
"""A row of 27 columns, as the service writes it since 2019."""


def employer(name: str, id: str = "", **changes: str) -> dict[str, str]:
    """One row: a council unless `changes` say otherwise."""
    return {**NUMBERED, "EmployerName": name, "CurrentName": name, "EmployerId": id, **changes}


def write_year(
    path: Path, rows: Sequence[Mapping[str, str]], early: bool = False, bom: bool = True, heads: Sequence[str] | None = None
) -> Path:
    """A year's file; `early`: of 23 columns with Windows line ends. A name that ends in .gz is gzipped."""
    columns = heads or [c for c in COLUMNS if not (early and c in NOT_IN_EARLY_YEARS)]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n" if early else "\n", quoting=csv.QUOTE_MINIMAL if early else csv.QUOTE_ALL)
    writer.writerow(columns)
    writer.writerows([[row[c] for c in columns] for row in rows])
    content = text.getvalue().encode("utf-8-sig" if bom else "utf-8")
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    return path


def some_comparators(kpi: str = "PG02", ours: str = "") -> Comparators:
    """Five councils in 2021 and 2024, of which two are named; 2022 and 2023 were not imported."""
    employers = (("1", "Anytown"), ("2", "Birmingham City Council"), ("3", "Cardiff Council"), ("4", "Dunmere"), ("5", "Elmsea"))
    spread = Spread(10_000, tuple(round(-0.2 + 0.005 * p, 4) for p in range(1, 100)))
    days = (
        ComparatorDay("2021-03-31", (0.05, 0.047, 0.102, None, -0.02), spread, Spread(1_000, spread.percentiles)),
        ComparatorDay("2024-03-31", (0.04, 0.044, 0.058, 0.101, -0.015), spread, Spread(1_000, spread.percentiles)),
    )
    files = (("2021-03-31", "2021.csv", "ab" * 32), ("2024-03-31", "2024.csv", "cd" * 32))
    return Comparators("HM Government, gender pay gap service.", "ef" * 32, "2026-05-01", files, employers, ("2", "3"), ours, {kpi: days})
