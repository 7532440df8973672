//! `holdfast import`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;
use holdfast_api::config_v1::WriteMode;
use holdfast_api::holdfast_v1::Write;
use indicatif::ProgressBar;

use crate::args::Global;
use crate::changes;
use crate::commit;
use crate::connect::Server;
use crate::failure::Failure;
use crate::output::{self, Layout};
use crate::plan::{Change, MAX_BYTES, MAX_EVENTS, Plan, is_below};
use crate::read;
use crate::record::printable;
use crate::screen;
use crate::single::{self, Put};
use crate::source::{self, Source};
use holdfast_tree::{Item, Value};

/// Write files of configuration into a namespace, in one commit.
///
/// JSON, YAML and TOML files become keys: tables are flattened with `/`, each list or scalar is one value of codec
/// json. Of a directory every such file is taken, its path below the directory (without the extension) comes first in
/// its keys. Keys that already have their value are left alone.
#[derive(Debug, Args)]
pub struct Import {
    /// Files, directories, or `-` for standard input
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    source: Source,
    /// Delete the keys (below --prefix, when given) that the files do not have
    #[arg(long)]
    prune: bool,
    /// Only show what would change
    #[arg(long)]
    dry_run: bool,
    /// Use several commits when one cannot hold everything
    #[arg(long)]
    parts: bool,
    /// Why, for the history
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

/// Shows what would change.
fn dry_run(plan: &Plan, global: &Global) -> Result<(), Failure> {
    let remark = format!(", {} unchanged; nothing was written", plan.same);
    changes::show(&plan.changes, global, &remark)
}

impl Import {
    /// Reads the files, compares them with the server, and writes what differs.
    pub async fn run(self, global: &Global) -> Result<(), Failure> {
        let wanted = source::read(&self.paths, &self.source)?;
        let server = Server::connect(global).await?;
        let there = self.there(global, &server).await?;
        let plan = Plan::new(wanted, there, self.prune);
        if self.dry_run {
            return dry_run(&plan, global);
        }
        let bytes = plan.bytes(&global.namespace);
        let too_large = plan.changes.len() > MAX_EVENTS || bytes > MAX_BYTES;
        if too_large && !self.parts {
            return Err(Failure::Refused(format!(
                "{} changes of {bytes} bytes are more than one commit holds ({MAX_EVENTS} changes, {MAX_BYTES} bytes); \
                 import less at once, or with --parts as several commits (which others can see one by one)",
                plan.changes.len(),
            )));
        }
        self.write(global, &server, plan).await
    }

    async fn there(
        &self,
        global: &Global,
        server: &Server,
    ) -> Result<BTreeMap<String, Item>, Failure> {
        let prefix = self.source.prefix.as_deref().unwrap_or_default();
        let found = read::moment(server, &global.namespace, prefix).await?;
        let items = found.into_iter().map(Item::from).filter(|item| is_below(&item.key, prefix));
        Ok(items.map(|item| (item.key.clone(), item)).collect())
    }

    async fn write(&self, global: &Global, server: &Server, plan: Plan) -> Result<(), Failure> {
        let (counts, same, total) = (plan.counts(), plan.same, plan.changes.len());
        let parts = plan.parts(&global.namespace);
        let bar = screen::progress(u64::try_from(total).unwrap_or(u64::MAX), "writing");
        let server = server.patient(global.commit_timeout());
        let written = match self.commits(global, &server, &parts, &bar).await {
            Err(Failure::NotSpoken) if self.parts => {
                singly(global, &server, &parts.concat(), &bar).await
            }
            Err(Failure::NotSpoken) => Err(Failure::Refused(
                "the server does not speak holdfast.v1 and writes key by key; --parts allows that, and others \
                 can see it half done"
                    .into(),
            )),
            other => other,
        };
        bar.finish_and_clear();
        let (commits, revision) = written?;
        show(global, counts, same, commits, revision)
    }

    /// How many commits there were, and the revision of the last one.
    async fn commits(
        &self,
        global: &Global,
        server: &Server,
        parts: &[Vec<Change>],
        bar: &ProgressBar,
    ) -> Result<(usize, Option<u64>), Failure> {
        let mut revision = None;
        for (applied, part) in parts.iter().enumerate() {
            let writes = part.iter().map(|change| write(&global.namespace, change)).collect();
            let reason = self.reason.as_deref().unwrap_or_default();
            let answer = commit::commit(server, writes, reason)
                .await
                .map_err(|source| partly(applied, parts.len(), named(part, source)))?;
            revision = Some(answer.revision);
            bar.inc(u64::try_from(part.len()).unwrap_or(u64::MAX));
        }
        Ok((parts.len(), revision))
    }
}

/// Key by key, each a part of its own.
async fn singly(
    global: &Global,
    server: &Server,
    changes: &[Change],
    bar: &ProgressBar,
) -> Result<(usize, Option<u64>), Failure> {
    let (namespace, mode) = (global.namespace.as_str(), WriteMode::WRITE_MODE_UPSERT);
    for (applied, change) in changes.iter().enumerate() {
        let done = match change {
            Change::Add(item) | Change::Replace { new: item, .. } => {
                let put = Put { namespace, key: &item.key, codec: &item.codec, mode };
                single::put(server, put, item.value.clone().into()).await.map(|_| ())
            }
            Change::Remove(item) => match single::delete(server, namespace, &item.key).await {
                Err(gone) if gone.is_not_found() => Ok(()),
                other => other,
            },
        };
        done.map_err(|source| {
            let source = Failure::Value { key: printable(change.key()), source: Box::new(source) };
            partly(applied, changes.len(), source)
        })?;
        bar.inc(1);
    }
    Ok((changes.len(), None))
}

fn write(namespace: &str, change: &Change) -> Write {
    match change {
        Change::Add(item) | Change::Replace { new: item, .. } => {
            commit::put(namespace, &item.key, &item.codec, item.value.clone().into())
        }
        // Gone already is as good.
        Change::Remove(item) => commit::delete(namespace, &item.key, true),
    }
}

/// The server tells the size of a value that is too large; here it is known whose it is.
fn named(part: &[Change], source: Failure) -> Failure {
    let Some(size) = source.too_large() else { return source };
    match part.iter().find(|change| change.value().is_some_and(|value| value.len() == size)) {
        Some(change) => Failure::Value { key: printable(change.key()), source: Box::new(source) },
        None => source,
    }
}

fn partly(applied: usize, parts: usize, source: Failure) -> Failure {
    match applied {
        0 => source,
        _ => Failure::Partly { applied, parts, source: Box::new(source) },
    }
}

fn show(
    global: &Global,
    [added, changed, removed]: [usize; 3],
    same: usize,
    commits: usize,
    revision: Option<u64>,
) -> Result<(), Failure> {
    let layout = global.output.unwrap_or(Layout::Table);
    match layout {
        Layout::Raw => Ok(()),
        Layout::Table => {
            let place = match (commits, revision) {
                (1, Some(revision)) => format!(" in revision {revision}"),
                (0, _) => String::new(),
                (n, None) => format!(" in {n} writes of single keys"),
                (n, Some(revision)) => format!(" in {n} commits, the last one revision {revision}"),
            };
            output::line(&format!(
                "{added} added, {changed} changed, {removed} removed, {same} unchanged{place}"
            ))
        }
        _ => {
            let number = |n: usize| Value::Number(u64::try_from(n).unwrap_or(u64::MAX).into());
            let mut members = vec![
                ("added".to_owned(), number(added)),
                ("changed".to_owned(), number(changed)),
                ("removed".to_owned(), number(removed)),
                ("unchanged".to_owned(), number(same)),
                ("commits".to_owned(), number(commits)),
            ];
            members.extend(revision.map(|r| ("revision".to_owned(), Value::Number(r.into()))));
            output::document(&Value::Table(members), layout)
        }
    }
}
