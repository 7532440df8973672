//! Messages between those who are connected to this process right now: at most once, kept nowhere.
//!
//! `Peers::broadcast` gives a message its id and time and hands it to whoever listens. What listeners have not fetched yet waits in a
//! queue of theirs, which is bounded: who falls behind is told so, and delays nobody.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, OnceLock};

use buffa::Message as _;
use bytes::Bytes;
use holdfast_api::stategate::PeerMessage;
use holdfast_model::Timestamp;
use parking_lot::Mutex;
use tokio::sync::Notify;
use uuid::Uuid;

/// Messages that wait for one listener: some seconds of a busy channel.
const WAITING: usize = 1_024;
/// Bytes of them, though a single message may have more: a thousand stalled listeners stay below 4 GiB even when no two wait for
/// the same messages; usually they share them.
const WAITING_BYTES: usize = 4 << 20;

/// Everybody who listens; clones are the same.
#[derive(Clone, Default)]
pub struct Peers(Arc<Mutex<Room>>);

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

impl Peers {
    /// Sends a message to all who want it, and to one of each group. Its id and time are made here; times rise strictly.
    pub(crate) fn broadcast(&self, mut message: PeerMessage, now: Timestamp) {
        message.id = Uuid::new_v4().to_string();
        let mut room = self.0.lock();
        room.time = now.max(Timestamp(room.time.0.saturating_add(1)));
        message.time = room.time.0;
        let protobuf = message.encode_to_bytes();
        room.deliver(&Arc::new(Sent { message, protobuf, line: OnceLock::new() }));
    }

    /// Listens from now on.
    pub(crate) fn listen(&self, group: &str, wants: Wants) -> Listener {
        let seat = Arc::new(Seat {
            group: group.to_owned(),
            wants,
            queue: Mutex::default(),
            wake: Notify::new(),
        });
        let mut room = self.0.lock();
        let id = room.next;
        room.next += 1;
        room.listeners.insert(id, Arc::clone(&seat));
        Listener { peers: self.clone(), id, seat }
    }

    /// How many listen.
    #[must_use]
    pub fn listeners(&self) -> usize {
        self.0.lock().listeners.len()
    }
}

impl Room {
    fn deliver(&mut self, sent: &Arc<Sent>) {
        let mut groups: BTreeMap<&str, Vec<(u64, &Seat)>> = BTreeMap::new();
        for (id, seat) in &self.listeners {
            if !(seat.wants)(&sent.message) {
                continue;
            }
            if seat.group.is_empty() {
                if !seat.push(sent) {
                    seat.overrun();
                }
                continue;
            }
            groups.entry(&seat.group).or_default().push((*id, &**seat));
        }
        for (group, members) in groups {
            if let Some(taken) = give(&members, self.turns.get(group), sent) {
                self.turns.insert(group.to_owned(), taken);
            }
        }
    }

    /// The same for what a member of a group left behind.
    fn pass_on(&mut self, group: &str, sent: &Arc<Sent>) {
        let of_group = self.listeners.iter().filter(|(_, seat)| seat.group == group);
        let members = of_group.filter(|(_, seat)| (seat.wants)(&sent.message));
        let members: Vec<_> = members.map(|(id, seat)| (*id, &**seat)).collect();
        if let Some(taken) = give(&members, self.turns.get(group), sent) {
            self.turns.insert(group.to_owned(), taken);
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
        let mut room = self.peers.0.lock();
        room.listeners.remove(&self.id);
        let group = &*self.seat.group;
        if group.is_empty() {
            return;
        }
        let left = std::mem::take(&mut *self.seat.queue.lock());
        for sent in &left.waiting {
            room.pass_on(group, sent);
        }
        if !room.listeners.values().any(|seat| seat.group == group) {
            room.turns.remove(group);
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

    fn say(peers: &Peers, texts: std::ops::Range<u32>) {
        texts.for_each(|text| peers.broadcast(message(&text.to_string()), Timestamp(7)));
    }

    fn texts(range: std::ops::Range<u32>) -> Vec<String> {
        range.map(|text| text.to_string()).collect()
    }

    #[test]
    fn everybody_gets_what_they_want_once_and_in_order() {
        let peers = Peers::default();
        peers.broadcast(message("before"), Timestamp(7));
        let (one, other) = (peers.listen("", all()), peers.listen("", all()));
        let some = peers.listen("", Box::new(|m| m.r#type == "2"));
        say(&peers, 0..4);
        assert_eq!((heard(&one), heard(&other)), (texts(0..4), texts(0..4)));
        assert_eq!(heard(&some), ["2"]);
        drop(one);
        assert_eq!(peers.listeners(), 2);
    }

    #[test]
    fn times_rise_and_ids_differ() {
        let peers = Peers::default();
        let one = peers.listen("", all());
        for now in [5, 5, 4, 9] {
            peers.broadcast(message("x"), Timestamp(now));
        }
        let sent: Vec<_> =
            std::iter::from_fn(|| one.next().now_or_never().and_then(Result::ok)).collect();
        assert_eq!(sent.iter().map(|sent| sent.message.time).collect::<Vec<_>>(), [5, 6, 7, 9]);
        assert_ne!(sent[0].message.id, sent[1].message.id);
    }

    #[test]
    fn a_group_takes_turns() {
        let peers = Peers::default();
        let members: Vec<_> = (0..3).map(|_| peers.listen("g", all())).collect();
        let (other, alone) = (peers.listen("h", all()), peers.listen("", all()));
        say(&peers, 0..9);
        assert_eq!(heard(&members[0]), ["0", "3", "6"]);
        assert_eq!(heard(&members[1]), ["1", "4", "7"]);
        assert_eq!(heard(&members[2]), ["2", "5", "8"]);
        assert_eq!((heard(&other), heard(&alone)), (texts(0..9), texts(0..9)));
    }

    #[test]
    fn a_member_that_does_not_want_it_is_passed_over() {
        let peers = Peers::default();
        let never = peers.listen("g", Box::new(|_| false));
        let one = peers.listen("g", all());
        say(&peers, 0..3);
        assert_eq!((heard(&never), heard(&one)), (vec![], texts(0..3)));
    }

    #[test]
    fn what_a_member_left_behind_goes_to_the_others() {
        let peers = Peers::default();
        let (one, other) = (peers.listen("g", all()), peers.listen("g", all()));
        say(&peers, 0..4);
        drop(one);
        assert_eq!(heard(&other), ["1", "3", "0", "2"]);
        drop(other);
        assert!(peers.0.lock().turns.is_empty(), "a group without members is forgotten");
    }

    #[test]
    fn who_falls_behind_is_told_and_delays_nobody() {
        let peers = Peers::default();
        let (slow, quick) = (peers.listen("", all()), peers.listen("", all()));
        let most = u32::try_from(WAITING).expect("it fits");
        say(&peers, 0..most);
        assert_eq!(heard(&quick).len(), WAITING);
        say(&peers, 0..1);
        assert_eq!(slow.next().now_or_never().map(|next| next.map(drop)), Some(Err(Overrun)));
        assert_eq!(heard(&quick).len(), 1);
        let large = PeerMessage { r#type: "x".repeat(WAITING_BYTES), ..PeerMessage::default() };
        peers.broadcast(large.clone(), Timestamp(1));
        assert_eq!(heard(&quick).len(), 1, "a single one may be larger");
        peers.broadcast(large.clone(), Timestamp(1));
        peers.broadcast(large, Timestamp(1));
        assert!(quick.next().now_or_never().is_some_and(|next| next.is_err()));
    }

    #[test]
    fn in_a_group_another_one_has_room() {
        let peers = Peers::default();
        let (slow, quick) = (peers.listen("g", all()), peers.listen("g", all()));
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
