//! The events of a group, by key.

use std::sync::Arc;

use holdfast_model::{Commit, Event, EventKind, Sealed};

use crate::{keys, log_row};

/// Sorted by key, the newest event of a key first: rows that go into a table side by side find their places there much
/// faster than the same rows in any order.
pub(super) struct Places<'a> {
    /// The keys of the entries, one behind the other.
    names: Vec<u8>,
    sorted: Vec<Place<'a>>,
}

pub(super) struct Place<'a> {
    name: (usize, usize),
    pub(super) commit: &'a Commit,
    pub(super) index: u32,
    /// The history finds the event in the log.
    pub(super) searched: bool,
}

impl<'a> Places<'a> {
    pub(super) fn of(commits: &'a [Arc<Sealed>]) -> Self {
        let events = commits.iter().flat_map(|sealed| &sealed.commit().events);
        let lens = events.map(|event| keys::entry_len(&event.at));
        let mut names = Vec::with_capacity(lens.clone().sum());
        let mut sorted = Vec::with_capacity(lens.count());
        for sealed in commits {
            let (commit, searched) = (sealed.commit(), log_row::is_searched(sealed));
            for (index, event) in (0u32..).zip(&commit.events) {
                let begin = names.len();
                keys::push_entry(&event.at, &mut names);
                sorted.push(Place { name: (begin, names.len()), commit, index, searched });
            }
        }
        let name = |place: &Place<'_>| &names[place.name.0..place.name.1];
        sorted.sort_unstable_by(|a, b| {
            let newest_first = || (b.commit.revision, b.index).cmp(&(a.commit.revision, a.index));
            name(a).cmp(name(b)).then_with(newest_first)
        });
        Self { names, sorted }
    }

    /// All events, each with the key of its entry.
    pub(super) fn events(&self) -> impl Iterator<Item = (&[u8], &Place<'a>)> {
        self.sorted.iter().map(|place| (self.name(place), place))
    }

    /// The events of each key, newest first.
    pub(super) fn by_key(&self) -> impl Iterator<Item = (&[u8], &[Place<'a>])> {
        let same = |a: &Place<'a>, b: &Place<'a>| self.name(a) == self.name(b);
        self.sorted.chunk_by(same).map(|events| (self.name(&events[0]), events))
    }

    /// True when the group has an event of this key.
    pub(super) fn contains(&self, key: &[u8]) -> bool {
        self.sorted.binary_search_by(|place| self.name(place).cmp(key)).is_ok()
    }

    fn name(&self, place: &Place<'_>) -> &[u8] {
        &self.names[place.name.0..place.name.1]
    }
}

impl<'a> Place<'a> {
    pub(super) fn event(&self) -> &'a Event {
        &self.commit.events[self.index as usize]
    }

    /// True when reads see the event.
    pub(super) fn counts(&self) -> bool {
        self.event().kind != EventKind::Superseded
    }
}
