//! New connections: what makes a session ours, and what it is asked first.

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
