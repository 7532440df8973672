//! `holdfast set`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use bytes::Bytes;
use clap::Args;
use holdfast_api::{config_v1, holdfast_v1};

use crate::args::{Global, duration};
use crate::commit;
use crate::connect::Server;
use crate::failure::Failure;
use crate::output::{self, Layout};
use crate::place;
use crate::record::printable;
use crate::single::{self, Put};
use holdfast_tree::Value;

/// Write a value.
///
/// The value is JSON unless --string or --codec say otherwise; its bytes are kept exactly as they are.
#[derive(Debug, Args)]
pub struct Set {
    /// The key
    #[arg(value_name = "KEY")]
    key: String,
    /// The value; `-` reads it from standard input
    #[arg(
        value_name = "VALUE",
        required_unless_present = "file",
        conflicts_with = "file",
        allow_negative_numbers = true
    )]
    value: Option<String>,
    /// Read the value from a file; `-` is standard input
    #[arg(short, long, value_name = "PATH")]
    file: Option<PathBuf>,
    /// The value is a text: store it as a JSON string
    #[arg(short, long, conflicts_with = "codec")]
    string: bool,
    /// The encoding of the value; any name, the server checks only those it knows
    #[arg(long, default_value = "json", value_name = "NAME")]
    codec: String,
    /// Only if the key does not exist yet
    #[arg(long, conflicts_with = "update")]
    create: bool,
    /// Only if the key exists
    #[arg(long)]
    update: bool,
    /// Only if the key has this version; 0: only if it does not exist
    #[arg(long, value_name = "N")]
    if_version: Option<u64>,
    /// Delete the key again after this time: `30s`, `1h`
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    ttl: Option<Duration>,
    /// Why, for the history
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

struct Written {
    version: u64,
    commit: Option<(u64, String)>,
}

impl Set {
    /// Reads the value, writes it, and says which version it became.
    pub async fn run(self, global: &Global) -> Result<(), Failure> {
        let value = self.bytes()?;
        let server = Server::connect(global).await?;
        let plain = self.if_version.is_none() && self.ttl.is_none() && self.reason.is_none();
        let written = if plain {
            self.set(global, &server, value).await?
        } else {
            self.commit(global, &server, value).await?
        };
        self.show(global, &written)
    }

    fn bytes(&self) -> Result<Bytes, Failure> {
        let bytes = match (&self.value, &self.file) {
            (Some(dash), _) if dash == place::STDIN => place::read(Path::new(dash))?,
            (Some(value), _) => value.clone().into_bytes(),
            (None, Some(path)) => place::read(path)?,
            (None, None) => return Err(Failure::Usage("a value is missing".into())),
        };
        if !self.string {
            return Ok(bytes.into());
        }
        let text = String::from_utf8(bytes)
            .map_err(|_| Failure::Usage("the value is no UTF-8 text; choose a --codec".into()))?;
        Ok(Value::Text(text).to_string().into())
    }

    /// Through config.v1, which any server of that API understands.
    async fn set(
        &self,
        global: &Global,
        server: &Server,
        value: Bytes,
    ) -> Result<Written, Failure> {
        use config_v1::WriteMode::{WRITE_MODE_CREATE, WRITE_MODE_UPDATE, WRITE_MODE_UPSERT};
        let mode = match (self.create, self.update) {
            (true, _) => WRITE_MODE_CREATE,
            (_, true) => WRITE_MODE_UPDATE,
            _ => WRITE_MODE_UPSERT,
        };
        let (namespace, key, codec) = (&global.namespace, &self.key, &self.codec);
        let version = single::put(server, Put { namespace, key, codec, mode }, value).await?;
        Ok(Written { version, commit: None })
    }

    /// Through holdfast.v1, which has words for conditions, life times and reasons.
    async fn commit(
        &self,
        global: &Global,
        server: &Server,
        value: Bytes,
    ) -> Result<Written, Failure> {
        use holdfast_v1::WriteMode::{WRITE_MODE_CREATE, WRITE_MODE_UPDATE, WRITE_MODE_UPSERT};
        let mode = match (self.create, self.update) {
            (true, _) => WRITE_MODE_CREATE,
            (_, true) => WRITE_MODE_UPDATE,
            _ => WRITE_MODE_UPSERT,
        };
        let put = commit::put(&global.namespace, &self.key, &self.codec, value);
        let write = commit::if_version(commit::put_with(put, self.ttl, mode), self.if_version);
        let reason = self.reason.as_deref().unwrap_or_default();
        let answer = commit::commit(server, vec![write], reason).await?;
        let version = answer.results.first().map_or(0, |result| result.version);
        Ok(Written { version, commit: Some((answer.revision, answer.token)) })
    }

    fn show(&self, global: &Global, written: &Written) -> Result<(), Failure> {
        let layout = global.output.unwrap_or(Layout::Table);
        match layout {
            Layout::Table => output::line(&format!(
                "{}/{} version {}",
                printable(&global.namespace),
                printable(&self.key),
                written.version
            )),
            Layout::Raw => output::line(&written.version.to_string()),
            _ => {
                let mut members = vec![
                    ("namespace".to_owned(), Value::from(global.namespace.as_str())),
                    ("key".to_owned(), Value::from(self.key.as_str())),
                    ("version".to_owned(), Value::Number(written.version.into())),
                ];
                if let Some((revision, token)) = &written.commit {
                    members.push(("revision".to_owned(), Value::Number((*revision).into())));
                    members.push(("token".to_owned(), Value::from(token.as_str())));
                }
                output::document(&Value::Table(members), layout)
            }
        }
    }
}
