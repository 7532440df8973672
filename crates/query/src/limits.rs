//! How much a filter may ask for. All of it is checked before anything is searched.

use crate::FilterError;
use crate::place::Place;

/// The longest filter, in bytes: room for thousands of keys in an `$in`.
pub(crate) const TEXT: usize = 256 << 10;
/// Arrays and objects inside each other; parsing and matching recurse no further.
pub(crate) const DEPTH: usize = 64;
/// Conditions, clauses and expressions in all: what a single document may cost.
pub(crate) const CLAUSES: usize = 1_024;
/// Values in every `$in`, `$nin` and `$all` together.
pub(crate) const ITEMS: usize = 16_384;
/// Segments of one path.
pub(crate) const SEGMENTS: usize = 32;
/// Segments of one path that are indexes: each may be an index and a name, so that the ways to follow double.
pub(crate) const INDEXES: usize = 8;
/// Regular expressions, each with its compiled program.
pub(crate) const PATTERNS: usize = 16;
/// The longest regular expression, in bytes.
pub(crate) const PATTERN: usize = 4 << 10;
/// A compiled regular expression, and apart from that its cache, in bytes.
pub(crate) const PROGRAM: usize = 256 << 10;
/// Words and phrases of `$text`.
pub(crate) const WORDS: usize = 64;
/// What one `$expr` may make of one document, in bytes.
pub(crate) const MADE: usize = 4 << 20;

/// Refuses a text that is too long or too deep, before it is parsed.
pub(crate) fn check(text: &str) -> Result<(), FilterError> {
    if text.len() > TEXT {
        let long = format!("is {} bytes long, and {TEXT} are allowed", text.len());
        return Err(Place::TOP.refused(&long));
    }
    if depth(text) > DEPTH {
        return Err(Place::TOP.refused(&format!("is nested deeper than {DEPTH} levels")));
    }
    Ok(())
}

/// How deep brackets stand inside each other, outside of strings.
fn depth(text: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    let (mut quoted, mut escaped) = (false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'{' | b'[' if !quoted => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b']' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// What is left of the bounds while a filter is parsed.
#[derive(Debug)]
pub(crate) struct Budget {
    clauses: usize,
    items: usize,
    patterns: usize,
}

impl Budget {
    pub(crate) fn new() -> Self {
        Self { clauses: CLAUSES, items: ITEMS, patterns: PATTERNS }
    }

    pub(crate) fn clause(&mut self, place: Place<'_>) -> Result<(), FilterError> {
        take(&mut self.clauses, 1, place, CLAUSES, "conditions")
    }

    pub(crate) fn items(&mut self, count: usize, place: Place<'_>) -> Result<(), FilterError> {
        take(&mut self.items, count, place, ITEMS, "values in its lists")
    }

    pub(crate) fn pattern(&mut self, place: Place<'_>) -> Result<(), FilterError> {
        take(&mut self.patterns, 1, place, PATTERNS, "regular expressions")
    }
}

fn take(
    left: &mut usize,
    count: usize,
    place: Place<'_>,
    of: usize,
    what: &str,
) -> Result<(), FilterError> {
    let rest = left.checked_sub(count);
    *left = rest.ok_or_else(|| place.refused(&format!("a filter has at most {of} {what}")))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::depth;

    #[test]
    fn brackets_in_strings_do_not_count() {
        assert_eq!(depth(r#"{"a":[1,{"b":"[[[{"}]}"#), 3);
        assert_eq!(depth(r#"["\"[[", "\\", [[]]]"#), 3);
        assert_eq!(depth("]]]["), 1);
        assert_eq!(depth("7"), 0);
    }
}
