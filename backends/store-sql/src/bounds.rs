//! Ranges of keys, byte by byte: a prefix is a range, never a pattern.

use holdfast_model::Key;

/// Longer than any side key, and above every one.
const ABOVE_ALL: usize = 1_025;

/// The range of keys with this prefix behind `after`: from the first (inclusive) to the second (exclusive).
#[must_use]
pub fn keys(prefix: &str, after: Option<&Key>) -> (Vec<u8>, Vec<u8>) {
    let prefix = prefix.as_bytes();
    let from = after.map(|after| next(after.as_str().as_bytes())).unwrap_or_default();
    // No UTF-8 has this byte.
    let end = [prefix, &[0xff]].concat();
    (from.max(prefix.to_vec()), end)
}

/// The same for any bytes.
#[must_use]
pub fn bytes(prefix: &[u8], after: Option<&[u8]>) -> (Vec<u8>, Vec<u8>) {
    let from = after.map(next).unwrap_or_default();
    let last = prefix.iter().rposition(|byte| *byte != 0xff);
    let end = match last {
        Some(last) => {
            let mut end = prefix[..=last].to_vec();
            end[last] += 1;
            end
        }
        None => vec![0xff; ABOVE_ALL],
    };
    (from.max(prefix.to_vec()), end)
}

/// The key behind this one.
fn next(key: &[u8]) -> Vec<u8> {
    [key, &[0]].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_is_a_range() {
        let inside = |prefix: &[u8], key: &[u8]| {
            let (from, end) = bytes(prefix, None);
            (*from <= *key) && (*key < *end)
        };
        let keys: [&[u8]; 9] =
            [b"", b"a", b"a\0", b"a\xff", b"a\xff\xff", b"b", b"\xff", b"\xff\xff", b"%_\\"];
        for prefix in keys {
            for key in keys {
                assert_eq!(inside(prefix, key), key.starts_with(prefix), "{prefix:?} {key:?}");
            }
        }
        let after = Key::new("k/5").expect("a key");
        assert_eq!(super::keys("k/", Some(&after)), (b"k/5\0".to_vec(), b"k/\xff".to_vec()));
        let before = Key::new("a").expect("a key");
        assert_eq!(super::keys("k/", Some(&before)).0, b"k/");
    }
}
