//! Keys and rows of the embedded store. A checksum guards them against accidents, not against whoever can compute one: the
//! rows here have the right one.

use holdfast_model::{EntryKey, Key, Namespace};
use holdfast_store_fjall::format;

/// The first byte chooses the kind. What reads as a key is that key when it is written again.
pub(crate) fn row(data: &[u8]) {
    let Some((&kind, rest)) = data.split_first() else { return };
    match kind % 6 {
        0 => {
            if let Ok(at) = format::read_entry_key(rest) {
                assert_eq!(format::entry_key(&at), rest);
            }
        }
        1 => drop(format::read_history_key(rest)),
        2 => drop(format::read_due_key(rest)),
        3 => {
            let key = Key::new("k").unwrap_or_else(|error| unreachable!("{error}"));
            let at = EntryKey::new(Namespace::reserved(), key);
            drop(format::read_event_row(&at, rest));
        }
        4 => drop(format::read_log_row(rest)),
        _ => drop(format::read_head_slot(rest)),
    }
}
