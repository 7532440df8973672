//! Keys of the rows. Namespaces and keys have no byte 0, so a 0 parts them and the order is the order of the names.

use holdfast_model::{EntryKey, Key, Namespace, Revision, Timestamp};
use holdfast_store::StoreError;

use crate::error::corrupt;

/// Length of what a history key has behind the key of its entry.
pub(crate) const HISTORY_SUFFIX: usize = 1 + 8 + 4;

/// Rows of the meta table, by their first byte.
pub(crate) const STATE: &[u8] = &[1];
pub(crate) const DUE: u8 = 2;
pub(crate) const SIDE: u8 = 3;
pub(crate) const WITNESS: &[u8] = &[4];
/// There while the store is being filled.
pub(crate) const FILLING: &[u8] = &[5];
/// There while the history has rows that no commit tells of, but reads need for a time.
pub(crate) const LOOSE: &[u8] = &[6];

pub(crate) fn log(revision: Revision) -> [u8; 8] {
    revision.0.to_be_bytes()
}

pub(crate) fn parse_log(bytes: &[u8]) -> Result<Revision, StoreError> {
    let bytes = <[u8; 8]>::try_from(bytes)
        .map_err(|_| corrupt("log", format!("a key has {} bytes", bytes.len())))?;
    Ok(Revision(u64::from_be_bytes(bytes)))
}

pub(crate) fn value(revision: Revision, index: u32) -> [u8; 12] {
    let mut key = [0; 12];
    key[..8].copy_from_slice(&revision.0.to_be_bytes());
    key[8..].copy_from_slice(&index.to_be_bytes());
    key
}

pub(crate) fn entry(at: &EntryKey) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(entry_len(at) + HISTORY_SUFFIX);
    push_entry(at, &mut bytes);
    bytes
}

pub(crate) fn entry_len(at: &EntryKey) -> usize {
    at.namespace.as_str().len() + 1 + at.key.as_str().len()
}

pub(crate) fn push_entry(at: &EntryKey, bytes: &mut Vec<u8>) {
    bytes.extend_from_slice(at.namespace.as_str().as_bytes());
    bytes.push(0);
    bytes.extend_from_slice(at.key.as_str().as_bytes());
}

/// What begins all keys of a namespace, up to the prefix.
pub(crate) fn below(namespace: &Namespace, prefix: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(namespace.as_str().len() + 1 + prefix.len());
    bytes.extend_from_slice(namespace.as_str().as_bytes());
    bytes.push(0);
    bytes.extend_from_slice(prefix.as_bytes());
    bytes
}

/// Behind all keys of a namespace, before those of the next one.
pub(crate) fn behind(namespace: &Namespace) -> Vec<u8> {
    let mut bytes = namespace.as_str().as_bytes().to_vec();
    bytes.push(1);
    bytes
}

/// Behind all keys that begin so: no name has a byte 0xff.
pub(crate) fn after_all(mut prefix: Vec<u8>) -> Vec<u8> {
    prefix.push(0xff);
    prefix
}

/// The key of an entry that lies in this namespace.
pub(crate) fn parse_below(namespace: &Namespace, bytes: &[u8]) -> Result<EntryKey, StoreError> {
    let key =
        bytes.get(namespace.as_str().len() + 1..).and_then(|key| std::str::from_utf8(key).ok());
    let key = key.and_then(|key| Key::new(key).ok());
    let bad = || corrupt("a key", format!("{} is no name of an entry", bytes.escape_ascii()));
    Ok(EntryKey::new(namespace.clone(), key.ok_or_else(bad)?))
}

/// The key behind `key` in byte order.
pub(crate) fn next(mut key: Vec<u8>) -> Vec<u8> {
    key.push(0);
    key
}

pub(crate) fn parse_entry(bytes: &[u8]) -> Result<EntryKey, StoreError> {
    let bad = || corrupt("a key", format!("{} is no name of an entry", bytes.escape_ascii()));
    let text = std::str::from_utf8(bytes).map_err(|_| bad())?;
    let (namespace, key) = text.split_once('\0').ok_or_else(bad)?;
    let namespace = Namespace::new(namespace).map_err(|_| bad())?;
    Ok(EntryKey::new(namespace, Key::new(key).map_err(|_| bad())?))
}

/// Newest first: the revision and the index are inverted.
pub(crate) fn history(entry: &[u8], revision: Revision, index: u32) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(entry.len() + HISTORY_SUFFIX);
    push_history(entry, revision, index, &mut bytes);
    bytes
}

pub(crate) fn push_history(entry: &[u8], revision: Revision, index: u32, bytes: &mut Vec<u8>) {
    bytes.extend_from_slice(entry);
    bytes.push(0);
    bytes.extend_from_slice(&(!revision.0).to_be_bytes());
    bytes.extend_from_slice(&(!index).to_be_bytes());
}

/// Revision and index of a history key.
pub(crate) fn parse_history(bytes: &[u8]) -> Result<(Revision, u32), StoreError> {
    let bad = || corrupt("history", "a key is too short".to_owned());
    let (rest, index) = bytes.split_last_chunk::<4>().ok_or_else(bad)?;
    let (_, revision) = rest.split_last_chunk::<8>().ok_or_else(bad)?;
    Ok((Revision(!u64::from_be_bytes(*revision)), !u32::from_be_bytes(*index)))
}

/// Sorted by time: the sign bit is inverted.
pub(crate) fn due(time: Timestamp, entry: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(9 + entry.len());
    bytes.push(DUE);
    bytes.extend_from_slice(&(time.0 ^ i64::MIN).to_be_bytes());
    bytes.extend_from_slice(entry);
    bytes
}

/// Time and entry of a due key.
pub(crate) fn parse_due(bytes: &[u8]) -> Result<(Timestamp, &[u8]), StoreError> {
    let bad = || corrupt("meta", "a key of the expiry index is too short".to_owned());
    let (time, entry) = bytes.get(1..).ok_or_else(bad)?.split_first_chunk::<8>().ok_or_else(bad)?;
    Ok((Timestamp(i64::from_be_bytes(*time) ^ i64::MIN), entry))
}

pub(crate) fn side(key: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(1 + key.len());
    bytes.push(SIDE);
    bytes.extend_from_slice(key);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(namespace: &str, key: &str) -> EntryKey {
        EntryKey::new(Namespace::new(namespace).expect("valid"), Key::new(key).expect("valid"))
    }

    #[test]
    fn keys_sort_as_names_do() {
        let mut names: Vec<_> = ["a", "a.b", "a0", "aa"]
            .iter()
            .flat_map(|n| ["k", "k/1", "k0", "\u{e9}"].map(|k| at(n, k)))
            .collect();
        names.sort();
        assert!(names.iter().map(entry).is_sorted());
        assert!(names.iter().all(|name| parse_entry(&entry(name)).expect("parses") == *name));
        assert!(behind(&names[0].namespace) < entry(&at("a.b", "x")));
    }

    #[test]
    fn history_is_newest_first_and_apart_from_longer_keys() {
        let (short, long) = (entry(&at("n", "k")), entry(&at("n", "k/1")));
        let mut keys = Vec::new();
        for key in [&short, &long] {
            keys.extend([(9, 1), (9, 0), (1 << 40, 0)].map(|(r, i)| history(key, Revision(r), i)));
        }
        keys.sort();
        let parsed: Vec<_> = keys.iter().map(|key| parse_history(key).expect("parses")).collect();
        let once = [(Revision(1 << 40), 0), (Revision(9), 1), (Revision(9), 0)];
        assert_eq!(parsed, [once, once].concat());
        assert!(keys[..3].iter().all(|key| key.starts_with(&short) && !key.starts_with(&long)));
    }

    #[test]
    fn due_keys_sort_by_time() {
        let entry = entry(&at("n", "k"));
        let times = [i64::MIN, -1, 0, 1, i64::MAX].map(|time| due(Timestamp(time), &entry));
        assert!(times.is_sorted());
        assert_eq!(parse_due(&times[1]).expect("parses"), (Timestamp(-1), &*entry));
    }
}
