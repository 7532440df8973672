//! Tokens that were verified already: to verify one costs more than a whole request.

use std::time::{Duration, SystemTime};

use holdfast_auth::Identity;
use quick_cache::sync::Cache;

/// Whom a token proved, and until when that need not be asked again.
#[derive(Clone)]
struct Proven {
    who: Identity,
    until: SystemTime,
    /// Of the keys that proved it: with other keys it has to be proved again.
    generation: u64,
}

/// By a hash of the whole token, so that no token lies in memory for later.
pub(crate) struct Known {
    tokens: Cache<[u8; 32], Proven>,
    longest: Duration,
}

impl Known {
    pub(crate) fn new(entries: usize, longest: Duration) -> Self {
        Self { tokens: Cache::new(entries), longest }
    }

    pub(crate) fn get(&self, token: &str, generation: u64, now: SystemTime) -> Option<Identity> {
        let hash = blake3::hash(token.as_bytes());
        let proven = self.tokens.get(hash.as_bytes())?;
        if proven.generation == generation && now < proven.until {
            return Some(proven.who);
        }
        self.tokens.remove(hash.as_bytes());
        None
    }

    pub(crate) fn put(&self, token: &str, generation: u64, now: SystemTime, who: &Identity) {
        let longest = now + self.longest;
        let until = who.facts().expires.map_or(longest, |end| end.min(longest));
        let proven = Proven { who: who.clone(), until, generation };
        self.tokens.insert(*blake3::hash(token.as_bytes()).as_bytes(), proven);
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.tokens.len()
    }
}

#[cfg(test)]
mod tests {
    use holdfast_auth::Facts;

    use super::*;

    #[test]
    fn a_token_is_known_until_it_ends_or_the_keys_change() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1000);
        let second = Duration::from_secs(1);
        let known = Known::new(10, 60 * second);
        let facts =
            Facts { user: "ann".into(), expires: Some(now + 5 * second), ..Facts::default() };
        let (short, long) = (Identity::proven(facts), Identity::named("bob"));
        known.put("a", 1, now, &short);
        known.put("b", 1, now, &long);
        assert_eq!(known.get("a", 1, now + 4 * second), Some(short));
        assert_eq!(known.get("a", 1, now + 5 * second), None, "expired");
        assert_eq!(known.get("b", 1, now + 59 * second), Some(long.clone()));
        assert_eq!(known.get("b", 1, now + 60 * second), None, "long enough");
        known.put("b", 1, now, &long);
        assert_eq!(known.get("b", 2, now), None, "other keys");
        assert_eq!(known.get("b", 1, now), None, "and gone");
    }

    #[test]
    fn it_stays_bounded() {
        let known = Known::new(16, Duration::from_secs(60));
        let now = SystemTime::now();
        (0..1000).for_each(|n| known.put(&n.to_string(), 1, now, &Identity::named("ann")));
        assert!(known.len() <= 16, "{} tokens", known.len());
    }
}
