//! The changes of a server that has a log: one holdfast.v1 watch, resumed where it was.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use futures::Stream;
use holdfast_api::Streaming;
use holdfast_api::convert as times;
use holdfast_api::holdfast_v1::watch_request::Start;
use holdfast_api::holdfast_v1::watch_response::Kind as FrameKind;
use holdfast_api::holdfast_v1::{Event, Filter, WatchRequest, WatchResponse};
use holdfast_model::Timestamp;
use tonic::Code;

use super::call::closed;
use super::pool::Taken;
use super::{Client, convert};
use crate::source::{Anchor, Follow, Moment, Place, Update, Why};
use crate::{Error, Kind};

/// An open watch, and what was read of it so far.
pub(super) struct Following {
    client: Client,
    follow: Follow,
    opened: Opened,
    ready: VecDeque<Update>,
    /// Why the state is being told; `None` while changes are.
    telling: Option<Why>,
    begun: bool,
    /// Events of a commit that came in part: of which log they are stands at its end.
    part: Vec<Event>,
}

impl Following {
    /// Opens the watch: behind the place, or with the whole state.
    ///
    /// # Errors
    /// Unimplemented where there is no holdfast.v1; what a call can end with.
    pub(super) async fn open(client: Client, follow: Follow) -> Result<Self, Error> {
        let (opened, telling) = match open(&client, &follow, follow.after.as_ref()).await {
            Ok(opened) => (opened, follow.after.is_none().then_some(Why::First)),
            Err(error) => match start_over(&error) {
                Some(why) => (open(&client, &follow, None).await?, Some(why)),
                None => return Err(error),
            },
        };
        Ok(Self {
            client,
            follow,
            opened,
            ready: VecDeque::new(),
            telling,
            begun: false,
            part: Vec::new(),
        })
    }

    pub(super) fn updates(self) -> impl Stream<Item = Result<Update, Error>> + Send {
        futures::stream::unfold(Some(self), |following| async {
            let mut following = following?;
            match following.next().await {
                Some(Ok(update)) => Some((Ok(update), Some(following))),
                Some(Err(error)) => Some((Err(error), None)),
                None => None,
            }
        })
    }

    async fn next(&mut self) -> Option<Result<Update, Error>> {
        loop {
            if let Some(update) = self.ready.pop_front() {
                return Some(Ok(update));
            }
            let closed = self.client.inner.closed.clone();
            let frame = tokio::select! {
                frame = self.opened.stream.message() => frame,
                () = closed.cancelled() => return Some(Err(super::call::closed())),
            };
            let ended = match frame {
                Ok(Some(frame)) => self.take(frame).await,
                Ok(None) => return None,
                Err(status) => self.lost(status.into()).await,
            };
            if let Err(error) = ended {
                return Some(Err(error));
            }
        }
    }

    /// What cannot be resumed is told anew from the state of now; what is denied, or broke, ends.
    async fn lost(&mut self, error: Error) -> Result<(), Error> {
        match start_over(&error) {
            Some(why) => self.anew(why).await,
            None => Err(error),
        }
    }

    async fn anew(&mut self, why: Why) -> Result<(), Error> {
        self.opened = open(&self.client, &self.follow, None).await?;
        self.telling = Some(why);
        self.begun = false;
        self.part.clear();
        Ok(())
    }

    async fn take(&mut self, frame: WatchResponse) -> Result<(), Error> {
        match frame.kind.as_known() {
            Some(FrameKind::KIND_INITIAL) => self.initial(frame),
            Some(FrameKind::KIND_COMMIT) => self.commit(frame),
            Some(FrameKind::KIND_BOOKMARK) => {
                let sent = frame.time.as_option().map(times::model_time);
                let place = place(&frame.token);
                self.ready.push_back(match sent {
                    Some(sent) => {
                        Update::Confirmed { place, as_of: self.opened.anchor.moment(sent) }
                    }
                    // A server that tells the time says here that it does not know.
                    None if self.opened.anchor.shown.is_some() => {
                        let moment =
                            Moment::Revision(frame.revision, convert::log_of(&frame.token));
                        Update::Changes { changes: Vec::new(), place, moment, as_of: None }
                    }
                    None => Update::Confirmed { place, as_of: Instant::now() },
                });
            }
            Some(FrameKind::KIND_RESYNC) => return self.anew(Why::WiderRights).await,
            _ => {}
        }
        Ok(())
    }

    fn initial(&mut self, frame: WatchResponse) {
        if !std::mem::replace(&mut self.begun, true) {
            self.ready.push_back(Update::Begin(self.telling.unwrap_or(Why::First)));
        }
        let origin = &self.client.inner.origin;
        let log = convert::log_of(&frame.token);
        let entries = frame.events.into_iter().map(|event| convert::of_event(event, log, origin));
        let entries: Vec<_> = entries.collect();
        if !entries.is_empty() {
            self.ready.push_back(Update::Entries(entries));
        }
        if frame.last {
            self.telling = None;
            let moment = Moment::Revision(frame.revision, log);
            let (place, as_of) = (place(&frame.token), self.opened.anchor.asked);
            self.ready.push_back(Update::Complete { place, moment, as_of });
        }
    }

    fn commit(&mut self, frame: WatchResponse) {
        self.part.extend(frame.events);
        if !frame.last {
            return;
        }
        let (revision, log) = (frame.revision, convert::log_of(&frame.token));
        let origin = &self.client.inner.origin;
        let events = std::mem::take(&mut self.part).into_iter();
        let changes = events.filter_map(|event| convert::change(event, revision, log, origin));
        let mut changes: Vec<_> = changes.collect();
        changes.sort_by(|one, other| one.key().cmp(other.key()));
        let made = frame.time.as_option().map(times::model_time);
        let as_of = made.map(|made| self.opened.anchor.moment(made));
        let (place, moment) = (place(&frame.token), Moment::Revision(revision, log));
        self.ready.push_back(Update::Changes { changes, place, moment, as_of });
    }
}

fn place(token: &str) -> Option<Place> {
    (!token.is_empty()).then(|| Place(token.into()))
}

/// Why the state has to be told anew after this.
fn start_over(error: &Error) -> Option<Why> {
    match error.kind() {
        Kind::Compacted => Some(Why::Compacted),
        Kind::ForeignLog => Some(Why::ForeignLog),
        // A log that is shorter than the place is another one, or was put back.
        Kind::Invalid if error.reason() == "FUTURE_REVISION" => Some(Why::ForeignLog),
        _ => None,
    }
}

/// A watch that the server has begun.
struct Opened {
    stream: Streaming<WatchResponse>,
    anchor: Anchor,
}

async fn open(client: &Client, follow: &Follow, after: Option<&Place>) -> Result<Opened, Error> {
    let asked = Instant::now();
    let start = match after {
        Some(place) => Start::Token(place.0.to_string()),
        None => Start::InitialState(true),
    };
    let filter = Filter {
        namespace: follow.namespace.to_string(),
        prefix: follow.prefix.to_string(),
        ..Filter::default()
    };
    let message = WatchRequest {
        filters: vec![filter],
        start: Some(start),
        bookmark_interval: times::duration(follow.every).into(),
        ..WatchRequest::default()
    };
    let span = Some(client.inner.settings.attempt_timeout);
    let response = stream(client, "Watch", message, span, |taken, request| async move {
        client.holdfast(taken).watch(request).await
    })
    .await?;
    let shown = response.metadata().get(times::holdfast::TIME_METADATA);
    let shown = shown.and_then(|time| time.to_str().ok()).and_then(|time| time.parse().ok());
    let anchor = Anchor { asked, shown: shown.map(Timestamp) };
    Ok(Opened { stream: response.into_inner(), anchor })
}

/// Opens a stream of any dialect, within that span. One attempt, on one connection; whoever follows tries again.
pub(super) async fn stream<M, R, F>(
    client: &Client,
    method: &str,
    message: M,
    span: Option<Duration>,
    send: impl Fn(tonic::transport::Channel, tonic::Request<M>) -> F,
) -> Result<tonic::Response<Streaming<R>>, Error>
where
    M: Clone,
    F: Future<Output = Result<tonic::Response<Streaming<R>>, tonic::Status>>,
{
    let inner = &client.inner;
    let mut renewed = false;
    loop {
        let request = inner.request(method, message.clone(), None).await?;
        let taken: Taken = inner.pool.take().ok_or_else(closed)?;
        let late = async {
            match span {
                Some(span) => tokio::time::sleep(span).await,
                None => std::future::pending().await,
            }
        };
        let error = tokio::select! {
            opened = send(taken.channel.clone(), request) => match opened {
                Ok(response) => {
                    inner.pool.worked(&taken);
                    return Ok(response);
                }
                Err(status) => Error::from(status),
            },
            () = late => Error::new(Kind::Deadline, format!("{method} did not begin in time")),
            () = inner.closed.cancelled() => return Err(closed()),
        };
        inner.note(&taken, &error);
        let credential = inner.settings.credential.as_ref();
        let unknown = error.code() == Some(Code::Unauthenticated) && !renewed;
        match credential {
            Some(credential) if unknown && credential.renew().await => renewed = true,
            _ => return Err(error),
        }
    }
}
