//! Changes by hand: for whoever wants every one of them, not only the newest value.

use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt as _;
use tokio::sync::mpsc;
use tokio_util::task::AbortOnDropHandle;

use super::Client;
use super::backoff::Backoff;
use crate::source::{Follow, Place, Source as _, Update};
use crate::{Error, Kind};

/// How often a place without changes is told.
const BOOKMARKS: Duration = Duration::from_secs(10);

/// A watch that goes on where it was after every interruption: each change once and none missing. When that is not possible,
/// because the place is no longer kept, belongs to another log, or the server has no log, it says so ([`Update::Begin`]) and tells the whole state.
/// Ends with the first error that waiting cannot mend, or after so many failures in a row as were allowed.
#[derive(Debug)]
pub struct Watch {
    news: mpsc::Receiver<Result<Update, Error>>,
    _reading: AbortOnDropHandle<()>,
}

/// What to watch.
#[derive(Debug, Clone, Default)]
pub struct WatchOptions {
    /// Only keys that begin with this.
    pub prefix: String,
    /// Behind this place; `None`: the state of now first.
    pub after: Option<Place>,
    /// Failures in a row after which it ends; `None`: it goes on for ever.
    pub max_errors: Option<u32>,
}

impl Client {
    /// Watches a namespace.
    #[must_use]
    pub fn watch(&self, namespace: &str, options: WatchOptions) -> Watch {
        let (sender, news) = mpsc::channel(self.inner.settings.watch_buffer);
        let reading = Reading {
            client: self.clone(),
            namespace: namespace.into(),
            prefix: options.prefix.into(),
            place: options.after,
            max_errors: options.max_errors,
            sender,
        };
        Watch { news, _reading: AbortOnDropHandle::new(tokio::spawn(reading.run())) }
    }
}

impl Watch {
    /// The next piece of news; `None` behind the error that ended it.
    pub async fn next(&mut self) -> Option<Result<Update, Error>> {
        self.news.recv().await
    }
}

struct Reading {
    client: Client,
    namespace: Arc<str>,
    prefix: Arc<str>,
    place: Option<Place>,
    max_errors: Option<u32>,
    sender: mpsc::Sender<Result<Update, Error>>,
}

impl Reading {
    async fn run(mut self) {
        let settings = &self.client.inner.settings;
        let mut backoff = Backoff::new(settings.first_wait, settings.longest_wait);
        let mut failures = 0;
        loop {
            let heard = self.read().await;
            let (error, heard) = match heard {
                Ended::Unread => return,
                Ended::Lost { error, heard } => (error, heard),
            };
            if heard {
                failures = 0;
                backoff.reset();
            }
            failures += 1;
            let enough = self.max_errors.is_some_and(|most| failures >= most);
            if enough || !may_pass(&error) {
                // Nobody reads it any more when this fails.
                let _ = self.sender.send(Err(error)).await;
                return;
            }
            tracing::debug!(%error, "the watch was lost");
            tokio::time::sleep(backoff.next()).await;
        }
    }

    async fn read(&mut self) -> Ended {
        let follow = Follow {
            namespace: Arc::clone(&self.namespace),
            prefix: Arc::clone(&self.prefix),
            after: self.place.clone(),
            every: BOOKMARKS,
        };
        let mut heard = false;
        let mut updates = match self.client.follow(follow).await {
            Ok(updates) => updates,
            Err(error) => return Ended::Lost { error, heard },
        };
        loop {
            // A connection that nobody answers on does not end by itself.
            let update = tokio::time::timeout(BOOKMARKS * 2, updates.next()).await;
            let update = match update {
                Ok(Some(Ok(update))) => update,
                Ok(Some(Err(error))) => return Ended::Lost { error, heard },
                Ok(None) => return Ended::Lost { error: over("ended the watch"), heard },
                Err(_) => return Ended::Lost { error: over("has said nothing for long"), heard },
            };
            heard = true;
            let place = match &update {
                Update::Complete { place, .. }
                | Update::Changes { place, .. }
                | Update::Confirmed { place, .. } => place.clone(),
                _ => None,
            };
            if self.sender.send(Ok(update)).await.is_err() {
                return Ended::Unread;
            }
            self.place = place.or_else(|| self.place.take());
        }
    }
}

enum Ended {
    /// Nobody reads any more.
    Unread,
    Lost {
        error: Error,
        heard: bool,
    },
}

fn over(what: &str) -> Error {
    Error::new(Kind::Unavailable, format!("the server {what}"))
}

fn may_pass(error: &Error) -> bool {
    !matches!(error.kind(), Kind::Closed | Kind::Invalid | Kind::Unsupported | Kind::Settings)
        && !error.is_denied()
}
