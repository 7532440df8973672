//! What is known of sessions on this node: what the log says, as far as it was followed.

use std::collections::HashMap;
use std::time::SystemTime;

use holdfast_auth::Identity;

use super::marks::{self, ENDED, Id, OPEN, id_in};

/// What the log says, as far as it was followed.
#[derive(Default)]
pub(super) struct Followed {
    /// By the hash of the cookie.
    pub(super) kept: HashMap<Id, Identity>,
    /// Signed sessions that were ended before their time, with that time.
    pub(super) ended: HashMap<Id, SystemTime>,
}

/// More sessions are not kept: the one that would end first makes room.
const MOST: usize = 10_000;

impl Followed {
    /// Takes over a mark; `None`: it is gone.
    pub(super) fn take(&mut self, key: &str, json: Option<&[u8]>) {
        if let Some(id) = key.strip_prefix(OPEN).and_then(id_in) {
            self.kept.remove(&id);
            self.kept.extend(json.and_then(|json| marks::read_open(json, id)).map(|who| (id, who)));
        } else if let Some(id) = key.strip_prefix(ENDED).and_then(id_in) {
            self.ended.remove(&id);
            self.ended.extend(json.and_then(marks::read_ended).map(|end| (id, end)));
        }
    }

    /// Whose session makes room for one more, when there are too many.
    pub(super) fn room(&self) -> Option<Id> {
        let first = || self.kept.iter().min_by_key(|(_, who)| who.facts().expires);
        if self.kept.len() < MOST { None } else { first().map(|(id, _)| *id) }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use holdfast_auth::Facts;

    use super::*;
    use crate::signin::marks::id_of;

    #[test]
    fn sessions_stay_bounded() {
        let ann = Facts { user: "ann".into(), ..Facts::default() };
        let mut state = Followed::default();
        let end = |n: usize| {
            SystemTime::now() + Duration::from_secs(3_600) + Duration::from_secs(n as u64)
        };
        for n in 0..MOST {
            assert_eq!(state.room(), None);
            let id = id_of(&n.to_string());
            let mark = marks::open(&ann, id, end(MOST - n));
            state.take(&mark.key, Some(mark.json.to_string().as_bytes()));
        }
        assert_eq!(state.room(), Some(id_of(&(MOST - 1).to_string())));
        state.take(&marks::name(OPEN, id_of("7")), None);
        assert_eq!((state.room(), state.kept.len()), (None, MOST - 1));
        // What a later release may keep there is left alone.
        state.take("other/x", Some(b"{}"));
        state.take("open/x", Some(b"{}"));
        assert_eq!(state.kept.len(), MOST - 1);
    }
}
