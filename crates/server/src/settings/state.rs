//! Settings of the stategate dialect.

use serde_json::Value;

use super::form::{Form, Secret, choose, quoted};

/// States and their events.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StateSettings {
    /// Who decides about calls of the dialect.
    pub auth: StateAuth,
    /// The policy of requests, base64 of Rego v0; `None`: it denies.
    pub request_policy: Option<Secret>,
    /// The policy of answers and events, base64 of Rego v0; `None`: it denies.
    pub response_policy: Option<Secret>,
    /// Which removals are events that streams and searches show.
    pub del_events: DelEvents,
    /// Whether events of what was removed are left out of searches.
    pub forget_removed: bool,
    /// At `admin_listen` what deployments of stategate expect.
    pub stand_in: bool,
}

/// Who decides about calls of the dialect.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum StateAuth {
    /// Who decides about all other calls, too.
    #[default]
    Guard,
    /// The two policies, within what the guard forbids.
    Policy,
    /// Nobody: everybody may call, and no policy runs.
    Disabled,
}

/// Which removals are events that streams and searches show.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum DelEvents {
    /// None: clients of v0.5.0 would take them for writes of the old values.
    Off,
    /// Those by `EntityService/Del`, whose callers know that they are.
    #[default]
    Entities,
    /// All, through whatever they were made.
    On,
}

impl Form for StateAuth {
    fn form(&self) -> &'static str {
        "`guard`, `policy` or `disabled`"
    }

    fn read(&mut self, raw: &Value) -> Result<(), String> {
        let choices =
            [("guard", Self::Guard), ("policy", Self::Policy), ("disabled", Self::Disabled)];
        *self = choose(&choices, raw)?;
        Ok(())
    }

    fn show(&self) -> Option<String> {
        quoted(match self {
            Self::Guard => "guard",
            Self::Policy => "policy",
            Self::Disabled => "disabled",
        })
    }
}

impl Form for DelEvents {
    fn form(&self) -> &'static str {
        "`entities`, `on` or `off`"
    }

    fn read(&mut self, raw: &Value) -> Result<(), String> {
        let choices = [("entities", Self::Entities), ("on", Self::On), ("off", Self::Off)];
        *self = choose(&choices, raw)?;
        Ok(())
    }

    fn show(&self) -> Option<String> {
        quoted(match self {
            Self::Off => "off",
            Self::Entities => "entities",
            Self::On => "on",
        })
    }
}

impl StateSettings {
    pub(super) fn contradictions(&self) -> Vec<String> {
        let policies = self.request_policy.is_some() || self.response_policy.is_some();
        let idle = policies && self.auth != StateAuth::Policy;
        let fault = "state.request_policy and state.response_policy: nobody asks them unless state.auth is \"policy\"";
        idle.then(|| fault.to_owned()).into_iter().collect()
    }
}
