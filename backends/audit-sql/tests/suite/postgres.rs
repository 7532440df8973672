//! PostgreSQL, a server of the test's own.

use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use holdfast_audit_sql::{SqlAuditor, SqlSettings};
use holdfast_auth::Auditor;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions, Connection, Row as _};
use tempfile::TempDir;

use crate::contract::{Row, check};
use crate::{block_on, record, skipped};

/// The user that the server runs as when the test is root, which PostgreSQL refuses: nobody.
const NOBODY: u32 = 65_534;

/// Where the programs of the newest installed release are.
fn programs() -> Option<PathBuf> {
    let releases = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    let mut found: Vec<(u32, PathBuf)> = releases
        .filter_map(|release| {
            let path = release.ok()?.path();
            let number = path.file_name()?.to_str()?.parse().ok()?;
            path.join("bin/initdb").is_file().then(|| (number, path.join("bin")))
        })
        .collect();
    found.sort();
    found.pop().map(|(_, path)| path)
}

struct Postgres {
    programs: PathBuf,
    directory: TempDir,
    server: Option<Child>,
}

impl Postgres {
    /// `None`, and said so, where it is not installed.
    fn start(suite: &str) -> Option<Self> {
        let Some(programs) = programs() else {
            skipped(suite, "PostgreSQL is not installed (`make setup` does that)");
            return None;
        };
        let directory = tempfile::tempdir().expect("a directory");
        let mut postgres = Self { programs, directory, server: None };
        if postgres.is_root() {
            chown(postgres.path(), Some(NOBODY), Some(NOBODY)).expect("given away");
        }
        let made = postgres
            .command("initdb")
            .args(["-A", "trust", "-U", "audit", "-E", "UTF8", "-N", "-D"])
            .arg(postgres.data())
            .output();
        let made = made.expect("initdb runs");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        postgres.run();
        Some(postgres)
    }

    fn path(&self) -> &Path {
        self.directory.path()
    }

    fn data(&self) -> PathBuf {
        self.path().join("data")
    }

    fn is_root(&self) -> bool {
        std::os::unix::fs::MetadataExt::uid(&std::fs::metadata("/proc/self").expect("a process"))
            == 0
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.programs.join(program));
        command
            .current_dir(self.path())
            .env_clear()
            .env("LC_ALL", "C")
            .env("PATH", "/usr/bin:/bin");
        if self.is_root() {
            command.uid(NOBODY).gid(NOBODY);
        }
        command
    }

    fn run(&mut self) {
        let mut command = self.command("postgres");
        command.arg("-D").arg(self.data()).arg("-k").arg(self.path());
        command.args([
            "-c",
            "listen_addresses=",
            "-c",
            "fsync=off",
            "-c",
            "log_min_messages=fatal",
        ]);
        let server = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        self.server = Some(server.expect("postgres runs"));
        for _ in 0..600 {
            if block_on(self.options().connect()).is_ok() {
                return;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        panic!("PostgreSQL does not answer");
    }

    /// At once, as a machine that loses power stops it.
    fn stop(&mut self) {
        if let Some(mut server) = self.server.take() {
            let pid = server.id().to_string();
            let told = Command::new("kill").args(["-QUIT", &pid]).status();
            assert!(told.expect("kill runs").success());
            server.wait().expect("it ends");
        }
    }

    fn options(&self) -> PgConnectOptions {
        let options = PgConnectOptions::new_without_pgpass();
        options.socket(self.path()).username("audit").database("postgres")
    }

    fn url(&self) -> String {
        format!("postgres://audit@localhost/postgres?host={}", self.path().display())
    }

    async fn connect(&self) -> PgConnection {
        self.options().connect().await.expect("a connection")
    }

    async fn rows(&self) -> Vec<Row> {
        let select = "SELECT to_char(ts AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US'), user_id, operation, \
                      namespace, key, value, codec, metadata FROM config_audit_log ORDER BY key COLLATE \"C\"";
        let mut database = self.connect().await;
        let rows = sqlx::query(select).fetch_all(&mut database).await.expect("rows");
        database.close().await.expect("closed");
        let mut rows: Vec<Row> =
            rows.iter().map(|row| std::array::from_fn(|column| row.get(column))).collect();
        for row in &mut rows {
            row[0] = format!("{}Z", row[0].trim_end_matches('0'));
        }
        rows
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.stop();
    }
}

#[test]
fn rows_are_as_the_contract_says() {
    let Some(postgres) = Postgres::start("audit in PostgreSQL") else { return };
    block_on(async {
        check(&postgres.url(), || postgres.rows()).await;
        let mut database = postgres.connect().await;
        let columns = sqlx::query(
            "SELECT column_name::text, data_type::text, is_nullable::text FROM information_schema.columns \
             WHERE table_name = 'config_audit_log' ORDER BY ordinal_position",
        );
        let columns = columns.fetch_all(&mut database).await.expect("columns");
        let columns: Vec<String> =
            columns.iter().map(|c| [c.get::<String, _>(0), c.get(1), c.get(2)].join(" ")).collect();
        let expected = [
            "id bigint NO",
            "ts timestamp with time zone NO",
            "user_id text NO",
            "operation text NO",
            "namespace text NO",
            "key text NO",
            "value text YES",
            "codec text YES",
            "metadata text YES",
        ];
        assert_eq!(columns, expected);
    });
}

#[test]
fn several_may_make_the_table_at_once() {
    let Some(postgres) = Postgres::start("audit in PostgreSQL, many at once") else { return };
    block_on(async {
        let calls: Vec<_> = (0..12)
            .map(|number| {
                let auditor = SqlAuditor::new(&SqlSettings::new(postgres.url())).expect("settings");
                tokio::spawn(async move { auditor.record(&record(number)).await })
            })
            .collect();
        for call in calls {
            call.await.expect("no panic").expect("kept");
        }
        assert_eq!(postgres.rows().await.len(), 12);
    });
}

#[test]
fn a_server_that_went_away_is_an_error_until_it_is_back() {
    let Some(mut postgres) = Postgres::start("audit in PostgreSQL, restarted") else { return };
    let settings =
        SqlSettings { timeout: Duration::from_secs(2), ..SqlSettings::new(postgres.url()) };
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.expect("a runtime");
    let auditor = runtime.block_on(async { SqlAuditor::new(&settings).expect("settings") });
    runtime.block_on(auditor.record(&record(1))).expect("kept");
    postgres.stop();
    for number in 2..4 {
        let error = runtime.block_on(auditor.record(&record(number))).expect_err("nobody there");
        assert_eq!(error.auditor, "sql");
    }
    postgres.run();
    // The first call may still find a connection of before.
    let kept = (0..20).any(|_| runtime.block_on(auditor.record(&record(4))).is_ok());
    assert!(kept, "it connects again");
    let rows = runtime.block_on(postgres.rows());
    let keys: Vec<&str> = rows.iter().map(|row| row[4].as_str()).collect();
    assert!(keys.contains(&"k1") && keys.contains(&"k4"), "{keys:?}");
}
