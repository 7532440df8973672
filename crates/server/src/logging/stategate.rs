//! Log lines with the members that a stategate deployment collects.

use std::fmt;
use std::time::SystemTime;

use serde_json::{Map, Value};
use tokio::runtime::Handle;
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

use crate::observe;

/// What every line says of the process.
#[derive(Debug, Clone)]
pub(super) struct Lines {
    host: String,
    channel: &'static str,
    storage: &'static str,
}

impl Lines {
    pub(super) fn new(channel: &'static str, storage: &'static str) -> Self {
        let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
        Self { host, channel, storage }
    }

    fn members(&self, event: &Event<'_>) -> Map<String, Value> {
        let mut line = Members::default();
        event.record(&mut line);
        let Members(mut line) = line;
        let level = event.metadata().level().as_str().to_ascii_lowercase();
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let message = line.remove("message").unwrap_or_default();
        for (name, value) in [
            ("level", level.into()),
            ("ts", since.as_secs_f64().into()),
            ("msg", message),
            ("channel_provider", self.channel.into()),
            ("storage_provider", self.storage.into()),
            ("host", self.host.as_str().into()),
            ("service", "stategate".into()),
            ("version", env!("CARGO_PKG_VERSION").into()),
        ] {
            line.insert(name.to_owned(), value);
        }
        if event.metadata().target() != observe::TARGET
            && let Ok(runtime) = Handle::try_current()
        {
            line.insert("goroutines".to_owned(), runtime.metrics().num_alive_tasks().into());
        }
        line
    }
}

impl<S, N> FormatEvent<S, N> for Lines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        _: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        writeln!(writer, "{}", Value::Object(self.members(event)))
    }
}

/// The fields of an event.
#[derive(Default)]
struct Members(Map<String, Value>);

impl Members {
    fn put(&mut self, field: &Field, value: impl Into<Value>) {
        self.0.insert(field.name().to_owned(), value.into());
    }
}

impl Visit for Members {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.put(field, format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field, value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, value);
    }
}
