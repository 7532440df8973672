//! A layer that is followed, however often it is lost.

use std::sync::Arc;
use std::time::Duration;

use futures::{Stream, StreamExt, stream};
use tokio::time::timeout;

use crate::client::backoff::Backoff;
use crate::source::{Follow, Place, Source, Update, Updates};
use crate::{Error, Kind};

/// What comes of a layer.
pub(super) enum News {
    Told(Update),
    /// It is away, and is asked again.
    Lost(Error),
}

/// A confirmation that is late by so many times its span will not come.
const LATE: u32 = 3;

struct Upkeep {
    source: Arc<dyn Source>,
    follow: Follow,
    updates: Option<Updates>,
    backoff: Backoff,
    /// Something was lost: this long has to be waited.
    wait: Option<Duration>,
}

/// Follows a layer for ever.
pub(super) fn keep_up(source: Arc<dyn Source>, follow: Follow) -> impl Stream<Item = News> + Send {
    let backoff = Backoff::new(Duration::from_millis(50), Duration::from_secs(2));
    let upkeep = Upkeep { source, follow, updates: None, backoff, wait: None };
    stream::unfold(upkeep, |mut upkeep| async move {
        let news = match upkeep.next().await {
            Ok(update) => News::Told(update),
            Err(error) => {
                upkeep.updates = None;
                upkeep.wait = Some(upkeep.backoff.next());
                News::Lost(error)
            }
        };
        Some((news, upkeep))
    })
}

impl Upkeep {
    async fn next(&mut self) -> Result<Update, Error> {
        if let Some(wait) = self.wait.take() {
            tokio::time::sleep(wait).await;
        }
        let patience = self.follow.every * LATE;
        let silent = |_| Error::new(Kind::Unavailable, "a layer has been silent for too long");
        let updates = match &mut self.updates {
            Some(updates) => updates,
            None => {
                let opened = timeout(patience, self.source.follow(self.follow.clone())).await;
                self.updates.insert(opened.map_err(silent)??)
            }
        };
        let update = timeout(patience, updates.next()).await.map_err(silent)?;
        let update =
            update.unwrap_or_else(|| Err(Error::new(Kind::Unavailable, "a layer ended")))?;
        self.backoff.reset();
        if let Some(place) = place(&update) {
            self.follow.after = Some(place.clone());
        }
        Ok(update)
    }
}

fn place(update: &Update) -> Option<&Place> {
    match update {
        Update::Complete { place, .. }
        | Update::Changes { place, .. }
        | Update::Confirmed { place, .. } => place.as_ref(),
        _ => None,
    }
}
