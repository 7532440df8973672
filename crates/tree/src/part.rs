//! One part of a key: any text inside the alphabet of config.v1 keys, by a reversible rule.
//!
//! A part holds letters and digits of ASCII and `_ . -`, and never two dots in a row. What it cannot hold is written byte
//! by byte as `_-` and two upper-case hexadecimal digits (`a b` is `a_-20b`, `a/b` is `a_-2Fb`); the empty part is `_--`.
//! An underscore that would begin such a sequence is itself written as `_-5F`. So ordinary names stay as they are.

use std::fmt::Write as _;

const ESCAPE: &str = "_-";
const EMPTY: &str = "_--";

/// The text as a part of a key.
pub fn encode(text: &str) -> String {
    if text.is_empty() {
        return EMPTY.to_owned();
    }
    let bytes = text.as_bytes();
    let mut part = String::with_capacity(text.len());
    for (at, &byte) in bytes.iter().enumerate() {
        let plain = match byte {
            b'_' => !begins_sequence(&bytes[at..]),
            b'.' => at == 0 || bytes[at - 1] != b'.',
            b'-' => true,
            other => other.is_ascii_alphanumeric(),
        };
        if plain {
            part.push(char::from(byte));
        } else {
            // Writing into a String cannot fail.
            let _ = write!(part, "{ESCAPE}{byte:02X}");
        }
    }
    part
}

/// The text behind a part of a key; `None` when [`encode`] makes another part of it, or no part at all.
pub fn decode(part: &str) -> Option<String> {
    if part == EMPTY {
        return Some(String::new());
    }
    let mut bytes = Vec::with_capacity(part.len());
    let mut rest = part.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        match escaped(rest) {
            Some(byte) => {
                bytes.push(byte);
                rest = &rest[4..];
            }
            None => {
                bytes.push(first);
                rest = tail;
            }
        }
    }
    let text = String::from_utf8(bytes).ok()?;
    (encode(&text) == part).then_some(text)
}

fn begins_sequence(text: &[u8]) -> bool {
    text.starts_with(EMPTY.as_bytes()) || escaped(text).is_some()
}

fn escaped(text: &[u8]) -> Option<u8> {
    let digits = text.strip_prefix(ESCAPE.as_bytes())?;
    Some(hex_digit(*digits.first()?)? << 4 | hex_digit(*digits.get(1)?)?)
}

fn hex_digit(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The alphabet of a config.v1 key, without the slash that parts the parts.
    fn is_part(text: &str) -> bool {
        let known = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
        !text.is_empty() && !text.contains("..") && text.chars().all(known)
    }

    #[test]
    fn ordinary_names_stay_and_others_are_spelled_out() {
        for same in ["app", "MAX_XFER", "x86_64", "a.b-c", "_x", "-", "_-2f", "_-G0", ".", "v1.2.3"]
        {
            assert_eq!(encode(same), same);
        }
        for (text, part) in [
            ("", "_--"),
            ("a b", "a_-20b"),
            ("a/b", "a_-2Fb"),
            ("a..b", "a._-2Eb"),
            ("...", "._-2E_-2E"),
            ("é", "_-C3_-A9"),
            ("_-2F", "_-5F-2F"),
            ("_--", "_-5F--"),
            ("$ref", "_-24ref"),
        ] {
            assert_eq!(encode(text), part);
            assert_eq!(decode(part).as_deref(), Some(text));
        }
    }

    #[test]
    fn a_part_that_the_rule_would_not_write_has_no_text() {
        for part in ["", "_-41", "_-C3", "ключ", "a b", "a..b", "_-2E"] {
            assert_eq!(decode(part), None, "{part}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_a_part_and_comes_back(text in any::<String>()) {
            let part = encode(&text);
            prop_assert!(is_part(&part), "{part}");
            prop_assert_eq!(decode(&part), Some(text));
        }

        #[test]
        fn texts_near_the_rule_come_back(text in "[_\\-./0-9A-F x]{0,12}") {
            let part = encode(&text);
            prop_assert!(is_part(&part), "{part}");
            prop_assert_eq!(decode(&part), Some(text));
        }

        #[test]
        fn a_part_with_a_text_is_the_part_of_that_text(part in "[_\\-.0-9A-Fa ]{0,12}") {
            if let Some(text) = decode(&part) {
                prop_assert_eq!(encode(&text), part);
            }
        }
    }
}
