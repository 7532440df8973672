//! The right to something that goes on beside the log, such as listening to messages: it ends with the credential, and is asked for
//! again when the guard's rules change.

use holdfast_auth::{Action, Decision, Resource};

use crate::caller::Caller;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::rights::Renewal;

/// What a caller was allowed, for as long as they may.
pub struct Permit {
    engine: Engine,
    caller: Caller,
    action: Action,
    what: Resource<'static>,
    renewal: Renewal,
}

impl Engine {
    /// Asks the guard once; for what needs no more than that.
    pub async fn allow(
        &self,
        caller: &Caller,
        action: Action,
        what: Resource<'_>,
    ) -> Result<(), EngineError> {
        self.authorize(caller, action, what).await.map(drop)
    }

    /// Asks the guard, now and whenever [`Permit::check`] finds that there is reason to.
    pub async fn permit(
        &self,
        caller: &Caller,
        action: Action,
        what: Resource<'static>,
    ) -> Result<Permit, EngineError> {
        // Before the first question: a change behind it is seen.
        let renewal = Renewal::of(self);
        self.authorize(caller, action, what.clone()).await?;
        Ok(Permit { engine: self.clone(), caller: caller.clone(), action, what, renewal })
    }
}

impl Permit {
    /// Fails once the caller may not any longer. Costs next to nothing while nothing changed.
    pub async fn check(&mut self) -> Result<(), EngineError> {
        if self.renewal.is_due(&self.caller) {
            self.engine.guard().still(&self.caller.identity)?;
        }
        if self.renewal.rules_changed() {
            self.engine.authorize(&self.caller, self.action, self.what.clone()).await?;
            self.renewal.done();
        }
        Ok(())
    }

    /// Waits until there is reason to check again. Dropping the future loses nothing.
    pub async fn changed(&mut self) {
        self.renewal.wait(&self.caller).await;
    }

    /// Whether it is a right to this part of it, too: who may listen to some of a namespace may not hear all of it.
    pub async fn covers(&self, part: Resource<'_>) -> Result<bool, EngineError> {
        self.engine.may(&self.caller, self.action, part).await
    }

    /// The same without waiting, as a function that outlives the permit; a guard that has to think is taken to say yes.
    pub fn at_once(&self) -> impl Fn(&Resource<'_>) -> bool + Send + Sync + use<> {
        let (guard, who) = (self.engine.guard().clone(), self.caller.identity.clone());
        let action = self.action;
        move |part| match guard.decide_now(&who, action, part) {
            Some(decision) => matches!(decision, Ok(Decision::Allow)),
            None => true,
        }
    }
}
