//! `holdfast txn`.

mod file;
mod grammar;

use std::path::PathBuf;

use clap::Args;
use holdfast_api::holdfast_v1::{
    Branch, Compare, ReadResult, TxnRequest, TxnResponse, WriteResult,
};

use crate::args::Global;
use crate::connect::Server;
use crate::failure::Failure;
use crate::output::{self, Layout};
use crate::record::{Record, printable};
use holdfast_tree::{Format, Value};

use grammar::Step;

/// Compare, then do one of two things: in one step, as one commit.
///
/// A comparison is `exists KEY`, `missing KEY`, or `version(KEY)`, `create(KEY)`, `mod(KEY)`, `ordinal(KEY)` or `value(KEY)`, then `=`,
/// `!=`, `<` or `>`, then what to compare with. A step is `put KEY VALUE`, `delete KEY` or `get KEY`. Values are JSON; `@PATH` puts what
/// is in a file.
#[derive(Debug, Args)]
pub struct Txn {
    /// What has to hold; may be given several times, all have to
    #[arg(long = "if", value_name = "COMPARISON", value_parser = grammar::compare)]
    compares: Vec<Compare>,
    /// What to do when all hold; may be given several times
    #[arg(long = "then", value_name = "STEP", value_parser = grammar::step)]
    then: Vec<Step>,
    /// What to do when one does not hold
    #[arg(long = "else", value_name = "STEP", value_parser = grammar::step)]
    otherwise: Vec<Step>,
    /// Take all of it from a file of TOML, YAML or JSON, in the same words; `-` is standard input
    #[arg(short, long, value_name = "PATH", conflicts_with_all = ["compares", "then", "otherwise"])]
    file: Option<PathBuf>,
    /// Read the file as this format, whatever its name says
    #[arg(long, value_name = "FORMAT", requires = "file")]
    format: Option<Format>,
    /// Why, for the history
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// Makes a retry safe: the same key again answers what the first call did
    #[arg(long, value_name = "KEY")]
    idempotency_key: Option<String>,
}

impl Txn {
    /// Reads the file, if there is one, asks for it and shows what was done.
    pub async fn run(mut self, global: &Global) -> Result<(), Failure> {
        if let Some(path) = self.file.take() {
            let read = file::read(&path, self.format)?;
            (self.compares, self.then, self.otherwise) = (read.compares, read.then, read.otherwise);
            // What the command line says is stronger.
            self.reason = self.reason.or(read.reason);
            self.idempotency_key = self.idempotency_key.or(read.idempotency_key);
        }
        if self.compares.is_empty() && self.then.is_empty() {
            return Err(Failure::Usage("a transaction needs --if or --then".into()));
        }
        let namespace = &global.namespace;
        let alone = self.otherwise.is_empty();
        let in_namespace = |mut compare: Compare| {
            settle(&mut compare.namespace, namespace);
            compare
        };
        let request = TxnRequest {
            compares: self.compares.into_iter().map(in_namespace).collect(),
            then: branch(self.then, namespace).into(),
            otherwise: branch(self.otherwise, namespace).into(),
            reason: self.reason.unwrap_or_default(),
            idempotency_key: self.idempotency_key.unwrap_or_default(),
            ..TxnRequest::default()
        };
        let server = Server::connect(global).await?;
        let answer = server.own(server.holdfast.clone().txn(server.request(request))).await?;
        show(&answer, global.output.unwrap_or(Layout::Table))?;
        if answer.succeeded || !alone { Ok(()) } else { Err(Failure::NotHeld) }
    }
}

/// Where nothing else was said, the namespace of the command line.
fn settle(said: &mut String, namespace: &str) {
    if said.is_empty() {
        namespace.clone_into(said);
    }
}

fn branch(steps: Vec<Step>, namespace: &str) -> Branch {
    let mut branch = Branch::default();
    for step in steps {
        match step {
            Step::Write(mut write) => {
                settle(&mut write.namespace, namespace);
                branch.writes.push(*write);
            }
            Step::Read(mut read) => {
                settle(&mut read.namespace, namespace);
                branch.reads.push(read);
            }
        }
    }
    branch
}

fn show(answer: &TxnResponse, layout: Layout) -> Result<(), Failure> {
    match layout {
        Layout::Raw => output::lines(
            answer.reads.iter().filter_map(|read| record(read).map(|record| record.preview())),
        ),
        Layout::Table => {
            let done = if answer.succeeded { "then" } else { "else" };
            output::line(&format!("{done}, revision {}", answer.revision))?;
            output::lines(answer.results.iter().map(written))?;
            let read = |read: &ReadResult| match record(read) {
                Some(record) => format!("{} = {}", printable(&record.key), record.preview()),
                None => "(not there)".to_owned(),
            };
            output::lines(answer.reads.iter().map(read))
        }
        layout => output::document(&document(answer), layout),
    }
}

fn written(result: &WriteResult) -> String {
    let name = format!("{}/{}", printable(&result.namespace), printable(&result.key));
    match result.version {
        0 if result.id.is_empty() => format!("{name} was not there"),
        0 => format!("{name} deleted"),
        version => format!("{name} version {version}"),
    }
}

fn record(read: &ReadResult) -> Option<Record> {
    read.entry.as_option().cloned().map(Record::from)
}

fn document(answer: &TxnResponse) -> Value {
    let result = |result: &WriteResult| {
        Value::Table(vec![
            ("namespace".to_owned(), Value::from(result.namespace.as_str())),
            ("key".to_owned(), Value::from(result.key.as_str())),
            ("version".to_owned(), Value::Number(result.version.into())),
        ])
    };
    let read = |read: &ReadResult| {
        record(read).map_or(Value::Null, |record| Value::Table(record.members()))
    };
    Value::Table(vec![
        ("succeeded".to_owned(), Value::Bool(answer.succeeded)),
        ("revision".to_owned(), Value::Number(answer.revision.into())),
        ("token".to_owned(), Value::from(answer.token.as_str())),
        ("results".to_owned(), Value::List(answer.results.iter().map(result).collect())),
        ("reads".to_owned(), Value::List(answer.reads.iter().map(read).collect())),
    ])
}
