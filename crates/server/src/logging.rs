//! Log lines on standard error: JSON, or pretty on a terminal.

use std::io::{IsTerminal, stderr};

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt;

use crate::settings::{LogFormat, LogSettings};

/// Libraries whose notices are of no use to an operator; a level that names them wins.
const QUIET: &str = "fjall=warn,lsm_tree=warn,h2=warn,hyper=warn,tonic=warn";

/// Says what is wrong with a level.
///
/// # Errors
/// A sentence when it is no filter.
pub fn check(level: &str) -> Result<(), String> {
    let filter = EnvFilter::builder().parse(level).map(drop);
    filter.map_err(|error| format!("log.level: {level:?} is no filter: {error}"))
}

/// Starts logging for the whole process. A second start in the same process changes nothing.
pub fn start(settings: &LogSettings) {
    let json = match settings.format {
        LogFormat::Json => true,
        LogFormat::Pretty => false,
        LogFormat::Auto => !stderr().is_terminal(),
    };
    let filter = EnvFilter::new(format!("{QUIET},{}", settings.level));
    let builder = fmt().with_env_filter(filter).with_writer(stderr);
    let started = if json {
        builder.json().flatten_event(true).try_init()
    } else {
        builder.with_ansi(stderr().is_terminal()).try_init()
    };
    if started.is_err() {
        tracing::debug!("logging was started before");
    }
}
