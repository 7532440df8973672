//! `holdfast policy`: policies, tried before they go live without asking a server, and kept on one ([`kept`]).

mod bench;
mod explain;
pub mod kept;
mod test;

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, Subcommand, ValueEnum};
use holdfast_server::offline::policy::{self, ALLOW, Dialect, Trial, Tried};
use serde_json::Value;

use crate::args::{Global, duration};
use crate::failure::Failure;
use crate::output::{self, Layout};
use holdfast_tree::Format;

/// Try a policy written in Rego before it goes live, and keep it on the server
#[derive(Debug, Subcommand)]
pub enum Policy {
    /// Decide about an input, or again about recorded decisions
    Test(test::Test),
    /// Show which rules hold for an input, and which lines were reached
    Explain(explain::Explain),
    /// Measure what a decision costs
    Bench(bench::Bench),
    /// Those that the server keeps
    #[command(flatten)]
    Kept(kept::Kept),
}

impl Policy {
    /// True for what needs no server.
    pub fn is_offline(&self) -> bool {
        !matches!(self, Self::Kept(_))
    }

    /// Runs one that needs no server.
    pub fn run(self, global: &Global) -> Result<(), Failure> {
        match self {
            Self::Kept(_) => unreachable!("it needs a server"),
            Self::Test(test) => test.run(global),
            Self::Explain(explain) => explain.run(global),
            Self::Bench(bench) => bench.run(global),
        }
    }
}

/// Which policy, and how it is read.
#[derive(Debug, Args)]
struct Which {
    /// A file of Rego, a bundle (tar.gz), or a directory
    #[arg(value_name = "POLICY")]
    policy: PathBuf,
    /// The rule that decides
    #[arg(long, value_name = "RULE", default_value = ALLOW)]
    entry: String,
    /// The syntax
    #[arg(long, value_name = "DIALECT", default_value = "auto")]
    dialect: Syntax,
    /// How long one decision may take
    #[arg(long, value_name = "DURATION", default_value = "50ms", value_parser = duration)]
    limit: Duration,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Syntax {
    V1,
    V0,
    Auto,
}

impl Which {
    fn load(&self) -> Result<Tried, Failure> {
        let dialect = match self.dialect {
            Syntax::V1 => Dialect::V1,
            Syntax::V0 => Dialect::V0,
            Syntax::Auto => Dialect::Auto,
        };
        let Self { policy, entry, limit, .. } = self;
        let trial = Trial { path: policy, entry, dialect, limit: *limit };
        policy::load(&trial)
            .map_err(|error| Failure::Refused(format!("{}: {error}", policy.display())))
    }
}

/// The input document: JSON of a file, `-` for standard input.
fn input(path: &Path) -> Result<Value, Failure> {
    let mut text = String::new();
    opened(path)?.read_to_string(&mut text).map_err(|source| failed(path, source))?;
    serde_json::from_str(&text).map_err(|error| {
        Failure::Refused(format!("{}: the input is no JSON: {error}", path.display()))
    })
}

fn opened(path: &Path) -> Result<Box<dyn io::BufRead>, Failure> {
    if path == Path::new("-") {
        return Ok(Box::new(io::stdin().lock()));
    }
    let file = File::open(path).map_err(|source| failed(path, source))?;
    Ok(Box::new(BufReader::new(file)))
}

fn failed(path: &Path, source: io::Error) -> Failure {
    Failure::File { path: path.to_owned(), source }
}

/// Shows an answer as a document.
fn document(value: &Value, layout: Layout) -> Result<(), Failure> {
    let read = Format::Json.read(value.to_string().as_bytes());
    let tree = read.map_err(|error| Failure::Refused(error.to_string()))?;
    output::document(&tree, layout)
}
