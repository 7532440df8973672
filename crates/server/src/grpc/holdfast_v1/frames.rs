//! Commits, entries and bookmarks as frames: at most 1 MiB of events each, but at least one event.
//!
//! An event is encoded once for all watchers; so are whole frames for those that get every event of the commit. A frame is
//! a `WatchResponse`: its head as the generated code writes it, then the events, which are length-delimited members and may
//! follow in any order.

use std::sync::Arc;

use buffa::Message;
use buffa::encoding::encode_varint;
use bytes::{Bytes, BytesMut};
use holdfast_api::convert::{holdfast as convert, time};
use holdfast_api::holdfast_v1::WatchResponse;
use holdfast_api::holdfast_v1::watch_response::Kind;
use holdfast_engine::{Matched, Which};
use holdfast_model::{Commit, Entry, ResumeToken, Revision, Timestamp};

/// Places of this dialect among the encoded forms that the hub keeps beside a commit.
const EVENTS_SLOT: usize = 1;
const FRAMES_SLOT: usize = 2;

/// Bytes of events in one frame.
const FRAME_BYTES: usize = 1 << 20;

/// Tag of `WatchResponse.events`: field 3, length-delimited.
const EVENTS_TAG: u64 = 3 << 3 | 2;

/// The frames of a commit for one watcher.
pub(crate) fn of_commit(matched: &Matched) -> Vec<Bytes> {
    let commit = matched.commit.commit();
    let events = || {
        let shared: Option<Arc<Vec<Bytes>>> = matched.commit.encoded(EVENTS_SLOT, encode_events);
        shared.unwrap_or_else(|| Arc::new(encode_events(commit)))
    };
    match &matched.events {
        Which::All => {
            let all = |commit: &Commit| frames(&head(commit, matched), &encode_events(commit));
            let shared: Option<Arc<Vec<Bytes>>> = matched.commit.encoded(FRAMES_SLOT, all);
            shared.map_or_else(|| all(commit), |frames| frames.as_ref().clone())
        }
        Which::Some(indexes) => {
            let events = events();
            let wanted = indexes.iter().filter_map(|index| events.get(*index as usize).cloned());
            frames(&head(commit, matched), &wanted.collect::<Vec<_>>())
        }
    }
}

/// A part of the initial state; `token` when it is the last one.
pub(crate) fn initial(
    entries: &[Arc<Entry>],
    sent_before: usize,
    revision: Revision,
    token: Option<ResumeToken>,
) -> Vec<Bytes> {
    let encoded = |(index, entry): (usize, &Arc<Entry>)| {
        convert::initial(sent_before + index, entry).encode_to_bytes()
    };
    let events: Vec<_> = entries.iter().enumerate().map(encoded).collect();
    let head = Head {
        frame: WatchResponse {
            revision: revision.0,
            kind: Kind::KIND_INITIAL.into(),
            ..WatchResponse::default()
        },
        token: token.map(|token| token.to_string()),
    };
    frames(&head, &events)
}

/// A place without events: a bookmark, or what the caller is told whose rights became wider. `at`: up to when there was nothing else.
pub(crate) fn place(
    kind: Kind,
    revision: Revision,
    token: ResumeToken,
    at: Option<Timestamp>,
) -> WatchResponse {
    WatchResponse {
        time: at.map(time).into(),
        revision: revision.0,
        kind: kind.into(),
        token: token.to_string(),
        last: true,
        ..WatchResponse::default()
    }
}

/// What all frames of a delivery share, and the token of the final one; without a token none is final.
struct Head {
    frame: WatchResponse,
    token: Option<String>,
}

fn head(commit: &Commit, matched: &Matched) -> Head {
    Head {
        frame: WatchResponse {
            revision: commit.revision.0,
            time: time(commit.time).into(),
            kind: Kind::KIND_COMMIT.into(),
            actor: convert::actor(&commit.actor).into(),
            reason: commit.reason.as_ref().into(),
            cause: convert::cause(commit.cause).into(),
            ..WatchResponse::default()
        },
        token: Some(matched.token().to_string()),
    }
}

fn encode_events(commit: &Commit) -> Vec<Bytes> {
    let (revision, time) = (commit.revision, commit.time);
    let encoded = |(index, event)| convert::event(index, event, revision, time).encode_to_bytes();
    commit.events.iter().enumerate().map(encoded).collect()
}

fn frames(head: &Head, events: &[Bytes]) -> Vec<Bytes> {
    let chunks = chunks(events);
    let final_one = chunks.len() - 1;
    let framed = |(index, chunk): (usize, &[Bytes])| {
        let token = head.token.as_deref().filter(|_| index == final_one);
        let frame = WatchResponse {
            token: token.unwrap_or_default().into(),
            last: token.is_some(),
            ..head.frame.clone()
        };
        frame_bytes(&frame, chunk)
    };
    chunks.into_iter().enumerate().map(framed).collect()
}

/// Runs of events that fit one frame; a single empty one when there are no events.
fn chunks(events: &[Bytes]) -> Vec<&[Bytes]> {
    let mut chunks = Vec::with_capacity(1);
    let (mut begin, mut bytes) = (0, 0);
    for (index, event) in events.iter().enumerate() {
        if index > begin && bytes + event.len() > FRAME_BYTES {
            chunks.push(&events[begin..index]);
            (begin, bytes) = (index, 0);
        }
        bytes += event.len();
    }
    chunks.push(&events[begin..]);
    chunks
}

fn frame_bytes(frame: &WatchResponse, events: &[Bytes]) -> Bytes {
    const TAG_AND_LENGTH: usize = 1 + 5;
    let room: usize = events.iter().map(|event| event.len() + TAG_AND_LENGTH).sum();
    let mut bytes = BytesMut::with_capacity(room + frame.encoded_len() as usize);
    frame.encode(&mut bytes);
    for event in events {
        encode_varint(EVENTS_TAG, &mut bytes);
        encode_varint(event.len() as u64, &mut bytes);
        bytes.extend_from_slice(event);
    }
    bytes.freeze()
}

#[cfg(test)]
mod tests {
    use holdfast_api::holdfast_v1::Event;

    use super::*;

    fn event(index: u32, bytes: usize) -> Bytes {
        let value = vec![b'v'; bytes].into();
        Event { index, value, ..Event::default() }.encode_to_bytes()
    }

    fn head(token: Option<&str>) -> Head {
        let frame = WatchResponse { revision: 7, reason: "why".into(), ..WatchResponse::default() };
        Head { frame, token: token.map(String::from) }
    }

    fn decoded(frames: &[Bytes]) -> Vec<WatchResponse> {
        frames.iter().map(|f| WatchResponse::decode_from_slice(f).expect("a frame")).collect()
    }

    #[test]
    fn a_small_commit_is_one_frame_and_the_last() {
        let frames = decoded(&frames(&head(Some("t")), &[event(0, 10), event(1, 0)]));
        assert_eq!(frames.len(), 1);
        assert!(frames[0].last && frames[0].token == "t" && frames[0].reason == "why");
        assert_eq!(frames[0].events.iter().map(|e| e.index).collect::<Vec<_>>(), [0, 1]);
        assert_eq!(frames[0].events[0].value.len(), 10);
    }

    #[test]
    fn a_large_commit_is_cut_between_events_and_only_its_end_has_the_token() {
        let events: Vec<_> = (0..5).map(|index| event(index, 500 << 10)).collect();
        let all = frames(&head(Some("t")), &events);
        assert!(all.iter().all(|frame| frame.len() <= FRAME_BYTES + 1024));
        let all = decoded(&all);
        assert_eq!(all.iter().map(|f| f.events.len()).collect::<Vec<_>>(), [2, 2, 1]);
        assert_eq!(all.iter().map(|f| f.last).collect::<Vec<_>>(), [false, false, true]);
        assert_eq!(all.iter().map(|f| &*f.token).collect::<Vec<_>>(), ["", "", "t"]);
        assert!(all.iter().all(|frame| frame.revision == 7));
    }

    #[test]
    fn an_event_beyond_the_bound_goes_alone_and_nothing_is_a_frame_too() {
        let all = decoded(&frames(&head(None), &[event(0, 10), event(1, 2 << 20), event(2, 10)]));
        assert_eq!(all.iter().map(|f| f.events.len()).collect::<Vec<_>>(), [1, 1, 1]);
        assert!(all.iter().all(|frame| !frame.last));
        let none = decoded(&frames(&head(Some("t")), &[]));
        assert!(none.len() == 1 && none[0].last && none[0].events.is_empty());
    }
}
