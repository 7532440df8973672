//! Migrations, and rows that somebody else changed.

use holdfast_model::Revision;
use holdfast_services::{Postgres, PostgresOptions};
use holdfast_store::{At, PageLimit, Scan, Store, StoreError};
use holdfast_store_postgres::PostgresSettings;
use holdfast_testkit::scribe::key;

use crate::nodes::append;
use crate::{block_on, fresh, open};

#[test]
fn many_nodes_may_open_an_empty_database_at_once() {
    let Some(postgres) = Postgres::start("many first nodes on PostgreSQL") else { return };
    block_on(async {
        let settings = fresh(&postgres);
        let opening: Vec<_> = (0..6)
            .map(|_| {
                let settings = settings.clone();
                tokio::spawn(async move { open(&settings).await.head().await.expect("a head") })
            })
            .collect();
        let mut logs = Vec::new();
        for opening in opening {
            logs.push(opening.await.expect("no panic").log);
        }
        logs.dedup();
        assert_eq!(logs.len(), 1, "one log, made once");
        let sql = format!("SELECT count(*), max(version) FROM {}.migrations", settings.schema);
        assert_eq!(postgres.psql("holdfast", &sql), "2|2");
    });
}

#[test]
fn tables_of_a_newer_release_are_refused() {
    let Some(postgres) = Postgres::start("newer tables on PostgreSQL") else { return };
    block_on(async {
        let settings = fresh(&postgres);
        drop(open(&settings).await);
        let newer = format!("INSERT INTO {}.migrations (version) VALUES (99)", settings.schema);
        postgres.psql("holdfast", &newer);
        let refused = holdfast_store_postgres::open(&settings).await.expect_err("too new");
        let StoreError::Refused(told) = refused else { panic!("{refused:?}") };
        assert!(told.contains("version 99") && told.contains("newer release"), "{told}");
    });
}

/// A user who may use the schema and nothing else.
#[test]
fn an_ordinary_user_is_enough() {
    let Some(postgres) = Postgres::start("an ordinary user on PostgreSQL") else { return };
    postgres.psql("holdfast", "CREATE USER app; CREATE SCHEMA mine AUTHORIZATION app");
    block_on(async {
        let url = postgres.url().replace("//holdfast@", "//app@");
        let settings = PostgresSettings { schema: "mine".into(), ..PostgresSettings::new(url) };
        let store = open(&settings).await;
        assert_eq!(append(&*store, &["v".into()]).await, 1);
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
        assert_eq!(append(&*open(&fresh(&postgres)).await, &["v".into()]).await, 1);
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

#[test]
fn rows_that_were_changed_are_said_with_their_place_and_a_remedy() {
    let Some(postgres) = Postgres::start("changed rows on PostgreSQL") else { return };
    block_on(async {
        let damages = [
            ("UPDATE history SET body = set_byte(body, 3, get_byte(body, 3) # 1)", "history"),
            ("UPDATE history SET value_len = 1", "history"),
            (
                "UPDATE log SET canonical = set_byte(canonical, 20, get_byte(canonical, 20) # 1)",
                "log",
            ),
            ("UPDATE large_values SET value = set_byte(value, 9, get_byte(value, 9) # 1)", "log"),
            (
                "UPDATE large_values SET value = set_byte(value, 9, get_byte(value, 9) # 1)",
                "history",
            ),
            ("DELETE FROM large_values", "history"),
            ("DELETE FROM log WHERE revision = 1", "log"),
            ("UPDATE head SET revision = -4", "head"),
        ];
        for (damage, table) in damages {
            let settings = fresh(&postgres);
            let store = open(&settings).await;
            let large = "x".repeat(2_000);
            for value in [&large, "small"] {
                append(&*store, &[value[..value.len().min(900)].to_owned()]).await;
            }
            postgres.psql("holdfast", &format!("SET search_path = {}; {damage}", settings.schema));
            let failed = match table {
                "history" => {
                    let key = key("race", &large[..900]);
                    store.get_many(&[key], At::Latest).await.map(drop)
                }
                "log" => store.commits(Revision::ZERO, usize::MAX).await.map(drop),
                _ => store.head().await.map(drop),
            };
            let Err(StoreError::Corrupt { place, what }) = failed else {
                panic!("{damage}: {failed:?}")
            };
            assert!(place.contains(table) && what.contains("restore"), "{damage}: {place}: {what}");
            let side = Scan::Side { prefix: "".into(), after: None };
            let goes_on = store.scan(&side, At::Latest, PageLimit::rows(1)).await;
            assert!(goes_on.is_ok() || table == "head", "{goes_on:?}");
        }
    });
}
