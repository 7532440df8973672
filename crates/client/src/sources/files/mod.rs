//! Files as a source: JSON, YAML and TOML, read as `holdfast import` reads them.
//!
//! - [`Files`]: **start here**; `read`: from files to entries; `look`: whether they have changed

mod look;
mod read;
#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use super::board::Board;
use crate::source::{Follow, Source, Updates};
use crate::{Batch, Committed, Entry, Error, Kind};
use look::Look;

/// Files as a source. It only reads, and looks for changes.
///
/// Each namespace is one file, or all files of a directory and those below it; tables become the parts of keys, as with `holdfast import`.
/// Changes of several files that are seen in one look are one change. While something cannot be read (half a file, two files with
/// the same key) the state before stays as a whole, reads of a [`Config`](crate::Config) are marked stale after a while, and
/// [`Files::last_error`] says why.
///
/// It looks at size, time and number of each file, once a second: that works for every file system, and for files that are put in place
/// by renaming them or a directory above them.
#[derive(Debug)]
pub struct Files {
    shared: Arc<Shared>,
}

/// Chooses files; [`open`](Self::open) reads them.
#[derive(Debug, Clone)]
pub struct FilesBuilder {
    roots: Vec<(Arc<str>, PathBuf)>,
    every: Duration,
    origin: Arc<str>,
}

#[derive(Debug)]
struct Shared {
    files: FilesBuilder,
    board: Board,
}

impl Files {
    /// A namespace from a file or a directory.
    pub fn at(namespace: &str, path: impl Into<PathBuf>) -> FilesBuilder {
        let every = Duration::from_secs(1);
        FilesBuilder { roots: Vec::new(), every, origin: Arc::from("file") }.and(namespace, path)
    }

    /// Why what is in the files now could not be read; `None` when it could.
    #[must_use]
    pub fn last_error(&self) -> Option<Error> {
        self.shared.board.fault()
    }
}

impl FilesBuilder {
    /// And another namespace from a file or a directory.
    #[must_use]
    pub fn and(mut self, namespace: &str, path: impl Into<PathBuf>) -> Self {
        self.roots.push((namespace.into(), path.into()));
        self
    }

    /// How often to look for changes; once a second unless said otherwise.
    #[must_use]
    pub fn every(mut self, span: Duration) -> Self {
        self.every = span.max(Duration::from_millis(10));
        self
    }

    /// What it is called where the origin of a value is shown; `file` unless said otherwise.
    #[must_use]
    pub fn called(mut self, origin: &str) -> Self {
        self.origin = origin.into();
        self
    }

    /// Reads the files, and looks for changes from now on, until the source is dropped.
    ///
    /// # Errors
    /// [`Kind::File`] when they cannot be read.
    pub async fn open(self) -> Result<Files, Error> {
        let shared = Arc::new(Shared { files: self, board: Board::default() });
        let reading = Arc::clone(&shared);
        let look = blocking(move || look::steady(&reading.files.roots)).await?;
        let reading = Arc::clone(&shared);
        let state = blocking(move || read::state(&reading.files)).await??;
        shared.board.publish(state);
        tokio::spawn(watch(Arc::downgrade(&shared), look));
        Ok(Files { shared })
    }
}

/// Looks again and again, for as long as anybody has the source.
async fn watch(shared: std::sync::Weak<Shared>, mut seen: Look) {
    while let Some(every) = shared.upgrade().map(|shared| shared.files.every) {
        tokio::time::sleep(every).await;
        let Some(shared) = shared.upgrade() else { return };
        let before = seen.clone();
        let looked = blocking(move || {
            let now = look::steady(&shared.files.roots);
            if now != before {
                renew(&shared);
            }
            now
        });
        match looked.await {
            Ok(now) => seen = now,
            // The runtime ends.
            Err(_) => return,
        }
    }
}

fn renew(shared: &Shared) {
    match read::state(&shared.files) {
        Ok(state) => shared.board.publish(state),
        Err(error) => {
            tracing::warn!(%error, "the last good state of the files stays");
            shared.board.spoil(error);
        }
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Error> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| Error::new(Kind::Internal, error.to_string()))
}

#[async_trait]
impl Source for Files {
    fn origin(&self) -> Arc<str> {
        Arc::clone(&self.shared.files.origin)
    }

    fn identity(&self) -> String {
        let roots = self.shared.files.roots.iter();
        let shown: Vec<_> =
            roots.map(|(name, path)| format!("{name}={}", path.display())).collect();
        format!("files {}", shown.join(" "))
    }

    async fn get(&self, namespace: &str, key: &str) -> Result<Entry, Error> {
        self.shared.board.get(namespace, key)
    }

    async fn list(&self, namespace: &str, prefix: &str) -> Result<Vec<Entry>, Error> {
        Ok(self.shared.board.list(namespace, prefix))
    }

    async fn commit(&self, _: Batch) -> Result<Committed, Error> {
        Err(Error::new(Kind::ReadOnly, "files are only read"))
    }

    async fn follow(&self, follow: Follow) -> Result<Updates, Error> {
        self.shared.board.follow(follow)
    }
}
