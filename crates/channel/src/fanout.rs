//! From one source to the subscriptions of this process.

mod queue;

use std::collections::HashMap;
use std::sync::{Arc, Weak};

use bytes::Bytes;
use parking_lot::Mutex;

use crate::contract::{Heard, Subscription};
use crate::fanout::queue::{Queue, Queued};
use crate::subject::Subject;

/// Hands messages to subscriptions, each with a bounded queue of its own; nobody waits for a slow one.
///
/// Dropping it ends them.
#[derive(Debug, Default)]
pub struct Fanout {
    queues: Mutex<HashMap<Subject, Vec<Weak<Queue>>>>,
}

impl Fanout {
    /// A new subscription: it hears what is delivered from now on.
    pub fn subscribe(&self, subject: &Subject) -> Box<dyn Subscription> {
        let queue = Arc::new(Queue::default());
        let mut queues = self.queues.lock();
        let there = queues.entry(subject.clone()).or_default();
        // Who comes and goes without a message between leaves nothing behind.
        there.retain(|queue| queue.strong_count() > 0);
        there.push(Arc::downgrade(&queue));
        Box::new(Queued::new(queue))
    }

    /// Hands a message to the subscriptions of its subject.
    pub fn deliver(&self, subject: &Subject, message: &Bytes) {
        self.hand(subject, &Heard::Message(message.clone()));
    }

    /// Tells the subscriptions of a subject that messages may be missing.
    pub fn gap(&self, subject: &Subject) {
        self.hand(subject, &Heard::Gap);
    }

    /// The subjects that somebody listens to.
    pub fn subjects(&self) -> Vec<Subject> {
        let mut queues = self.queues.lock();
        queues.retain(|_, there| {
            there.retain(|queue| queue.strong_count() > 0);
            !there.is_empty()
        });
        queues.keys().cloned().collect()
    }

    /// Ends all subscriptions once they have heard what waits for them.
    pub fn close(&self) {
        for queue in self.queues.lock().drain().flat_map(|(_, there)| there) {
            if let Some(queue) = queue.upgrade() {
                queue.close();
            }
        }
    }

    fn hand(&self, subject: &Subject, heard: &Heard) {
        let mut queues = self.queues.lock();
        let Some(there) = queues.get_mut(subject) else { return };
        there.retain(|queue| queue.upgrade().inspect(|queue| queue.push(heard.clone())).is_some());
        if there.is_empty() {
            queues.remove(subject);
        }
    }
}

impl Drop for Fanout {
    fn drop(&mut self) {
        self.close();
    }
}
