//! The contract of sources over an engine in this process.

use std::sync::Arc;

use holdfast_client::sources::suite::{self, Subject, Through};
use holdfast_client::{Batch, Config, Error, Kind, Source, Write};
use holdfast_embed::Embedded;

async fn keeps_the_contract(embedded: Embedded) {
    let subject = Subject::new(Arc::new(embedded.clone()), "suite");
    suite::reads(&subject, &Through(subject.clone())).await;
    suite::writes(&subject).await;
    embedded.shutdown().await;
    let late = Batch::new().and(Write::put("suite", "late", "1", "json"));
    assert_eq!(embedded.commit(late).await.expect_err("shut down").kind(), Kind::Unavailable);
}

#[tokio::test]
async fn in_memory() {
    keeps_the_contract(Embedded::in_memory().await.expect("open")).await;
}

#[tokio::test]
async fn in_a_directory() {
    let directory = tempfile::tempdir().expect("a directory");
    keeps_the_contract(Embedded::at(directory.path()).await.expect("open")).await;
}

#[tokio::test]
async fn what_was_written_is_there_the_next_time() -> Result<(), Error> {
    let directory = tempfile::tempdir().expect("a directory");
    for time in 1..=2_u64 {
        let embedded = Embedded::at(directory.path()).await?;
        let config = Config::over(embedded.clone()).open()?;
        let app = config.namespace("app");
        let before = app.get("count").await.ok().map(|value| value.as_i64().expect("a number"));
        assert_eq!(before, (time == 2).then_some(1));
        app.set("count", &time).await?;
        let live = app.live::<u64>("count").await?;
        assert_eq!(*live.get(), time);
        config.close().await;
        drop((live, app, config));
        embedded.shutdown().await;
    }
    Ok(())
}

#[tokio::test]
async fn a_directory_that_cannot_be_one_is_refused() {
    let file = tempfile::NamedTempFile::new().expect("a file");
    assert!(Embedded::at(file.path()).await.is_err());
}
