//! One group, and the truth about it when its connection breaks.

use std::sync::Arc;
use std::time::Instant;

use holdfast_model::Head;
use holdfast_store::{AppendError, CommitPage, Group};

use crate::background::Background;
use crate::dialect::{Between, ConnectionOf, Dialect};
use crate::failure::{Failure, Fate};
use crate::link::Link;
use crate::patience::Patience;
use crate::store::Shared;
use crate::writer::Writer;
use crate::{Rows, log};

/// What became of a try.
enum Outcome {
    /// The head behind the group.
    Won(Head),
    /// The head that is there instead, perhaps with what leads to it.
    Lost(CommitPage),
}

/// A try that failed.
struct Tried {
    failure: Failure,
    /// The statement may have reached the server.
    sent: bool,
}

impl<D: Dialect> Shared<D> {
    pub(crate) async fn append(
        self: &Arc<Self>,
        background: &Background,
        after: &Head,
        group: &Group,
    ) -> Result<Head, AppendError> {
        let head = group.head_after(after)?;
        let between = Between { after, head: &head, rows: Rows::of(group) };
        let attempt = Attempt { link: &self.link, group, between };
        let mut writer = self.writer.lock().await;
        let patience = self.append_deadline.saturating_sub(writer.take_waited());
        let result = attempt.run(&mut writer, Patience::of(patience)).await;
        match &result {
            Ok(head) => self.link.seen.note(head),
            Err(AppendError::Moved(page)) => {
                self.link.seen.note(&page.head);
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
struct Attempt<'a, D> {
    link: &'a Link<D>,
    group: &'a Group,
    between: Between<'a>,
}

impl<D: Dialect> Attempt<'_, D> {
    /// The same group again and again, until it is known what became of it: it can only be there once, because it goes
    /// behind one head.
    async fn run(
        &self,
        writer: &mut Writer<D>,
        mut patience: Patience,
    ) -> Result<Head, AppendError> {
        let mut sent = false;
        loop {
            let limit = patience.left().min(self.link.answer_timeout());
            let trying = tokio::time::timeout(limit, self.try_once(writer, sent));
            let tried = match trying.await {
                Ok(Ok(Outcome::Won(head))) => {
                    writer.won();
                    return Ok(head);
                }
                Ok(Ok(Outcome::Lost(page))) => return Err(self.moved(writer, page).await),
                Ok(Err(tried)) => tried,
                Err(_) => Tried { failure: Failure::late("appending", limit), sent: true },
            };
            writer.broken();
            let fate = tried.failure.fate::<D>();
            sent |= tried.sent && fate == Fate::Unknown;
            let told = tried.failure.to_string();
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

    async fn try_once(&self, writer: &mut Writer<D>, sent: bool) -> Result<Outcome, Tried> {
        let not_sent = |failure| Tried { failure, sent: false };
        // What was sent before may have won already: only the race tells.
        if !sent {
            let other = writer.be_cautious(self.link, self.between.after);
            if let Some(page) = other.await.map_err(not_sent)? {
                return Ok(Outcome::Lost(page));
            }
        }
        let (database, held) = writer.connection(self.link).await.map_err(not_sent)?;
        let asked = Instant::now();
        let appended = self.link.dialect.append(database, &self.between, held).await;
        let appended = appended.map_err(|failure| Tried { failure, sent: true })?;
        self.link.heard(asked, appended.micros);
        if appended.won {
            return Ok(Outcome::Won(appended.head));
        }
        if sent && self.is_there(database, &appended.head).await.map_err(not_sent)? {
            return Ok(Outcome::Won(*self.between.head));
        }
        Ok(Outcome::Lost(appended.head.into()))
    }

    /// True when the group was appended by an attempt whose answer got lost.
    async fn is_there(&self, database: &mut ConnectionOf<D>, now: &Head) -> Result<bool, Failure> {
        let Some(first) = self.group.commits.first() else { return Ok(false) };
        if now.hash == self.between.head.hash {
            return Ok(true);
        }
        let canonical = self.link.dialect.canonical(database, first.commit().revision).await?;
        Ok(canonical.is_some_and(|canonical| log::hash(canonical) == first.hash()))
    }

    async fn moved(&self, writer: &mut Writer<D>, page: CommitPage) -> AppendError {
        let turn = writer.lost(self.link, self.between.after);
        let page = match tokio::time::timeout(self.link.answer_timeout(), turn).await {
            Ok(Ok(under_lock)) => under_lock.unwrap_or(page),
            Ok(Err(_)) | Err(_) => {
                writer.broken();
                page
            }
        };
        AppendError::Moved(Box::new(page))
    }
}
