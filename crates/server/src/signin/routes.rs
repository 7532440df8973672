//! The pages under `dashboard.path`: a form, a way to a provider and back, who is signed in, and the way out.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use holdfast_auth::{AuthError, Facts, Form, Identity, Said, SignIn, SignInError, Step};
use holdfast_engine::sessions::Mark;
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};

use super::cookies::{self, Found, Jar};
use super::origin::{self, Proof};
use super::pages;
use super::pending::{CameBack, PATIENCE};
use super::sessions::{OpenError, Sessions};
use super::{Entrance, Way};
use crate::grpc::call::Shared;
use crate::http::caller::credentials;
use crate::http::fault::plain;
use crate::http::headers::Shown;
use crate::listen::Peer;

/// Of a form that somebody fills in by hand.
const FORM_BYTES: usize = 16 << 10;
/// The cookie of whoever is at the provider's.
const PENDING: &str = "holdfast-signin";

/// What the handlers share.
struct Desk {
    entrance: Arc<Entrance>,
    shared: Shared,
}

pub(super) fn of(entrance: Arc<Entrance>, shared: Shared) -> Router {
    let at = |rest: &str| format!("{}{rest}", entrance.path);
    let mut router = Router::new()
        .route(&at(""), get(towards_index))
        .route(&at("/"), get(index))
        .route(&at("/{*rest}"), get(elsewhere));
    if matches!(entrance.way, Way::Conversation { .. }) {
        router = router
            .route(&at("/login"), get(begin).post(answered))
            .route(&at("/callback"), get(came_back))
            .route(&at("/logout"), post(sign_out));
    }
    router.method_not_allowed_fallback(no_method).with_state(Arc::new(Desk { entrance, shared }))
}

type TheDesk = State<Arc<Desk>>;

async fn no_method() -> Response {
    plain(StatusCode::METHOD_NOT_ALLOWED, "method not allowed")
}

async fn towards_index(State(desk): TheDesk) -> Response {
    redirect(StatusCode::TEMPORARY_REDIRECT, &desk.at("/"))
}

/// Who is signed in.
async fn index(State(desk): TheDesk, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let who = match desk.visitor(&parts).await {
        Ok(who) => who,
        Err(answer) => return *answer,
    };
    let standing = desk.shared.engine.guard().standing(&who);
    let sign_out =
        matches!(desk.entrance.way, Way::Conversation { .. }).then(|| desk.at("/logout"));
    let page = pages::known(&who, &standing, sign_out.as_deref(), desk.entrance.client_config());
    pages::answer(StatusCode::OK, page)
}

/// There are no other pages; only who is signed in learns that.
async fn elsewhere(State(desk): TheDesk, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    match desk.visitor(&parts).await {
        Ok(_) => pages::protected(plain(StatusCode::NOT_FOUND, "not found")),
        Err(answer) => *answer,
    }
}

/// The first step.
async fn begin(State(desk): TheDesk, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let said = Said { peer: peer(&parts), ..Said::default() };
    desk.step(&parts, said, None).await
}

/// A form was filled in.
async fn answered(State(desk): TheDesk, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    // Signing somebody in as somebody else is an attack, too. Programs without a browser say nothing here.
    if desk.proof(&parts) == Proof::Foreign {
        return desk.complain(StatusCode::FORBIDDEN, "This form was sent by another site's page.");
    }
    if let Err(wait) = desk.entrance.attempts.take(peer(&parts)) {
        return desk.too_often(wait);
    }
    let Some(fields) = fields(body).await else {
        return desk.complain(StatusCode::PAYLOAD_TOO_LARGE, "That was too much.");
    };
    let said = Said { fields, kept: None, peer: peer(&parts) };
    desk.step(&parts, said, None).await
}

/// The provider has sent the browser back.
async fn came_back(State(desk): TheDesk, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    if let Err(wait) = desk.entrance.attempts.take(peer(&parts)) {
        return desk.too_often(wait);
    }
    let mut answer = match desk.under_way(&parts) {
        None => desk.not_under_way(),
        Some(CameBack { kept, once }) => {
            let query = parts.uri.query().unwrap_or_default();
            let fields = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
            let said = Said { fields, kept: Some(kept), peer: peer(&parts) };
            desk.step(&parts, said, Some(once)).await
        }
    };
    set(&mut answer, desk.pending_jar().clear());
    answer
}

/// The session ends, here and in the browser.
async fn sign_out(State(desk): TheDesk, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let Way::Conversation { sessions, .. } = &desk.entrance.way else {
        return plain(StatusCode::NOT_FOUND, "not found");
    };
    if desk.proof(&parts) != Proof::Own {
        return desk.complain(StatusCode::FORBIDDEN, "Only a page of this server can sign out.");
    }
    if let Found::One(cookie) = cookie(&parts.headers, &desk.entrance.jar.name)
        && let Err(error) = sessions.close(cookie).await
    {
        // The browser keeps its cookie: only with it can this be tried again.
        tracing::warn!(%error, "somebody could not be signed out");
        return desk.not_signed_out();
    }
    let page = pages::sentence("Signed out", None, (&desk.at("/login"), "Sign in again"));
    let mut answer = pages::answer(StatusCode::OK, page);
    set(&mut answer, desk.entrance.jar.clear());
    answer
}

impl Desk {
    fn at(&self, rest: &str) -> String {
        format!("{}{rest}", self.entrance.path)
    }

    /// Whoever may see a page, or what they get instead.
    async fn visitor(&self, parts: &Parts) -> Result<Identity, Box<Response>> {
        let unauthorized =
            || Box::new(pages::protected(plain(StatusCode::UNAUTHORIZED, "unauthorized")));
        let shown = match &self.entrance.way {
            Way::Conversation { sessions, .. } => {
                let found = match cookie(&parts.headers, &self.entrance.jar.name) {
                    Found::One(cookie) => sessions.find(cookie).await,
                    Found::Nothing | Found::Unclear => Ok(None),
                };
                let found = found.map_err(|error| {
                    tracing::warn!(%error, "a session could not be looked up");
                    Box::new(self.broken())
                })?;
                let good = found.filter(|who| self.shared.engine.guard().still(who).is_ok());
                let login = || Box::new(redirect(StatusCode::FOUND, &self.at("/login")));
                return good.ok_or_else(login);
            }
            Way::Cookie => matches!(cookie(&parts.headers, &self.entrance.jar.name), Found::One(_)),
            Way::Bearer => parts.headers.contains_key(header::AUTHORIZATION),
        };
        if !shown {
            return Err(unauthorized());
        }
        let direct = parts.extensions.get::<Peer>().map(|peer| peer.direct);
        let metadata = Shown::of(&parts.headers, direct);
        let shown = credentials(&metadata, parts);
        let known = self.shared.recognise(&shown, parts.uri.path()).await;
        known.map_err(|error| match error {
            AuthError::TooOften(wait) => Box::new(self.too_often(wait)),
            _ => unauthorized(),
        })
    }

    fn proof(&self, parts: &Parts) -> Proof {
        let metadata = Shown::of(&parts.headers, peer(parts));
        origin::proof(&credentials(&metadata, parts), self.entrance.origin.as_deref())
    }

    /// The sign-in of a browser that has come back.
    fn under_way(&self, parts: &Parts) -> Option<CameBack> {
        let Way::Conversation { sessions, .. } = &self.entrance.way else { return None };
        let Found::One(cookie) = cookie(&parts.headers, PENDING) else { return None };
        self.entrance.pending.take(sessions.seal()?, cookie, sessions.now())
    }

    /// Goes one step on, and shows where that leads. `back`: of a sign-in that led to another site's page, from which the browser came
    /// back.
    async fn step(&self, parts: &Parts, said: Said, back: Option<Mark>) -> Response {
        let Way::Conversation { sign_in, sessions } = &self.entrance.way else {
            return plain(StatusCode::NOT_FOUND, "not found");
        };
        match sign_in.step(&said).await {
            Ok(Step::Ask(form)) => self.ask(StatusCode::OK, &form, None),
            Ok(Step::Leave { to, keep }) => self.leave(parts, sessions, &to, &keep),
            Ok(Step::Known(facts)) => self.sign_in(parts, sessions, facts, back).await,
            Err(error) => self.refuse(parts, sign_in.as_ref(), error).await,
        }
    }

    fn ask(&self, status: StatusCode, form: &Form, complaint: Option<&str>) -> Response {
        pages::answer(status, pages::form(form, &self.at("/login"), complaint))
    }

    fn leave(&self, parts: &Parts, sessions: &Sessions, to: &str, keep: &str) -> Response {
        if let Err(wait) = self.entrance.attempts.take(peer(parts)) {
            return self.too_often(wait);
        }
        let pending = &self.entrance.pending;
        let cookie = sessions.seal().and_then(|seal| pending.keep(seal, keep, sessions.now()));
        let Some(cookie) = cookie else {
            let bytes = keep.len();
            tracing::warn!(
                bytes,
                "what a sign-in wants kept is too long, or there are no random numbers"
            );
            return self.broken();
        };
        let mut answer = redirect(StatusCode::SEE_OTHER, to);
        set(&mut answer, self.pending_jar().set(&cookie, Some(PATIENCE)));
        answer
    }

    async fn sign_in(
        &self,
        parts: &Parts,
        sessions: &Sessions,
        facts: Facts,
        back: Option<Mark>,
    ) -> Response {
        let jar = &self.entrance.jar;
        // A session that the browser had before is nobody's from now on.
        let before = match cookie(&parts.headers, &jar.name) {
            Found::One(before) => Some(before),
            Found::Nothing | Found::Unclear => None,
        };
        let here = back.is_none();
        let opened = match sessions.open(facts, before, back).await {
            Ok(opened) => opened,
            Err(OpenError::Used) => return self.not_under_way(),
            Err(error) => {
                tracing::warn!(%error, "nobody can sign in");
                return self.broken();
            }
        };
        let (user, credential) = (opened.who.user(), &opened.who.facts().credential);
        let peer = peer(parts).map(tracing::field::display);
        tracing::info!(user, credential, peer, "signed in");
        // Who comes back from another site is led here by its page: browsers would not send a strict cookie along.
        let jar = Jar { strict: here, ..jar.clone() };
        let mut answer = redirect(StatusCode::SEE_OTHER, &self.at("/"));
        set(&mut answer, jar.set(&opened.cookie, None));
        answer
    }

    async fn refuse(&self, parts: &Parts, sign_in: &dyn SignIn, error: SignInError) -> Response {
        let complaint = match error {
            SignInError::Refused(complaint) => complaint,
            SignInError::Invalid(why) => return self.complain(StatusCode::BAD_REQUEST, &why),
            SignInError::TooOften(wait) => return self.too_often(wait),
            SignInError::Failed(why) => {
                tracing::warn!(strategy = sign_in.name(), why, "nobody can sign in");
                return self.broken();
            }
        };
        self.record(parts, &complaint).await;
        let again = Said { peer: peer(parts), ..Said::default() };
        match sign_in.step(&again).await {
            Ok(Step::Ask(form)) => self.ask(StatusCode::UNAUTHORIZED, &form, Some(&complaint)),
            _ => self.complain(StatusCode::UNAUTHORIZED, &complaint),
        }
    }

    /// Who keeps an account of refusals is told of this one.
    async fn record(&self, parts: &Parts, why: &str) {
        let metadata = Shown::of(&parts.headers, peer(parts));
        let shown = credentials(&metadata, parts);
        let error = AuthError::Unauthenticated(why.into());
        let kept = self.shared.engine.not_recognised(&shown, parts.uri.path(), &error).await;
        if let Err(fault) = kept {
            tracing::debug!(%fault, "a refused sign-in was not recorded");
        }
    }

    fn complain(&self, status: StatusCode, why: &str) -> Response {
        let link = (&*self.at("/login"), "Try again");
        pages::answer(status, pages::sentence("Not signed in", Some(why), link))
    }

    fn not_under_way(&self) -> Response {
        self.complain(StatusCode::BAD_REQUEST, "This sign-in is not under way in this browser.")
    }

    fn not_signed_out(&self) -> Response {
        let why = "The session cannot be ended at the moment. Please try again.";
        let page = pages::sentence("Not signed out", Some(why), (&self.at("/"), "Back"));
        pages::answer(StatusCode::SERVICE_UNAVAILABLE, page)
    }

    fn broken(&self) -> Response {
        let why = "It cannot be found out who you are at the moment.";
        self.complain(StatusCode::SERVICE_UNAVAILABLE, why)
    }

    fn too_often(&self, wait: Duration) -> Response {
        let seconds = wait.as_secs_f64().ceil().max(1.0);
        let why = format!("Too many attempts. Please wait {seconds} seconds.");
        let mut answer = self.complain(StatusCode::TOO_MANY_REQUESTS, &why);
        put(&mut answer, header::RETRY_AFTER, HeaderValue::from_str(&seconds.to_string()).ok());
        answer
    }

    /// Lax: the page that leads back is the provider's.
    fn pending_jar(&self) -> Jar {
        Jar { name: PENDING.into(), secure: self.entrance.jar.secure, strict: false }
    }
}

fn peer(parts: &Parts) -> Option<IpAddr> {
    parts.extensions.get::<Peer>().map(|peer| peer.address)
}

fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Found<'a> {
    let all = headers.get_all(header::COOKIE).into_iter();
    cookies::find(all.filter_map(|value| value.to_str().ok()), name)
}

async fn fields(body: Body) -> Option<Vec<(String, String)>> {
    let bytes = axum::body::to_bytes(body, FORM_BYTES).await.ok()?;
    Some(form_urlencoded::parse(&bytes).into_owned().collect())
}

fn redirect(status: StatusCode, to: &str) -> Response {
    let mut answer = pages::protected(status.into_response());
    put(&mut answer, header::LOCATION, HeaderValue::from_str(to).ok());
    answer
}

fn set(answer: &mut Response, cookie: Option<HeaderValue>) {
    if let Some(cookie) = cookie {
        answer.headers_mut().append(header::SET_COOKIE, cookie);
    }
}

fn put(answer: &mut Response, name: HeaderName, value: Option<HeaderValue>) {
    if let Some(value) = value {
        answer.headers_mut().insert(name, value);
    }
}
