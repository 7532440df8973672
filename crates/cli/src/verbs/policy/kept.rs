//! `holdfast policy set|get|list|delete`: policies that the server keeps.

use std::path::{Path, PathBuf};

use clap::Subcommand;
use holdfast_api::holdfast_v1::{
    DeletePolicyRequest, GetPolicyRequest, ListPoliciesRequest, Policy, PolicyModule,
    PutPolicyRequest,
};

use crate::args::Global;
use crate::connect::Server;
use crate::failure::Failure;
use crate::output::{self, Layout};
use crate::record::printable;
use crate::verbs::token::{all_pages, done};
use holdfast_tree::Value;

/// Policies on the server.
#[derive(Debug, Subcommand)]
pub enum Kept {
    /// Write a policy made of these files, in place of what was there
    Set {
        /// The name
        #[arg(value_name = "NAME")]
        name: String,
        /// Rego files; no two with the same file name
        #[arg(value_name = "FILE", required = true)]
        files: Vec<PathBuf>,
        /// What it is for
        #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
        note: String,
    },
    /// Print the modules of a policy
    Get {
        /// The name
        #[arg(value_name = "NAME")]
        name: String,
    },
    /// List policies; with `-o raw` only their names
    List,
    /// Delete a policy
    Delete {
        /// The name
        #[arg(value_name = "NAME")]
        name: String,
    },
}

impl Kept {
    /// Does what the second verb says.
    pub async fn run(self, global: &Global, server: &Server) -> Result<(), Failure> {
        let mut client = server.trust.clone();
        match self {
            Self::Set { name, files, note } => {
                let shown = printable(&name);
                let modules = files.iter().map(|path| module(path)).collect::<Result<_, _>>()?;
                let request = PutPolicyRequest { name, modules, note, ..Default::default() };
                server.own(client.put_policy(server.request(request))).await?;
                done(global, &format!("policy {shown} written"), "written", &shown)
            }
            Self::Get { name } => {
                let request = GetPolicyRequest { name, ..GetPolicyRequest::default() };
                let answer = server.own(client.get_policy(server.request(request))).await?;
                match global.output.unwrap_or(Layout::Table) {
                    Layout::Table | Layout::Raw => print(&answer.policy),
                    layout => output::document(&members(&answer.policy), layout),
                }
            }
            Self::List => {
                let all = all_pages(async |cursor| {
                    let request = ListPoliciesRequest { cursor, ..ListPoliciesRequest::default() };
                    let page = server.own(client.list_policies(server.request(request))).await?;
                    Ok((page.policies, page.next_cursor))
                });
                show_all(&all.await?, global.output.unwrap_or(Layout::Table))
            }
            Self::Delete { name } => {
                let shown = printable(&name);
                let request = DeletePolicyRequest { name, ..DeletePolicyRequest::default() };
                server.own(client.delete_policy(server.request(request))).await?;
                done(global, &format!("policy {shown} deleted"), "deleted", &shown)
            }
        }
    }
}

fn module(path: &Path) -> Result<PolicyModule, Failure> {
    let text = std::fs::read_to_string(path)
        .map_err(|source| Failure::File { path: path.to_owned(), source })?;
    let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Ok(PolicyModule { file, text, ..PolicyModule::default() })
}

fn print(policy: &Policy) -> Result<(), Failure> {
    match policy.modules.as_slice() {
        [only] => output::bytes(only.text.as_bytes()),
        several => {
            let shown = |m: &PolicyModule| format!("# {}\n{}", printable(&m.file), m.text);
            output::lines(several.iter().map(shown))
        }
    }
}

fn show_all(policies: &[Policy], layout: Layout) -> Result<(), Failure> {
    match layout {
        Layout::Raw => output::lines(policies.iter().map(|policy| printable(&policy.name))),
        Layout::Table => {
            let row = |policy: &Policy| {
                let files: Vec<_> = policy.modules.iter().map(|m| printable(&m.file)).collect();
                vec![printable(&policy.name), files.join(","), printable(&policy.note)]
            };
            output::table(&["POLICY", "FILES", "NOTE"], policies.iter().map(row).collect())
        }
        _ => output::document(&Value::List(policies.iter().map(members).collect()), layout),
    }
}

fn members(policy: &Policy) -> Value {
    let text = |m: &PolicyModule| (m.file.clone(), Value::from(m.text.as_str()));
    Value::Table(vec![
        ("name".to_owned(), Value::from(policy.name.as_str())),
        ("modules".to_owned(), Value::Table(policy.modules.iter().map(text).collect())),
        ("note".to_owned(), Value::from(policy.note.as_str())),
    ])
}
