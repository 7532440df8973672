//! `holdfast history`.

use clap::Args;
use holdfast_api::config_v1::GetVersionsRequest;

use crate::args::Global;
use crate::connect::Server;
use crate::failure::Failure;
use crate::output::{self, Layout};
use crate::record::Record;

const PAGE: i32 = 200;

/// Show the versions of a key, newest first.
///
/// With `-o raw` only their values.
#[derive(Debug, Args)]
pub struct History {
    /// The key
    #[arg(value_name = "KEY")]
    key: String,
    /// Show only this version; with `-o raw` its bytes and nothing else
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i64).range(1..))]
    version: Option<i64>,
    /// Show no more than this many
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    limit: Option<u32>,
}

impl History {
    /// Reads the versions and shows them.
    pub async fn run(self, global: &Global, server: &Server) -> Result<(), Failure> {
        let found = self.versions(global, server).await?;
        match (global.output.unwrap_or(Layout::Table), self.version, found.as_slice()) {
            (Layout::Raw, Some(_), [one]) => output::bare(&one.value),
            (Layout::Raw, ..) => output::lines(found.iter().map(Record::preview)),
            (Layout::Table, ..) => output::entry_table(&found),
            (layout, ..) => output::document(&output::list(&found), layout),
        }
    }

    async fn versions(&self, global: &Global, server: &Server) -> Result<Vec<Record>, Failure> {
        let limit = self.limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(usize::MAX);
        let mut found: Vec<Record> = Vec::new();
        let mut cursor = String::new();
        loop {
            let wanted = i32::try_from(limit - found.len()).unwrap_or(PAGE).min(PAGE);
            let request = GetVersionsRequest {
                namespace: global.namespace.clone(),
                key: self.key.clone(),
                version: self.version.unwrap_or_default(),
                limit: wanted,
                cursor,
                ..GetVersionsRequest::default()
            };
            let answer =
                server.answer(server.config.clone().get_versions(server.request(request))).await?;
            found.extend(answer.entries.into_iter().map(Record::from));
            cursor = answer.next_cursor;
            if cursor.is_empty() || found.len() >= limit {
                return Ok(found);
            }
        }
    }
}
