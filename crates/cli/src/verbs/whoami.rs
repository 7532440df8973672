//! `holdfast whoami`.

use clap::Args;
use holdfast_api::convert::model_time;
use holdfast_api::holdfast_v1::{WhoAmIRequest, WhoAmIResponse};

use crate::args::Global;
use crate::connect::Server;
use crate::failure::Failure;
use crate::output::{self, Layout};
use crate::record::printable;
use crate::verbs::token::texts;
use holdfast_tree::Value;

/// Show who the server takes you for, and which rules hold for you.
#[derive(Debug, Args)]
pub struct WhoAmI {}

impl WhoAmI {
    /// Asks and shows.
    pub async fn run(self, global: &Global, server: &Server) -> Result<(), Failure> {
        let request = server.request(WhoAmIRequest::default());
        let known = server.own(server.trust.clone().who_am_i(request)).await?;
        match global.output.unwrap_or(Layout::Table) {
            Layout::Raw => output::line(&printable(&known.user)),
            Layout::Table => lines(&known),
            layout => output::document(&members(&known), layout),
        }
    }
}

fn expiry(known: &WhoAmIResponse) -> String {
    known.expires_at.as_option().map(|end| model_time(end).to_string()).unwrap_or_default()
}

fn members(known: &WhoAmIResponse) -> Value {
    Value::Table(vec![
        ("user".to_owned(), Value::from(known.user.as_str())),
        ("credential".to_owned(), Value::from(known.credential.as_str())),
        ("expires_at".to_owned(), Value::Text(expiry(known))),
        ("groups".to_owned(), texts(&known.groups)),
        ("roles".to_owned(), texts(&known.roles)),
        ("scopes".to_owned(), texts(&known.scopes)),
        ("rules".to_owned(), texts(&known.rules)),
    ])
}

fn lines(known: &WhoAmIResponse) -> Result<(), Failure> {
    let end = known.expires_at.as_option().map_or("never".to_owned(), |_| expiry(known));
    let credential = if known.credential.is_empty() { "none" } else { &known.credential };
    let mut lines = vec![
        format!("user        {}", printable(&known.user)),
        format!("credential  {}", printable(credential)),
        format!("expires     {end}"),
    ];
    for (what, names) in [("group", &known.groups), ("role", &known.roles)] {
        lines.extend(names.iter().map(|name| format!("{what:<12}{}", printable(name))));
    }
    for (what, rules) in [("narrowed to", &known.scopes), ("rule", &known.rules)] {
        lines.extend(rules.iter().map(|rule| format!("{what:<12}{}", printable(rule))));
    }
    output::lines(lines)
}
