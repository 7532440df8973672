//! The shared suite of channels over LISTEN and NOTIFY.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use holdfast_channel::{EventChannel, Heard, Subject};
use holdfast_services::Postgres;
use holdfast_store_postgres::{PostgresChannel, PostgresSettings};
use holdfast_testkit::channel_suite::{self, Backend};

use crate::{block_on, fresh};

struct Place<'a>(&'a Postgres, PostgresSettings);

#[async_trait]
impl Backend for Place<'_> {
    async fn open(&self) -> Arc<dyn EventChannel> {
        Arc::new(PostgresChannel::new(&self.1).expect("settings"))
    }

    async fn interrupt(&self) {
        tokio::task::block_in_place(|| self.0.service().restart());
    }
}

#[test]
fn conformance() {
    let Some(postgres) = Postgres::start("the channel suite on PostgreSQL") else { return };
    block_on(channel_suite::run(async || Place(&postgres, fresh(&postgres))));
}

/// Connections that are cut one by one, while the server stays.
#[test]
fn a_connection_that_is_killed_is_a_gap() {
    let Some(postgres) = Postgres::start("a killed bell on PostgreSQL") else { return };
    block_on(async {
        let settings = fresh(&postgres);
        let channel = PostgresChannel::new(&settings).expect("settings");
        let subject = Subject::new("holdfast.log.1").expect("a subject");
        let mut heard = channel.subscribe(&subject).await.expect("subscribed");
        for _ in 0..3 {
            let kill =
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'";
            postgres.psql("holdfast", kill);
            let rung = async {
                while heard.next().await.expect("open") != Heard::Gap {}
                let message = Heard::Message(Bytes::from_static(b"\0r\xff"));
                loop {
                    // The gap may have been that of an earlier break.
                    let _ = channel.publish(&subject, Bytes::from_static(b"\0r\xff")).await;
                    let soon = tokio::time::timeout(Duration::from_millis(300), heard.next()).await;
                    if soon == Ok(Some(message.clone())) {
                        break;
                    }
                }
            };
            tokio::time::timeout(Duration::from_secs(30), rung).await.expect("heard in time");
        }
    });
}
