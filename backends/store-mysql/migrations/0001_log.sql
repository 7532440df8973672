-- Names are bytes; a place is the revision (8 bytes) and the index in the commit (4 bytes), both with the highest byte first.
CREATE TABLE IF NOT EXISTS head (
    only_one tinyint NOT NULL PRIMARY KEY,
    log binary(16) NOT NULL,
    epoch bigint NOT NULL,
    inherited bigint NOT NULL,
    first_revision bigint NOT NULL,
    revision bigint NOT NULL,
    time bigint NOT NULL,
    hash binary(32) NOT NULL,
    appended bigint NOT NULL,
    ordinal_base bigint NOT NULL,
    events_floor bigint NOT NULL,
    history_floor bigint NOT NULL,
    trimmed bigint NOT NULL,
    appends bigint NOT NULL,
    identity varbinary(255) NOT NULL
) ENGINE = InnoDB;
CREATE TABLE IF NOT EXISTS log (
    revision bigint NOT NULL PRIMARY KEY,
    weight bigint NOT NULL,
    canonical longblob NOT NULL,
    small longblob NOT NULL
) ENGINE = InnoDB;
CREATE TABLE IF NOT EXISTS history (
    namespace varbinary(255) NOT NULL,
    name varbinary(1024) NOT NULL,
    place binary(12) NOT NULL,
    kind smallint NOT NULL,
    ordinal bigint NOT NULL,
    expires_at bigint NULL,
    value_len int NOT NULL,
    body blob NOT NULL,
    PRIMARY KEY (namespace, name, place)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC;
CREATE TABLE IF NOT EXISTS entries (
    namespace varbinary(255) NOT NULL,
    name varbinary(1024) NOT NULL,
    place binary(12) NOT NULL,
    live tinyint NOT NULL,
    expires_at bigint NULL,
    PRIMARY KEY (namespace, name),
    KEY due (expires_at, namespace, name)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC;
CREATE TABLE IF NOT EXISTS large_values (
    place binary(12) NOT NULL PRIMARY KEY,
    value longblob NOT NULL
) ENGINE = InnoDB;
CREATE TABLE IF NOT EXISTS side (
    name varbinary(1024) NOT NULL PRIMARY KEY,
    value longblob NOT NULL
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC;
