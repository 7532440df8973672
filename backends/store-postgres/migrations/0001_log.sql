-- One row: where the log ends. It is overwritten with every group, in its own page.
CREATE TABLE head (
    only_one bool PRIMARY KEY DEFAULT true CHECK (only_one),
    log bytea NOT NULL,
    epoch bigint NOT NULL,
    inherited bigint NOT NULL,
    first_revision bigint NOT NULL,
    revision bigint NOT NULL,
    time bigint NOT NULL,
    hash bytea NOT NULL,
    appended bigint NOT NULL,
    ordinal_base bigint NOT NULL,
    events_floor bigint NOT NULL,
    history_floor bigint NOT NULL,
    trimmed bigint NOT NULL,
    identity text NOT NULL
) WITH (fillfactor = 10, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

-- Commits in their canonical bytes, with the small ones of their values.
CREATE TABLE log (
    revision bigint PRIMARY KEY,
    weight bigint NOT NULL,
    canonical bytea NOT NULL,
    inline bytea NOT NULL
);

-- Every event, by its key.
CREATE TABLE history (
    namespace bytea NOT NULL,
    key bytea NOT NULL,
    revision bigint NOT NULL,
    idx int NOT NULL,
    kind smallint NOT NULL,
    ordinal bigint NOT NULL,
    expires_at bigint,
    value_len int NOT NULL,
    body bytea NOT NULL,
    PRIMARY KEY (namespace, key, revision, idx)
);

-- Current entries: the rows of the history that made them.
CREATE TABLE entries (
    namespace bytea NOT NULL,
    key bytea NOT NULL,
    revision bigint NOT NULL,
    idx int NOT NULL,
    expires_at bigint,
    PRIMARY KEY (namespace, key)
) WITH (fillfactor = 80);
CREATE INDEX entries_due ON entries (expires_at, namespace, key) WHERE expires_at IS NOT NULL;

-- Values that are too large for their rows.
CREATE TABLE large_values (
    revision bigint NOT NULL,
    idx int NOT NULL,
    value bytea NOT NULL,
    PRIMARY KEY (revision, idx)
);

-- Rows of the engine's own.
CREATE TABLE side (
    key bytea PRIMARY KEY,
    value bytea NOT NULL
);
