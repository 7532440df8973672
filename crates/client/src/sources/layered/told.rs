//! The news of all layers as those of one source.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Instant;

use futures::stream::{self, SelectAll};
use futures::{StreamExt, stream::BoxStream};

use super::merged::{Entries, Merged};
use super::remembered::{Last, Remembered};
use super::upkeep::{News, keep_up};
use crate::Error;
use crate::source::{Change, Follow, Moment, Source, Update, Updates, Why};

/// What is told of the layers.
struct Told {
    /// What the watch before this one knew.
    last: Option<Last>,
    asked: Instant,
    news: SelectAll<BoxStream<'static, (usize, News)>>,
    remembered: Arc<Remembered>,
    follow: Follow,
    layers: Vec<Layer>,
    /// `None` until every layer has told its state.
    merged: Option<Merged>,
    queue: VecDeque<Update>,
    ended: bool,
}

/// What is known of a layer beside its entries.
#[derive(Default)]
struct Layer {
    loading: Option<Entries>,
    /// Told, but not merged yet.
    first: Option<Entries>,
    confirmed: Option<Instant>,
}

pub(super) fn updates(
    layers: &[Arc<dyn Source>],
    remembered: &Arc<Remembered>,
    follow: Follow,
) -> Updates {
    // A place among several logs is none.
    let each = Follow { after: None, ..follow.clone() };
    let news = layers.iter().enumerate().map(|(at, layer)| {
        keep_up(Arc::clone(layer), each.clone()).map(move |news| (at, news)).boxed()
    });
    let last = remembered.last(&follow.namespace, &follow.prefix);
    let told = Told {
        last,
        asked: Instant::now(),
        news: news.collect(),
        remembered: Arc::clone(remembered),
        follow,
        layers: layers.iter().map(|_| Layer::default()).collect(),
        merged: layers.is_empty().then(|| Merged::new(Vec::new())),
        queue: VecDeque::new(),
        ended: false,
    };
    stream::unfold(told, |mut told| async move {
        let update = told.next().await?;
        Some((update, told))
    })
    .boxed()
}

impl Told {
    async fn next(&mut self) -> Option<Result<Update, Error>> {
        while !self.ended {
            if let Some(update) = self.queue.pop_front() {
                return Some(Ok(update));
            }
            match self.news.next().await? {
                (at, News::Told(update)) => self.take(at, update),
                (at, News::Lost(error)) => {
                    if error.is_denied() || !self.do_without(at) {
                        self.ended = true;
                        return Some(Err(error));
                    }
                    tracing::warn!(layer = at, %error, "a layer is away; what it said last counts");
                    self.confirm();
                }
            }
        }
        None
    }

    /// A layer is away: what it said last counts; false when it has never said anything.
    fn do_without(&mut self, at: usize) -> bool {
        self.layers[at].loading = None;
        if self.merged.is_some() || self.layers[at].first.is_some() {
            return true;
        }
        let last = self.last.as_mut().and_then(|last| last.get_mut(at));
        let Some((entries, confirmed)) = last else { return false };
        self.layers[at].first = Some(std::mem::take(entries));
        self.layers[at].confirmed = *confirmed;
        self.begin();
        true
    }

    fn take(&mut self, at: usize, update: Update) {
        let now = Instant::now();
        let layer = &mut self.layers[at];
        match update {
            Update::Begin(_) => layer.loading = Some(Entries::new()),
            Update::Entries(entries) => {
                let entries = entries.into_iter().map(|entry| (Arc::clone(&entry.key), entry));
                layer.loading.get_or_insert_default().extend(entries);
            }
            Update::Complete { as_of, .. } => {
                layer.confirmed = Some(as_of).max(layer.confirmed);
                let entries = layer.loading.take().unwrap_or_default();
                match &mut self.merged {
                    Some(merged) => {
                        let changes = merged.replace(at, entries);
                        self.tell(changes, now);
                    }
                    None => {
                        layer.first = Some(entries);
                        self.begin();
                    }
                }
            }
            Update::Changes { changes, as_of, .. } => {
                layer.confirmed = as_of.max(layer.confirmed);
                self.change(at, changes, now);
            }
            Update::Confirmed { as_of, .. } => {
                layer.confirmed = Some(as_of).max(layer.confirmed);
                self.confirm();
            }
        }
    }

    /// The whole state, once every layer has told its own.
    fn begin(&mut self) {
        if self.layers.iter().any(|layer| layer.first.is_none()) {
            return;
        }
        let states = self.layers.iter_mut().map(|layer| layer.first.take().unwrap_or_default());
        let merged = Merged::new(states.collect());
        let why = if self.follow.after.is_some() { Why::NoResume } else { Why::First };
        let (moment, as_of) = (Moment::Asked(self.asked), self.as_of().unwrap_or(self.asked));
        self.queue.push_back(Update::Begin(why));
        self.queue.push_back(Update::Entries(merged.all()));
        self.queue.push_back(Update::Complete { place: None, moment, as_of });
        self.merged = Some(merged);
    }

    fn change(&mut self, at: usize, mut changes: Vec<Change>, now: Instant) {
        changes.retain(|change| {
            let revision = match change {
                Change::Set(entry) => entry.revision,
                Change::Gone { revision, .. } => *revision,
            };
            let (namespace, key) = (&self.follow.namespace, change.key());
            !self.remembered.outlives(namespace, key, revision, change.log())
        });
        match &mut self.merged {
            Some(merged) => {
                let changes = merged.apply(at, changes);
                self.tell(changes, now);
            }
            // The state of this layer is told, that of another is not yet.
            None => {
                let mut early = Merged::new(vec![self.layers[at].first.take().unwrap_or_default()]);
                early.apply(0, changes);
                self.layers[at].first = early.into_layers().pop();
            }
        }
    }

    fn tell(&mut self, changes: Vec<Change>, now: Instant) {
        if !changes.is_empty() {
            // That one layer has changed says nothing about how current the others are.
            let (moment, as_of) = (Moment::Asked(now), None);
            self.queue.push_back(Update::Changes { changes, place: None, moment, as_of });
        }
    }

    /// Everything is as current as the layer that was heard from longest ago. While one is away this is no confirmation, after which
    /// whoever follows would look for a better source: the others go on here.
    fn confirm(&mut self) {
        if let (Some(as_of), true) = (self.as_of(), self.merged.is_some()) {
            let moment = Moment::Asked(Instant::now());
            self.queue.push_back(match as_of.elapsed() > self.follow.every * 2 {
                true => {
                    let (changes, as_of) = (Vec::new(), Some(as_of));
                    Update::Changes { changes, place: None, moment, as_of }
                }
                false => Update::Confirmed { place: None, as_of },
            });
        }
    }

    /// When the layer was heard from that was heard from longest ago; `None`: one never was.
    fn as_of(&self) -> Option<Instant> {
        let now = Instant::now();
        self.layers.iter().try_fold(now, |oldest, layer| Some(oldest.min(layer.confirmed?)))
    }
}

impl Drop for Told {
    fn drop(&mut self) {
        if let Some(merged) = self.merged.take() {
            let confirmed = self.layers.iter().map(|layer| layer.confirmed);
            let state = merged.into_layers().into_iter().zip(confirmed).collect();
            self.remembered.keep(&self.follow.namespace, &self.follow.prefix, state);
        }
    }
}
