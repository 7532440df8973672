//! The engine: one log, the use cases over it, and the watchers of it. No tonic, no axum.
//!
//! Start at [`Engine`], then read one use case: [`entries`] tells the story of a write on one screen.
//!
//! | what | where |
//! |---|---|
//! | use cases, one file for each noun | [`entries`] [`batches`] [`edits`] [`history`] [`snapshot`] [`txn`] [`reads`] [`diff`] [`rollback`] [`reverts`] [`search`] [`select`] [`events`] [`aliases`] [`locks`] [`cached`] [`namespaces`] [`watching`] [`groups`] [`trust`] [`sessions`] [`backup`] |
//! | of which state a read is | [`moment`] |
//! | rights that outlast a call | [`permit`] |
//! | entries that are kept for callers beside theirs | `own` |
//! | the account of what callers did | [`auditing`] |
//! | what of an answer its caller sees | `sight` |
//! | the one door to the store | `log` |
//! | group commit: queue, facts, thread | `commit` |
//! | the decisions, pure | `judge` |
//! | how much a namespace may hold | [`quotas`] |
//! | delivery to watchers | `hub` |
//! | expiry, retention, forgetting | `upkeep` |
//!
//! Invariants: a use case reaches the log only with an `Authorized`; a commit is visible to nobody before it is durable; the
//! committer waits for no reader and no watcher.

pub mod aliases;
pub mod auditing;
pub mod backup;
pub mod batches;
mod cache;
pub mod cached;
pub mod caller;
pub mod clock;
mod codec;
mod commit;
pub mod diff;
mod editors;
pub mod edits;
pub mod engine;
pub mod entries;
pub mod error;
pub mod events;
mod follow;
pub mod groups;
pub mod history;
mod hub;
mod judge;
pub mod locks;
mod log;
mod lookup;
pub mod metrics;
pub mod moment;
pub mod names;
pub mod namespaces;
pub mod options;
mod own;
pub mod permit;
pub mod quotas;
pub mod reads;
mod remembered;
pub mod reverts;
mod rights;
pub mod rollback;
pub mod search;
pub mod select;
pub mod sessions;
mod show;
mod sight;
pub mod snapshot;
#[cfg(test)]
mod testing;
pub mod trust;
pub mod txn;
mod upkeep;
pub mod watching;

pub use aliases::Alias;
pub use auditing::{AuditOptions, Auditing};
pub use batches::{
    CommitAnswer, CommitRequest, RequestedAction, RequestedCondition, RequestedWrite, WriteResult,
};
pub use cached::Cached;
pub use caller::{Caller, Origin};
pub use clock::{Clock, SystemClock};
pub use codec::CODECS;
pub use diff::json::JsonChange;
pub use diff::{Change, Diff, DiffPage, Difference, State, VersionDiff, differs};
pub use edits::Edit;
pub use engine::{Engine, Status};
pub use entries::{EntryPage, List, Set};
pub use error::EngineError;
pub use events::{EventPage, Events, Logged, Place};
pub use groups::{Accepts, GroupOptions, GroupPage, Join, KnownGroup, Member, Parcel};
pub use history::{VersionPage, Versions};
pub use hub::delivered::{Delivered, ENCODING_SLOTS, Matched, Which};
pub use locks::{Fence, Lock, Locked};
pub use metrics::Metrics;
pub use moment::Moment;
pub use names::{KeyRule, any_key};
pub use namespaces::{Access, NamespacePage};
pub use options::{Limits, Options, Retention, SharedOptions, WatchOptions};
pub use permit::Permit;
pub use quotas::{Counted, Quota, Quotas};
pub use reads::{HistoryPage, ListPage, Seen};
pub use reverts::Revert;
pub use rollback::{Rollback, RollbackAnswer, RollbackScope};
pub use search::{Found, Search, SearchPage};
pub use select::{Created, Select, Selected};
pub use snapshot::Snapshot;
pub use trust::{DeletedUser, DocumentPage, Issued, NewToken, Stored};
pub use txn::{Branch, RequestedCompare, RequestedRead, Txn, TxnAnswer};
pub use watching::{Delivery, Start, Watch, Watcher};
