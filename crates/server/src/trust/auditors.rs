//! From settings to the account of what callers did.

use std::num::{NonZeroU64, NonZeroUsize};
use std::sync::Arc;

use holdfast_audit::{FileAuditor, FileSettings, LogAuditor, Several};
use holdfast_auth::Auditor;
use holdfast_auth::trust::Rule;
use holdfast_engine::{AuditOptions, Auditing};

use super::TrustError;
use crate::settings::AuditSettings;

/// Whoever keeps the account, these and those of the settings; `None`: nobody does.
pub(crate) fn of(
    settings: &AuditSettings,
    mut auditors: Vec<Arc<dyn Auditor>>,
) -> Result<Option<Arc<Auditing>>, TrustError> {
    if settings.log {
        auditors.push(Arc::new(LogAuditor));
    }
    if let Some(dir) = &settings.dir {
        let mut files = FileSettings::new(dir);
        let size = u64::try_from(settings.file_bytes.0).unwrap_or(u64::MAX);
        files.max_bytes = NonZeroU64::new(size).unwrap_or(files.max_bytes);
        files.keep = NonZeroUsize::new(settings.files).unwrap_or(files.keep);
        let opened = FileAuditor::open(files);
        let opened = opened.map_err(|error| TrustError::Audit(format!("audit.dir: {error}")))?;
        auditors.push(Arc::new(opened));
    }
    if let Some(url) = &settings.sql {
        auditors.push(sql(&url.0, &settings.sql_table)?);
    }
    let auditor = match auditors.len() {
        0 if settings.required => {
            let why = "audit.required: nothing keeps records (audit.log, audit.dir, audit.sql)";
            return Err(TrustError::Audit(why.into()));
        }
        0 => return Ok(None),
        1 => auditors.remove(0),
        _ => Arc::new(Several::new(auditors)),
    };
    let secret = |place: &String| {
        format!("read {place}")
            .parse::<Rule>()
            .map_err(|error| TrustError::Audit(format!("audit.secrets: {error}")))
    };
    let secrets = settings.secrets.0.iter().map(secret).collect::<Result<Vec<_>, _>>()?;
    let options = AuditOptions {
        writes: settings.writes,
        denials: settings.denials,
        secret_reads: settings.secret_reads,
        decisions: settings.decisions,
        values: settings.values,
        required: settings.required,
        secrets: secrets.into(),
    };
    Ok(Some(Arc::new(Auditing::new(auditor, options))))
}

#[cfg(feature = "audit-sql")]
fn sql(url: &str, table: &str) -> Result<Arc<dyn Auditor>, TrustError> {
    use holdfast_audit_sql::{SqlAuditor, SqlSettings};
    let settings = SqlSettings { table: table.to_owned(), ..SqlSettings::new(url) };
    let auditor = SqlAuditor::new(&settings);
    let auditor = auditor.map_err(|error| TrustError::Audit(format!("audit.sql: {error}")))?;
    Ok(Arc::new(auditor))
}

#[cfg(not(feature = "audit-sql"))]
fn sql(_url: &str, _table: &str) -> Result<Arc<dyn Auditor>, TrustError> {
    let why = "audit.sql: this build has no SQL in it; build it with the feature audit-sql";
    Err(TrustError::Audit(why.into()))
}
