//! Whoever follows a log in memory: a place in it, and what is to be told next.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use futures::{Stream, stream};
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use super::log::{Behind, Commit, Log};
use super::{Fault, Memory};
use crate::source::{Follow, Moment, Place, Update, Why};
use crate::{Error, Kind, entry};

/// Entries that are told in one piece.
const PORTION: usize = 500;

pub(super) struct Cursor {
    memory: Memory,
    follow: Follow,
    log: uuid::Uuid,
    /// Everything up to this revision is told, or waits in `queue`.
    at: u64,
    queue: VecDeque<Update>,
    /// Until then something has to be said.
    due: Instant,
    news: watch::Receiver<u64>,
    ended: bool,
}

/// What there is to say.
enum Step {
    Tell(Update),
    Fail(Error),
    /// Nothing, until there is news, or until then.
    Wait(Option<Instant>),
}

impl Cursor {
    pub(super) fn start(memory: Memory, follow: Follow) -> Self {
        let news = memory.shared.news.subscribe();
        let shared = Arc::clone(&memory.shared);
        let mut log = shared.log.lock();
        log.expire();
        let why = match follow.after.as_ref().map(|place| log.behind(place)) {
            None => Why::First,
            Some(Behind::Compacted) => Why::Compacted,
            Some(Behind::Foreign) => Why::ForeignLog,
            Some(Behind::Known(at)) => {
                return Self::at(memory, follow, log.id(), at, news, VecDeque::new());
            }
        };
        let queue = whole_state(&mut log, &follow, why);
        Self::at(memory, follow, log.id(), log.revision(), news, queue)
    }

    fn at(
        memory: Memory,
        follow: Follow,
        log: uuid::Uuid,
        at: u64,
        news: watch::Receiver<u64>,
        queue: VecDeque<Update>,
    ) -> Self {
        Self { memory, follow, log, at, queue, due: Instant::now(), news, ended: false }
    }

    pub(super) fn into_stream(self) -> impl Stream<Item = Result<Update, Error>> + Send {
        stream::unfold(self, |mut cursor| async move {
            let told = cursor.next().await?;
            Some((told, cursor))
        })
    }

    async fn next(&mut self) -> Option<Result<Update, Error>> {
        while !self.ended {
            self.news.borrow_and_update();
            match self.step() {
                Step::Tell(update) => {
                    self.due = Instant::now() + self.follow.every;
                    return Some(Ok(update));
                }
                Step::Fail(error) => {
                    self.ended = true;
                    return Some(Err(error));
                }
                Step::Wait(Some(until)) => tokio::select! {
                    _ = self.news.changed() => {}
                    () = sleep_until(until) => {}
                },
                Step::Wait(None) => {
                    // The sender is part of the memory that this holds.
                    let _ = self.news.changed().await;
                }
            }
        }
        None
    }

    fn step(&mut self) -> Step {
        match &*self.memory.shared.fault.borrow() {
            Some(Fault::Failing(error)) => return Step::Fail(error.clone()),
            Some(Fault::Silent | Fault::WatchSilent) => return Step::Wait(None),
            _ => {}
        }
        let shared = Arc::clone(&self.memory.shared);
        let mut log = shared.log.lock();
        if log.id() != self.log {
            return Step::Fail(Error::new(Kind::ForeignLog, "another log took this one's place"));
        }
        if let Some(update) = self.queue.pop_front() {
            return Step::Tell(update);
        }
        log.expire();
        if !log.is_kept(self.at) {
            let sentence = "the next changes are no longer kept";
            return Step::Fail(Error::new(Kind::Compacted, sentence));
        }
        while let Some(commit) = log.next(self.at) {
            self.at = commit.revision;
            if let Some(update) = self.changes(&commit, log.place(self.at), log.tag()) {
                return Step::Tell(update);
            }
        }
        // Under the lock: nothing can be written before this is told.
        let now = Instant::now();
        if now >= self.due {
            let place = Some(log.place(self.at));
            return Step::Tell(Update::Confirmed { place, as_of: now.into() });
        }
        Step::Wait(Some(next_end(&log).map_or(self.due, |end| end.min(self.due))))
    }

    fn changes(&self, commit: &Commit, place: Place, tag: entry::Log) -> Option<Update> {
        let mine = commit.changes.iter().filter(|(namespace, change)| {
            *namespace == self.follow.namespace && change.key().starts_with(&*self.follow.prefix)
        });
        let mut changes: Vec<_> = mine.map(|(_, change)| change.clone()).collect();
        changes.sort_by(|a, b| a.key().cmp(b.key()));
        let moment = Moment::Revision(commit.revision, tag);
        (!changes.is_empty()).then_some(Update::Changes {
            changes,
            place: Some(place),
            moment,
            as_of: Some(Instant::now().into()),
        })
    }
}

fn whole_state(log: &mut Log, follow: &Follow, why: Why) -> VecDeque<Update> {
    let mut queue = VecDeque::from([Update::Begin(why)]);
    let entries = log.list(&follow.namespace, &follow.prefix);
    queue.extend(entries.chunks(PORTION).map(|part| Update::Entries(part.to_vec())));
    let revision = log.revision();
    let moment = Moment::Revision(revision, log.tag());
    queue.push_back(Update::Complete {
        place: Some(log.place(revision)),
        moment,
        as_of: Instant::now().into(),
    });
    queue
}

fn next_end(log: &Log) -> Option<Instant> {
    let left = log.next_end()?.0.saturating_sub(entry::now().0);
    // One that is due already has just been looked at: a clock that stepped back makes it wait, not spin.
    let left = Duration::from_nanos(u64::try_from(left).unwrap_or(0)).max(Duration::from_millis(1));
    Some(Instant::now() + left)
}
