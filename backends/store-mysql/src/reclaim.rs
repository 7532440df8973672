//! Removal of what lies below the floors: floors first, then one transaction a step, under the lock of the head.

use std::collections::BTreeSet;

use holdfast_model::{EntryKey, EventKind, Floors};
use holdfast_store::Reclaimed;
use holdfast_store_sql::{Failure, INLINE_BYTES, signed, trim};
use sqlx::Row as _;
use sqlx::mysql::{MySqlConnection, MySqlRow};

use crate::read::{HEAD, head_of, run};
use crate::scan::entry_name;
use crate::text::{Text, place};

/// Commits of one step: appends wait for it.
const COMMITS: i64 = 64;

/// Makes higher floors durable and visible.
pub(crate) async fn raise(database: &mut MySqlConnection, floors: Floors) -> Result<(), Failure> {
    let (events, history) = (signed(floors.events.0), signed(floors.history.0));
    // A read that was refused may have left its snapshot open.
    let text = Text::new("COMMIT; UPDATE head SET events_floor = GREATEST(events_floor, LEAST(")
        .number(events)
        .sql(", revision + 1)), history_floor = GREATEST(history_floor, LEAST(")
        .number(history)
        .sql(", revision))");
    run(database, text).await.map(drop)
}

/// One step; `None` when nothing is left to do.
pub(crate) async fn step(database: &mut MySqlConnection) -> Result<Option<Reclaimed>, Failure> {
    let done = step_locked(database).await;
    if done.is_err() {
        // The lock must not stay with a connection that goes back to the pool; one that broke has lost it anyway.
        let _ = run(database, Text::new("ROLLBACK")).await;
    }
    done
}

async fn step_locked(database: &mut MySqlConnection) -> Result<Option<Reclaimed>, Failure> {
    let begin =
        Text::new("START TRANSACTION; ").sql(HEAD).sql(" FOR UPDATE; SELECT trimmed FROM head");
    let rows = run(database, begin).await?;
    let (_, head) = head_of(&rows)?;
    let trimmed: i64 = rows.get(1).map(|row| row.try_get(0)).transpose()?.unwrap_or(0);
    let bound = signed(trim::bound(head.floors).0);
    if let Some(done) = loose(database, bound).await? {
        return Ok(Some(done));
    }
    if bound <= trimmed {
        run(database, Text::new("ROLLBACK")).await?;
        return Ok(None);
    }
    let look = Text::new("SELECT revision, canonical FROM log WHERE revision > ")
        .number(trimmed)
        .sql(" AND revision <= ")
        .number(bound)
        .sql(" ORDER BY revision LIMIT ")
        .number(COMMITS);
    let rows = run(database, look).await?;
    let commits = rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?)));
    let commits: Vec<(i64, &[u8])> = commits.collect::<Result<_, sqlx::Error>>()?;
    let full = commits.len() as i64 == COMMITS;
    let end = commits.last().filter(|_| full).map_or(bound, |(revision, _)| *revision);
    let mut done = Reclaimed { commits: commits.len() as u64, ..Reclaimed::default() };
    let mut base = 0;
    let mut text = Text::default();
    for key in trim::keys(commits)? {
        let versions = versions(database, &key).await?;
        text = forget(text, &key, &versions, end, &mut done, &mut base);
    }
    text = text.sql("DELETE FROM log WHERE revision > ").number(trimmed).sql(" AND revision <= ");
    text = text.number(end).sql("; UPDATE head SET trimmed = ").number(end);
    let text = text.sql(", ordinal_base = GREATEST(ordinal_base, ").number(base).sql("); COMMIT");
    run(database, text).await?;
    Ok(Some(done))
}

/// A step among the events that no commit tells of; `None` when there are none up to `bound`.
async fn loose(database: &mut MySqlConnection, bound: i64) -> Result<Option<Reclaimed>, Failure> {
    let look = Text::new("SELECT namespace, name FROM loose WHERE revision <= ")
        .number(bound)
        .sql(" ORDER BY revision, namespace, name LIMIT ")
        .number(COMMITS);
    let rows = run(database, look).await?;
    let keys: BTreeSet<EntryKey> = rows.iter().map(entry_name).collect::<Result<_, _>>()?;
    if keys.is_empty() {
        return Ok(None);
    }
    let mut done = Reclaimed::default();
    let (mut text, mut base) = (Text::default(), 0);
    for key in &keys {
        let versions = versions(database, key).await?;
        text = forget(text, key, &versions, bound, &mut done, &mut base)
            .sql("DELETE FROM loose WHERE namespace = ")
            .bytes(key.namespace.as_str().as_bytes())
            .sql(" AND name = ")
            .bytes(key.key.as_str().as_bytes())
            .sql(" AND revision <= ")
            .number(bound)
            .sql("; ");
    }
    text = text.sql("UPDATE head SET ordinal_base = GREATEST(ordinal_base, ");
    run(database, text.number(base).sql("); COMMIT")).await?;
    Ok(Some(done))
}

/// A row of the history.
struct Version {
    place: Vec<u8>,
    kind: EventKind,
    ordinal: i64,
    large: bool,
}

/// Oldest first.
async fn versions(database: &mut MySqlConnection, key: &EntryKey) -> Result<Vec<Version>, Failure> {
    let look = Text::new("SELECT place, kind, ordinal, value_len FROM history WHERE namespace = ")
        .bytes(key.namespace.as_str().as_bytes())
        .sql(" AND name = ")
        .bytes(key.key.as_str().as_bytes())
        .sql(" ORDER BY place");
    let version = |row: &MySqlRow| {
        let kind: i16 = row.try_get(1)?;
        let kind = u8::try_from(kind).ok().and_then(EventKind::from_number);
        let bad =
            || holdfast_store_sql::corrupt("the table history", "an event of an unknown kind");
        Ok(Version {
            place: row.try_get(0)?,
            kind: kind.ok_or_else(bad)?,
            ordinal: row.try_get(2)?,
            large: row.try_get::<i32, _>(3)? > INLINE_BYTES as i32,
        })
    };
    run(database, look).await?.iter().map(version).collect()
}

/// Of the rows of one key up to here, only the newest that reads see has to stay, and only if it left an entry; and a superseded
/// version while it is the newest row, for it holds the last ordinal.
fn forget(
    mut text: Text,
    key: &EntryKey,
    versions: &[Version],
    end: i64,
    done: &mut Reclaimed,
    base: &mut i64,
) -> Text {
    let (namespace, name) = (key.namespace.as_str().as_bytes(), key.key.as_str().as_bytes());
    let below = versions.partition_point(|version| version.place[..] <= place(end, u32::MAX)[..]);
    let counts = |version: &Version| version.kind != EventKind::Superseded;
    let survivor = versions[..below].iter().rposition(counts);
    let mut left = versions.len();
    for (number, version) in versions[..below].iter().enumerate() {
        let survives = Some(number) == survivor && version.kind.leaves_entry();
        let last = number + 1 == versions.len() && !counts(version);
        if survives || last {
            continue;
        }
        left -= 1;
        done.versions += 1;
        text =
            text.sql("DELETE FROM history WHERE namespace = ").bytes(namespace).sql(" AND name = ");
        text = text.bytes(name).sql(" AND place = ").bytes(&version.place).sql("; ");
        if version.large {
            done.values += 1;
            text =
                text.sql("DELETE FROM large_values WHERE place = ").bytes(&version.place).sql("; ");
        }
        if version.kind.removes() {
            *base = version.ordinal.max(*base);
        }
    }
    if left == 0 {
        text =
            text.sql("DELETE FROM entries WHERE namespace = ").bytes(namespace).sql(" AND name = ");
        text = text.bytes(name).sql(" AND live = 0; ");
    }
    text
}
