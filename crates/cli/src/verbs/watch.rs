//! `holdfast watch`.

use std::time::Duration;

use clap::Args;
use holdfast_api::holdfast_v1::watch_request::Start;
use holdfast_api::holdfast_v1::watch_response::Kind;
use holdfast_api::holdfast_v1::{Event, EventKind, Filter, WatchRequest, WatchResponse};
use holdfast_api::{config_v1, convert};
use holdfast_model::Timestamp;
use tonic::{Code, Request, Streaming};

use crate::args::Global;
use crate::connect::Server;
use crate::failure::Failure;
use crate::output::{self, Layout};
use crate::record::{Record, printable, to_second};
use crate::screen::{self, Ink, Paint};
use crate::tree::{Format, Value};

const FIRST_WAIT: Duration = Duration::from_millis(200);
const LONGEST_WAIT: Duration = Duration::from_secs(5);
/// Often, so that a watch "from now" soon has a token to go on with.
const BOOKMARKS: Duration = Duration::from_secs(1);

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

/// How the stream ended.
enum End {
    Lost(tonic::Status),
    NotSpoken(tonic::Status),
}

impl Watch {
    /// Watches over holdfast.v1 and goes on with the last token after every interruption.
    pub async fn run(self, global: &Global, server: Server) -> Result<(), Failure> {
        let mut printer = Printer::new(global);
        let mut wait = FIRST_WAIT;
        loop {
            let request = self.request(global, printer.token.as_ref());
            let frames = printer.frames;
            match follow(&server, request, &mut printer).await? {
                End::NotSpoken(status) if self.start().is_some() => return Err(status.into()),
                End::NotSpoken(_) => return self.plain(global, &server, &printer).await,
                End::Lost(status) => {
                    let alive = printer.frames != frames;
                    if alive || wait == FIRST_WAIT {
                        screen::note(&lost(
                            &status,
                            printer.token.is_some() || self.start().is_some(),
                        ));
                    }
                    wait = if alive { FIRST_WAIT } else { wait };
                }
            }
            tokio::time::sleep(wait).await;
            wait = (wait * 2).min(LONGEST_WAIT);
        }
    }

    fn request(&self, global: &Global, token: Option<&String>) -> WatchRequest {
        WatchRequest {
            filters: self.filters(global),
            start: token.map(|token| Start::Token(token.clone())).or_else(|| self.start()),
            bookmark_interval: convert::duration(BOOKMARKS).into(),
            ..WatchRequest::default()
        }
    }

    fn start(&self) -> Option<Start> {
        match (&self.token, self.from_revision, self.initial) {
            (Some(token), ..) => Some(Start::Token(token.clone())),
            // "From revision 5 on" is "after revision 4".
            (_, Some(revision), _) => Some(Start::AfterRevision(revision.saturating_sub(1))),
            (.., true) => Some(Start::InitialState(true)),
            _ => None,
        }
    }

    fn filters(&self, global: &Global) -> Vec<Filter> {
        let namespace = if self.all_namespaces { "" } else { &global.namespace };
        let filter = |prefix: &str| Filter {
            namespace: namespace.into(),
            prefix: prefix.into(),
            ..Filter::default()
        };
        if self.prefixes.is_empty() {
            return vec![filter("")];
        }
        self.prefixes.iter().map(|prefix| filter(prefix)).collect()
    }

    /// Over config.v1, for a server that has nothing else: from now on, and without a way to go on after a gap.
    async fn plain(
        &self,
        global: &Global,
        server: &Server,
        printer: &Printer,
    ) -> Result<(), Failure> {
        let namespaces = if self.all_namespaces { vec![] } else { vec![global.namespace.clone()] };
        let request = config_v1::WatchRequest {
            namespaces,
            prefixes: self.prefixes.clone(),
            ..config_v1::WatchRequest::default()
        };
        let mut stream = server.config.clone().watch(Request::new(request)).await?.into_inner();
        while let Some(change) = stream.message().await? {
            printer.plain(change)?;
        }
        Err(Failure::Server(Box::new(tonic::Status::unavailable("the server ended the watch"))))
    }
}

fn lost(status: &tonic::Status, seamless: bool) -> String {
    let missed = if seamless { "" } else { "; changes until then are not seen" };
    format!(
        "the watch was interrupted ({}), going on as soon as the server answers{missed}",
        status.message()
    )
}

async fn follow(
    server: &Server,
    request: WatchRequest,
    printer: &mut Printer,
) -> Result<End, Failure> {
    // No deadline: a watch has none.
    let mut stream = match server.holdfast.clone().watch(Request::new(request)).await {
        Ok(response) => response.into_inner(),
        Err(status) => return ended(status),
    };
    loop {
        match next(&mut stream).await {
            Ok(frame) => printer.frame(frame)?,
            Err(status) => return ended(status),
        }
    }
}

async fn next(stream: &mut Streaming<WatchResponse>) -> Result<WatchResponse, tonic::Status> {
    let end = || tonic::Status::unavailable("the server ended the watch");
    stream.message().await?.ok_or_else(end)
}

fn ended(status: tonic::Status) -> Result<End, Failure> {
    match status.code() {
        Code::Unimplemented => Ok(End::NotSpoken(status)),
        // What a connection that breaks looks like, and what a server says that stops or is overrun.
        Code::Unavailable
        | Code::Unknown
        | Code::Cancelled
        | Code::Internal
        | Code::Aborted
        | Code::ResourceExhausted => Ok(End::Lost(status)),
        _ => Err(status.into()),
    }
}

struct Printer {
    layout: Layout,
    paint: Paint,
    /// Behind the last whole commit that was printed.
    token: Option<String>,
    /// Events of this revision that were printed although the commit is not whole yet: after an interruption it
    /// comes again from its beginning.
    begun: Option<(u64, u32)>,
    /// How many frames came.
    frames: u64,
}

impl Printer {
    fn new(global: &Global) -> Self {
        let layout = global.output.unwrap_or(Layout::Table);
        Self { layout, paint: Paint::stdout(), token: None, begun: None, frames: 0 }
    }

    fn frame(&mut self, frame: WatchResponse) -> Result<(), Failure> {
        self.frames += 1;
        let initial = frame.kind.as_known() == Some(Kind::KIND_INITIAL);
        let begun =
            self.begun.take().filter(|(revision, _)| *revision == frame.revision && !initial);
        let next = frame.events.last().map_or(0, |event| event.index + 1);
        let time = frame.time.as_option().map(convert::model_time);
        let token = Some(frame.token).filter(|token| !token.is_empty());
        let count = frame.events.len();
        for (at, event) in frame.events.into_iter().enumerate() {
            if begun.is_some_and(|(_, printed)| event.index < printed) {
                continue;
            }
            let word = if initial { "initial" } else { word(&event) };
            let mut context = vec![("change".to_owned(), Value::from(word))];
            let revision = if initial { event.mod_revision } else { frame.revision };
            context.push(("revision".to_owned(), Value::Number(revision.into())));
            context.extend(time.map(|time| ("time".to_owned(), Value::Text(time.to_string()))));
            if !frame.reason.is_empty() {
                context.push(("reason".to_owned(), Value::from(frame.reason.as_str())));
            }
            // Only behind the last event is the commit whole, and only there may somebody go on.
            if let (Some(token), true) = (&token, at + 1 == count) {
                context.push(("token".to_owned(), Value::from(token.as_str())));
            }
            self.change(word, &record(event), time, context)?;
        }
        if token.is_none() && !initial {
            let printed = begun.map_or(0, |(_, printed)| printed).max(next);
            self.begun = Some((frame.revision, printed));
        }
        self.token = token.or_else(|| self.token.take());
        Ok(())
    }

    fn plain(&self, change: config_v1::WatchResponse) -> Result<(), Failure> {
        use config_v1::ChangeType::{
            CHANGE_TYPE_ALIAS_DELETE, CHANGE_TYPE_ALIAS_SET, CHANGE_TYPE_DELETE, CHANGE_TYPE_SET,
        };
        let word = match change.r#type.as_known() {
            Some(CHANGE_TYPE_SET) => "set",
            Some(CHANGE_TYPE_DELETE) => "delete",
            Some(CHANGE_TYPE_ALIAS_SET) => "alias-set",
            Some(CHANGE_TYPE_ALIAS_DELETE) => "alias-delete",
            _ => return Ok(()),
        };
        let record = change.entry.into_option().map(Record::from).unwrap_or_default();
        let time = record.updated_at;
        self.change(word, &record, time, vec![("change".to_owned(), Value::from(word))])
    }

    fn change(
        &self,
        word: &str,
        record: &Record,
        time: Option<Timestamp>,
        context: Vec<(String, Value)>,
    ) -> Result<(), Failure> {
        let document = || Value::Table(context.into_iter().chain(record.members()).collect());
        match self.layout {
            Layout::Raw => output::line(&record.key),
            Layout::Json => output::line(&document().to_string()),
            Layout::Yaml => {
                let text = Format::Yaml.write(&document()).unwrap_or_default();
                output::bytes(format!("---\n{text}").as_bytes())
            }
            Layout::Table => output::line(&self.line(word, record, &to_second(time))),
        }
    }

    fn line(&self, word: &str, record: &Record, time: &str) -> String {
        let ink = match word {
            "set" | "alias-set" => Ink::Green,
            "initial" => Ink::Dim,
            _ => Ink::Red,
        };
        let word = format!("{word:<7}");
        let mut rest = format!("{}/{}", printable(&record.namespace), printable(&record.key));
        if !record.codec.is_empty() {
            rest = format!("{rest}  v{}  {}", record.version, record.preview());
        }
        if let Some(width) = output::width() {
            let taken = time.len() + word.len() + 4;
            rest = output::cut(&rest, width.saturating_sub(taken));
        }
        format!("{}  {}  {rest}", self.paint.ink(Ink::Dim, time), self.paint.ink(ink, &word))
    }
}

/// Of an event that removed the key only the names: it has no value.
fn record(event: Event) -> Record {
    use EventKind::{EVENT_KIND_DELETE, EVENT_KIND_EXPIRE, EVENT_KIND_REVOKE};
    let gone = matches!(
        event.kind.as_known(),
        Some(EVENT_KIND_DELETE | EVENT_KIND_EXPIRE | EVENT_KIND_REVOKE)
    );
    let record = Record::from(event);
    match gone {
        true => Record { namespace: record.namespace, key: record.key, ..Record::default() },
        false => record,
    }
}

fn word(event: &Event) -> &'static str {
    match event.kind.as_known() {
        Some(EventKind::EVENT_KIND_SET) => "set",
        Some(EventKind::EVENT_KIND_DELETE) => "delete",
        Some(EventKind::EVENT_KIND_EXPIRE) => "expire",
        Some(EventKind::EVENT_KIND_METADATA) => "meta",
        Some(EventKind::EVENT_KIND_REVOKE) => "revoke",
        Some(EventKind::EVENT_KIND_SUPERSEDED) => "outdone",
        _ => "unknown",
    }
}
