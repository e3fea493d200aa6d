"""The tables of the release store. Nothing in them is ever changed after it is published, except the mark of withdrawal.

They are made by the steps in `migrations`: a change here needs a new step there, and a test compares the two.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    inspect,
    select,
)
from sqlalchemy.engine import Connection

from metrics.report import ESTIMATE_COLUMNS

VERSION = 3
"""Of the tables below. A store with a higher one was written by a newer product."""

METADATA = MetaData()

STORE_VERSION = Table("store_version", METADATA, Column("version", Integer, primary_key=True, autoincrement=False))

RELEASES = Table(
    "releases",
    METADATA,
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("id", String(20), nullable=False, unique=True),
    Column("published_at", String(32), nullable=False),
    Column("council", Text, nullable=False),
    Column("synthetic", Boolean, nullable=False),
    Column("definition_version", String(64), nullable=False),
    Column("contents", LargeBinary, nullable=False),
    Column("reason", Text),
    Column("withdrawn_at", String(32)),
    Column("withdrawn_reason", Text),
)

BATCHES = Table(
    "batches",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("release", String(20), ForeignKey("releases.id"), nullable=False),
    Column("dataset", String(60), nullable=False),
    Column("period_start", Date, nullable=False),
    Column("period_end", Date, nullable=False),
    Column("audience", String(60), nullable=False),
    Column("profile", String(60), nullable=False),
    Column("data_date", Date, nullable=False),
    Column("data", String(64), nullable=False),
    Column("definition", String(64), nullable=False),
    Column("kpis", Text, nullable=False),
    Column("values", Text, nullable=False),
    Column("reason", Text),
    Column("certificate", Text, nullable=False),
    Column("cells", Integer, nullable=False),
    Column("system", LargeBinary, nullable=False),
)

RELEASE_BATCHES = Table(
    "release_batches",
    METADATA,
    Column("release", String(20), ForeignKey("releases.id"), primary_key=True),
    Column("batch", Integer, ForeignKey("batches.id"), primary_key=True),
    sqlite_with_rowid=False,
)

KEY_COLUMNS = ("kpi", "breakdown", "unit", "group")
TEXT_COLUMNS = ("status", "marker", "movement", "note")
PERIOD_COLUMNS = ("period_start", "period_end")
FLAG_COLUMNS = ("rounded",)
NUMBER_COLUMNS = tuple(c for c in ESTIMATE_COLUMNS if c not in {*KEY_COLUMNS, *TEXT_COLUMNS, *PERIOD_COLUMNS, *FLAG_COLUMNS})

SERIES = Table(
    "series",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("kpi", String(20), nullable=False),
    Column("breakdown", String(200), nullable=False),
    Column("unit", String(120), nullable=False),
    Column("group", String(400), nullable=False),
    UniqueConstraint("kpi", "breakdown", "unit", "group"),
)
"""One row per line on a chart: what repeats from period to period is written once."""

CELLS = Table(
    "cells",
    METADATA,
    Column("series", Integer, ForeignKey("series.id"), primary_key=True),
    Column("batch", Integer, ForeignKey("batches.id"), primary_key=True),
    Column("period_start", Date),
    *(Column(name, Float(53)) for name in NUMBER_COLUMNS),
    *(Column(name, String(40)) for name in TEXT_COLUMNS),
    Column("rounded", Boolean),
    sqlite_with_rowid=False,
)
"""A figure. Empty text, False, and a start that is the batch's own are stored as nothing, which costs a byte."""

BATCH_SEALS = Table(
    "batch_seals",
    METADATA,
    Column("batch", Integer, ForeignKey("batches.id"), primary_key=True, autoincrement=False),
    Column("seal", String(80), nullable=False),
    Column("sealed_at", String(32), nullable=False),
    Column("sealed_by", String(20), nullable=False),
)
"""A batch that has one is complete: no figure is added to it. `sealed_by`: "publish", or "upgrade" from a version without seals."""

RELEASE_SEALS = Table(
    "release_seals",
    METADATA,
    Column("release", String(20), ForeignKey("releases.id"), primary_key=True),
    Column("seal", String(80), nullable=False),
    Column("sealed_at", String(32), nullable=False),
    Column("sealed_by", String(20), nullable=False),
)
"""A release that has one is complete: no batch is added to it."""

ATTACKS = Table(
    "attacks",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("release", String(20), nullable=False),
    Column("batch", Integer, nullable=False),
    Column("attacked_at", String(32), nullable=False),
    Column("audience", String(60), nullable=False),
    Column("counts", Integer, nullable=False),
    Column("hidden", Integer, nullable=False),
    Column("recovered", Integer, nullable=False),
    Column("unsettled", Integer, nullable=False),
    Column("known_before", Integer, nullable=False),
    Column("narrowest", Integer),
    Column("earlier", Text, nullable=False),
    Column("seconds", Float(53), nullable=False),
    Column("program", String(40), nullable=False),
    ForeignKeyConstraint(["release", "batch"], ["release_batches.release", "release_batches.batch"]),
)
"""What came of an attack on one batch from nothing. `earlier`: JSON list of the earlier releases whose figures were given, too."""

Index("batches_by_period", BATCHES.c.audience, BATCHES.c.period_end)
Index("release_batches_by_batch", RELEASE_BATCHES.c.batch)
Index("attacks_by_batch", ATTACKS.c.batch)


def stored_version(connection: Connection) -> int | None:
    """The version of the tables that are there; None where nothing was ever published."""
    if not inspect(connection).has_table(STORE_VERSION.name):
        return None
    return connection.scalar(select(STORE_VERSION.c.version))
