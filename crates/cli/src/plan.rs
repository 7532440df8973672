//! What an import or an apply would change, and in how many commits.

use std::collections::BTreeMap;

use holdfast_tree::Item;

/// Most events of one commit, as a server without other settings takes them.
pub const MAX_EVENTS: usize = 10_000;
/// Most bytes of one commit: values, keys and namespace names.
pub const MAX_BYTES: usize = 8 << 20;

/// Whether a key is this one or below it. As text `app` begins `apple` too, as a key it does not.
pub fn is_below(key: &str, prefix: &str) -> bool {
    match key.strip_prefix(prefix) {
        Some(rest) => prefix.is_empty() || rest.is_empty() || rest.starts_with('/'),
        None => false,
    }
}

/// One change of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// It is new.
    Add(Item),
    /// It exists with another value or codec.
    Replace {
        /// What is there.
        old: Item,
        /// What it becomes.
        new: Item,
    },
    /// It exists and should not.
    Remove(Item),
}

impl Change {
    /// Which key.
    pub fn key(&self) -> &str {
        match self {
            Self::Add(item) | Self::Remove(item) | Self::Replace { new: item, .. } => &item.key,
        }
    }

    /// What is written.
    pub fn value(&self) -> Option<&[u8]> {
        match self {
            Self::Add(item) | Self::Replace { new: item, .. } => Some(&item.value),
            Self::Remove(_) => None,
        }
    }

    /// How much room it takes in a commit.
    fn bytes(&self, namespace: &str) -> usize {
        match self {
            Self::Add(item) | Self::Replace { new: item, .. } => {
                item.value.len() + item.key.len() + namespace.len()
            }
            Self::Remove(_) => 0,
        }
    }
}

/// All changes, in key order.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// What to do.
    pub changes: Vec<Change>,
    /// How many keys stay as they are.
    pub same: usize,
}

impl Plan {
    /// Holds what is wanted against what is there; `prune` removes what is not wanted.
    pub fn new(
        wanted: BTreeMap<String, Item>,
        mut there: BTreeMap<String, Item>,
        prune: bool,
    ) -> Self {
        let mut changes = Vec::new();
        let mut same = 0;
        for (key, new) in wanted {
            match there.remove(&key) {
                None => changes.push(Change::Add(new)),
                Some(old) if old == new => same += 1,
                Some(old) => changes.push(Change::Replace { old, new }),
            }
        }
        if prune {
            changes.extend(there.into_values().map(Change::Remove));
            changes.sort_by(|a, b| a.key().cmp(b.key()));
        }
        Self { changes, same }
    }

    /// How many keys are new, get another value, and go.
    pub fn counts(&self) -> [usize; 3] {
        self.changes.iter().fold([0; 3], |[add, replace, remove], change| match change {
            Change::Add(_) => [add + 1, replace, remove],
            Change::Replace { .. } => [add, replace + 1, remove],
            Change::Remove(_) => [add, replace, remove + 1],
        })
    }

    /// Bytes of all changes together.
    pub fn bytes(&self, namespace: &str) -> usize {
        self.changes.iter().map(|change| change.bytes(namespace)).sum()
    }

    /// The changes cut into pieces that fit into a commit each, in order.
    pub fn parts(self, namespace: &str) -> Vec<Vec<Change>> {
        let mut parts: Vec<Vec<Change>> = Vec::new();
        let mut room = (0, 0);
        for change in self.changes {
            let bytes = change.bytes(namespace);
            match parts.last_mut().filter(|_| room.0 > 0 && room.1 >= bytes) {
                Some(part) => {
                    room = (room.0 - 1, room.1 - bytes);
                    part.push(change);
                }
                None => {
                    room = (MAX_EVENTS - 1, MAX_BYTES.saturating_sub(bytes));
                    parts.push(vec![change]);
                }
            }
        }
        parts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(key: &str, value: &[u8]) -> Item {
        Item { key: key.into(), codec: "json".into(), value: value.to_vec() }
    }

    fn map(items: &[Item]) -> BTreeMap<String, Item> {
        items.iter().map(|item| (item.key.clone(), item.clone())).collect()
    }

    #[test]
    fn a_plan_has_what_differs_and_removes_only_when_asked() {
        let wanted = map(&[item("a", b"1"), item("b", b"2"), item("d", b"4")]);
        let there = map(&[item("b", b"2"), item("c", b"3"), item("d", b"0")]);
        let plan = Plan::new(wanted.clone(), there.clone(), false);
        assert_eq!((plan.counts(), plan.same), ([1, 1, 0], 1));
        let plan = Plan::new(wanted, there, true);
        let keys: Vec<&str> = plan.changes.iter().map(Change::key).collect();
        assert_eq!((plan.counts(), keys), ([1, 1, 1], vec!["a", "c", "d"]));
    }

    #[test]
    fn another_codec_is_a_change() {
        let other = Item { codec: "raw".into(), ..item("a", b"1") };
        assert_eq!(Plan::new(map(&[other]), map(&[item("a", b"1")]), false).counts(), [0, 1, 0]);
    }

    #[test]
    fn parts_keep_the_order_and_the_limits() {
        let many: Vec<Item> = (0..MAX_EVENTS + 1).map(|n| item(&format!("{n:06}"), b"1")).collect();
        let parts = Plan::new(map(&many), BTreeMap::new(), false).parts("n");
        assert_eq!(parts.iter().map(Vec::len).collect::<Vec<_>>(), [MAX_EVENTS, 1]);

        let half = vec![b'x'; MAX_BYTES / 2];
        let big = [item("a", &half), item("b", &half), item("c", &half)];
        let plan = Plan::new(map(&big), BTreeMap::new(), false);
        assert_eq!(plan.bytes("n"), 3 * (MAX_BYTES / 2 + 2));
        let parts = plan.parts("n");
        assert_eq!(parts.iter().map(Vec::len).collect::<Vec<_>>(), [1, 1, 1]);
        assert_eq!(parts.concat().iter().map(Change::key).collect::<String>(), "abc");
    }
}
