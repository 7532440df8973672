//! What a caller asks the log for: writes that become one commit, and the conditions under which they do.

use std::time::Duration;

use bytes::Bytes;

use crate::commit::Actor;
use crate::compare::Compare;
use crate::entry::{Codec, ValueType};
use crate::name::{EntryKey, Key, Namespace, Prefix};
use crate::precondition::Precondition;
use crate::revision::{Revision, Timestamp};

/// Writes that are applied together or not at all.
#[derive(Debug, Clone)]
pub struct Batch {
    /// In order; no key twice.
    pub writes: Vec<Write>,
    /// Conditions on other keys.
    pub conditions: Vec<Condition>,
    /// Hidden conditions: what the use case read, so that a decision made from it still holds when it is applied.
    pub quiet: Vec<Quiet>,
    /// Who asks, and through which method.
    pub actor: Actor,
    /// Why.
    pub reason: String,
    /// Makes a retry safe.
    pub idempotency: Option<Idempotency>,
    /// Of a transaction: when to do something else instead.
    pub choice: Option<Box<Choice>>,
}

/// What a batch does instead of its writes when one of its comparisons does not hold, and what it reads.
#[derive(Debug, Clone, Default)]
pub struct Choice {
    /// All of them hold: the batch does what it says; one does not: `otherwise` instead.
    pub compares: Vec<Compare>,
    /// The entries to answer once the writes of the batch are applied.
    pub reads: Vec<EntryKey>,
    /// The writes instead.
    pub otherwise: Vec<Write>,
    /// The entries to answer once those are applied.
    pub otherwise_reads: Vec<EntryKey>,
}

/// One write.
#[derive(Debug, Clone)]
pub struct Write {
    /// Of which entry.
    pub at: EntryKey,
    /// What to do.
    pub action: WriteAction,
    /// Under which condition.
    pub condition: Precondition,
}

/// What to do with an entry.
#[derive(Debug, Clone)]
pub enum WriteAction {
    /// Write a value.
    Put {
        /// The bytes.
        value: Bytes,
        /// Their encoding.
        codec: Codec,
        /// What the codec found in them.
        value_type: ValueType,
        /// How long it is there; `None`: until somebody removes it.
        ttl: Option<Life>,
        /// May it be new, has it to be.
        mode: WriteMode,
    },
    /// Remove the entry.
    Delete {
        /// A missing entry is no failure.
        missing_ok: bool,
    },
}

/// How long an entry is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Life {
    /// So long from the commit on.
    For(Duration),
    /// Until this time; one that has passed by the commit leaves an entry that nobody sees.
    Until(Timestamp),
}

impl Life {
    /// When it ends for an entry that is written at this time.
    pub fn end(self, written: Timestamp) -> Timestamp {
        match self {
            Self::For(span) => written.after(span),
            Self::Until(end) => end,
        }
    }
}

/// Whether a put may create or replace.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum WriteMode {
    /// Either.
    #[default]
    Upsert,
    /// Only create.
    Create,
    /// Only replace.
    Update,
}

/// A condition on an entry.
#[derive(Debug, Clone)]
pub struct Condition {
    /// Which entry.
    pub at: EntryKey,
    /// What has to be true of it.
    pub condition: Precondition,
}

/// "Nothing in this scope changed after the revision at which I looked." A batch whose quiet was broken is not
/// refused to the caller: the use case reads and decides again.
#[derive(Debug, Clone)]
pub struct Quiet {
    /// What was looked at.
    pub scope: Scope,
    /// When.
    pub since: Revision,
}

/// A part of the keyspace that a decision was made from.
#[derive(Debug, Clone)]
pub enum Scope {
    /// One entry.
    Entry(EntryKey),
    /// One key name in every namespace.
    KeyAnywhere(Key),
    /// All keys of a namespace below a prefix.
    Below(Namespace, Prefix),
}

impl Scope {
    /// True when an entry of this name belongs to the scope.
    pub fn contains(&self, at: &EntryKey) -> bool {
        match self {
            Self::Entry(one) => at == one,
            Self::KeyAnywhere(key) => at.key == *key,
            Self::Below(namespace, prefix) => at.namespace == *namespace && prefix.matches(&at.key),
        }
    }
}

/// The key under which a commit is remembered.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Idempotency {
    /// Whose key it is: two identities may use the same one.
    pub identity: String,
    /// The key.
    pub key: String,
    /// BLAKE3 over the request, to refuse the same key for another request.
    pub fingerprint: [u8; 32],
}

impl Idempotency {
    /// Longest key, in bytes.
    pub const MAX_KEY_BYTES: usize = 128;
}

impl Batch {
    /// The writes of both branches, those of the other one last: a refusal counts in this order.
    pub fn all_writes(&self) -> impl Iterator<Item = &Write> {
        let otherwise = self.choice.iter().flat_map(|choice| &choice.otherwise);
        self.writes.iter().chain(otherwise)
    }

    /// Every entry that judging the batch looks at: written, then conditions, then compared, then read.
    pub fn names(&self) -> impl Iterator<Item = &EntryKey> {
        let choices = || self.choice.iter();
        let compared = choices().flat_map(|choice| choice.compares.iter().map(|c| &c.at));
        let read = choices().flat_map(|choice| choice.reads.iter().chain(&choice.otherwise_reads));
        let written = self.all_writes().map(|write| &write.at);
        written.chain(self.conditions.iter().map(|c| &c.at)).chain(compared).chain(read)
    }

    /// About how many bytes it takes in memory and in the log.
    pub fn weight(&self) -> usize {
        const FIXED: usize = 192;
        let read = self.choice.iter().map(|c| c.compares.len() + c.reads.len());
        let read = FIXED * read.sum::<usize>();
        self.all_writes().fold(FIXED + self.reason.len() + read, |sum, write| {
            let names = write.at.namespace.as_str().len() + write.at.key.as_str().len();
            let value = match &write.action {
                WriteAction::Put { value, .. } => value.len(),
                WriteAction::Delete { .. } => 0,
            };
            sum + FIXED + names + value
        })
    }
}
