//! `holdfast delete`.

use clap::Args;

use crate::args::Global;
use crate::commit;
use crate::connect::Server;
use crate::failure::Failure;
use crate::output::{self, Layout};
use crate::plan::MAX_EVENTS;
use crate::read;
use crate::record::printable;
use crate::single;
use holdfast_tree::Value;

/// Delete keys, all of them or none.
///
/// A key that is named and does not exist is an error.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("what").required(true).args(["keys", "prefix"]))]
pub struct Delete {
    /// The keys
    #[arg(value_name = "KEY")]
    keys: Vec<String>,
    /// All keys that begin with this, in one commit
    #[arg(long, value_name = "PREFIX", value_parser = clap::builder::NonEmptyStringValueParser::new(), conflicts_with = "if_version")]
    prefix: Option<String>,
    /// Only show what would be deleted
    #[arg(long, requires = "prefix")]
    dry_run: bool,
    /// Only if the key has this version (with one key)
    #[arg(long, value_name = "N")]
    if_version: Option<u64>,
    /// Why, for the history
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

impl Delete {
    /// One key without conditions goes through config.v1, everything else as one commit.
    pub async fn run(self, global: &Global, server: &Server) -> Result<(), Failure> {
        if self.if_version.is_some() && self.keys.len() > 1 {
            return Err(Failure::Usage("--if-version goes with one key, not with several".into()));
        }
        if let Some(prefix) = &self.prefix {
            return self.below(prefix, global, server).await;
        }
        let plain = self.if_version.is_none() && self.reason.is_none();
        match self.keys.as_slice() {
            [key] if plain => single::delete(server, &global.namespace, key).await?,
            keys => {
                let delete = |key: &String| {
                    commit::if_version(
                        commit::delete(&global.namespace, key, false),
                        self.if_version,
                    )
                };
                commit::commit(server, keys.iter().map(delete).collect(), self.why()).await?;
            }
        }
        show(&self.keys, "deleted", global)
    }

    fn why(&self) -> &str {
        self.reason.as_deref().unwrap_or_default()
    }

    /// The keys that are there now; one that somebody else deletes meanwhile is gone as well.
    async fn below(&self, prefix: &str, global: &Global, server: &Server) -> Result<(), Failure> {
        let namespace = &global.namespace;
        let found = read::moment(server, namespace, prefix).await?;
        let keys: Vec<String> = found.into_iter().map(|record| record.key).collect();
        if self.dry_run {
            return show(&keys, "would be deleted", global);
        }
        if keys.len() > MAX_EVENTS {
            return Err(Failure::Refused(format!(
                "{} keys are more than one commit holds ({MAX_EVENTS}); nothing was deleted: go prefix by prefix",
                keys.len()
            )));
        }
        if !keys.is_empty() {
            let delete = |key: &String| commit::delete(namespace, key, true);
            let server = server.patient(global.commit_timeout());
            commit::commit(&server, keys.iter().map(delete).collect(), self.why()).await?;
        }
        show(&keys, "deleted", global)
    }
}

fn show(keys: &[String], done: &str, global: &Global) -> Result<(), Failure> {
    let namespace = printable(&global.namespace);
    match global.output.unwrap_or(Layout::Table) {
        Layout::Table if keys.is_empty() => output::line("no key begins so; nothing was deleted"),
        Layout::Table => {
            output::lines(keys.iter().map(|key| format!("{namespace}/{} {done}", printable(key))))
        }
        Layout::Raw if done == "deleted" => Ok(()),
        Layout::Raw => output::lines(keys),
        layout => {
            let keys = keys.iter().map(|key| Value::from(key.as_str())).collect();
            let members = vec![
                ("namespace".to_owned(), Value::from(global.namespace.as_str())),
                (done.replace(' ', "_"), Value::List(keys)),
            ];
            output::document(&Value::Table(members), layout)
        }
    }
}
