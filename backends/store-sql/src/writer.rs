//! The connection that appends, and the turn that it takes after lost races.
//!
//! Nodes race for the head, and whoever is farther from the database loses more often. A node that lost twice in a row takes
//! the row lock of the head before it answers, and keeps it for a moment: what it then judges and appends cannot lose.
//!
//! Where nodes keep writing, every race has losers, who have judged and sent their groups in vain. So after its first turn a node takes the
//! lock before each group, until it has found the head where it expected it a few times in a row.

use std::sync::Arc;
use std::time::Duration;

use holdfast_model::Head;

use crate::background::Background;
use crate::dialect::{ConnectionOf, Dialect};
use crate::failure::Failure;
use crate::head::is_unmoved;
use crate::link::Link;
use crate::store::Shared;

/// So many races may be lost without the lock.
const LOST_RACES: u32 = 2;
/// After so many turns in a row that nobody else had come before, races are run again.
const UNCONTENDED: u32 = 4;
/// Others wait meanwhile: enough to read a group's facts and judge it.
const TURN: Duration = Duration::from_millis(500);

/// Whoever holds it may append.
pub(crate) struct Writer<D: Dialect> {
    connection: Option<ConnectionOf<D>>,
    /// Races lost in a row.
    lost: u32,
    /// The number of the turn that is being held: its transaction is open on the connection.
    turn: Option<u64>,
    turns: u64,
    /// Turns still to be taken before the next race; each one that somebody else had come before begins the count anew.
    cautious: u32,
}

impl<D: Dialect> Writer<D> {
    pub(crate) fn new(connection: ConnectionOf<D>) -> Self {
        Self { connection: Some(connection), lost: 0, turn: None, turns: 0, cautious: 0 }
    }

    /// The connection, made anew when it broke; and whether a turn is held on it, which ends now.
    pub(crate) async fn connection(
        &mut self,
        link: &Link<D>,
    ) -> Result<(&mut ConnectionOf<D>, bool), Failure> {
        let (connection, locked) = match self.connection.take() {
            Some(connection) => (connection, self.turn.take().is_some()),
            None => {
                self.turn = None;
                (link.connect().await?, false)
            }
        };
        Ok((self.connection.insert(connection), locked))
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

    /// Another race was lost. After too many the next one is a turn: `Some` is the head under the lock.
    pub(crate) async fn lost(&mut self, link: &Link<D>) -> Result<Option<Head>, Failure> {
        self.lost += 1;
        if self.holds_turn() || self.lost < LOST_RACES {
            return Ok(None);
        }
        self.cautious = UNCONTENDED;
        self.take_turn(link).await.map(Some)
    }

    /// Takes the lock before a race that would probably be lost. `Some` is the head that is there instead of `after`.
    pub(crate) async fn be_cautious(
        &mut self,
        link: &Link<D>,
        after: &Head,
    ) -> Result<Option<Head>, Failure> {
        if self.cautious == 0 || self.holds_turn() {
            return Ok(None);
        }
        let head = self.take_turn(link).await?;
        let expected = is_unmoved(after, &head);
        self.cautious = if expected { self.cautious - 1 } else { UNCONTENDED };
        Ok((!expected).then_some(head))
    }

    async fn take_turn(&mut self, link: &Link<D>) -> Result<Head, Failure> {
        let (connection, _) = self.connection(link).await?;
        let head = link.dialect.lock(connection).await?;
        self.turns += 1;
        self.turn = Some(self.turns);
        Ok(head)
    }

    async fn give_up_turn(&mut self, link: &Link<D>) -> Result<(), Failure> {
        self.turn = None;
        match &mut self.connection {
            Some(connection) => link.dialect.unlock(connection).await,
            None => Ok(()),
        }
    }
}

impl<D: Dialect> Shared<D> {
    /// Gives the lock back when nothing was appended under it in time.
    pub(crate) fn end_turn_later(self: &Arc<Self>, background: &Background, writer: &Writer<D>) {
        let (shared, turn) = (Arc::downgrade(self), writer.turn);
        background.start_task(async move {
            tokio::time::sleep(TURN).await;
            let Some(shared) = shared.upgrade() else { return };
            let mut writer = shared.writer.lock().await;
            if turn.is_some()
                && writer.turn == turn
                && writer.give_up_turn(&shared.link).await.is_err()
            {
                writer.broken();
            }
        });
    }
}
