-- The tables of version 1 of the release store, as the product of that version made them.

CREATE TABLE releases (
    sequence INTEGER NOT NULL,
    id VARCHAR(20) NOT NULL,
    published_at VARCHAR(32) NOT NULL,
    council TEXT NOT NULL,
    synthetic BOOLEAN NOT NULL,
    definition_version VARCHAR(64) NOT NULL,
    contents BLOB NOT NULL,
    reason TEXT,
    withdrawn_at VARCHAR(32),
    withdrawn_reason TEXT,
    PRIMARY KEY (sequence),
    UNIQUE (id)
);

CREATE TABLE series (
    id INTEGER NOT NULL,
    kpi VARCHAR(20) NOT NULL,
    breakdown VARCHAR(200) NOT NULL,
    unit VARCHAR(120) NOT NULL,
    "group" VARCHAR(400) NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (kpi, breakdown, unit, "group")
);

CREATE TABLE store_version (
    version INTEGER NOT NULL,
    PRIMARY KEY (version)
);

CREATE TABLE batches (
    id INTEGER NOT NULL,
    release VARCHAR(20) NOT NULL,
    dataset VARCHAR(60) NOT NULL,
    period_start DATE NOT NULL,
    period_end DATE NOT NULL,
    audience VARCHAR(60) NOT NULL,
    profile VARCHAR(60) NOT NULL,
    data_date DATE NOT NULL,
    data VARCHAR(64) NOT NULL,
    definition VARCHAR(64) NOT NULL,
    kpis TEXT NOT NULL,
    "values" TEXT NOT NULL,
    reason TEXT,
    certificate TEXT NOT NULL,
    cells INTEGER NOT NULL,
    system BLOB NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY(release) REFERENCES releases (id)
);

CREATE INDEX batches_by_period ON batches (audience, period_end);

CREATE TABLE cells (
    series INTEGER NOT NULL,
    batch INTEGER NOT NULL,
    period_start DATE,
    numerator FLOAT,
    denominator FLOAT,
    value FLOAT,
    lower FLOAT,
    upper FLOAT,
    benchmark FLOAT,
    target FLOAT,
    gap FLOAT,
    ratio FLOAT,
    everyone FLOAT,
    declared FLOAT,
    bound_low FLOAT,
    bound_high FLOAT,
    reference_value FLOAT,
    change FLOAT,
    change_lower FLOAT,
    change_upper FLOAT,
    status VARCHAR(40),
    marker VARCHAR(40),
    movement VARCHAR(40),
    note VARCHAR(40),
    rounded BOOLEAN,
    PRIMARY KEY (series, batch),
    FOREIGN KEY(series) REFERENCES series (id),
    FOREIGN KEY(batch) REFERENCES batches (id)
)
 WITHOUT ROWID;

CREATE TABLE release_batches (
    release VARCHAR(20) NOT NULL,
    batch INTEGER NOT NULL,
    PRIMARY KEY (release, batch),
    FOREIGN KEY(release) REFERENCES releases (id),
    FOREIGN KEY(batch) REFERENCES batches (id)
)
 WITHOUT ROWID;
