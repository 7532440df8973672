//! `holdfast migrate`.

use clap::Args;
use holdfast_server::offline::migrate::{self, Moved};
use holdfast_server::stores::Site;
use holdfast_tree::Value;

use crate::args::Global;
use crate::failure::Failure;
use crate::output::{self, Layout};
use crate::screen;

/// Copy a log from one store into another, empty one.
///
/// Everything comes along: revisions, history, tokens, epoch; a watch goes on where it was. No server may use either of them
/// meanwhile. What is interrupted goes on when the same is called again. At the end both sides are read, and held against each
/// other by digest. The old store is left as it is.
#[derive(Debug, Args)]
pub struct Migrate {
    /// The store that has the log: embedded:PATH, the URL of a database, or a file with settings
    #[arg(long, value_name = "STORE")]
    from: Site,
    /// The store that gets it, in the same words
    #[arg(long, value_name = "STORE")]
    to: Site,
}

impl Migrate {
    /// Copies, and says what both sides hold.
    pub fn run(self, global: &Global) -> Result<(), Failure> {
        let bar = screen::progress(0, "migrate");
        let moved = migrate::migrate(&self.from, &self.to, &mut |start, end, reached| {
            bar.set_length(end.0.saturating_sub(start.0));
            bar.set_position(reached.0.saturating_sub(start.0));
        });
        bar.finish_and_clear();
        let moved = moved.map_err(|error| Failure::Refused(format!("not migrated: {error}")))?;
        match global.output.unwrap_or(Layout::Table) {
            Layout::Raw => output::line(&moved.revision.to_string()),
            Layout::Table => self.show(&moved),
            layout => output::document(&document(&moved), layout),
        }
    }

    fn show(&self, moved: &Moved) -> Result<(), Failure> {
        let did = if moved.nothing_to_do { "was there already" } else { "is copied" };
        let first = format!(
            "the log up to revision {} ({} commits) {did}; both sides hold the same:",
            moved.revision, moved.commits
        );
        let parts = moved.digests.parts();
        let parts = parts.iter().map(|(name, part)| format!("{name:<9}{part}  {} rows", part.rows));
        let audit = moved.audit.iter().map(|(name, audit)| {
            format!("audit files {name}: {} lines, the last hash is {}", audit.lines, audit.hash)
        });
        output::lines(std::iter::once(first).chain(parts).chain(audit))
    }
}

fn document(moved: &Moved) -> Value {
    let number = |number: u64| Value::Number(number.into());
    let parts = moved.digests.parts().map(|(name, part)| {
        let members = vec![
            ("digest".to_owned(), Value::Text(part.to_string())),
            ("rows".to_owned(), number(part.rows)),
        ];
        (name.to_owned(), Value::Table(members))
    });
    let audit = moved.audit.iter().map(|(name, audit)| {
        let members = vec![
            ("lines".to_owned(), number(audit.lines)),
            ("hash".to_owned(), Value::Text(audit.hash.to_string())),
        ];
        (name.clone(), Value::Table(members))
    });
    Value::Table(vec![
        ("revision".to_owned(), number(moved.revision)),
        ("commits".to_owned(), number(moved.commits)),
        ("copied".to_owned(), Value::Bool(!moved.nothing_to_do)),
        ("digests".to_owned(), Value::Table(parts.to_vec())),
        ("audit".to_owned(), Value::Table(audit.collect())),
    ])
}
