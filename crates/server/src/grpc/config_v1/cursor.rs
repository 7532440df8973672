//! Page cursors: texts that a client hands back as it got them. What this server did not make is refused.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::error::{Refusal, invalid_cursor};

/// First bytes of a list cursor: what it is, and of which format.
const LIST: &[u8] = b"\x01list";
/// First byte of a namespaces cursor, by the contract.
const NAMESPACES: u8 = 0x01;
/// The store's tag in a namespaces cursor. A constant: cursors outlive a change of the store.
const TAG: &[u8] = b"memory";

/// The cursor of a list page that ended with this key.
pub(crate) fn of_key(key: &str) -> String {
    URL_SAFE_NO_PAD.encode([LIST, key.as_bytes()].concat())
}

/// The key that a list page ended with.
pub(crate) fn key(cursor: &str) -> Result<String, Refusal> {
    let bytes = decode(cursor)?;
    let key = bytes.strip_prefix(LIST).filter(|key| !key.is_empty());
    let key = key.ok_or_else(|| invalid_cursor("not one of a list"))?;
    text(key)
}

/// The cursor of a page of namespaces that ended with this name.
pub(crate) fn of_namespace(name: &str) -> String {
    // The tag has six bytes.
    let header = [NAMESPACES, TAG.len() as u8];
    URL_SAFE_NO_PAD.encode([&header, TAG, name.as_bytes()].concat())
}

/// The name that a page of namespaces ended with.
pub(crate) fn namespace(cursor: &str) -> Result<String, Refusal> {
    let bytes = decode(cursor)?;
    let Some((&[format, length], rest)) = bytes.split_first_chunk() else {
        return Err(invalid_cursor("too short"));
    };
    if format != NAMESPACES {
        return Err(invalid_cursor("of another format"));
    }
    match rest.split_at_checked(length.into()) {
        Some((TAG, name)) => text(name),
        Some(_) => Err(invalid_cursor("of another store")),
        None => Err(invalid_cursor("too short")),
    }
}

/// The version that a page of versions ended with.
pub(crate) fn version(cursor: &str) -> Result<u64, Refusal> {
    let plain = cursor.bytes().all(|digit| digit.is_ascii_digit());
    let version = cursor.parse().ok().filter(|version| plain && *version > 0);
    version.ok_or_else(|| invalid_cursor("not a version"))
}

fn decode(cursor: &str) -> Result<Vec<u8>, Refusal> {
    URL_SAFE_NO_PAD.decode(cursor).map_err(|_| invalid_cursor("not base64url"))
}

fn text(bytes: &[u8]) -> Result<String, Refusal> {
    String::from_utf8(bytes.into()).map_err(|_| invalid_cursor("not UTF-8"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_contracts_vector_holds() {
        assert_eq!(of_namespace("b"), "AQZtZW1vcnli");
        assert_eq!(namespace("AQZtZW1vcnli").expect("ours"), "b");
    }

    #[test]
    fn what_we_did_not_make_is_refused() {
        let foreign =
            ["!bad!", "zzz", "AQhwb3N0Z3Jlc2I", "AQZzcWxpdGVwcm9k", "Yg==", "Yg", "AQ", ""];
        for cursor in foreign {
            assert!(namespace(cursor).is_err(), "{cursor}");
            assert!(key(cursor).is_err(), "{cursor}");
        }
        assert!(key(&of_namespace("b")).is_err() && namespace(&of_key("b")).is_err());
        for cursor in ["x", "0", "-1", "+1", "1.0", "99999999999999999999"] {
            assert!(version(cursor).is_err(), "{cursor}");
        }
    }

    #[test]
    fn cursors_come_back() {
        assert_eq!(key(&of_key("app/ключ")).expect("ours"), "app/ключ");
        assert_eq!(version("7").expect("ours"), 7);
    }
}
