//! Entity tags: a revision on an entry, a hash on a snapshot; and what clients do with them (RFC 9110, section 13).

use holdfast_model::{Precondition, Revision};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use tonic::{Code, Status};

use super::fault::Fault;

/// A tag in quotes, for the header `ETag`.
#[must_use]
pub fn quoted(tag: impl std::fmt::Display) -> Option<HeaderValue> {
    HeaderValue::try_from(format!("\"{tag}\"")).ok()
}

/// True when `If-None-Match` names the current tag: the caller has what it asks for. What does not parse names nothing.
#[must_use]
pub fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    match Tags::of(headers, &header::IF_NONE_MATCH) {
        Ok(Some(Tags::Any)) => true,
        Ok(Some(Tags::These(tags))) => tags.iter().any(|known| known.text == tag),
        Ok(None) | Err(_) => false,
    }
}

/// What `If-Match` and `If-None-Match` ask of the entry that is about to be written.
///
/// # Errors
/// When they do not parse, or ask for what a write cannot promise: an unheeded condition would be worse than none.
pub fn condition(headers: &HeaderMap) -> Result<Precondition, Fault> {
    let mut condition = match Tags::of(headers, &header::IF_MATCH)? {
        None => Precondition::default(),
        Some(Tags::Any) => Precondition::exists(),
        Some(Tags::These(tags)) => {
            let [tag] = tags.as_slice() else {
                return Err(Fault::invalid("If-Match takes one entity tag or *"));
            };
            // A tag that no entry can have matches none.
            let revision = tag.text.parse().ok().filter(|_| !tag.weak).unwrap_or(u64::MAX);
            Precondition { mod_revision: Some(Revision(revision)), ..Precondition::default() }
        }
    };
    match Tags::of(headers, &header::IF_NONE_MATCH)? {
        None => {}
        Some(Tags::Any) if condition.is_empty() => condition = Precondition::absent(),
        Some(Tags::Any) => {
            return Err(Fault::invalid("If-Match and If-None-Match: * cannot both hold"));
        }
        Some(Tags::These(_)) => {
            return Err(Fault::invalid("a write takes If-None-Match: * and no other"));
        }
    }
    Ok(condition)
}

/// A refused write: 412 when it was the condition of the headers that did not hold.
#[must_use]
pub fn refused(status: Status, condition: &Precondition) -> Fault {
    let conflict = status.code() == Code::Aborted && !condition.is_empty();
    let fault = Fault::from(status);
    if conflict { fault.with_http(StatusCode::PRECONDITION_FAILED) } else { fault }
}

#[derive(Debug, PartialEq, Eq)]
enum Tags {
    Any,
    These(Vec<Tag>),
}

#[derive(Debug, PartialEq, Eq)]
struct Tag {
    text: String,
    weak: bool,
}

impl Tags {
    /// All lines of a header together; `None` when there is none.
    fn of(headers: &HeaderMap, name: &HeaderName) -> Result<Option<Self>, Fault> {
        let lines: Result<Vec<_>, _> = headers.get_all(name).iter().map(|l| l.to_str()).collect();
        let malformed = || Fault::invalid(format!("{name}: expected * or entity tags in quotes"));
        let lines = lines.map_err(|_| malformed())?;
        if lines.is_empty() {
            return Ok(None);
        }
        let all = lines.join(",");
        if all.trim() == "*" {
            return Ok(Some(Self::Any));
        }
        let tags = parse(&all).filter(|tags| !tags.is_empty()).ok_or_else(malformed)?;
        Ok(Some(Self::These(tags)))
    }
}

/// A list of tags; a comma may be part of one.
fn parse(list: &str) -> Option<Vec<Tag>> {
    let mut tags = Vec::new();
    let mut rest = list.trim_start_matches([' ', '\t', ',']);
    while !rest.is_empty() {
        let weak = rest.starts_with("W/");
        let quoted = rest.trim_start_matches("W/").strip_prefix('"')?;
        let (text, behind) = quoted.split_once('"')?;
        tags.push(Tag { text: text.to_owned(), weak });
        let behind = behind.trim_start_matches([' ', '\t']);
        if !behind.is_empty() && !behind.starts_with(',') {
            return None;
        }
        rest = behind.trim_start_matches([' ', '\t', ',']);
    }
    Some(tags)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(lines: &[(HeaderName, &'static str)]) -> HeaderMap {
        let mut map = HeaderMap::new();
        for (name, value) in lines {
            map.append(name, HeaderValue::from_static(value));
        }
        map
    }

    #[test]
    fn reads_know_their_tags() {
        for (line, known) in [
            ("\"7\"", true),
            ("W/\"7\"", true),
            ("\"1\", \"7\"", true),
            ("*", true),
            ("\"77\"", false),
            ("7", false),
            ("", false),
        ] {
            let headers = headers(&[(header::IF_NONE_MATCH, line)]);
            assert_eq!(is_known(&headers, "7"), known, "{line}");
        }
        assert!(!is_known(&HeaderMap::new(), "7"));
    }

    #[test]
    fn writes_get_conditions() {
        let of = |lines: &[(HeaderName, &'static str)]| condition(&headers(lines));
        assert!(of(&[]).expect("none").is_empty());
        let at = |revision| Precondition {
            mod_revision: Some(Revision(revision)),
            ..Precondition::default()
        };
        assert_eq!(of(&[(header::IF_MATCH, "\"7\"")]).expect("a tag"), at(7));
        assert_eq!(of(&[(header::IF_MATCH, "*")]).expect("any"), Precondition::exists());
        assert_eq!(of(&[(header::IF_NONE_MATCH, "*")]).expect("none"), Precondition::absent());
        for never in ["W/\"7\"", "\"abc\""] {
            assert_eq!(of(&[(header::IF_MATCH, never)]).expect("a tag"), at(u64::MAX), "{never}");
        }
        for bad in ["7", "\"7\" \"8\"", "\"7\", \"8\"", "\"7", "", "*, \"7\""] {
            assert!(of(&[(header::IF_MATCH, bad)]).is_err(), "{bad}");
        }
        assert!(of(&[(header::IF_NONE_MATCH, "\"7\"")]).is_err());
        assert!(of(&[(header::IF_MATCH, "*"), (header::IF_NONE_MATCH, "*")]).is_err());
    }
}
