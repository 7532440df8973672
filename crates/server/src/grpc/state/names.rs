//! Domains, types and keys of stategate as namespaces and keys of the log, and back: a bijection, so that every state has one
//! entry and every entry is one state.
//!
//! namespace = domain, key = `type/key`. A character that one side cannot hold is written there as `x:<hex of its UTF-8
//! bytes>:`; a text that would read as such an escape has its `x` escaped, `x:78:`. Both sides have characters that the other
//! lacks: a domain may have a `/`, a key of the log a space. So the two directions are the same function with the roles
//! changed.
//!
//! An entry whose key has no first segment (`k`, `/k`, `k/`) is of type `_`, under its whole key. That leaves an entry that is
//! called `_/k` in so many letters; it is of type `x:5F:`.

use std::borrow::Cow;

/// Which characters a side cannot hold, at the beginning of a name or further on.
trait Foreign: Fn(char, bool) -> bool + Copy {}

impl<F: Fn(char, bool) -> bool + Copy> Foreign for F {}

/// How the type is called of what has none.
const NO_TYPE: &str = "_";
/// How it is called where that would be taken for no type.
const NO_TYPE_ESCAPED: &str = "x:5F:";

/// The namespace of a domain; one that is too long is no namespace.
pub(crate) fn namespace_of(domain: &str) -> String {
    translate(domain, no_state, no_namespace).into_owned()
}

/// The domain of a namespace.
pub(crate) fn domain_of(namespace: &str) -> String {
    translate(namespace, no_namespace, no_state).into_owned()
}

/// The key of the log for a type and a key; one that is too long is no key.
pub(crate) fn key_of(kind: &str, key: &str) -> String {
    let key = translate(key, no_state, no_key);
    let kind = translate(kind, no_state, no_segment);
    if first_segment(&key).is_some() {
        return format!("{kind}/{key}");
    }
    match less(&kind) {
        _ if kind == NO_TYPE => key.into_owned(),
        Some(segment) => format!("{segment}/{key}"),
        None => format!("{kind}/{key}"),
    }
}

/// A key of the log for a text that stands alone; one that is too long is no key.
pub(crate) fn plain(name: &str) -> String {
    translate(name, no_state, no_key).into_owned()
}

/// The same as a part of a key, without a slash.
pub(crate) fn segment(name: &str) -> String {
    translate(name, no_state, no_segment).into_owned()
}

/// The type and the key of a key of the log.
pub(crate) fn state_of(key: &str) -> (Cow<'_, str>, Cow<'_, str>) {
    let (kind, rest) = match first_segment(key) {
        Some((segment, rest)) if first_segment(rest).is_none() => (more(segment), rest),
        Some((segment, rest)) => (Cow::Borrowed(segment), rest),
        None => (Cow::Borrowed(NO_TYPE), key),
    };
    let kind = match kind {
        Cow::Borrowed(kind) => translate(kind, no_segment, no_state),
        Cow::Owned(kind) => translate(&kind, no_segment, no_state).into_owned().into(),
    };
    (kind, translate(rest, no_key, no_state))
}

/// Below these prefixes are all keys of the log that are of the type; others may be there too.
pub(crate) fn prefixes_of(kind: &str) -> Vec<String> {
    let kind = translate(kind, no_state, no_segment);
    if kind == NO_TYPE {
        return vec![String::new()];
    }
    let mut prefixes = vec![format!("{kind}/")];
    prefixes.extend(less(&kind).map(|segment| format!("{segment}/")));
    prefixes
}

/// Both parts of a key, when neither is empty.
fn first_segment(key: &str) -> Option<(&str, &str)> {
    let slash = key.bytes().position(|byte| byte == b'/')?;
    Some((&key[..slash], &key[slash + 1..]))
        .filter(|(segment, rest)| !segment.is_empty() && !rest.is_empty())
}

/// What a name of stategate cannot hold: the white space of `^\S+$`.
fn no_state(c: char, _first: bool) -> bool {
    matches!(c, '\t' | '\n' | '\x0c' | '\r' | ' ')
}

fn no_namespace(c: char, first: bool) -> bool {
    !(c.is_ascii_alphanumeric() || (!first && matches!(c, '_' | '.' | ':' | '-')))
}

fn no_key(c: char, _first: bool) -> bool {
    c.is_control()
}

fn no_segment(c: char, first: bool) -> bool {
    c == '/' || no_key(c, first)
}

/// A name of one side as a name of the other.
fn translate(name: &str, not_here: impl Foreign, not_there: impl Foreign) -> Cow<'_, str> {
    // Nearly every name is the same on both sides.
    let is_foreign = |(at, c)| not_there(c, at == 0);
    let escapes = name.as_bytes().windows(2).any(|pair| pair == b"x:");
    if !escapes && !name.char_indices().any(is_foreign) {
        return name.into();
    }
    let mut out = String::with_capacity(name.len());
    let mut rest = name;
    while let Some(c) = rest.chars().next() {
        let first = rest.len() == name.len();
        let (here, there) = (not_here, not_there);
        match escape(rest).map(|e| (e, here(e.of, first), there(e.of, first))) {
            // It stands for a character that this side lacks.
            Some((escape, true, false)) => {
                if escape.is_plain {
                    out.push(escape.of);
                    rest = &rest[escape.bytes..];
                } else {
                    out.push('x');
                    rest = &rest[ESCAPED_X.len()..];
                }
                continue;
            }
            // The other side would read it as an escape.
            Some((_, false, true)) => out.push_str(ESCAPED_X),
            _ if not_there(c, first) => escape_into(&mut out, c),
            _ => out.push(c),
        }
        rest = &rest[c.len_utf8()..];
    }
    out.into()
}

const ESCAPED_X: &str = "x:78:";

fn escape_into(out: &mut String, c: char) {
    out.push_str("x:");
    out.push_str(&hex::encode_upper(c.encode_utf8(&mut [0; 4])));
    out.push(':');
}

/// A text that reads as an escape.
#[derive(Clone, Copy)]
struct Escape {
    /// The character that it comes down to.
    of: char,
    /// It stands for that character, and not for the text of such an escape.
    is_plain: bool,
    /// Its length.
    bytes: usize,
}

/// The escape at the beginning of a text: `x:2F:`, or `x:78::2F:` for the text `x:2F:`, and so on.
fn escape(text: &str) -> Option<Escape> {
    let mut rest = text.strip_prefix('x')?;
    let mut is_plain = true;
    loop {
        let (digits, behind) = rest.strip_prefix(':')?.split_once(':')?;
        let of = one_character(digits)?;
        if of != 'x' {
            return Some(Escape { of, is_plain, bytes: text.len() - behind.len() });
        }
        is_plain = false;
        rest = behind;
    }
}

/// The character of these digits, if they are as [`escape_into`] writes them.
fn one_character(digits: &str) -> Option<char> {
    let upper = |b: u8| b.is_ascii_digit() || (b'A'..=b'F').contains(&b);
    if digits.len() > 8 || !digits.bytes().all(upper) {
        return None;
    }
    let text = String::from_utf8(hex::decode(digits).ok()?).ok()?;
    let mut characters = text.chars();
    characters.next().filter(|_| characters.next().is_none())
}

/// True when the whole segment is the escape of `_`, or the text of such an escape.
fn is_no_type(segment: &str) -> bool {
    escape(segment).is_some_and(|escape| escape.of == '_' && escape.bytes == segment.len())
}

/// The segment that a type stands for which is an escape of `_`.
fn less(kind: &str) -> Option<String> {
    if !is_no_type(kind) {
        return None;
    }
    let shorter = kind.strip_prefix(ESCAPED_X).map(|rest| format!("x{rest}"));
    Some(shorter.unwrap_or_else(|| NO_TYPE.to_owned()))
}

/// The type of a segment behind which there is no other.
fn more(segment: &str) -> Cow<'_, str> {
    if segment == NO_TYPE {
        return NO_TYPE_ESCAPED.into();
    }
    match segment.strip_prefix('x').filter(|_| is_no_type(segment)) {
        Some(rest) => format!("{ESCAPED_X}{rest}").into(),
        None => segment.into(),
    }
}

#[cfg(test)]
mod tests {
    use holdfast_model::{Key, Namespace};
    use proptest::prelude::*;

    use super::*;

    /// Texts in which there is everything that the rules look at.
    fn tricky(alphabet: &'static [&'static str]) -> impl Strategy<Value = String> {
        proptest::collection::vec(proptest::sample::select(alphabet), 1..10)
            .prop_map(|parts| parts.concat())
    }

    const PARTS: &[&str] = &[
        "a", "B", "7", "x", "_", ".", ":", "-", "x:", "78:", ":78:", "2F:", ":2F:", "x:2F:",
        "x:5F:", ":5F:", "x:20:", ":20:", "x:01:", ":01:", "x:C3A4:", "x:61:", "x:2f:", "78", "5F",
        "20",
    ];
    const STATE: &[&str] = &["/", "ä", "\u{1}", "\u{b}", "\u{85}", "\u{a0}", "ключ", "//", "_/"];
    const KEYS: &[&str] = &["/", "ä", " ", "//", "_/", "ключ", "\u{a0}"];

    fn of_state() -> impl Strategy<Value = String> {
        prop_oneof![tricky(PARTS), (tricky(PARTS), tricky(STATE), tricky(PARTS)).prop_map(joined)]
    }

    fn joined((a, b, c): (String, String, String)) -> String {
        a + &b + &c
    }

    fn of_keys() -> impl Strategy<Value = String> {
        prop_oneof![
            tricky(PARTS),
            tricky(KEYS),
            (tricky(KEYS), tricky(PARTS), tricky(KEYS)).prop_map(joined),
            (tricky(PARTS), tricky(KEYS), tricky(PARTS)).prop_map(joined),
        ]
    }

    fn valid(name: &str) -> bool {
        !name.is_empty() && !name.chars().any(|c| no_state(c, false))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]

        #[test]
        fn every_domain_is_a_namespace_and_comes_back(domain in of_state()) {
            let namespace = namespace_of(&domain);
            prop_assert!(namespace.len() > 255 || Namespace::new(&namespace).is_ok(), "{}", namespace);
            prop_assert_eq!(domain_of(&namespace), domain);
        }

        #[test]
        fn every_namespace_is_a_domain_and_comes_back(
            begin in proptest::sample::select(&["a", "x", "7", "x:5F:", "x:78::5F:", "x:2F:"][..]),
            rest in tricky(PARTS),
        ) {
            let namespace = format!("{begin}{rest}");
            prop_assert!(Namespace::new(&namespace).is_ok());
            let domain = domain_of(&namespace);
            prop_assert!(valid(&domain));
            prop_assert_eq!(namespace_of(&domain), namespace);
        }

        #[test]
        fn every_state_is_a_key_and_comes_back(kind in of_state(), key in of_state()) {
            let stored = key_of(&kind, &key);
            prop_assert!(stored.len() > 1024 || Key::new(&stored).is_ok(), "{}", stored);
            prop_assert!(prefixes_of(&kind).iter().any(|prefix| stored.starts_with(prefix)));
            prop_assert_eq!(state_of(&stored), (kind.into(), key.into()));
        }

        #[test]
        fn a_type_of_few_letters_comes_back(
            kind in prop_oneof![Just("_"), Just("x:5F:"), Just("x:78::5F:"), Just("x:78::78::5F:"), Just("x:2F:")],
            key in of_state(),
        ) {
            let stored = key_of(kind, &key);
            prop_assert!(prefixes_of(kind).iter().any(|prefix| stored.starts_with(prefix)));
            prop_assert_eq!(state_of(&stored), (kind.into(), key.into()));
        }

        #[test]
        fn every_key_is_a_state_and_comes_back(stored in of_keys()) {
            let (kind, key) = state_of(&stored);
            prop_assert!(valid(&kind) && valid(&key), "{:?} {:?}", kind, key);
            prop_assert_eq!(key_of(&kind, &key), stored);
        }

        #[test]
        fn any_text_comes_back(name in "\\PC{1,12}", rest in any::<String>()) {
            let text = format!("{name}{rest}").replace(['\t', '\n', '\x0c', '\r', ' '], "");
            prop_assume!(!text.is_empty());
            prop_assert_eq!(domain_of(&namespace_of(&text)), text.clone());
            let stored = key_of(&text, &text);
            prop_assert_eq!(state_of(&stored), (text.as_str().into(), text.as_str().into()));
        }
    }

    #[test]
    fn names_that_fit_stay_as_they_are() {
        assert_eq!(namespace_of("acme"), "acme");
        assert_eq!(key_of("message", "favorite_quote"), "message/favorite_quote");
        assert_eq!(key_of("message", "a/b"), "message/a/b");
        assert_eq!(state_of("app/db/host"), ("app".into(), "db/host".into()));
    }

    #[test]
    fn what_does_not_fit_is_escaped() {
        for (domain, namespace) in [
            ("a/b", "ax:2F:b"),
            ("_a", "x:5F:a"),
            ("a_", "a_"),
            ("ä", "x:C3A4:"),
            ("x:2F:", "x:78::2F:"),
            ("x:78::2F:", "x:78::78::2F:"),
            ("x:61:", "x:61:"),
            ("x:78:", "x:78:"),
        ] {
            assert_eq!(namespace_of(domain), namespace);
            assert_eq!(domain_of(namespace), domain);
        }
    }

    #[test]
    fn entries_without_a_first_segment_are_of_no_type() {
        for (stored, kind, key) in [
            ("k", "_", "k"),
            ("/k", "_", "/k"),
            ("k/", "_", "k/"),
            ("_/k", "x:5F:", "k"),
            ("_/a/b", "_", "a/b"),
            ("x:5F:/k", "x:78::5F:", "k"),
            ("x:5F:/a/b", "x:5F:", "a/b"),
            ("k//", "k", "/"),
            ("ax:2F:b/k", "a/b", "k"),
            ("my app/my key", "myx:20:app", "myx:20:key"),
        ] {
            assert_eq!(state_of(stored), (kind.into(), key.into()), "{stored}");
            assert_eq!(key_of(kind, key), stored);
        }
    }
}
