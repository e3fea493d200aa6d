"""A release store as the product of version 1 left it: its own tables, written out, and rows that it wrote.

Three releases: the second of them withdrawn, the third restating it. `FIGURES` is what that product read of each, as CSV.
"""

from __future__ import annotations

import json
from base64 import b64decode
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import MetaData, create_engine

FOLDER = Path(__file__).parent
_KEPT = json.loads((FOLDER / "rows.json").read_text(encoding="utf-8"))
FIGURES: dict[str, str] = _KEPT["figures"]
"""Release and audience, such as "2026-01-20 leadership", to every figure."""
RELEASES = ("2026-04-22", "2026-04-21", "2026-01-20")


def build_first_store(url: str) -> None:
    """Tables by the DDL of the day, rows as they were stored."""
    engine = create_engine(url)
    ddl = (FOLDER / f"{engine.dialect.name}.sql").read_text(encoding="utf-8")
    statements = "\n".join(line for line in ddl.splitlines() if not line.startswith("--")).split(";")
    with engine.begin() as connection:
        for statement in filter(str.strip, statements):
            connection.exec_driver_sql(statement)
        tables = MetaData()
        tables.reflect(connection)
        for table in tables.sorted_tables:
            if rows := _KEPT["rows"][table.name]:
                connection.execute(table.insert(), [{name: _value(name, value) for name, value in row.items()} for row in rows])
    engine.dispose()


def _value(column: str, stored: Any) -> Any:
    if isinstance(stored, dict):
        return b64decode(stored["base64"])
    if column in {"synthetic", "rounded"} and stored is not None:
        return bool(stored)
    if column in {"period_start", "period_end", "data_date"} and stored is not None:
        return date.fromisoformat(stored)
    return stored
