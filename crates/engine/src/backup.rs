//! Who may copy the whole log.

use holdfast_auth::{Action, Resource, trust::NAMESPACE};

use crate::caller::Caller;
use crate::engine::Engine;
use crate::error::EngineError;

/// Only a rule about the whole namespace speaks of it.
const WHOLE: &str = "backup";

impl Engine {
    /// Asks the guard whether the caller may take a backup. It holds everything, what decides about rights included: so it takes an
    /// administrator of the server. Who may only administer tokens, say, is asked about the namespace as a whole and let in, to
    /// be shown what is theirs; so this asks about a key that is of no kind.
    ///
    /// # Errors
    /// What the guard says.
    pub async fn may_back_up(&self, caller: &Caller) -> Result<(), EngineError> {
        self.authorize(caller, Action::Admin, Resource::key(NAMESPACE, WHOLE)).await.map(drop)
    }
}
