//! The connection that appends, and the turns that it takes where nodes meet.
//!
//! Nodes race for the head, and whoever is farther from the database loses more often. A node that lost twice in a row takes
//! the row lock of the head before it answers, and keeps it for a moment: what it then judges and appends cannot lose.
//!
//! Where nodes keep writing, every race has losers, who have judged and sent their groups in vain. So a node that lost queues for
//! each group before it is judged, until it has found the head where it expected it a few times in a row. Whoever queues gets what was
//! appended meanwhile together with its turn, and the turn ends with the group: nobody waits for a message that only asks or only gives back.

use std::sync::Arc;
use std::time::{Duration, Instant};

use holdfast_model::Head;
use holdfast_store::CommitPage;

use crate::background::Background;
use crate::dialect::{ConnectionOf, Dialect, Lock};
use crate::failure::Failure;
use crate::head::is_unmoved;
use crate::link::Link;
use crate::store::Shared;

/// So many races may be lost without the lock of the head.
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
    /// What is being held on the connection.
    turn: Option<Turn>,
    turns: u64,
    /// Turns still to be taken before the next race; each one that somebody else had come before begins the count anew.
    cautious: u32,
    /// How long the next append has already waited for a turn that did not come.
    waited: Duration,
}

/// A lock, until the next append or for [`TURN`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Turn {
    number: u64,
    lock: Lock,
}

impl<D: Dialect> Writer<D> {
    pub(crate) fn new(connection: ConnectionOf<D>) -> Self {
        Self {
            connection: Some(connection),
            lost: 0,
            turn: None,
            turns: 0,
            cautious: 0,
            waited: Duration::ZERO,
        }
    }

    /// The connection, made anew when it broke; and the lock that is held on it, which the append gives back.
    pub(crate) async fn connection(
        &mut self,
        link: &Link<D>,
    ) -> Result<(&mut ConnectionOf<D>, Option<Lock>), Failure> {
        let (connection, held) = match self.connection.take() {
            Some(connection) => (connection, self.turn.take().map(|turn| turn.lock)),
            None => {
                self.turn = None;
                (link.connect().await?, None)
            }
        };
        Ok((self.connection.insert(connection), held))
    }

    /// It broke; a lock that it held is gone with it.
    pub(crate) fn broken(&mut self) {
        self.connection = None;
        self.turn = None;
    }

    pub(crate) fn holds_turn(&self) -> bool {
        self.turn.is_some()
    }

    /// True when the next race would probably be lost.
    pub(crate) fn has_to_queue(&self) -> bool {
        self.cautious > 0 && !self.holds_turn()
    }

    pub(crate) fn take_waited(&mut self) -> Duration {
        std::mem::take(&mut self.waited)
    }

    pub(crate) fn won(&mut self) {
        self.lost = 0;
    }

    /// Another race was lost. After too many the next one cannot be: `Some` is the head under the lock.
    pub(crate) async fn lost(
        &mut self,
        link: &Link<D>,
        after: &Head,
    ) -> Result<Option<CommitPage>, Failure> {
        self.lost += 1;
        self.cautious = UNCONTENDED;
        let cannot_lose = self.turn.is_some_and(|turn| turn.lock == Lock::Head);
        if cannot_lose || self.lost < LOST_RACES {
            return Ok(None);
        }
        self.give_up_turn(link).await?;
        self.take_turn(link, Lock::Head, after).await.map(Some)
    }

    /// Queues before a race that would probably be lost. `Some` is the head that is there instead of `after`.
    pub(crate) async fn be_cautious(
        &mut self,
        link: &Link<D>,
        after: &Head,
    ) -> Result<Option<CommitPage>, Failure> {
        if !self.has_to_queue() {
            return Ok(None);
        }
        let page = self.take_turn(link, Lock::Queue, after).await?;
        let expected = is_unmoved(after, &page.head);
        self.cautious = if expected { self.cautious - 1 } else { UNCONTENDED };
        Ok((!expected).then_some(page))
    }

    async fn take_turn(
        &mut self,
        link: &Link<D>,
        lock: Lock,
        after: &Head,
    ) -> Result<CommitPage, Failure> {
        let (connection, _) = self.connection(link).await?;
        let page = link.dialect.lock(connection, lock, after.revision).await?;
        self.turns += 1;
        self.turn = Some(Turn { number: self.turns, lock });
        Ok(page)
    }

    /// Whatever becomes of it, nothing is held any more.
    async fn end_turn(&mut self, link: &Link<D>) {
        let giving_up = tokio::time::timeout(link.answer_timeout(), self.give_up_turn(link));
        if !matches!(giving_up.await, Ok(Ok(()))) {
            self.broken();
        }
    }

    async fn give_up_turn(&mut self, link: &Link<D>) -> Result<(), Failure> {
        match (self.turn.take(), &mut self.connection) {
            (Some(turn), Some(connection)) => link.dialect.unlock(connection, turn.lock).await,
            _ => Ok(()),
        }
    }
}

impl<D: Dialect> Shared<D> {
    /// Queues for a group that is still to be judged. Where that fails nothing is held, and the append finds out why.
    pub(crate) async fn stand_by(
        self: &Arc<Self>,
        background: &Background,
        after: &Head,
    ) -> Option<CommitPage> {
        let mut writer = self.writer.lock().await;
        // The group before was not appended after all.
        writer.take_waited();
        let (begun, limit) = (Instant::now(), self.link.answer_timeout().min(self.append_deadline));
        let queued = tokio::time::timeout(limit, writer.be_cautious(&self.link, after)).await;
        let Ok(Ok(page)) = queued else {
            writer.broken();
            writer.waited = begun.elapsed();
            return None;
        };
        if let Some(page) = &page {
            self.link.seen.note(&page.head);
        }
        if writer.holds_turn() {
            self.end_turn_later(background, &writer);
        }
        page
    }

    /// Gives the lock back when nothing was appended under it in time.
    pub(crate) fn end_turn_later(self: &Arc<Self>, background: &Background, writer: &Writer<D>) {
        let (shared, turn) = (Arc::downgrade(self), writer.turn);
        background.start_task(async move {
            tokio::time::sleep(TURN).await;
            let Some(shared) = shared.upgrade() else { return };
            let mut writer = shared.writer.lock().await;
            if writer.turn == turn {
                writer.end_turn(&shared.link).await;
            }
        });
    }

    /// Gives the lock back, if one is held.
    pub(crate) async fn end_turn(&self) {
        self.writer.lock().await.end_turn(&self.link).await;
    }
}
