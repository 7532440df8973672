//! What a transaction compares to choose between its two branches.

use std::cmp::Ordering;

use bytes::Bytes;

use crate::entry::{Entry, ValueHash};
use crate::name::EntryKey;
use crate::revision::Revision;

/// A question about the current entry of a key; the key need not be written.
#[derive(Debug, Clone)]
pub struct Compare {
    /// Of which entry.
    pub at: EntryKey,
    /// What of it is compared, and with what.
    pub target: Target,
    /// How the entry's side has to relate to the given one.
    pub relation: Relation,
}

/// What of an entry is compared. An entry that does not exist has version, revisions and ordinal 0, and no value: every
/// comparison of its value is false.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// Its version.
    Version(u64),
    /// The revision that created it.
    CreateRevision(Revision),
    /// The revision that wrote it.
    ModRevision(Revision),
    /// Its ordinal.
    Ordinal(u64),
    /// Its bytes, compared byte by byte.
    Value(Bytes),
    /// The hash of its bytes: only equal or not equal.
    ValueHash(ValueHash),
}

/// How two sides relate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    /// The same.
    Equal,
    /// Not the same.
    NotEqual,
    /// The entry's is more.
    Greater,
    /// The entry's is less.
    Less,
}

impl Relation {
    fn allows(self, order: Ordering) -> bool {
        match self {
            Self::Equal => order.is_eq(),
            Self::NotEqual => order.is_ne(),
            Self::Greater => order.is_gt(),
            Self::Less => order.is_lt(),
        }
    }
}

impl Compare {
    /// The answer for this entry.
    pub fn holds(&self, entry: Option<&Entry>) -> bool {
        let order = match (&self.target, entry) {
            (Target::Version(want), _) => entry.map_or(0, |e| e.version).cmp(want),
            (Target::Ordinal(want), _) => entry.map_or(0, |e| e.ordinal).cmp(want),
            (Target::CreateRevision(want), _) => {
                entry.map_or(Revision::ZERO, |e| e.create_revision).cmp(want)
            }
            (Target::ModRevision(want), _) => {
                entry.map_or(Revision::ZERO, |e| e.mod_revision).cmp(want)
            }
            (Target::Value(want), Some(entry)) => entry.value.cmp(want),
            (Target::ValueHash(want), Some(entry)) => ValueHash::of(&entry.value).0.cmp(&want.0),
            (Target::Value(_) | Target::ValueHash(_), None) => return false,
        };
        self.relation.allows(order)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::entry::{Codec, ValueType};
    use crate::name::{Key, Namespace};
    use crate::revision::Timestamp;

    fn at() -> EntryKey {
        EntryKey::new(Namespace::new("a").expect("valid"), Key::new("k").expect("valid"))
    }

    fn entry() -> Entry {
        Entry {
            at: at(),
            value: Bytes::from_static(b"m"),
            codec: Codec::json(),
            value_type: ValueType::Custom,
            version: 3,
            ordinal: 5,
            create_revision: Revision(2),
            mod_revision: Revision(9),
            created_at: Timestamp(1),
            modified_at: Timestamp(2),
            expires_at: None,
            id: Uuid::nil(),
        }
    }

    #[test]
    fn every_target_knows_less_equal_and_greater() {
        let (low, high) = (|n: u64| n - 1, |n: u64| n + 1);
        let numbers: [(u64, fn(u64) -> Target); 4] = [
            (3, Target::Version),
            (5, Target::Ordinal),
            (2, |n| Target::CreateRevision(Revision(n))),
            (9, |n| Target::ModRevision(Revision(n))),
        ];
        let mut cases: Vec<[Target; 3]> =
            numbers.iter().map(|(n, of)| [of(low(*n)), of(*n), of(high(*n))]).collect();
        cases.push(["a", "m", "z"].map(|text| Target::Value(text.into())));
        for case in cases {
            let relations = case.map(|target| {
                [Relation::Greater, Relation::Equal, Relation::Less, Relation::NotEqual].map(
                    |relation| {
                        let compare = Compare { at: at(), target: target.clone(), relation };
                        compare.holds(Some(&entry()))
                    },
                )
            });
            let expected = [
                [true, false, false, true],
                [false, true, false, false],
                [false, false, true, true],
            ];
            assert_eq!(relations, expected);
        }
    }

    #[test]
    fn a_missing_entry_has_zeros_and_no_value() {
        let holds = |target, relation| Compare { at: at(), target, relation }.holds(None);
        assert!(holds(Target::Version(0), Relation::Equal));
        assert!(holds(Target::ModRevision(Revision(1)), Relation::Less));
        for relation in [Relation::Equal, Relation::NotEqual] {
            assert!(!holds(Target::Value(Bytes::new()), relation));
            assert!(!holds(Target::ValueHash(ValueHash::of(b"")), relation));
        }
    }
}
