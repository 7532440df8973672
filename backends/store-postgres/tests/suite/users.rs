//! Users of the database.

use holdfast_services::{Postgres, PostgresOptions};
use holdfast_store_postgres::PostgresSettings;
use holdfast_testkit::shared_suite::append;

use crate::{block_on, fresh, open};

/// A user who may use the schema and nothing else.
#[test]
fn an_ordinary_user_is_enough() {
    let Some(postgres) = Postgres::start("an ordinary user on PostgreSQL") else { return };
    postgres.psql("holdfast", "CREATE USER app; CREATE SCHEMA mine AUTHORIZATION app");
    block_on(async {
        let url = postgres.url().replace("//holdfast@", "//app@");
        let settings = PostgresSettings { schema: "mine".into(), ..PostgresSettings::new(url) };
        let store = open(&settings).await;
        assert_eq!(append(&*store, &["v"]).await, 1);
        let elsewhere = PostgresSettings { schema: "not_mine".into(), ..settings };
        let refused = holdfast_store_postgres::open(&elsewhere).await.expect_err("no right");
        assert!(refused.to_string().contains("permission denied"), "{refused}");
    });
}

#[test]
fn a_wrong_password_is_said_without_it() {
    let options = PostgresOptions { password: Some("right".into()), ..PostgresOptions::default() };
    let Some(postgres) = Postgres::start_with("passwords on PostgreSQL", options) else { return };
    block_on(async {
        assert_eq!(append(&*open(&fresh(&postgres)).await, &["v"]).await, 1);
        let url = postgres.url().replace(":right@", ":hunter2@");
        let refused =
            holdfast_store_postgres::open(&PostgresSettings::new(url)).await.expect_err("wrong");
        let told = format!("{refused} {refused:?}");
        assert!(
            told.contains("password authentication failed") && !told.contains("hunter2"),
            "{told}"
        );
    });
}
