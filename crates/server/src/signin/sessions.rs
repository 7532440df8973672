//! Who has signed in, until when: marks of the log, and what is read of them without waiting for it.

use std::sync::{Arc, OnceLock};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use holdfast_auth::{Facts, Identity};
use holdfast_engine::sessions::{Mark, NAMESPACE};
use holdfast_engine::{Engine, EngineError};
use holdfast_model::{Entry, Event, EventKind};
use parking_lot::Mutex;
use thiserror::Error;
use tokio::sync::watch;
use tokio::time::timeout;

use super::followed::Followed;
use super::key::{self, KeyError, caller};
use super::marks::{self, CREDENTIAL, ENDED, OPEN, id_in, id_of, identity};
use super::seal::{BYTES, Seal};
use super::signed::{Payload, Signer};
use crate::trust::keeper::{Keeper, View};

/// Sessions of all nodes of a log. A session is known by a cookie that nobody can guess; only a hash of it is kept.
pub struct Sessions {
    ttl: Duration,
    /// The name of the cookie.
    cookie: String,
    form: Form,
    state: Mutex<Followed>,
    /// Rises whenever the state has followed the log.
    followed: watch::Sender<u64>,
    changes: watch::Sender<u64>,
    log: OnceLock<Attached>,
}

/// What the cookie holds.
enum Form {
    /// A random number, under whose hash the session is kept in the log.
    Kept,
    /// A signed token. It does not say who, so that all its sessions are somebody's of these facts.
    Signed(Signer, Box<Facts>),
}

/// The log behind it.
struct Attached {
    engine: Engine,
    keeper: Keeper,
    seal: Seal,
}

/// How long a call waits until this node has followed the log to where it knows it to be.
const SOON: Duration = Duration::from_secs(5);

/// A session that has begun.
#[derive(Debug)]
pub struct Opened {
    /// For the browser, and nobody else.
    pub cookie: String,
    /// Who.
    pub who: Identity,
}

/// There is no session. Nothing was changed, unless the engine says that this is not known.
#[derive(Debug, Error)]
pub enum OpenError {
    /// The sign-in had led to a session already.
    #[error("this sign-in is over")]
    Used,
    /// The system has no random numbers.
    #[error("no random numbers: {0}")]
    Random(#[from] getrandom::Error),
    /// The sessions follow no log.
    #[error("sessions are not kept yet")]
    NotStarted,
    /// The log does not take it.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

impl Sessions {
    /// Kept in the log, under hashes of cookies of this name.
    #[must_use]
    pub fn kept(ttl: Duration, cookie: &str) -> Self {
        Self::of(ttl, cookie, Form::Kept)
    }

    /// In signed tokens, all of them of one user. The log knows which of them were ended.
    #[must_use]
    pub fn signed(ttl: Duration, cookie: &str, signer: Signer, who: Facts) -> Self {
        Self::of(ttl, cookie, Form::Signed(signer, Box::new(who)))
    }

    fn of(ttl: Duration, cookie: &str, form: Form) -> Self {
        let (followed, changes) = (watch::Sender::new(0), watch::Sender::new(0));
        let (state, log, cookie) = (Mutex::default(), OnceLock::new(), cookie.to_owned());
        Self { ttl, cookie, form, state, followed, changes, log }
    }

    /// Follows the log of an engine from now on, and keeps sessions there.
    ///
    /// # Errors
    /// When it cannot be read, or has no key and takes none.
    pub async fn begin(self: &Arc<Self>, engine: &Engine) -> Result<(), KeyError> {
        let engine = engine.as_server();
        let seal = Seal::new(&key::of(&engine).await?);
        let keeper = Keeper::start(&engine, Arc::clone(self) as Arc<dyn View>).await?;
        // A second engine would be one too many; there is none.
        let _ = self.log.set(Attached { engine, keeper, seal });
        Ok(())
    }

    /// Waits for the end; the engine has stopped.
    pub async fn joined(&self) {
        if let Some(log) = self.log.get() {
            log.keeper.joined().await;
        }
    }

    /// What seals for all nodes of the log; `None` before it is followed.
    #[must_use]
    pub fn seal(&self) -> Option<&Seal> {
        self.log.get().map(|log| &log.seal)
    }

    /// The time by which sessions and sign-ins end: of the log, once there is one.
    #[must_use]
    pub fn now(&self) -> SystemTime {
        let nanos = self.log.get().map(|log| u64::try_from(log.engine.now().0).unwrap_or(0));
        nanos.map_or_else(SystemTime::now, |nanos| UNIX_EPOCH + Duration::from_nanos(nanos))
    }

    /// Begins a session of somebody who has just signed in, by one commit: with it ends the session that their browser had before.
    /// `once`: a mark of the sign-in, of which there is one session.
    ///
    /// # Errors
    /// [`OpenError`].
    pub async fn open(
        &self,
        facts: Facts,
        before: Option<&str>,
        once: Option<Mark>,
    ) -> Result<Opened, OpenError> {
        match &self.form {
            Form::Kept => self.open_kept(facts, before, once).await,
            Form::Signed(signer, who) => {
                let opened = self.open_signed(signer, who);
                // In one second, all sessions are the same one.
                if let Some(before) = before.filter(|before| *before != opened.cookie) {
                    self.close(before).await?;
                }
                Ok(opened)
            }
        }
    }

    async fn open_kept(
        &self,
        facts: Facts,
        before: Option<&str>,
        once: Option<Mark>,
    ) -> Result<Opened, OpenError> {
        let log = self.log.get().ok_or(OpenError::NotStarted)?;
        let mut random = [0; BYTES];
        getrandom::fill(&mut random)?;
        let cookie = log.seal.cookie(&self.cookie, &random);
        let id = id_of(&cookie);
        let now = self.now();
        let end = now + self.ttl;
        let end = marks::exact(facts.expires.map_or(end, |earlier| earlier.min(end)));
        let mut new = vec![marks::open(&facts, id, end)];
        new.extend(once);
        let mut gone = Vec::new();
        let before = before.filter(|before| log.seal.made(&self.cookie, before)).map(id_of);
        let room = self.state.lock().room();
        gone.extend(before.map(|before| marks::name(OPEN, before)));
        gone.extend(room.filter(|room| Some(*room) != before).map(|room| marks::name(OPEN, room)));
        let marked = log.engine.mark_sessions(&caller(), &new, &gone).await;
        marked.map_err(|error| match error {
            EngineError::KeyExists { .. } => OpenError::Used,
            other => OpenError::Engine(other),
        })?;
        self.until(|state| state.kept.contains_key(&id)).await;
        Ok(Opened { cookie, who: identity(facts, id, end) })
    }

    fn open_signed(&self, signer: &Signer, who: &Facts) -> Opened {
        let iat = seconds(self.now());
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

    /// Whose session that is, as far as this node has followed the log; `None`: nobody's, or it is over.
    pub fn known(&self, cookie: &str) -> Option<Identity> {
        let id = id_of(cookie);
        let who = match &self.form {
            Form::Kept if !self.is_ours(cookie) => return None,
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

    /// The same, and of a session that is not known here asks the log: another node may have begun it a moment ago.
    ///
    /// # Errors
    /// When the log does not answer.
    pub async fn find(&self, cookie: &str) -> Result<Option<Identity>, EngineError> {
        let known = self.known(cookie);
        let Some(log) = self.log.get().filter(|_| known.is_none() && self.is_ours(cookie)) else {
            return Ok(known);
        };
        let id = id_of(cookie);
        match log.engine.get(&caller(), NAMESPACE, &marks::name(OPEN, id)).await {
            Ok(_) => self.until(|state| state.kept.contains_key(&id)).await,
            Err(EngineError::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(error),
        }
        Ok(self.known(cookie))
    }

    /// Whether some node of this log gave that cookie to a browser as a session that is kept.
    fn is_ours(&self, cookie: &str) -> bool {
        let made = || self.log.get().is_some_and(|log| log.seal.made(&self.cookie, cookie));
        matches!(self.form, Form::Kept) && made()
    }

    /// Ends a session, on all nodes. False: there was none.
    ///
    /// # Errors
    /// When the log does not take it: then the session goes on, or, where that says so, may go on.
    pub async fn close(&self, cookie: &str) -> Result<bool, EngineError> {
        let Some(log) = self.log.get() else { return Ok(self.end_here(cookie)) };
        let Some(who) = self.find(cookie).await? else { return Ok(false) };
        let id = id_of(cookie);
        match self.form {
            Form::Kept => {
                let gone = [marks::name(OPEN, id)];
                log.engine.mark_sessions(&caller(), &[], &gone).await?;
                self.until(|state| !state.kept.contains_key(&id)).await;
            }
            Form::Signed(..) => {
                let end = who.facts().expires.unwrap_or_else(SystemTime::now);
                match log.engine.mark_sessions(&caller(), &[marks::ended(id, end)], &[]).await {
                    // Somebody else was faster.
                    Ok(_) | Err(EngineError::KeyExists { .. }) => {}
                    Err(error) => return Err(error),
                }
                self.until(|state| state.ended.contains_key(&id)).await;
            }
        }
        Ok(true)
    }

    /// Ends a session for this process alone: what there is without a log. False: there was none.
    pub fn end_here(&self, cookie: &str) -> bool {
        let Some(who) = self.known(cookie) else { return false };
        let end = who.facts().expires.map(|end| (id_of(cookie), end));
        self.state.lock().ended.extend(end);
        self.changes.send_modify(|count| *count += 1);
        true
    }

    /// False for somebody whose session has been ended. Others have none.
    pub fn still(&self, who: &Identity) -> bool {
        let Some(text) = who.facts().credential.strip_prefix(CREDENTIAL) else { return true };
        let Some(id) = id_in(text) else { return false };
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

    /// Waits until this node has seen in the log what is known to be there.
    async fn until(&self, seen: impl Fn(&Followed) -> bool) {
        let mut followed = self.followed.subscribe();
        let seen = async {
            while !seen(&self.state.lock()) {
                if followed.changed().await.is_err() {
                    return;
                }
            }
        };
        if timeout(SOON, seen).await.is_err() {
            tracing::warn!("sessions of the log are followed late");
        }
    }
}

impl View for Sessions {
    fn namespace(&self) -> &'static str {
        NAMESPACE
    }

    fn replace(&self, entries: &[Arc<Entry>]) {
        let mut state = Followed::default();
        for entry in entries {
            state.take(entry.at.key.as_str(), Some(&entry.value));
        }
        *self.state.lock() = state;
        self.followed.send_modify(|count| *count += 1);
        // What went meanwhile is not known.
        self.changes.send_modify(|count| *count += 1);
    }

    fn apply(&self, events: &[&Event]) {
        let mut state = self.state.lock();
        let mut ends = false;
        for event in events {
            let (key, removes) = (event.at.key.as_str(), event.kind.removes());
            state.take(key, (!removes).then_some(&*event.value));
            ends |= key.starts_with(ENDED) && !removes;
            ends |= key.starts_with(OPEN) && removes && event.kind != EventKind::Expire;
        }
        drop(state);
        self.followed.send_modify(|count| *count += 1);
        if ends {
            self.changes.send_modify(|count| *count += 1);
        }
    }
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
    i64::try_from(marks::since_1970(time).as_secs()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use holdfast_auth::AllowAll;
    use holdfast_engine::Options;
    use holdfast_store::MemoryStore;

    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    fn ann() -> Facts {
        Facts { user: "ann".into(), groups: vec!["ops".into()], ..Facts::default() }
    }

    async fn engine() -> Engine {
        let store = Arc::new(MemoryStore::new());
        let engine = Engine::open(store, Arc::new(AllowAll), Options::default()).await;
        engine.expect("it opens")
    }

    fn signed() -> Sessions {
        Sessions::signed(HOUR, "s", Signer::new(&[7; 32]), ann())
    }

    /// Two nodes of one log.
    async fn nodes(make: fn() -> Sessions) -> [Arc<Sessions>; 2] {
        let engine = engine().await;
        let nodes = [Arc::new(make()), Arc::new(make())];
        for node in &nodes {
            node.begin(&engine).await.expect("it follows");
        }
        nodes
    }

    async fn find(sessions: &Sessions, cookie: &str) -> Option<Identity> {
        sessions.find(cookie).await.expect("the log answers")
    }

    async fn close(sessions: &Sessions, cookie: &str) -> bool {
        sessions.close(cookie).await.expect("the log takes it")
    }

    #[tokio::test]
    async fn a_session_is_somebody_on_every_node_until_it_is_ended() {
        for make in [(|| Sessions::kept(HOUR, "s")) as fn() -> Sessions, signed] {
            let [one, other] = nodes(make).await;
            let mut changes = other.changes();
            let Opened { cookie, who } = one.open(ann(), None, None).await.expect("it opens");
            assert_eq!(one.known(&cookie), Some(who.clone()));
            assert_eq!(find(&other, &cookie).await, Some(who.clone()));
            assert_eq!(
                (who.user(), who.facts().groups.as_slice()),
                ("ann", &["ops".to_owned()][..])
            );
            assert!(other.still(&who) && other.still(&Identity::named("bob")));
            assert_eq!(find(&other, &format!("{cookie}x")).await, None);
            assert_eq!(find(&other, "").await, None);
            changes.mark_unchanged();
            assert!(!close(&one, "nothing").await && !changes.has_changed().expect("it lives"));
            assert!(close(&one, &cookie).await);
            changes.changed().await.expect("it lives");
            for node in [&one, &other] {
                assert_eq!(find(node, &cookie).await, None);
                assert!(!node.still(&who) && !close(node, &cookie).await);
            }
            // Signing in again is another session, in the same second too.
            let again = one.open(ann(), None, None).await.expect("it opens");
            assert!(again.cookie != cookie && find(&other, &again.cookie).await.is_some());
        }
    }

    #[tokio::test]
    async fn a_session_ends_with_the_next_of_its_browser_and_a_sign_in_leads_to_one() {
        let [one, other] = nodes(|| Sessions::kept(HOUR, "s")).await;
        let until = marks::timestamp(SystemTime::now() + HOUR);
        let once =
            || Some(Mark { key: "used/x".into(), json: serde_json::json!({}), until: Some(until) });
        let first = one.open(ann(), None, once()).await.expect("it opens");
        let again = other.open(ann(), Some(&first.cookie), once()).await;
        assert!(matches!(again, Err(OpenError::Used)), "{again:?}");
        assert!(find(&one, &first.cookie).await.is_some(), "nothing was changed");
        let next = other.open(ann(), Some(&first.cookie), None).await.expect("it opens");
        assert_eq!(find(&other, &first.cookie).await, None);
        assert!(find(&other, &next.cookie).await.is_some());
        let nothing = other.open(ann(), Some("made up"), None).await;
        assert!(nothing.is_ok(), "{nothing:?}");
    }

    #[tokio::test]
    async fn who_starts_again_knows_its_sessions_and_no_cookie_of_another_name() {
        let engine = engine().await;
        let start = async |name| {
            let sessions = Arc::new(Sessions::kept(HOUR, name));
            sessions.begin(&engine).await.expect("it follows");
            sessions
        };
        let opened = start("s").await.open(ann(), None, None).await.expect("it opens");
        let (again, renamed) = (start("s").await, start("t").await);
        assert_eq!(again.known(&opened.cookie), Some(opened.who.clone()));
        assert_eq!(find(&renamed, &opened.cookie).await, None);
        let alone = Sessions::kept(HOUR, "s");
        assert!(matches!(alone.open(ann(), None, None).await, Err(OpenError::NotStarted)));
        assert_eq!(find(&alone, &opened.cookie).await, None);
    }

    #[tokio::test]
    async fn a_session_ends_by_itself() {
        let [sessions, _] = nodes(|| Sessions::kept(HOUR, "s")).await;
        let over = Facts { expires: Some(SystemTime::now() - HOUR), ..ann() };
        // The log takes what has ended as something that nobody sees.
        let id = id_of("c");
        let gone = marks::open(&over, id, SystemTime::now() - HOUR);
        let log = sessions.log.get().expect("it follows");
        log.engine.mark_sessions(&caller(), &[gone], &[]).await.expect("taken");
        let soon = Facts { expires: Some(SystemTime::now() + Duration::from_secs(2)), ..ann() };
        let opened = sessions.open(soon, None, None).await.expect("it opens");
        assert!(find(&sessions, &opened.cookie).await.is_some());
        tokio::time::sleep(Duration::from_millis(2_100)).await;
        assert_eq!(find(&sessions, &opened.cookie).await, None);
    }

    #[test]
    fn a_signed_session_ends_by_itself() {
        let (sessions, signer) = (signed(), Signer::new(&[7; 32]));
        let now = seconds(SystemTime::now());
        let found = |iat, exp| sessions.known(&signer.write(&Payload { iat, exp })).is_some();
        assert!(found(now - 10, now + 10));
        assert!(!found(now - 10, now - 5));
        assert!(!found(now - 10, -1));
        // Without an end it lasts as long as one made here.
        assert!(found(now - 10, 0) && !found(now - 4000, 0));
        assert!(found(now, i64::MAX / 1_000_000_000) && !found(i64::MIN, 0));
    }
}
