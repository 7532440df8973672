//! What the server itself is asked at the start: whether it keeps what it acknowledges.

use holdfast_store_sql::Failure;
use sqlx::postgres::PgConnection;

/// Either of them off, and a machine that stops may leave less than was acknowledged, or nothing that can be read.
const ASK: &str = "SELECT name FROM pg_settings WHERE name IN ('fsync', 'full_page_writes') AND setting = 'off' ORDER BY name";

/// Warns of a server that may lose what it acknowledged. (`synchronous_commit` is set for each session.)
pub(crate) async fn check(database: &mut PgConnection) -> Result<(), Failure> {
    let off: Vec<String> = sqlx::query_scalar(ASK).fetch_all(database).await?;
    for setting in off {
        tracing::warn!(
            "{setting} of the database is off: it may lose writes that were acknowledged when its machine stops"
        );
    }
    Ok(())
}
