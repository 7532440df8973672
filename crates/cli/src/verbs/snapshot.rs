//! `holdfast snapshot`.

use clap::Args;
use holdfast_api::config_v1::{SnapshotRequest, SnapshotResponse};

use crate::args::Global;
use crate::connect::Server;
use crate::failure::Failure;
use crate::output::{self, Layout};
use crate::record::Record;
use crate::screen;
use crate::tree::Value;

/// Show all entries of a namespace with their common ETag.
///
/// As of one moment; with `-o raw` only the ETag.
#[derive(Debug, Args)]
pub struct Snapshot {
    /// The ETag of an earlier snapshot: when it still holds, no entries are sent
    #[arg(long, value_name = "ETAG")]
    if_none_match: Option<String>,
}

impl Snapshot {
    /// Asks for the snapshot and shows it.
    pub async fn run(self, global: &Global, server: &Server) -> Result<(), Failure> {
        let request = SnapshotRequest {
            namespace: global.namespace.clone(),
            if_none_match: self.if_none_match.unwrap_or_default(),
            ..SnapshotRequest::default()
        };
        let answer = server.answer(server.config.clone().snapshot(server.request(request))).await?;
        show(answer, global.output.unwrap_or(Layout::Table))
    }
}

fn show(answer: SnapshotResponse, layout: Layout) -> Result<(), Failure> {
    let SnapshotResponse { entries, etag, not_modified, .. } = answer;
    let records: Vec<Record> = entries.into_iter().map(Record::from).collect();
    match layout {
        Layout::Raw => output::line(&etag),
        Layout::Table => {
            screen::note(&format!(
                "etag {etag}{}",
                if not_modified { ", not modified" } else { "" }
            ));
            if not_modified { Ok(()) } else { output::entry_table(&records) }
        }
        _ => {
            let members = vec![
                ("etag".to_owned(), Value::from(etag.as_str())),
                ("not_modified".to_owned(), Value::Bool(not_modified)),
                ("entries".to_owned(), output::list(&records)),
            ];
            output::document(&Value::Table(members), layout)
        }
    }
}
