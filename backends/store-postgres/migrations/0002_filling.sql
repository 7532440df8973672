-- While the tables are being filled with another log: which one, and how far that came. Empty otherwise.
CREATE TABLE filling (
    only_one bool PRIMARY KEY DEFAULT true CHECK (only_one),
    note bytea NOT NULL
);

-- Events that were brought without their commits, and that reads will need no more one day.
CREATE TABLE loose (
    revision bigint NOT NULL,
    namespace bytea NOT NULL,
    key bytea NOT NULL,
    PRIMARY KEY (revision, namespace, key)
);
CREATE INDEX loose_names ON loose (namespace, key);
