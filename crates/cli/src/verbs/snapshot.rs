//! `holdfast snapshot`.

use clap::Args;
use holdfast_api::config_v1::SnapshotRequest;
use holdfast_api::holdfast_v1;

use crate::args::Global;
use crate::connect::Server;
use crate::failure::Failure;
use crate::moment::Past;
use crate::output::{self, Layout};
use crate::record::Record;
use crate::screen;
use holdfast_tree::Value;

/// Show all entries of a namespace with their common ETag.
///
/// As of one moment; with `-o raw` only the ETag.
#[derive(Debug, Args)]
pub struct Snapshot {
    /// The ETag of an earlier snapshot: when it still holds, no entries are sent
    #[arg(long, value_name = "ETAG")]
    if_none_match: Option<String>,
    #[command(flatten)]
    past: Past,
}

impl Snapshot {
    /// Asks for the snapshot and shows it.
    pub async fn run(self, global: &Global, server: &Server) -> Result<(), Failure> {
        let layout = global.output.unwrap_or(Layout::Table);
        let (namespace, seen) =
            (global.namespace.clone(), self.if_none_match.clone().unwrap_or_default());
        if let Some(moment) = self.past.moment() {
            let request = holdfast_v1::SnapshotRequest {
                namespace,
                if_none_match: seen,
                at: moment.wire().into(),
                ..holdfast_v1::SnapshotRequest::default()
            };
            let mut client = server.holdfast.clone();
            let answer = server.own(client.snapshot(server.request(request))).await?;
            let entries = answer.entries.into_iter().map(Record::from).collect();
            return show(entries, &answer.etag, answer.not_modified, layout);
        }
        let request =
            SnapshotRequest { namespace, if_none_match: seen, ..SnapshotRequest::default() };
        let answer = server.answer(server.config.clone().snapshot(server.request(request))).await?;
        let entries = answer.entries.into_iter().map(Record::from).collect();
        show(entries, &answer.etag, answer.not_modified, layout)
    }
}

fn show(
    records: Vec<Record>,
    etag: &str,
    not_modified: bool,
    layout: Layout,
) -> Result<(), Failure> {
    match layout {
        Layout::Raw => output::line(etag),
        Layout::Table => {
            screen::note(&format!(
                "etag {etag}{}",
                if not_modified { ", not modified" } else { "" }
            ));
            if not_modified { Ok(()) } else { output::entry_table(&records) }
        }
        _ => {
            let members = vec![
                ("etag".to_owned(), Value::from(etag)),
                ("not_modified".to_owned(), Value::Bool(not_modified)),
                ("entries".to_owned(), output::list(&records)),
            ];
            output::document(&Value::Table(members), layout)
        }
    }
}
