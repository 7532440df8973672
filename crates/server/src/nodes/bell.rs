//! The doorbell of a shared log: who has appended rings, and the others read on.
//!
//! A ring names the epoch and the newest revision of the node that rang. Rings of many appends in a row are one: while a ring is
//! on its way, only the newest revision waits to be told. A ring that gets lost is made up for by the next one, or by the poll
//! of whoever should have heard it.

use std::sync::Arc;

use backon::BackoffBuilder as _;
use bytes::{BufMut as _, Bytes, BytesMut};
use holdfast_channel::{EventChannel, Heard, InvalidSubject, Subject};
use holdfast_engine::Engine;
use holdfast_model::{Epoch, LogId, Revision};
use tokio_util::sync::CancellationToken;

use super::backoff;

/// The first byte of a ring; what begins otherwise is of a later release.
const RING: u8 = 1;

/// What a ring says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Ring {
    epoch: Epoch,
    revision: Revision,
}

impl Ring {
    fn encode(self) -> Bytes {
        let mut bytes = BytesMut::with_capacity(13);
        bytes.put_u8(RING);
        bytes.put_u32(self.epoch.0);
        bytes.put_u64(self.revision.0);
        bytes.freeze()
    }

    /// `None` for what is no ring.
    fn decode(bytes: &[u8]) -> Option<Self> {
        let (&kind, rest) = bytes.split_first()?;
        let (epoch, revision) = rest.split_first_chunk::<4>()?;
        let revision: [u8; 8] = revision.try_into().ok()?;
        (kind == RING).then(|| Self {
            epoch: Epoch(u32::from_be_bytes(*epoch)),
            revision: Revision(u64::from_be_bytes(revision)),
        })
    }
}

/// Where the bell of a log hangs.
fn subject(log: LogId) -> Result<Subject, InvalidSubject> {
    Subject::new(&format!("holdfast.log.{}", log.0.simple()))
}

/// Rings when this node has appended, and hears the others, until told to stop. Nothing happens on a log of this node alone.
pub(crate) fn start(engine: &Engine, channel: &Arc<dyn EventChannel>, stop: &CancellationToken) {
    if engine.appended().is_none() {
        return;
    }
    match subject(engine.head().log) {
        Ok(subject) => {
            let ringing = ring(engine.clone(), Arc::clone(channel), subject.clone());
            let hearing = hear(engine.clone(), Arc::clone(channel), subject);
            tokio::spawn(until(stop.clone(), ringing));
            tokio::spawn(until(stop.clone(), hearing));
        }
        Err(error) => {
            tracing::error!(%error, "no bell: what other nodes write is found by polling")
        }
    }
}

async fn until(stop: CancellationToken, work: impl Future<Output = ()>) {
    tokio::select! {
        () = stop.cancelled() => {}
        () = work => {}
    }
}

async fn ring(engine: Engine, channel: Arc<dyn EventChannel>, subject: Subject) {
    let Some(mut appended) = engine.appended() else { return };
    while appended.changed().await.is_ok() {
        let revision = *appended.borrow_and_update();
        let ring = Ring { epoch: engine.head().epoch, revision };
        // Nobody waits for it: a ring that fails is not worth trying again, the next one says more.
        if let Err(error) = channel.publish(&subject, ring.encode()).await {
            tracing::debug!(%error, "the bell could not be rung");
        }
    }
}

async fn hear(engine: Engine, channel: Arc<dyn EventChannel>, subject: Subject) {
    let mut pauses = backoff().build();
    loop {
        match channel.subscribe(&subject).await {
            Ok(mut heard) => {
                pauses = backoff().build();
                // What was appended before anybody listened.
                engine.heard(None);
                while let Some(heard) = heard.next().await {
                    engine.heard(beyond(&engine, &heard));
                }
            }
            Err(error) => tracing::debug!(%error, "the bell cannot be heard"),
        }
        tokio::time::sleep(pauses.next().unwrap_or_default()).await;
    }
}

/// Up to where the log goes, by what was heard; `None`: who knows.
fn beyond(engine: &Engine, heard: &Heard) -> Option<Revision> {
    let Heard::Message(message) = heard else { return None };
    let ring = Ring::decode(message)?;
    (ring.epoch == engine.head().epoch).then_some(ring.revision)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ring_comes_back_and_nothing_else_is_one() {
        let ring = Ring { epoch: Epoch(3), revision: Revision(1 << 40) };
        assert_eq!(Ring::decode(&ring.encode()), Some(ring));
        let mut longer = ring.encode().to_vec();
        longer.push(0);
        let mut later = ring.encode().to_vec();
        later[0] = 2;
        for other in [&b""[..], b"\x01", &longer, &later, &ring.encode()[..12]] {
            assert_eq!(Ring::decode(other), None);
        }
    }

    #[test]
    fn every_log_has_a_subject() {
        assert!(subject(LogId(uuid::Uuid::max())).is_ok());
    }
}
