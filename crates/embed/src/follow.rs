//! The log as the news of a source.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Instant;

use futures::{StreamExt, stream};
use holdfast_client::source::{Anchor, Change, Follow, Moment, Place, Update, Updates, Why};
use holdfast_client::{Error, Kind};
use holdfast_engine::watching::{Delivery, Start, Watch, Watcher};
use holdfast_engine::{EngineError, Matched};
use holdfast_model::{Filter, Prefix, ResumeToken};

use crate::Embedded;
use crate::convert::fault;

struct Reader {
    embedded: Embedded,
    follow: Follow,
    watcher: Watcher,
    anchor: Anchor,
    queue: VecDeque<Update>,
    ended: bool,
}

pub(crate) async fn updates(embedded: Embedded, follow: Follow) -> Result<Updates, Error> {
    let asked = Instant::now();
    let anchor = Anchor { asked, shown: Some(embedded.engine().now()) };
    let token = follow.after.as_ref().map(|place| place.0.parse::<ResumeToken>());
    let (watcher, why) = match token {
        None => (begin(&embedded, &follow, Start::Initial).await, Some(Why::First)),
        Some(Err(_)) => (begin(&embedded, &follow, Start::Initial).await, Some(Why::ForeignLog)),
        Some(Ok(token)) => go_on(&embedded, &follow, token).await,
    };
    let watcher = watcher.map_err(|error| fault(&error))?;
    // Whoever goes on behind a place hears at once whether it is the end.
    let here = Update::Confirmed { place: follow.after.clone(), as_of: asked };
    let first = why.map_or_else(
        || (watcher.position() >= embedded.engine().status().head.revision).then_some(here),
        |why| Some(Update::Begin(why)),
    );
    let queue = first.into_iter().collect();
    let reader = Reader { embedded, follow, watcher, anchor, queue, ended: false };
    let told = stream::unfold(reader, |mut reader| async move {
        let update = reader.next().await?;
        Some((update, reader))
    });
    Ok(told.boxed())
}

async fn go_on(
    embedded: &Embedded,
    follow: &Follow,
    token: ResumeToken,
) -> (Result<Watcher, EngineError>, Option<Why>) {
    let why = match begin(embedded, follow, Start::Token(token)).await {
        Err(error) => match fault(&error).kind() {
            Kind::Compacted => Why::Compacted,
            Kind::ForeignLog => Why::ForeignLog,
            _ => return (Err(error), None),
        },
        watcher => return (watcher, None),
    };
    (begin(embedded, follow, Start::Initial).await, Some(why))
}

async fn begin(embedded: &Embedded, follow: &Follow, start: Start) -> Result<Watcher, EngineError> {
    let filter = Filter::below(&*follow.namespace, Prefix::new(&*follow.prefix));
    let bookmark = Some(follow.every);
    let watch = Watch { filters: vec![filter], aliases: false, start, bookmark, resync: true };
    embedded.engine().watch(embedded.caller(), watch).await
}

impl Reader {
    async fn next(&mut self) -> Option<Result<Update, Error>> {
        while !self.ended {
            if let Some(update) = self.queue.pop_front() {
                return Some(Ok(update));
            }
            let taken = match self.watcher.next().await {
                Ok(delivery) => self.take(delivery).await,
                Err(error) => Err(error),
            };
            if let Err(error) = taken {
                self.ended = true;
                return Some(Err(fault(&error)));
            }
        }
        None
    }

    async fn take(&mut self, delivery: Delivery) -> Result<(), EngineError> {
        match delivery {
            Delivery::Initial { entries, revision, last, token } => {
                let entries = entries.iter().map(|entry| self.embedded.entry(entry)).collect();
                self.queue.push_back(Update::Entries(entries));
                if last {
                    let moment = Moment::Revision(revision.0, self.embedded.log());
                    let place = Some(place(&token));
                    self.queue.push_back(Update::Complete {
                        place,
                        moment,
                        as_of: self.anchor.asked,
                    });
                }
            }
            Delivery::Commit(matched) => self.queue.push_back(self.changes(&matched)),
            Delivery::Bookmark { revision, token } => {
                let place = Some(place(&token));
                let as_of = self.watcher.complete_at().map(|at| self.anchor.moment(at));
                self.queue.push_back(match as_of {
                    Some(as_of) => Update::Confirmed { place, as_of },
                    None => {
                        let moment = Moment::Revision(revision.0, self.embedded.log());
                        Update::Changes { changes: Vec::new(), place, moment, as_of }
                    }
                });
            }
            Delivery::Resync { .. } => {
                self.anchor.asked = Instant::now();
                self.anchor.shown = Some(self.embedded.engine().now());
                self.watcher = begin(&self.embedded, &self.follow, Start::Initial).await?;
                self.queue.push_back(Update::Begin(Why::WiderRights));
            }
        }
        Ok(())
    }

    fn changes(&self, matched: &Matched) -> Update {
        let (commit, log) = (matched.commit.commit(), self.embedded.log());
        let events = matched.events.indexes(commit.events.len());
        let change = |at: usize| {
            let event = &commit.events[at];
            let gone = || Change::Gone {
                key: event.at.key.as_str().into(),
                revision: commit.revision.0,
                log,
            };
            event.entry(commit).map_or_else(gone, |entry| Change::Set(self.embedded.entry(&entry)))
        };
        let mut changes: Vec<_> = events.into_iter().map(change).collect();
        changes.sort_by(|a, b| a.key().cmp(b.key()));
        let moment = Moment::Revision(commit.revision.0, log);
        let place = Some(place(&matched.token()));
        let as_of = Some(self.anchor.moment(commit.time));
        Update::Changes { changes, place, moment, as_of }
    }
}

fn place(token: &ResumeToken) -> Place {
    Place(Arc::from(token.to_string()))
}
