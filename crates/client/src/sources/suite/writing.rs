//! What a source that writes has to show as well.

use std::time::Duration;

use super::{Subject, pairs, within};
use crate::{Action, Batch, Error, Kind, OnlyIf, Write};

fn kind<T>(result: &Result<T, Error>) -> Option<Kind> {
    result.as_ref().err().map(Error::kind)
}

async fn version(subject: &Subject, key: &str) -> u64 {
    let entry = subject.source.get(&subject.namespace, key).await;
    entry.map_or(0, |entry| entry.version)
}

pub(super) async fn versions_and_revisions_count(subject: &Subject) {
    let first = subject.put("suite.count", "1").await.expect("written");
    let second = subject.put("suite.count", "2").await.expect("written");
    assert_eq!((first.versions.clone(), second.versions.clone()), (vec![1], vec![2]));
    let counted = first.revision == 0 || second.revision > first.revision;
    assert!(counted, "{first:?} {second:?}");
    let entry = subject.source.get(&subject.namespace, "suite.count").await.expect("there");
    assert_eq!((entry.version, entry.revision), (2, second.revision));
    assert!(entry.created_at < entry.updated_at, "{entry:?}");
    subject.commit(subject.delete("suite.count")).await.expect("deleted");
    let missing = subject.commit(subject.delete("suite.count")).await;
    assert_eq!(kind(&missing), Some(Kind::NotFound));
    let again = subject.put("suite.count", "3").await.expect("written");
    assert_eq!(again.versions, [1], "versions begin anew after a delete");
}

pub(super) async fn conditions_hold_or_nothing_is_written(subject: &Subject) {
    let key = "suite.if";
    let refused = |result: &Result<_, Error>, kinds: &[Kind]| {
        assert!(kind(result).is_some_and(|kind| kinds.contains(&kind)), "{result:?}");
    };
    refused(&subject.put_if(key, "0", OnlyIf::Present).await, &[Kind::NotFound, Kind::Conflict]);
    refused(&subject.put_if(key, "0", OnlyIf::Version(1)).await, &[Kind::NotFound, Kind::Conflict]);
    assert_eq!(version(subject, key).await, 0);
    let made = subject.put_if(key, "1", OnlyIf::Absent).await.expect("absent");
    refused(&subject.put_if(key, "0", OnlyIf::Absent).await, &[Kind::Exists, Kind::Conflict]);
    refused(&subject.put_if(key, "0", OnlyIf::Version(2)).await, &[Kind::Conflict]);
    let before = OnlyIf::Revision(made.revision.wrapping_sub(1));
    refused(&subject.put_if(key, "0", before).await, &[Kind::Conflict]);
    assert_eq!(version(subject, key).await, 1);
    subject.put_if(key, "2", OnlyIf::Version(1)).await.expect("version 1");
    let made = subject.put_if(key, "3", OnlyIf::Present).await.expect("present");
    let this = if made.revision > 0 { OnlyIf::Revision(made.revision) } else { OnlyIf::Version(3) };
    subject.put_if(key, "4", this).await.expect("its revision");
    assert_eq!(version(subject, key).await, 4);
}

pub(super) async fn a_batch_is_applied_as_a_whole(subject: &Subject) {
    subject.put("suite.whole/b", "1").await.expect("written");
    let batch = Batch::new()
        .and(subject.write("suite.whole/a", "1"))
        .and(subject.delete("suite.whole/b"))
        .and(subject.write("suite.whole/c", "1").only_if(OnlyIf::Present));
    assert!(subject.source.commit(batch.clone()).await.is_err());
    assert_eq!(subject.listed("suite.whole/").await, pairs(&[("suite.whole/b", "1")]));
    subject.put("suite.whole/c", "0").await.expect("written");
    let done = subject.source.commit(batch).await.expect("applied");
    assert_eq!(done.versions, [1, 0, 2]);
    let after = pairs(&[("suite.whole/a", "1"), ("suite.whole/c", "1")]);
    assert_eq!(subject.listed("suite.whole/").await, after);
    let entries = subject.source.list(&subject.namespace, "suite.whole/").await.expect("a list");
    assert!(entries.iter().all(|entry| entry.revision == done.revision), "one revision");
    let check = Write { action: Action::Check, ..subject.write("suite.whole/a", "") };
    let checks = Batch::new()
        .and(check.only_if(OnlyIf::Version(2)))
        .and(subject.write("suite.whole/d", "1"));
    assert_eq!(kind(&subject.source.commit(checks).await), Some(Kind::Conflict));
    assert_eq!(subject.listed("suite.whole/").await, after);
}

pub(super) async fn a_batch_is_told_in_one_piece(subject: &Subject) {
    subject.put("suite.piece/c", "1").await.expect("written");
    let mut told = subject.follow("suite.piece/", None).await;
    told.state().await;
    let gone = Write { action: Action::Discard, ..subject.write("suite.piece/never", "") };
    let batch = Batch::new()
        .and(subject.write("suite.piece/b", "2"))
        .and(subject.write("suite.elsewhere", "2"))
        .and(subject.delete("suite.piece/c"))
        .and(gone)
        .and(subject.write("suite.piece/a", "1"));
    subject.source.commit(batch).await.expect("applied");
    told.until("the commit", |told| !told.commits.is_empty()).await;
    let keys: Vec<_> = told.commits[0].iter().map(|key| &**key).collect();
    assert_eq!(keys, ["suite.piece/a", "suite.piece/b", "suite.piece/c"]);
}

pub(super) async fn a_batch_that_makes_no_sense_is_refused(subject: &Subject) {
    let twice =
        Batch::new().and(subject.write("suite.twice", "1")).and(subject.write("suite.twice", "2"));
    assert_eq!(kind(&subject.source.commit(twice).await), Some(Kind::Invalid));
    let nameless = subject.put("", "1").await;
    assert_eq!(kind(&nameless), Some(Kind::Invalid));
    let keyed = Batch {
        idempotency_key: format!("suite-{}", uuid::Uuid::new_v4()),
        ..Batch::new().and(subject.write("suite.once", "1"))
    };
    let first = subject.source.commit(keyed.clone()).await.expect("applied");
    let second = subject.source.commit(keyed).await.expect("known");
    assert!(second.replayed && second.revision == first.revision, "{first:?} {second:?}");
    assert_eq!(version(subject, "suite.once").await, 1);
}

pub(super) async fn an_entry_ends_by_its_time(subject: &Subject) {
    let mut told = subject.follow("suite.ttl/", None).await;
    told.state().await;
    let mut write = subject.write("suite.ttl/a", "1");
    if let Action::Put { ttl, .. } = &mut write.action {
        *ttl = Some(Duration::from_secs(1));
    }
    subject.commit(write.clone()).await.expect("written");
    told.until("the entry", |told| told.entries.contains_key("suite.ttl/a")).await;
    assert!(told.entries["suite.ttl/a"].expires_at.is_some());
    told.until("its end", |told| !told.entries.contains_key("suite.ttl/a")).await;
    assert!(subject.listed("suite.ttl/").await.is_empty());
    subject.commit(write).await.expect("written");
    subject.put("suite.ttl/a", "2").await.expect("written");
    let entry = subject.source.get(&subject.namespace, "suite.ttl/a").await.expect("there");
    assert_eq!(entry.expires_at, None, "a write without a time ends the time of the one before");
}

/// Three counters that four tasks count up: each version is one increment, nobody's is lost, and the watch has told all.
pub(super) async fn writers_beside_each_other_lose_nothing(subject: &Subject) {
    const TASKS: usize = 4;
    const COUNTS: usize = 15;
    let mut told = subject.follow("suite.race/", None).await;
    told.state().await;
    let tasks: Vec<_> =
        (0..TASKS).map(|_| tokio::spawn(count_up(subject.clone(), COUNTS))).collect();
    for task in tasks {
        within(task).await.expect("counted");
    }
    let expected = (TASKS * COUNTS).to_string();
    let end = pairs(&[("suite.race/n", &expected)]);
    assert_eq!(subject.listed("suite.race/").await, end);
    told.until("every increment", |told| told.shown() == end).await;
    if told.counts() {
        assert_eq!(told.commits.len(), TASKS * COUNTS, "each of them");
    }
}

async fn count_up(subject: Subject, times: usize) {
    let key = "suite.race/n";
    for _ in 0..times {
        loop {
            let now = subject.source.get(&subject.namespace, key).await.ok();
            let count = now
                .as_ref()
                .map_or(0, |now| serde_json::from_slice::<u64>(&now.value).expect("a count"));
            let condition = now.map_or(OnlyIf::Absent, |now| OnlyIf::Version(now.version));
            match subject.put_if(key, &(count + 1).to_string(), condition).await {
                Ok(_) => break,
                Err(error) => {
                    assert!(matches!(error.kind(), Kind::Conflict | Kind::Exists), "{error:?}");
                }
            }
        }
    }
}
