//! Which state a read is of: the latest, one not older than a revision, or one of the past.

use std::sync::Arc;
use std::time::Duration;

use holdfast_model::{Head, ResumeToken, Revision, Sealed, Timestamp};
use holdfast_store::{At, StoreError};

use crate::engine::Engine;
use crate::error::EngineError;

/// Which state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Moment {
    /// The newest.
    #[default]
    Latest,
    /// The newest, but none before this revision: the read waits until it is there.
    AtLeast(Revision),
    /// The same for the place of a token, which has to be of this log.
    Behind(ResumeToken),
    /// As it was when this revision was the newest.
    Revision(Revision),
    /// As it was at this time.
    Time(Timestamp),
}

impl Moment {
    /// True for the latest state: the past is shown as it was, the present without what has expired.
    pub fn is_live(self) -> bool {
        matches!(self, Self::Latest | Self::AtLeast(_) | Self::Behind(_))
    }
}

/// How long a read waits for a revision: another node may be about to show it; a number that nobody has seen yet is refused.
const PATIENCE: Duration = Duration::from_secs(1);
/// How often it looks.
const LOOK: Duration = Duration::from_millis(2);

impl Engine {
    /// Where in the store to read.
    pub(crate) async fn at(&self, moment: Moment) -> Result<At, EngineError> {
        match moment {
            Moment::Latest => Ok(At::Latest),
            Moment::AtLeast(revision) => self.wait_for(revision).await,
            Moment::Behind(token) => {
                let head = self.log().view().head;
                // A place in front of us: only its log and epoch can be judged yet.
                let ahead = token.log == head.log
                    && token.epoch == head.epoch
                    && token.revision > head.revision;
                if !ahead && !token.belongs_to(&head) {
                    return Err(EngineError::ForeignLog { oldest: head.floors.events });
                }
                self.wait_for(token.revision).await
            }
            Moment::Revision(revision) => Ok(At::Revision(revision)),
            Moment::Time(time) => self.revision_at(time).await.map(At::Revision),
        }
    }

    /// One revision to read all parts of an answer at, page after page.
    pub(crate) async fn pinned(&self, moment: Moment) -> Result<Revision, EngineError> {
        Ok(self.at(moment).await?.resolve(&self.log().view().head)?)
    }

    /// To resume from right behind a revision that a read answered.
    pub fn token(&self, revision: Revision) -> ResumeToken {
        ResumeToken::at(&self.log().view().head, revision)
    }

    async fn wait_for(&self, revision: Revision) -> Result<At, EngineError> {
        let shown = async {
            while self.log().view().head.revision < revision {
                tokio::time::sleep(LOOK).await;
            }
        };
        if tokio::time::timeout(PATIENCE, shown).await.is_err() {
            let head = self.log().view().head.revision;
            return Err(StoreError::Future { asked: revision, head }.into());
        }
        Ok(At::Latest)
    }

    /// The newest revision whose commit is not later than `time`.
    async fn revision_at(&self, time: Timestamp) -> Result<Revision, EngineError> {
        let now = self.log().now();
        if time > now {
            let why = format!("{time} has not come yet, it is {now}");
            return Err(EngineError::InvalidArgument { field: "at.time".into(), why });
        }
        let head = self.log().view().head;
        if head.time <= time {
            return Ok(head.revision);
        }
        let found = self.last_commit_until(time, &head).await?;
        match found {
            Some(commit) => Ok(commit.commit().revision.max(head.floors.history)),
            // Nothing was ever compacted: before the first commit there was nothing.
            None if head.floors.history == Revision::ZERO => Ok(Revision::ZERO),
            None => {
                let oldest = head.floors.history;
                let asked = Revision(oldest.0 - 1);
                Err(StoreError::Compacted { asked, oldest }.into())
            }
        }
    }

    /// By halves: commit times rise with revisions. `None` when even the oldest commit is later.
    pub(crate) async fn last_commit_until(
        &self,
        time: Timestamp,
        head: &Head,
    ) -> Result<Option<Arc<Sealed>>, EngineError> {
        let (mut low, mut high) = (head.floors.events.0, head.revision.0);
        let mut last = None;
        while low <= high {
            let middle = low + (high - low) / 2;
            // Epochs leave holes: the commit found may lie above the middle, even above what is asked for.
            match self.log().first_from(Revision(middle)).await? {
                Some(found) if found.commit().time <= time => {
                    low = found.commit().revision.0 + 1;
                    last = Some(found);
                }
                _ if middle == 0 => break,
                _ => high = middle - 1,
            }
        }
        Ok(last)
    }
}
