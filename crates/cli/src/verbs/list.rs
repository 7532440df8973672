//! `holdfast list`.

use clap::Args;

use crate::args::Global;
use crate::connect::Server;
use crate::failure::Failure;
use crate::moment::Past;
use crate::output::{self, Layout};
use crate::read;
use crate::verbs::watch;
use crate::verbs::watch::engine::{Scope, Start};

/// List the entries whose key begins with a prefix.
///
/// In key order; with `-o raw` only their keys.
#[derive(Debug, Args)]
pub struct List {
    /// The beginning of the keys; none: all of the namespace
    #[arg(value_name = "PREFIX", default_value = "", hide_default_value = true)]
    prefix: String,
    /// Show no more than this many
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    limit: Option<u32>,
    /// Then print every change, until interrupted
    #[arg(short, long, conflicts_with_all = ["limit", "rev", "at"])]
    watch: bool,
    #[command(flatten)]
    past: Past,
}

impl List {
    /// Reads page after page and shows them as one list.
    pub async fn run(self, global: &Global, server: &Server) -> Result<(), Failure> {
        if self.watch {
            let namespace = Some(global.namespace.clone());
            let scope = Scope { namespace, prefixes: vec![self.prefix] };
            return watch::show(global, server, &scope, Start::Initial).await;
        }
        let limit = self.limit.and_then(|limit| usize::try_from(limit).ok());
        let (namespace, prefix) = (&global.namespace, &self.prefix);
        let found = match self.past.moment() {
            None => read::entries(server, namespace, prefix, limit).await?,
            Some(moment) => read::past(server, namespace, prefix, limit, moment).await?,
        };
        output::records(&found, global.output.unwrap_or(Layout::Table))
    }
}
