//! `holdfast role`.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use holdfast_api::holdfast_v1::{
    DeleteRoleRequest, GetRoleRequest, ListRolesRequest, PutRoleRequest, Role,
};

use super::token::{all_pages, done, texts};
use crate::args::Global;
use crate::connect::Server;
use crate::failure::Failure;
use crate::output::{self, Layout};
use crate::place;
use crate::record::printable;
use holdfast_tree::Value;

/// Say who may do what: rules under a name.
#[derive(Debug, Subcommand)]
pub enum RoleVerb {
    /// Write a role, in place of what was there
    Set(Set),
    /// Show a role; with `-o json` as `set --file` takes it
    Get {
        /// The name
        #[arg(value_name = "NAME")]
        name: String,
    },
    /// List roles; with `-o raw` only their names
    List,
    /// Delete a role; who had it has it no longer
    Delete {
        /// The name
        #[arg(value_name = "NAME")]
        name: String,
    },
}

/// What a role is to be.
#[derive(Debug, Args)]
pub struct Set {
    /// The name
    #[arg(value_name = "NAME")]
    name: String,
    /// A rule, such as "allow read,list prod/app/**" or "deny * prod/secret/**"; as often as needed
    #[arg(long = "rule", value_name = "RULE", required_unless_present = "file")]
    rules: Vec<String>,
    /// A user who has the role; as often as needed
    #[arg(long = "user", value_name = "NAME")]
    users: Vec<String>,
    /// A group that has the role; as often as needed
    #[arg(long = "group", value_name = "NAME")]
    groups: Vec<String>,
    /// What it is for
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    note: String,
    /// All of it as JSON: {"rules": [...], "users": [...], "groups": [...], "note": "..."}; `-` is standard input
    #[arg(long, value_name = "PATH", conflicts_with_all = ["rules", "users", "groups", "note"])]
    file: Option<PathBuf>,
}

impl RoleVerb {
    /// Does what the second verb says.
    pub async fn run(self, global: &Global, server: &Server) -> Result<(), Failure> {
        let mut client = server.trust.clone();
        match self {
            Self::Set(set) => {
                let shown = printable(&set.name);
                let request = server.request(set.request()?);
                server.own(client.put_role(request)).await?;
                done(global, &format!("role {shown} written"), "written", &shown)
            }
            Self::Get { name } => {
                let request = GetRoleRequest { name, ..GetRoleRequest::default() };
                let answer = server.own(client.get_role(server.request(request))).await?;
                match global.output.unwrap_or(Layout::Table) {
                    Layout::Table | Layout::Raw => output::lines(&answer.role.rules),
                    layout => output::document(&members(&answer.role), layout),
                }
            }
            Self::List => {
                let all = all_pages(async |cursor| {
                    let request = ListRolesRequest { cursor, ..ListRolesRequest::default() };
                    let page = server.own(client.list_roles(server.request(request))).await?;
                    Ok((page.roles, page.next_cursor))
                });
                show_all(&all.await?, global.output.unwrap_or(Layout::Table))
            }
            Self::Delete { name } => {
                let shown = printable(&name);
                let request = DeleteRoleRequest { name, ..DeleteRoleRequest::default() };
                server.own(client.delete_role(server.request(request))).await?;
                done(global, &format!("role {shown} deleted"), "deleted", &shown)
            }
        }
    }
}

impl Set {
    fn request(self) -> Result<PutRoleRequest, Failure> {
        let Self { name, rules, users, groups, note, file } = self;
        match file {
            None => Ok(PutRoleRequest { name, rules, users, groups, note, ..Default::default() }),
            Some(path) => of_file(name, &path),
        }
    }
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
#[derive(Default)]
struct Document {
    /// What `get -o json` shows beside the rest; the name of the command line holds.
    #[serde(rename = "name")]
    _name: String,
    rules: Vec<String>,
    users: Vec<String>,
    groups: Vec<String>,
    note: String,
}

fn of_file(name: String, path: &Path) -> Result<PutRoleRequest, Failure> {
    let text = place::read(path)?;
    let document: Document = serde_json::from_slice(&text)
        .map_err(|error| Failure::Refused(format!("{}: {error}", place::shown(path).display())))?;
    let Document { rules, users, groups, note, .. } = document;
    Ok(PutRoleRequest { name, rules, users, groups, note, ..PutRoleRequest::default() })
}

fn show_all(roles: &[Role], layout: Layout) -> Result<(), Failure> {
    match layout {
        Layout::Raw => output::lines(roles.iter().map(|role| printable(&role.name))),
        Layout::Table => {
            let row = |role: &Role| {
                vec![
                    printable(&role.name),
                    printable(&role.users.join(",")),
                    printable(&role.groups.join(",")),
                    printable(&role.rules.join("; ")),
                ]
            };
            output::table(&["ROLE", "USERS", "GROUPS", "RULES"], roles.iter().map(row).collect())
        }
        _ => output::document(&Value::List(roles.iter().map(members).collect()), layout),
    }
}

fn members(role: &Role) -> Value {
    Value::Table(vec![
        ("name".to_owned(), Value::from(role.name.as_str())),
        ("rules".to_owned(), texts(&role.rules)),
        ("users".to_owned(), texts(&role.users)),
        ("groups".to_owned(), texts(&role.groups)),
        ("note".to_owned(), Value::from(role.note.as_str())),
    ])
}
