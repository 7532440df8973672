//! Log lines on standard error: JSON, or pretty on a terminal; or as stategate writes them, on standard output.

mod stategate;

use std::io::{IsTerminal, stderr, stdout};

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt;

use crate::settings::{ChannelKind, LogFormat, Settings};
use stategate::Lines;

/// Libraries whose notices are of no use to an operator; a level that names them wins.
const QUIET: &str =
    "fjall=warn,lsm_tree=warn,h2=warn,hyper=warn,tonic=warn,async_nats=warn,lapin=off,redis=warn";

/// Says what is wrong with a level.
///
/// # Errors
/// A sentence when it is no filter.
pub fn check(level: &str) -> Result<(), String> {
    let filter = EnvFilter::builder().parse(level).map(drop);
    filter.map_err(|error| format!("log.level: {level:?} is no filter: {error}"))
}

/// Starts logging for the whole process. A second start in the same process changes nothing.
pub fn start(settings: &Settings) {
    let filter = EnvFilter::new(format!("{QUIET},{}", settings.log.level));
    let json = match settings.log.format {
        LogFormat::Json => true,
        LogFormat::Pretty => false,
        LogFormat::Stategate => return as_stategate(settings, filter),
        LogFormat::Auto => !stderr().is_terminal(),
    };
    let builder = fmt().with_env_filter(filter).with_writer(stderr);
    let started = if json {
        builder.json().flatten_event(true).try_init()
    } else {
        builder.with_ansi(stderr().is_terminal()).try_init()
    };
    told(started.is_ok());
}

fn as_stategate(settings: &Settings, filter: EnvFilter) {
    let storage = settings.store.kind.word();
    let channel = match settings.channel.kind {
        ChannelKind::Local => "inmem",
        kind => kind.name(),
    };
    let lines = fmt().with_env_filter(filter).with_writer(stdout).with_ansi(false);
    told(lines.event_format(Lines::new(channel, storage)).try_init().is_ok());
}

fn told(started: bool) {
    if !started {
        tracing::debug!("logging was started before");
    }
}
