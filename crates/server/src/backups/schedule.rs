//! Backups by the clock.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use holdfast_backup::{BackupError, NewFile, Summary};
use holdfast_engine::Engine;
use holdfast_model::Timestamp;
use holdfast_store::{Snapshots, StoreError};
use jiff::Zoned;
use parking_lot::Mutex;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;
use thiserror::Error;
use tokio_util::sync::CancellationToken;

use super::BackupBytes;
use crate::settings::BackupSettings;

/// What the names of scheduled backups begin and end with. Other files in the directory are left alone.
const PREFIX: &str = "holdfast-";
const SUFFIX: &str = ".backup";

/// The clock is asked again at least this often: it may be set, and the machine may sleep.
const LONGEST_NAP: Duration = Duration::from_secs(60);

/// Backups that a running server makes of itself; clones are the same.
#[derive(Clone)]
pub struct Scheduled {
    inner: Arc<Inner>,
}

struct Inner {
    settings: BackupSettings,
    snapshots: Arc<dyn Snapshots>,
    engine: Engine,
    last: Mutex<Option<Result<Done, String>>>,
    runs: Family<Ran, Counter>,
    last_good: Gauge,
    last_bytes: Gauge,
}

#[derive(Debug, Clone, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Ran {
    result: &'static str,
}

/// A backup that was made.
#[derive(Debug, Clone)]
pub struct Done {
    /// Where it is.
    pub path: PathBuf,
    /// What is in it.
    pub summary: Summary,
}

/// A backup was not made.
#[derive(Debug, Error)]
enum Failed {
    #[error("{0}")]
    Store(#[from] StoreError),
    #[error("{}: {error}", path.display())]
    System { path: PathBuf, error: std::io::Error },
    #[error("{0}")]
    Backup(#[from] BackupError),
    #[error("the server is shutting down")]
    Stopped,
}

impl Scheduled {
    /// As the settings say; `None` when they say nothing.
    #[must_use]
    pub fn of(
        settings: &BackupSettings,
        snapshots: Option<Arc<dyn Snapshots>>,
        engine: &Engine,
    ) -> Option<Self> {
        settings.schedule.as_ref()?;
        let inner = Inner {
            settings: settings.clone(),
            snapshots: snapshots?,
            engine: engine.clone(),
            last: Mutex::new(None),
            runs: Family::default(),
            last_good: Gauge::default(),
            last_bytes: Gauge::default(),
        };
        Some(Self { inner: Arc::new(inner) })
    }

    /// What the last one came to: a sentence; `Err` when it failed.
    ///
    /// # Errors
    /// Why the last one failed.
    pub fn last(&self) -> Result<String, String> {
        match &*self.inner.last.lock() {
            None => Ok("none was due since the start".to_owned()),
            Some(Ok(done)) => Ok(format!("{}", done.path.display())),
            Some(Err(why)) => Err(format!("the last one failed: {why}")),
        }
    }

    /// Shows what is counted.
    pub fn register(&self, registry: &mut Registry) {
        let inner = &self.inner;
        // Both are there from the start: what counts from nothing cannot be told from what is not counted.
        for result in ["ok", "failed"] {
            let _ = inner.runs.get_or_create(&Ran { result });
        }
        registry.register("backups", "Scheduled backups that ended", inner.runs.clone());
        let help = "When the last good scheduled backup was made, in seconds since 1970";
        registry.register("backup_last_success_seconds", help, inner.last_good.clone());
        let help = "Size of the last good scheduled backup";
        registry.register("backup_last_bytes", help, inner.last_bytes.clone());
    }

    /// Makes one whenever it is due, until the server stops.
    pub async fn run(self, stop: CancellationToken) {
        let Some(schedule) = self.inner.settings.schedule.clone() else { return };
        let mut after = Zoned::now();
        while let Some(due) = schedule.next(&after) {
            loop {
                let left =
                    Duration::try_from(due.duration_since(&Zoned::now())).unwrap_or_default();
                if left.is_zero() {
                    break;
                }
                tokio::select! {
                    () = stop.cancelled() => return,
                    () = tokio::time::sleep(left.min(LONGEST_NAP)) => {}
                }
            }
            let (this, stopped) = (self.clone(), stop.clone());
            // Compressing and flushing would hold up the calls of its thread.
            let made = tokio::task::spawn_blocking(move || {
                futures::executor::block_on(this.make(&stopped))
            });
            if made.await.is_err() {
                self.note(Err(Failed::System {
                    path: self.inner.settings.dir.clone(),
                    error: std::io::Error::other("making the backup panicked"),
                }));
            }
            // What fell due meanwhile is done with it.
            after = Zoned::now().max(due);
        }
    }

    async fn make(&self, stop: &CancellationToken) {
        let made = self.write(stop).await;
        self.note(made);
    }

    async fn write(&self, stop: &CancellationToken) -> Result<Done, Failed> {
        let Inner { settings, snapshots, engine, .. } = &*self.inner;
        let dir = &settings.dir;
        let at = |path: &Path| {
            let path = path.to_owned();
            move |error| Failed::System { path, error }
        };
        std::fs::create_dir_all(dir).map_err(at(dir))?;
        let now = engine.now();
        let mut bytes = BackupBytes::begin(snapshots, now).await?;
        let path = dir.join(name(now, bytes.outline().head.revision.0));
        let mut file = NewFile::create(&path).map_err(at(&path))?;
        while let Some(part) = bytes.next().await? {
            if stop.is_cancelled() {
                return Err(Failed::Stopped);
            }
            file.write(&part.bytes).map_err(at(&path))?;
        }
        let summary = file.keep()?;
        forget_old(dir, settings.keep).map_err(at(dir))?;
        Ok(Done { path, summary })
    }

    fn note(&self, made: Result<Done, Failed>) {
        let inner = &self.inner;
        let result = match &made {
            Ok(done) => {
                let now = inner.engine.now().seconds();
                inner.last_good.set(now);
                inner.last_bytes.set(i64::try_from(done.summary.bytes).unwrap_or(i64::MAX));
                let revision = done.summary.head.revision.0;
                tracing::info!(path = %done.path.display(), revision, "backup made");
                "ok"
            }
            Err(Failed::Stopped) => return,
            Err(error) => {
                tracing::error!(%error, "the scheduled backup failed");
                "failed"
            }
        };
        inner.runs.get_or_create(&Ran { result }).inc();
        *inner.last.lock() = Some(made.map_err(|error| error.to_string()));
    }
}

/// Sorted by name they are sorted by time.
fn name(now: Timestamp, revision: u64) -> String {
    let time: String = now.to_string().chars().filter(|c| !matches!(c, '-' | ':')).collect();
    let second = time.split(['.', 'Z']).next().unwrap_or_default();
    format!("{PREFIX}{second}Z-r{revision}{SUFFIX}")
}

/// Removes all but the newest, and what a run that was killed left.
fn forget_old(dir: &Path, keep: usize) -> std::io::Result<()> {
    let mut ours = Vec::new();
    for file in std::fs::read_dir(dir)? {
        let path = file?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if !name.starts_with(PREFIX) {
            continue;
        }
        if name.ends_with(SUFFIX) {
            ours.push(path);
        } else if name.ends_with(&format!("{SUFFIX}{}", holdfast_backup::file::UNFINISHED)) {
            std::fs::remove_file(path)?;
        }
    }
    ours.sort();
    let surplus = ours.len().saturating_sub(keep);
    ours.drain(..surplus).try_for_each(std::fs::remove_file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_sort_by_time() {
        let names = [0, 1_000_000_000, 1_700_000_000_500_000_000].map(|at| name(Timestamp(at), 7));
        assert!(names.is_sorted(), "{names:?}");
        assert_eq!(names[2], "holdfast-20231114T221320Z-r7.backup");
    }

    #[test]
    fn only_the_newest_are_kept_and_only_ours_are_touched() {
        let dir = tempfile::tempdir().expect("a directory");
        let names = [
            "holdfast-20250101T000000Z-r1.backup",
            "holdfast-20250102T000000Z-r9.backup",
            "holdfast-20250103T000000Z-r10.backup",
            "holdfast-20250103T000000Z-r10.backup.part",
            "notes.txt",
            "other-20240101.backup",
        ];
        names.iter().for_each(|name| std::fs::write(dir.path().join(name), "x").expect("written"));
        forget_old(dir.path(), 2).expect("forgotten");
        let left = |name: &&str| dir.path().join(name).exists();
        let left: Vec<_> = names.iter().copied().filter(|name| left(name)).collect();
        assert_eq!(left, [names[1], names[2], names[4], names[5]]);
    }
}
