//! One group: one statement.

use holdfast_store_sql::dialect::{Appended, Between};
use holdfast_store_sql::head::is_unmoved;
use holdfast_store_sql::{Failure, HeadRow, Rows};
use sqlx::Row as _;
use sqlx::postgres::PgConnection;

use crate::schema::{self, head_columns};
use crate::session::micros;

/// Every part hangs on `won`: without the head that was expected nothing is written, and the answer brings the present one.
///
/// A turn in the queue, whose name is the parameter `$queue`, is given back before the inserts: whoever comes next then waits for the
/// commit, and is told of it at once.
macro_rules! append {
    ($queue:literal $(, $more:literal)?) => {
        concat!(
            "WITH won AS (
                UPDATE head SET revision = $1, time = $2, hash = $3, appended = $4
                WHERE head.log = $5 AND head.epoch = $6 AND head.revision = $7 AND head.hash = $8 AND head.ordinal_base = $9
                RETURNING ",
            head_columns!(),
            "), commits AS (
                INSERT INTO log (revision, weight, canonical, inline)
                SELECT t.* FROM won, unnest($10::bigint[], $11::bigint[], $12::bytea[], $13::bytea[]) AS t
            ), events AS (
                INSERT INTO history (namespace, key, revision, idx, kind, ordinal, expires_at, value_len, body)
                SELECT t.* FROM won, unnest($14::bytea[], $15::bytea[], $16::bigint[], $17::int[], $18::smallint[], $19::bigint[], \
                    $20::bigint[], $21::int[], $22::bytea[]) AS t
            ), current AS (
                INSERT INTO entries (namespace, key, revision, idx, expires_at)
                SELECT t.* FROM won, unnest($23::bytea[], $24::bytea[], $25::bigint[], $26::int[], $27::bigint[]) AS t
                ON CONFLICT (namespace, key) DO UPDATE
                SET revision = excluded.revision, idx = excluded.idx, expires_at = excluded.expires_at
            )",
            $($more,)?
            " SELECT ",
            micros!(),
            ", head.won, ",
            head_columns!(),
            ", pg_advisory_unlock(hashtextextended(",
            $queue,
            ", 0)), CASE WHEN ",
            $queue,
            " IS NOT NULL THEN set_config('idle_session_timeout', '0', false) END",
            " FROM (SELECT true AS won, * FROM won UNION ALL SELECT false, ",
            head_columns!(),
            " FROM head WHERE NOT EXISTS (SELECT FROM won)) AS head"
        )
    };
}

/// Of groups that only put small values, which nearly all are: a part that has nothing to do costs time nevertheless.
const PUT: &str = append!("$28::text");

const APPEND: &str = append!(
    "$36::text",
    ", large AS (
        INSERT INTO large_values (revision, idx, value)
        SELECT t.* FROM won, unnest($28::bigint[], $29::int[], $30::bytea[]) AS t
    ), gone AS (
        DELETE FROM entries USING won, unnest($31::bytea[], $32::bytea[]) AS t (namespace, key)
        WHERE entries.namespace = t.namespace AND entries.key = t.key
    ), written AS (
        INSERT INTO side (key, value) SELECT t.* FROM won, unnest($33::bytea[], $34::bytea[]) AS t
        ON CONFLICT (key) DO UPDATE SET value = excluded.value
    ), erased AS (
        DELETE FROM side USING won, unnest($35::bytea[]) AS t (key) WHERE side.key = t.key
    )"
);

pub(crate) async fn append(
    database: &mut PgConnection,
    group: &Between<'_>,
    queue: Option<&str>,
) -> Result<Appended, Failure> {
    let (after, head) = (HeadRow::from(group.after), HeadRow::from(group.head));
    let Rows { log, history, values, entries, removed, side, side_removed } = &group.rows;
    let only_puts = values.revision.is_empty()
        && removed.key.is_empty()
        && side.0.is_empty()
        && side_removed.is_empty();
    let mut append = sqlx::query(if only_puts { PUT } else { APPEND })
        .bind(head.revision)
        .bind(head.time)
        .bind(head.hash)
        .bind(head.appended)
        .bind(after.log)
        .bind(after.epoch)
        .bind(after.revision)
        .bind(after.hash)
        .bind(after.ordinal_base)
        .bind(&log.revision[..])
        .bind(&log.weight[..])
        .bind(&log.canonical[..])
        .bind(&log.inline[..])
        .bind(&history.names.namespace[..])
        .bind(&history.names.key[..])
        .bind(&history.revision[..])
        .bind(&history.index[..])
        .bind(&history.kind[..])
        .bind(&history.ordinal[..])
        .bind(&history.expires_at[..])
        .bind(&history.value_len[..])
        .bind(&history.body[..])
        .bind(&entries.names.namespace[..])
        .bind(&entries.names.key[..])
        .bind(&entries.revision[..])
        .bind(&entries.index[..])
        .bind(&entries.expires_at[..]);
    if !only_puts {
        append = append
            .bind(&values.revision[..])
            .bind(&values.index[..])
            .bind(&values.value[..])
            .bind(&removed.namespace[..])
            .bind(&removed.key[..])
            .bind(&side.0[..])
            .bind(&side.1[..])
            .bind(&side_removed[..]);
    }
    let row = append.bind(queue).fetch_one(&mut *database).await?;
    let (micros, won) = (row.try_get(0)?, row.try_get(1)?);
    let head = schema::head(&row, 2)?;
    if won || !is_unmoved(group.after, &head) {
        return Ok(Appended { micros, won, head });
    }
    // The statement waited for another one and then lost: what it saw of the head is from before.
    let again = sqlx::query(concat!("SELECT ", head_columns!(), " FROM head"));
    let head = schema::head(&again.fetch_one(database).await?, 0)?;
    Ok(Appended { micros, won, head })
}
