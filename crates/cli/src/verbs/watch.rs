//! `holdfast watch`.

pub mod engine;
mod plain;
mod printer;
mod progress;

use clap::Args;

use crate::args::Global;
use crate::connect::Server;
use crate::failure::Failure;

use engine::{Scope, Start, Told};
pub use printer::Printer;

/// Print changes as they happen, until interrupted.
///
/// After a lost connection it goes on where it was: nothing is missed, nothing comes twice.
#[derive(Debug, Args)]
pub struct Watch {
    /// Beginnings of keys; none: all of the namespace
    #[arg(value_name = "PREFIX")]
    prefixes: Vec<String>,
    /// Watch every namespace, whatever --namespace says
    #[arg(short = 'A', long)]
    all_namespaces: bool,
    /// First print the current entries
    #[arg(long)]
    initial: bool,
    /// First print every change from this revision on; 0: all that is still there
    #[arg(long, value_name = "N", conflicts_with_all = ["initial", "token"])]
    from_revision: Option<u64>,
    /// Go on behind the place of this token (from `set`, or from `watch -o json`)
    #[arg(long, value_name = "TOKEN", conflicts_with = "initial")]
    token: Option<String>,
}

impl Watch {
    /// Watches, and prints what it is told.
    pub async fn run(self, global: &Global, server: &Server) -> Result<(), Failure> {
        let namespace = (!self.all_namespaces).then(|| global.namespace.clone());
        let start = self.start();
        show(global, server, &Scope { namespace, prefixes: self.prefixes }, start).await
    }

    fn start(&self) -> Start {
        match (&self.token, self.from_revision, self.initial) {
            (Some(token), ..) => Start::Token(token.clone()),
            (_, Some(revision), _) => Start::Revision(revision),
            (.., true) => Start::Initial,
            _ => Start::Now,
        }
    }
}

/// Prints what happens there.
pub async fn show(
    global: &Global,
    server: &Server,
    scope: &Scope,
    start: Start,
) -> Result<(), Failure> {
    let printer = Printer::new(global);
    let mut tell = |told: Told<'_>| match told {
        Told::Change(change) => printer.print(change),
        Told::Whole => Ok(()),
    };
    engine::run(server, scope, start, &mut tell).await
}
