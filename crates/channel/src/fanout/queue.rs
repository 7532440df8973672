//! What one subscription has still to hear, bounded.

use std::collections::VecDeque;
use std::sync::Arc;

use async_trait::async_trait;
use parking_lot::Mutex;
use tokio::sync::Notify;

use crate::contract::{Heard, LARGEST_MESSAGE, Subscription};

/// Messages that wait: a node that is this far behind reads the log faster than it hears of it.
const MOST_MESSAGES: usize = 1024;
/// Bytes that wait: a few of the largest messages.
const MOST_BYTES: usize = 8 * LARGEST_MESSAGE;

/// Between who delivers and one subscription.
#[derive(Debug, Default)]
pub(super) struct Queue {
    waiting: Mutex<Waiting>,
    more: Notify,
}

#[derive(Debug, Default)]
struct Waiting {
    heard: VecDeque<Heard>,
    bytes: usize,
    closed: bool,
}

impl Waiting {
    fn push(&mut self, heard: Heard) {
        let bytes = size(&heard);
        let full = self.heard.len() >= MOST_MESSAGES || self.bytes + bytes > MOST_BYTES;
        if full || heard == Heard::Gap {
            // One gap says as much as what came before it: the log has all of it.
            self.heard.clear();
            self.heard.push_back(Heard::Gap);
            self.bytes = 0;
        }
        if heard != Heard::Gap {
            self.bytes += bytes;
            self.heard.push_back(heard);
        }
    }

    fn pop(&mut self) -> Option<Heard> {
        let heard = self.heard.pop_front()?;
        self.bytes -= size(&heard);
        Some(heard)
    }
}

fn size(heard: &Heard) -> usize {
    match heard {
        Heard::Message(message) => message.len(),
        Heard::Gap => 0,
    }
}

impl Queue {
    pub(super) fn push(&self, heard: Heard) {
        self.waiting.lock().push(heard);
        self.more.notify_one();
    }

    pub(super) fn close(&self) {
        self.waiting.lock().closed = true;
        self.more.notify_one();
    }
}

/// The subscriber's end.
#[derive(Debug)]
pub(super) struct Queued {
    queue: Arc<Queue>,
}

impl Queued {
    pub(super) fn new(queue: Arc<Queue>) -> Self {
        Self { queue }
    }
}

#[async_trait]
impl Subscription for Queued {
    async fn next(&mut self) -> Option<Heard> {
        loop {
            {
                let mut waiting = self.queue.waiting.lock();
                let heard = waiting.pop();
                if heard.is_some() || waiting.closed {
                    return heard;
                }
            }
            self.queue.more.notified().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn message(size: usize) -> Heard {
        Heard::Message(Bytes::from(vec![7; size]))
    }

    #[test]
    fn what_is_too_much_becomes_one_gap() {
        let mut waiting = Waiting::default();
        for _ in 0..MOST_MESSAGES {
            waiting.push(message(1));
        }
        assert_eq!((waiting.heard.len(), waiting.bytes), (MOST_MESSAGES, MOST_MESSAGES));
        waiting.push(message(2));
        assert_eq!(waiting.heard, [Heard::Gap, message(2)]);
        assert_eq!(waiting.bytes, 2);
        for _ in 0..8 {
            waiting.push(message(LARGEST_MESSAGE));
        }
        assert_eq!(waiting.heard, [Heard::Gap, message(LARGEST_MESSAGE)]);
        waiting.push(Heard::Gap);
        assert_eq!((waiting.pop(), waiting.pop()), (Some(Heard::Gap), None));
        assert_eq!(waiting.bytes, 0);
    }
}
