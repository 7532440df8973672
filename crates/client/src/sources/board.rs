//! A state that is replaced as a whole, and told as what differs.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;
use std::time::Instant;

use futures::{StreamExt, stream};
use tokio::sync::watch;
use tokio::time::timeout;

use crate::entry::Log;
use crate::source::{Change, Follow, Moment, Update, Updates, Why};
use crate::{Entry, Error};

/// Entries of one namespace by their keys.
pub(super) type Entries = BTreeMap<Arc<str>, Entry>;

/// Entries of every namespace.
pub(super) type State = BTreeMap<Arc<str>, Entries>;

/// What is on the board: the last state that could be read, and why there is no newer one.
#[derive(Debug, Clone, Default)]
struct Sheet {
    state: Arc<State>,
    fault: Option<Error>,
}

/// A state that is replaced as a whole, and told as what differs.
#[derive(Debug, Default)]
pub(super) struct Board {
    sheet: watch::Sender<Sheet>,
}

impl Board {
    /// A newer state.
    pub(super) fn publish(&self, state: State) {
        self.sheet.send_replace(Sheet { state: Arc::new(state), fault: None });
    }

    /// There is something newer, but it cannot be read: the last state stays, and whoever follows is told why.
    pub(super) fn spoil(&self, fault: Error) {
        self.sheet.send_modify(|sheet| sheet.fault = Some(fault));
    }

    /// Why there is no newer state.
    pub(super) fn fault(&self) -> Option<Error> {
        self.sheet.borrow().fault.clone()
    }

    pub(super) fn get(&self, namespace: &str, key: &str) -> Result<Entry, Error> {
        let sheet = self.sheet.borrow();
        let entry = sheet.state.get(namespace).and_then(|entries| entries.get(key));
        entry.cloned().ok_or_else(|| Error::not_found(namespace, key))
    }

    pub(super) fn list(&self, namespace: &str, prefix: &str) -> Vec<Entry> {
        below(&self.sheet.borrow().state, namespace, prefix).cloned().collect()
    }

    pub(super) fn follow(&self, follow: Follow) -> Result<Updates, Error> {
        let mut news = self.sheet.subscribe();
        let as_of = Instant::now();
        let sheet = news.borrow_and_update().clone();
        if let Some(fault) = sheet.fault {
            return Err(fault);
        }
        let told = sheet.state;
        let entries = below(&told, &follow.namespace, &follow.prefix).cloned().collect();
        let why = if follow.after.is_some() { Why::NoResume } else { Why::First };
        let moment = Moment::Asked(as_of);
        let state = [
            Update::Begin(why),
            Update::Entries(entries),
            Update::Complete { place: None, moment, as_of },
        ];
        let reader = Reader { news, told, follow, ended: false };
        let changes = stream::unfold(reader, |mut reader| async move {
            let update = reader.next().await?;
            Some((update, reader))
        });
        Ok(stream::iter(state.map(Ok)).chain(changes).boxed())
    }
}

struct Reader {
    news: watch::Receiver<Sheet>,
    told: Arc<State>,
    follow: Follow,
    ended: bool,
}

impl Reader {
    async fn next(&mut self) -> Option<Result<Update, Error>> {
        while !self.ended {
            let changed = timeout(self.follow.every, self.news.changed()).await;
            let as_of = Instant::now();
            match changed {
                Err(_) if !self.news.has_changed().unwrap_or(true) => {
                    return Some(Ok(Update::Confirmed { place: None, as_of }));
                }
                Err(_) => continue,
                // The source is gone.
                Ok(Err(_)) => return None,
                Ok(Ok(())) => {}
            }
            let moment = Moment::Asked(as_of);
            let sheet = self.news.borrow_and_update().clone();
            if let Some(fault) = sheet.fault {
                self.ended = true;
                return Some(Err(fault));
            }
            let changes = self.differing(&sheet.state);
            self.told = sheet.state;
            if !changes.is_empty() {
                let as_of = Some(as_of);
                return Some(Ok(Update::Changes { changes, place: None, moment, as_of }));
            }
        }
        None
    }

    fn differing(&self, now: &State) -> Vec<Change> {
        let (namespace, prefix) = (&*self.follow.namespace, &*self.follow.prefix);
        let before: BTreeMap<_, _> =
            below(&self.told, namespace, prefix).map(|entry| (&entry.key, entry)).collect();
        let mut changes: Vec<Change> = below(now, namespace, prefix)
            .filter(|entry| before.get(&entry.key) != Some(entry))
            .map(|entry| Change::Set(entry.clone()))
            .collect();
        let here = now.get(namespace);
        let gone =
            before.into_keys().filter(|key| here.is_none_or(|here| !here.contains_key(*key)));
        changes.extend(gone.map(|key| Change::Gone {
            key: Arc::clone(key),
            revision: 0,
            log: Log::default(),
        }));
        changes.sort_by(|a, b| a.key().cmp(b.key()));
        changes
    }
}

fn below<'a>(
    state: &'a State,
    namespace: &str,
    prefix: &'a str,
) -> impl Iterator<Item = &'a Entry> + use<'a> {
    let from = (Bound::Included(prefix), Bound::Unbounded);
    let entries = state.get(namespace).into_iter().flat_map(move |all| all.range::<str, _>(from));
    entries.take_while(move |(key, _)| key.starts_with(prefix)).map(|(_, entry)| entry)
}
