//! `holdfast policy explain`.

use std::path::PathBuf;

use clap::Args;
use holdfast_server::offline::policy::{Explanation, Reach};
use serde_json::{Value, json};

use super::test::{shown, word};
use super::{Which, document, input};
use crate::args::Global;
use crate::failure::Failure;
use crate::output::{self, Layout};

/// Show which rules hold for an input, and which lines were reached.
///
/// A line begins with + when it was reached, with - when it was not. The exit code is 0 whatever the decision.
#[derive(Debug, Args)]
pub struct Explain {
    #[command(flatten)]
    which: Which,
    /// The input document, JSON; - for standard input
    #[arg(long, value_name = "FILE")]
    input: PathBuf,
}

impl Explain {
    /// Decides, and shows how it came to that.
    pub fn run(self, global: &Global) -> Result<(), Failure> {
        let tried = self.which.load()?;
        let explanation = tried.explain(&input(&self.input)?);
        let explanation = explanation.map_err(|error| Failure::Refused(error.to_string()))?;
        match global.output.unwrap_or(Layout::Table) {
            Layout::Raw => output::line(word(explanation.decided.answer)),
            Layout::Table => output::lines(lines(&explanation)),
            layout => {
                let mut value = shown(&tried, &explanation.decided);
                value["rules"] = json!(explanation.rules);
                value["files"] = explanation.files.iter().map(file).collect();
                value["prints"] = json!(explanation.prints);
                document(&value, layout)
            }
        }
    }
}

fn lines(explanation: &Explanation) -> Vec<String> {
    let answer = explanation.decided.answer;
    let mut lines = vec![match answer.reason() {
        Some(reason) => format!("{}: {reason}", word(answer)),
        None => word(answer).to_owned(),
    }];
    lines.push(String::new());
    for (name, value) in &explanation.rules {
        let value = value.as_ref().map_or_else(|| "undefined".to_owned(), Value::to_string);
        lines.push(format!("{name} = {value}"));
    }
    lines.extend(explanation.prints.iter().map(|print| format!("printed: {print}")));
    for file in &explanation.files {
        lines.push(String::new());
        lines.push(format!("{}:", file.name));
        lines.extend(file.lines.iter().map(|(reach, text)| format!("{} {text}", mark(*reach))));
    }
    lines
}

fn mark(reach: Reach) -> char {
    match reach {
        Reach::Reached => '+',
        Reach::Not => '-',
        Reach::Nothing => ' ',
    }
}

fn file(file: &holdfast_server::offline::policy::File) -> Value {
    let of = |wanted: Reach| -> Vec<usize> {
        let lines = file.lines.iter().enumerate();
        lines.filter(|(_, (reach, _))| *reach == wanted).map(|(number, _)| number + 1).collect()
    };
    json!({"name": file.name, "reached": of(Reach::Reached), "not": of(Reach::Not)})
}
