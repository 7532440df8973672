//! Page cursors of searches: texts that a client hands back as it got them.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use holdfast_engine::{Created, Place};
use holdfast_model::{Key, Revision};
use tonic::Status;

use super::valid::invalid;

/// First bytes of a cursor: what it is, and of which format.
const STATES: &[u8] = b"\x01states";
const EVENTS: &[u8] = b"\x01events";

/// Behind this state, in the order of creation.
pub(super) fn of_state(at: &Created) -> String {
    let revision = at.revision.0.to_be_bytes();
    URL_SAFE_NO_PAD.encode([STATES, &revision, at.key.as_str().as_bytes()].concat())
}

/// The state that a page ended with; `None`: there was no page yet.
pub(super) fn state(cursor: &str) -> Result<Option<Created>, Status> {
    if cursor.is_empty() {
        return Ok(None);
    }
    let read = || {
        let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
        let (revision, key) = bytes.strip_prefix(STATES)?.split_first_chunk()?;
        let key = Key::new(std::str::from_utf8(key).ok()?).ok()?;
        Some(Created { revision: Revision(u64::from_be_bytes(*revision)), key })
    };
    read().map(Some).ok_or_else(refused)
}

/// Behind this event, in the order of the log.
pub(super) fn of_event(at: Place) -> String {
    let (revision, index) = (at.revision.0.to_be_bytes(), at.index.to_be_bytes());
    URL_SAFE_NO_PAD.encode([EVENTS, &revision, &index].concat())
}

/// The event that a page ended with; `None`: there was no page yet.
pub(super) fn event(cursor: &str) -> Result<Option<Place>, Status> {
    if cursor.is_empty() {
        return Ok(None);
    }
    let read = || {
        let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
        let (revision, index) = bytes.strip_prefix(EVENTS)?.split_first_chunk()?;
        let index = u32::from_be_bytes(index.try_into().ok()?);
        Some(Place { revision: Revision(u64::from_be_bytes(*revision)), index })
    };
    read().map(Some).ok_or_else(refused)
}

fn refused() -> Status {
    invalid("Cursor", "not one of this search")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_come_back_and_only_ours_do() {
        let created =
            Created { revision: Revision(7), key: Key::new("t/ключ").expect("valid") };
        let place = Place { revision: Revision(u64::MAX), index: 3 };
        assert_eq!(state(&of_state(&created)).expect("ours"), Some(created.clone()));
        assert_eq!(event(&of_event(place)).expect("ours"), Some(place));
        assert_eq!((state("").expect("none"), event("").expect("none")), (None, None));
        for foreign in ["x", "!", "AXN0YXRlcw", "AWV2ZW50cw", &of_state(&created), &of_event(place)]
        {
            assert!(state(foreign).is_err() || event(foreign).is_err(), "{foreign}");
        }
        assert!(state(&of_event(place)).is_err() && event(&of_state(&created)).is_err());
    }
}
