-- While the tables are being filled with another log: which one, and how far that came. Empty otherwise.
CREATE TABLE IF NOT EXISTS filling (
    only_one tinyint NOT NULL PRIMARY KEY,
    note longblob NOT NULL
) ENGINE = InnoDB;
-- Events that were brought without their commits, and that reads will need no more one day.
CREATE TABLE IF NOT EXISTS loose (
    revision bigint NOT NULL,
    namespace varbinary(255) NOT NULL,
    name varbinary(1024) NOT NULL,
    PRIMARY KEY (revision, namespace, name),
    KEY names (namespace, name)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC;
