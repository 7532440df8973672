//! The stategate dialect.

use serde_json::Value;

use super::form::{Form, choose, quoted};

/// What can be set of the stategate dialect.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct StateSettings {
    /// Whether removals are events.
    pub del_events: DelEvents,
}

/// Whether a removal is an event of stategate.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum DelEvents {
    /// As in v0.5.0, whose consumers cannot tell one from a Set.
    #[default]
    Off,
    /// With the state as it was before, and a method that ends in `/Del`.
    On,
}

impl Form for DelEvents {
    fn form(&self) -> &'static str {
        "`off` or `on`"
    }

    fn read(&mut self, raw: &Value) -> Result<(), String> {
        *self = choose(&[("off", Self::Off), ("on", Self::On)], raw)?;
        Ok(())
    }

    fn show(&self) -> Option<String> {
        quoted(match self {
            Self::Off => "off",
            Self::On => "on",
        })
    }
}
