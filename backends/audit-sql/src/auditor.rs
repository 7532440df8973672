//! The auditor that keeps rows.

use std::fmt;
use std::net::IpAddr;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::str::FromStr as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use holdfast_auth::{AuditError, Auditor, Record};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions, PgSslMode};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{AssertSqlSafe, PgPool, SqlitePool};

use crate::row::Row;
use crate::settings::{SettingsError, SqlSettings};
use crate::table::TableName;

/// What `SqlAuditor` calls itself.
const NAME: &str = "sql";
/// Two makers of one table at the same moment: PostgreSQL tells one of them so in spite of IF NOT EXISTS.
/// In which words depends on how far the other one was: its row, its type or the table itself was there first.
const MADE_MEANWHILE: [&str; 3] = ["23505", "42710", "42P07"];

/// Keeps records as rows of a table. Connections are made when they are needed, and again after they broke; the table is
/// made before the first record, and again when it has gone.
///
/// A record that failed, by its time limit for instance, may have been kept all the same.
pub struct SqlAuditor {
    database: Database,
    table: TableName,
    create: bool,
    timeout: Duration,
    /// The table was there when a record was kept last.
    there: AtomicBool,
}

enum Database {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

impl SqlAuditor {
    /// Reads the settings; the database is not asked yet. Has to be called inside a Tokio runtime, which looks after the
    /// connections.
    ///
    /// # Errors
    /// [`SettingsError`].
    pub fn new(settings: &SqlSettings) -> Result<Self, SettingsError> {
        let table = TableName::new(&settings.table)?;
        let scheme = settings.url.split(':').next().unwrap_or_default();
        let database = match scheme {
            "sqlite" => Database::Sqlite(sqlite(settings)?),
            "postgres" | "postgresql" => Database::Postgres(postgres(settings)?),
            _ => return Err(SettingsError::Kind),
        };
        Ok(Self {
            database,
            table,
            create: settings.create,
            timeout: settings.timeout,
            there: AtomicBool::new(false),
        })
    }

    /// Makes the table unless it is there.
    ///
    /// # Errors
    /// What the database says, or that it took too long.
    pub async fn create_table(&self) -> Result<(), AuditError> {
        self.in_time(self.make_table()).await
    }

    /// Gives the connections back.
    pub async fn close(&self) {
        match &self.database {
            Database::Sqlite(pool) => pool.close().await,
            Database::Postgres(pool) => pool.close().await,
        }
    }

    async fn make_table(&self) -> Result<(), sqlx::Error> {
        let made = match &self.database {
            Database::Sqlite(pool) => {
                let statement = AssertSqlSafe(self.table.create_sqlite());
                sqlx::query(statement).execute(pool).await.map(drop)
            }
            Database::Postgres(pool) => {
                let statement = AssertSqlSafe(self.table.create_postgres());
                sqlx::query(statement).execute(pool).await.map(drop)
            }
        };
        match made {
            Err(sqlx::Error::Database(error))
                if error.code().is_some_and(|code| MADE_MEANWHILE.contains(&&*code)) =>
            {
                Ok(())
            }
            made => made,
        }
    }

    async fn insert(&self, row: Row) -> Result<(), sqlx::Error> {
        if self.create && !self.there.load(Ordering::Acquire) {
            self.make_table().await?;
        }
        // Both libraries take the same binds, but as different types.
        macro_rules! insert {
            ($statement:expr, $pool:expr) => {
                sqlx::query(AssertSqlSafe($statement))
                    .bind(row.ts)
                    .bind(row.user_id)
                    .bind(row.operation)
                    .bind(row.namespace)
                    .bind(row.key)
                    .bind(row.value)
                    .bind(row.codec)
                    .bind(row.metadata)
                    .execute($pool)
                    .await
                    .map(drop)
            };
        }
        let kept = match &self.database {
            Database::Sqlite(pool) => insert!(self.table.insert_sqlite(), pool),
            Database::Postgres(pool) => insert!(self.table.insert_postgres(), pool),
        };
        self.there.store(kept.is_ok(), Ordering::Release);
        kept
    }

    async fn in_time(
        &self,
        work: impl Future<Output = Result<(), sqlx::Error>>,
    ) -> Result<(), AuditError> {
        let why = match tokio::time::timeout(self.timeout, work).await {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(error)) => error.to_string(),
            Err(_) => format!("no answer from the database within {:?}", self.timeout),
        };
        Err(AuditError { auditor: NAME.into(), why })
    }
}

#[async_trait]
impl Auditor for SqlAuditor {
    fn name(&self) -> &str {
        NAME
    }

    async fn record(&self, record: &Record) -> Result<(), AuditError> {
        self.in_time(self.insert(Row::from(record))).await
    }
}

impl fmt::Debug for SqlAuditor {
    /// Without the connections: they know the password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqlAuditor").field("table", &self.table).finish_non_exhaustive()
    }
}

fn sqlite(settings: &SqlSettings) -> Result<SqlitePool, SettingsError> {
    let options = SqliteConnectOptions::from_str(&settings.url).map_err(refused)?;
    if !(settings.url.contains(":memory:") || settings.url.contains("mode=memory")) {
        make_private(options.get_filename());
    }
    let options = options
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(settings.timeout);
    // There is one writer at a time in any case.
    let pool = SqlitePoolOptions::new().max_connections(1).acquire_timeout(settings.timeout);
    Ok(pool.connect_lazy_with(options))
}

/// A file that only its owner may read; what keeps it from being made the database will say with every record.
fn make_private(path: &Path) {
    let mut options = std::fs::OpenOptions::new();
    if let Err(error) = options.write(true).create_new(true).mode(0o600).open(path) {
        tracing::debug!(%error, "no new audit database");
    }
}

fn postgres(settings: &SqlSettings) -> Result<PgPool, SettingsError> {
    let mut options = PgConnectOptions::from_str(&settings.url).map_err(refused)?;
    if !settings.url.contains("sslmode=") && !is_here(&options) {
        options = options.ssl_mode(PgSslMode::VerifyFull);
    }
    let options = options.application_name("holdfast-audit");
    let pool = PgPoolOptions::new()
        .max_connections(settings.connections.get())
        .acquire_timeout(settings.timeout);
    Ok(pool.connect_lazy_with(options))
}

/// A socket, or an address of this machine.
fn is_here(options: &PgConnectOptions) -> bool {
    let host = options.get_host().trim_matches(['[', ']']);
    options.get_socket().is_some()
        || host.starts_with('/')
        || host == "localhost"
        || host.parse().is_ok_and(|address: IpAddr| address.is_loopback())
}

/// What is wrong with a URL, without the URL.
fn refused(error: sqlx::Error) -> SettingsError {
    let why = match error {
        sqlx::Error::Configuration(error) => error.to_string(),
        other => other.to_string(),
    };
    SettingsError::Url(why)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_elsewhere_has_to_prove_who_it_is() {
        let mode = |url: &str| {
            let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
            let _inside = runtime.enter();
            let pool = postgres(&SqlSettings::new(url)).expect("a URL");
            format!("{:?}", pool.connect_options().get_ssl_mode())
        };
        assert_eq!(mode("postgres://u@db.example/a"), "VerifyFull");
        assert_eq!(mode("postgres://u@db.example/a?sslmode=disable"), "Disable");
        for here in ["localhost", "127.0.0.1", "[::1]", "%2Fvar%2Frun"] {
            assert_eq!(mode(&format!("postgres://u@{here}/a")), "Prefer", "{here}");
        }
    }

    #[test]
    fn nothing_prints_a_password() {
        let settings = SqlSettings::new("postgres://u:hunter2@h/a?sslmode=none");
        let refused = SqlAuditor::new(&settings).expect_err("no such mode");
        assert!(!format!("{settings:?} {refused:?} {refused}").contains("hunter2"));
        for bad in ["", "mysql://u:hunter2@h/a", "postgres://u:hunter2@h:port/a"] {
            let refused = SqlAuditor::new(&SqlSettings::new(bad)).expect_err("no database");
            assert!(!refused.to_string().contains("hunter2"), "{refused}");
        }
    }
}
