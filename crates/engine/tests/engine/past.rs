//! Any state of the past reads as it did when it was the present, however much was compacted since.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::time::Duration;

use holdfast_engine::{CommitRequest, Moment, RequestedAction, RequestedWrite, Retention};
use holdfast_model::{ErrorKind, Precondition, Revision};
use proptest::prelude::*;

use super::*;

/// One commit: puts (a value) and deletes (none) of some of eight keys.
type Step = BTreeMap<u8, Option<u16>>;

fn history() -> impl Strategy<Value = Vec<Step>> {
    let step = proptest::collection::btree_map(0..8_u8, proptest::option::of(any::<u16>()), 1..5);
    proptest::collection::vec(step, 1..60)
}

fn write(key: u8, value: Option<u16>) -> RequestedWrite {
    let action = match value {
        // Some of them larger than what is kept inside a row.
        Some(value) => RequestedAction::Put {
            value: format!("\"{}\"", value.to_string().repeat(usize::from(value % 7) * 40 + 1))
                .into(),
            codec: String::new(),
            ttl: None,
            mode: WriteMode::Upsert,
        },
        None => RequestedAction::Delete { missing_ok: true },
    };
    let (namespace, key) = ("a".into(), format!("k{key}"));
    RequestedWrite { namespace, key, action, condition: Precondition::default() }
}

async fn states(engine: &Engine, history: Vec<Step>) -> BTreeMap<u64, (String, Vec<Arc<Entry>>)> {
    let mut states = BTreeMap::new();
    for step in history {
        let writes = step.into_iter().map(|(key, value)| write(key, value)).collect();
        let request = CommitRequest { writes, ..CommitRequest::default() };
        engine.commit(&me(), request).await.expect("a commit");
        let now = engine.snapshot(&me(), "a", "").await.expect("a snapshot");
        states.insert(now.revision.0, (now.etag, now.entries));
    }
    states
}

async fn check(history: Vec<Step>, keep: Option<NonZeroUsize>) {
    let options = Options {
        retention: Retention { max_revisions: keep, ..Retention::default() },
        sweep_interval: Duration::from_millis(1),
        ..Options::default()
    };
    let engine = engine_with(AllowAll, options).await;
    let states = states(&engine, history).await;
    let head = engine.status().head.revision.0;
    // As far as it will go.
    let floor = keep.map_or(0, |keep| head.saturating_sub(keep.get() as u64 - 1));
    while keep.is_some() && floor > 1 && engine.status().head.floors.history.0 < floor {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let floor = engine.status().head.floors.history.0;
    for (revision, (etag, entries)) in states {
        let moment = Moment::Revision(Revision(revision));
        let then = engine.snapshot_at(&me(), "a", "", moment).await;
        if revision < floor {
            assert_eq!(then.expect_err("compacted").kind(), ErrorKind::Compacted);
            continue;
        }
        let then = then.expect("it is kept");
        assert_eq!((&then.etag, &then.entries), (&etag, &entries), "at {revision} of {head}");
        for entry in entries {
            let key = ("a", entry.at.key.as_str());
            let seen = engine.read(&me(), key, moment).await.expect("it was there");
            assert_eq!(seen.entry, entry);
        }
    }
    engine.shutdown().await;
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn the_past_reads_as_it_did_when_it_was_the_present(history in history(), keep in 0..40_usize) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.expect("a runtime");
        let whole = async {
            tokio::time::timeout(Duration::from_secs(60), check(history, NonZeroUsize::new(keep))).await
        };
        prop_assert!(runtime.block_on(whole).is_ok(), "it is compacted in time");
    }
}
