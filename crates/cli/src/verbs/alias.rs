//! `holdfast alias`.

use clap::Subcommand;
use holdfast_api::config_v1::{
    Alias as WireAlias, DeleteAliasRequest, GetAliasRequest, ListAliasesRequest, SetAliasRequest,
};
use holdfast_api::convert::model_time;

use crate::args::Global;
use crate::connect::Server;
use crate::failure::Failure;
use crate::output::{self, Layout};
use crate::record::{printable, to_second};
use holdfast_tree::Value;

/// Give keys second names, which hold in every namespace.
#[derive(Debug, Subcommand)]
pub enum Alias {
    /// Make an alias; one that exists has to be deleted first
    Set {
        /// The second name
        #[arg(value_name = "ALIAS")]
        alias: String,
        /// The key it stands for
        #[arg(value_name = "TARGET")]
        target: String,
    },
    /// Print the key that an alias stands for
    Get {
        /// The second name
        #[arg(value_name = "ALIAS")]
        alias: String,
    },
    /// Delete an alias; the key it stands for stays
    Delete {
        /// The second name
        #[arg(value_name = "ALIAS")]
        alias: String,
    },
    /// List all aliases; with `-o raw` only their names
    List,
}

impl Alias {
    /// Does what the second verb says.
    pub async fn run(self, global: &Global, server: &Server) -> Result<(), Failure> {
        let mut client = server.config.clone();
        match self {
            Self::Set { alias, target } => {
                let request = SetAliasRequest { alias, target, ..SetAliasRequest::default() };
                let answer = server.answer(client.set_alias(server.request(request))).await?;
                show_one(&answer.alias, global.output.unwrap_or(Layout::Table))
            }
            Self::Get { alias } => {
                let request =
                    GetAliasRequest { alias: alias.clone(), ..GetAliasRequest::default() };
                let answer = server.answer(client.get_alias(server.request(request))).await;
                let answer = answer.map_err(|failure| named(failure, &alias))?;
                show_one(&answer.alias, global.output.unwrap_or(Layout::Raw))
            }
            Self::Delete { alias } => {
                let request =
                    DeleteAliasRequest { alias: alias.clone(), ..DeleteAliasRequest::default() };
                let answer = server.answer(client.delete_alias(server.request(request))).await;
                answer.map_err(|failure| named(failure, &alias))?;
                match global.output.unwrap_or(Layout::Table) {
                    Layout::Table => output::line(&format!("alias {} deleted", printable(&alias))),
                    Layout::Raw => Ok(()),
                    layout => {
                        let deleted = vec![("deleted".to_owned(), Value::from(alias.as_str()))];
                        output::document(&Value::Table(deleted), layout)
                    }
                }
            }
            Self::List => {
                let request = ListAliasesRequest::default();
                let answer = server.answer(client.list_aliases(server.request(request))).await?;
                show_all(answer.aliases, global.output.unwrap_or(Layout::Table))
            }
        }
    }
}

fn named(failure: Failure, alias: &str) -> Failure {
    if failure.is_not_found() { Failure::NoAlias(alias.to_owned()) } else { failure }
}

fn show_one(alias: &WireAlias, layout: Layout) -> Result<(), Failure> {
    match layout {
        Layout::Raw => output::line(&printable(&alias.target)),
        Layout::Table => {
            output::line(&format!("{} -> {}", printable(&alias.alias), printable(&alias.target)))
        }
        _ => output::document(&members(alias), layout),
    }
}

fn show_all(mut aliases: Vec<WireAlias>, layout: Layout) -> Result<(), Failure> {
    aliases.sort_by(|a, b| a.alias.cmp(&b.alias));
    match layout {
        Layout::Raw => output::lines(aliases.iter().map(|alias| &alias.alias)),
        Layout::Table => {
            let row = |a: &WireAlias| {
                vec![
                    printable(&a.alias),
                    to_second(a.created_at.as_option().map(model_time)),
                    printable(&a.target),
                ]
            };
            output::table(&["ALIAS", "CREATED", "TARGET"], aliases.iter().map(row).collect())
        }
        _ => output::document(&Value::List(aliases.iter().map(members).collect()), layout),
    }
}

fn members(alias: &WireAlias) -> Value {
    Value::Table(vec![
        ("alias".to_owned(), Value::from(alias.alias.as_str())),
        ("target".to_owned(), Value::from(alias.target.as_str())),
        ("created_at".to_owned(), Value::Text(created(alias))),
    ])
}

fn created(alias: &WireAlias) -> String {
    alias.created_at.as_option().map(|time| model_time(time).to_string()).unwrap_or_default()
}
