//! Several at once, and the line in the log.

use std::io::Write;
use std::sync::Arc;

use holdfast_audit::{FileAuditor, LogAuditor, Several};
use holdfast_auth::{AuditError, Auditor, Record};
use parking_lot::Mutex;

use crate::{block_on, keys, record, settings};

/// Keeps nothing.
struct Broken(&'static str);

#[async_trait::async_trait]
impl Auditor for Broken {
    fn name(&self) -> &str {
        self.0
    }

    async fn record(&self, _: &Record) -> Result<(), AuditError> {
        Err(AuditError { auditor: self.0.into(), why: format!("{} is broken", self.0) })
    }
}

#[test]
fn one_that_fails_does_not_stop_the_others() {
    let directory = tempfile::tempdir().expect("a directory");
    let file = Arc::new(FileAuditor::open(settings(directory.path(), 1 << 20)).expect("opens"));
    let all = Several::new(vec![Arc::new(Broken("a")), file.clone(), Arc::new(Broken("b"))]);
    let error = block_on(all.record(&record(1))).expect_err("two fail");
    assert_eq!((error.auditor.as_str(), error.why.as_str()), ("a, b", "a is broken; b is broken"));
    assert_eq!(keys(directory.path()), ["k1"]);
    block_on(Several::new(vec![file, Arc::new(LogAuditor)]).record(&record(2)))
        .expect("none fails");
}

#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_line_in_the_log_has_the_attributes_of_the_contract() {
    let written = Written::default();
    let writer = written.clone();
    let subscriber = tracing_subscriber::fmt().json().with_writer(move || writer.clone()).finish();
    tracing::subscriber::with_default(subscriber, || {
        // On this thread, where the subscriber is.
        futures::executor::block_on(LogAuditor.record(&record(1))).expect("never fails");
    });
    let line: serde_json::Value = serde_json::from_slice(&written.0.lock()).expect("JSON");
    assert_eq!(line["level"], "INFO");
    let fields = &line["fields"];
    for (name, value) in [
        ("message", "audit"),
        ("ts", "2026-01-01T00:00:01Z"),
        ("user_id", "ann"),
        ("operation", "set"),
        ("namespace", "prod"),
        ("key", "k1"),
        ("value", "MQ=="),
        ("codec", "json"),
        ("metadata", "{\"reason\":\"a \\\"test\\\"\\n\"}"),
        ("outcome", "done"),
    ] {
        assert_eq!(fields[name], value, "{name} in {line}");
    }
}
