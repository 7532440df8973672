//! `holdfast watch`.

mod printer;
mod progress;

use std::time::Duration;

use clap::Args;
use holdfast_api::holdfast_v1::watch_request::Start;
use holdfast_api::holdfast_v1::watch_response::Kind;
use holdfast_api::holdfast_v1::{Filter, WatchRequest, WatchResponse};
use holdfast_api::{config_v1, convert};
use tonic::{Code, Request, Streaming};

use crate::args::Global;
use crate::change::Change;
use crate::connect::Server;
use crate::failure::Failure;
use crate::screen;

use printer::Printer;
use progress::Progress;

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
        let printer = Printer::new(global);
        let mut progress = Progress::default();
        let mut wait = FIRST_WAIT;
        loop {
            let request = self.request(global, progress.token());
            let frames = progress.frames();
            match follow(&server, request, &mut progress, printer).await? {
                End::NotSpoken(status) if self.start().is_some() => return Err(status.into()),
                End::NotSpoken(_) => return self.plain(global, &server, printer).await,
                End::Lost(status) => {
                    let alive = progress.frames() != frames;
                    if alive || wait == FIRST_WAIT {
                        let seamless = progress.token().is_some() || self.start().is_some();
                        screen::note(&lost(&status, seamless));
                    }
                    wait = if alive { FIRST_WAIT } else { wait };
                }
            }
            tokio::time::sleep(wait).await;
            wait = (wait * 2).min(LONGEST_WAIT);
        }
    }

    fn request(&self, global: &Global, token: Option<&str>) -> WatchRequest {
        WatchRequest {
            filters: self.filters(global),
            start: token.map(|token| Start::Token(token.to_owned())).or_else(|| self.start()),
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
        printer: Printer,
    ) -> Result<(), Failure> {
        let namespaces = if self.all_namespaces { vec![] } else { vec![global.namespace.clone()] };
        let request = config_v1::WatchRequest {
            namespaces,
            prefixes: self.prefixes.clone(),
            ..config_v1::WatchRequest::default()
        };
        let mut stream = server.config.clone().watch(Request::new(request)).await?.into_inner();
        while let Some(message) = stream.message().await? {
            Change::from_config_v1(message).map_or(Ok(()), |change| printer.print(&change))?;
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

fn wider(revision: u64) -> String {
    format!(
        "your rights became wider: changes up to revision {revision} may not have been shown, \
         read again what you need of them"
    )
}

async fn follow(
    server: &Server,
    request: WatchRequest,
    progress: &mut Progress,
    printer: Printer,
) -> Result<End, Failure> {
    // No deadline: a watch has none.
    let mut stream = match server.holdfast.clone().watch(Request::new(request)).await {
        Ok(response) => response.into_inner(),
        Err(status) => return ended(status),
    };
    loop {
        match next(&mut stream).await {
            Ok(frame) => {
                if frame.kind.as_known() == Some(Kind::KIND_RESYNC) {
                    screen::note(&wider(frame.revision));
                }
                progress.take(frame).iter().try_for_each(|change| printer.print(change))?;
            }
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
