//! What `holdfast policy` does: a policy is tried before it goes live.
//!
//! - [`Tried`]: **start here**: a policy and any input
//! - [`replay`]: recorded decisions, decided again
//! - [`explain`]: which rules hold, and which lines were reached
//! - [`mod@bench`]: what a decision costs

pub mod bench;
pub mod explain;
pub mod replay;

use serde_json::Value as Json;

use crate::analysis::{Depends, Form};
use crate::answer::Answer;
use crate::error::{LoadError, RunError};
use crate::loaded::Loaded;
use crate::modules::Modules;
use crate::settings::{Dialect, RegoSettings};

/// A policy out of force.
pub struct Tried {
    modules: Modules,
    settings: RegoSettings,
    loaded: Loaded,
}

/// A decision of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Decided {
    /// What it means.
    pub answer: Answer,
    /// What the rule said; `None`: nothing.
    pub value: Option<Json>,
}

impl Tried {
    /// Compiles as a server would.
    ///
    /// # Errors
    /// Why a server would not take it.
    pub fn new(settings: RegoSettings, modules: Modules) -> Result<Self, LoadError> {
        let loaded = Loaded::new(&modules, &settings, 1)?;
        if !loaded.decides() {
            let missing = format!("it has no rule {}", settings.allow);
            return Err(LoadError::Compile(missing));
        }
        Ok(Self { modules, settings, loaded })
    }

    /// Decides as a server would.
    ///
    /// # Errors
    /// Why a server would deny with an internal error.
    pub fn decide(&self, input: &Json) -> Result<Decided, RunError> {
        let value = self.loaded.decide(input.clone().into())?;
        let answer = Answer::of(&value);
        let value = match answer {
            Answer::NoDecision => None,
            _ => serde_json::to_value(&value).ok(),
        };
        Ok(Decided { answer, value })
    }

    /// Whether a server would keep its decisions, and when not, why.
    pub fn depends(&self) -> Depends {
        self.loaded.depends()
    }

    /// In which form it runs.
    pub fn form(&self) -> Form {
        self.loaded.form().unwrap_or(Form::Compiled)
    }

    /// The syntax that it was read in.
    pub fn dialect(&self) -> Dialect {
        self.loaded.dialect().unwrap_or(self.settings.dialect)
    }
}
