//! `holdfast get`.

mod follow;
mod near;

use clap::Args;
use holdfast_api::config_v1::{GetAliasRequest, GetRequest};
use holdfast_api::holdfast_v1;

use crate::args::Global;
use crate::connect::Server;
use crate::failure::Failure;
use crate::moment::Past;
use crate::output::{self, Layout};
use crate::read;
use crate::record::Record;
use holdfast_tree::{Value, json};

/// Print the value of a key.
///
/// Its bytes and nothing else; with -o all that is known about it. A key that does not exist but is an alias stands for the alias's target.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("what").required(true).args(["key", "prefix"]))]
pub struct Get {
    /// The key
    #[arg(value_name = "KEY")]
    key: Option<String>,
    /// All keys that begin with this, as `list` shows them; with `-o raw` only their values, one for each line
    #[arg(long, value_name = "PREFIX")]
    prefix: Option<String>,
    /// Print a JSON string as the text that it holds, without quotes
    #[arg(short, long)]
    string: bool,
    /// Then print every new value, until interrupted
    #[arg(short, long, conflicts_with_all = ["rev", "at"])]
    watch: bool,
    #[command(flatten)]
    past: Past,
}

impl Get {
    /// Reads what was asked for, once or until interrupted.
    pub async fn run(self, global: &Global, server: &Server) -> Result<(), Failure> {
        match (&self.prefix, self.key.as_deref().unwrap_or_default()) {
            (Some(prefix), _) if self.watch => follow::prefix(&self, prefix, global, server).await,
            (Some(prefix), _) => self.several(prefix, global, server).await,
            (None, key) if self.watch => follow::key(&self, key, global, server).await,
            (None, key) => self.one(key, global, server).await,
        }
    }

    /// Asks for the key, then for an alias of its name.
    async fn one(&self, key: &str, global: &Global, server: &Server) -> Result<(), Failure> {
        let found = match self.entry(key, global, server).await {
            // What an alias stood for in the past is not kept.
            Err(missing) if self.past.moment().is_some() => return Err(missing),
            Err(missing) if missing.is_not_found() => {
                match follow_alias(server, &global.namespace, key, missing).await {
                    Err(missing @ Failure::Server(_)) => {
                        return Err(near::named(server, &global.namespace, key, missing).await);
                    }
                    other => other?,
                }
            }
            other => other?,
        };
        match global.output.unwrap_or(Layout::Raw) {
            Layout::Raw => output::bare(&self.shown(&found)?),
            Layout::Table => output::entry_table(&[found]),
            layout => output::document(&Value::Table(found.members()), layout),
        }
    }

    async fn several(&self, prefix: &str, global: &Global, server: &Server) -> Result<(), Failure> {
        let namespace = &global.namespace;
        let found = match self.past.moment() {
            None => read::moment(server, namespace, prefix).await?,
            Some(moment) => read::past(server, namespace, prefix, None, moment).await?,
        };
        match global.output.unwrap_or(Layout::Table) {
            Layout::Raw => found.iter().try_for_each(|record| self.line(record)),
            layout => output::records(&found, layout),
        }
    }

    /// The value on a line of its own.
    fn line(&self, record: &Record) -> Result<(), Failure> {
        let mut line = self.shown(record)?;
        if !line.ends_with(b"\n") {
            line.push(b'\n');
        }
        output::bytes(&line)
    }

    /// The bytes that stand for a value.
    fn shown(&self, record: &Record) -> Result<Vec<u8>, Failure> {
        if self.string { text(record).map(String::into_bytes) } else { Ok(record.value.to_vec()) }
    }
}

impl Get {
    async fn entry(&self, key: &str, global: &Global, server: &Server) -> Result<Record, Failure> {
        let Some(moment) = self.past.moment() else {
            return entry(server, &global.namespace, key).await;
        };
        let request = holdfast_v1::GetRequest {
            namespace: global.namespace.clone(),
            key: key.to_owned(),
            at: moment.wire().into(),
            ..holdfast_v1::GetRequest::default()
        };
        let answer = server.own(server.holdfast.clone().get(server.request(request))).await?;
        let entry = answer.entry.into_option();
        entry.map(Record::from).ok_or_else(|| Failure::Refused("the server sent no entry".into()))
    }
}

async fn entry(server: &Server, namespace: &str, key: &str) -> Result<Record, Failure> {
    let request =
        GetRequest { namespace: namespace.into(), key: key.into(), ..GetRequest::default() };
    let answer = server.answer(server.config.clone().get(server.request(request))).await?;
    let entry = answer.entry.into_option();
    entry.map(Record::from).ok_or_else(|| Failure::Refused("the server sent no entry".into()))
}

async fn follow_alias(
    server: &Server,
    namespace: &str,
    alias: &str,
    missing: Failure,
) -> Result<Record, Failure> {
    let request = GetAliasRequest { alias: alias.into(), ..GetAliasRequest::default() };
    let answer = server.answer(server.config.clone().get_alias(server.request(request))).await;
    let Some(found) = answer.ok().and_then(|answer| answer.alias.into_option()) else {
        return Err(missing);
    };
    match entry(server, namespace, &found.target).await {
        Err(gone) if gone.is_not_found() => Err(Failure::DanglingAlias {
            alias: alias.to_owned(),
            target: found.target,
            namespace: namespace.to_owned(),
        }),
        other => other,
    }
}

fn text(record: &Record) -> Result<String, Failure> {
    let value = std::str::from_utf8(&record.value).ok().and_then(|text| json::read(text).ok());
    match value {
        Some(Value::Text(text)) if record.codec == "json" => Ok(text),
        _ => Err(Failure::Refused(format!(
            "{} is no JSON string but a value of type {} and codec {}; leave --string out",
            record.key,
            record.type_name(),
            record.codec
        ))),
    }
}
