//! New connections: what makes a session ours, and what it is asked first.

use std::time::Duration;

use holdfast_model::Head;
use holdfast_store_sql::dialect::Greeting;
use holdfast_store_sql::{Failure, signed};
use sqlx::Row as _;
use sqlx::postgres::PgConnection;

use crate::schema::{self, head_columns, identity};
use crate::settings::PostgresSettings;

/// The database's time in microseconds since 1970, for statements.
macro_rules! micros {
    () => {
        "(extract(epoch FROM clock_timestamp()) * 1000000)::bigint"
    };
}
pub(crate) use micros;

/// Who are you?
pub(crate) async fn greet(database: &mut PgConnection, look_at: i64) -> Result<Greeting, Failure> {
    const GREETING: &str = concat!(
        "SELECT ",
        micros!(),
        ", ",
        identity!(),
        ", (SELECT max(version) FROM migrations), head.identity, \
         (SELECT canonical FROM log WHERE revision = $1), (SELECT note FROM filling), ",
        head_columns!(),
        " FROM head"
    );
    let row = sqlx::query(GREETING).bind(look_at).fetch_one(database).await?;
    Ok(Greeting {
        micros: row.try_get(0)?,
        identity: row.try_get(1)?,
        version: row.try_get::<Option<i32>, _>(2)?.unwrap_or(0),
        remembered: row.try_get(3)?,
        canonical: row.try_get(4)?,
        filling: row.try_get(5)?,
        head: schema::head(&row, 6)?,
    })
}

/// False when somebody else changed the head meanwhile.
pub(crate) async fn begin_epoch(
    database: &mut PgConnection,
    found: &Greeting,
    head: &Head,
) -> Result<bool, Failure> {
    const BEGIN: &str = "UPDATE head SET epoch = $1, inherited = $2, first_revision = $3, identity = $4 \
         WHERE epoch = $5 AND revision = $6 AND identity = $7";
    let begun = sqlx::query(BEGIN)
        .bind(i64::from(head.epoch.0))
        .bind(signed(head.epoch_start.inherited.0))
        .bind(signed(head.epoch_start.first.0))
        .bind(&found.identity)
        .bind(i64::from(found.head.epoch.0))
        .bind(signed(found.head.revision.0))
        .bind(&found.remembered);
    Ok(begun.execute(database).await?.rows_affected() == 1)
}

/// Durable whatever the server's default is; the plans that the indexes are there for, made once, whatever the statistics
/// say; no lock that outlives a node that was stopped.
pub(crate) fn statements(settings: &PostgresSettings) -> String {
    let schema = &settings.schema;
    let statement = settings.statement_timeout.as_millis().max(1);
    format!(
        "SET search_path TO \"{schema}\"; SET statement_timeout = {statement}; \
         SET idle_in_transaction_session_timeout = {statement}; \
         SET default_transaction_isolation = 'read committed'; SET jit = off; \
         SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; SET enable_hashjoin = off; \
         SET enable_mergejoin = off; SET enable_bitmapscan = off; \
         SELECT set_config('synchronous_commit', 'on', false) \
         WHERE current_setting('synchronous_commit') IN ('off', 'local')"
    )
}

/// Takes the lock of the head. All nodes wait for one whose holder was stopped: a second at most, or as long as for a statement if that is less.
pub(crate) fn lock(settings: &PostgresSettings) -> String {
    const LONGEST: Duration = Duration::from_secs(1);
    let idle = settings.statement_timeout.min(LONGEST).as_millis().max(1);
    format!(
        "BEGIN; SET LOCAL idle_in_transaction_session_timeout = {idle}; SELECT {} FROM head FOR UPDATE",
        head_columns!()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stopped_node_holds_the_lock_no_longer_than_a_statement_may_take() {
        let bound = |millis| {
            let statement_timeout = Duration::from_millis(millis);
            let settings =
                PostgresSettings { statement_timeout, ..PostgresSettings::new("postgres://h/d") };
            let text = lock(&settings);
            text.split("_timeout = ")
                .nth(1)
                .and_then(|rest| rest.split(';').next().map(str::to_owned))
        };
        assert_eq!(bound(5_000).as_deref(), Some("1000"));
        assert_eq!(bound(200).as_deref(), Some("200"));
        assert_eq!(bound(0).as_deref(), Some("1"), "0 would be no bound at all");
    }
}
