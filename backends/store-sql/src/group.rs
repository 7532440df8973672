//! A group as columns: what an append hands to the database.

use std::collections::{BTreeMap, HashMap};

use holdfast_model::{EntryKey, Event, EventKind, Revision, Timestamp};
use holdfast_store::Group;

use crate::event::{self, INLINE_BYTES};
use crate::{log, signed};

/// The rows of a group, column by column, table by table. Within a table all columns have the same length, and no row is
/// there twice.
#[derive(Debug, Default)]
pub struct Rows<'a> {
    /// Table `log`.
    pub log: Log<'a>,
    /// Table `history`.
    pub history: History<'a>,
    /// Table `large_values`.
    pub values: Values<'a>,
    /// Entries that the group leaves behind.
    pub entries: Entries<'a>,
    /// Entries that it removes.
    pub removed: Names<'a>,
    /// Side rows that it leaves behind: keys and values.
    pub side: (Vec<&'a [u8]>, Vec<&'a [u8]>),
    /// Keys of side rows that it removes.
    pub side_removed: Vec<&'a [u8]>,
}

/// Commits.
#[derive(Debug, Default)]
pub struct Log<'a> {
    /// Of each commit.
    pub revision: Vec<i64>,
    /// [`holdfast_model::Commit::weight`].
    pub weight: Vec<i64>,
    /// Canonical bytes.
    pub canonical: Vec<&'a [u8]>,
    /// Values of at most [`INLINE_BYTES`], one behind the other.
    pub inline: Vec<Vec<u8>>,
}

/// Names of entries.
#[derive(Debug, Default)]
pub struct Names<'a> {
    /// Namespaces.
    pub namespace: Vec<&'a [u8]>,
    /// Keys.
    pub key: Vec<&'a [u8]>,
}

/// Events.
#[derive(Debug, Default)]
pub struct History<'a> {
    /// Of each entry.
    pub names: Names<'a>,
    /// Of each commit.
    pub revision: Vec<i64>,
    /// Place in the commit.
    pub index: Vec<i32>,
    /// [`EventKind::number`].
    pub kind: Vec<i16>,
    /// Place among all changes of the key.
    pub ordinal: Vec<i64>,
    /// When the entry that it left goes by itself, in nanoseconds.
    pub expires_at: Vec<Option<i64>>,
    /// Bytes of the value.
    pub value_len: Vec<i32>,
    /// The rest.
    pub body: Vec<Vec<u8>>,
}

/// Values of more than [`INLINE_BYTES`].
#[derive(Debug, Default)]
pub struct Values<'a> {
    /// Of the commit.
    pub revision: Vec<i64>,
    /// Of the event.
    pub index: Vec<i32>,
    /// The bytes.
    pub value: Vec<&'a [u8]>,
}

/// Current entries: which row of the history made them.
#[derive(Debug, Default)]
pub struct Entries<'a> {
    /// Of each.
    pub names: Names<'a>,
    /// Revision of its row.
    pub revision: Vec<i64>,
    /// Index of its row.
    pub index: Vec<i32>,
    /// When it goes by itself, in nanoseconds.
    pub expires_at: Vec<Option<i64>>,
}

impl<'a> Rows<'a> {
    /// Of a group that [`Group::head_after`] found right.
    #[must_use]
    pub fn of(group: &'a Group) -> Self {
        let mut rows = Self::default();
        let mut newest: BTreeMap<&EntryKey, (Revision, i32, &Event)> = BTreeMap::new();
        for sealed in &group.commits {
            let commit = sealed.commit();
            rows.log.revision.push(signed(commit.revision.0));
            rows.log.weight.push(signed(commit.weight() as u64));
            rows.log.canonical.push(sealed.canonical());
            rows.log.inline.push(log::inline(commit));
            for (index, event) in (0_i32..).zip(&commit.events) {
                rows.event(commit.revision, commit.time, index, event);
                if event.kind != EventKind::Superseded {
                    newest.insert(&event.at, (commit.revision, index, event));
                }
            }
        }
        for (_, (revision, index, event)) in newest {
            rows.left_behind(revision, index, event);
        }
        rows.side(group);
        rows
    }

    /// An event that reads see, when no later one of its key is among the rows.
    pub(crate) fn left_behind(&mut self, revision: Revision, index: i32, event: &'a Event) {
        if event.leaves_entry() {
            self.entries.push(revision, index, event);
        } else {
            self.removed.push(&event.at);
        }
    }

    pub(crate) fn event(
        &mut self,
        revision: Revision,
        time: Timestamp,
        index: i32,
        event: &'a Event,
    ) {
        let body = event::body(revision, time, index, event);
        let revision = signed(revision.0);
        let history = &mut self.history;
        history.names.push(&event.at);
        history.revision.push(revision);
        history.index.push(index);
        history.kind.push(i16::from(event.kind.number()));
        history.ordinal.push(signed(event.ordinal));
        history.expires_at.push(event.expires_at.map(|time| time.0));
        history.value_len.push(i32::try_from(event.value.len()).unwrap_or(i32::MAX));
        history.body.push(body);
        if event.value.len() > INLINE_BYTES {
            self.values.revision.push(revision);
            self.values.index.push(index);
            self.values.value.push(&event.value);
        }
    }

    fn side(&mut self, group: &'a Group) {
        // The last write of a key wins.
        let last: HashMap<_, _> = group.side.iter().map(|write| (&write.key, write)).collect();
        for write in last.into_values() {
            match &write.value {
                Some(value) => {
                    self.side.0.push(&write.key);
                    self.side.1.push(value);
                }
                None => self.side_removed.push(&write.key),
            }
        }
    }
}

impl<'a> Names<'a> {
    /// Adds one.
    pub fn push(&mut self, at: &'a EntryKey) {
        self.namespace.push(at.namespace.as_str().as_bytes());
        self.key.push(at.key.as_str().as_bytes());
    }

    /// Of these keys, in their order.
    #[must_use]
    pub fn of(keys: impl IntoIterator<Item = &'a EntryKey>) -> Self {
        let mut names = Self::default();
        keys.into_iter().for_each(|at| names.push(at));
        names
    }
}

impl<'a> Entries<'a> {
    fn push(&mut self, revision: Revision, index: i32, event: &'a Event) {
        self.names.push(&event.at);
        self.revision.push(signed(revision.0));
        self.index.push(index);
        self.expires_at.push(event.expires_at.map(|time| time.0));
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use holdfast_model::Timestamp;
    use holdfast_store::SideWrite;
    use holdfast_testkit::scribe::{Change, Scribe, key};

    use super::*;

    #[test]
    fn no_row_is_written_twice_and_the_last_write_of_a_key_wins() {
        let (a, b) = (key("n", "a"), key("n", "b"));
        let mut scribe = Scribe::new();
        let mut group = scribe.group([
            vec![Change::set(&a, "1"), Change::set(&b, vec![1; 600])],
            vec![Change::set_until(&a, "2", Timestamp(9)), Change::delete(&b)],
            vec![Change::superseded(&a, "lost")],
        ]);
        let write = |key: &'static str, value: Option<&'static str>| SideWrite {
            key: Bytes::from_static(key.as_bytes()),
            value: value.map(|value| Bytes::from_static(value.as_bytes())),
        };
        group.side = vec![write("s", None), write("t", Some("1")), write("s", Some("2"))];
        group.side.push(write("t", None));
        let rows = Rows::of(&group);
        assert_eq!(rows.log.revision, [1, 2, 3]);
        assert_eq!(rows.history.revision, [1, 1, 2, 2, 3]);
        assert_eq!((rows.values.revision, rows.values.index), (vec![1], vec![1]));
        assert_eq!((rows.entries.revision, rows.entries.index), (vec![2], vec![0]));
        assert_eq!(rows.entries.expires_at, [Some(9)]);
        assert_eq!(rows.removed.key, [b"b"]);
        assert_eq!((rows.side.0, rows.side.1), (vec![&b"s"[..]], vec![&b"2"[..]]));
        assert_eq!(rows.side_removed, [b"t"]);
    }
}
