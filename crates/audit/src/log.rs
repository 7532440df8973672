//! Records as lines of the server's own log.

use async_trait::async_trait;
use holdfast_auth::{AuditError, Auditor, Record};
use tracing::info;

use crate::entry::Fields;

/// One line at level info with the message `audit`; it cannot fail, and promises no more than the log does.
#[derive(Debug, Clone, Copy, Default)]
pub struct LogAuditor;

#[async_trait]
impl Auditor for LogAuditor {
    fn name(&self) -> &str {
        "log"
    }

    async fn record(&self, record: &Record) -> Result<(), AuditError> {
        let fields = Fields::from(record);
        info!(
            ts = %record.time,
            user_id = fields.user_id,
            operation = fields.operation,
            namespace = fields.namespace,
            key = fields.key,
            value = fields.value.unwrap_or_default(),
            codec = fields.codec.unwrap_or_default(),
            metadata = serde_json::to_string(&fields.metadata).unwrap_or_default(),
            outcome = fields.outcome,
            revision = fields.revision,
            why = fields.why,
            sha256 = fields.sha256.unwrap_or_default(),
            request_id = fields.request_id,
            credential = fields.credential,
            peer = fields.peer.map(|peer| peer.to_string()).unwrap_or_default(),
            method = fields.method,
            "audit"
        );
        Ok(())
    }
}
