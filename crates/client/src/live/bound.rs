//! A struct of all keys below a prefix.

use std::fmt;
use std::ops::Deref;

use serde::Serialize;

use super::write_back::{Ground, Others};
use super::{Current, Live};
use crate::{Batch, Committed, Error, Namespace};

/// A struct of all keys below a prefix, kept current: a [`Live`] that can be written back. Cheap to clone.
pub struct Bound<T> {
    live: Live<T>,
    namespace: Namespace,
    prefix: String,
}

impl<T: Clone + Send + Sync + 'static> Bound<T> {
    pub(super) fn new(live: Live<T>, namespace: Namespace, prefix: String) -> Self {
        Self { live, namespace, prefix }
    }

    /// Changes the struct, and writes what differs as one batch: only if none of the keys that it writes has changed since it was
    /// read. `None` when nothing differs. An entry keeps its codec; a new one is JSON. What the struct had and has no longer, such as a
    /// field that is `None` now or a member of a map, is deleted; keys that the struct does not know stay.
    ///
    /// # Errors
    /// [`Kind::Conflict`](crate::Kind::Conflict) (or `Exists`, `NotFound`) when somebody else was faster: nothing is written, and the
    /// same can be tried again; [`Kind::Codec`](crate::Kind::Codec) for what cannot be written; those of the source.
    pub async fn edit(&self, edit: impl FnOnce(&mut T) + Send) -> Result<Option<Committed>, Error>
    where
        T: Serialize,
    {
        let batch = {
            let now = self.live.get();
            let mut after = T::clone(&now);
            edit(&mut after);
            self.batch(&now, &after, Others::Stay)?
        };
        self.commit(batch).await
    }

    /// Writes the struct as [`edit`](Self::edit) does; the condition is that nothing has changed since it was read here, by
    /// [`get`](Live::get), the last time before this call.
    ///
    /// # Errors
    /// As [`edit`](Self::edit).
    pub async fn write_back(&self, value: &T) -> Result<Option<Committed>, Error>
    where
        T: Serialize,
    {
        let batch = self.batch(&self.live.get(), value, Others::Stay)?;
        self.commit(batch).await
    }

    /// The same, and deletes the keys below the prefix that the struct does not know.
    ///
    /// # Errors
    /// As [`edit`](Self::edit).
    pub async fn write_back_exactly(&self, value: &T) -> Result<Option<Committed>, Error>
    where
        T: Serialize,
    {
        let batch = self.batch(&self.live.get(), value, Others::Go)?;
        self.commit(batch).await
    }

    fn batch(&self, now: &Current<T>, value: &T, others: Others) -> Result<Batch, Error>
    where
        T: Serialize,
    {
        let ground = Ground {
            namespace: self.namespace.name(),
            prefix: &self.prefix,
            entries: now.entries(),
            codecs: self.namespace.kept.codecs(),
        };
        Ok(Batch { writes: ground.writes::<T>(now, value, others)?, ..Batch::new() })
    }

    async fn commit(&self, batch: Batch) -> Result<Option<Committed>, Error> {
        if batch.writes.is_empty() {
            return Ok(None);
        }
        let committed = self.namespace.config()?.commit(batch).await?;
        // Who writes sees it.
        self.live.registration.catch_up();
        Ok(Some(committed))
    }
}

impl<T> Deref for Bound<T> {
    type Target = Live<T>;

    fn deref(&self) -> &Live<T> {
        &self.live
    }
}

impl<T> Clone for Bound<T> {
    fn clone(&self) -> Self {
        let (namespace, prefix) = (self.namespace.clone(), self.prefix.clone());
        Self { live: self.live.clone(), namespace, prefix }
    }
}

impl<T: fmt::Debug> fmt::Debug for Bound<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.live.fmt(f)
    }
}
