//! One cursor.

use std::collections::VecDeque;
use std::sync::Arc;

use holdfast_model::{Filter, Revision};
use holdfast_store::StoreError;
use parking_lot::Mutex;
use tokio::sync::Notify;

use super::delivered::{Delivered, Matched, Which};
use super::eye::Eye;
use crate::error::EngineError;

pub(crate) struct Watcher {
    pub(super) id: u64,
    pub(crate) filters: Vec<Filter>,
    /// `None`: it sees everything.
    pub(crate) eye: Option<Eye>,
    pub(crate) state: Mutex<State>,
    /// Something was queued, or the watch ended.
    pub(crate) wake: Notify,
}

pub(crate) struct State {
    pub(crate) queue: VecDeque<Matched>,
    bytes: usize,
    /// Everything up to here was queued or is of no interest.
    pub(super) position: Revision,
    pub(super) mode: Mode,
    pub(crate) ended: Option<EngineError>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// The dispatcher queues what comes.
    Live,
    /// The watcher reads on from its position.
    Lagging,
}

impl Watcher {
    pub(super) fn new(id: u64, filters: Vec<Filter>, eye: Option<Eye>, position: Revision) -> Self {
        let state =
            State { queue: VecDeque::new(), bytes: 0, position, mode: Mode::Lagging, ended: None };
        Self { id, filters, eye, state: Mutex::new(state), wake: Notify::new() }
    }

    /// Queues what this watcher wants of the next commit and moves on; false, and nothing moved, when there is no room.
    /// An empty queue takes a commit of any size.
    pub(super) fn offer(&self, state: &mut State, commit: &Arc<Delivered>, room: usize) -> bool {
        let which = Which::of(commit.commit(), &self.filters);
        self.offer_matched(state, commit, which, room)
    }

    pub(super) fn offer_matched(
        &self,
        state: &mut State,
        commit: &Arc<Delivered>,
        which: Option<Which>,
        room: usize,
    ) -> bool {
        let revision = commit.commit().revision;
        let seen = |which| match &self.eye {
            Some(eye) => eye.filter(commit.commit(), which),
            None => Some(which),
        };
        if let Some(events) = which.and_then(seen) {
            let matched = Matched { commit: Arc::clone(commit), events };
            let weight = matched.weight();
            if !state.queue.is_empty() && state.bytes + weight > room {
                return false;
            }
            state.bytes += weight;
            state.queue.push_back(matched);
        }
        state.position = state.position.max(revision);
        true
    }

    pub(crate) fn pop(&self) -> Option<Result<Matched, EngineError>> {
        let mut state = self.state.lock();
        if let Some(matched) = state.queue.pop_front() {
            state.bytes -= matched.weight();
            return Some(Ok(matched));
        }
        state.ended.clone().map(Err)
    }

    /// The log goes on behind `inherited` with `first`: who has seen more than that cannot go on, the others read it anew.
    pub(super) fn lose(&self, inherited: Revision, first: Revision) {
        let mut state = self.state.lock();
        if state.position > inherited {
            let asked = state.position;
            state.queue.clear();
            state.bytes = 0;
            let lost = StoreError::Compacted { asked, oldest: first };
            state.ended.get_or_insert(EngineError::Store(lost));
        }
        state.mode = Mode::Lagging;
        drop(state);
        self.wake.notify_one();
    }

    /// No more than what is queued.
    pub(super) fn end(&self, error: EngineError) {
        self.state.lock().ended.get_or_insert(error);
        self.wake.notify_one();
    }
}
