//! `holdfast apply`.

mod layout;
mod semantic;
mod show;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{IsTerminal as _, Write as _};
use std::path::PathBuf;

use clap::Args;
use holdfast_api::holdfast_v1::{CommitRequest, Condition, Precondition, Write};
use holdfast_api::status::exit;

use crate::args::Global;
use crate::commit;
use crate::connect::Server;
use crate::failure::Failure;
use crate::plan::{Change, MAX_BYTES, MAX_EVENTS, Plan};
use crate::read;
use crate::source::Source;
use holdfast_tree::Item;

/// Make keys what files say, in one commit.
///
/// Shows what differs, then writes that, all or nothing. If a key that was looked at changes meanwhile, nothing is done. Files become
/// keys as with `import`; values that are the same JSON in another spelling do not differ.
#[derive(Debug, Args)]
pub struct Apply {
    /// Files, directories, or `-` for standard input; may be given several times
    #[arg(short = 'f', long = "file", value_name = "PATH", required = true)]
    paths: Vec<PathBuf>,
    /// Each directory right below a PATH is a namespace
    #[arg(long)]
    namespaces: bool,
    #[command(flatten)]
    source: Source,
    /// Delete the keys that the files own (those with the same first part as one of theirs, or below --prefix) and do not have
    #[arg(long)]
    prune: bool,
    /// Delete without asking
    #[arg(short, long, requires = "prune")]
    yes: bool,
    /// Only show what would change
    #[arg(long)]
    dry_run: bool,
    /// With --dry-run: exit code 4 when something would change
    #[arg(long, requires = "dry_run")]
    exit_code: bool,
    /// Why, for the history
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

/// What is to be done in one namespace.
pub(crate) struct Part {
    namespace: String,
    plan: Plan,
    /// Which revision wrote each key that was looked at.
    seen: BTreeMap<String, u64>,
}

impl Apply {
    /// Reads the files, compares them with the server, shows what differs, and writes it.
    pub async fn run(self, global: &Global) -> Result<(), Failure> {
        if self.prune && !self.yes && !self.dry_run && !std::io::stdin().is_terminal() {
            return Err(Failure::Usage(
                "there is nobody to ask whether --prune may delete: say --yes, or look with --dry-run".into(),
            ));
        }
        let wanted = layout::read(&self.paths, self.namespaces, &self.source, &global.namespace)?;
        let server = Server::connect(global).await?;
        let mut parts = Vec::new();
        for (namespace, items) in wanted {
            parts.push(self.part(&server, namespace, items).await?);
        }
        let shown = show::Shown::new(global, &parts, self.namespaces);
        if self.dry_run {
            shown.finish(None)?;
            let differs = parts.iter().any(|part| !part.plan.changes.is_empty());
            let told =
                || Failure::Told("the keys are not what the files say".into(), exit::CONFLICT);
            return if differs && self.exit_code { Err(told()) } else { Ok(()) };
        }
        self.check_size(&parts)?;
        shown.changes()?;
        if self.prune && !self.yes {
            shown.removals();
            ask(&parts)?;
        }
        let revision = self.commit(&server.patient(global.commit_timeout()), &parts).await?;
        shown.finish(Some(revision))
    }

    async fn part(
        &self,
        server: &Server,
        namespace: String,
        mut wanted: BTreeMap<String, Item>,
    ) -> Result<Part, Failure> {
        let prefix = self.source.prefix.as_deref().unwrap_or_default();
        let owned = layout::Owned::of(prefix, &wanted);
        let (mut there, mut seen) = (BTreeMap::new(), BTreeMap::new());
        for record in read::moment(server, &namespace, prefix).await? {
            if wanted.contains_key(&record.key) || self.prune && owned.has(&record.key) {
                seen.insert(record.key.clone(), record.mod_revision);
                there.insert(record.key.clone(), Item::from(record));
            }
        }
        for (key, old) in &there {
            if let Some(new) = wanted.get_mut(key).filter(|new| semantic::same(old, new)) {
                new.clone_from(old);
            }
        }
        Ok(Part { namespace, plan: Plan::new(wanted, there, self.prune), seen })
    }

    fn check_size(&self, parts: &[Part]) -> Result<(), Failure> {
        let changes: usize = parts.iter().map(|part| part.plan.changes.len()).sum();
        let looked_at: usize = parts.iter().map(|part| part.plan.same).sum();
        let bytes: usize = parts.iter().map(|part| part.plan.bytes(&part.namespace)).sum();
        if changes <= MAX_EVENTS && looked_at <= MAX_EVENTS && bytes <= MAX_BYTES {
            return Ok(());
        }
        Err(Failure::Refused(format!(
            "{changes} changes of {bytes} bytes beside {looked_at} keys that stay are more than one commit holds \
             ({MAX_EVENTS} of each, {MAX_BYTES} bytes); apply fewer files at once"
        )))
    }

    /// The revision; 0 when there was nothing to do.
    async fn commit(&self, server: &Server, parts: &[Part]) -> Result<u64, Failure> {
        let writes: Vec<Write> = parts.iter().flat_map(Part::writes).collect();
        if writes.is_empty() {
            return Ok(0);
        }
        let request = CommitRequest {
            writes,
            conditions: parts.iter().flat_map(Part::conditions).collect(),
            reason: self.reason.clone().unwrap_or_default(),
            ..CommitRequest::default()
        };
        let answer = server.own(server.holdfast.clone().commit(server.request(request))).await;
        match answer {
            Ok(answer) => Ok(answer.revision),
            Err(failure) if failure.exit_code() == exit::CONFLICT => {
                Err(Failure::Changed(Box::new(failure)))
            }
            Err(failure) => Err(failure),
        }
    }
}

impl Part {
    fn writes(&self) -> impl Iterator<Item = Write> {
        self.plan.changes.iter().map(|change| {
            let mut write = match change {
                Change::Add(item) | Change::Replace { new: item, .. } => {
                    commit::put(&self.namespace, &item.key, &item.codec, item.value.clone().into())
                }
                Change::Remove(item) => commit::delete(&self.namespace, &item.key, true),
            };
            write.r#if = self.unchanged(change.key()).into();
            write
        })
    }

    /// The keys that are what the files say have to stay so too.
    fn conditions(&self) -> impl Iterator<Item = Condition> {
        let written: BTreeSet<&str> = self.plan.changes.iter().map(Change::key).collect();
        let kept = self.seen.keys().filter(move |key| !written.contains(key.as_str()));
        kept.map(|key| Condition {
            namespace: self.namespace.clone(),
            key: key.clone(),
            r#if: self.unchanged(key).into(),
            ..Condition::default()
        })
    }

    fn unchanged(&self, key: &str) -> Precondition {
        match self.seen.get(key) {
            Some(revision) => {
                Precondition { mod_revision: Some(*revision), ..Precondition::default() }
            }
            None => Precondition { exists: Some(false), ..Precondition::default() },
        }
    }

    fn removed(&self) -> usize {
        self.plan.counts()[2]
    }
}

fn ask(parts: &[Part]) -> Result<(), Failure> {
    let count: usize = parts.iter().map(Part::removed).sum();
    if count == 0 {
        return Ok(());
    }
    let keys = if count == 1 { "1 key".to_owned() } else { format!("{count} keys") };
    write!(std::io::stderr(), "Delete {keys}? [y/N] ")?;
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer)?;
    match answer.trim().to_ascii_lowercase().as_str() {
        "y" | "yes" => Ok(()),
        _ => Err(Failure::Refused("nothing was done".into())),
    }
}
