//! New connections: what makes a session ours, and what it is asked first.

use holdfast_model::Head;
use holdfast_store_sql::dialect::Greeting;
use holdfast_store_sql::{Failure, corrupt, signed};
use sqlx::Row as _;
use sqlx::mysql::MySqlConnection;

use crate::dialect::{Flavour, MySql};
use crate::read::{HEAD, head_of, run};
use crate::settings::MySqlSettings;
use crate::text::Text;

/// Which server this is, as an expression.
pub(crate) fn identity(flavour: Flavour) -> &'static str {
    match flavour {
        Flavour::MariaDb => "CAST(@@server_uid AS CHAR)",
        Flavour::MySql => "CAST(@@server_uuid AS CHAR)",
    }
}

/// What both kinds of server know, and what only this one does.
pub(crate) fn statements(settings: &MySqlSettings, flavour: Flavour) -> String {
    let statement = settings.statement_timeout;
    let seconds = statement.as_secs().max(1);
    let own = match flavour {
        Flavour::MariaDb => format!(
            "SET SESSION max_statement_time = {seconds}, idle_transaction_timeout = {seconds}"
        ),
        Flavour::MySql => {
            format!("SET SESSION max_execution_time = {}", statement.as_millis().max(1))
        }
    };
    format!(
        "SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION'; SET SESSION time_zone = '+00:00'; \
         SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ; \
         SET SESSION innodb_lock_wait_timeout = {seconds}; {own}"
    )
}

/// Who are you?
pub(crate) async fn greet(
    dialect: &MySql,
    database: &mut MySqlConnection,
    look_at: i64,
) -> Result<Greeting, Failure> {
    let flavour = dialect.flavour(database).await?;
    let text = Text::new(HEAD)
        .sql("; SELECT CAST(@@read_only AS SIGNED), ")
        .sql(identity(flavour))
        .sql(", CAST(identity AS CHAR), (SELECT MAX(version) FROM migrations), (SELECT canonical FROM log WHERE revision = ")
        .number(look_at)
        .sql("), (SELECT note FROM filling) FROM head");
    let rows = run(database, text).await?;
    let (micros, head) = head_of(&rows)?;
    let row = rows.get(1).ok_or_else(|| corrupt("an answer", "it is cut off"))?;
    let read_only: i64 = row.try_get(0)?;
    let identity: String = row.try_get(1)?;
    Ok(Greeting {
        micros,
        identity: (read_only == 0).then_some(identity),
        remembered: row.try_get(2)?,
        version: row.try_get::<Option<i32>, _>(3)?.unwrap_or(0),
        canonical: row.try_get(4)?,
        filling: row.try_get(5)?,
        head,
    })
}

/// False when somebody else changed the head meanwhile.
pub(crate) async fn begin_epoch(
    database: &mut MySqlConnection,
    found: &Greeting,
    head: &Head,
) -> Result<bool, Failure> {
    let identity = found.identity.as_deref().unwrap_or_default();
    let text = Text::new("UPDATE head SET epoch = ")
        .number(i64::from(head.epoch.0))
        .sql(", inherited = ")
        .number(signed(head.epoch_start.inherited.0))
        .sql(", first_revision = ")
        .number(signed(head.epoch_start.first.0))
        .sql(", identity = ")
        .bytes(identity.as_bytes())
        .sql(" WHERE epoch = ")
        .number(i64::from(found.head.epoch.0))
        .sql(" AND revision = ")
        .number(signed(found.head.revision.0))
        .sql(" AND identity = ")
        .bytes(found.remembered.as_bytes())
        .sql("; SELECT ROW_COUNT()");
    let rows = run(database, text).await?;
    let changed: i64 = rows.first().map(|row| row.try_get(0)).transpose()?.unwrap_or(0);
    Ok(changed == 1)
}
