//! What a node has seen of a log, held against what the database says now: an epoch begins when they cannot both be true.

use holdfast_model::{Epoch, EpochStart, Head, Revision};
use holdfast_store::StoreError;
use parking_lot::Mutex;

use crate::corrupt;

/// The highest head that this process has seen; nothing before the first.
#[derive(Debug, Default)]
pub struct Seen(Mutex<Option<Head>>);

/// What the database says on a new connection.
#[derive(Debug, Clone, Copy)]
pub struct Found<'a> {
    /// Its head.
    pub head: &'a Head,
    /// The identity that the head remembers.
    pub remembered: &'a str,
    /// The identity of the database itself.
    pub identity: &'a str,
    /// Hash of the commit at the revision of what was seen; `None` when it is not there (any more).
    pub hash: Option<holdfast_model::ChainHash>,
}

impl Seen {
    /// Remembers a head, unless a higher one is known.
    pub fn note(&self, head: &Head) {
        let mut seen = self.0.lock();
        let newer = |seen: &Head| (head.epoch, head.revision) >= (seen.epoch, seen.revision);
        if seen.as_ref().is_none_or(newer) {
            *seen = Some(*head);
        }
    }

    /// What has been seen: to be taken before the database is asked, for [`judge`].
    pub fn highest(&self) -> Option<Head> {
        *self.0.lock()
    }
}

/// `None` when the log goes on; the head that a new epoch begins with, and why, when it has to begin: another database
/// holds the log now, or the log lost what this process had seen before it asked.
///
/// # Errors
/// [`StoreError::Corrupt`] when it is another log altogether.
pub fn judge(seen: Option<Head>, found: Found<'_>) -> Result<Option<(Head, String)>, StoreError> {
    let Found { head, remembered, identity, hash } = found;
    let seen = seen.unwrap_or(*head);
    if seen.log != head.log {
        let what = format!("it is of log {}, this server began with log {}", head.log, seen.log);
        return Err(corrupt("the table head", what));
    }
    let replaced = head.epoch == seen.epoch
        && (head.revision < seen.revision || hash.is_some_and(|hash| hash != seen.hash));
    let why = if identity != remembered {
        format!("the database was {remembered:?} and is now {identity:?}")
    } else if replaced || head.epoch < seen.epoch {
        let (epoch, revision) = (seen.epoch, seen.revision);
        format!("revision {revision} of epoch {epoch} had been there and is not any more")
    } else {
        return Ok(None);
    };
    Ok(Some((next_epoch(head, &seen), why)))
}

/// The head that a new epoch begins with, 2^32 above all that is known.
fn next_epoch(head: &Head, seen: &Head) -> Head {
    let known = [head.revision, head.epoch_start.first, seen.revision, seen.epoch_start.first];
    let highest = known.into_iter().max().unwrap_or_default();
    let first = Revision(highest.0.saturating_add(Revision::EPOCH_GAP));
    let epoch = Epoch(head.epoch.max(seen.epoch).0.saturating_add(1));
    Head { epoch, epoch_start: EpochStart { inherited: head.revision, first }, ..*head }
}

#[cfg(test)]
mod tests {
    use holdfast_testkit::scribe::{Scribe, key};

    use super::*;

    fn heads() -> [Head; 3] {
        let mut scribe = Scribe::new();
        std::array::from_fn(|_| {
            scribe.set(&key("n", "k"), "v");
            scribe.head()
        })
    }

    fn found<'a>(head: &'a Head, identity: &'a str) -> Found<'a> {
        Found { head, remembered: "db/1", identity, hash: None }
    }

    #[test]
    fn a_log_that_went_on_is_no_new_epoch() {
        let [first, second, third] = heads();
        let seen = Seen::default();
        assert_eq!(judge(seen.highest(), found(&second, "db/1")).expect("a log"), None);
        seen.note(&second);
        seen.note(&first);
        assert_eq!(seen.highest(), Some(second));
        let same = Found { hash: Some(second.hash), ..found(&third, "db/1") };
        assert_eq!(judge(seen.highest(), same).expect("a log"), None);
        assert_eq!(judge(seen.highest(), found(&third, "db/1")).expect("reclaimed since"), None);
    }

    #[test]
    fn a_lost_tail_another_past_and_another_database_begin_an_epoch() {
        let [first, second, third] = heads();
        let seen = Seen::default();
        seen.note(&second);
        let other_past = Found { hash: Some(third.hash), ..found(&third, "db/1") };
        for (now, expected) in
            [(found(&first, "db/1"), 1), (other_past, 3), (found(&second, "db/2"), 2)]
        {
            let (head, why) = judge(seen.highest(), now).expect("a log").expect("a new epoch");
            assert_eq!((head.epoch, head.revision.0), (Epoch(2), expected), "{why}");
            assert_eq!(head.epoch_start.inherited, head.revision);
            assert!(head.epoch_start.first.0 >= second.revision.0 + Revision::EPOCH_GAP);
            assert!(head.knows(head.revision) && !head.knows(Revision(99)));
        }
    }

    #[test]
    fn an_epoch_that_others_began_is_taken_over_and_a_lost_one_is_left_behind() {
        let [first, second, _] = heads();
        let seen = Seen::default();
        seen.note(&second);
        let (theirs, _) =
            judge(seen.highest(), found(&first, "db/1")).expect("a log").expect("an epoch");
        assert_eq!(judge(seen.highest(), found(&theirs, "db/1")).expect("a log"), None);
        seen.note(&theirs);
        let (next, _) =
            judge(seen.highest(), found(&second, "db/1")).expect("a log").expect("an epoch");
        assert_eq!(next.epoch, Epoch(3));
        assert!(next.epoch_start.first.0 >= theirs.epoch_start.first.0 + Revision::EPOCH_GAP);
        let other = Head { log: holdfast_model::LogId(uuid::Uuid::new_v4()), ..second };
        assert!(judge(seen.highest(), found(&other, "db/1")).is_err());
    }
}
