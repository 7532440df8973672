//! The changes of a server that speaks only config.v1. Its events carry no place in a log and may be missed while a connection is
//! away, so they are only taken as a hint which key to read; now and then, and after every reconnect, a snapshot that is only sent
//! when it is another one shows what no event told.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::Stream;
use futures::future::BoxFuture;
use holdfast_api::Streaming;
use holdfast_api::config_v1::{ChangeType, WatchRequest, WatchResponse};
use tokio::time::Interval;

use super::Client;
use super::follow::stream;
use crate::entry::Log;
use crate::source::{Change, Follow, Moment, Update, Why};
use crate::{Entry, Error, Kind};

pub(super) struct Hinted {
    client: Client,
    follow: Follow,
    events: Events,
    ready: VecDeque<Update>,
    /// Keys to read, in the order in which events spoke of them; each once.
    hints: VecDeque<Arc<str>>,
    hinted: HashSet<Arc<str>>,
    etag: Option<String>,
    ticks: Interval,
    told: bool,
}

/// The watch, which tells what to read.
enum Events {
    /// It has been asked for. Some servers answer with the first event and not before.
    Opening(BoxFuture<'static, Result<Streaming<WatchResponse>, Error>>),
    Open(Box<Streaming<WatchResponse>>),
    /// The server cannot watch: the snapshots have to do.
    Never,
}

impl Events {
    async fn next(&mut self) -> Result<Option<WatchResponse>, Error> {
        loop {
            match self {
                Self::Opening(opening) => match opening.await {
                    Ok(events) => *self = Self::Open(Box::new(events)),
                    Err(error) if error.kind() == Kind::Unsupported => *self = Self::Never,
                    Err(error) => return Err(error),
                },
                Self::Open(events) => return Ok(events.message().await?),
                Self::Never => std::future::pending().await,
            }
        }
    }
}

/// What happened next.
enum Next {
    Event(Box<Result<Option<WatchResponse>, Error>>),
    Tick,
    Closed,
}

impl Hinted {
    pub(super) fn open(client: Client, follow: Follow) -> Self {
        let message = WatchRequest {
            namespaces: vec![follow.namespace.to_string()],
            prefixes: if follow.prefix.is_empty() {
                vec![]
            } else {
                vec![follow.prefix.to_string()]
            },
            ..WatchRequest::default()
        };
        let asking = client.clone();
        let opening = async move {
            let opened = stream(&asking, "Watch", message, None, |channel, request| {
                let mut stub = asking.config(channel);
                async move { stub.watch(request).await }
            });
            Ok(opened.await?.into_inner())
        };
        let mut ticks = tokio::time::interval(follow.every.max(Duration::from_millis(100)));
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        Self {
            client,
            follow,
            events: Events::Opening(Box::pin(opening)),
            ready: VecDeque::new(),
            hints: VecDeque::new(),
            hinted: HashSet::new(),
            etag: None,
            ticks,
            told: false,
        }
    }

    pub(super) fn updates(self) -> impl Stream<Item = Result<Update, Error>> + Send {
        futures::stream::unfold(Some(self), |hinted| async {
            let mut hinted = hinted?;
            match hinted.next().await {
                Ok(Some(update)) => Some((Ok(update), Some(hinted))),
                Ok(None) => None,
                Err(error) => Some((Err(error), None)),
            }
        })
    }

    async fn next(&mut self) -> Result<Option<Update>, Error> {
        loop {
            if let Some(update) = self.ready.pop_front() {
                return Ok(Some(update));
            }
            if let Some(key) = self.hints.pop_front() {
                self.hinted.remove(&key);
                self.read(key).await?;
                continue;
            }
            match self.wait().await {
                Next::Event(event) => match *event {
                    Ok(Some(event)) => self.hint(event),
                    Ok(None) => return Ok(None),
                    Err(error) => return Err(error),
                },
                Next::Tick => self.look().await?,
                Next::Closed => return Err(super::call::closed()),
            }
        }
    }

    async fn wait(&mut self) -> Next {
        let closed = self.client.inner.closed.clone();
        tokio::select! {
            event = self.events.next() => Next::Event(Box::new(event)),
            _ = self.ticks.tick() => Next::Tick,
            () = closed.cancelled() => Next::Closed,
        }
    }

    fn hint(&mut self, event: WatchResponse) {
        let known = event.r#type.as_known();
        let of_a_key =
            matches!(known, Some(ChangeType::CHANGE_TYPE_SET | ChangeType::CHANGE_TYPE_DELETE));
        if let Some(entry) = event.entry.into_option().filter(|_| of_a_key)
            && entry.namespace == *self.follow.namespace
            && entry.key.starts_with(&*self.follow.prefix)
        {
            let key: Arc<str> = entry.key.into();
            if self.hinted.insert(Arc::clone(&key)) {
                self.hints.push_back(key);
            }
        }
    }

    /// Reads what an event spoke of: later than the event, so nothing older than what it told.
    async fn read(&mut self, key: Arc<str>) -> Result<(), Error> {
        let asked = Instant::now();
        let change = match self.client.get(&self.follow.namespace, &key).await {
            Ok(entry) => Change::Set(entry),
            Err(error) if error.kind() == Kind::NotFound => {
                Change::Gone { key, revision: 0, log: Log::default() }
            }
            Err(error) => return Err(error),
        };
        let moment = Moment::Asked(asked);
        self.ready.push_back(Update::Changes {
            changes: vec![change],
            place: None,
            moment,
            as_of: None,
        });
        Ok(())
    }

    /// Asks whether there is anything that no event told.
    async fn look(&mut self) -> Result<(), Error> {
        let asked = Instant::now();
        let etag = self.etag.clone().unwrap_or_default();
        let entries = match self.client.snapshot_config(&self.follow.namespace, &etag).await {
            Ok(None) => {
                self.ready.push_back(Update::Confirmed { place: None, as_of: asked });
                return Ok(());
            }
            Ok(Some(snapshot)) => {
                self.etag = Some(snapshot.etag).filter(|etag| !etag.is_empty());
                snapshot.entries
            }
            Err(error) if error.kind() == Kind::Unsupported => {
                self.client.list(&self.follow.namespace, &self.follow.prefix).await?
            }
            Err(error) => return Err(error),
        };
        self.tell(entries, asked);
        Ok(())
    }

    fn tell(&mut self, entries: Vec<Entry>, asked: Instant) {
        let prefix = &self.follow.prefix;
        let mine = entries.into_iter().filter(|entry| entry.key.starts_with(&**prefix));
        let first = !std::mem::replace(&mut self.told, true);
        self.ready.push_back(Update::Begin(if first { Why::NoResume } else { Why::Compared }));
        self.ready.push_back(Update::Entries(mine.collect()));
        self.ready.push_back(Update::Complete {
            place: None,
            moment: Moment::Asked(asked),
            as_of: asked,
        });
    }
}
