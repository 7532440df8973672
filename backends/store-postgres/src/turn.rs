//! The connection that appends, and the turn that it takes after lost races.
//!
//! Nodes race for the head, and whoever is farther from the database loses more often. A node that lost twice in a row takes
//! the row lock of the head before it answers, and keeps it for a moment: what it then judges and appends cannot lose.

use std::sync::Arc;
use std::time::Duration;

use holdfast_model::Head;
use holdfast_store_sql::Background;
use sqlx::postgres::PgConnection;

use crate::connect::Link;
use crate::failure::Failure;
use crate::schema::{self, head_columns};
use crate::store::Shared;

/// So many races may be lost without the lock.
const LOST_RACES: u32 = 2;
/// Others wait meanwhile: enough to read a group's facts and judge it.
const TURN: Duration = Duration::from_millis(500);

/// Whoever holds it may append.
pub(crate) struct Writer {
    connection: Option<PgConnection>,
    /// Races lost in a row.
    lost: u32,
    /// The number of the turn that is being held: its transaction is open on the connection.
    turn: Option<u64>,
    turns: u64,
}

impl Writer {
    pub(crate) fn new(connection: PgConnection) -> Self {
        Self { connection: Some(connection), lost: 0, turn: None, turns: 0 }
    }

    /// The connection, made anew when it broke.
    pub(crate) async fn connection(&mut self, link: &Link) -> Result<&mut PgConnection, Failure> {
        let connection = match self.connection.take() {
            Some(connection) => connection,
            None => {
                self.turn = None;
                link.connect().await?
            }
        };
        Ok(self.connection.insert(connection))
    }

    /// It broke; a lock that it held is gone with it.
    pub(crate) fn broken(&mut self) {
        self.connection = None;
        self.turn = None;
    }

    pub(crate) fn holds_turn(&self) -> bool {
        self.turn.is_some()
    }

    pub(crate) fn won(&mut self) {
        self.lost = 0;
    }

    /// Ends the transaction of a turn, if there is one.
    pub(crate) async fn end_turn(&mut self, how: &'static str) -> Result<(), Failure> {
        if self.turn.take().is_some()
            && let Some(connection) = &mut self.connection
        {
            sqlx::raw_sql(how).execute(connection).await?;
        }
        Ok(())
    }

    /// Another race was lost. After too many the next one is a turn: `Some` is the head under the lock.
    pub(crate) async fn lost(&mut self, link: &Link) -> Result<Option<Head>, Failure> {
        self.lost += 1;
        if self.lost < LOST_RACES {
            return Ok(None);
        }
        let connection = self.connection(link).await?;
        sqlx::raw_sql("BEGIN").execute(&mut *connection).await?;
        let lock = concat!("SELECT ", head_columns!(), " FROM head FOR UPDATE");
        let row = sqlx::query(lock).fetch_one(connection).await?;
        self.turns += 1;
        self.turn = Some(self.turns);
        Ok(Some(schema::head(&row, 0)?))
    }
}

impl Shared {
    /// Gives the lock back when nothing was appended under it in time.
    pub(crate) fn end_turn_later(self: &Arc<Self>, background: &Background, writer: &Writer) {
        let (shared, turn) = (Arc::downgrade(self), writer.turn);
        background.start_task(async move {
            tokio::time::sleep(TURN).await;
            let Some(shared) = shared.upgrade() else { return };
            let mut writer = shared.writer.lock().await;
            if turn.is_some() && writer.turn == turn && writer.end_turn("ROLLBACK").await.is_err() {
                writer.broken();
            }
        });
    }
}
