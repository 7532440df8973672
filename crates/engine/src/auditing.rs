//! The account of what callers did: from use cases to auditors.

use std::collections::BTreeMap;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use holdfast_auth::trust::{NAMESPACE, Rule};
use holdfast_auth::{
    Action, AuditError, Auditor, AuthError, Authorized, Credentials, Operation, Outcome, Record,
    RecordedValue, Resource,
};
use holdfast_model::{Batch, Commit, Entry, Event, EventKind, Timestamp};
use sha2::{Digest, Sha256};
use tokio::sync::RwLock;
use tracing::Instrument as _;

use crate::aliases;
use crate::caller::Caller;
use crate::commit::Committed;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::own;

/// What is recorded, and by whom.
pub struct Auditing {
    auditor: Arc<dyn Auditor>,
    options: AuditOptions,
    /// Held, for reading, while a write is on its way to its record.
    recording: Arc<RwLock<()>>,
    records: AtomicU64,
    failures: AtomicU64,
    refused: AtomicU64,
}

/// What is recorded.
#[derive(Clone)]
pub struct AuditOptions {
    /// Writes and deletes, after they are durable.
    pub writes: bool,
    /// Callers who were not recognised, and what callers were refused.
    pub denials: bool,
    /// Answers that hold a secret value.
    pub secret_reads: bool,
    /// Every decision about a call, allowed ones too.
    pub decisions: bool,
    /// Values themselves, and not only their digests; secrets never.
    pub values: bool,
    /// A call whose record cannot be kept is refused; for a write: before anything is written.
    pub required: bool,
    /// Where secrets are, beside values whose codec says so: what these rules let a caller read.
    pub secrets: Arc<[Rule]>,
}

impl Default for AuditOptions {
    fn default() -> Self {
        Self {
            writes: true,
            denials: true,
            secret_reads: true,
            decisions: false,
            values: false,
            required: false,
            secrets: Arc::new([]),
        }
    }
}

/// Codecs whose values are secrets.
fn secret_codec(codec: &str) -> bool {
    // `encrypted:...`, or with a name before it, and values that only their client can read.
    codec == "secret"
        || codec.starts_with("client:")
        || codec.split(':').any(|part| part == "encrypted")
}

impl Auditing {
    /// Records with this auditor.
    pub fn new(auditor: Arc<dyn Auditor>, options: AuditOptions) -> Self {
        let zero = || AtomicU64::new(0);
        let recording = Arc::default();
        Self { auditor, options, recording, records: zero(), failures: zero(), refused: zero() }
    }

    /// Records that were kept so far.
    pub fn records(&self) -> u64 {
        self.records.load(Relaxed)
    }

    /// Calls that were refused because they could not be recorded.
    pub fn refused_calls(&self) -> u64 {
        self.refused.load(Relaxed)
    }

    /// Records that could not be kept so far.
    pub fn failures(&self) -> u64 {
        self.failures.load(Relaxed)
    }

    /// Waits for the records of writes that are durable, or on their way to be.
    pub(crate) async fn until_kept(&self) {
        let _nobody_is_left = self.recording.write().await;
    }

    fn is_secret(&self, namespace: &str, key: &str, codec: &str) -> bool {
        let what = Resource::key(namespace, key);
        let place = || self.options.secrets.iter().any(|r| r.matches(Action::Read, &what));
        namespace.starts_with(NAMESPACE) || secret_codec(codec) || place()
    }

    /// Keeps a record; a failure is told, and only where records are required it is one of the call.
    async fn keep(&self, record: Record) -> Result<(), EngineError> {
        match self.told(&record).await {
            Err(error) if self.options.required => {
                self.refused.fetch_add(1, Relaxed);
                Err(EngineError::NotAudited(error))
            }
            Ok(()) | Err(_) => Ok(()),
        }
    }

    async fn told(&self, record: &Record) -> Result<(), AuditError> {
        let Err(error) = self.auditor.record(record).await else {
            self.records.fetch_add(1, Relaxed);
            return Ok(());
        };
        self.failures.fetch_add(1, Relaxed);
        let Record { operation, namespace, key, .. } = record;
        tracing::error!(operation = operation.as_str(), namespace, key, %error, "audit record failed");
        Err(error)
    }

    fn value_of(&self, entry: (&str, &str, &str), value: &bytes::Bytes) -> RecordedValue {
        let (namespace, key, codec) = entry;
        let in_clear = self.options.values && !self.is_secret(namespace, key, codec);
        RecordedValue {
            codec: codec.to_owned(),
            digest: Sha256::digest(value).into(),
            bytes: in_clear.then(|| value.clone()),
        }
    }
}

fn blank(caller: &Caller, time: Timestamp, operation: Operation, outcome: Outcome) -> Record {
    Record {
        time,
        request_id: caller.origin.request_id.to_string(),
        user: caller.identity.shared_user(),
        credential: caller.identity.facts().credential.clone(),
        peer: caller.origin.peer,
        method: caller.method.to_owned(),
        operation,
        namespace: String::new(),
        key: String::new(),
        outcome,
        value: None,
        metadata: BTreeMap::new(),
    }
}

impl Engine {
    /// The same engine with an account of what its callers do.
    #[must_use]
    pub fn audited_by(&self, auditing: Arc<Auditing>) -> Self {
        let mut engine = self.clone();
        engine.audit = Some(auditing);
        engine
    }

    /// Whoever keeps the account.
    pub fn auditing(&self) -> Option<&Arc<Auditing>> {
        self.audit.as_ref()
    }

    /// A call of somebody who was not recognised.
    ///
    /// # Errors
    /// Where records are required and this one cannot be kept; the caller is refused either way.
    pub async fn not_recognised(
        &self,
        shown: &Credentials<'_>,
        method: &str,
        error: &AuthError,
    ) -> Result<(), EngineError> {
        let Some(audit) = self.audit.as_deref().filter(|a| a.options.denials) else {
            return Ok(());
        };
        let caller = Caller::of(holdfast_auth::Identity::named("anonymous"), "");
        let outcome = Outcome::Denied(error.to_string());
        let record = Record {
            peer: shown.peer,
            method: method.to_owned(),
            ..blank(&caller, self.log().now(), Operation::SignIn, outcome)
        };
        audit.keep(record).await
    }

    /// What the guard said of a call.
    pub(crate) async fn decided(
        &self,
        caller: &Caller,
        action: Action,
        what: &Resource<'_>,
        decision: &Result<Authorized, AuthError>,
    ) -> Result<(), EngineError> {
        let Some(audit) = self.audit.as_deref() else { return Ok(()) };
        let writes = matches!(action, Action::Write | Action::Delete | Action::Admin);
        let outcome = match decision {
            Ok(_) if audit.options.decisions || (audit.options.required && writes) => {
                Outcome::Allowed
            }
            Ok(_) => return Ok(()),
            Err(_) if !audit.options.denials => return Ok(()),
            Err(AuthError::Failed(why)) => Outcome::Failed(why.clone()),
            Err(error) => Outcome::Denied(error.to_string()),
        };
        let metadata = BTreeMap::from([("action".to_owned(), action.as_str().to_owned())]);
        let record = Record {
            namespace: what.namespace.to_string(),
            key: what.key.to_string(),
            metadata,
            ..blank(caller, self.log().now(), Operation::Decision, outcome)
        };
        audit.keep(record).await
    }

    /// Commits what a caller asked for, and records it.
    pub(crate) async fn commit_for(
        &self,
        caller: &Caller,
        proofs: &[Authorized],
        batch: Batch,
    ) -> Result<Committed, EngineError> {
        let Some(fence) = &caller.fence else {
            return self.commit_recorded(caller, proofs, batch).await;
        };
        let (proofs, batch) = self.fenced(caller, fence, proofs, batch).await?;
        let committed = self.commit_recorded(caller, &proofs, batch).await;
        committed.map_err(|error| fence.explain(error))
    }

    async fn commit_recorded(
        &self,
        caller: &Caller,
        proofs: &[Authorized],
        batch: Batch,
    ) -> Result<Committed, EngineError> {
        let Some(audit) = self.audit.as_ref().filter(|audit| audit.options.writes) else {
            return self.log().commit(proofs, batch, caller.deadline).await;
        };
        let (log, audit) = (Arc::clone(self.log()), Arc::clone(audit));
        let (caller, proofs) = (caller.clone(), proofs.to_vec());
        let recorded = async move {
            let _until_kept = Arc::clone(&audit.recording).read_owned().await;
            let committed = log.commit(&proofs, batch, caller.deadline).await?;
            if let Some(sealed) = &committed.commit {
                for record in audit.writes(&caller, sealed.commit()) {
                    // It is durable: an answer that says otherwise would be a lie.
                    let _ = audit.told(&record).await;
                }
            }
            Ok(committed)
        };
        // As the commit is there whether its caller waits for it or not, so is its record.
        match tokio::spawn(recorded.in_current_span()).await {
            Ok(committed) => committed,
            Err(error) if error.is_panic() => resume_unwind(error.into_panic()),
            Err(_) => Err(EngineError::Stopping),
        }
    }

    /// A caller has changed, in a namespace, what the server keeps beside the log; it is done, whether this can be recorded or not.
    pub(crate) async fn changed_beside_the_log(
        &self,
        caller: &Caller,
        namespace: &str,
        what: (&str, &str),
    ) {
        let Some(audit) = self.audit.as_deref().filter(|audit| audit.options.writes) else {
            return;
        };
        let outcome = Outcome::Done(self.head().revision);
        let record = Record {
            namespace: namespace.to_owned(),
            metadata: BTreeMap::from([(what.0.to_owned(), what.1.to_owned())]),
            ..blank(caller, self.log().now(), Operation::Admin, outcome)
        };
        // A failure is told where records are kept.
        let _ = audit.told(&record).await;
    }

    /// An entry on its way to the caller: the record of a secret comes before its answer.
    pub(crate) async fn answered(&self, caller: &Caller, entry: &Entry) -> Result<(), EngineError> {
        let Some(audit) = self.audit.as_deref() else { return Ok(()) };
        audit.secret_read(caller, self.log().now(), entry).await
    }
}

impl Auditing {
    pub(crate) async fn secret_read(
        &self,
        caller: &Caller,
        now: Timestamp,
        entry: &Entry,
    ) -> Result<(), EngineError> {
        let (namespace, key) = (entry.at.namespace.as_str(), entry.at.key.as_str());
        let codec = entry.codec.as_str();
        if !self.options.secret_reads || !self.is_secret(namespace, key, codec) {
            return Ok(());
        }
        let outcome = Outcome::Done(entry.mod_revision);
        let record = Record {
            namespace: namespace.to_owned(),
            key: key.to_owned(),
            value: Some(self.value_of((namespace, key, codec), &entry.value)),
            ..blank(caller, now, Operation::SecretRead, outcome)
        };
        self.keep(record).await
    }

    fn writes(&self, caller: &Caller, commit: &Commit) -> Vec<Record> {
        // What expired on the way is nobody's deed.
        let deeds = commit.events.iter().filter(|event| event.kind != EventKind::Expire);
        deeds.map(|event| self.write(caller, commit, event)).collect()
    }

    fn write(&self, caller: &Caller, commit: &Commit, event: &Event) -> Record {
        let removes = event.kind.removes();
        let (namespace, key) = (event.at.namespace.as_str(), event.at.key.as_str());
        let own = own::stands_for(&event.at);
        let (namespace, key) =
            own.as_ref().map_or((namespace, key), |it| (&*it.namespace, &*it.key));
        let reserved = own.is_none() && event.at.namespace.is_reserved();
        let operation = match (aliases::name_of(&event.at).is_some(), reserved, removes) {
            (true, _, false) => Operation::AliasSet,
            (true, _, true) => Operation::AliasDelete,
            (false, true, _) => Operation::Admin,
            (false, false, false) => Operation::Set,
            (false, false, true) => Operation::Delete,
        };
        let mut metadata = BTreeMap::new();
        if !commit.reason.is_empty() {
            metadata.insert("reason".to_owned(), commit.reason.to_string());
        }
        if operation == Operation::AliasSet
            && let Ok(target) = serde_json::from_slice(&event.value)
        {
            metadata.insert("target".to_owned(), target);
        }
        let place = (namespace, key, event.codec.as_str());
        let value = (operation == Operation::Set).then(|| self.value_of(place, &event.value));
        Record {
            namespace: namespace.to_owned(),
            key: key.to_owned(),
            value,
            metadata,
            ..blank(caller, commit.time, operation, Outcome::Done(commit.revision))
        }
    }
}
