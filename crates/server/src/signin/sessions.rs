//! Who has signed in, until when.

use std::collections::HashMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use holdfast_auth::{Facts, Identity};
use parking_lot::Mutex;
use tokio::sync::watch;

use super::signed::{Payload, Signer};

/// Sessions of one process. A session is known by a cookie that nobody can guess; only a hash of it is kept.
pub struct Sessions {
    ttl: Duration,
    form: Form,
    state: Mutex<State>,
    changes: watch::Sender<u64>,
}

/// What the cookie holds.
enum Form {
    /// A random number, under which the session is kept here.
    Kept,
    /// A signed token. It does not say who, so that all its sessions are somebody's of these facts.
    Signed(Signer, Box<Facts>),
}

/// A hash of a cookie.
type Id = [u8; 16];

#[derive(Default)]
struct State {
    /// By the hash of the cookie.
    kept: HashMap<Id, Identity>,
    /// Signed sessions that were ended before their time, with that time.
    ended: HashMap<Id, SystemTime>,
}

/// More sessions are not kept: the one that would end first makes room.
const MOST: usize = 10_000;
const RANDOM_BYTES: usize = 32;
const HASH_CONTEXT: &str = "holdfast 2026 session cookie v1";
/// How the credential of such an identity begins.
const CREDENTIAL: &str = "session:";

/// A session that has begun.
#[derive(Debug)]
pub struct Opened {
    /// For the browser, and nobody else.
    pub cookie: String,
    /// Who.
    pub who: Identity,
}

impl Sessions {
    /// Kept in memory: they end with the process.
    #[must_use]
    pub fn kept(ttl: Duration) -> Self {
        Self::of(ttl, Form::Kept)
    }

    /// In signed tokens, all of them of one user.
    #[must_use]
    pub fn signed(ttl: Duration, signer: Signer, who: Facts) -> Self {
        Self::of(ttl, Form::Signed(signer, Box::new(who)))
    }

    fn of(ttl: Duration, form: Form) -> Self {
        Self { ttl, form, state: Mutex::default(), changes: watch::Sender::new(0) }
    }

    /// Begins a session of somebody who has just signed in.
    ///
    /// # Errors
    /// When the system has no random numbers.
    pub fn open(&self, facts: Facts) -> Result<Opened, getrandom::Error> {
        let now = SystemTime::now();
        match &self.form {
            Form::Kept => self.open_kept(facts, now),
            Form::Signed(signer, who) => Ok(self.open_signed(signer, who, now)),
        }
    }

    fn open_kept(&self, facts: Facts, now: SystemTime) -> Result<Opened, getrandom::Error> {
        let mut random = [0; RANDOM_BYTES];
        getrandom::fill(&mut random)?;
        let cookie = URL_SAFE_NO_PAD.encode(random);
        let id = id_of(&cookie);
        let end = now + self.ttl;
        let end = facts.expires.map_or(end, |earlier| earlier.min(end));
        let who = identity(facts, id, end);
        let mut state = self.state.lock();
        state.make_room(now);
        state.kept.insert(id, who.clone());
        Ok(Opened { cookie, who })
    }

    fn open_signed(&self, signer: &Signer, who: &Facts, now: SystemTime) -> Opened {
        let iat = seconds(now);
        let ttl = i64::try_from(self.ttl.as_secs()).unwrap_or(i64::MAX);
        let mut payload = Payload { iat, exp: iat.saturating_add(ttl) };
        let state = self.state.lock();
        loop {
            let cookie = signer.write(&payload);
            let id = id_of(&cookie);
            // Tokens of one second are the same one: who has just signed out gets another.
            if !state.ended.contains_key(&id) {
                let who = identity(who.clone(), id, end_of(&payload, self.ttl));
                return Opened { cookie, who };
            }
            payload.exp -= 1;
        }
    }

    /// Whose session that is; `None`: nobody's, or it is over.
    pub fn find(&self, cookie: &str) -> Option<Identity> {
        let id = id_of(cookie);
        let who = match &self.form {
            Form::Kept => self.state.lock().kept.get(&id).cloned()?,
            Form::Signed(signer, who) => {
                let payload = signer.read(cookie)?;
                if self.state.lock().ended.contains_key(&id) {
                    return None;
                }
                identity(Facts::clone(who), id, end_of(&payload, self.ttl))
            }
        };
        (!who.expired(SystemTime::now())).then_some(who)
    }

    /// Ends a session. False: there was none.
    pub fn close(&self, cookie: &str) -> bool {
        let Some(who) = self.find(cookie) else { return false };
        let id = id_of(cookie);
        let now = SystemTime::now();
        let mut state = self.state.lock();
        if state.kept.remove(&id).is_none() {
            state.ended.retain(|_, end| *end > now);
            state.ended.extend(who.facts().expires.map(|end| (id, end)));
        }
        drop(state);
        self.changes.send_modify(|count| *count += 1);
        true
    }

    /// False for somebody whose session has been ended. Others have none.
    pub fn still(&self, who: &Identity) -> bool {
        let Some(text) = who.facts().credential.strip_prefix(CREDENTIAL) else { return true };
        let mut id = Id::default();
        if hex::decode_to_slice(text, &mut id).is_err() {
            return false;
        }
        let state = self.state.lock();
        match self.form {
            Form::Kept => state.kept.contains_key(&id),
            Form::Signed(..) => !state.ended.contains_key(&id),
        }
    }

    /// Rises whenever a session is ended before its time.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }
}

impl State {
    fn make_room(&mut self, now: SystemTime) {
        if self.kept.len() < MOST {
            return;
        }
        self.kept.retain(|_, who| !who.expired(now));
        let first = self.kept.iter().min_by_key(|(_, who)| who.facts().expires);
        if let Some(id) = first.map(|(id, _)| *id).filter(|_| self.kept.len() >= MOST) {
            self.kept.remove(&id);
        }
    }
}

fn id_of(cookie: &str) -> Id {
    let hash = blake3::derive_key(HASH_CONTEXT, cookie.as_bytes());
    let mut id = Id::default();
    id.copy_from_slice(&hash[..16]);
    id
}

fn identity(facts: Facts, id: Id, end: SystemTime) -> Identity {
    let credential = format!("{CREDENTIAL}{}", hex::encode(id));
    Identity::proven(Facts { credential, expires: Some(end), ..facts })
}

/// After the last second of a token; one that does not say lasts as long as one made here.
fn end_of(payload: &Payload, ttl: Duration) -> SystemTime {
    let moment = |seconds: i64| {
        let since = Duration::from_secs(u64::try_from(seconds).unwrap_or(0));
        UNIX_EPOCH.checked_add(since)
    };
    let end = match payload.exp {
        0 => moment(payload.iat).and_then(|made| made.checked_add(ttl)),
        end => moment(end.saturating_add(1)),
    };
    // A time that the system cannot tell is not believed.
    end.unwrap_or(UNIX_EPOCH)
}

fn seconds(time: SystemTime) -> i64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    fn ann() -> Facts {
        Facts { user: "ann".into(), groups: vec!["ops".into()], ..Facts::default() }
    }

    fn both() -> [Sessions; 2] {
        [Sessions::kept(HOUR), Sessions::signed(HOUR, Signer::new(&[7; 32]), ann())]
    }

    #[test]
    fn a_session_is_somebody_until_it_is_ended() {
        for sessions in both() {
            let changes = sessions.changes();
            let Opened { cookie, who } = sessions.open(ann()).expect("random numbers");
            assert_eq!(sessions.find(&cookie), Some(who.clone()));
            assert_eq!(
                (who.user(), who.facts().groups.as_slice()),
                ("ann", &["ops".to_owned()][..])
            );
            assert!(sessions.still(&who) && sessions.still(&Identity::named("bob")));
            assert_eq!(sessions.find(&format!("{cookie}x")), None);
            assert_eq!(sessions.find(""), None);
            assert!(!sessions.close("nothing") && !changes.has_changed().expect("it lives"));
            assert!(sessions.close(&cookie) && changes.has_changed().expect("it lives"));
            assert_eq!(sessions.find(&cookie), None);
            assert!(!sessions.still(&who) && !sessions.close(&cookie));
            // Signing in again is another session, in the same second too.
            let again = sessions.open(ann()).expect("random numbers");
            assert!(again.cookie != cookie && sessions.find(&again.cookie).is_some());
        }
    }

    #[test]
    fn a_session_ends_by_itself() {
        let sessions = Sessions::kept(HOUR);
        let over = Facts { expires: Some(SystemTime::now()), ..ann() };
        let opened = sessions.open(over).expect("random numbers");
        assert_eq!(sessions.find(&opened.cookie), None);
        let signer = Signer::new(&[7; 32]);
        let sessions = Sessions::signed(HOUR, signer.clone(), ann());
        let now = seconds(SystemTime::now());
        let found = |iat, exp| sessions.find(&signer.write(&Payload { iat, exp })).is_some();
        assert!(found(now - 10, now + 10));
        assert!(!found(now - 10, now - 5));
        assert!(!found(now - 10, -1));
        // Without an end it lasts as long as one made here.
        assert!(found(now - 10, 0) && !found(now - 4000, 0));
        assert!(found(now, i64::MAX / 1_000_000_000) && !found(i64::MIN, 0));
    }

    #[test]
    fn sessions_stay_bounded() {
        let sessions = Sessions::kept(HOUR);
        let first = sessions.open(ann()).expect("random numbers");
        let mut last = String::new();
        for _ in 0..MOST {
            last = sessions.open(ann()).expect("random numbers").cookie;
        }
        assert_eq!(sessions.state.lock().kept.len(), MOST);
        assert!(sessions.find(&first.cookie).is_none() && sessions.find(&last).is_some());
    }
}
