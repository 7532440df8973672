//! Servers that have to prove who they are, and clients that do.

use holdfast_services::{Postgres, PostgresOptions};
use holdfast_store_postgres::{PostgresSettings, Tls, TlsMode};
use holdfast_testkit::shared_suite::append;

use crate::{block_on, fresh, open};

#[test]
fn a_server_is_verified_as_the_settings_say() {
    let options = PostgresOptions { tls: true, ..PostgresOptions::default() };
    let Some(postgres) = Postgres::start_with("TLS to PostgreSQL", options) else { return };
    let ours = postgres.certificates().expect("it has some");
    block_on(async {
        let with = |mode, root: Option<&std::path::Path>| {
            let tls =
                Tls { mode: Some(mode), root_certificate: root.map(Into::into), ..Tls::default() };
            PostgresSettings { tls, ..fresh(&postgres) }
        };
        for mode in [TlsMode::VerifyFull, TlsMode::VerifyCa, TlsMode::Require, TlsMode::Prefer] {
            let store = open(&with(mode, Some(&ours.ca))).await;
            assert_eq!(append(&*store, &["v"]).await, 1, "{mode:?}");
            let encrypted = "SELECT count(*) > 0, count(*) = count(*) FILTER (WHERE ssl) FROM pg_stat_ssl \
                 JOIN pg_stat_activity USING (pid) WHERE application_name = 'holdfast'";
            assert_eq!(postgres.psql("holdfast", encrypted), "t|t", "{mode:?}");
        }
        for mode in [TlsMode::VerifyFull, TlsMode::VerifyCa] {
            let unknown = PostgresSettings {
                append_deadline: std::time::Duration::from_millis(300),
                ..with(mode, None)
            };
            let opened = holdfast_store_postgres::open(&unknown).await;
            let refused = opened.expect_err("no authority that is known");
            assert!(refused.to_string().contains("certificate"), "{refused}");
        }
        let client = Tls {
            mode: Some(TlsMode::VerifyFull),
            root_certificate: Some(ours.ca.clone()),
            client_certificate: Some(ours.client_cert.clone()),
            client_key: Some(ours.client_key.clone()),
        };
        let store = open(&PostgresSettings { tls: client, ..fresh(&postgres) }).await;
        append(&*store, &["v"]).await;
        let shown = "SELECT count(*) > 0 FROM pg_stat_ssl WHERE client_dn LIKE '%CN=%'";
        assert_eq!(postgres.psql("holdfast", shown), "t");
    });
}
