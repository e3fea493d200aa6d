"""Version 3: every release and batch is sealed, nothing can be added to one that is complete, and attacks are kept."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from metrics.releases.seals import ON_UPGRADE, seal_batches, seal_release

revision = "3"
down_revision = "2"
branch_labels = None
depends_on = None

APPENDED = ("batch_seals", "release_seals", "attacks")
STAYS = "what was published is never changed or deleted"
COMPLETE = "what was published is never added to"
AGAIN = {
    "releases": "sequence = NEW.sequence OR id = NEW.id",
    "batches": "id = NEW.id",
    "release_batches": "release = NEW.release AND batch = NEW.batch",
    "series": 'id = NEW.id OR (kpi = NEW.kpi AND breakdown = NEW.breakdown AND unit = NEW.unit AND "group" = NEW."group")',
    "cells": "series = NEW.series AND batch = NEW.batch",
    "batch_seals": "batch = NEW.batch",
    "release_seals": "release = NEW.release",
    "attacks": "id = NEW.id",
}
"""SQLite's INSERT OR REPLACE deletes the row that is there without asking the trigger that refuses to delete."""


def refused(passed: str) -> dict[str, str]:
    """Table to what must not be added to it. `passed`: the engine's own way to read from the certificate that it was passed."""
    return {
        "cells": "EXISTS (SELECT 1 FROM batch_seals WHERE batch = NEW.batch)",
        "batches": f"NOT ({passed}) OR EXISTS (SELECT 1 FROM release_seals WHERE release = NEW.release)",
        "release_batches": (
            "EXISTS (SELECT 1 FROM release_seals WHERE release = NEW.release) "
            "OR NOT EXISTS (SELECT 1 FROM batch_seals WHERE batch = NEW.batch)"
        ),
        "batch_seals": (
            "(SELECT count(*) FROM cells WHERE batch = NEW.batch) <> coalesce((SELECT cells FROM batches WHERE id = NEW.batch), -1)"
        ),
    }


def upgrade() -> None:
    _make_tables()
    connection = op.get_bind()
    seal_batches(connection, list(connection.scalars(sa.text("SELECT id FROM batches ORDER BY id"))), ON_UPGRADE)
    for release in list(connection.scalars(sa.text("SELECT id FROM releases ORDER BY sequence"))):
        seal_release(connection, release, ON_UPGRADE)
    for statement in _postgresql() if op.get_context().dialect.name == "postgresql" else _sqlite():
        op.execute(statement)
    op.execute("UPDATE store_version SET version = 3")


def _make_tables() -> None:
    for table, of, kind in (("batch_seals", "batch", sa.Integer()), ("release_seals", "release", sa.String(20))):
        whole = "batches.id" if of == "batch" else "releases.id"
        op.create_table(
            table,
            sa.Column(of, kind, sa.ForeignKey(whole), primary_key=True, autoincrement=False),
            sa.Column("seal", sa.String(80), nullable=False),
            sa.Column("sealed_at", sa.String(32), nullable=False),
            sa.Column("sealed_by", sa.String(20), nullable=False),
        )
    op.create_table(
        "attacks",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("release", sa.String(20), nullable=False),
        sa.Column("batch", sa.Integer, nullable=False),
        sa.Column("attacked_at", sa.String(32), nullable=False),
        sa.Column("audience", sa.String(60), nullable=False),
        *(sa.Column(name, sa.Integer, nullable=False) for name in ("counts", "hidden", "recovered", "unsettled", "known_before")),
        sa.Column("narrowest", sa.Integer),
        sa.Column("earlier", sa.Text, nullable=False),
        sa.Column("seconds", sa.Float(53), nullable=False),
        sa.Column("program", sa.String(40), nullable=False),
        sa.ForeignKeyConstraint(["release", "batch"], ["release_batches.release", "release_batches.batch"]),
    )
    op.create_index("attacks_by_batch", "attacks", ["batch"])


def _sqlite() -> list[str]:
    stays = f"BEGIN SELECT RAISE(ABORT, '{STAYS}'); END"
    complete = f"BEGIN SELECT RAISE(ABORT, '{COMPLETE}'); END"
    statements = [f"CREATE TRIGGER {table}_are_not_deleted BEFORE DELETE ON {table} {stays}" for table in APPENDED]
    statements += [f"CREATE TRIGGER {table}_stay BEFORE UPDATE ON {table} {stays}" for table in APPENDED]
    statements += [
        f"CREATE TRIGGER {table}_are_not_replaced BEFORE INSERT ON {table} WHEN EXISTS (SELECT 1 FROM {table} WHERE {same}) {stays}"
        for table, same in AGAIN.items()
    ]
    never = refused("json_extract(NEW.certificate, '$.passed') IS 1")
    return statements + [
        f"CREATE TRIGGER {table}_are_complete BEFORE INSERT ON {table} WHEN {when} {complete}" for table, when in never.items()
    ]


def _postgresql() -> list[str]:
    complete = f"RAISE EXCEPTION '{COMPLETE}' USING ERRCODE = 'restrict_violation'"
    statements = [
        f"CREATE TRIGGER {table}_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION equality_releases_refuse()"
        for table in APPENDED
    ]
    for table, when in refused("coalesce((NEW.certificate::json ->> 'passed') = 'true', false)").items():
        statements += [
            f"CREATE FUNCTION equality_{table}_are_complete() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF {when} THEN {complete}; END IF; RETURN NEW; END $$",
            f"CREATE TRIGGER {table}_are_complete BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION equality_{table}_are_complete()",
        ]
    return statements
