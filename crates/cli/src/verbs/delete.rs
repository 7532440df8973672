//! `holdfast delete`.

use clap::Args;
use holdfast_api::config_v1::DeleteRequest;

use crate::args::Global;
use crate::commit;
use crate::connect::Server;
use crate::failure::Failure;
use crate::output::{self, Layout};
use crate::record::printable;
use holdfast_tree::Value;

/// Delete keys, all of them or none.
///
/// A key that does not exist is an error.
#[derive(Debug, Args)]
pub struct Delete {
    /// The keys
    #[arg(value_name = "KEY", required = true)]
    keys: Vec<String>,
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
        let plain = self.if_version.is_none() && self.reason.is_none();
        match self.keys.as_slice() {
            [key] if plain => {
                let request = DeleteRequest {
                    namespace: global.namespace.clone(),
                    key: key.clone(),
                    ..DeleteRequest::default()
                };
                server.answer(server.config.clone().delete(server.request(request))).await?;
            }
            keys => {
                let delete = |key: &String| {
                    commit::if_version(
                        commit::delete(&global.namespace, key, false),
                        self.if_version,
                    )
                };
                let reason = self.reason.as_deref().unwrap_or_default();
                commit::commit(server, keys.iter().map(delete).collect(), reason).await?;
            }
        }
        self.show(global)
    }

    fn show(&self, global: &Global) -> Result<(), Failure> {
        let namespace = printable(&global.namespace);
        match global.output.unwrap_or(Layout::Table) {
            Layout::Table => output::lines(
                self.keys.iter().map(|key| format!("{namespace}/{} deleted", printable(key))),
            ),
            Layout::Raw => Ok(()),
            layout => {
                let keys = self.keys.iter().map(|key| Value::from(key.as_str())).collect();
                let members = vec![
                    ("namespace".to_owned(), Value::from(global.namespace.as_str())),
                    ("deleted".to_owned(), Value::List(keys)),
                ];
                output::document(&Value::Table(members), layout)
            }
        }
    }
}
