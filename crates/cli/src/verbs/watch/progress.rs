//! How far a watch has come: what makes it go on after an interruption without a gap and without a repetition.

use holdfast_api::convert;
use holdfast_api::holdfast_v1::WatchResponse;
use holdfast_api::holdfast_v1::watch_response::Kind;

use crate::change::Change;

/// What was seen so far.
#[derive(Debug, Default)]
pub(super) struct Progress {
    token: Option<String>,
    /// A commit that came only in part, and the place in it of the next event. After an interruption it comes again
    /// from its beginning.
    begun: Option<(u64, u32)>,
    frames: u64,
}

impl Progress {
    /// Behind the last whole commit.
    pub(super) fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// How many frames came.
    pub(super) fn frames(&self) -> u64 {
        self.frames
    }

    /// The changes of a frame that were not seen before.
    pub(super) fn take(&mut self, frame: WatchResponse) -> Vec<Change> {
        self.frames += 1;
        let initial = frame.kind.as_known() == Some(Kind::KIND_INITIAL);
        let seen = match self.begun.take() {
            Some((revision, next)) if revision == frame.revision && !initial => next,
            _ => 0,
        };
        let next = frame.events.last().map_or(0, |event| event.index + 1).max(seen);
        let time = frame.time.as_option().map(convert::model_time);
        let fresh = frame.events.into_iter().filter(|event| initial || event.index >= seen);
        let mut changes: Vec<Change> = fresh
            .map(|event| {
                let mut change = Change::from_event(event, initial);
                if !initial {
                    change.revision = Some(frame.revision);
                    change.time = time;
                    change.reason.clone_from(&frame.reason);
                }
                change
            })
            .collect();
        if frame.token.is_empty() {
            self.begun = (!initial).then_some((frame.revision, next));
        } else {
            // Only behind its last event is a commit whole, and only there may a reader of the output go on.
            if let Some(last) = changes.last_mut() {
                last.token = Some(frame.token.clone());
            }
            self.token = Some(frame.token);
        }
        changes
    }
}

#[cfg(test)]
mod tests {
    use holdfast_api::holdfast_v1::{Event, EventKind};

    use super::*;

    fn frame(kind: Kind, revision: u64, indexes: &[u32], token: &str) -> WatchResponse {
        let event = |index: &u32| Event {
            kind: EventKind::EVENT_KIND_SET.into(),
            key: format!("{revision}.{index}"),
            index: *index,
            mod_revision: revision,
            ..Event::default()
        };
        WatchResponse {
            kind: kind.into(),
            revision,
            events: indexes.iter().map(event).collect(),
            token: token.into(),
            last: !token.is_empty(),
            ..WatchResponse::default()
        }
    }

    fn keys(changes: &[Change]) -> Vec<(&str, Option<&str>)> {
        changes.iter().map(|c| (c.record.key.as_str(), c.token.as_deref())).collect()
    }

    #[test]
    fn a_commit_that_comes_again_is_told_only_once() {
        let mut progress = Progress::default();
        let commit =
            |revision, indexes: &[u32], token| frame(Kind::KIND_COMMIT, revision, indexes, token);
        assert_eq!(keys(&progress.take(commit(1, &[0], "t1"))), [("1.0", Some("t1"))]);
        assert_eq!(keys(&progress.take(commit(2, &[0, 2], ""))), [("2.0", None), ("2.2", None)]);
        assert_eq!(progress.token(), Some("t1"));
        // Here the connection was lost: the commit comes again, cut at other places.
        assert_eq!(keys(&progress.take(commit(2, &[0], ""))), []);
        assert_eq!(keys(&progress.take(commit(2, &[2, 3], ""))), [("2.3", None)]);
        assert_eq!(keys(&progress.take(commit(2, &[4], "t2"))), [("2.4", Some("t2"))]);
        assert_eq!(keys(&progress.take(commit(3, &[0], "t3"))), [("3.0", Some("t3"))]);
        assert_eq!(progress.frames(), 6);
    }

    #[test]
    fn bookmarks_move_the_token_and_say_nothing() {
        let mut progress = Progress::default();
        assert_eq!(keys(&progress.take(frame(Kind::KIND_BOOKMARK, 9, &[], "t9"))), []);
        assert_eq!(progress.token(), Some("t9"));
    }

    #[test]
    fn initial_state_has_a_token_only_at_its_end() {
        let mut progress = Progress::default();
        let first = progress.take(frame(Kind::KIND_INITIAL, 5, &[0, 1], ""));
        assert_eq!((first[0].word, progress.token()), ("initial", None));
        progress.take(frame(Kind::KIND_INITIAL, 5, &[2], "t5"));
        assert_eq!(progress.token(), Some("t5"));
        let next = progress.take(frame(Kind::KIND_COMMIT, 6, &[0], "t6"));
        assert_eq!((next[0].word, keys(&next)), ("set", vec![("6.0", Some("t6"))]));
    }
}
