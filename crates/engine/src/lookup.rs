//! What a store has of keys. Where each question is a journey, those that come while it is being asked share the next one.

use std::collections::HashMap;
use std::future::Future;
use std::sync::Arc;

use futures::FutureExt as _;
use futures::future::{BoxFuture, Shared};
use holdfast_model::{EntryKey, Revision};
use holdfast_store::{Found, Store, StoreError};
use parking_lot::Mutex;
use quick_cache::DefaultHashBuilder;
use tokio::sync::Semaphore;

use crate::cache::Known;

/// Questions on their way at once.
const QUESTIONS: usize = 4;
/// Keys of one question, after which the next is begun: all of them may have the largest value there is.
const KEYS: usize = 32;

/// What was found of keys, and in which state.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    found: HashMap<EntryKey, Found, DefaultHashBuilder>,
    pub(crate) revision: Revision,
}

impl Seen {
    pub(crate) fn of(&self, at: &EntryKey) -> Result<Known, StoreError> {
        match self.found.get(at) {
            Some(Found::Entry(entry)) => Ok(Known::Entry(Arc::clone(entry))),
            Some(Found::Gone { last_ordinal }) => Ok(Known::Absent(Some(*last_ordinal))),
            None => Err(StoreError::Io {
                doing: "looking keys up".into(),
                error: format!("the answer says nothing of {at}"),
            }),
        }
    }
}

type Answer = Shared<BoxFuture<'static, Result<Arc<Seen>, StoreError>>>;

/// Asks the store about keys.
pub(crate) struct Lookup {
    store: Arc<dyn Store>,
    /// `None`: questions are cheap, and nobody waits for another one's.
    gathering: Option<Gathering>,
}

/// Keys that wait until one of the questions on their way is answered.
struct Gathering {
    places: Arc<Semaphore>,
    next: Arc<Mutex<Option<Next>>>,
}

/// The question that has not been asked yet.
struct Next {
    /// Written under the lock of [`Gathering::next`] only.
    keys: Arc<Mutex<Vec<EntryKey>>>,
    answer: Answer,
}

impl Lookup {
    pub(crate) fn new(store: Arc<dyn Store>) -> Self {
        let gathering = || Gathering {
            places: Arc::new(Semaphore::new(QUESTIONS)),
            next: Arc::new(Mutex::new(None)),
        };
        let gathering = store.capabilities().shared.then(gathering);
        Self { store, gathering }
    }

    /// As they are at a moment behind the call.
    pub(crate) async fn ask(&self, keys: Vec<EntryKey>) -> Result<Arc<Seen>, StoreError> {
        match &self.gathering {
            Some(gathering) => match gathering.join(&self.store, keys.clone()).await {
                // Perhaps what somebody else asked for cannot be read.
                Err(StoreError::Corrupt { .. }) => ask(self.store.as_ref(), keys).await,
                answer => answer,
            },
            None => ask(self.store.as_ref(), keys).await,
        }
    }
}

impl Gathering {
    /// Whoever polls the answer drives the question on: when one of those that wait goes away, the others do.
    fn join(&self, store: &Arc<dyn Store>, mut keys: Vec<EntryKey>) -> Answer {
        let mut next = self.next.lock();
        if let Some(next) = &*next {
            let mut waiting = next.keys.lock();
            if waiting.len() + keys.len() <= KEYS {
                waiting.append(&mut keys);
                return next.answer.clone();
            }
        }
        let keys = Arc::new(Mutex::new(keys));
        let answer = self.question(store, Arc::clone(&keys)).boxed().shared();
        *next = Some(Next { keys, answer: answer.clone() });
        answer
    }

    fn question(
        &self,
        store: &Arc<dyn Store>,
        keys: Arc<Mutex<Vec<EntryKey>>>,
    ) -> impl Future<Output = Result<Arc<Seen>, StoreError>> + Send + use<> {
        let (store, places) = (Arc::clone(store), Arc::clone(&self.places));
        // It lies in there itself.
        let next = Arc::downgrade(&self.next);
        async move {
            // Nobody closes it.
            let _place = places.acquire_owned().await;
            let keys = {
                let next = next.upgrade();
                let mut next = next.as_ref().map(|next| next.lock());
                if let Some(next) = &mut next
                    && next.as_ref().is_some_and(|open| Arc::ptr_eq(&open.keys, &keys))
                {
                    **next = None;
                }
                std::mem::take(&mut *keys.lock())
            };
            ask(store.as_ref(), keys).await
        }
    }
}

async fn ask(store: &dyn Store, keys: Vec<EntryKey>) -> Result<Arc<Seen>, StoreError> {
    let read = store.lookup(&keys).await?;
    Ok(Arc::new(Seen {
        found: keys.into_iter().zip(read.value).collect(),
        revision: read.revision,
    }))
}
