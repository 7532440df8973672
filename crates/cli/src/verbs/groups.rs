//! `holdfast groups`.

use clap::Subcommand;
use holdfast_api::convert::model_time;
use holdfast_api::holdfast_v1::{ConsumerGroup, DeleteGroupRequest, ListGroupsRequest};

use super::token::{all_pages, done};
use crate::args::{Global, namespace_on_the_command_line};
use crate::connect::Server;
use crate::failure::Failure;
use crate::output::{self, Layout};
use crate::record::{printable, to_second};
use holdfast_tree::Value;

/// See how far consumer groups are, and remove those that nobody uses.
#[derive(Debug, Subcommand)]
pub enum GroupsVerb {
    /// List the groups of all domains, or with `--namespace` of one; with `-o raw` only domain, type and name, with tabs between
    #[command(visible_alias = "list")]
    Ls,
    /// Remove a group that has no members: the next stream under its name begins a new one
    #[command(visible_alias = "delete")]
    Rm {
        /// The domain of its streams, as `ls` shows it
        #[arg(value_name = "DOMAIN")]
        domain: String,
        /// The type
        #[arg(value_name = "TYPE")]
        kind: String,
        /// The name
        #[arg(value_name = "NAME")]
        name: String,
    },
}

impl GroupsVerb {
    /// Does what the second verb says.
    pub async fn run(self, global: &Global, server: &Server) -> Result<(), Failure> {
        let mut client = server.admin.clone();
        match self {
            Self::Ls => {
                let domain = namespace_on_the_command_line().unwrap_or_default();
                let all = all_pages(async |cursor| {
                    let domain = domain.clone();
                    let request =
                        ListGroupsRequest { domain, cursor, ..ListGroupsRequest::default() };
                    let page = server.own(client.list_groups(server.request(request))).await?;
                    Ok((page.groups, page.next_cursor))
                });
                show_all(&all.await?, global.output.unwrap_or(Layout::Table))
            }
            Self::Rm { domain, kind, name } => {
                let shown = printable(&format!("{domain} {kind} {name}"));
                let default = DeleteGroupRequest::default();
                let request = DeleteGroupRequest { domain, r#type: kind, name, ..default };
                server.own(client.delete_group(server.request(request))).await?;
                done(global, &format!("group {shown} removed"), "removed", &shown)
            }
        }
    }
}

fn show_all(groups: &[ConsumerGroup], layout: Layout) -> Result<(), Failure> {
    let names =
        |group: &ConsumerGroup| [&group.domain, &group.r#type, &group.name].map(|n| printable(n));
    match layout {
        Layout::Raw => output::lines(groups.iter().map(|group| names(group).join("\t"))),
        Layout::Table => {
            let row = |group: &ConsumerGroup| {
                let mut row = names(group).to_vec();
                row.extend([
                    group.members.to_string(),
                    group.revision.to_string(),
                    group.behind.to_string(),
                    group.waiting.to_string(),
                    group.in_flight.to_string(),
                    to_second(group.kept_at.as_option().map(model_time)),
                    printable(&group.node),
                ]);
                row
            };
            let headings = [
                "DOMAIN",
                "TYPE",
                "GROUP",
                "MEMBERS",
                "REVISION",
                "BEHIND",
                "WAITING",
                "IN FLIGHT",
                "KEPT",
                "NODE",
            ];
            output::table(&headings, groups.iter().map(row).collect())
        }
        _ => output::document(&Value::List(groups.iter().map(members).collect()), layout),
    }
}

fn members(group: &ConsumerGroup) -> Value {
    let number = |number: u64| Value::Number(number.into());
    let kept_at = group.kept_at.as_option().map(model_time);
    Value::Table(vec![
        ("domain".to_owned(), Value::from(group.domain.as_str())),
        ("type".to_owned(), Value::from(group.r#type.as_str())),
        ("name".to_owned(), Value::from(group.name.as_str())),
        ("members".to_owned(), number(group.members.into())),
        ("revision".to_owned(), number(group.revision)),
        ("behind".to_owned(), number(group.behind)),
        ("waiting".to_owned(), number(group.waiting.into())),
        ("in_flight".to_owned(), number(group.in_flight.into())),
        ("kept_at".to_owned(), Value::Text(kept_at.map(|at| at.to_string()).unwrap_or_default())),
        ("node".to_owned(), Value::from(group.node.as_str())),
    ])
}
