//! `holdfast rollback`.

use clap::Args;
use holdfast_api::holdfast_v1::rollback_request::Scope;
use holdfast_api::holdfast_v1::{Difference, Entry, RollbackRequest, RollbackResponse};

use crate::args::Global;
use crate::connect::Server;
use crate::failure::Failure;
use crate::moment::Moment;
use crate::output::{self, Layout};
use crate::record::printable;
use crate::screen::{Ink, Paint};
use holdfast_tree::Value;

/// Make a key, the keys below a prefix, or a whole namespace what they were.
///
/// As one new commit: the past stays as it is. Values come back with their codec, type and life time; keys that were created since
/// are deleted.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("scope").required(true).args(["key", "prefix", "all"]))]
pub struct Rollback {
    /// The key
    #[arg(value_name = "KEY")]
    key: Option<String>,
    /// All keys that begin with this
    #[arg(long, value_name = "PREFIX")]
    prefix: Option<String>,
    /// The whole namespace
    #[arg(long)]
    all: bool,
    /// To which state: a revision, a time (`2026-01-31T12:00:00Z`), or how long ago (`10m`)
    #[arg(long, value_name = "MOMENT")]
    to: Moment,
    /// Only show what would be done: `+` comes back, `~` changes, `-` goes
    #[arg(long)]
    dry_run: bool,
    /// Only if none of the keys has changed behind this revision, such as a dry run names
    #[arg(long, value_name = "N")]
    expect_head: Option<u64>,
    /// Why, for the history
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

impl Rollback {
    /// Rolls back, or shows what that would do.
    pub async fn run(self, global: &Global, server: &Server) -> Result<(), Failure> {
        let scope = match (&self.key, &self.prefix) {
            (Some(key), _) => Some(Scope::Key(key.clone())),
            (_, Some(prefix)) => Some(Scope::Prefix(prefix.clone())),
            _ => None,
        };
        let request = RollbackRequest {
            namespace: global.namespace.clone(),
            scope,
            to: Some(self.to.target()),
            dry_run: self.dry_run,
            expect_head: self.expect_head,
            reason: self.reason.clone().unwrap_or_default(),
            ..RollbackRequest::default()
        };
        let server = server.patient(global.commit_timeout());
        let answer = server.own(server.holdfast.clone().rollback(server.request(request))).await?;
        self.show(global, &answer)
    }

    fn show(&self, global: &Global, answer: &RollbackResponse) -> Result<(), Failure> {
        match global.output.unwrap_or(Layout::Table) {
            Layout::Raw if self.dry_run => {
                output::lines(answer.plan.iter().map(|step| step.key.as_str()))
            }
            Layout::Raw => output::line(&answer.revision.to_string()),
            Layout::Table => {
                let paint = Paint::stdout();
                if self.dry_run {
                    output::lines(answer.plan.iter().map(|step| line(step, paint)))?;
                }
                output::line(&self.sentence(global, answer))
            }
            layout => output::document(&document(answer), layout),
        }
    }

    fn sentence(&self, global: &Global, answer: &RollbackResponse) -> String {
        let (keys, to, head) = (answer.plan.len(), answer.to_revision, answer.head);
        let namespace = printable(&global.namespace);
        if self.dry_run {
            format!(
                "{namespace}: {keys} keys would be rolled back to revision {to}, seen at revision {head}; nothing was written"
            )
        } else if keys == 0 {
            format!("{namespace}: nothing differs from revision {to}")
        } else {
            let revision = answer.revision;
            format!("{namespace}: {keys} keys rolled back to revision {to}, as revision {revision}")
        }
    }
}

fn line(step: &Difference, paint: Paint) -> String {
    let key = printable(&step.key);
    match (step.old.as_option(), step.new.as_option()) {
        (None, Some(new)) => paint.ink(Ink::Green, &format!("+ {key}  v{}", new.version)),
        (Some(_), None) => paint.ink(Ink::Red, &format!("- {key}")),
        (Some(old), Some(new)) => {
            paint.ink(Ink::Yellow, &format!("~ {key}  v{} -> as v{}", old.version, new.version))
        }
        (None, None) => key,
    }
}

fn document(answer: &RollbackResponse) -> Value {
    let number = |number: u64| Value::Number(number.into());
    let mut members = vec![
        ("to_revision".to_owned(), number(answer.to_revision)),
        ("head".to_owned(), number(answer.head)),
    ];
    if answer.revision > 0 {
        members.push(("revision".to_owned(), number(answer.revision)));
        members.push(("token".to_owned(), Value::from(answer.token.as_str())));
    }
    let step = |step: &Difference| {
        let side = |entry: Option<&Entry>| entry.map(|entry| number(entry.mod_revision));
        let (old, new) = (side(step.old.as_option()), side(step.new.as_option()));
        let word = match (&old, &new) {
            (None, _) => "add",
            (_, None) => "remove",
            _ => "change",
        };
        let mut members = vec![
            ("change".to_owned(), Value::from(word)),
            ("key".to_owned(), Value::from(step.key.as_str())),
        ];
        members.extend(old.map(|revision| ("from".to_owned(), revision)));
        members.extend(new.map(|revision| ("to".to_owned(), revision)));
        Value::Table(members)
    };
    members.push(("changes".to_owned(), Value::List(answer.plan.iter().map(step).collect())));
    Value::Table(members)
}
