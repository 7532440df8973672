//! The log that is copied.

use std::sync::Arc;

use holdfast_model::{Floors, Head, Revision, Timestamp};
use holdfast_store::copy::{Digests, LogSource};
use holdfast_store::{Group, MemoryStore, SideWrite, Store};

use crate::{Change, Random, Scribe, scribe::key};

pub(super) struct Log {
    pub(super) store: Arc<MemoryStore>,
    pub(super) scribe: Scribe,
}

impl Log {
    /// 30 commits over 12 keys: small and large values, removals, expiries, creations anew, superseded versions, several events of a
    /// key in one commit; and side rows.
    pub(super) async fn new() -> Self {
        let store = Arc::new(MemoryStore::new());
        let scribe = Scribe::continuing(store.head().await.expect("a head"));
        let mut log = Self { store, scribe };
        for round in 0..10 {
            log.round(round).await;
        }
        let side = (0..40).map(|number| SideWrite {
            key: format!("side-{number:03}").into(),
            value: Some(format!("row {number}").into()),
        });
        log.append(Group { side: side.collect(), ..Group::default() }).await;
        log
    }

    pub(super) async fn round(&mut self, round: u64) {
        let mut random = Random::new(round);
        let at =
            |number: u64| key(["n", "n.a", "other"][number as usize % 3], &format!("k/{number}"));
        let mut first = Vec::new();
        for number in 0..12 {
            let value = match number % 3 {
                0 => Vec::new(),
                1 => random.bytes(40),
                _ => random.bytes(3_000),
            };
            let due = Timestamp(1_000_000 + number as i64);
            let change = Change::set(&at(number), value.clone());
            first.push(if number % 5 == 0 {
                Change::set_until(&at(number), value, due)
            } else {
                change
            });
        }
        let second = vec![
            Change::expire(&at(0)),
            Change::set(&at(0), random.bytes(900)),
            Change::delete(&at(1)),
            Change::delete(&at(2)),
            Change::superseded(&at(3), random.bytes(700)),
            Change::superseded(&key("n", &format!("never/{round}")), "loser"),
        ];
        let third = vec![Change::set(&at(1), format!("again {round}"))];
        let group = self.scribe.group([first, second, third]);
        self.append(group).await;
    }

    pub(super) async fn append(&self, group: Group) {
        let head = self.store.head().await.expect("a head");
        self.store.append(&head, group).await.expect("appended");
    }

    pub(super) async fn reclaim(&self, events: u64, history: u64) {
        let floors = Floors { events: Revision(events), history: Revision(history) };
        self.store.reclaim(floors).await.expect("reclaimed");
    }

    pub(super) async fn head(&self) -> Head {
        self.store.head().await.expect("a head")
    }

    pub(super) fn contract(&self) -> Arc<dyn Store> {
        self.store.clone()
    }

    pub(super) async fn source(&self) -> LogSource {
        LogSource::measured(self.contract()).await.expect("a source").0
    }

    pub(super) async fn digests(&self) -> Digests {
        digests(&self.contract()).await
    }
}

pub(super) async fn digests(store: &Arc<dyn Store>) -> Digests {
    Digests::of(store).await.expect("digests")
}
