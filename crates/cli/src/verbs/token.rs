//! `holdfast token`.

use std::time::Duration;

use clap::{Args, Subcommand};
use holdfast_api::convert::{duration as wire_duration, model_time};
use holdfast_api::holdfast_v1::{
    CreateTokenRequest, GetTokenRequest, ListTokensRequest, RevokeTokenRequest, RotateTokenRequest,
    Token,
};
use holdfast_model::Timestamp;

use crate::args::{Global, duration};
use crate::connect::Server;
use crate::failure::Failure;
use crate::output::{self, Layout};
use crate::record::{printable, to_second};
use crate::screen;
use holdfast_tree::Value;

/// Make, list, rotate and revoke tokens.
#[derive(Debug, Subcommand)]
pub enum TokenVerb {
    /// Make a token and print it: the only time that it is shown
    Create(Create),
    /// List tokens; with `-o raw` only their ids
    List {
        /// Only those of this user
        #[arg(long, value_name = "NAME")]
        user: Option<String>,
    },
    /// Show a token, without its secret
    Get {
        /// Its id, as `list` shows it
        #[arg(value_name = "ID")]
        id: String,
    },
    /// Revoke a token: it is refused from now on, and the watches that it opened end
    Revoke {
        /// Its id
        #[arg(value_name = "ID")]
        id: String,
    },
    /// Give a token another secret and print it; your own you may always rotate
    Rotate {
        /// Its id
        #[arg(value_name = "ID")]
        id: String,
        /// How long the old secret stays good beside the new one: `1h`; without it no longer
        #[arg(long, value_name = "DURATION", value_parser = duration)]
        grace: Option<Duration>,
    },
}

/// What a new token is to be.
#[derive(Debug, Args)]
pub struct Create {
    /// Whom it speaks for
    #[arg(long, value_name = "NAME")]
    user: String,
    /// A role beside those of the user; as often as needed
    #[arg(long = "role", value_name = "NAME")]
    roles: Vec<String>,
    /// A group beside those of the user; as often as needed
    #[arg(long = "group", value_name = "NAME")]
    groups: Vec<String>,
    /// A rule to narrow it to, such as "read prod/app/**"; as often as needed
    #[arg(long = "scope", value_name = "RULE")]
    scopes: Vec<String>,
    /// How long it is good: `12h`, `720h`; without it until it is revoked
    #[arg(long, value_name = "DURATION", value_parser = span)]
    ttl: Option<Duration>,
    /// What it is for
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    note: String,
}

/// Days too: tokens live longer than calls.
fn span(text: &str) -> Result<Duration, String> {
    let days = text.strip_suffix('d').and_then(|days| days.trim().parse::<u32>().ok());
    match days {
        Some(days) if days > 0 => Ok(Duration::from_secs(86_400) * days),
        _ => duration(text).map_err(|why| why.replace("or 1h", "1h or 30d")),
    }
}

impl TokenVerb {
    /// Does what the second verb says.
    pub async fn run(self, global: &Global, server: &Server) -> Result<(), Failure> {
        let mut client = server.trust.clone();
        match self {
            Self::Create(create) => {
                let request = server.request(create.request());
                let made = server.own(client.create_token(request)).await?;
                issued(&made.token, &made.id, global)
            }
            Self::Rotate { id, grace } => {
                let grace = grace.map(wire_duration).into();
                let request = RotateTokenRequest { id, grace, ..RotateTokenRequest::default() };
                let made = server.own(client.rotate_token(server.request(request))).await?;
                issued(&made.token, &made.id, global)
            }
            Self::List { user } => {
                let found = list(server, user.unwrap_or_default()).await?;
                show_all(&found, global.output.unwrap_or(Layout::Table))
            }
            Self::Get { id } => {
                let request = GetTokenRequest { id, ..GetTokenRequest::default() };
                let answer = server.own(client.get_token(server.request(request))).await?;
                match global.output.unwrap_or(Layout::Table) {
                    Layout::Table | Layout::Raw => {
                        show_all(&[(*answer.token).clone()], Layout::Table)
                    }
                    layout => output::document(&members(&answer.token), layout),
                }
            }
            Self::Revoke { id } => {
                let shown = printable(&id);
                let request = RevokeTokenRequest { id, ..RevokeTokenRequest::default() };
                server.own(client.revoke_token(server.request(request))).await?;
                done(global, &format!("token {shown} revoked"), "revoked", &shown)
            }
        }
    }
}

impl Create {
    fn request(self) -> CreateTokenRequest {
        CreateTokenRequest {
            user: self.user,
            roles: self.roles,
            groups: self.groups,
            scopes: self.scopes,
            ttl: self.ttl.map(wire_duration).into(),
            note: self.note,
            ..CreateTokenRequest::default()
        }
    }
}

async fn list(server: &Server, user: String) -> Result<Vec<Token>, Failure> {
    let all = all_pages(async |cursor| {
        let user = user.clone();
        let request = ListTokensRequest { user, cursor, ..ListTokensRequest::default() };
        let page = server.own(server.trust.clone().list_tokens(server.request(request))).await?;
        Ok((page.tokens, page.next_cursor))
    });
    all.await
}

/// Everything that a call gives page by page; the page takes a cursor and tells the next one.
pub(super) async fn all_pages<T>(
    mut page: impl AsyncFnMut(String) -> Result<(Vec<T>, String), Failure>,
) -> Result<Vec<T>, Failure> {
    let (mut all, mut cursor) = (Vec::new(), String::new());
    loop {
        let (found, next) = page(cursor).await?;
        all.extend(found);
        if next.is_empty() {
            return Ok(all);
        }
        cursor = next;
    }
}

/// The token alone on stdout, so that a script can keep it.
fn issued(token: &str, id: &str, global: &Global) -> Result<(), Failure> {
    match global.output.unwrap_or(Layout::Table) {
        Layout::Table => {
            screen::note(&format!("token {id}, shown only now:"));
            output::line(token)
        }
        Layout::Raw => output::line(token),
        layout => {
            let members =
                [("id", id), ("token", token)].map(|(n, t)| (n.to_owned(), Value::from(t)));
            output::document(&Value::Table(members.into()), layout)
        }
    }
}

fn show_all(tokens: &[Token], layout: Layout) -> Result<(), Failure> {
    match layout {
        Layout::Raw => output::lines(tokens.iter().map(|token| &token.id)),
        Layout::Table => {
            let row = |token: &Token| {
                let end = to_second(token.expires_at.as_option().map(model_time));
                vec![
                    token.id.clone(),
                    printable(&token.user),
                    token.roles.join(","),
                    token.groups.join(","),
                    to_second(token.created_at.as_option().map(model_time)),
                    if end.is_empty() { "never".to_owned() } else { end },
                    printable(&[token.scopes.join("; "), token.note.clone()].join(" ")),
                ]
            };
            let headings = ["ID", "USER", "ROLES", "GROUPS", "CREATED", "EXPIRES", "SCOPES, NOTE"];
            output::table(&headings, tokens.iter().map(row).collect())
        }
        _ => output::document(&Value::List(tokens.iter().map(members).collect()), layout),
    }
}

fn members(token: &Token) -> Value {
    let shown = |time: Option<Timestamp>| {
        Value::Text(time.map(|time| time.to_string()).unwrap_or_default())
    };
    Value::Table(vec![
        ("id".to_owned(), Value::from(token.id.as_str())),
        ("user".to_owned(), Value::from(token.user.as_str())),
        ("roles".to_owned(), texts(&token.roles)),
        ("groups".to_owned(), texts(&token.groups)),
        ("scopes".to_owned(), texts(&token.scopes)),
        ("created_at".to_owned(), shown(token.created_at.as_option().map(model_time))),
        ("expires_at".to_owned(), shown(token.expires_at.as_option().map(model_time))),
        ("previous_until".to_owned(), shown(token.previous_until.as_option().map(model_time))),
        ("note".to_owned(), Value::from(token.note.as_str())),
    ])
}

/// Names as a list.
pub(super) fn texts(names: &[String]) -> Value {
    Value::List(names.iter().map(|name| Value::from(name.as_str())).collect())
}

/// That something was done, to whom.
pub(super) fn done(global: &Global, sentence: &str, what: &str, name: &str) -> Result<(), Failure> {
    match global.output.unwrap_or(Layout::Table) {
        Layout::Table => output::line(sentence),
        Layout::Raw => Ok(()),
        layout => {
            let told = vec![(what.to_owned(), Value::from(name))];
            output::document(&Value::Table(told), layout)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_live_for_days() {
        assert_eq!(span("30d"), Ok(Duration::from_secs(30 * 86_400)));
        assert_eq!(span("12h"), Ok(Duration::from_secs(12 * 3_600)));
        for bad in ["0d", "-1d", "d", "soon"] {
            assert!(span(bad).is_err(), "{bad}");
        }
    }
}
