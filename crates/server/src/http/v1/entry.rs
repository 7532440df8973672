//! An entry as JSON, straight from the model: the answer to most calls. It is what `Shown` makes of its message, which a test
//! holds against it; there is no message in between here, and no text that is copied into another.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use holdfast_model::{Entry, Timestamp};

/// Bytes around names and value: member names, numbers and times.
const AROUND: usize = 224;

/// `{"entry": ...}`.
pub(super) fn answer(entry: &Entry) -> Vec<u8> {
    let (namespace, key) = (entry.at.namespace.as_str(), entry.at.key.as_str());
    let encoded = entry.value.len().div_ceil(3) * 4;
    let mut text = Vec::with_capacity(AROUND + namespace.len() + key.len() + encoded);
    text.extend_from_slice(b"{\"entry\":{\"namespace\":");
    quoted(&mut text, namespace);
    text.extend_from_slice(b",\"key\":");
    quoted(&mut text, key);
    text.extend_from_slice(b",\"value\":\"");
    base64(&mut text, &entry.value, encoded);
    text.extend_from_slice(b"\",\"codec\":");
    quoted(&mut text, entry.codec.as_str());
    text.extend_from_slice(b",\"type\":");
    number(&mut text, entry.value_type.number().into());
    text.extend_from_slice(b",\"version\":\"");
    number(&mut text, entry.version);
    text.extend_from_slice(b"\",\"createdAt\":\"");
    time(&mut text, entry.created_at);
    text.extend_from_slice(b"\",\"updatedAt\":\"");
    time(&mut text, entry.modified_at);
    text.extend_from_slice(b"\"}}");
    text
}

fn quoted(text: &mut Vec<u8>, name: &str) {
    if name.bytes().any(|byte| byte < b' ' || byte == b'"' || byte == b'\\') {
        let written = serde_json::to_writer(text, name);
        return written.unwrap_or_else(|error| unreachable!("a text grows: {error}"));
    }
    text.push(b'"');
    text.extend_from_slice(name.as_bytes());
    text.push(b'"');
}

fn base64(text: &mut Vec<u8>, value: &[u8], encoded: usize) {
    let before = text.len();
    text.resize(before + encoded, 0);
    let wrote = STANDARD.encode_slice(value, &mut text[before..]);
    debug_assert_eq!(wrote.ok(), Some(encoded));
}

fn number(text: &mut Vec<u8>, number: u64) {
    digits(text, number, number.checked_ilog10().unwrap_or(0) as usize + 1);
}

/// So many of them, zeros in front.
fn digits(text: &mut Vec<u8>, mut number: u64, count: usize) {
    let before = text.len();
    text.resize(before + count, b'0');
    for digit in text[before..].iter_mut().rev() {
        *digit += (number % 10) as u8;
        number /= 10;
    }
}

/// RFC 3339 in UTC, with three, six or nine digits of a second when it is not a whole one.
fn time(text: &mut Vec<u8>, at: Timestamp) {
    const DAY: i64 = 86_400;
    let (days, second) = (at.seconds().div_euclid(DAY), at.seconds().rem_euclid(DAY));
    let (year, month, day) = date(days);
    digits(text, year.unsigned_abs(), 4);
    for (mark, part) in [
        (b'-', month),
        (b'-', day),
        (b'T', second / 3_600),
        (b':', second / 60 % 60),
        (b':', second % 60),
    ] {
        text.push(mark);
        digits(text, part.unsigned_abs(), 2);
    }
    let nanos = u64::from(at.subsec_nanos().unsigned_abs());
    let (fraction, count) = match nanos {
        0 => (0, 0),
        _ if nanos.is_multiple_of(1_000_000) => (nanos / 1_000_000, 3),
        _ if nanos.is_multiple_of(1_000) => (nanos / 1_000, 6),
        _ => (nanos, 9),
    };
    if count > 0 {
        text.push(b'.');
        digits(text, fraction, count);
    }
    text.push(b'Z');
}

/// Year, month and day of a day counted from 1970-01-01 (H. Hinnant, "chrono-Compatible Low-Level Date Algorithms").
fn date(days: i64) -> (i64, i64, i64) {
    // Eras of 400 years that begin on the first of March, so that the odd day is the last of a year.
    let days = days + 719_468;
    let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let of_year = day - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let of_month = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year + era * 400 + i64::from(month <= 2), month, of_month)
}

#[cfg(test)]
mod tests {
    use holdfast_api::config_v1::GetResponse;
    use holdfast_api::convert::config as convert;
    use holdfast_model::{Codec, EntryKey, Key, Namespace, Revision, ValueType};

    use super::super::shown::Shown;
    use super::*;

    fn entry(key: &str, value: &'static [u8], times: (i64, i64)) -> Entry {
        let namespace = Namespace::new("production").expect("a name");
        Entry {
            at: EntryKey::new(namespace, Key::new(key).expect("a key")),
            value: value.into(),
            codec: Codec::new("x\"y\u{e4}").expect("a codec"),
            value_type: ValueType::String,
            version: 7,
            created_at: Timestamp(times.0),
            modified_at: Timestamp(times.1),
            ordinal: 7,
            create_revision: Revision(1),
            mod_revision: Revision(9),
            expires_at: None,
            id: Default::default(),
        }
    }

    #[test]
    fn it_is_what_the_message_would_be() {
        let values: [&[u8]; 5] = [b"", b"a", b"ab", b"abc", &[0, 255, 10, 34, 92]];
        let keys = ["app/timeout", "a\"b", "a\\b", "\u{e4}\u{2028}", "k"];
        let mut at: i64 = i64::MIN / 2;
        for n in 0..40_000_usize {
            // Steps of 2.7 days and some nanoseconds, through four centuries and back to whole seconds.
            at = at.wrapping_add(233_280_123_456_789);
            let rounded = at - at % [1, 1_000, 1_000_000, 1_000_000_000][n % 4];
            let entry = entry(keys[n % 5], values[n % 5], (rounded, at));
            let message =
                GetResponse { entry: convert::entry(&entry).into(), ..GetResponse::default() };
            let expected = serde_json::to_string(&Shown(&message)).expect("it encodes");
            assert_eq!(String::from_utf8(answer(&entry)).expect("a text"), expected);
        }
    }
}
