//! Removal of what lies below the floors: floors first, then one statement a step, by one node at a time.

use std::collections::BTreeSet;

use holdfast_model::{Floors, Head};
use holdfast_store::Reclaimed;
use holdfast_store_sql::group::Names;
use holdfast_store_sql::{Failure, signed, trim, unsigned};
use sqlx::postgres::{PgConnection, PgRow};
use sqlx::{Connection as _, Row as _};

use crate::schema::{self, head_columns};

/// Makes higher floors durable and visible.
pub(crate) async fn raise(database: &mut PgConnection, floors: Floors) -> Result<(), Failure> {
    const RAISE: &str = "UPDATE head SET events_floor = greatest(events_floor, least($1, revision + 1)), \
         history_floor = greatest(history_floor, least($2, revision)) \
         WHERE events_floor < least($1, revision + 1) OR history_floor < least($2, revision)";
    let raise = sqlx::query(RAISE).bind(signed(floors.events.0)).bind(signed(floors.history.0));
    raise.execute(database).await?;
    Ok(())
}

/// What is below the step's last revision: of each key only the newest row that reads see has to stay, and only if it left an entry;
/// and a superseded version while it is the newest row, for it holds the last ordinal.
const STEP: &str = "WITH touched AS (
        SELECT * FROM unnest($1::bytea[], $2::bytea[]) AS t (namespace, key)
    ), old AS (
        SELECT h.namespace, h.key, h.revision, h.idx FROM touched t
        JOIN history h ON h.namespace = t.namespace AND h.key = t.key AND h.revision <= $3
        LEFT JOIN LATERAL (
            SELECT s.revision, s.idx FROM history s
            WHERE s.namespace = t.namespace AND s.key = t.key AND s.revision <= $3 AND s.kind <> 6
            ORDER BY s.revision DESC, s.idx DESC LIMIT 1
        ) AS survivor ON true
        WHERE NOT coalesce(h.kind IN (1, 4) AND h.revision = survivor.revision AND h.idx = survivor.idx, false)
        AND NOT (h.kind = 6 AND NOT EXISTS (
            SELECT FROM history n WHERE n.namespace = h.namespace AND n.key = h.key
            AND (n.revision > h.revision OR n.revision = h.revision AND n.idx > h.idx)
        ))
    ), versions AS (
        DELETE FROM history h USING old
        WHERE h.namespace = old.namespace AND h.key = old.key AND h.revision = old.revision AND h.idx = old.idx
        RETURNING h.revision, h.idx, h.kind, h.ordinal, h.value_len
    ), large AS (
        DELETE FROM large_values v USING versions g
        WHERE g.value_len > 512 AND v.revision = g.revision AND v.idx = g.idx RETURNING 1
    ), commits AS (
        DELETE FROM log WHERE revision > $4 AND revision <= $5 RETURNING 1
    ), moved AS (
        UPDATE head SET trimmed = greatest(trimmed, $5), ordinal_base = greatest(ordinal_base,
            (SELECT max(ordinal) FROM versions WHERE kind IN (2, 3, 5))) RETURNING 1
    )
    SELECT (SELECT count(*) FROM commits), (SELECT count(*) FROM versions), (SELECT count(*) FROM large), (SELECT count(*) FROM moved)";

/// One step; `None` when nothing is left to do, or another node does it.
pub(crate) async fn step(
    database: &mut PgConnection,
    schema: &str,
) -> Result<Option<Reclaimed>, Failure> {
    let mut transaction = database.begin().await?;
    let lock = "SELECT pg_try_advisory_xact_lock(hashtextextended('holdfast reclaim ' || $1, 0))";
    let lock = sqlx::query(lock).bind(schema);
    if !lock.fetch_one(&mut *transaction).await?.try_get::<bool, _>(0)? {
        return Ok(None);
    }
    let state = concat!("SELECT head.trimmed, ", head_columns!(), " FROM head");
    let row = sqlx::query(state).fetch_one(&mut *transaction).await?;
    let trimmed: i64 = row.try_get(0)?;
    let head: Head = schema::head(&row, 1)?;
    let bound = signed(trim::bound(head.floors).0);
    if let Some(done) = loose(&mut transaction, bound, trimmed).await? {
        transaction.commit().await?;
        return Ok(Some(done));
    }
    if bound <= trimmed {
        return Ok(None);
    }
    let look = "SELECT revision, canonical FROM log WHERE revision > $1 AND revision <= $2 ORDER BY revision LIMIT $3";
    let look = sqlx::query(look).bind(trimmed).bind(bound).bind(trim::COMMITS);
    let rows = look.fetch_all(&mut *transaction).await?;
    let commits: Vec<(i64, &[u8])> = rows
        .iter()
        .map(|row| Ok((row.try_get(0)?, row.try_get(1)?)))
        .collect::<Result<_, sqlx::Error>>()?;
    let full = commits.len() as i64 == trim::COMMITS;
    let end = commits.last().filter(|_| full).map_or(bound, |(revision, _)| *revision);
    let keys = trim::keys(commits)?;
    let names = Names::of(&keys);
    let step = sqlx::query(STEP)
        .bind(&names.namespace[..])
        .bind(&names.key[..])
        .bind(end)
        .bind(trimmed)
        .bind(end);
    let done = removed(&step.fetch_one(&mut *transaction).await?)?;
    transaction.commit().await?;
    Ok(Some(done))
}

/// A step among the events that no commit tells of; `None` when there are none up to `bound`.
async fn loose(
    database: &mut PgConnection,
    bound: i64,
    trimmed: i64,
) -> Result<Option<Reclaimed>, Failure> {
    const LOOK: &str = "SELECT namespace, key FROM loose WHERE revision <= $1 ORDER BY revision, namespace, key LIMIT $2";
    const FORGET: &str = "DELETE FROM loose USING unnest($1::bytea[], $2::bytea[]) AS t (namespace, key) \
         WHERE loose.namespace = t.namespace AND loose.key = t.key AND loose.revision <= $3";
    let look = sqlx::query(LOOK).bind(bound).bind(trim::COMMITS);
    let rows = look.fetch_all(&mut *database).await?;
    let names = rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?)));
    let names: BTreeSet<(&[u8], &[u8])> = names.collect::<Result<_, sqlx::Error>>()?;
    if names.is_empty() {
        return Ok(None);
    }
    let (namespaces, keys): (Vec<_>, Vec<_>) = names.into_iter().unzip();
    // No commit goes with them.
    let step = sqlx::query(STEP)
        .bind(&namespaces[..])
        .bind(&keys[..])
        .bind(bound)
        .bind(trimmed)
        .bind(trimmed);
    let done = removed(&step.fetch_one(&mut *database).await?)?;
    let forget = sqlx::query(FORGET).bind(&namespaces[..]).bind(&keys[..]).bind(bound);
    forget.execute(database).await?;
    Ok(Some(done))
}

fn removed(row: &PgRow) -> Result<Reclaimed, Failure> {
    let count = |column: usize| -> Result<u64, Failure> {
        Ok(unsigned(row.try_get(column)?, "an answer")?)
    };
    Ok(Reclaimed { commits: count(0)?, versions: count(1)?, values: count(2)? })
}
