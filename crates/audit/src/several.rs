//! Several auditors as one.

use std::sync::Arc;

use async_trait::async_trait;
use futures::future::join_all;
use holdfast_auth::{AuditError, Auditor, Record};

/// All of them hear of every record; one that fails does not stop the others.
#[derive(Clone)]
pub struct Several(Vec<Arc<dyn Auditor>>);

impl Several {
    /// In the order in which their errors are told.
    #[must_use]
    pub fn new(auditors: Vec<Arc<dyn Auditor>>) -> Self {
        Self(auditors)
    }
}

#[async_trait]
impl Auditor for Several {
    fn name(&self) -> &str {
        "several"
    }

    async fn record(&self, record: &Record) -> Result<(), AuditError> {
        let kept = join_all(self.0.iter().map(|auditor| auditor.record(record))).await;
        let errors: Vec<AuditError> = kept.into_iter().filter_map(Result::err).collect();
        if errors.is_empty() {
            return Ok(());
        }
        let all = |part: fn(&AuditError) -> &str, between: &str| {
            errors.iter().map(part).collect::<Vec<_>>().join(between)
        };
        Err(AuditError { auditor: all(|e| &e.auditor, ", "), why: all(|e| &e.why, "; ") })
    }
}
