"""Small payrolls as files: a council in memory whose `pay` dataset holds pay items, and how a file of it is loaded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import sqlalchemy as sa

from metrics.definitions.configuration import Configuration
from metrics.definitions.dataset import Dataset
from metrics.definitions.kpi import Kpi
from metrics.definitions.pay_columns import with_pay_columns, with_pay_dimensions
from metrics.ingest.ingest import ImportReport, ingest_files
from metrics.sources.engine import Source
from metrics.sources.tables import dataset_table
from tests.support.factories import DAY, DIMENSIONS, a_configuration

LONG: Mapping[str, Any] = {
    "code": "Code",
    "amount": "Amount",
    "codes": {"BASIC": "ordinary", "ALLOWANCE": "ordinary", "OVERTIME": "excluded", "ARREARS": "excluded", "BONUS": "bonus"},
    "pay_period": {"from": "Period"},
    "hours": "Hours",
    "leave": {"from": "Leave", "recode": {"Half": "reduced_leave", "Nil": "nil_leave", "Phased": "reduced_other", "Paid leave": "full"}},
    "in_period": "Now",
    "bonus_period": {"from": "For"},
}
"""A row per pay code; headings ID, Sex, Ethnicity, Code, Amount, Period, Hours, Leave, Now, For."""
HEADINGS = ("ID", "Unit", "Sex", "Ethnicity", "Code", "Amount", "Period", "Hours", "Leave", "Now", "For")
FULL_PAY = {"title": "Employees on full pay", "where": {"pay_status": ("full_pay", "reduced_other")}}
RELEVANT = {"title": "Employees, on full pay or not", "where": {"pay_status": "known"}}
QUARTERS = {"population": "full_pay", "by": {"pay_quarter": "sex", "pay_quarter_ethnicity": "ethnicity_5"}}


def a_payroll(*kpis: Kpi, items: Mapping[str, Any] = LONG, **more: Any) -> Configuration:
    """A council with the dataset `pay`."""
    declared: dict[str, Any] = {
        "id": "pay",
        "title": "Payroll",
        "person_id": "ID",
        "unit": {"from": "Unit"},
        "pay_items": dict(items),
        "quarters": QUARTERS,
        "columns": {
            "sex": {"from": "Sex", "dimension": "sex", "recode": {"F": "female", "M": "male", "X": "not_known"}},
            "ethnicity": {"from": "Ethnicity", "dimension": "ethnicity", "required": False},
        },
        "populations": {"full_pay": FULL_PAY, "relevant": RELEVANT},
    }
    made = with_pay_columns({"pay": Dataset.model_validate(declared | more)})
    dimensions = with_pay_dimensions({d.id: d for d in DIMENSIONS}, made)
    configuration = a_configuration(*kpis, dimensions=dimensions.values(), dataset=made["pay"])
    return replace(configuration, datasets=made)


def a_file(folder: Path, rows: Iterable[Mapping[str, Any]], name: str = "payroll.csv") -> Path:
    """Rows as a file; what a row leaves out is BASIC pay of a month for 37 hours, on no leave."""
    usual = {"Code": "BASIC", "Period": "Monthly", "Hours": "37", "Leave": "", "Now": "Y", "For": ""}
    frame = pd.DataFrame([usual | dict(row) for row in rows], dtype=object)
    columns = [h for h in HEADINGS if h in frame] + [h for h in frame if h not in HEADINGS]
    path = folder / name
    frame.reindex(columns=[*columns, *[h for h in ("ID", "Unit", "Sex") if h not in columns]]).to_csv(path, index=False)
    return path


def load(configuration: Configuration, source: Source, file: Path) -> ImportReport:
    return ingest_files(configuration, "pay", [file], DAY, source, file.parent / "private")


def stored(configuration: Configuration, source: Source) -> pd.DataFrame:
    """What is stored, one row a person."""
    table = dataset_table(configuration, "pay")
    return source.fetch(sa.select(table).order_by(table.c.row_number))
