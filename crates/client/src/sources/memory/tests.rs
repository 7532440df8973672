//! The contract over a log in memory, and what tests can do to it.

use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;

use super::{Fault, Memory};
use crate::source::{Follow, Place, Source, Update, Updates, Why};
use crate::sources::suite::{self, Subject, Through};
use crate::{Batch, Error, Kind, Write};

fn follow(after: Option<Place>) -> Follow {
    let every = Duration::from_millis(20);
    Follow { namespace: "n".into(), prefix: "".into(), after, every }
}

async fn first(updates: &mut Updates) -> Update {
    updates.next().await.expect("more").expect("fine")
}

async fn place(memory: &Memory) -> Place {
    let mut updates = memory.follow(follow(None)).await.expect("a watch");
    loop {
        if let Update::Complete { place, .. } = first(&mut updates).await {
            return place.expect("a place");
        }
    }
}

#[tokio::test]
async fn it_keeps_the_contract() {
    let subject = Subject::new(Arc::new(Memory::new()), "suite");
    suite::reads(&subject, &Through(subject.clone())).await;
    suite::writes(&subject).await;
}

#[tokio::test]
async fn a_watch_goes_on_behind_a_place_or_says_why_not() {
    let memory = Memory::new();
    memory.set("n", "a", &1).expect("written");
    let before = place(&memory).await;
    memory.set("n", "a", &2).expect("written");
    let mut updates = memory.follow(follow(Some(before.clone()))).await.expect("a watch");
    assert!(matches!(first(&mut updates).await, Update::Changes { .. }));
    assert!(matches!(first(&mut updates).await, Update::Confirmed { .. }));

    memory.keep_commits(0);
    let end = updates.next().await.expect("still there: it has seen all").expect("fine");
    assert!(matches!(end, Update::Confirmed { .. }), "{end:?}");
    let mut updates = memory.follow(follow(Some(before.clone()))).await.expect("a watch");
    assert_eq!(first(&mut updates).await, Update::Begin(Why::Compacted));

    let other = Batch::new().and(Write::put("n", "b", "1", "json"));
    memory.become_another_log(&other).expect("applied");
    assert_eq!(
        updates.next().await.expect("an end").expect_err("an error").kind(),
        Kind::ForeignLog
    );
    assert!(updates.next().await.is_none());
    let mut updates = memory.follow(follow(Some(before))).await.expect("a watch");
    assert_eq!(first(&mut updates).await, Update::Begin(Why::ForeignLog));
    assert_eq!(memory.revision(), 1);
    assert!(memory.get("n", "a").await.is_err());
}

#[tokio::test]
async fn it_fails_as_it_is_told_to() {
    let memory = Memory::new();
    memory.set("n", "a", &1).expect("written");
    let mut updates = memory.follow(follow(None)).await.expect("a watch");
    memory.suffer(Fault::Failing(Error::new(Kind::Unavailable, "away")));
    assert_eq!(memory.get("n", "a").await.expect_err("away").kind(), Kind::Unavailable);
    assert_eq!(updates.next().await.expect("an end").expect_err("away").kind(), Kind::Unavailable);

    memory.suffer(Fault::Silent);
    let waiting = tokio::spawn({
        let memory = memory.clone();
        async move { memory.get("n", "a").await }
    });
    tokio::task::yield_now().await;
    assert!(!waiting.is_finished());
    memory.mend();
    assert!(waiting.await.expect("joined").is_ok());

    memory.suffer(Fault::AnswersLost(Error::new(Kind::Deadline, "lost")));
    let batch = Batch::new().and(Write::put("n", "a", "2", "json"));
    assert_eq!(memory.commit(batch).await.expect_err("lost").kind(), Kind::Deadline);
    memory.mend();
    assert_eq!(memory.get("n", "a").await.expect("there").version, 2);
}

#[tokio::test]
async fn a_silent_watch_says_nothing_until_it_is_mended() {
    let memory = Memory::new();
    let mut updates = memory.follow(follow(None)).await.expect("a watch");
    memory.suffer(Fault::WatchSilent);
    memory.set("n", "a", &1).expect("written");
    assert!(futures::poll!(updates.next()).is_pending());
    memory.mend();
    assert_eq!(first(&mut updates).await, Update::Begin(Why::First));
}
