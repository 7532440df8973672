//! `holdfast search`.

use clap::Args;
use holdfast_api::holdfast_v1::SearchRequest;
use holdfast_api::holdfast_v1::search_request::Where;

use crate::args::Global;
use crate::connect::Server;
use crate::failure::Failure;
use crate::moment::{Moment, Past};
use crate::output::{self, Layout};
use crate::record::Record;

/// Entries in one page.
const PAGE: u32 = 500;

/// Find a text in keys and values.
///
/// In key order; with `-o raw` only the keys.
#[derive(Debug, Args)]
pub struct Search {
    /// The text
    #[arg(value_name = "PATTERN")]
    pattern: String,
    /// The pattern is a regular expression
    #[arg(short = 'e', long)]
    regex: bool,
    /// Upper and lower case are the same
    #[arg(short, long)]
    ignore_case: bool,
    /// Look only at keys
    #[arg(long, conflicts_with = "values")]
    keys: bool,
    /// Look only at values
    #[arg(long)]
    values: bool,
    /// Only keys that begin with this
    #[arg(long, value_name = "PREFIX")]
    prefix: Option<String>,
    /// Search every namespace, whatever --namespace says; `-o raw` then shows it before the key
    #[arg(short = 'A', long)]
    all_namespaces: bool,
    /// Show no more than this many
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    limit: Option<u32>,
    #[command(flatten)]
    past: Past,
}

impl Search {
    /// Searches page after page and shows what was found.
    pub async fn run(self, global: &Global, server: &Server) -> Result<(), Failure> {
        let found = self.found(global, server).await?;
        match global.output.unwrap_or(Layout::Table) {
            Layout::Raw if self.all_namespaces => {
                output::lines(found.iter().map(|r| format!("{}/{}", r.namespace, r.key)))
            }
            Layout::Table if self.all_namespaces => {
                let whole =
                    |r: &Record| Record { key: format!("{}/{}", r.namespace, r.key), ..r.clone() };
                output::entry_table(&found.iter().map(whole).collect::<Vec<_>>())
            }
            layout => output::records(&found, layout),
        }
    }

    async fn found(&self, global: &Global, server: &Server) -> Result<Vec<Record>, Failure> {
        let most = self.limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(usize::MAX);
        let mut request = self.request(global);
        let mut found = Vec::new();
        loop {
            request.limit = u32::try_from(most - found.len()).unwrap_or(PAGE).min(PAGE);
            let mut client = server.holdfast.clone();
            let answer = server.own(client.search(server.request(request.clone()))).await?;
            let entries = answer.matches.into_iter().filter_map(|one| one.entry.into_option());
            found.extend(entries.map(Record::from));
            if answer.next_cursor.is_empty() || found.len() >= most {
                return Ok(found);
            }
            request.cursor = answer.next_cursor;
        }
    }

    fn request(&self, global: &Global) -> SearchRequest {
        let place = match (self.keys, self.values) {
            (true, _) => Where::WHERE_KEYS,
            (_, true) => Where::WHERE_VALUES,
            _ => Where::WHERE_BOTH,
        };
        let namespace = if self.all_namespaces { "" } else { &global.namespace };
        SearchRequest {
            namespace: namespace.into(),
            prefix: self.prefix.clone().unwrap_or_default(),
            pattern: self.pattern.clone(),
            regex: self.regex,
            ignore_case: self.ignore_case,
            r#where: place.into(),
            at: self.past.moment().map(Moment::wire).into(),
            ..SearchRequest::default()
        }
    }
}
