//! Follows changes over holdfast.v1, and goes on behind the last token after every interruption.

use std::time::Duration;

use holdfast_api::holdfast_v1::watch_request::Start as WireStart;
use holdfast_api::holdfast_v1::watch_response::Kind;
use holdfast_api::holdfast_v1::{Filter, WatchRequest, WatchResponse};
use holdfast_api::{Streaming, convert};
use tonic::{Code, Request, Status};

use super::plain;
use super::progress::Progress;
use crate::change::Change;
use crate::connect::Server;
use crate::failure::{Failure, is_unknown_call};
use crate::screen;

pub(super) const FIRST_WAIT: Duration = Duration::from_millis(200);
pub(super) const LONGEST_WAIT: Duration = Duration::from_secs(5);
/// Often, so that a watch "from now" soon has a token to go on with.
const BOOKMARKS: Duration = Duration::from_secs(1);

/// What to watch.
#[derive(Debug, Clone)]
pub struct Scope {
    /// Where; `None`: everywhere.
    pub namespace: Option<String>,
    /// Beginnings of keys; none: all.
    pub prefixes: Vec<String>,
}

/// From where on.
#[derive(Debug, Clone)]
pub enum Start {
    /// What happens from now on.
    Now,
    /// First what is there.
    Initial,
    /// First what happened from this revision on.
    Revision(u64),
    /// Behind the place of this token.
    Token(String),
}

/// What somebody who watches is told.
#[derive(Debug)]
pub enum Told<'a> {
    /// A change, or a part of what is there.
    Change(&'a Change),
    /// Everything that is there was told.
    Whole,
}

/// Who is told. A failure of theirs ends the watch.
pub type Tell<'a> = dyn FnMut(Told<'_>) -> Result<(), Failure> + 'a;

/// How a stream ended.
pub(super) enum End {
    Lost(Status),
    NotSpoken,
}

/// Watches until a failure that waiting does not mend.
pub async fn run(
    server: &Server,
    scope: &Scope,
    start: Start,
    tell: &mut Tell<'_>,
) -> Result<(), Failure> {
    let mut progress = Progress::default();
    let mut wait = FIRST_WAIT;
    loop {
        let request = request(scope, &start, progress.token());
        let frames = progress.frames();
        match follow(server, request, &mut progress, tell).await? {
            End::NotSpoken => return over_config_v1(server, scope, &start, tell).await,
            End::Lost(status) => {
                let alive = progress.frames() != frames;
                if alive || wait == FIRST_WAIT {
                    let seamless = progress.token().is_some() || !matches!(start, Start::Now);
                    screen::note(&lost(&status, seamless));
                }
                wait = if alive { FIRST_WAIT } else { wait };
            }
        }
        tokio::time::sleep(wait).await;
        wait = (wait * 2).min(LONGEST_WAIT);
    }
}

async fn over_config_v1(
    server: &Server,
    scope: &Scope,
    start: &Start,
    tell: &mut Tell<'_>,
) -> Result<(), Failure> {
    match start {
        Start::Now => plain::run(server, scope, false, tell).await,
        Start::Initial => plain::run(server, scope, true, tell).await,
        Start::Revision(_) | Start::Token(_) => Err(Failure::NotSpoken),
    }
}

fn request(scope: &Scope, start: &Start, token: Option<&str>) -> WatchRequest {
    let start = match (token, start) {
        (Some(token), _) => Some(WireStart::Token(token.to_owned())),
        (None, Start::Now) => None,
        (None, Start::Initial) => Some(WireStart::InitialState(true)),
        // "From revision 5 on" is "after revision 4".
        (None, Start::Revision(revision)) => {
            Some(WireStart::AfterRevision(revision.saturating_sub(1)))
        }
        (None, Start::Token(token)) => Some(WireStart::Token(token.clone())),
    };
    WatchRequest {
        filters: filters(scope),
        start,
        bookmark_interval: convert::duration(BOOKMARKS).into(),
        ..WatchRequest::default()
    }
}

fn filters(scope: &Scope) -> Vec<Filter> {
    let namespace = scope.namespace.as_deref().unwrap_or_default();
    let filter = |prefix: &str| Filter {
        namespace: namespace.into(),
        prefix: prefix.into(),
        ..Filter::default()
    };
    if scope.prefixes.is_empty() {
        return vec![filter("")];
    }
    scope.prefixes.iter().map(|prefix| filter(prefix)).collect()
}

async fn follow(
    server: &Server,
    request: WatchRequest,
    progress: &mut Progress,
    tell: &mut Tell<'_>,
) -> Result<End, Failure> {
    // No deadline: a watch has none.
    let mut stream = match server.holdfast.clone().watch(Request::new(request)).await {
        Ok(response) => response.into_inner(),
        Err(status) => return ended(status),
    };
    loop {
        match next(&mut stream).await {
            Ok(frame) => {
                let kind = frame.kind.as_known();
                if kind == Some(Kind::KIND_RESYNC) {
                    screen::note(&wider(frame.revision));
                }
                let whole = frame.last && kind == Some(Kind::KIND_INITIAL);
                let changes = progress.take(frame);
                changes.iter().try_for_each(|change| tell(Told::Change(change)))?;
                if whole {
                    tell(Told::Whole)?;
                }
            }
            Err(status) => return ended(status),
        }
    }
}

async fn next(stream: &mut Streaming<WatchResponse>) -> Result<WatchResponse, Status> {
    stream.message().await?.ok_or_else(over)
}

/// What a stream that ends without an error is taken for.
pub(super) fn over() -> Status {
    Status::unavailable("the server ended the watch")
}

pub(super) fn ended(status: Status) -> Result<End, Failure> {
    match status.code() {
        _ if is_unknown_call(&status) => Ok(End::NotSpoken),
        // What a connection that breaks looks like, and what a server says that stops or is overrun.
        Code::Unavailable
        | Code::Unknown
        | Code::Cancelled
        | Code::Internal
        | Code::Aborted
        | Code::ResourceExhausted => Ok(End::Lost(status)),
        _ => Err(status.into()),
    }
}

pub(super) fn lost(status: &Status, seamless: bool) -> String {
    let missed = if seamless { "" } else { "; changes until then are not seen" };
    format!(
        "the watch was interrupted ({}), going on as soon as the server answers{missed}",
        status.message()
    )
}

fn wider(revision: u64) -> String {
    format!(
        "your rights became wider: changes up to revision {revision} may not have been shown, \
         read again what you need of them"
    )
}
