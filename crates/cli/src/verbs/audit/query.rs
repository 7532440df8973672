//! `holdfast audit query`.

use std::io::Write;
use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Args, ValueEnum};
use holdfast_server::offline::audit::{self, Fields, Filter, Hit, Name, Operation, Order};

use crate::args::{self, Global};
use crate::failure::Failure;
use crate::moment::Instant;
use crate::output::{self, Layout};
use crate::record::{printable, to_second};
use crate::screen;

/// So many rows are shown as one table, so that a search of any size needs little memory.
const TABLE_ROWS: usize = 500;

/// What to look for.
#[derive(Debug, Args)]
pub struct Query {
    /// A directory with audit files, or one of the files
    #[arg(value_name = "PATH")]
    path: PathBuf,
    /// Only by this identity
    #[arg(long, value_name = "NAME")]
    user: Option<String>,
    /// Only about this key or alias
    #[arg(long, value_name = "KEY", conflicts_with = "prefix")]
    key: Option<String>,
    /// Only about keys that begin so
    #[arg(long, value_name = "PREFIX")]
    prefix: Option<String>,
    /// Only this operation
    #[arg(long, value_name = "WORD", value_parser = PossibleValuesParser::new(Operation::ALL.map(Operation::as_str)))]
    operation: Option<String>,
    /// Only with this outcome
    #[arg(long, value_name = "WORD")]
    outcome: Option<Outcome>,
    /// Not before this time (`2026-01-31T12:00:00Z`), or so long ago (`10m`)
    #[arg(long, value_name = "TIME")]
    since: Option<Instant>,
    /// Not after this time
    #[arg(long, value_name = "TIME")]
    until: Option<Instant>,
    /// The newest first
    #[arg(long)]
    newest: bool,
}

/// How it went.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Outcome {
    Done,
    Allowed,
    Denied,
    Failed,
}

impl Query {
    /// Shows what is found; lines that cannot be trusted are told and make the verb fail at the end.
    pub fn run(self, global: &Global) -> Result<(), Failure> {
        let order = if self.newest { Order::NewestFirst } else { Order::OldestFirst };
        let path = self.path.clone();
        let filter = self.filter(args::namespace_on_the_command_line());
        let found = audit::search(&path, filter, order);
        let found = found.map_err(|source| Failure::File { path: path.clone(), source })?;
        let mut shown = Shown::new(global.output.unwrap_or(Layout::Table))?;
        let mut bad = 0_u64;
        for hit in found {
            match hit {
                Ok(hit) => shown.add(&hit)?,
                Err(error) => {
                    bad += 1;
                    screen::complain(&printable(&error.to_string()));
                }
            }
        }
        shown.finish()?;
        match bad {
            0 => Ok(()),
            bad => Err(Failure::Refused(format!(
                "{bad} lines or files could not be read; `holdfast audit verify` says what is wrong with the first"
            ))),
        }
    }

    fn filter(self, namespace: Option<String>) -> Filter {
        let pattern = |text: String| match text.strip_suffix('*') {
            Some(prefix) => Name::Prefix(prefix.to_owned()),
            None => Name::Exact(text),
        };
        let outcome =
            |outcome: Outcome| outcome.to_possible_value().map(|v| v.get_name().to_owned());
        Filter {
            user: self.user,
            namespace: namespace.map(pattern),
            key: self.key.map(Name::Exact).or(self.prefix.map(Name::Prefix)),
            operation: self.operation.as_deref().and_then(Operation::parse),
            outcome: self.outcome.and_then(outcome),
            since: self.since.map(|at| at.0),
            until: self.until.map(|at| at.0),
        }
    }
}

/// What is found, on its way to stdout.
struct Shown {
    layout: Layout,
    rows: Vec<Vec<String>>,
}

impl Shown {
    fn new(layout: Layout) -> Result<Self, Failure> {
        match layout {
            Layout::Yaml => {
                Err(Failure::Usage("records are shown as a table, raw or as json".into()))
            }
            layout => Ok(Self { layout, rows: Vec::new() }),
        }
    }

    fn add(&mut self, hit: &Hit) -> Result<(), Failure> {
        let Some(fields) = hit.entry.fields() else { return Ok(()) };
        match self.layout {
            Layout::Raw => output::line(&printable(&fields.key)),
            Layout::Table => {
                self.rows.push(row(hit, fields));
                if self.rows.len() >= TABLE_ROWS { self.finish() } else { Ok(()) }
            }
            _ => {
                let mut stdout = std::io::stdout().lock();
                serde_json::to_writer(&mut stdout, &hit.entry).map_err(std::io::Error::from)?;
                stdout.write_all(b"\n")?;
                Ok(())
            }
        }
    }

    fn finish(&mut self) -> Result<(), Failure> {
        if self.layout != Layout::Table || self.rows.is_empty() {
            return Ok(());
        }
        let headings = ["TIME", "USER", "OPERATION", "KEY", "OUTCOME", "METHOD", "WHY"];
        output::table(&headings, std::mem::take(&mut self.rows))
    }
}

fn row(hit: &Hit, fields: &Fields) -> Vec<String> {
    let place = match (fields.namespace.as_str(), fields.key.as_str()) {
        ("", key) => key.to_owned(),
        (namespace, "") => namespace.to_owned(),
        (namespace, key) => format!("{namespace}/{key}"),
    };
    let outcome = match fields.revision {
        Some(revision) => format!("{} @{revision}", fields.outcome),
        None => fields.outcome.clone(),
    };
    vec![
        to_second(Some(hit.entry.ts)),
        printable(&fields.user_id),
        printable(&fields.operation),
        printable(&place),
        printable(&outcome),
        printable(&fields.method),
        printable(&fields.why),
    ]
}
