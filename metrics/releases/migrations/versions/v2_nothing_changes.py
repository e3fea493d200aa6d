"""Version 2: the database itself refuses to change or delete what was published; a mark of withdrawal, once, is all it takes."""

from __future__ import annotations

from alembic import op

revision = "2"
down_revision = "1"
branch_labels = None
depends_on = None

PUBLISHED = ("releases", "batches", "release_batches", "series", "cells")
REFUSAL = "what was published is never changed or deleted"
OF_A_RELEASE = ("sequence", "id", "published_at", "council", "synthetic", "definition_version", "contents", "reason")
MARKED_ONCE = (
    "OLD.withdrawn_at IS NULL AND OLD.withdrawn_reason IS NULL "
    "AND NEW.withdrawn_at IS NOT NULL AND NEW.withdrawn_reason IS NOT NULL AND trim(NEW.withdrawn_reason) <> ''"
)


def upgrade() -> None:
    op.create_index("release_batches_by_batch", "release_batches", ["batch"])
    for statement in _postgresql() if op.get_context().dialect.name == "postgresql" else _sqlite():
        op.execute(statement)
    op.execute("UPDATE store_version SET version = 2")


def _sqlite() -> list[str]:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
    statements = [f"CREATE TRIGGER {table}_are_not_deleted BEFORE DELETE ON {table} {refuse}" for table in PUBLISHED]
    statements += [f"CREATE TRIGGER {table}_stay BEFORE UPDATE ON {table} {refuse}" for table in PUBLISHED[1:]]
    same = " AND ".join(f"NEW.{column} IS OLD.{column}" for column in OF_A_RELEASE)
    return [*statements, f"CREATE TRIGGER releases_stay BEFORE UPDATE ON releases WHEN NOT ({same} AND {MARKED_ONCE}) {refuse}"]


def _postgresql() -> list[str]:
    refuse = f"RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'restrict_violation'"
    same = " AND ".join(f"NEW.{column} IS NOT DISTINCT FROM OLD.{column}" for column in OF_A_RELEASE)
    statements = [
        f"CREATE FUNCTION equality_releases_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {refuse}; END $$",
        "CREATE FUNCTION equality_releases_withdraw() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF {same} AND {MARKED_ONCE} THEN RETURN NEW; END IF; {refuse}; END $$",
        "CREATE TRIGGER releases_stay BEFORE UPDATE ON releases FOR EACH ROW EXECUTE FUNCTION equality_releases_withdraw()",
        "CREATE TRIGGER releases_are_not_deleted BEFORE DELETE OR TRUNCATE ON releases "
        "FOR EACH STATEMENT EXECUTE FUNCTION equality_releases_refuse()",
    ]
    return statements + [
        f"CREATE TRIGGER {table}_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION equality_releases_refuse()"
        for table in PUBLISHED[1:]
    ]
