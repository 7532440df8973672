//! What a step of a reclaim looks at.

use std::collections::BTreeSet;

use holdfast_model::{EntryKey, Floors, Glance, Head, Revision};
use holdfast_store::StoreError;

use crate::corrupt;

/// How many commits one step goes through.
pub const COMMITS: i64 = 256;

/// The floors of a head once these are asked for: they never fall, and never pass the end of the log.
#[must_use]
pub fn raised(head: &Head, asked: Floors) -> Floors {
    Floors {
        events: asked.events.min(head.revision.next()).max(head.floors.events),
        history: asked.history.min(head.revision).max(head.floors.history),
    }
}

/// All up to this revision may be trimmed: both floors have passed it.
#[must_use]
pub fn bound(floors: Floors) -> Revision {
    Revision(floors.events.0.saturating_sub(1)).min(floors.history)
}

/// The keys that these commits are about, given by revision and canonical bytes.
///
/// # Errors
/// [`StoreError::Corrupt`].
pub fn keys<'a>(
    commits: impl IntoIterator<Item = (i64, &'a [u8])>,
) -> Result<BTreeSet<EntryKey>, StoreError> {
    let mut keys = BTreeSet::new();
    for (revision, canonical) in commits {
        let bad = |error| corrupt(format!("the table log, revision {revision}"), error);
        let glance = Glance::at(canonical).map_err(bad)?;
        for at in glance.keys() {
            keys.insert(at.map_err(bad)?);
        }
    }
    Ok(keys)
}

#[cfg(test)]
mod tests {
    use holdfast_testkit::scribe::{Change, Scribe, key};

    use super::*;

    #[test]
    fn the_keys_of_commits_are_found() {
        let (a, b) = (key("n", "a"), key("m", "b"));
        let mut scribe = Scribe::new();
        let sets = |value: &'static str| vec![Change::set(&a, value), Change::set(&b, value)];
        let group = scribe.group([sets("1"), vec![Change::delete(&a)]]);
        let rows = group.commits.iter().map(|sealed| (1, &sealed.canonical()[..]));
        assert_eq!(keys(rows).expect("commits").into_iter().collect::<Vec<_>>(), [b, a]);
        assert!(matches!(keys([(1, &b"nothing"[..])]), Err(StoreError::Corrupt { .. })));
    }

    #[test]
    fn floors_stay_inside_the_log() {
        let mut scribe = Scribe::new();
        let _ = scribe.set(&key("n", "k"), "v");
        let mut head = scribe.head();
        let floors =
            |events, history| Floors { events: Revision(events), history: Revision(history) };
        head.floors = raised(&head, floors(9, 9));
        assert_eq!(head.floors, floors(2, 1));
        assert_eq!(raised(&head, floors(1, 0)), floors(2, 1));
        assert_eq!(bound(floors(2, 1)), Revision(1));
        assert_eq!(bound(floors(2, 0)), Revision(0));
    }
}
