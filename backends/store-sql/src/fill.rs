//! Filling an empty database with a log of another store.
//!
//! The rows are those that appends would have written, but for kept rows, whose commits are not there. A note beside the head
//! says how far the filling came; it changes in the transaction of each piece, so that a piece is there once. While it is there,
//! nobody else opens the log.

mod kept;
mod note;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use holdfast_model::Head;
use holdfast_store::copy::{Fill, Outline, Piece, Position, check_end, follow};
use holdfast_store::{Group, StoreError};

use crate::background::Background;
use crate::dialect::{Between, ConnectionOf, Dialect, Filling, Loose};
use crate::failure::Failure;
use crate::link::{Link, Purpose};
use crate::patience::Patience;
use crate::store::{no_threads, stopped};
use crate::{Rows, Waits};
use note::Note;

/// Fills the tables of one log. Works where a store does.
pub struct SqlFill<D: Dialect> {
    background: Background,
    link: Arc<Link<D>>,
    deadline: Duration,
    begun: Option<Begun<D>>,
}

/// What pieces are put into.
struct Begun<D: Dialect> {
    link: Arc<Link<D>>,
    deadline: Duration,
    database: Option<ConnectionOf<D>>,
    note: Note,
    /// The head behind the commits that are there.
    reached: Head,
}

impl<D: Dialect> SqlFill<D> {
    /// Nothing is connected before the filling begins.
    ///
    /// # Errors
    /// When the system has no threads left.
    pub fn new(dialect: D, waits: Waits) -> Result<Self, StoreError> {
        Ok(Self {
            background: Background::start(D::CAPABILITIES.name).map_err(no_threads)?,
            link: Arc::new(Link::new(dialect, waits, Purpose::Fill)),
            deadline: waits.append,
            begun: None,
        })
    }

    /// Hands what was begun to the threads, and takes it back.
    async fn with<F>(&mut self, work: impl FnOnce(Begun<D>) -> F) -> Result<(), StoreError>
    where
        F: Future<Output = (Begun<D>, Result<(), StoreError>)> + Send + 'static,
    {
        let none = || StoreError::Refused("no filling was begun".into());
        let begun = self.begun.take().ok_or_else(none)?;
        let (begun, done) = self.background.run(work(begun)).await.ok_or_else(stopped)?;
        self.begun = Some(begun);
        done
    }
}

impl<D: Dialect> Begun<D> {
    async fn begin(
        link: Arc<Link<D>>,
        deadline: Duration,
        outline: Outline,
    ) -> Result<Self, StoreError> {
        let mut database = link.first().await?;
        let (note, reached) = note_of(&link, &mut database, &outline)
            .await
            .map_err(|failure| failure.store_error("beginning to fill the store"))?;
        if note.outline != outline {
            return Err(StoreError::Refused(format!(
                "{} is being filled with log {} up to revision {}, not with log {} up to revision {}: finish that first, or remove the tables",
                link.dialect.place(),
                note.outline.head.log,
                note.outline.head.revision,
                outline.head.log,
                outline.head.revision,
            )));
        }
        Ok(Self { link, deadline, database: Some(database), note, reached })
    }

    async fn put(&mut self, piece: &Piece) -> Result<(), StoreError> {
        let Some(position) = piece.end() else { return Ok(()) };
        let reached = self.reached;
        match piece {
            Piece::Kept(rows) => {
                let (rows, loose, note) = kept::columns(rows, &self.note, position)?;
                self.write(&reached, (rows, loose), Some(note)).await
            }
            Piece::Side(rows) => {
                let side = rows.iter().map(|(key, value)| (&key[..], &value[..])).unzip();
                let rows = Rows { side, ..Rows::default() };
                let note = Note { position, ..self.note.clone() };
                self.write(&reached, (rows, Loose::default()), Some(note)).await
            }
            Piece::Commits(commits) => {
                let head = follow(&reached, commits)?;
                let group = Group { commits: commits.clone(), ..Group::default() };
                let note = Note { position, ..self.note.clone() };
                self.write(&head, (Rows::of(&group), Loose::default()), Some(note)).await
            }
        }
    }

    async fn finish(&mut self) -> Result<(), StoreError> {
        check_end(&self.reached, &self.note.outline)?;
        let head = self.note.outline.head;
        self.write(&head, (Rows::default(), Loose::default()), None).await
    }

    /// Until it is known to be there: the note says whether it is.
    async fn write(
        &mut self,
        head: &Head,
        (rows, loose): (Rows<'_>, Loose<'_>),
        note: Option<Note>,
    ) -> Result<(), StoreError> {
        let (before, after) = (self.note.encode(), note.as_ref().map(Note::encode));
        let reached = self.reached;
        let filling = Filling {
            between: Between { after: &reached, head, rows },
            loose,
            before: &before,
            after: after.as_deref(),
        };
        let mut patience = Patience::of(self.deadline);
        let mut again = false;
        loop {
            let failure = match self.write_once(&filling, again).await {
                Ok(true) => break,
                Ok(false) => return Err(self.somebody_else()),
                Err(failure) => failure,
            };
            self.database = None;
            again = true;
            match patience.pause().filter(|_| failure.passes::<D>()) {
                Some(pause) => tokio::time::sleep(pause).await,
                None => return Err(failure.store_error("filling the store")),
            }
        }
        self.reached = *head;
        self.note = note.unwrap_or_else(|| self.note.clone());
        Ok(())
    }

    async fn write_once(&mut self, filling: &Filling<'_>, again: bool) -> Result<bool, Failure> {
        let link = &self.link;
        let database = match self.database.take() {
            Some(database) => database,
            None => link.connect().await?,
        };
        let database = self.database.insert(database);
        let limit = link.answer_timeout();
        let writing = async {
            if again {
                let found = link.dialect.greet(database, 0).await?.filling;
                if found.as_deref() == filling.after {
                    return Ok(true);
                }
            }
            link.dialect.fill(database, filling).await
        };
        let written = tokio::time::timeout(limit, writing).await;
        written.unwrap_or_else(|_| Err(Failure::late("filling the store", limit)))
    }

    fn somebody_else(&self) -> StoreError {
        StoreError::Refused(format!(
            "{} is being filled by somebody else, or was removed meanwhile",
            self.link.dialect.place()
        ))
    }
}

/// The note that is there or is made now, and the head beside it.
async fn note_of<D: Dialect>(
    link: &Link<D>,
    database: &mut ConnectionOf<D>,
    outline: &Outline,
) -> Result<(Note, Head), Failure> {
    let found = link.dialect.greet(database, 0).await?;
    if let Some(note) = &found.filling {
        return Ok((Note::decode(note)?, found.head));
    }
    let (note, base) = (Note::begin(outline), outline.base());
    let base = (&base, outline.start.revision);
    if !link.dialect.begin_filling(database, &found.head, base, &note.encode()).await? {
        let what = format!("there is a log in {}: choose an empty place", link.dialect.place());
        return Err(StoreError::Refused(what).into());
    }
    Ok((note, *base.0))
}

#[async_trait]
impl<D: Dialect> Fill for SqlFill<D> {
    async fn begin(&mut self, outline: &Outline) -> Result<Position, StoreError> {
        self.begun = None;
        let beginning = Begun::begin(Arc::clone(&self.link), self.deadline, *outline);
        let begun = self.background.run(beginning).await.ok_or_else(stopped)??;
        Ok(self.begun.insert(begun).note.position.clone())
    }

    async fn put(&mut self, piece: &Piece) -> Result<(), StoreError> {
        let piece = piece.clone();
        self.with(|mut begun| async move {
            let done = begun.put(&piece).await;
            (begun, done)
        })
        .await
    }

    async fn finish(&mut self) -> Result<(), StoreError> {
        self.with(|mut begun| async move {
            let done = begun.finish().await;
            (begun, done)
        })
        .await?;
        self.begun = None;
        Ok(())
    }
}
