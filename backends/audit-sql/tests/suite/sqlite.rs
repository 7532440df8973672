//! SQLite.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::{Duration, Instant};

use holdfast_audit_sql::{SqlAuditor, SqlSettings};
use holdfast_auth::Auditor;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Row as _};

use crate::contract::{Row, check};
use crate::{block_on, record};

async fn connect(path: &Path) -> SqliteConnection {
    SqliteConnectOptions::new().filename(path).connect().await.expect("a database")
}

async fn rows(path: &Path, table: &str) -> Vec<Row> {
    let select = format!(
        "SELECT ts, user_id, operation, namespace, key, value, codec, metadata FROM {table} ORDER BY key"
    );
    let mut database = connect(path).await;
    let rows = sqlx::query(AssertSqlSafe(select)).fetch_all(&mut database).await.expect("rows");
    database.close().await.expect("closed");
    rows.iter().map(|row| std::array::from_fn(|column| row.get(column))).collect()
}

#[test]
fn rows_are_as_the_contract_says() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("audit.db");
    let url = format!("sqlite:{}", path.display());
    block_on(async {
        check(&url, || rows(&path, "config_audit_log")).await;
        let mode = std::fs::metadata(&path).expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let mut database = connect(&path).await;
        let columns = sqlx::query(
            "SELECT name, type, \"notnull\", pk FROM pragma_table_info('config_audit_log')",
        );
        let columns = columns.fetch_all(&mut database).await.expect("columns");
        let columns: Vec<(String, String, i64, i64)> =
            columns.iter().map(|c| (c.get(0), c.get(1), c.get(2), c.get(3))).collect();
        let column = |name: &str, kind: &str, not_null, key| {
            (name.to_owned(), kind.to_owned(), not_null, key)
        };
        let expected = vec![
            column("id", "INTEGER", 0, 1),
            column("ts", "TEXT", 1, 0),
            column("user_id", "TEXT", 1, 0),
            column("operation", "TEXT", 1, 0),
            column("namespace", "TEXT", 1, 0),
            column("key", "TEXT", 1, 0),
            column("value", "TEXT", 0, 0),
            column("codec", "TEXT", 0, 0),
            column("metadata", "TEXT", 0, 0),
        ];
        assert_eq!(columns, expected);
    });
}

#[test]
fn another_table_is_used_and_made_again_when_it_has_gone() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("audit.db");
    let settings = SqlSettings {
        table: "Other_1".into(),
        ..SqlSettings::new(format!("sqlite:{}", path.display()))
    };
    block_on(async {
        let auditor = SqlAuditor::new(&settings).expect("settings");
        auditor.record(&record(1)).await.expect("kept");
        let mut database = connect(&path).await;
        sqlx::query("DROP TABLE Other_1").execute(&mut database).await.expect("dropped");
        database.close().await.expect("closed");
        auditor.record(&record(2)).await.expect_err("no table");
        auditor.record(&record(3)).await.expect("made again");
        assert_eq!(rows(&path, "Other_1").await.len(), 1);
        let strict = SqlSettings { create: false, table: "none".into(), ..settings };
        let error = SqlAuditor::new(&strict).expect("settings").record(&record(4)).await;
        assert!(error.expect_err("no table").why.contains("none"));
    });
}

#[test]
fn a_database_that_does_not_answer_is_an_error_in_time() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("audit.db");
    let timeout = Duration::from_millis(200);
    let url = format!("sqlite:{}", path.display());
    block_on(async {
        let auditor = SqlAuditor::new(&SqlSettings { timeout, ..SqlSettings::new(&url) });
        let auditor = auditor.expect("settings");
        auditor.record(&record(1)).await.expect("kept");
        let mut other = connect(&path).await;
        sqlx::query("BEGIN EXCLUSIVE").execute(&mut other).await.expect("held");
        auditor.record(&record(2)).await.expect_err("held by another");
        sqlx::query("COMMIT").execute(&mut other).await.expect("let go");
        other.close().await.expect("closed");
        // Whether the one before was kept after all nobody can tell. On a busy machine a connection may take longer than the time-out.
        let began = Instant::now();
        while let Err(error) = auditor.record(&record(3)).await {
            assert!(began.elapsed() < Duration::from_secs(30), "{error}");
        }
        let last = rows(&path, "config_audit_log").await.pop().expect("a row");
        assert_eq!(last[4], "k3");
    });
}
