//! Servers that have to prove who they are, and clients that do.

use std::path::Path;
use std::time::Duration;

use holdfast_services::{MariaDb, MariaDbOptions};
use holdfast_store_mysql::{MySqlSettings, Tls, TlsMode};
use holdfast_testkit::shared_suite::append;

use crate::{block_on, fresh, open};

#[test]
fn a_server_is_verified_as_the_settings_say() {
    let options = MariaDbOptions { tls: true, ..MariaDbOptions::default() };
    let Some(mariadb) = MariaDb::start_with("TLS to MariaDB", options) else { return };
    let ours = mariadb.certificates().expect("it has some");
    block_on(async {
        let with = |mode, root: Option<&Path>| {
            let root_certificate = root.map(Into::into);
            let tls = Tls { mode: Some(mode), root_certificate, ..Tls::default() };
            MySqlSettings { tls, ..fresh(&mariadb) }
        };
        // Whoever comes in speaks TLS.
        mariadb.sql("ALTER USER holdfast REQUIRE SSL");
        let plain = holdfast_store_mysql::open(&with(TlsMode::Disable, None)).await;
        assert!(plain.expect_err("no TLS").to_string().contains("Access denied"));
        for mode in [TlsMode::VerifyFull, TlsMode::VerifyCa, TlsMode::Require, TlsMode::Prefer] {
            let store = open(&with(mode, Some(&ours.ca))).await;
            assert_eq!(append(&*store, &["v"]).await, 1, "{mode:?}");
        }
        for mode in [TlsMode::VerifyFull, TlsMode::VerifyCa] {
            let soon = Duration::from_millis(300);
            let unknown = MySqlSettings { append_deadline: soon, ..with(mode, None) };
            let opened = holdfast_store_mysql::open(&unknown).await;
            let refused = opened.expect_err("no authority that is known");
            assert!(refused.to_string().contains("certificate"), "{refused}");
        }
        // A user who has to show a certificate.
        mariadb.sql("ALTER USER holdfast REQUIRE X509");
        let tls = Tls {
            mode: Some(TlsMode::VerifyFull),
            root_certificate: Some(ours.ca.clone()),
            client_certificate: Some(ours.client_cert.clone()),
            client_key: Some(ours.client_key.clone()),
        };
        let nobody = Tls { client_certificate: None, client_key: None, ..tls.clone() };
        let without = MySqlSettings { tls: nobody, ..fresh(&mariadb) };
        let refused = holdfast_store_mysql::open(&without).await.expect_err("no certificate");
        let refused = refused.to_string();
        assert!(
            refused.contains("Access denied") && !refused.contains("holdfast:holdfast"),
            "{refused}"
        );
        append(&*open(&MySqlSettings { tls, ..fresh(&mariadb) }).await, &["v"]).await;
    });
}
