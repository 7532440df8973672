//! Liveness and readiness: what a supervisor asks.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::backups::Scheduled;
use axum::Router;
use axum::extract::{Query, State};
use axum::routing::get;
use futures::FutureExt as _;
use holdfast_auth::Gatekeeper;
use holdfast_channel::EventChannel;
use holdfast_engine::Engine;
use http::StatusCode;

/// Answers the question whether this server should get calls.
#[derive(Clone)]
pub struct Health {
    engine: Engine,
    gatekeeper: Option<Arc<Gatekeeper>>,
    channel: Option<Arc<dyn EventChannel>>,
    backups: Option<Scheduled>,
    stopping: Arc<AtomicBool>,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    name: &'static str,
    verdict: Verdict,
    found: String,
}

/// What a check says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Good,
    /// Worth a look; calls are answered all the same.
    Doubtful,
    /// No calls, please.
    Bad,
}

impl Health {
    /// Of this engine.
    #[must_use]
    pub fn new(engine: Engine, gatekeeper: Option<Arc<Gatekeeper>>) -> Self {
        let stopping = Arc::new(AtomicBool::new(false));
        Self { engine, gatekeeper, channel: None, backups: None, stopping }
    }

    /// And of scheduled backups.
    #[must_use]
    pub fn with_backups(self, backups: Option<Scheduled>) -> Self {
        Self { backups, ..self }
    }

    /// And of what carries messages to other nodes.
    #[must_use]
    pub fn with_channel(self, channel: Option<Arc<dyn EventChannel>>) -> Self {
        Self { channel, ..self }
    }

    /// From now on the server is not ready.
    pub fn stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }

    /// Looks at everything.
    #[must_use]
    pub fn checks(&self) -> Vec<Check> {
        let status = self.engine.status();
        let floors = status.head.floors;
        let serving = if self.stopping.load(Ordering::Relaxed) {
            Check::new("serving", Verdict::Bad, "the server is shutting down")
        } else {
            Check::new("serving", Verdict::Good, "yes")
        };
        let store = if status.read_only {
            let found = "a flush failed, only reads are answered until the server is restarted";
            Check::new("store", Verdict::Bad, found)
        } else if let Some((since, why)) = self.engine.cut_off() {
            let found = format!("it has not answered for {} s: {why}", since.as_secs());
            Check::new("store", Verdict::Bad, &found)
        } else {
            Check::new("store", Verdict::Good, "writable")
        };
        let clock = if status.clock_behind {
            let found = "behind the time of the newest commit, nothing expires until it caught up";
            Check::new("clock", Verdict::Doubtful, found)
        } else {
            Check::new("clock", Verdict::Good, "ahead of the log")
        };
        let head = status.head;
        let log = Check::new(
            "log",
            Verdict::Good,
            &format!(
                "{} epoch {}, head {}, events from {}, readable from {}",
                head.log, head.epoch, head.revision, floors.events, floors.history
            ),
        );
        let mut checks = vec![serving, store, clock, log];
        checks.extend(self.gatekeeper.as_deref().map(trust));
        checks.extend(self.channel.as_deref().map(channel));
        checks.extend(self.backups.as_ref().map(backups));
        checks
    }

    /// True when calls are welcome.
    #[must_use]
    pub fn ready(&self) -> bool {
        self.checks().iter().all(|check| check.verdict != Verdict::Bad)
    }

    /// `/livez` and `/readyz`.
    pub fn routes(&self) -> Router {
        Router::new()
            .route("/livez", get(|| async { "ok\n" }))
            .route("/readyz", get(readyz))
            .with_state(self.clone())
    }
}

impl Check {
    fn new(name: &'static str, verdict: Verdict, found: &str) -> Self {
        Self { name, verdict, found: found.into() }
    }

    fn line(&self) -> String {
        let mark = match self.verdict {
            Verdict::Good => '+',
            Verdict::Doubtful => '!',
            Verdict::Bad => '-',
        };
        format!("[{mark}] {}: {}\n", self.name, self.found)
    }
}

/// Callers that can be judged are served, whatever is wrong with the rest.
fn trust(gatekeeper: &Gatekeeper) -> Check {
    let troubles = gatekeeper.troubles();
    if troubles.is_empty() {
        return Check::new("trust", Verdict::Good, "tokens and rules are in force");
    }
    let lines: Vec<_> = troubles.iter().map(|(name, why)| format!("{name}: {why}")).collect();
    Check::new("trust", Verdict::Doubtful, &lines.join("; "))
}

/// Without it nodes hear of each other's writes later, that is all.
fn channel(channel: &dyn EventChannel) -> Check {
    let name = channel.capabilities().name;
    match channel.healthy().now_or_never() {
        Some(Ok(())) => Check::new("channel", Verdict::Good, name),
        Some(Err(error)) => Check::new("channel", Verdict::Doubtful, &error.to_string()),
        None => Check::new("channel", Verdict::Doubtful, &format!("{name} does not say how it is")),
    }
}

/// Calls are answered without them, too.
fn backups(backups: &Scheduled) -> Check {
    match backups.last() {
        Ok(found) => Check::new("backup", Verdict::Good, &found),
        Err(why) => Check::new("backup", Verdict::Doubtful, &why),
    }
}

async fn readyz(
    State(health): State<Health>,
    Query(query): Query<Vec<(String, String)>>,
) -> (StatusCode, String) {
    let verbose = query.iter().any(|(name, value)| name == "verbose" && value != "false");
    let checks = health.checks();
    let bad = |check: &&Check| check.verdict == Verdict::Bad;
    let ready = !checks.iter().any(|check| bad(&check));
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let shown = checks.iter().filter(|check| verbose || bad(check));
    let lines: String = shown.map(Check::line).collect();
    (status, format!("{lines}{}\n", if ready { "ok" } else { "not ready" }))
}
