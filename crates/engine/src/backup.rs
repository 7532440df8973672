//! Who may copy the whole log.

use holdfast_auth::{Action, Resource, trust::NAMESPACE};

use crate::caller::Caller;
use crate::engine::Engine;
use crate::error::EngineError;

/// Only a rule about the whole namespace speaks of it.
const WHOLE: &str = "backup";

/// What only an administrator of the server may administer.
pub(crate) fn whole_server() -> Resource<'static> {
    Resource::key(NAMESPACE, WHOLE)
}

impl Engine {
    /// Asks the guard whether the caller may take a backup. It holds everything, what decides about rights included: so it takes an
    /// administrator of the server. Who may only administer tokens, say, is asked about the namespace as a whole and let in, to
    /// be shown what is theirs; so this asks about a key that is of no kind.
    ///
    /// # Errors
    /// What the guard says.
    pub async fn may_back_up(&self, caller: &Caller) -> Result<(), EngineError> {
        self.authorize(caller, Action::Admin, whole_server()).await.map(drop)
    }
}
