//! Who may copy the whole log.

use holdfast_auth::{Action, Resource, trust::NAMESPACE};

use crate::caller::Caller;
use crate::engine::Engine;
use crate::error::EngineError;

impl Engine {
    /// Asks the guard whether the caller may take a backup. It holds everything, what decides about rights included: so it takes an
    /// administrator of the server.
    ///
    /// # Errors
    /// What the guard says.
    pub async fn may_back_up(&self, caller: &Caller) -> Result<(), EngineError> {
        self.authorize(caller, Action::Admin, Resource::namespace(NAMESPACE)).await.map(drop)
    }
}
