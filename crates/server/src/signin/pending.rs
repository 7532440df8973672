//! Conversations that went on elsewhere and are expected back.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use parking_lot::Mutex;

/// What a sign-in wants kept while its browser is elsewhere, under a cookie of that browser.
#[derive(Default)]
pub struct Pending(Mutex<HashMap<blake3::Hash, (Instant, String)>>);

/// Who has not come back by then begins anew.
pub const PATIENCE: Duration = Duration::from_secs(300);
/// More are not waited for: the oldest makes room. How many one address can begin is bounded, too.
const MOST: usize = 10_000;

impl Pending {
    /// Keeps it; the answer is for the browser's cookie.
    ///
    /// # Errors
    /// When the system has no random numbers.
    pub fn keep(&self, what: String) -> Result<String, getrandom::Error> {
        let mut random = [0; 32];
        getrandom::fill(&mut random)?;
        let cookie = URL_SAFE_NO_PAD.encode(random);
        let mut all = self.0.lock();
        if all.len() >= MOST {
            all.retain(|_, (since, _)| since.elapsed() < PATIENCE);
            let oldest = all.iter().min_by_key(|(_, (since, _))| *since).map(|(hash, _)| *hash);
            oldest.filter(|_| all.len() >= MOST).map(|hash| all.remove(&hash));
        }
        all.insert(blake3::hash(cookie.as_bytes()), (Instant::now(), what));
        Ok(cookie)
    }

    /// Gives it back, once.
    pub fn take(&self, cookie: &str) -> Option<String> {
        let (since, what) = self.0.lock().remove(&blake3::hash(cookie.as_bytes()))?;
        (since.elapsed() < PATIENCE).then_some(what)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_kept_is_given_once_to_its_browser() {
        let pending = Pending::default();
        let cookies: Vec<_> =
            (0..=MOST).map(|n| pending.keep(n.to_string()).expect("random numbers")).collect();
        assert_eq!(pending.0.lock().len(), MOST);
        assert_eq!(pending.take(&cookies[0]), None, "it made room");
        assert_eq!(pending.take(&cookies[1]), Some("1".into()));
        assert_eq!(pending.take(&cookies[1]), None);
        assert_eq!(pending.take(""), None);
    }
}
