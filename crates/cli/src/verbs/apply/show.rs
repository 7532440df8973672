//! What an apply does, for people and for scripts.

use super::{Part, semantic};
use crate::args::Global;
use crate::changes;
use crate::failure::Failure;
use crate::output::{self, Layout};
use crate::plan::Change;
use crate::record::printable;
use crate::screen::{self, Ink, Paint};
use holdfast_tree::Value;

/// Everything there is to show.
pub(super) struct Shown<'a> {
    layout: Layout,
    parts: &'a [Part],
    /// Whether there may be several namespaces.
    several: bool,
}

impl<'a> Shown<'a> {
    pub(super) fn new(global: &Global, parts: &'a [Part], several: bool) -> Self {
        Self { layout: global.output.unwrap_or(Layout::Table), parts, several }
    }

    /// What differs, where a person reads.
    pub(super) fn changes(&self) -> Result<(), Failure> {
        if self.layout != Layout::Table {
            return Ok(());
        }
        let (paint, width) = (Paint::stdout(), output::width());
        for part in self.parts.iter().filter(|part| !part.plan.changes.is_empty()) {
            if self.several {
                output::line(&format!("{}:", printable(&part.namespace)))?;
            }
            for change in &part.plan.changes {
                output::line(&changes::line(change, paint, width))?;
                let Change::Replace { old, new } = change else { continue };
                let inside = semantic::inside(old, new);
                output::lines(
                    inside.iter().map(|line| paint.ink(Ink::Dim, &format!("    {line}"))),
                )?;
            }
        }
        Ok(())
    }

    /// What goes, for whoever is asked, where the changes are not shown.
    pub(super) fn removals(&self) {
        let removed = self.all().filter(|(_, change)| matches!(change, Change::Remove(_)));
        for (part, change) in removed.filter(|_| self.layout != Layout::Table) {
            let name = format!("- {}/{}", part.namespace, change.key());
            screen::note(&printable(&name));
        }
    }

    /// The end: `None` after a dry run, else the revision, 0 where there was nothing to do.
    pub(super) fn finish(&self, revision: Option<u64>) -> Result<(), Failure> {
        match self.layout {
            Layout::Table => {
                if revision.is_none() {
                    self.changes()?;
                }
                output::line(&self.sentence(revision))
            }
            Layout::Raw => output::lines(self.all().map(|(part, change)| match self.several {
                true => format!("{}/{}", part.namespace, change.key()),
                false => change.key().to_owned(),
            })),
            layout => output::document(&self.document(revision), layout),
        }
    }

    fn all(&self) -> impl Iterator<Item = (&Part, &Change)> {
        self.parts.iter().flat_map(|part| part.plan.changes.iter().map(move |c| (part, c)))
    }

    fn counts(&self) -> [usize; 4] {
        let mut sum = [0; 4];
        for part in self.parts {
            let [added, changed, removed] = part.plan.counts();
            for (sum, count) in sum.iter_mut().zip([added, changed, removed, part.plan.same]) {
                *sum += count;
            }
        }
        sum
    }

    fn sentence(&self, revision: Option<u64>) -> String {
        let [added, changed, removed, same] = self.counts();
        match revision {
            None => format!(
                "{added} to add, {changed} to change, {removed} to remove, {same} unchanged; nothing was written"
            ),
            Some(0) => format!("nothing differs; {same} unchanged"),
            Some(revision) => format!(
                "{added} added, {changed} changed, {removed} removed, {same} unchanged in revision {revision}"
            ),
        }
    }

    fn document(&self, revision: Option<u64>) -> Value {
        let number = |n: usize| Value::Number(u64::try_from(n).unwrap_or(u64::MAX).into());
        let change = |(part, change): (&Part, &Change)| {
            let mut members = changes::members(change);
            members.insert(1, ("namespace".to_owned(), Value::from(part.namespace.as_str())));
            Value::Table(members)
        };
        let [added, changed, removed, same] = self.counts();
        let mut members = vec![
            ("changes".to_owned(), Value::List(self.all().map(change).collect())),
            ("added".to_owned(), number(added)),
            ("changed".to_owned(), number(changed)),
            ("removed".to_owned(), number(removed)),
            ("unchanged".to_owned(), number(same)),
        ];
        let revision = revision.filter(|revision| *revision > 0);
        members.extend(revision.map(|r| ("revision".to_owned(), Value::Number(r.into()))));
        Value::Table(members)
    }
}
