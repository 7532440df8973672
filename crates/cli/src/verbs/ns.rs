//! `holdfast ns`.

use clap::Args;

use crate::args::Global;
use crate::connect::Server;
use crate::failure::Failure;
use crate::output::{self, Layout};
use crate::read;
use holdfast_tree::Value;

/// List the namespaces that hold entries.
#[derive(Debug, Args)]
pub struct Ns {
    /// The beginning of their names
    #[arg(value_name = "PREFIX", default_value = "", hide_default_value = true)]
    prefix: String,
}

impl Ns {
    /// Reads page after page and shows them as one list.
    pub async fn run(self, global: &Global, server: &Server) -> Result<(), Failure> {
        let found = read::namespaces(server, &self.prefix).await?;
        match global.output.unwrap_or(Layout::Table) {
            Layout::Raw => output::lines(found),
            Layout::Table => {
                output::table(&["NAMESPACE"], found.into_iter().map(|n| vec![n]).collect())
            }
            layout => {
                output::document(&Value::List(found.into_iter().map(Value::Text).collect()), layout)
            }
        }
    }
}
