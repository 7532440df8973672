//! `holdfast policy test`.

use std::path::{Path, PathBuf};

use clap::Args;
use holdfast_server::offline::policy::{Answer, Decided, Depends, Difference, Form, Tried};
use serde_json::{Value, json};

use super::{Which, document, input, opened};
use crate::args::Global;
use crate::failure::Failure;
use crate::output::{self, Layout};

/// Decide about an input, or again about recorded decisions.
///
/// With an input: exit code 0 when it is allowed, 5 when it is denied, 1 when the policy fails. With a recording: every
/// decision that is not what it was, and exit code 1 if there is one.
#[derive(Debug, Args)]
#[group(id = "what", required = true, multiple = false, args = ["input", "recorded"])]
pub struct Test {
    #[command(flatten)]
    which: Which,
    /// The input document, JSON; - for standard input
    #[arg(long, value_name = "FILE")]
    input: Option<PathBuf>,
    /// Recorded decisions, a JSON object {"input": .., "allowed": ..} on each line; - for standard input
    #[arg(long, value_name = "FILE")]
    recorded: Option<PathBuf>,
}

impl Test {
    /// Decides and shows.
    pub fn run(self, global: &Global) -> Result<(), Failure> {
        let tried = self.which.load()?;
        let layout = global.output.unwrap_or(Layout::Table);
        match (&self.input, &self.recorded) {
            (Some(path), _) => decide(&tried, path, layout),
            (None, Some(path)) => replay(&tried, path, layout),
            (None, None) => Err(Failure::Usage("--input or --recorded is needed".into())),
        }
    }
}

fn decide(tried: &Tried, path: &Path, layout: Layout) -> Result<(), Failure> {
    let decided = tried.decide(&input(path)?);
    let decided = decided.map_err(|error| Failure::Refused(error.to_string()))?;
    match layout {
        Layout::Table | Layout::Raw => output::line(word(decided.answer))?,
        layout => document(&shown(tried, &decided), layout)?,
    }
    match decided.answer.reason() {
        Some(reason) => Err(Failure::Denied(reason.into())),
        None => Ok(()),
    }
}

pub(super) fn word(answer: Answer) -> &'static str {
    if answer == Answer::Allowed { "allowed" } else { "denied" }
}

/// A decision as a document, with what is known of the policy.
pub(super) fn shown(tried: &Tried, decided: &Decided) -> Value {
    let (kept, not_kept) = match tried.depends() {
        Depends::OnTheQuestion => (true, None),
        Depends::OnMore(why) => (false, Some(why)),
    };
    let (form, interpreted) = match tried.form() {
        Form::Compiled => ("compiled", None),
        Form::Interpreted(why) => ("interpreted", Some(why)),
    };
    json!({
        "allowed": decided.answer == Answer::Allowed,
        "reason": decided.answer.reason(),
        "value": decided.value,
        "dialect": tried.dialect().as_str(),
        "form": form,
        "interpreted_because": interpreted,
        "kept": kept,
        "not_kept_because": not_kept,
    })
}

fn replay(tried: &Tried, path: &Path, layout: Layout) -> Result<(), Failure> {
    let replayed = tried.replay(opened(path)?);
    let replayed =
        replayed.map_err(|error| Failure::Refused(format!("{}: {error}", path.display())))?;
    let (all, differ) = (replayed.decisions, replayed.differences.len());
    match layout {
        Layout::Table | Layout::Raw => {
            output::lines(replayed.differences.iter().map(line))?;
        }
        layout => {
            let differences: Vec<_> = replayed.differences.iter().map(difference).collect();
            document(&json!({"decisions": all, "differences": differences}), layout)?;
        }
    }
    match differ {
        0 if layout == Layout::Table => output::line(&format!("{all} decisions, all as recorded")),
        0 => Ok(()),
        _ => Err(Failure::Refused(format!("{differ} of {all} decisions are not as recorded"))),
    }
}

fn line(difference: &Difference) -> String {
    let then = if difference.allowed { "allowed" } else { "denied" };
    let now = match &difference.now {
        Ok(answer) => word(*answer).to_owned(),
        Err(error) => error.clone(),
    };
    let note = if difference.redacted { " (recorded without some claims)" } else { "" };
    format!("line {}: was {then}, now {now}{note}: {}", difference.line, difference.input)
}

fn difference(difference: &Difference) -> Value {
    let now = difference.now.as_ref();
    json!({
        "line": difference.line,
        "input": difference.input,
        "was_allowed": difference.allowed,
        "is_allowed": now.is_ok_and(|answer| *answer == Answer::Allowed),
        "error": now.err(),
        "redacted": difference.redacted,
    })
}
