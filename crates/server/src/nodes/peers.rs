//! Messages of peers, from the node at which they are sent to those at which somebody listens.
//!
//! A message is published once, for everybody who listens for himself. Of a group one member gets it, on whichever node: so the message also
//! takes a path, from node to node, each of which gives it to the groups it has that did not get it yet, and says to the next which
//! those were. One node at a time has the message for groups; if that one ends, so does its way, and nobody gets it twice.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use backon::BackoffBuilder as _;
use bytes::{Buf as _, BufMut as _, Bytes, BytesMut};
use holdfast_channel::{EventChannel, Heard, InvalidSubject, Subject};
use holdfast_model::LogId;
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::backoff;
use super::presence::Presence;
use crate::peers::Peers;

/// The first byte of a word; what begins otherwise is of a later release.
const WORD: u8 = 1;
/// Words that wait to be published. A sender waits when there are more.
const WAITING: usize = 256;
/// Subjects for words to one node: two nodes seldom hear what is for the other.
const LANES: u8 = 8;
/// Bytes of a word beside its message, without the names of groups: the path of as many nodes as anybody has.
pub(crate) const AROUND: usize = 4 << 10;

/// A message on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Word {
    /// Who sends this word.
    pub(crate) from: Uuid,
    /// It is for everybody who listens for himself, too, and comes from where the message was sent.
    pub(crate) first: bool,
    /// The only group that it is for; `None`: for all of them.
    pub(crate) group: Option<String>,
    /// Groups that have it.
    pub(crate) served: Vec<String>,
    /// The nodes that may give it to groups: the first of them now.
    pub(crate) path: Vec<Uuid>,
    /// In protobuf.
    pub(crate) message: Bytes,
}

impl Word {
    fn encode(&self) -> Bytes {
        let mut bytes = BytesMut::with_capacity(self.message.len() + 256);
        bytes.put_u8(WORD);
        bytes.put_slice(self.from.as_bytes());
        bytes.put_u8(u8::from(self.first));
        bytes.put_u8(u8::from(self.group.is_some()));
        let groups = self.group.iter().chain(&self.served);
        bytes.put_u32(count(self.served.len()));
        for group in groups {
            bytes.put_u32(count(group.len()));
            bytes.put_slice(group.as_bytes());
        }
        bytes.put_u32(count(self.path.len()));
        self.path.iter().for_each(|node| bytes.put_slice(node.as_bytes()));
        bytes.put_slice(&self.message);
        bytes.freeze()
    }

    /// `None` for what is no word.
    fn decode(mut bytes: Bytes) -> Option<Self> {
        (bytes.try_get_u8().ok()? == WORD).then_some(())?;
        let from = node(&mut bytes)?;
        let first = bytes.try_get_u8().ok()? == 1;
        let one = bytes.try_get_u8().ok()? == 1;
        let served = bytes.try_get_u32().ok()?;
        let group = if one { Some(text(&mut bytes)?) } else { None };
        let served = (0..served).map(|_| text(&mut bytes)).collect::<Option<_>>()?;
        let nodes = bytes.try_get_u32().ok()?;
        let path = (0..nodes).map(|_| node(&mut bytes)).collect::<Option<_>>()?;
        Some(Self { from, first, group, served, path, message: bytes })
    }
}

fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

fn node(bytes: &mut Bytes) -> Option<Uuid> {
    let id = bytes.get(..16)?.try_into().ok()?;
    bytes.advance(16);
    Some(Uuid::from_bytes(id))
}

fn text(bytes: &mut Bytes) -> Option<String> {
    let length = usize::try_from(bytes.try_get_u32().ok()?).ok()?;
    (length <= bytes.len()).then_some(())?;
    String::from_utf8(bytes.split_to(length).into()).ok()
}

/// The way from the peers of this node to those of others.
pub(crate) struct Others {
    presence: Arc<Presence>,
    largest: usize,
    turn: AtomicUsize,
    queue: mpsc::Sender<Word>,
    live: watch::Receiver<bool>,
}

impl Others {
    pub(crate) fn me(&self) -> Uuid {
        self.presence.me()
    }

    /// The nodes there are, this one included, another one first each time.
    pub(crate) fn path(&self) -> Vec<Uuid> {
        let mut nodes = self.presence.all();
        let turn = self.turn.fetch_add(1, Relaxed) % nodes.len().max(1);
        nodes.rotate_left(turn);
        nodes
    }

    /// The largest message that reaches other nodes.
    pub(crate) fn largest(&self) -> usize {
        self.largest
    }

    /// A place for a word in the queue; waits for it. `None`: this node stops.
    pub(crate) async fn place(&self) -> Option<mpsc::Permit<'_, Word>> {
        self.queue.reserve().await.ok()
    }

    /// Puts a word into the queue if there is a place.
    pub(crate) fn offer(&self, word: Word) {
        if self.queue.try_send(word).is_err() {
            tracing::debug!("a message for a group is lost: too many wait for the channel");
        }
    }

    /// Waits until this node hears the others. A channel that cannot be reached is waited for no longer than its time limit.
    pub(crate) async fn live(&self) {
        // The other end goes only with the node.
        let _ = self.live.clone().wait_for(|live| *live).await;
    }
}

/// Where messages for all nodes of a log are said, and those for one: a few lanes, because some servers keep every name for ever.
fn subject(log: LogId, node: Option<Uuid>) -> Result<Subject, InvalidSubject> {
    let log = log.0.simple();
    let of = |node: Uuid| {
        let lane = node.as_bytes()[0] % LANES;
        Subject::new(&format!("holdfast.peers.{log}.{lane}"))
    };
    node.map_or_else(|| Subject::new(&format!("holdfast.peers.{log}")), of)
}

/// Connects the peers of this node with those of others, until told to stop.
pub(crate) fn start(
    peers: &Peers,
    presence: &Arc<Presence>,
    log: LogId,
    channel: &Arc<dyn EventChannel>,
    stop: &CancellationToken,
) {
    let (all, own) = match (subject(log, None), subject(log, Some(presence.me()))) {
        (Ok(all), Ok(own)) => (all, own),
        (Err(error), _) | (_, Err(error)) => {
            tracing::error!(%error, "messages of peers stay on this node");
            return;
        }
    };
    let (queue, waiting) = mpsc::channel(WAITING);
    let ears = [watch::Sender::new(false), watch::Sender::new(false)];
    let largest = channel.capabilities().largest_message.saturating_sub(AROUND);
    let (both, live) = watch::channel(false);
    let heard = ears.each_ref().map(watch::Sender::subscribe);
    peers.join(Others {
        presence: Arc::clone(presence),
        largest,
        turn: AtomicUsize::new(0),
        queue: queue.clone(),
        live,
    });
    tokio::spawn(until(stop.clone(), send(Arc::clone(channel), log, waiting)));
    for (subject, live) in [all, own].into_iter().zip(ears) {
        let hearing = hear(peers.clone(), Arc::clone(channel), subject, queue.clone(), live);
        tokio::spawn(until(stop.clone(), hearing));
    }
    tokio::spawn(until(stop.clone(), async move {
        for mut one in heard {
            if one.wait_for(|live| *live).await.is_err() {
                return;
            }
        }
        both.send_replace(true);
    }));
}

async fn until(stop: CancellationToken, work: impl Future<Output = ()>) {
    tokio::select! {
        () = stop.cancelled() => {}
        () = work => {}
    }
}

/// In the order in which they were sent.
async fn send(channel: Arc<dyn EventChannel>, log: LogId, mut waiting: mpsc::Receiver<Word>) {
    while let Some(word) = waiting.recv().await {
        let to = if word.first { None } else { word.path.first().copied() };
        let Ok(subject) = subject(log, to) else { continue };
        if let Err(error) = channel.publish(&subject, word.encode()).await {
            tracing::debug!(%error, "a message of a peer did not reach the other nodes");
        }
    }
}

async fn hear(
    peers: Peers,
    channel: Arc<dyn EventChannel>,
    subject: Subject,
    queue: mpsc::Sender<Word>,
    live: watch::Sender<bool>,
) {
    let mut pauses = backoff().build();
    loop {
        match channel.subscribe(&subject).await {
            Ok(mut ears) => {
                pauses = backoff().build();
                live.send_replace(true);
                while let Some(heard) = ears.next().await {
                    // What was missed is lost: messages are kept nowhere.
                    let Heard::Message(bytes) = heard else { continue };
                    let on = Word::decode(bytes).and_then(|word| peers.heard(word));
                    if let Some(word) = on
                        && queue.send(word).await.is_err()
                    {
                        return;
                    }
                }
            }
            Err(error) => {
                tracing::debug!(%error, "messages of peers of other nodes cannot be heard")
            }
        }
        tokio::time::sleep(pauses.next().unwrap_or_default()).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_comes_back_and_nothing_else_is_one() {
        let nodes: Vec<_> = (0..3).map(|_| Uuid::new_v4()).collect();
        for (group, served, path) in [
            (None, vec![], vec![]),
            (Some("g".to_owned()), vec!["a b".to_owned(), String::new()], nodes),
        ] {
            let message = Bytes::from_static(b"message");
            let word = Word { from: Uuid::new_v4(), first: true, group, served, path, message };
            let bytes = word.encode();
            assert!(bytes.len() <= AROUND + word.message.len());
            assert_eq!(Word::decode(bytes.clone()), Some(word.clone()));
            for end in 0..bytes.len() - word.message.len() {
                assert_eq!(Word::decode(bytes.slice(..end)), None, "{end}");
            }
            let mut later = bytes.to_vec();
            later[0] = 2;
            assert_eq!(Word::decode(later.into()), None);
        }
        let huge = [&[WORD][..], &[0; 18], &[255; 12]].concat();
        assert_eq!(Word::decode(huge.into()), None);
    }

    #[test]
    fn every_log_and_node_has_a_subject() {
        let log = LogId(Uuid::max());
        assert_ne!(subject(log, None).expect("one"), subject(log, Some(Uuid::max())).expect("one"));
    }
}
