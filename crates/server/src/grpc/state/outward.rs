//! Events for consumers beside this server: each committed one, as a message of `EventService/Stream`, on the subjects to which
//! servers of stategate publish theirs.
//!
//! It follows the log as a watcher does: while the channel is away it waits at its place, and goes on from there. Of several
//! nodes one publishes; when another takes over, events of that moment may be missing or come twice, under the same ids.

use std::sync::Arc;
use std::time::Duration;

use backon::BackoffBuilder as _;
use bytes::Bytes;
use holdfast_api::stategate::Event as Message;
use holdfast_auth::Identity;
use holdfast_channel::{ChannelError, EventChannel, Subject};
use holdfast_engine::{Caller, Delivery, Engine, EngineError, Matched, Start, Watch};
use holdfast_model::{Commit, ErrorKind, Revision};
use tokio_util::sync::CancellationToken;

use super::event::{Happened, before, is_shown};
use super::stream::Form;
use crate::nodes::backoff;
use crate::nodes::presence::Presence;
use crate::settings::DelEvents;

/// After a failure of the log, before the next attempt.
const PAUSE: Duration = Duration::from_secs(1);

/// Publishes the events of a log.
pub(crate) struct Outward {
    engine: Engine,
    caller: Caller,
    removals: DelEvents,
    channel: Arc<dyn EventChannel>,
    subjects: Vec<Subject>,
    presence: Arc<Presence>,
}

impl Outward {
    pub(crate) fn new(
        engine: &Engine,
        removals: DelEvents,
        channel: Arc<dyn EventChannel>,
        subjects: Vec<Subject>,
        presence: Arc<Presence>,
    ) -> Self {
        let caller = Caller::of(Identity::named("system"), "holdfast/events");
        Self { engine: engine.as_server(), caller, removals, channel, subjects, presence }
    }

    /// Publishes what is committed from now on, until told to stop.
    pub(crate) async fn run(self, stop: CancellationToken) {
        tokio::select! {
            () = stop.cancelled() => {}
            () = self.publish_all() => {}
        }
    }

    async fn publish_all(&self) {
        let mut behind = None;
        loop {
            match self.follow(&mut behind).await {
                EngineError::Stopping => return,
                error => {
                    tracing::warn!(%error, "events cannot be followed to be published");
                    if error.kind() == ErrorKind::Compacted {
                        behind = None;
                    }
                }
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Goes on until it fails, and says why. `behind` is the last commit that was published.
    async fn follow(&self, behind: &mut Option<Revision>) -> EngineError {
        let start = behind.map_or(Start::Now, Start::After);
        let watch = Watch { start, ..Watch::default() };
        let mut watcher = match self.engine.watch(&self.caller, watch).await {
            Ok(watcher) => watcher,
            Err(error) => return error,
        };
        loop {
            match watcher.next().await {
                Ok(Delivery::Commit(matched)) => {
                    if let Err(error) = self.publish_commit(&matched).await {
                        return error;
                    }
                    *behind = Some(matched.commit.commit().revision);
                }
                Ok(_) => {}
                Err(error) => return error,
            }
        }
    }

    async fn publish_commit(&self, matched: &Matched) -> Result<(), EngineError> {
        let commit = matched.commit.commit();
        for index in matched.events.indexes(commit.events.len()) {
            if !self.presence.is_first() {
                return Ok(());
            }
            if let Some(message) = self.message(commit, index).await? {
                match Form::Protobuf.bytes(&message) {
                    Ok(bytes) => self.publish(&bytes).await,
                    Err(error) => tracing::warn!(%error, "an event cannot be published"),
                }
            }
        }
        Ok(())
    }

    async fn message(&self, commit: &Commit, index: usize) -> Result<Option<Message>, EngineError> {
        let event = &commit.events[index];
        if !is_shown(self.removals, commit, event) {
            return Ok(None);
        }
        if event.leaves_entry() {
            return Ok(Some(Happened::of(commit, index).message()));
        }
        let before = before(&self.engine, &self.caller, event).await?;
        Ok(Some(Happened::removal(commit, index, before.as_deref()).message()))
    }

    async fn publish(&self, message: &Bytes) {
        for subject in &self.subjects {
            let mut pauses = backoff().build();
            while let Err(error) = self.channel.publish(subject, message.clone()).await {
                if matches!(error, ChannelError::TooLarge { .. }) {
                    tracing::warn!(%error, %subject, "an event is not published");
                    break;
                }
                tracing::debug!(%error, %subject, "an event waits to be published");
                tokio::time::sleep(pauses.next().unwrap_or(PAUSE)).await;
            }
        }
    }
}
