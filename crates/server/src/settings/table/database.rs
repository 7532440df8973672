//! Settings of logs in databases.

use super::Setting;

/// See [`super::all`].
pub(super) const SETTINGS: &[Setting] = &[
    Setting {
        path: "store.postgres.schema",
        about: "Where the tables are: small letters, digits and `_`. Several logs in one database have a schema each.",
        of: |s| &mut s.store.postgres_schema,
    },
    Setting {
        path: "store.postgres.url",
        about: "Where the database is, and who asks: `postgres://USER:PASSWORD@HOST:PORT/DATABASE`.",
        of: |s| &mut s.store.postgres.url,
    },
    Setting {
        path: "store.postgres.url_file",
        about: "A file with that URL.",
        of: |s| &mut s.store.postgres.url_file,
    },
    Setting {
        path: "store.postgres.tls",
        about: "How far the connection is protected: `disable`, `prefer` (if the server can), `require` (with whoever answers), `verify-ca` (with a server that a trusted authority knows), `verify-full` (and by this name). `auto`: what the URL says, else `prefer` on this machine and `verify-full` elsewhere.",
        of: |s| &mut s.store.postgres.tls,
    },
    Setting {
        path: "store.postgres.root_certificate",
        about: "Certificates of the authorities to trust, in PEM; else those of the system.",
        of: |s| &mut s.store.postgres.root_certificate,
    },
    Setting {
        path: "store.postgres.client_certificate",
        about: "The certificate to show, in PEM.",
        of: |s| &mut s.store.postgres.client_certificate,
    },
    Setting {
        path: "store.postgres.client_key",
        about: "Its key, in PEM.",
        of: |s| &mut s.store.postgres.client_key,
    },
    Setting {
        path: "store.postgres.pool_min",
        about: "Connections for reads that are kept open.",
        of: |s| &mut s.store.postgres.pool_min,
    },
    Setting {
        path: "store.postgres.pool_max",
        about: "Connections for reads at most; one more appends, one hears the bell.",
        of: |s| &mut s.store.postgres.pool_max,
    },
    Setting {
        path: "store.postgres.connect_timeout",
        about: "How long a connection may take to be made.",
        of: |s| &mut s.store.postgres.connect_timeout,
    },
    Setting {
        path: "store.postgres.acquire_timeout",
        about: "How long a read may wait for a connection, and for a database that does not answer.",
        of: |s| &mut s.store.postgres.acquire_timeout,
    },
    Setting {
        path: "store.postgres.statement_timeout",
        about: "How long a statement may take.",
        of: |s| &mut s.store.postgres.statement_timeout,
    },
    Setting {
        path: "store.postgres.append_deadline",
        about: "How long a write is tried again when its connection breaks, before its outcome is unknown.",
        of: |s| &mut s.store.postgres.append_deadline,
    },
    Setting {
        path: "store.mysql.url",
        about: "Where the database is, and who asks: `mysql://USER:PASSWORD@HOST:PORT/DATABASE`.",
        of: |s| &mut s.store.mysql.url,
    },
    Setting {
        path: "store.mysql.url_file",
        about: "A file with that URL.",
        of: |s| &mut s.store.mysql.url_file,
    },
    Setting {
        path: "store.mysql.tls",
        about: "How far the connection is protected: `disable`, `prefer` (if the server can), `require` (with whoever answers), `verify-ca` (with a server that a trusted authority knows), `verify-full` (and by this name). `auto`: what the URL says, else `prefer` on this machine and `verify-full` elsewhere.",
        of: |s| &mut s.store.mysql.tls,
    },
    Setting {
        path: "store.mysql.root_certificate",
        about: "Certificates of the authorities to trust, in PEM; else those of the system.",
        of: |s| &mut s.store.mysql.root_certificate,
    },
    Setting {
        path: "store.mysql.client_certificate",
        about: "The certificate to show, in PEM.",
        of: |s| &mut s.store.mysql.client_certificate,
    },
    Setting {
        path: "store.mysql.client_key",
        about: "Its key, in PEM.",
        of: |s| &mut s.store.mysql.client_key,
    },
    Setting {
        path: "store.mysql.pool_min",
        about: "Connections for reads that are kept open.",
        of: |s| &mut s.store.mysql.pool_min,
    },
    Setting {
        path: "store.mysql.pool_max",
        about: "Connections for reads at most; one more appends.",
        of: |s| &mut s.store.mysql.pool_max,
    },
    Setting {
        path: "store.mysql.connect_timeout",
        about: "How long a connection may take to be made.",
        of: |s| &mut s.store.mysql.connect_timeout,
    },
    Setting {
        path: "store.mysql.acquire_timeout",
        about: "How long a read may wait for a connection, and for a database that does not answer.",
        of: |s| &mut s.store.mysql.acquire_timeout,
    },
    Setting {
        path: "store.mysql.statement_timeout",
        about: "How long a statement may take.",
        of: |s| &mut s.store.mysql.statement_timeout,
    },
    Setting {
        path: "store.mysql.append_deadline",
        about: "How long a write is tried again when its connection breaks, before its outcome is unknown.",
        of: |s| &mut s.store.mysql.append_deadline,
    },
];
