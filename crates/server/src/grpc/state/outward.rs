//! Events for consumers beside this server: each committed one, as a message of `EventService/Stream`, on the subjects to which
//! servers of stategate publish theirs.
//!
//! The server is a consumer group of its own: how far it is, is durable, and of several nodes one publishes. When that one ends,
//! another goes on from where it was; events of its last moment come twice then, under the same ids. While the channel is away it
//! waits at its place, unless another node can do better.

use std::sync::Arc;
use std::time::{Duration, Instant};

use backon::BackoffBuilder as _;
use bytes::Bytes;
use holdfast_api::stategate::Event as Message;
use holdfast_auth::Identity;
use holdfast_channel::{ChannelError, EventChannel, Subject};
use holdfast_engine::{Accepts, Caller, Engine, EngineError, Join, Parcel, Place};
use holdfast_model::{Commit, ErrorKind};
use tokio_util::sync::CancellationToken;

use super::event::{Happened, before, is_shown};
use super::stream::Form;
use crate::nodes::backoff;
use crate::settings::DelEvents;

/// After a failure of the log or of the channel, before the next attempt.
const PAUSE: Duration = Duration::from_secs(1);
/// For how long an event may not be published before another node is let try.
const PATIENCE: Duration = Duration::from_secs(5);
/// No group of callers is called so: their names are JSON.
const GROUP: &str = "events.subjects";

/// Publishes the events of a log.
pub(crate) struct Outward {
    engine: Engine,
    caller: Caller,
    removals: DelEvents,
    channel: Arc<dyn EventChannel>,
    subjects: Vec<Subject>,
    /// Behind which event nothing is left out, if nobody has published before.
    begin: Place,
}

impl Outward {
    /// For what is committed from now on.
    pub(crate) fn new(
        engine: &Engine,
        removals: DelEvents,
        channel: Arc<dyn EventChannel>,
        subjects: Vec<Subject>,
    ) -> Self {
        let caller = Caller::of(Identity::named("system"), "holdfast/events");
        let begin = Place { revision: engine.head().revision, index: u32::MAX };
        Self { engine: engine.as_server(), caller, removals, channel, subjects, begin }
    }

    /// Publishes until told to stop.
    pub(crate) async fn run(self, stop: CancellationToken) {
        tokio::select! {
            () = stop.cancelled() => {}
            () = self.publish_all() => {}
        }
    }

    async fn publish_all(&self) {
        let mut since = Some(self.begin);
        loop {
            match self.publish_in_turn(since).await {
                Ok(error) => {
                    tracing::warn!(%error, "events wait to be published");
                    self.channel_is_back().await;
                }
                Err(EngineError::Stopping) => return,
                Err(error) => {
                    tracing::warn!(%error, "events cannot be followed to be published");
                    if matches!(error.kind(), ErrorKind::Compacted | ErrorKind::ForeignLog) {
                        since = None;
                    }
                }
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Waits until it is the turn of this node, and goes on until the log fails or, for too long, the channel.
    async fn publish_in_turn(&self, since: Option<Place>) -> Result<ChannelError, EngineError> {
        let mut member = self.engine.join(&self.caller, self.membership(since)).await?;
        loop {
            let parcel = member.next().await?;
            if let Err(error) = self.publish_event(&parcel).await? {
                return Ok(error);
            }
            let id = parcel.matched.commit.commit().events[parcel.index].id;
            self.engine.acknowledge(&self.caller, (GROUP, &[]), [id], []).await?;
        }
    }

    fn membership(&self, since: Option<Place>) -> Join {
        let removals = self.removals;
        let accepts: Accepts = Arc::new(move |commit: &Commit, index| {
            is_shown(removals, commit, &commit.events[index])
        });
        Join {
            group: GROUP.to_owned(),
            filters: Vec::new(),
            accepts,
            since,
            acknowledges: true,
            // The order is that of the log, not only within a key.
            max_unacked: Some(1),
            waits: true,
        }
    }

    async fn channel_is_back(&self) {
        while self.channel.healthy().await.is_err() {
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn publish_event(
        &self,
        parcel: &Parcel,
    ) -> Result<Result<(), ChannelError>, EngineError> {
        let message = self.message(parcel).await?;
        match Form::Protobuf.bytes(&message) {
            Ok(bytes) => return Ok(self.publish(&bytes).await),
            Err(error) => tracing::warn!(%error, "an event cannot be published"),
        }
        Ok(Ok(()))
    }

    async fn message(&self, parcel: &Parcel) -> Result<Message, EngineError> {
        let commit = parcel.matched.commit.commit();
        let event = &commit.events[parcel.index];
        if event.leaves_entry() {
            return Ok(Happened::of(commit, parcel.index).message());
        }
        let before = before(&self.engine, &self.caller, event).await?;
        Ok(Happened::removal(commit, parcel.index, before.as_deref()).message())
    }

    async fn publish(&self, message: &Bytes) -> Result<(), ChannelError> {
        for subject in &self.subjects {
            let (began, mut pauses) = (Instant::now(), backoff().build());
            while let Err(error) = self.channel.publish(subject, message.clone()).await {
                if matches!(error, ChannelError::TooLarge { .. }) {
                    tracing::warn!(%error, %subject, "an event is not published");
                    break;
                }
                if began.elapsed() >= PATIENCE {
                    return Err(error);
                }
                tokio::time::sleep(pauses.next().unwrap_or(PAUSE)).await;
            }
        }
        Ok(())
    }
}
