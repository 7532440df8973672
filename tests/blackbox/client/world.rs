//! The servers of a schedule, what is written to them, and what was true when.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use holdfast_client::{Batch, Client, Kind, Write};
use parking_lot::Mutex;

/// A value of a key; `None`: it does not exist.
pub(super) type Held = Option<u64>;

/// What was true, of one namespace behind one network.
#[derive(Debug, Default)]
pub(super) struct Truth {
    /// For each key what it may have been from when on; the one before may hold until the second time.
    keys: Mutex<BTreeMap<String, Vec<Change>>>,
}

#[derive(Debug, Clone, Copy)]
struct Change {
    /// Not before this.
    from: Instant,
    /// Certainly from here on; `None`: it is being written.
    surely: Option<Instant>,
    value: Held,
}

impl Truth {
    /// A key becomes this at some time from now on.
    pub(super) fn becoming(&self, key: &str, value: Held) {
        let change = Change { from: Instant::now(), surely: None, value };
        self.keys.lock().entry(key.to_owned()).or_default().push(change);
    }

    /// It has become that.
    pub(super) fn became(&self, key: &str) {
        let mut keys = self.keys.lock();
        let last = keys.get_mut(key).and_then(|changes| changes.last_mut());
        last.expect("it was becoming something").surely = Some(Instant::now());
    }

    /// Could the key have had this value at some time between the two?
    pub(super) fn could_be(&self, key: &str, value: Held, since: Instant, until: Instant) -> bool {
        let keys = self.keys.lock();
        let Some(changes) = keys.get(key) else { return value.is_none() };
        let first = changes[0].surely.is_none_or(|surely| surely >= since);
        let mut ends = changes.iter().skip(1).map(|next| next.surely).chain([None]);
        let held = changes.iter().any(|change| {
            let end = ends.next().flatten();
            change.value == value && change.from <= until && end.is_none_or(|end| end >= since)
        });
        held || (first && value.is_none())
    }

    /// The last values of a key, and how long before this they became so.
    pub(super) fn tell(&self, key: &str, seen: Instant) -> String {
        let keys = self.keys.lock();
        let changes = keys.get(key).map_or(&[][..], Vec::as_slice);
        let last = changes.iter().rev().take(8).map(|change| {
            format!(
                "{:?} {:?} ago",
                change.value,
                change.surely.map(|surely| seen.saturating_duration_since(surely))
            )
        });
        last.collect::<Vec<_>>().join(", ")
    }

    /// What the key is, when nobody writes any more.
    pub(super) fn now(&self, key: &str) -> Held {
        self.keys.lock().get(key).and_then(|changes| changes.last()).and_then(|last| last.value)
    }
}

/// One of the two servers that may be behind the network.
#[derive(Debug)]
pub(super) struct Side {
    pub(super) port: u16,
    pub(super) client: Client,
    /// What the namespace holds there.
    state: Mutex<BTreeMap<String, u64>>,
    /// What was written to each key, in order.
    pub(super) written: Mutex<BTreeMap<String, Vec<Held>>>,
}

impl Side {
    pub(super) fn new(port: u16, client: Client) -> Self {
        Self { port, client, state: Mutex::default(), written: Mutex::default() }
    }
}

/// Both servers, as one schedule sees them: a namespace of its own, one writer.
#[derive(Debug)]
pub(super) struct World {
    pub(super) namespace: Arc<str>,
    pub(super) sides: [Side; 2],
    pub(super) truth: Truth,
    pub(super) keys: Vec<String>,
    counter: Mutex<u64>,
}

impl World {
    pub(super) fn new(namespace: String, sides: [Side; 2]) -> Self {
        Self {
            namespace: namespace.into(),
            sides,
            truth: Truth::default(),
            keys: (0..4).map(|n| format!("app/k{n}")).collect(),
            counter: Mutex::new(0),
        }
    }

    /// Writes one key behind the network, directly, until that is done; every value is another one.
    pub(super) async fn write(&self, side: usize, key: &str, delete: bool) {
        let side = &self.sides[side];
        let delete = delete && side.state.lock().contains_key(key);
        let value = {
            let mut counter = self.counter.lock();
            *counter += 1;
            *counter
        };
        let held = (!delete).then_some(value);
        let write = match held {
            Some(value) => Write::put(Arc::clone(&self.namespace), key, value.to_string(), "json"),
            None => Write::delete(Arc::clone(&self.namespace), key),
        };
        let mut batch = Batch::new().and(write);
        // The same request, however often it has to be sent: a server may be killed under it.
        batch.idempotency_key = format!("{}-{value}", self.namespace);
        self.truth.becoming(key, held);
        while let Err(error) = side.client.commit(batch.clone()).await {
            assert!(error.is_passing() || error.kind() == Kind::OutcomeUnknown, "{error:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        self.truth.became(key);
        side.written.lock().entry(key.to_owned()).or_default().push(held);
        match held {
            Some(value) => drop(side.state.lock().insert(key.to_owned(), value)),
            None => drop(side.state.lock().remove(key)),
        }
    }

    /// From now on the other server is behind the network.
    pub(super) fn lead_to(&self, side: usize, lead: impl FnOnce(u16)) {
        let state = self.sides[side].state.lock().clone();
        for key in &self.keys {
            self.truth.becoming(key, state.get(key).copied());
        }
        lead(self.sides[side].port);
        self.keys.iter().for_each(|key| self.truth.became(key));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_be_is_what_was_true_at_some_time() {
        let truth = Truth::default();
        let zero = Instant::now();
        let at = |tenths: u32| zero + Duration::from_millis(100) * tenths;
        let changes = [
            (Some(1), 10, Some(12)),
            (Some(2), 20, Some(22)),
            (None, 30, Some(32)),
            (Some(3), 50, None),
        ];
        for (value, from, surely) in changes {
            let change = Change { from: at(from), surely: surely.map(at), value };
            truth.keys.lock().entry("k".to_owned()).or_default().push(change);
        }
        for (value, since, until, could) in [
            (None, 0, 5, true),
            (Some(1), 0, 5, false),
            (Some(1), 0, 11, true),
            (None, 11, 11, true),
            (None, 13, 13, false),
            (Some(1), 21, 21, true),
            (Some(1), 23, 29, false),
            (Some(2), 23, 29, true),
            (Some(2), 33, 40, false),
            (None, 33, 40, true),
            (Some(3), 33, 40, false),
            (Some(3), 33, 60, true),
            (None, 60, 70, true),
        ] {
            assert_eq!(
                truth.could_be("k", value, at(since), at(until)),
                could,
                "{value:?} {since} {until}"
            );
        }
        assert_eq!(truth.now("k"), Some(3));
    }
}
