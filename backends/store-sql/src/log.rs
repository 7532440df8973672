//! Commits as rows of the log: their canonical bytes, the values of at most [`INLINE_BYTES`], and the rest apart.

use std::sync::Arc;

use bytes::Bytes;
use holdfast_model::{ChainHash, Commit, DecodeError, Revision, Sealed, StoredCommit};
use holdfast_store::StoreError;

use crate::corrupt;
use crate::event::INLINE_BYTES;

/// The column `inline` of a commit.
#[must_use]
pub fn inline(commit: &Commit) -> Vec<u8> {
    let small = commit.events.iter().filter(|event| event.value.len() <= INLINE_BYTES);
    let mut bytes = Vec::new();
    small.for_each(|event| bytes.extend_from_slice(&event.value));
    bytes
}

/// A row of the log.
#[derive(Debug)]
pub struct LogRow {
    /// Of the commit.
    pub revision: Revision,
    /// Its canonical bytes.
    pub canonical: Bytes,
    /// Its small values, one behind the other.
    pub inline: Bytes,
    /// Its large values, in the order of the events.
    pub large: Vec<Vec<u8>>,
}

impl LogRow {
    /// The commit, once it and its values are found to be what was written behind `before` (`None`: it is the first one looked at).
    ///
    /// # Errors
    /// [`StoreError::Corrupt`].
    pub fn open(self, before: Option<&Sealed>) -> Result<Arc<Sealed>, StoreError> {
        let Self { revision, canonical, mut inline, large } = self;
        let mut large = large.into_iter();
        let opened = StoredCommit::new(canonical).open(|_, len| {
            if len > INLINE_BYTES {
                return large
                    .next()
                    .map(Bytes::from)
                    .ok_or(DecodeError::Impossible("lack of a value"));
            }
            if len > inline.len() {
                return Err(DecodeError::Impossible("value length"));
            }
            Ok(inline.split_to(len))
        });
        let sealed = opened.map_err(|error| bad(revision, error))?;
        if sealed.commit().revision != revision {
            return Err(bad(revision, "it is another commit"));
        }
        if before.is_some_and(|before| sealed.commit().previous_hash != before.hash()) {
            return Err(bad(revision, "it is not chained to the commit before"));
        }
        Ok(Arc::new(sealed))
    }
}

/// Hash of the commit with these canonical bytes.
#[must_use]
pub fn hash(canonical: Vec<u8>) -> ChainHash {
    StoredCommit::new(canonical.into()).hash()
}

/// True when nothing is missing between two commits: epochs are so far apart that no hole in a log could be.
#[must_use]
pub fn follows(revision: Revision, last: Revision) -> bool {
    revision == last.next()
        || revision.0.checked_sub(last.0).is_some_and(|gap| gap >= Revision::EPOCH_GAP)
}

/// The commit behind `last` is not there.
#[must_use]
pub fn missing(last: Revision) -> StoreError {
    corrupt("the table log", format!("the commit behind revision {last} is missing"))
}

fn bad(revision: Revision, what: impl std::fmt::Display) -> StoreError {
    corrupt(format!("the table log, revision {revision}"), what)
}

#[cfg(test)]
mod tests {
    use holdfast_testkit::scribe::{Change, Scribe, key};

    use super::*;

    #[test]
    fn a_commit_comes_back_and_what_is_wrong_with_it_is_noticed() {
        let mut scribe = Scribe::new();
        let sizes = [3, 0, 600, INLINE_BYTES, 513];
        let changes = |byte: u8| {
            let change = |(n, len): (usize, &usize)| {
                Change::set(&key("n", &format!("k{n}")), vec![byte; *len])
            };
            sizes.iter().enumerate().map(change).collect::<Vec<_>>()
        };
        let group = scribe.group([changes(1), changes(2)]);
        let row = |sealed: &Sealed| LogRow {
            revision: sealed.commit().revision,
            canonical: sealed.canonical().clone(),
            inline: inline(sealed.commit()).into(),
            large: vec![
                sealed.commit().events[2].value.to_vec(),
                sealed.commit().events[4].value.to_vec(),
            ],
        };
        let first = row(&group.commits[0]).open(None).expect("opens");
        assert_eq!(first, group.commits[0]);
        assert_eq!(row(&group.commits[1]).open(Some(&first)).expect("opens"), group.commits[1]);
        let wrong = [
            LogRow { revision: Revision(2), ..row(&group.commits[0]) },
            LogRow { inline: Bytes::new(), ..row(&group.commits[0]) },
            LogRow { large: Vec::new(), ..row(&group.commits[0]) },
            LogRow { large: vec![vec![9; 600], vec![1; 513]], ..row(&group.commits[0]) },
            LogRow { canonical: Bytes::from_static(b"nothing"), ..row(&group.commits[0]) },
        ];
        for row in wrong {
            let opened = row.open(None);
            assert!(matches!(opened, Err(StoreError::Corrupt { .. })), "{opened:?}");
        }
        assert!(row(&group.commits[0]).open(Some(&group.commits[1])).is_err(), "out of the chain");
    }

    #[test]
    fn only_an_epoch_leaves_a_hole() {
        assert!(follows(Revision(8), Revision(7)) && !follows(Revision(9), Revision(7)));
        assert!(follows(Revision(7 + Revision::EPOCH_GAP), Revision(7)));
        assert!(!follows(Revision(7), Revision(7)) && !follows(Revision(6), Revision(7)));
    }
}
