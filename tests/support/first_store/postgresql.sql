-- The tables of version 1 of the release store, as the product of that version made them.

CREATE TABLE releases (
    sequence INTEGER NOT NULL,
    id VARCHAR(20) NOT NULL,
    published_at VARCHAR(32) NOT NULL,
    council TEXT NOT NULL,
    synthetic BOOLEAN NOT NULL,
    definition_version VARCHAR(64) NOT NULL,
    contents BYTEA NOT NULL,
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
    values TEXT NOT NULL,
    reason TEXT,
    certificate TEXT NOT NULL,
    cells INTEGER NOT NULL,
    system BYTEA NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY(release) REFERENCES releases (id)
);

CREATE INDEX batches_by_period ON batches (audience, period_end);

CREATE TABLE cells (
    series INTEGER NOT NULL,
    batch INTEGER NOT NULL,
    period_start DATE,
    numerator FLOAT(53),
    denominator FLOAT(53),
    value FLOAT(53),
    lower FLOAT(53),
    upper FLOAT(53),
    benchmark FLOAT(53),
    target FLOAT(53),
    gap FLOAT(53),
    ratio FLOAT(53),
    everyone FLOAT(53),
    declared FLOAT(53),
    bound_low FLOAT(53),
    bound_high FLOAT(53),
    reference_value FLOAT(53),
    change FLOAT(53),
    change_lower FLOAT(53),
    change_upper FLOAT(53),
    status VARCHAR(40),
    marker VARCHAR(40),
    movement VARCHAR(40),
    note VARCHAR(40),
    rounded BOOLEAN,
    PRIMARY KEY (series, batch),
    FOREIGN KEY(series) REFERENCES series (id),
    FOREIGN KEY(batch) REFERENCES batches (id)
);

CREATE TABLE release_batches (
    release VARCHAR(20) NOT NULL,
    batch INTEGER NOT NULL,
    PRIMARY KEY (release, batch),
    FOREIGN KEY(release) REFERENCES releases (id),
    FOREIGN KEY(batch) REFERENCES batches (id)
);
