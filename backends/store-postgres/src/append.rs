//! One group: one statement, and the truth about it when its connection breaks.

use std::sync::Arc;
use std::time::Instant;

use holdfast_model::Head;
use holdfast_store::{AppendError, Group, same_end};
use holdfast_store_sql::{Background, HeadRow, Patience, Rows, log, signed};
use sqlx::Row as _;
use sqlx::postgres::PgConnection;

use crate::connect::{Link, late, micros};
use crate::failure::{Failure, Fate};
use crate::schema::{self, head_columns};
use crate::store::Shared;
use crate::turn::Writer;

/// Every part hangs on `won`: without the head that was expected nothing is written, and the answer brings the present one.
const APPEND: &str = concat!(
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
    ), large AS (
        INSERT INTO large_values (revision, idx, value)
        SELECT t.* FROM won, unnest($23::bigint[], $24::int[], $25::bytea[]) AS t
    ), current AS (
        INSERT INTO entries (namespace, key, revision, idx, expires_at)
        SELECT t.* FROM won, unnest($26::bytea[], $27::bytea[], $28::bigint[], $29::int[], $30::bigint[]) AS t
        ON CONFLICT (namespace, key) DO UPDATE
        SET revision = excluded.revision, idx = excluded.idx, expires_at = excluded.expires_at
    ), gone AS (
        DELETE FROM entries USING won, unnest($31::bytea[], $32::bytea[]) AS t (namespace, key)
        WHERE entries.namespace = t.namespace AND entries.key = t.key
    ), written AS (
        INSERT INTO side (key, value) SELECT t.* FROM won, unnest($33::bytea[], $34::bytea[]) AS t
        ON CONFLICT (key) DO UPDATE SET value = excluded.value
    ), erased AS (
        DELETE FROM side USING won, unnest($35::bytea[]) AS t (key) WHERE side.key = t.key
    )
    SELECT ",
    micros!(),
    ", head.won, ",
    head_columns!(),
    " FROM (SELECT true AS won, * FROM won UNION ALL SELECT false, ",
    head_columns!(),
    " FROM head WHERE NOT EXISTS (SELECT FROM won)) AS head"
);

/// What the database answered.
enum Outcome {
    /// The head behind the group.
    Won(Head),
    /// The head that is there instead.
    Lost(Head),
}

impl Shared {
    pub(crate) async fn append(
        self: &Arc<Self>,
        background: &Background,
        after: &Head,
        group: &Group,
    ) -> Result<Head, AppendError> {
        let head = group.head_after(after)?;
        let attempt =
            Attempt { link: &self.link, after, head: &head, group, rows: Rows::of(group) };
        let mut writer = self.writer.lock().await;
        let result = attempt.run(&mut writer, Patience::of(self.append_deadline)).await;
        match &result {
            Ok(head) => self.link.seen.note(head),
            Err(AppendError::Moved(head)) => {
                self.link.seen.note(head);
                if writer.holds_turn() {
                    self.end_turn_later(background, &writer);
                }
            }
            Err(_) => {}
        }
        result
    }
}

/// A group on its way.
struct Attempt<'a> {
    link: &'a Link,
    after: &'a Head,
    head: &'a Head,
    group: &'a Group,
    rows: Rows<'a>,
}

impl Attempt<'_> {
    /// The same group again and again, until it is known what became of it: it can only be there once, because it goes
    /// behind one head.
    async fn run(&self, writer: &mut Writer, mut patience: Patience) -> Result<Head, AppendError> {
        let mut sent = false;
        loop {
            let limit = patience.left().min(self.link.answer_timeout);
            let trying = tokio::time::timeout(limit, self.try_once(writer, sent));
            let failure = match trying.await {
                Ok(Ok(Outcome::Won(head))) => {
                    writer.won();
                    return Ok(head);
                }
                Ok(Ok(Outcome::Lost(head))) => return Err(self.moved(writer, head).await),
                Ok(Err(failure)) => failure,
                Err(_) => Tried { failure: late("appending", limit), sent: true },
            };
            writer.broken();
            let fate = failure.failure.fate();
            sent |= failure.sent && fate == Fate::Unknown;
            let told = failure.failure.to_string();
            match fate {
                Fate::NoSpace => return Err(AppendError::NoSpace { free: 0, reserve: 0 }),
                Fate::Refused if !sent => return Err(AppendError::Refused(told)),
                _ => {}
            }
            match patience.pause() {
                Some(pause) => tokio::time::sleep(pause).await,
                None if sent => return Err(AppendError::Unknown(told)),
                None => return Err(AppendError::Unavailable(told)),
            }
        }
    }

    async fn try_once(&self, writer: &mut Writer, sent: bool) -> Result<Outcome, Tried> {
        let not_sent = |failure| Tried { failure, sent: false };
        let holds_turn = writer.holds_turn();
        let database = writer.connection(self.link).await.map_err(not_sent)?;
        let outcome = self.ask(database).await.map_err(|failure| Tried { failure, sent: true })?;
        match outcome {
            Outcome::Won(head) => {
                if holds_turn {
                    let failed = |failure| Tried { failure, sent: true };
                    writer.end_turn("COMMIT").await.map_err(failed)?;
                }
                Ok(Outcome::Won(head))
            }
            Outcome::Lost(head) => {
                if sent && self.is_there(database, &head).await.map_err(not_sent)? {
                    return Ok(Outcome::Won(*self.head));
                }
                writer.end_turn("ROLLBACK").await.map_err(not_sent)?;
                Ok(Outcome::Lost(head))
            }
        }
    }

    async fn ask(&self, database: &mut PgConnection) -> Result<Outcome, Failure> {
        let asked = Instant::now();
        let (after, head) = (HeadRow::from(self.after), HeadRow::from(self.head));
        let Rows { log, history, values, entries, removed, side, side_removed } = &self.rows;
        let append = sqlx::query(APPEND)
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
            .bind(&values.revision[..])
            .bind(&values.index[..])
            .bind(&values.value[..])
            .bind(&entries.names.namespace[..])
            .bind(&entries.names.key[..])
            .bind(&entries.revision[..])
            .bind(&entries.index[..])
            .bind(&entries.expires_at[..])
            .bind(&removed.namespace[..])
            .bind(&removed.key[..])
            .bind(&side.0[..])
            .bind(&side.1[..])
            .bind(&side_removed[..]);
        let row = append.fetch_one(&mut *database).await?;
        self.link.heard(asked, row.try_get(0)?);
        let now = schema::head(&row, 2)?;
        if row.try_get(1)? {
            return Ok(Outcome::Won(now));
        }
        let expected = same_end(self.after, &now) && now.ordinal_base == self.after.ordinal_base;
        if !expected {
            return Ok(Outcome::Lost(now));
        }
        // The statement waited for another one and then lost: what it saw of the head is from before.
        let again = sqlx::query(concat!("SELECT ", head_columns!(), " FROM head"));
        Ok(Outcome::Lost(schema::head(&again.fetch_one(database).await?, 0)?))
    }

    /// True when the group was appended by an attempt whose answer got lost.
    async fn is_there(&self, database: &mut PgConnection, now: &Head) -> Result<bool, Failure> {
        let Some(first) = self.group.commits.first() else { return Ok(false) };
        if now.hash == self.head.hash {
            return Ok(true);
        }
        let look = sqlx::query("SELECT canonical FROM log WHERE revision = $1");
        let look = look.bind(signed(first.commit().revision.0));
        let found = look.fetch_optional(database).await?;
        let canonical: Option<Vec<u8>> = found.map(|row| row.try_get(0)).transpose()?;
        Ok(canonical.is_some_and(|canonical| log::hash(canonical) == first.hash()))
    }

    async fn moved(&self, writer: &mut Writer, head: Head) -> AppendError {
        let turn = tokio::time::timeout(self.link.answer_timeout, writer.lost(self.link));
        let head = match turn.await {
            Ok(Ok(under_lock)) => under_lock.unwrap_or(head),
            Ok(Err(_)) | Err(_) => {
                writer.broken();
                head
            }
        };
        AppendError::Moved(Box::new(head))
    }
}

/// A try that failed.
struct Tried {
    failure: Failure,
    /// The statement may have reached the server.
    sent: bool,
}
