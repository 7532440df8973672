//! `holdfast diff`.

use clap::Args;
use holdfast_api::holdfast_v1::{DiffRequest, Difference, Entry, State};

use crate::args::Global;
use crate::changes;
use crate::connect::Server;
use crate::failure::Failure;
use crate::moment::Moment;
use crate::plan::{Change, Plan};
use crate::read;
use crate::record::Record;
use holdfast_tree::Item;

/// Differences in one page.
const PAGE: u32 = 500;

/// Show what differs between two revisions, or two namespaces.
///
/// `+` is only in the newer state, `-` only in the older one, `~` has another value or codec. A moment is a revision, a time, or
/// how long ago. With `-o raw` only the keys.
#[derive(Debug, Args)]
pub struct Diff {
    /// The beginning of the keys; none: all of the namespace
    #[arg(value_name = "PREFIX", default_value = "", hide_default_value = true)]
    prefix: String,
    /// The older state; without it, now
    #[arg(long, value_name = "MOMENT", required_unless_present_any = ["to", "with"])]
    from: Option<Moment>,
    /// The newer state; without it, now
    #[arg(long, value_name = "MOMENT")]
    to: Option<Moment>,
    /// Compare with this namespace: its state is the newer one
    #[arg(long, value_name = "NAME")]
    with: Option<String>,
}

impl Diff {
    /// Reads all differences and shows them.
    pub async fn run(self, global: &Global, server: &Server) -> Result<(), Failure> {
        let found = match self.found(global, server).await {
            Err(Failure::NotSpoken) => self.of_two_namespaces(global, server).await?,
            other => other?,
        };
        changes::show(&found, global, "")
    }

    /// What two namespaces differ in now is told by what they hold, on a server that has no more than that.
    async fn of_two_namespaces(
        &self,
        global: &Global,
        server: &Server,
    ) -> Result<Vec<Change>, Failure> {
        let (None, None, Some(with)) = (self.from, self.to, &self.with) else {
            return Err(Failure::NotSpoken);
        };
        let mut sides = Vec::new();
        for namespace in [with, &global.namespace] {
            let found = read::entries(server, namespace, &self.prefix, None).await?;
            sides.push(found.into_iter().map(|record| (record.key.clone(), Item::from(record))));
        }
        let [newer, older] = [sides.remove(0).collect(), sides.remove(0).collect()];
        Ok(Plan::new(newer, older, true).changes)
    }

    async fn found(&self, global: &Global, server: &Server) -> Result<Vec<Change>, Failure> {
        let mut request = DiffRequest {
            from: state(&global.namespace, self.from).into(),
            to: state(self.with.as_deref().unwrap_or(&global.namespace), self.to).into(),
            prefix: self.prefix.clone(),
            limit: PAGE,
            ..DiffRequest::default()
        };
        let mut found: Vec<Change> = Vec::new();
        loop {
            let mut client = server.holdfast.clone();
            let answer = server.own(client.diff(server.request(request.clone()))).await?;
            found.extend(answer.differences.into_iter().filter_map(change));
            if answer.next_cursor.is_empty() {
                return Ok(found);
            }
            request.cursor = answer.next_cursor;
        }
    }
}

fn state(namespace: &str, moment: Option<Moment>) -> State {
    State { namespace: namespace.into(), at: moment.map(Moment::wire).into(), ..State::default() }
}

fn change(difference: Difference) -> Option<Change> {
    let item = |entry: Option<Entry>| entry.map(|entry| Item::from(Record::from(entry)));
    match (item(difference.old.into_option()), item(difference.new.into_option())) {
        (None, Some(new)) => Some(Change::Add(new)),
        (Some(old), None) => Some(Change::Remove(old)),
        (Some(old), Some(new)) => Some(Change::Replace { old, new }),
        (None, None) => None,
    }
}
