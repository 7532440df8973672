//! Conversations that went on elsewhere and are expected back: on whichever node the browser comes back to.

use std::collections::HashMap;
use std::time::{Duration, SystemTime};

use holdfast_engine::sessions::Mark;
use parking_lot::Mutex;
use serde_json::json;

use super::marks;
use super::seal::Seal;

/// What a sign-in wants kept while its browser is elsewhere is with that browser, in a cookie that it can neither read nor change:
/// beginning to sign in, which everybody may, writes nothing. What came back is kept here, so that it comes back once.
#[derive(Default)]
pub struct Pending(Mutex<HashMap<blake3::Hash, SystemTime>>);

/// A conversation that goes on.
#[derive(Debug, PartialEq)]
pub struct CameBack {
    /// What was kept.
    pub kept: String,
    /// For the commit of its session: of a conversation there is one, on all nodes together.
    pub once: Mark,
}

/// Who has not come back by then begins anew.
pub const PATIENCE: Duration = Duration::from_secs(300);
/// More that came back are not remembered: those go first that would be forgotten first. How many one address can bring is bounded,
/// too.
const MOST: usize = 10_000;

impl Pending {
    /// The value of the browser's cookie; `None`: what is to be kept is too long for one, or there are no random numbers.
    #[must_use]
    pub fn keep(&self, seal: &Seal, what: &str, now: SystemTime) -> Option<String> {
        seal.close(what, now + PATIENCE)
    }

    /// Gives it back, once.
    #[must_use]
    pub fn take(&self, seal: &Seal, cookie: &str, now: SystemTime) -> Option<CameBack> {
        let (kept, until) = seal.open(cookie, now)?;
        let hash = blake3::hash(cookie.as_bytes());
        let mut back = self.0.lock();
        if back.contains_key(&hash) {
            return None;
        }
        if back.len() >= MOST {
            back.retain(|_, until| *until > now);
            let oldest = back.iter().min_by_key(|(_, until)| **until).map(|(hash, _)| *hash);
            oldest.filter(|_| back.len() >= MOST).map(|hash| back.remove(&hash));
        }
        back.insert(hash, until);
        let key = format!("{}{}", marks::USED, hash.to_hex());
        let once = Mark { key, json: json!({}), until: Some(marks::timestamp(until)) };
        Some(CameBack { kept, once })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_kept_is_given_once_to_its_browser_by_any_node() {
        let (one, other) = (Pending::default(), Pending::default());
        let seal = Seal::new(&[7; 32]);
        let now = SystemTime::now();
        let cookie = one.keep(&seal, "flow", now).expect("random numbers");
        let back = other.take(&seal, &cookie, now).expect("it is given");
        assert_eq!(back.kept, "flow");
        assert_eq!(other.take(&seal, &cookie, now), None);
        // The commit of a session tells a node that does not know it.
        assert_eq!(one.take(&seal, &cookie, now).map(|back| back.once), Some(back.once));
        assert_eq!(one.take(&seal, "", now), None);
        let late = one.keep(&seal, "flow", now).expect("random numbers");
        assert_eq!(one.take(&seal, &late, now + PATIENCE), None);
    }

    #[test]
    fn what_came_back_stays_bounded() {
        let (pending, seal, now) = (Pending::default(), Seal::new(&[7; 32]), SystemTime::now());
        for n in 0..=MOST {
            let cookie = pending.keep(&seal, &n.to_string(), now).expect("random numbers");
            assert!(pending.take(&seal, &cookie, now).is_some());
        }
        assert_eq!(pending.0.lock().len(), MOST);
    }
}
