//! The right to a running watch: it ends with the credential, and is asked for again when the guard's rules change.

use std::time::{Duration, SystemTime};

use holdfast_auth::Standing;
use holdfast_model::Filter;
use tokio::sync::watch;

use crate::caller::Caller;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::hub::delivered::Matched;

pub(crate) struct Rights {
    pub(crate) engine: Engine,
    pub(crate) caller: Caller,
    filters: Vec<Filter>,
    renewal: Renewal,
    /// What held for the caller when it was last asked, for a watch that tells when that becomes more.
    standing: Option<Box<Standing>>,
    widened: bool,
}

impl Rights {
    pub(crate) fn new(
        engine: &Engine,
        caller: &Caller,
        filters: Vec<Filter>,
        tells_of_more: bool,
    ) -> Self {
        let renewal = Renewal::of(engine);
        let standing = tells_of_more.then(|| Box::new(engine.guard().standing(&caller.identity)));
        Self {
            engine: engine.clone(),
            caller: caller.clone(),
            filters,
            renewal,
            standing,
            widened: false,
        }
    }

    /// True once after the caller's rights have become wider.
    pub(crate) fn take_widened(&mut self) -> bool {
        std::mem::take(&mut self.widened)
    }

    /// Fails once the caller may not watch any longer. Costs next to nothing while nothing changed.
    pub(crate) async fn check(&mut self) -> Result<(), EngineError> {
        if self.renewal.is_due(&self.caller) {
            self.engine.guard().still(&self.caller.identity)?;
        }
        if self.renewal.rules_changed() {
            self.engine.authorize_watch(&self.caller, &self.filters).await?;
            self.renewal.done();
            if let Some(before) = &mut self.standing {
                let now = self.engine.guard().standing(&self.caller.identity);
                self.widened |= now.is_wider_than(before);
                **before = now;
            }
        }
        Ok(())
    }

    /// Records the secrets in what is about to be delivered.
    pub(crate) async fn account(&self, matched: &Matched) -> Result<(), EngineError> {
        if self.engine.auditing().is_none() {
            return Ok(());
        }
        let commit = matched.commit.commit();
        for index in matched.events.indexes(commit.events.len()) {
            if let Some(entry) = commit.events[index].entry(commit) {
                self.engine.answered(&self.caller, &entry).await?;
            }
        }
        Ok(())
    }

    /// Waits until there is reason to check again: the rules have changed, or the credential has ended.
    pub(crate) async fn changed(&mut self) {
        self.renewal.wait(&self.caller).await;
    }
}

/// When a right has to be asked for again.
pub(crate) struct Renewal {
    changes: Option<watch::Receiver<u64>>,
    /// The rules have changed, and the guard has not been asked again yet.
    due: bool,
}

impl Renewal {
    pub(crate) fn of(engine: &Engine) -> Self {
        Self { changes: engine.guard().changes(), due: false }
    }

    /// True when the credential may have ended or the rules have changed.
    pub(crate) fn is_due(&mut self, caller: &Caller) -> bool {
        if let Some(changes) = &mut self.changes
            && changes.has_changed().unwrap_or(false)
        {
            changes.mark_unchanged();
            self.due = true;
        }
        self.due || caller.identity.facts().expires.is_some()
    }

    /// True when the guard has to be asked again.
    pub(crate) fn rules_changed(&self) -> bool {
        self.due
    }

    /// The guard was asked.
    pub(crate) fn done(&mut self) {
        self.due = false;
    }

    pub(crate) async fn wait(&mut self, caller: &Caller) {
        let end = caller.identity.facts().expires;
        let ended = async {
            match end.map(|end| end.duration_since(SystemTime::now()).unwrap_or_default()) {
                // A clock that is set moves the end: look again now and then.
                Some(left) => tokio::time::sleep(left.min(MOST)).await,
                None => std::future::pending().await,
            }
        };
        let (changes, due) = (&mut self.changes, &mut self.due);
        let changes = async {
            let Some(changes) = changes else { return std::future::pending().await };
            match changes.changed().await {
                Ok(()) => *due = true,
                // Nobody is left who could change them.
                Err(_) => std::future::pending().await,
            }
        };
        tokio::select! {
            () = ended => {}
            () = changes => {}
        }
    }
}

/// The longest sleep towards the end of a credential.
const MOST: Duration = Duration::from_secs(30);
