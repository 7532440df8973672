//! Recorded decisions, decided again by another policy.

use std::io::{self, BufRead};

use serde::Deserialize;
use serde_json::Value;
use thiserror::Error;

use super::Tried;
use crate::answer::Answer;
use crate::recorder::REDACTED;

/// A line of a recording.
#[derive(Debug, Deserialize)]
struct Recorded {
    input: Value,
    allowed: bool,
}

/// A decision that is not what it was.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// The line of the recording, from 1.
    pub line: usize,
    /// What was asked.
    pub input: Value,
    /// What it was.
    pub allowed: bool,
    /// What it is now, or why there is no decision.
    pub now: Result<Answer, String>,
    /// True when claims were left out of the recording, which may be the reason.
    pub redacted: bool,
}

/// What came of a recording.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Replayed {
    /// Lines.
    pub decisions: usize,
    /// Those that differ.
    pub differences: Vec<Difference>,
}

/// Why a recording could not be read to its end.
#[derive(Debug, Error)]
pub enum ReplayError {
    /// A line is none of a recording.
    #[error("line {line}: {source}")]
    Line {
        /// Which, from 1.
        line: usize,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// The file failed.
    #[error(transparent)]
    Read(#[from] io::Error),
}

impl Tried {
    /// Decides each line `{"input": .., "allowed": ..}` again.
    ///
    /// # Errors
    /// When a line is not of that form.
    pub fn replay(&self, recording: impl BufRead) -> Result<Replayed, ReplayError> {
        let mut replayed = Replayed::default();
        for (number, line) in recording.lines().enumerate() {
            let (line, number) = (line?, number + 1);
            if line.trim().is_empty() {
                continue;
            }
            let recorded: Recorded = serde_json::from_str(&line)
                .map_err(|source| ReplayError::Line { line: number, source })?;
            replayed.decisions += 1;
            replayed.differences.extend(self.difference(number, recorded));
        }
        Ok(replayed)
    }

    fn difference(&self, line: usize, recorded: Recorded) -> Option<Difference> {
        let Recorded { input, allowed } = recorded;
        let now = self.decide(&input).map(|decided| decided.answer);
        let now = now.map_err(|error| error.to_string());
        // A failure was recorded as a denial.
        let same = (now == Ok(Answer::Allowed)) == allowed;
        let redacted = input.to_string().contains(REDACTED);
        (!same).then_some(Difference { line, input, allowed, now, redacted })
    }
}
