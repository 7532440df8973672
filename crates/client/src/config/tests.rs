//! What is kept in memory, over a log in memory.

use super::*;
use crate::Write;
use crate::sources::{Fault, Memory};

async fn number(namespace: &Namespace) -> u64 {
    let value = namespace.get("a").await.expect("an answer");
    assert!(!value.is_stale(), "{value:?}");
    value.decode().expect("a number")
}

#[tokio::test]
async fn what_is_lent_is_stale_when_a_read_would_be() -> Result<(), Error> {
    let staleness = std::time::Duration::from_millis(500);
    let memory = Memory::new();
    memory.set("n", "a", &1)?;
    let config = Config::over(memory.clone()).max_staleness(staleness).open()?;
    let namespace = config.namespace("n");
    assert!(namespace.lend("a", |_, _| ()).is_none(), "nothing is known yet");
    namespace.ready().await?;
    assert_eq!(namespace.lend("a", |entry, stale| (entry.revision, stale)), Some((1, None)));
    memory.suffer(Fault::Silent);
    tokio::time::sleep(staleness * 2).await;
    let age = namespace.lend("a", |_, stale| stale).expect("the last known value");
    assert!(age.is_some_and(|age| age > staleness), "{age:?}");
    config.close().await;
    assert!(namespace.lend("a", |_, _| ()).is_none());
    Ok(())
}

#[tokio::test]
async fn a_write_that_an_earlier_attempt_made_is_read_again() -> Result<(), Error> {
    let memory = Memory::new();
    memory.set("n", "a", &1)?;
    let config = Config::over(memory.clone()).open()?;
    let namespace = config.namespace("n");
    namespace.ready().await?;
    assert_eq!(number(&namespace).await, 1);
    // From here on nothing is told: what is seen was looked at.
    memory.suffer(Fault::WatchSilent);
    let mut batch = Batch::new().and(Write::put("n", "a", "2", "json"));
    batch.idempotency_key = "the first".to_owned();
    memory.apply(&batch)?;
    assert!(config.commit(batch.clone()).await?.replayed);
    assert_eq!(number(&namespace).await, 2, "whoever wrote sees it");
    memory.set("n", "a", &3)?;
    assert!(config.commit(batch).await?.replayed);
    assert_eq!(number(&namespace).await, 3, "somebody else wrote over it meanwhile");
    Ok(())
}
