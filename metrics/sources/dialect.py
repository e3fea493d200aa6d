"""How SQLAlchemy Core statements are written for DuckDB: PostgreSQL's words, where DuckDB means the same by them."""

from __future__ import annotations

from typing import Any

from sqlalchemy.dialects.postgresql.base import PGDialect, PGTypeCompiler


class DuckDBTypes(PGTypeCompiler):
    """DuckDB's FLOAT has four bytes and its plain NUMERIC three decimals: a pay value would lose pennies in either."""

    def visit_FLOAT(self, type_: Any, **kw: Any) -> str:  # noqa: N802 - SQLAlchemy finds the method by this name
        return "DOUBLE"

    def visit_NUMERIC(self, type_: Any, **kw: Any) -> str:  # noqa: N802
        return "DOUBLE" if type_.precision is None else super().visit_NUMERIC(type_, **kw)


class DuckDBDialect(PGDialect):
    """Compiles only. Values become `$1, $2, …` and are never part of the text; division is never whole-number division."""

    name = "duckdb"
    type_compiler_cls = DuckDBTypes
    supports_statement_cache = True
    div_is_floordiv = False

    def __init__(self) -> None:
        super().__init__(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call]
