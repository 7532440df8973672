//! Names in paths. A key may have slashes, raw and percent-encoded: the path is split as it was sent, and each part decoded
//! after that.

use axum::extract::FromRequestParts;
use http::Method;
use http::request::Parts;
use percent_encoding::percent_decode_str;

use super::fault::Fault;

/// `.../namespaces/{namespace}/...`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InNamespace(pub String);

/// What a path below `.../namespaces/{namespace}/keys/` names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AtKey {
    /// The namespace.
    pub namespace: String,
    /// The key.
    pub key: String,
    /// Which of the things that a key has.
    pub part: Part,
}

/// What of a key is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Its entry.
    Entry,
    /// `/versions`.
    Versions,
    /// `/diff`.
    Diff,
}

/// `/v1/aliases/{alias}`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named(pub String);

/// Segments before the namespace: "", the version, "namespaces".
const NAMESPACE: usize = 3;
/// Segments before the key: those, the namespace, "keys".
const KEY: usize = 5;
/// Segments before an alias: "", the version, "aliases".
const ALIAS: usize = 3;

impl AtKey {
    /// Reads a path. A raw last segment `versions` or `diff` of a GET is no part of the key; behind an encoded slash it is, and
    /// writes take the whole rest as the key.
    ///
    /// # Errors
    /// When a part is no UTF-8.
    pub fn parse(method: &Method, path: &str) -> Result<Self, Fault> {
        let rest = rest_after(path, KEY);
        let reads = *method == Method::GET || *method == Method::HEAD;
        let (key, part) = match rest.rsplit_once('/') {
            Some((key, "versions")) if reads => (key, Part::Versions),
            Some((key, "diff")) if reads => (key, Part::Diff),
            _ => (rest, Part::Entry),
        };
        let namespace = path.split('/').nth(NAMESPACE).unwrap_or_default();
        Ok(Self { namespace: decoded(namespace)?, key: decoded(key)?, part })
    }
}

impl<S: Sync> FromRequestParts<S> for AtKey {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Fault> {
        Self::parse(&parts.method, parts.uri.path())
    }
}

impl<S: Sync> FromRequestParts<S> for InNamespace {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Fault> {
        let namespace = parts.uri.path().split('/').nth(NAMESPACE).unwrap_or_default();
        decoded(namespace).map(Self)
    }
}

impl<S: Sync> FromRequestParts<S> for Named {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Fault> {
        decoded(rest_after(parts.uri.path(), ALIAS)).map(Self)
    }
}

/// Everything behind the first `segments` segments, slashes and all.
fn rest_after(path: &str, segments: usize) -> &str {
    path.splitn(segments + 1, '/').nth(segments).unwrap_or_default()
}

/// A part of a path as the text it stands for.
///
/// # Errors
/// When that is no UTF-8.
pub fn decoded(part: &str) -> Result<String, Fault> {
    let text = percent_decode_str(part).decode_utf8();
    let text = text.map_err(|_| Fault::invalid("the path is not UTF-8 once it is decoded"))?;
    Ok(text.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(method: Method, path: &str) -> (String, String, Part) {
        let at = AtKey::parse(&method, path).expect("a path");
        (at.namespace, at.key, at.part)
    }

    fn key(path: &str) -> (String, Part) {
        let (namespace, key, part) = at(Method::GET, &format!("/v1/namespaces/a/keys/{path}"));
        assert_eq!(namespace, "a");
        (key, part)
    }

    #[test]
    fn slashes_may_be_raw_or_encoded() {
        for (path, name, part) in [
            ("k", "k", Part::Entry),
            ("app/timeout", "app/timeout", Part::Entry),
            ("app%2Ftimeout", "app/timeout", Part::Entry),
            ("app/timeout/versions", "app/timeout", Part::Versions),
            ("app%2Ftimeout/diff", "app/timeout", Part::Diff),
            ("app%2Fversions", "app/versions", Part::Entry),
            ("versions", "versions", Part::Entry),
            ("versions/versions", "versions", Part::Versions),
            ("a//b", "a//b", Part::Entry),
            ("", "", Part::Entry),
            ("/versions", "", Part::Versions),
            ("a/keys/b", "a/keys/b", Part::Entry),
            ("%C3%A4%20b", "ä b", Part::Entry),
        ] {
            assert_eq!(key(path), (name.to_owned(), part), "{path}");
        }
    }

    #[test]
    fn writes_take_the_whole_rest() {
        let (namespace, key, part) = at(Method::POST, "/v1/namespaces/x%3Ay/keys/app/versions");
        assert_eq!((&*namespace, &*key, part), ("x:y", "app/versions", Part::Entry));
    }

    #[test]
    fn bytes_that_are_no_text_are_refused() {
        assert!(AtKey::parse(&Method::GET, "/v1/namespaces/a/keys/%FF").is_err());
    }
}
