//! The guard of a server at which people sign in: it knows callers by a cookie, and leaves everything else to the guard behind it.

use std::sync::Arc;

use async_trait::async_trait;
use holdfast_auth::trust::PolicyDocument;
use holdfast_auth::{
    Action, AuthError, Credentials, Decision, Guard, Identity, Metadata, Resource, Shown, Sight,
    Standing,
};
use holdfast_engine::EngineError;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::cookies::{self, Found};
use super::origin::{self, Proof};
use super::sessions::Sessions;

/// What the cookie of a caller holds.
pub enum Holds {
    /// A session of this server.
    Session(Arc<Sessions>),
    /// A token, as others show it in `authorization`.
    Token,
}

/// See the module.
pub struct CookieGuard {
    inner: Arc<dyn Guard>,
    cookie: String,
    holds: Holds,
    /// Headers with credentials: where there is one, cookies are not looked at.
    stronger: Vec<String>,
    /// The origin of this server's pages, when it is known.
    origin: Option<String>,
    changes: watch::Receiver<u64>,
}

const ENDED: &str = "the session is not valid: it is wrong, has ended, or was signed out";
const UNCLEAR: &str = "several cookies claim to be the session";
const FORGED: &str = "with a session only a page of this server may change things: the request's Sec-Fetch-Site or Origin does not say so";

impl CookieGuard {
    /// In front of a guard. Its task ends when `stop` is cancelled.
    pub fn new(
        inner: Arc<dyn Guard>,
        (cookie, holds): (String, Holds),
        origin: Option<String>,
        stronger: Vec<String>,
        stop: CancellationToken,
    ) -> Self {
        let mut sources: Vec<_> = inner.changes().into_iter().collect();
        if let Holds::Session(sessions) = &holds {
            sources.push(sessions.changes());
        }
        let changes = watch::Sender::new(0_u64);
        let changed = changes.subscribe();
        tokio::spawn(gather(sources, changes, stop));
        Self { inner, cookie, holds, stronger, origin, changes: changed }
    }

    /// A browser sends cookies whoever made it send the request.
    fn is_own(&self, shown: &Credentials<'_>) -> Result<(), AuthError> {
        let fine = shown.safe || origin::proof(shown, self.origin.as_deref()) == Proof::Own;
        if fine { Ok(()) } else { Err(AuthError::Denied(FORGED.into())) }
    }
}

/// Of the log, which was asked about a session that is not known here.
fn failed(error: EngineError) -> AuthError {
    AuthError::Failed(format!("sessions cannot be looked up: {error}"))
}

/// Counts on whenever one of the sources does.
async fn gather(
    mut sources: Vec<watch::Receiver<u64>>,
    changes: watch::Sender<u64>,
    stop: CancellationToken,
) {
    loop {
        let any = async {
            let waiting = sources.iter_mut().map(|source| Box::pin(source.changed()));
            let waiting: Vec<_> = waiting.collect();
            if waiting.is_empty() {
                return std::future::pending().await;
            }
            let (changed, at, _) = futures::future::select_all(waiting).await;
            changed.is_err().then_some(at)
        };
        let ended = tokio::select! {
            () = stop.cancelled() => return,
            ended = any => ended,
        };
        match ended {
            Some(at) => drop(sources.remove(at)),
            None => changes.send_modify(|count| *count += 1),
        }
    }
}

// A question that is not passed on would be answered by the contract's default.
#[deny(clippy::missing_trait_methods)]
#[async_trait]
impl Guard for CookieGuard {
    async fn authenticate(&self, shown: &Credentials<'_>) -> Result<Identity, AuthError> {
        let stronger = self.stronger.iter().any(|header| shown.get(header).is_some());
        if stronger || shown.get("cookie").is_none() {
            return self.inner.authenticate(shown).await;
        }
        let all = shown.all();
        let headers = all.iter().filter(|(name, _)| name == "cookie").map(|(_, value)| &**value);
        let value = match cookies::find(headers, &self.cookie) {
            Found::Nothing => return self.inner.authenticate(shown).await,
            Found::Unclear => return Err(AuthError::Unauthenticated(UNCLEAR.into())),
            Found::One(value) => value,
        };
        let who = match &self.holds {
            Holds::Session(sessions) => {
                let found = sessions.find(value).await.map_err(failed)?;
                let who = found.ok_or_else(|| AuthError::Unauthenticated(ENDED.into()))?;
                // Whoever is disabled is so however they came in.
                self.inner.still(&who)?;
                who
            }
            Holds::Token => {
                let header = format!("Bearer {value}");
                let with = WithToken { inner: shown, header: &header };
                self.inner.authenticate(&shown.saying(&with)).await?
            }
        };
        self.is_own(shown)?;
        Ok(who)
    }

    async fn decide(
        &self,
        who: &Identity,
        action: Action,
        what: &Resource,
    ) -> Result<Decision, AuthError> {
        self.inner.decide(who, action, what).await
    }

    fn decide_now(
        &self,
        who: &Identity,
        action: Action,
        what: &Resource<'_>,
    ) -> Option<Result<Decision, AuthError>> {
        self.inner.decide_now(who, action, what)
    }

    fn show(&self, who: &Identity, what: &Shown<'_>) -> Result<Sight, AuthError> {
        self.inner.show(who, what)
    }

    fn redacts(&self) -> bool {
        self.inner.redacts()
    }

    fn still(&self, who: &Identity) -> Result<(), AuthError> {
        if let Holds::Session(sessions) = &self.holds
            && !sessions.still(who)
        {
            return Err(AuthError::Unauthenticated("the session was signed out".into()));
        }
        self.inner.still(who)
    }

    fn standing(&self, who: &Identity) -> Standing {
        self.inner.standing(who)
    }

    fn refuses(&self, name: &str, policy: Option<&PolicyDocument>) -> Option<String> {
        self.inner.refuses(name, policy)
    }

    fn changes(&self) -> Option<watch::Receiver<u64>> {
        Some(self.changes.clone())
    }
}

/// The metadata of a request, and a token in `authorization`.
struct WithToken<'a> {
    inner: &'a Credentials<'a>,
    header: &'a str,
}

impl Metadata for WithToken<'_> {
    fn get(&self, name: &str) -> Option<&str> {
        if name == "authorization" { Some(self.header) } else { self.inner.get(name) }
    }

    fn all(&self) -> Vec<(String, String)> {
        let mut all = self.inner.all();
        all.push(("authorization".into(), self.header.into()));
        all
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use holdfast_auth::{AllowAll, DenyAll, Facts};
    use holdfast_engine::{Engine, Options};
    use holdfast_store::MemoryStore;

    use super::*;

    async fn sessions() -> Arc<Sessions> {
        let store = Arc::new(MemoryStore::new());
        let engine = Engine::open(store, Arc::new(AllowAll), Options::default()).await;
        let sessions = Arc::new(Sessions::kept(Duration::from_secs(60), "s"));
        sessions.begin(&engine.expect("it opens")).await.expect("it follows");
        sessions
    }

    /// Knows who shows `Bearer good`, and nobody else but who shows nothing.
    struct Lenient;

    #[async_trait]
    impl Guard for Lenient {
        async fn authenticate(&self, shown: &Credentials<'_>) -> Result<Identity, AuthError> {
            match shown.get("authorization") {
                Some("Bearer good") => Ok(Identity::named("holder")),
                Some(_) => Err(AuthError::Unauthenticated("wrong".into())),
                None => Ok(Identity::named("anonymous")),
            }
        }

        async fn decide(
            &self,
            _who: &Identity,
            _action: Action,
            _what: &Resource,
        ) -> Result<Decision, AuthError> {
            Ok(Decision::Allow)
        }
    }

    async fn ask(guard: &CookieGuard, headers: &[(&str, &str)], safe: bool) -> String {
        let headers: Vec<_> =
            headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let shown = Credentials::new(&headers, None).made_to(Some("here"), safe);
        match guard.authenticate(&shown).await {
            Ok(who) => who.user().to_owned(),
            Err(AuthError::Unauthenticated(_)) => "unauthenticated".into(),
            Err(AuthError::Denied(_)) => "denied".into(),
            Err(other) => other.to_string(),
        }
    }

    fn guard(holds: Holds) -> CookieGuard {
        let stronger = vec!["authorization".to_owned(), "x-jwt".to_owned()];
        let stop = CancellationToken::new();
        CookieGuard::new(Arc::new(Lenient), ("s".into(), holds), None, stronger, stop)
    }

    #[tokio::test]
    async fn a_session_is_judged_by_itself_and_never_as_nobody() {
        let sessions = sessions().await;
        let facts = Facts { user: "ann".into(), ..Facts::default() };
        let cookie = sessions.open(facts, None, None).await.expect("it opens").cookie;
        let guard = guard(Holds::Session(Arc::clone(&sessions)));
        let good = format!("a=b; s={cookie}");
        let own = ("origin", "http://here");
        for (headers, safe, expected) in [
            (&[("cookie", &*good)][..], true, "ann"),
            (&[("cookie", "a=b"), ("cookie", &good)], true, "ann"),
            (&[("cookie", &good), own], false, "ann"),
            (&[("cookie", &good), ("sec-fetch-site", "same-origin")], false, "ann"),
            (&[("cookie", &good)], false, "denied"),
            (&[("cookie", &good), ("origin", "http://evil")], false, "denied"),
            (&[("cookie", &good), ("sec-fetch-site", "cross-site"), own], false, "denied"),
            (&[("cookie", "s=wrong")], true, "unauthenticated"),
            (&[("cookie", "s=wrong"), own], false, "unauthenticated"),
            (&[("cookie", "s=")], true, "unauthenticated"),
            (&[("cookie", &good), ("cookie", "s=other")], true, "unauthenticated"),
            (&[("cookie", "other=1")], true, "anonymous"),
            (&[], false, "anonymous"),
            // A header comes before a cookie, whichever is wrong.
            (&[("cookie", "s=wrong"), ("authorization", "Bearer good")], false, "holder"),
            (&[("cookie", &good), ("authorization", "Bearer bad")], true, "unauthenticated"),
            (&[("cookie", &good), ("x-jwt", "any")], true, "anonymous"),
        ] {
            assert_eq!(ask(&guard, headers, safe).await, expected, "{headers:?}");
        }
        let shown = vec![("cookie".to_owned(), good.clone())];
        let shown = Credentials::new(&shown, None).made_to(None, true);
        let who = guard.authenticate(&shown).await.expect("ann");
        let mut changes = guard.changes().expect("it has some");
        assert!(guard.still(&who).is_ok());
        assert!(sessions.close(&cookie).await.expect("the log takes it"));
        changes.changed().await.expect("streams are told");
        assert!(matches!(guard.still(&who), Err(AuthError::Unauthenticated(_))));
        assert_eq!(ask(&guard, &[("cookie", &good)], true).await, "unauthenticated");
    }

    #[tokio::test]
    async fn a_token_in_a_cookie_is_what_it_is_in_a_header() {
        let guard = guard(Holds::Token);
        let own = ("origin", "http://here");
        for (headers, safe, expected) in [
            (&[("cookie", "s=good")][..], true, "holder"),
            (&[("cookie", "s=good"), own], false, "holder"),
            (&[("cookie", "s=good")], false, "denied"),
            (&[("cookie", "s=bad")], true, "unauthenticated"),
            (&[("cookie", "s=")], true, "unauthenticated"),
        ] {
            assert_eq!(ask(&guard, headers, safe).await, expected, "{headers:?}");
        }
    }

    #[tokio::test]
    async fn what_a_session_may_the_guard_behind_says() {
        let sessions = sessions().await;
        let stop = CancellationToken::new();
        let holds = ("s".to_owned(), Holds::Session(sessions));
        let guard = CookieGuard::new(Arc::new(DenyAll), holds, None, Vec::new(), stop);
        let who = Identity::named("ann");
        let decided = guard.decide(&who, Action::Read, &Resource::key("a", "k")).await;
        assert_ne!(decided, Ok(Decision::Allow));
    }
}
