//! `holdfast user`.

use clap::Subcommand;
use holdfast_api::holdfast_v1::{
    DeleteUserRequest, GetUserRequest, ListUsersRequest, PutUserRequest, User,
};

use super::token::{all_pages, done, texts};
use crate::args::Global;
use crate::connect::Server;
use crate::failure::Failure;
use crate::output::{self, Layout};
use crate::record::printable;
use holdfast_tree::Value;

/// Say what all tokens of a user have in common.
#[derive(Debug, Subcommand)]
pub enum UserVerb {
    /// Write a user, in place of what was there
    Set {
        /// The name that tokens speak for
        #[arg(value_name = "NAME")]
        name: String,
        /// A role; as often as needed
        #[arg(long = "role", value_name = "NAME")]
        roles: Vec<String>,
        /// A group; as often as needed
        #[arg(long = "group", value_name = "NAME")]
        groups: Vec<String>,
        /// None of their tokens is good until the user is written without this
        #[arg(long)]
        disabled: bool,
        /// Who they are
        #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
        note: String,
    },
    /// Show a user
    Get {
        /// The name
        #[arg(value_name = "NAME")]
        name: String,
    },
    /// List users; with `-o raw` only their names
    List,
    /// Delete a user and revoke all their tokens
    Delete {
        /// The name
        #[arg(value_name = "NAME")]
        name: String,
    },
}

impl UserVerb {
    /// Does what the second verb says.
    pub async fn run(self, global: &Global, server: &Server) -> Result<(), Failure> {
        let mut client = server.trust.clone();
        match self {
            Self::Set { name, roles, groups, disabled, note } => {
                let shown = printable(&name);
                let default = PutUserRequest::default();
                let request = PutUserRequest { name, roles, groups, disabled, note, ..default };
                server.own(client.put_user(server.request(request))).await?;
                done(global, &format!("user {shown} written"), "written", &shown)
            }
            Self::Get { name } => {
                let request = GetUserRequest { name, ..GetUserRequest::default() };
                let answer = server.own(client.get_user(server.request(request))).await?;
                match global.output.unwrap_or(Layout::Table) {
                    Layout::Table | Layout::Raw => {
                        show_all(&[(*answer.user).clone()], Layout::Table)
                    }
                    layout => output::document(&members(&answer.user), layout),
                }
            }
            Self::List => {
                let all = all_pages(async |cursor| {
                    let request = ListUsersRequest { cursor, ..ListUsersRequest::default() };
                    let page = server.own(client.list_users(server.request(request))).await?;
                    Ok((page.users, page.next_cursor))
                });
                show_all(&all.await?, global.output.unwrap_or(Layout::Table))
            }
            Self::Delete { name } => {
                let shown = printable(&name);
                let request = DeleteUserRequest { name, ..DeleteUserRequest::default() };
                let gone = server.own(client.delete_user(server.request(request))).await?;
                let tokens = gone.revoked.len();
                let sentence = format!("user {shown} deleted, tokens revoked: {tokens}");
                done(global, &sentence, "deleted", &shown)
            }
        }
    }
}

fn show_all(users: &[User], layout: Layout) -> Result<(), Failure> {
    match layout {
        Layout::Raw => output::lines(users.iter().map(|user| printable(&user.name))),
        Layout::Table => {
            let row = |user: &User| {
                vec![
                    printable(&user.name),
                    user.roles.join(","),
                    printable(&user.groups.join(",")),
                    if user.disabled { "disabled" } else { "" }.to_owned(),
                    printable(&user.note),
                ]
            };
            let headings = ["USER", "ROLES", "GROUPS", "STATE", "NOTE"];
            output::table(&headings, users.iter().map(row).collect())
        }
        _ => output::document(&Value::List(users.iter().map(members).collect()), layout),
    }
}

fn members(user: &User) -> Value {
    Value::Table(vec![
        ("name".to_owned(), Value::from(user.name.as_str())),
        ("roles".to_owned(), texts(&user.roles)),
        ("groups".to_owned(), texts(&user.groups)),
        ("disabled".to_owned(), Value::Bool(user.disabled)),
        ("note".to_owned(), Value::from(user.note.as_str())),
    ])
}
