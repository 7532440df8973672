//! What a check found.

use holdfast_api::status::exit;

use crate::failure::Failure;

/// How it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// As it should be.
    Ok,
    /// It works, and will or may not for long or for all.
    Warn,
    /// It does not work.
    Fail,
    /// The server does not tell.
    Unknown,
}

impl State {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Fail => "fail",
            Self::Unknown => "unknown",
        }
    }
}

/// What a check found.
#[derive(Debug)]
pub(super) struct Finding {
    /// Which check.
    pub(super) check: &'static str,
    /// How it stands.
    pub(super) state: State,
    /// What was seen.
    pub(super) said: String,
    /// What to do.
    pub(super) advice: Option<String>,
    /// What the verb ends with, when it is the first failure.
    pub(super) code: u8,
}

impl Finding {
    pub(super) fn new(check: &'static str, state: State, said: impl Into<String>) -> Self {
        Self { check, state, said: said.into(), advice: None, code: exit::ERROR }
    }

    pub(super) fn ok(check: &'static str, said: impl Into<String>) -> Self {
        Self::new(check, State::Ok, said)
    }

    /// A failure of the way itself.
    pub(super) fn barred(check: &'static str, said: impl Into<String>, advice: &str) -> Self {
        let finding = Self::new(check, State::Fail, said).advised(advice);
        Self { code: exit::UNAVAILABLE, ..finding }
    }

    /// A call that failed.
    pub(super) fn failed(check: &'static str, failure: &Failure, advice: &str) -> Self {
        let said = failure.sentence().unwrap_or_default();
        let finding = Self::new(check, State::Fail, said);
        let finding = if advice.is_empty() { finding } else { finding.advised(advice) };
        Self { code: failure.exit_code(), ..finding }
    }

    #[must_use]
    pub(super) fn advised(self, advice: &str) -> Self {
        Self { advice: Some(advice.to_owned()), ..self }
    }
}
