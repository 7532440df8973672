//! `holdfast events`.

use clap::{Args, ValueEnum};
use holdfast_api::convert::time;
use holdfast_api::holdfast_v1::{EventKind, EventsRequest, Filter, LoggedEvent};

use crate::args::Global;
use crate::change::Change;
use crate::connect::Server;
use crate::failure::Failure;
use crate::moment::Instant;
use crate::output::{self, Layout};
use crate::record::{printable, to_second};
use holdfast_tree::Value;

/// Events in one page.
const PAGE: u32 = 500;

/// Show what happened, the newest first.
///
/// With `-o raw` only the keys.
#[derive(Debug, Args)]
pub struct Events {
    /// Beginnings of keys; none: all of the namespace
    #[arg(value_name = "PREFIX")]
    prefixes: Vec<String>,
    /// Every namespace, whatever --namespace says
    #[arg(short = 'A', long)]
    all_namespaces: bool,
    /// Only this kind of event; may be given several times
    #[arg(long, value_name = "KIND")]
    kind: Vec<Kind>,
    /// Only by this identity
    #[arg(long, value_name = "NAME")]
    actor: Option<String>,
    /// Not before this time (`2026-01-31T12:00:00Z`), or so long ago (`10m`)
    #[arg(long, value_name = "TIME")]
    since: Option<Instant>,
    /// Not after this time
    #[arg(long, value_name = "TIME")]
    until: Option<Instant>,
    /// From this revision on
    #[arg(long, value_name = "N")]
    from_revision: Option<u64>,
    /// Up to this revision
    #[arg(long, value_name = "N")]
    to_revision: Option<u64>,
    /// The oldest first
    #[arg(long)]
    oldest_first: bool,
    /// Show no more than this many
    #[arg(long, value_name = "N", default_value = "50", value_parser = clap::value_parser!(u32).range(1..))]
    limit: u32,
}

/// A kind of event.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Kind {
    Set,
    Delete,
    Expire,
}

impl Events {
    /// Reads page after page, then shows them.
    pub async fn run(self, global: &Global, server: &Server) -> Result<(), Failure> {
        let mut request = self.request(global);
        let most = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let mut found: Vec<LoggedEvent> = Vec::new();
        loop {
            request.limit = u32::try_from(most - found.len()).unwrap_or(PAGE).min(PAGE);
            let mut client = server.holdfast.clone();
            let answer = server.own(client.events(server.request(request.clone()))).await?;
            found.extend(answer.events);
            if answer.next_cursor.is_empty() || found.len() >= most {
                break;
            }
            request.cursor = answer.next_cursor;
        }
        show(found, global.output.unwrap_or(Layout::Table))
    }

    fn request(&self, global: &Global) -> EventsRequest {
        let kind = |kind: &Kind| match kind {
            Kind::Set => EventKind::EVENT_KIND_SET,
            Kind::Delete => EventKind::EVENT_KIND_DELETE,
            Kind::Expire => EventKind::EVENT_KIND_EXPIRE,
        };
        EventsRequest {
            filters: self.filters(global),
            kinds: self.kind.iter().map(|one| kind(one).into()).collect(),
            actor: self.actor.clone().unwrap_or_default(),
            from_revision: self.from_revision.unwrap_or_default(),
            to_revision: self.to_revision.unwrap_or_default(),
            since: self.since.map(|at| time(at.0)).into(),
            until: self.until.map(|at| time(at.0)).into(),
            newest_first: !self.oldest_first,
            ..EventsRequest::default()
        }
    }

    fn filters(&self, global: &Global) -> Vec<Filter> {
        let namespace = if self.all_namespaces { "" } else { &global.namespace };
        let filter = |prefix: &str| Filter {
            namespace: namespace.into(),
            prefix: prefix.into(),
            ..Filter::default()
        };
        match self.prefixes.as_slice() {
            [] => vec![filter("")],
            prefixes => prefixes.iter().map(|prefix| filter(prefix)).collect(),
        }
    }
}

/// An event with its actor.
struct Line {
    change: Change,
    actor: String,
    method: String,
}

fn show(found: Vec<LoggedEvent>, layout: Layout) -> Result<(), Failure> {
    let lines: Vec<Line> = found.into_iter().filter_map(line).collect();
    match layout {
        Layout::Raw => output::lines(lines.iter().map(|line| &line.change.record.key)),
        Layout::Table => {
            let headings = ["REVISION", "TIME", "CHANGE", "KEY", "VERSION", "BY", "REASON"];
            output::table(&headings, lines.iter().map(row).collect())
        }
        layout => output::document(&Value::List(lines.iter().map(document).collect()), layout),
    }
}

fn line(logged: LoggedEvent) -> Option<Line> {
    let mut change = Change::from_event(logged.event.into_option()?, false);
    change.reason = logged.reason;
    let actor = logged.actor.into_option().unwrap_or_default();
    Some(Line { change, actor: actor.identity, method: actor.method })
}

fn row(line: &Line) -> Vec<String> {
    let Change { word, revision, time, reason, record, .. } = &line.change;
    let version = Some(record.version).filter(|version| *version > 0);
    vec![
        revision.unwrap_or_default().to_string(),
        to_second(*time),
        (*word).to_owned(),
        format!("{}/{}", printable(&record.namespace), printable(&record.key)),
        version.map(|version| version.to_string()).unwrap_or_default(),
        printable(&line.actor),
        printable(reason),
    ]
}

fn document(line: &Line) -> Value {
    let mut document = line.change.document();
    if let Value::Table(members) = &mut document {
        members.push(("actor".to_owned(), Value::from(line.actor.as_str())));
        members.push(("method".to_owned(), Value::from(line.method.as_str())));
    }
    document
}
