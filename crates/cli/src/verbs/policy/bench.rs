//! `holdfast policy bench`.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use holdfast_server::offline::policy::Measured;
use serde_json::json;

use super::{Which, document, input};
use crate::args::{Global, duration};
use crate::failure::Failure;
use crate::output::{self, Layout};

/// Measure what a decision costs.
///
/// Decides about one input again and again on one thread, without keeping decisions as a server may.
#[derive(Debug, Args)]
pub struct Bench {
    #[command(flatten)]
    which: Which,
    /// The input document, JSON; - for standard input
    #[arg(long, value_name = "FILE")]
    input: PathBuf,
    /// How long to measure
    #[arg(long, value_name = "DURATION", default_value = "2s", value_parser = duration)]
    time: Duration,
}

impl Bench {
    /// Measures and shows.
    pub fn run(self, global: &Global) -> Result<(), Failure> {
        let tried = self.which.load()?;
        let measured = tried.bench(&input(&self.input)?, self.time);
        let measured = measured.map_err(|error| Failure::Refused(error.to_string()))?;
        match global.output.unwrap_or(Layout::Table) {
            Layout::Table => table(&measured),
            Layout::Raw => output::line(&measured.p50.to_string()),
            layout => document(
                &json!({
                    "decisions": measured.decisions,
                    "least_ns": measured.least,
                    "p50_ns": measured.p50,
                    "p99_ns": measured.p99,
                    "p999_ns": measured.p999,
                    "most_ns": measured.most,
                }),
                layout,
            ),
        }
    }
}

fn table(measured: &Measured) -> Result<(), Failure> {
    let Measured { decisions, least, p50, p99, p999, most } = *measured;
    let row = [decisions as u64, least, p50, p99, p999, most].map(|n| n.to_string());
    let headings = ["DECISIONS", "LEAST NS", "P50 NS", "P99 NS", "P99.9 NS", "MOST NS"];
    output::table(&headings, vec![row.to_vec()])
}
