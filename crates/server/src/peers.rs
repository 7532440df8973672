//! Messages between those who are connected right now: at most once, kept nowhere.
//!
//! `Peers::broadcast` gives a message its id and time and hands it to whoever listens, here and on other nodes (`Others`). What listeners have not fetched yet waits in a
//! queue of theirs, which is bounded: who falls behind is told so, and delays nobody.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use buffa::Message as _;
use bytes::Bytes;
use holdfast_api::stategate::PeerMessage;
use holdfast_model::Timestamp;
use parking_lot::Mutex;
use tokio::sync::Notify;
use tokio::time::timeout;
use uuid::Uuid;

use crate::nodes::peers::{Others, Word};

/// Messages that wait for one listener: some seconds of a busy channel.
const WAITING: usize = 1_024;
/// Bytes of them, though a single message may have more: a thousand stalled listeners stay below 4 GiB even when no two wait for
/// the same messages; usually they share them.
const WAITING_BYTES: usize = 4 << 20;

/// How long somebody who begins to listen waits until this node hears the others.
const LIVE: Duration = Duration::from_secs(5);

/// Everybody who listens; clones are the same.
#[derive(Clone, Default)]
pub struct Peers(Arc<Place>);

#[derive(Default)]
struct Place {
    room: Mutex<Room>,
    /// Of a node that shares a log.
    others: OnceLock<Others>,
}

#[derive(Default)]
struct Room {
    /// By the order in which they came.
    listeners: BTreeMap<u64, Arc<Seat>>,
    /// Of each group, who got the last message.
    turns: HashMap<String, u64>,
    next: u64,
    /// Of the last message.
    time: Timestamp,
}

/// A message that was sent, in the forms that its listeners share.
pub(crate) struct Sent {
    pub(crate) message: PeerMessage,
    pub(crate) protobuf: Bytes,
    /// As a line of JSON; made when somebody wants it.
    pub(crate) line: OnceLock<Bytes>,
}

/// Which messages a listener wants. It is asked while all others wait.
pub(crate) type Wants = Box<dyn Fn(&PeerMessage) -> bool + Send + Sync>;

struct Seat {
    /// Empty: of no group.
    group: String,
    wants: Wants,
    queue: Mutex<Queue>,
    wake: Notify,
}

#[derive(Default)]
struct Queue {
    waiting: VecDeque<Arc<Sent>>,
    bytes: usize,
    overrun: bool,
}

/// Somebody who listens. Dropping it ends that; of a group, what was not fetched goes to the others.
pub(crate) struct Listener {
    peers: Peers,
    id: u64,
    seat: Arc<Seat>,
}

/// More came than was fetched: messages are lost, and there will be no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Overrun;

/// A message that no channel to other nodes carries. Nobody got it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TooLarge {
    /// Bytes of the message in protobuf.
    pub(crate) size: usize,
    /// Bytes that pass.
    pub(crate) largest: usize,
}

impl Peers {
    /// From now on messages go to other nodes, and come from there.
    pub(crate) fn join(&self, others: Others) {
        // There is one channel.
        let _ = self.0.others.set(others);
    }

    /// Sends a message to all who want it, and to one of each group. Its id and time are made here; times rise strictly.
    pub(crate) async fn broadcast(
        &self,
        mut message: PeerMessage,
        now: Timestamp,
    ) -> Result<(), TooLarge> {
        message.id = Uuid::new_v4().to_string();
        let others = self.0.others.get();
        // Before it has a time: what is sent here goes there in the same order.
        let place = match others {
            Some(others) => others.place().await.map(|place| (others, place)),
            None => None,
        };
        let mut room = self.0.room.lock();
        let time = now.max(Timestamp(room.time.0.saturating_add(1)));
        message.time = time.0;
        let protobuf = message.encode_to_bytes();
        if let Some((others, _)) = &place
            && protobuf.len() > others.largest()
        {
            return Err(TooLarge { size: protobuf.len(), largest: others.largest() });
        }
        room.time = time;
        let sent = Arc::new(Sent { message, protobuf: protobuf.clone(), line: OnceLock::new() });
        room.deliver(&sent);
        let Some((others, place)) = place else {
            room.deliver_to_groups(&sent, None, &mut Vec::new());
            return Ok(());
        };
        let mut word = Word {
            from: others.me(),
            first: true,
            group: None,
            served: Vec::new(),
            path: others.path(),
            message: protobuf,
        };
        if word.path.first() == Some(&word.from) {
            room.deliver_to_groups(&sent, None, &mut word.served);
            word.path.remove(0);
        }
        place.send(word);
        Ok(())
    }

    /// Takes what another node says; the answer is for the next one.
    pub(crate) fn heard(&self, mut word: Word) -> Option<Word> {
        let me = self.0.others.get()?.me();
        if word.from == me {
            return None;
        }
        let message = PeerMessage::decode_from_slice(&word.message).ok()?;
        let mut room = self.0.room.lock();
        room.time = room.time.max(Timestamp(message.time));
        let sent = Sent { message, protobuf: word.message.clone(), line: OnceLock::new() };
        let sent = Arc::new(sent);
        if word.first {
            room.deliver(&sent);
        }
        if word.path.first() != Some(&me) {
            return None;
        }
        room.deliver_to_groups(&sent, word.group.as_deref(), &mut word.served);
        word.path.remove(0);
        let done = word.group.as_ref().is_some_and(|group| word.served.contains(group));
        (!done && !word.path.is_empty()).then_some(Word { from: me, first: false, ..word })
    }

    /// Listens from now on, to what other nodes say, too.
    pub(crate) async fn listen(&self, group: &str, wants: Wants) -> Listener {
        let seat = Arc::new(Seat {
            group: group.to_owned(),
            wants,
            queue: Mutex::default(),
            wake: Notify::new(),
        });
        let id = {
            let mut room = self.0.room.lock();
            let id = room.next;
            room.next += 1;
            room.listeners.insert(id, Arc::clone(&seat));
            id
        };
        let listener = Listener { peers: self.clone(), id, seat };
        if let Some(others) = self.0.others.get()
            && timeout(LIVE, others.live()).await.is_err()
        {
            tracing::debug!("somebody listens to this node alone: the channel is away");
        }
        listener
    }

    /// How many listen.
    #[must_use]
    pub fn listeners(&self) -> usize {
        self.0.room.lock().listeners.len()
    }
}

impl Room {
    /// To those who listen for themselves.
    fn deliver(&self, sent: &Arc<Sent>) {
        let alone = self.listeners.values().filter(|seat| seat.group.is_empty());
        for seat in alone.filter(|seat| (seat.wants)(&sent.message)) {
            if !seat.push(sent) {
                seat.overrun();
            }
        }
    }

    /// To a member of each group, or of one, that has not got it yet; adds those that got it.
    fn deliver_to_groups(
        &mut self,
        sent: &Arc<Sent>,
        only: Option<&str>,
        served: &mut Vec<String>,
    ) {
        let mut groups: BTreeMap<&str, Vec<(u64, &Seat)>> = BTreeMap::new();
        for (id, seat) in &self.listeners {
            let of_group = match only {
                Some(group) => seat.group == group,
                None => !seat.group.is_empty() && !served.contains(&seat.group),
            };
            if of_group && (seat.wants)(&sent.message) {
                groups.entry(&seat.group).or_default().push((*id, &**seat));
            }
        }
        for (group, members) in groups {
            if let Some(taken) = give(&members, self.turns.get(group), sent) {
                self.turns.insert(group.to_owned(), taken);
                served.push(group.to_owned());
            }
        }
    }
}

/// Gives a message to the next member that has room for it. When none has, it is lost for the group, and whose turn it was is told.
fn give(members: &[(u64, &Seat)], last: Option<&u64>, sent: &Arc<Sent>) -> Option<u64> {
    let first = members.iter().position(|(id, _)| last.is_none_or(|last| id > last)).unwrap_or(0);
    let (before, from) = members.split_at(first);
    let in_turn = || from.iter().chain(before);
    if let Some((id, _)) = in_turn().find(|(_, seat)| seat.push(sent)) {
        return Some(*id);
    }
    let (id, seat) = in_turn().next()?;
    seat.overrun();
    Some(*id)
}

impl Seat {
    /// False when there is no room for it.
    fn push(&self, sent: &Arc<Sent>) -> bool {
        let mut queue = self.queue.lock();
        let (messages, bytes) = (queue.waiting.len() + 1, queue.bytes + sent.protobuf.len());
        let full = messages > WAITING || (messages > 1 && bytes > WAITING_BYTES);
        if queue.overrun || full {
            return false;
        }
        queue.bytes = bytes;
        queue.waiting.push_back(Arc::clone(sent));
        drop(queue);
        self.wake.notify_one();
        true
    }

    fn overrun(&self) {
        *self.queue.lock() = Queue { overrun: true, ..Queue::default() };
        self.wake.notify_one();
    }
}

impl Listener {
    /// The next message; waits for it. Dropping the future loses nothing.
    pub(crate) async fn next(&self) -> Result<Arc<Sent>, Overrun> {
        loop {
            {
                let mut queue = self.seat.queue.lock();
                if queue.overrun {
                    return Err(Overrun);
                }
                if let Some(sent) = queue.waiting.pop_front() {
                    queue.bytes -= sent.protobuf.len();
                    return Ok(sent);
                }
            }
            self.seat.wake.notified().await;
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let mut room = self.peers.0.room.lock();
        room.listeners.remove(&self.id);
        let group = &*self.seat.group;
        if group.is_empty() {
            return;
        }
        let left = std::mem::take(&mut *self.seat.queue.lock());
        for sent in &left.waiting {
            let mut served = Vec::new();
            room.deliver_to_groups(sent, Some(group), &mut served);
            if served.is_empty() {
                self.peers.pass_on(group, sent);
            }
        }
        if !room.listeners.values().any(|seat| seat.group == group) {
            room.turns.remove(group);
        }
    }
}

impl Peers {
    /// What the last member of a group here left behind may be for one on another node.
    fn pass_on(&self, group: &str, sent: &Sent) {
        let Some(others) = self.0.others.get() else { return };
        let from = others.me();
        let path: Vec<_> = others.path().into_iter().filter(|node| *node != from).collect();
        if !path.is_empty() {
            let (group, message) = (Some(group.to_owned()), sent.protobuf.clone());
            others.offer(Word { from, first: false, group, served: Vec::new(), path, message });
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    fn message(text: &str) -> PeerMessage {
        PeerMessage { r#type: text.to_owned(), ..PeerMessage::default() }
    }

    fn all() -> Wants {
        Box::new(|_| true)
    }

    /// What waits for a listener.
    fn heard(listener: &Listener) -> Vec<String> {
        let next = || listener.next().now_or_never().and_then(Result::ok);
        std::iter::from_fn(next).map(|sent| sent.message.r#type.clone()).collect()
    }

    /// Without other nodes nothing waits.
    fn broadcast(peers: &Peers, message: PeerMessage, now: i64) {
        let sent = peers.broadcast(message, Timestamp(now)).now_or_never();
        assert_eq!(sent, Some(Ok(())));
    }

    fn listen(peers: &Peers, group: &str, wants: Wants) -> Listener {
        peers.listen(group, wants).now_or_never().expect("at once")
    }

    fn say(peers: &Peers, texts: std::ops::Range<u32>) {
        texts.for_each(|text| broadcast(peers, message(&text.to_string()), 7));
    }

    fn texts(range: std::ops::Range<u32>) -> Vec<String> {
        range.map(|text| text.to_string()).collect()
    }

    #[test]
    fn everybody_gets_what_they_want_once_and_in_order() {
        let peers = Peers::default();
        broadcast(&peers, message("before"), 7);
        let (one, other) = (listen(&peers, "", all()), listen(&peers, "", all()));
        let some = listen(&peers, "", Box::new(|m| m.r#type == "2"));
        say(&peers, 0..4);
        assert_eq!((heard(&one), heard(&other)), (texts(0..4), texts(0..4)));
        assert_eq!(heard(&some), ["2"]);
        drop(one);
        assert_eq!(peers.listeners(), 2);
    }

    #[test]
    fn times_rise_and_ids_differ() {
        let peers = Peers::default();
        let one = listen(&peers, "", all());
        for now in [5, 5, 4, 9] {
            broadcast(&peers, message("x"), now);
        }
        let sent: Vec<_> =
            std::iter::from_fn(|| one.next().now_or_never().and_then(Result::ok)).collect();
        assert_eq!(sent.iter().map(|sent| sent.message.time).collect::<Vec<_>>(), [5, 6, 7, 9]);
        assert_ne!(sent[0].message.id, sent[1].message.id);
    }

    #[test]
    fn a_group_takes_turns() {
        let peers = Peers::default();
        let members: Vec<_> = (0..3).map(|_| listen(&peers, "g", all())).collect();
        let (other, alone) = (listen(&peers, "h", all()), listen(&peers, "", all()));
        say(&peers, 0..9);
        assert_eq!(heard(&members[0]), ["0", "3", "6"]);
        assert_eq!(heard(&members[1]), ["1", "4", "7"]);
        assert_eq!(heard(&members[2]), ["2", "5", "8"]);
        assert_eq!((heard(&other), heard(&alone)), (texts(0..9), texts(0..9)));
    }

    #[test]
    fn a_member_that_does_not_want_it_is_passed_over() {
        let peers = Peers::default();
        let never = listen(&peers, "g", Box::new(|_| false));
        let one = listen(&peers, "g", all());
        say(&peers, 0..3);
        assert_eq!((heard(&never), heard(&one)), (vec![], texts(0..3)));
    }

    #[test]
    fn what_a_member_left_behind_goes_to_the_others() {
        let peers = Peers::default();
        let (one, other) = (listen(&peers, "g", all()), listen(&peers, "g", all()));
        say(&peers, 0..4);
        drop(one);
        assert_eq!(heard(&other), ["1", "3", "0", "2"]);
        drop(other);
        assert!(peers.0.room.lock().turns.is_empty(), "a group without members is forgotten");
    }

    #[test]
    fn who_falls_behind_is_told_and_delays_nobody() {
        let peers = Peers::default();
        let (slow, quick) = (listen(&peers, "", all()), listen(&peers, "", all()));
        let most = u32::try_from(WAITING).expect("it fits");
        say(&peers, 0..most);
        assert_eq!(heard(&quick).len(), WAITING);
        say(&peers, 0..1);
        assert_eq!(slow.next().now_or_never().map(|next| next.map(drop)), Some(Err(Overrun)));
        assert_eq!(heard(&quick).len(), 1);
        let large = PeerMessage { r#type: "x".repeat(WAITING_BYTES), ..PeerMessage::default() };
        broadcast(&peers, large.clone(), 1);
        assert_eq!(heard(&quick).len(), 1, "a single one may be larger");
        broadcast(&peers, large.clone(), 1);
        broadcast(&peers, large, 1);
        assert!(quick.next().now_or_never().is_some_and(|next| next.is_err()));
    }

    #[test]
    fn in_a_group_another_one_has_room() {
        let peers = Peers::default();
        let (slow, quick) = (listen(&peers, "g", all()), listen(&peers, "g", all()));
        let most = u32::try_from(WAITING).expect("it fits");
        let mut got = 0;
        for _ in 0..3 {
            say(&peers, 0..most);
            got += heard(&quick).len();
        }
        assert_eq!(got, 2 * WAITING, "what the other has no room for");
        assert_eq!(heard(&slow).len(), WAITING);
    }
}
