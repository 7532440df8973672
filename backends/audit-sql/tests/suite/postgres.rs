//! PostgreSQL, a server of the test's own.

use std::time::Duration;

use holdfast_audit_sql::{SqlAuditor, SqlSettings};
use holdfast_auth::Auditor;
use holdfast_services::Postgres;
use sqlx::postgres::PgConnection;
use sqlx::{Connection, Row as _};

use crate::contract::{Row, check};
use crate::{block_on, record};

async fn rows(url: &str) -> Vec<Row> {
    let select = "SELECT to_char(ts AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US'), user_id, operation, \
                  namespace, key, value, codec, metadata FROM config_audit_log ORDER BY key COLLATE \"C\"";
    let mut database = PgConnection::connect(url).await.expect("a connection");
    let rows = sqlx::query(select).fetch_all(&mut database).await.expect("rows");
    database.close().await.expect("closed");
    let mut rows: Vec<Row> =
        rows.iter().map(|row| std::array::from_fn(|column| row.get(column))).collect();
    for row in &mut rows {
        row[0] = format!("{}Z", row[0].trim_end_matches('0'));
    }
    rows
}

#[test]
fn rows_are_as_the_contract_says() {
    let Some(postgres) = Postgres::start("audit in PostgreSQL") else { return };
    block_on(async {
        let url = postgres.socket_url();
        check(&url, || rows(&url)).await;
        let mut database = PgConnection::connect(&url).await.expect("a connection");
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
                let auditor =
                    SqlAuditor::new(&SqlSettings::new(postgres.socket_url())).expect("settings");
                tokio::spawn(async move { auditor.record(&record(number)).await })
            })
            .collect();
        for call in calls {
            call.await.expect("no panic").expect("kept");
        }
        assert_eq!(rows(&postgres.socket_url()).await.len(), 12);
    });
}

#[test]
fn a_server_that_went_away_is_an_error_until_it_is_back() {
    let Some(postgres) = Postgres::start("audit in PostgreSQL, restarted") else { return };
    let settings =
        SqlSettings { timeout: Duration::from_secs(2), ..SqlSettings::new(postgres.socket_url()) };
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.expect("a runtime");
    let auditor = runtime.block_on(async { SqlAuditor::new(&settings).expect("settings") });
    runtime.block_on(auditor.record(&record(1))).expect("kept");
    postgres.service().kill();
    for number in 2..4 {
        let error = runtime.block_on(auditor.record(&record(number))).expect_err("nobody there");
        assert_eq!(error.auditor, "sql");
    }
    postgres.service().run();
    // The first call may still find a connection of before.
    let kept = (0..20).any(|_| runtime.block_on(auditor.record(&record(4))).is_ok());
    assert!(kept, "it connects again");
    let rows = runtime.block_on(rows(&postgres.socket_url()));
    let keys: Vec<&str> = rows.iter().map(|row| row[4].as_str()).collect();
    assert!(keys.contains(&"k1") && keys.contains(&"k4"), "{keys:?}");
}
