//! Which nodes there are, as far as this one has heard: each says that it is there, again and again, and when it leaves.
//!
//! Nobody decides anything about data by it. It is good for what is shared out among the nodes, such as a limit of calls: who has
//! not been heard for a while may be dead or only unheard, and either way its share is not used here for long.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use backon::BackoffBuilder as _;
use bytes::Bytes;
use holdfast_channel::{EventChannel, Heard, InvalidSubject, Subject};
use holdfast_engine::Engine;
use holdfast_model::LogId;
use parking_lot::Mutex;
use tokio::sync::watch;
use tokio::time::{Instant, MissedTickBehavior};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::backoff;

/// How often a node says that it is there.
const SAY_EVERY: Duration = Duration::from_secs(1);
/// How long a node counts after it was last heard: two of its words may be lost.
const COUNTS_FOR: Duration = Duration::from_millis(3_500);

/// The nodes that were heard.
pub(crate) struct Presence {
    me: Uuid,
    others: Mutex<HashMap<Uuid, Instant>>,
    nodes: watch::Sender<usize>,
}

/// What a node says: 17 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Word {
    node: Uuid,
    leaves: bool,
}

impl Word {
    fn encode(self) -> Bytes {
        let mut bytes = self.node.as_bytes().to_vec();
        bytes.push(u8::from(self.leaves));
        bytes.into()
    }

    /// `None` for what is no word, or one of a later release.
    fn decode(bytes: &[u8]) -> Option<Self> {
        let (node, [leaves @ 0..=1]) = bytes.split_first_chunk::<16>()? else { return None };
        Some(Self { node: Uuid::from_bytes(*node), leaves: *leaves == 1 })
    }
}

impl Presence {
    pub(crate) fn new() -> Self {
        Self { me: Uuid::new_v4(), others: Mutex::default(), nodes: watch::Sender::new(1) }
    }

    /// How many nodes there are, this one included.
    pub(crate) fn nodes(&self) -> watch::Receiver<usize> {
        self.nodes.subscribe()
    }

    /// This node.
    pub(crate) fn me(&self) -> Uuid {
        self.me
    }

    /// The nodes that count, this one included, in the same order everywhere.
    pub(crate) fn all(&self) -> Vec<Uuid> {
        let mut all: Vec<_> = self.others.lock().keys().copied().chain([self.me]).collect();
        all.sort_unstable();
        all
    }

    /// True for a node that was not known.
    fn heard(&self, word: Word, now: Instant) -> bool {
        if word.node == self.me {
            return false;
        }
        let mut others = self.others.lock();
        let is_new = if word.leaves {
            others.remove(&word.node);
            false
        } else {
            others.insert(word.node, now).is_none()
        };
        drop(others);
        self.count(now);
        is_new
    }

    fn count(&self, now: Instant) {
        let mut others = self.others.lock();
        others.retain(|_, heard| now.duration_since(*heard) < COUNTS_FOR);
        let nodes = others.len() + 1;
        drop(others);
        self.nodes.send_if_modified(|known| std::mem::replace(known, nodes) != nodes);
    }
}

fn subject(log: LogId) -> Result<Subject, InvalidSubject> {
    Subject::new(&format!("holdfast.nodes.{}", log.0.simple()))
}

/// Says that this node is there, and listens who else is, until told to stop.
pub(crate) fn start(
    presence: &Arc<Presence>,
    log: LogId,
    channel: &Arc<dyn EventChannel>,
    stop: &CancellationToken,
) {
    match subject(log) {
        Ok(subject) => {
            let work = run(Arc::clone(presence), Arc::clone(channel), subject, stop.clone());
            tokio::spawn(work);
        }
        Err(error) => tracing::error!(%error, "other nodes cannot be counted"),
    }
}

/// Lets an engine allow the part of one of the nodes of what all of them may have, until told to stop.
pub(crate) async fn share(
    engine: Engine,
    mut nodes: watch::Receiver<usize>,
    stop: CancellationToken,
) {
    loop {
        engine.share_watchers(*nodes.borrow_and_update());
        tokio::select! {
            changed = nodes.changed() => if changed.is_err() { return },
            () = stop.cancelled() => return,
        }
    }
}

async fn run(
    presence: Arc<Presence>,
    channel: Arc<dyn EventChannel>,
    subject: Subject,
    stop: CancellationToken,
) {
    let say = async |leaves| {
        let word = Word { node: presence.me, leaves };
        // Said again in a moment.
        let _ = channel.publish(&subject, word.encode()).await;
    };
    let mut ticks = tokio::time::interval(SAY_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut pauses = backoff().build();
    let mut ears = None;
    loop {
        if ears.is_none() {
            ears = channel.subscribe(&subject).await.ok();
        }
        let heard = async {
            match &mut ears {
                Some(ears) => ears.next().await,
                None => {
                    tokio::time::sleep(pauses.next().unwrap_or_default()).await;
                    None
                }
            }
        };
        tokio::select! {
            _ = ticks.tick() => {
                presence.count(Instant::now());
                say(false).await;
            }
            heard = heard => match heard {
                Some(Heard::Message(message)) => {
                    let word = Word::decode(&message);
                    // It has just come, and does not know who is here.
                    if word.is_some_and(|word| presence.heard(word, Instant::now())) {
                        say(false).await;
                    }
                }
                Some(Heard::Gap) => pauses = backoff().build(),
                None => ears = None,
            },
            () = stop.cancelled() => break,
        }
    }
    say(true).await;
}

#[cfg(test)]
mod tests {
    use holdfast_channel::LocalChannel;

    use super::*;

    #[test]
    fn a_word_comes_back_and_nothing_else_is_one() {
        for leaves in [false, true] {
            let word = Word { node: Uuid::new_v4(), leaves };
            assert_eq!(Word::decode(&word.encode()), Some(word));
        }
        let word = Word { node: Uuid::max(), leaves: true }.encode();
        let longer = [&word[..], b"\0"].concat();
        for other in [&b""[..], &word[..16], &longer, &[9; 17]] {
            assert_eq!(Word::decode(other), None);
        }
    }

    async fn until(nodes: &mut watch::Receiver<usize>, count: usize) {
        let counted =
            tokio::time::timeout(Duration::from_secs(60), nodes.wait_for(|n| *n == count));
        assert!(counted.await.is_ok_and(|counted| counted.is_ok()), "{count} nodes");
    }

    #[tokio::test(start_paused = true)]
    async fn nodes_are_counted_as_they_come_leave_and_fall_silent() {
        let channel: Arc<dyn EventChannel> = Arc::new(LocalChannel::new());
        let log = LogId(Uuid::new_v4());
        let nodes: Vec<_> = (0..3)
            .map(|_| {
                let (presence, stop) = (Arc::new(Presence::new()), CancellationToken::new());
                start(&presence, log, &channel, &stop);
                (presence, stop)
            })
            .collect();
        let mut seen = nodes[0].0.nodes();
        until(&mut seen, 3).await;
        nodes[1].1.cancel();
        until(&mut seen, 2).await;
        // Of another log.
        let (other, stop) = (Arc::new(Presence::new()), CancellationToken::new());
        start(&other, LogId(Uuid::new_v4()), &channel, &stop);
        tokio::time::sleep(2 * SAY_EVERY).await;
        assert_eq!((*seen.borrow(), *other.nodes().borrow()), (2, 1));
        let mut left = vec![nodes[0].0.me(), nodes[2].0.me()];
        left.sort_unstable();
        assert_eq!((nodes[0].0.all(), nodes[2].0.all()), (left.clone(), left));
        // One that says nothing any more, not even that it leaves.
        let word = Word { node: Uuid::new_v4(), leaves: false };
        let subject = subject(log).expect("a subject");
        channel.publish(&subject, word.encode()).await.expect("published");
        until(&mut seen, 3).await;
        until(&mut seen, 2).await;
    }
}
