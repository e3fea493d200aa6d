"""Version 1: releases, what they consist of, and their figures."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "1"
down_revision = None
branch_labels = None
depends_on = None

NUMBERS = (
    "numerator", "denominator", "value", "lower", "upper", "benchmark", "target", "gap", "ratio", "everyone", "declared", "bound_low",
    "bound_high", "reference_value", "change", "change_lower", "change_upper",
)  # fmt: skip


def upgrade() -> None:
    version = op.create_table("store_version", sa.Column("version", sa.Integer, primary_key=True, autoincrement=False))
    op.create_table(
        "releases",
        sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("id", sa.String(20), nullable=False, unique=True),
        sa.Column("published_at", sa.String(32), nullable=False),
        sa.Column("council", sa.Text, nullable=False),
        sa.Column("synthetic", sa.Boolean, nullable=False),
        sa.Column("definition_version", sa.String(64), nullable=False),
        sa.Column("contents", sa.LargeBinary, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("withdrawn_at", sa.String(32)),
        sa.Column("withdrawn_reason", sa.Text),
    )
    op.create_table(
        "batches",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("release", sa.String(20), sa.ForeignKey("releases.id"), nullable=False),
        sa.Column("dataset", sa.String(60), nullable=False),
        sa.Column("period_start", sa.Date, nullable=False),
        sa.Column("period_end", sa.Date, nullable=False),
        sa.Column("audience", sa.String(60), nullable=False),
        sa.Column("profile", sa.String(60), nullable=False),
        sa.Column("data_date", sa.Date, nullable=False),
        sa.Column("data", sa.String(64), nullable=False),
        sa.Column("definition", sa.String(64), nullable=False),
        sa.Column("kpis", sa.Text, nullable=False),
        sa.Column("values", sa.Text, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("certificate", sa.Text, nullable=False),
        sa.Column("cells", sa.Integer, nullable=False),
        sa.Column("system", sa.LargeBinary, nullable=False),
    )
    op.create_index("batches_by_period", "batches", ["audience", "period_end"])
    op.create_table(
        "release_batches",
        sa.Column("release", sa.String(20), sa.ForeignKey("releases.id"), primary_key=True),
        sa.Column("batch", sa.Integer, sa.ForeignKey("batches.id"), primary_key=True),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "series",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("kpi", sa.String(20), nullable=False),
        sa.Column("breakdown", sa.String(200), nullable=False),
        sa.Column("unit", sa.String(120), nullable=False),
        sa.Column("group", sa.String(400), nullable=False),
        sa.UniqueConstraint("kpi", "breakdown", "unit", "group"),
    )
    op.create_table(
        "cells",
        sa.Column("series", sa.Integer, sa.ForeignKey("series.id"), primary_key=True),
        sa.Column("batch", sa.Integer, sa.ForeignKey("batches.id"), primary_key=True),
        sa.Column("period_start", sa.Date),
        *(sa.Column(name, sa.Float(53)) for name in NUMBERS),
        *(sa.Column(name, sa.String(40)) for name in ("status", "marker", "movement", "note")),
        sa.Column("rounded", sa.Boolean),
        sqlite_with_rowid=False,
    )
    op.bulk_insert(version, [{"version": 1}])
