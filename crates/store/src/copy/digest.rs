//! Whether two stores hold the same.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use holdfast_model::{Head, Prefix, Revision, Timestamp};

use super::row;
use super::source::{LogSource, Source};
use super::{Piece, Position};
use crate::contract::Store;
use crate::error::StoreError;
use crate::read::{At, PageLimit, Row, Scan};

/// Rows that are read at once.
const PAGE: PageLimit =
    PageLimit { rows: std::num::NonZeroUsize::new(1_024).expect("not zero"), bytes: 1 << 20 };

/// BLAKE3 over everything that a store answers, part by part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Digests {
    /// Log, epoch, revision, time, hash, floors, counters.
    pub head: Digest,
    /// Every commit that is kept, values included.
    pub chain: Digest,
    /// The entries, now and as of the history floor.
    pub entries: Digest,
    /// Every event above the history floor.
    pub history: Digest,
    /// The side rows.
    pub side: Digest,
}

/// Of one part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Digest {
    /// How many rows.
    pub rows: u64,
    /// Over their bytes.
    pub hash: [u8; 32],
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.hash))
    }
}

impl Digests {
    /// Reads a whole store. Nobody may write to it meanwhile.
    ///
    /// # Errors
    /// What the store answers.
    pub async fn of(store: &Arc<dyn Store>) -> Result<Self, StoreError> {
        let head = store.head().await?;
        let of_head = {
            let mut sum = Sum::default();
            sum.row(|bytes| push_head(&head, bytes));
            sum.finish()
        };
        Ok(Self {
            head: of_head,
            chain: chain(store).await?,
            entries: entries(&**store, &head).await?,
            history: history(&**store, &head).await?,
            side: side(&**store).await?,
        })
    }

    /// Each part with its name.
    pub fn parts(&self) -> [(&'static str, &Digest); 5] {
        [
            ("head", &self.head),
            ("chain", &self.chain),
            ("entries", &self.entries),
            ("history", &self.history),
            ("side", &self.side),
        ]
    }
}

#[derive(Default)]
struct Sum {
    rows: u64,
    hasher: blake3::Hasher,
    bytes: Vec<u8>,
}

impl Sum {
    fn row(&mut self, push: impl FnOnce(&mut Vec<u8>)) {
        self.bytes.clear();
        push(&mut self.bytes);
        self.hasher.update(&(self.bytes.len() as u64).to_le_bytes());
        self.hasher.update(&self.bytes);
        self.rows += 1;
    }

    fn finish(&self) -> Digest {
        Digest { rows: self.rows, hash: *self.hasher.finalize().as_bytes() }
    }
}

fn push_head(head: &Head, bytes: &mut Vec<u8>) {
    bytes.extend_from_slice(head.log.0.as_bytes());
    bytes.extend_from_slice(&head.hash.0);
    bytes.extend_from_slice(&head.time.0.to_le_bytes());
    let numbers = [
        u64::from(head.epoch.0),
        head.epoch_start.inherited.0,
        head.epoch_start.first.0,
        head.revision.0,
        head.appended_bytes,
        head.ordinal_base,
        head.floors.events.0,
        head.floors.history.0,
    ];
    numbers.iter().for_each(|number| bytes.extend_from_slice(&number.to_le_bytes()));
}

/// A commit's hash stands for all of it: it was read with its values, and those are held against it.
async fn chain(store: &Arc<dyn Store>) -> Result<Digest, StoreError> {
    let mut source = LogSource::open(store.clone()).await?;
    let mut sum = Sum::default();
    let mut position = Position::Commits(Revision::ZERO);
    while let Some(piece) = source.next(&position).await? {
        let Piece::Commits(commits) = &piece else { break };
        commits
            .iter()
            .for_each(|sealed| sum.row(|bytes| bytes.extend_from_slice(&sealed.hash().0)));
        position = piece.end().unwrap_or(position);
    }
    Ok(sum.finish())
}

async fn entries(store: &dyn Store, head: &Head) -> Result<Digest, StoreError> {
    let mut sum = Sum::default();
    let floor = head.floors.history;
    let past = head.knows(floor).then_some(At::Revision(floor));
    for at in past.into_iter().chain([At::Latest]) {
        let mut after = None;
        loop {
            let now = Timestamp(i64::MIN);
            let what = Scan::Namespaces { prefix: String::new(), after: after.clone(), now };
            let page = store.scan(&what, at, PAGE).await?.value;
            for row in page.rows {
                let Row::Namespace(namespace) = row else { continue };
                entries_of(store, &namespace, at, &mut sum).await?;
                after = Some(namespace);
            }
            if !page.more {
                break;
            }
        }
    }
    Ok(sum.finish())
}

async fn entries_of(
    store: &dyn Store,
    namespace: &holdfast_model::Namespace,
    at: At,
    sum: &mut Sum,
) -> Result<(), StoreError> {
    let mut after = None;
    loop {
        let namespace = namespace.clone();
        let what = Scan::Entries { namespace, prefix: Prefix::any(), after: after.clone() };
        let page = store.scan(&what, at, PAGE).await?.value;
        for row in page.rows {
            let Row::Entry(entry) = row else { continue };
            sum.row(|bytes| row::encode_entry(&entry, bytes));
            after = Some(entry.at.key.clone());
        }
        if !page.more {
            return Ok(());
        }
    }
}

/// What lies at the floor or below is on its way out, sooner in one store than in another.
async fn history(store: &dyn Store, head: &Head) -> Result<Digest, StoreError> {
    let mut sum = Sum::default();
    let mut after = None;
    loop {
        let what = Scan::Kept { below: head.revision.next(), after: after.clone() };
        let page = store.scan(&what, At::Latest, PAGE).await?.value;
        for row in page.rows {
            let Row::History(row) = row else { continue };
            if row.revision > head.floors.history {
                sum.row(|bytes| row::encode(&row, bytes));
            }
            after = Some((row.event.at.clone(), row.revision));
        }
        if !page.more {
            return Ok(sum.finish());
        }
    }
}

async fn side(store: &dyn Store) -> Result<Digest, StoreError> {
    let mut sum = Sum::default();
    let mut after: Option<Bytes> = None;
    loop {
        let what = Scan::Side { prefix: Bytes::new(), after: after.clone() };
        let page = store.scan(&what, At::Latest, PAGE).await?.value;
        for row in page.rows {
            let Row::Side(key, value) = row else { continue };
            sum.row(|bytes| {
                bytes.extend_from_slice(&(key.len() as u64).to_le_bytes());
                bytes.extend_from_slice(&key);
                bytes.extend_from_slice(&value);
            });
            after = Some(key);
        }
        if !page.more {
            return Ok(sum.finish());
        }
    }
}
