//! Data directories that are full before anything is measured: made once in a run, copied for each server.

use std::path::{Path, PathBuf};

use holdfast_engine::{CommitRequest, RequestedAction, RequestedWrite};
use holdfast_load::data::{NAMESPACE, Values, key};
use holdfast_load::dice::Dice;
use holdfast_model::{Precondition, WriteMode};
use tempfile::TempDir;

use crate::Fault;
use crate::inside::Inside;

/// Writes of one commit while it is filled.
const BATCH: u64 = 1_000;

/// A directory that every key was written to once.
pub(crate) struct Seed {
    home: TempDir,
}

impl Seed {
    /// Fills a new one through an engine in this process, and closes it as a stopped server would.
    pub(crate) async fn make(work: &Path, keys: u64, bytes: usize) -> Result<Self, Fault> {
        let home = TempDir::with_prefix_in("seed-", work)?;
        let inside = Inside::open(&home.path().join("data")).await?;
        let values = Values::of(bytes);
        let mut dice = Dice::new(keys);
        for batch in 0..keys.div_ceil(BATCH) {
            let numbers = batch * BATCH..((batch + 1) * BATCH).min(keys);
            let writes = numbers.map(|n| RequestedWrite {
                namespace: NAMESPACE.into(),
                key: key(n),
                action: RequestedAction::Put {
                    value: values.pick(&mut dice),
                    codec: String::new(),
                    ttl: None,
                    mode: WriteMode::Upsert,
                },
                condition: Precondition::default(),
            });
            let request = CommitRequest { writes: writes.collect(), ..CommitRequest::default() };
            inside.engine.commit(&inside.caller, request).await?;
        }
        inside.close().await;
        Ok(Self { home })
    }

    /// What to copy.
    pub(crate) fn path(&self) -> PathBuf {
        self.home.path().join("data")
    }
}
