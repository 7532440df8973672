//! A backup as it is made, part by part.

use std::sync::Arc;

use holdfast_backup::Encoder;
use holdfast_model::{Revision, Timestamp};
use holdfast_store::copy::{LogSource, Outline, Position, Source};
use holdfast_store::{Snapshots, StoreError};

/// A moment of a log, on its way into a file.
pub(crate) struct BackupBytes {
    source: LogSource,
    made: Timestamp,
    state: State,
    /// The last commit that was given out.
    reached: Revision,
}

enum State {
    Opening,
    Within(Box<Encoder>, Position),
    Over,
}

/// Bytes of the file.
pub(crate) struct Part {
    pub(crate) bytes: Vec<u8>,
    /// The last commit in them or before them.
    pub(crate) reached: Revision,
}

impl BackupBytes {
    /// Of the log as it is now.
    pub(crate) async fn begin(
        snapshots: &Arc<dyn Snapshots>,
        made: Timestamp,
    ) -> Result<Self, StoreError> {
        let source = LogSource::open(Arc::clone(snapshots).snapshot()).await?;
        let reached = source.outline().start.revision;
        Ok(Self { source, made, state: State::Opening, reached })
    }

    pub(crate) fn outline(&self) -> &Outline {
        self.source.outline()
    }

    /// The next part; `None` once the file is complete.
    pub(crate) async fn next(&mut self) -> Result<Option<Part>, StoreError> {
        let bytes = match std::mem::replace(&mut self.state, State::Over) {
            State::Over => return Ok(None),
            State::Opening => {
                let mut encoder = Box::<Encoder>::default();
                let bytes = encoder.opening(self.source.outline(), self.made).map_err(failed)?;
                self.state = State::Within(encoder, Position::START);
                bytes
            }
            State::Within(mut encoder, position) => match self.source.next(&position).await? {
                None => encoder.end().map_err(failed)?,
                Some(piece) => {
                    let bytes = encoder.piece(&piece).map_err(failed)?;
                    let position = piece.end().unwrap_or(position);
                    if let Position::Commits(reached) = &position {
                        self.reached = *reached;
                    }
                    self.state = State::Within(encoder, position);
                    bytes
                }
            },
        };
        Ok(Some(Part { bytes, reached: self.reached }))
    }
}

fn failed(error: std::io::Error) -> StoreError {
    StoreError::Io { doing: "compressing the backup".into(), error: error.to_string() }
}
