//! Request headers as call metadata: what a guard gets to see, the same on REST, server-sent events and diff.

use std::net::IpAddr;
use std::sync::OnceLock;

use holdfast_auth::Metadata;
use http::uri::Authority;
use http::{HeaderMap, HeaderName, HeaderValue, Uri, header};
use tonic::metadata::MetadataMap;

/// Headers of this prefix become metadata without it.
const METADATA: &str = "grpc-metadata-";
/// Headers that HTTP itself knows are shown under their own names and, as gateways of config.v1 do, behind this prefix.
const GATEWAY: &str = "grpcgateway-";
const FORWARDED_FOR: &str = "x-forwarded-for";
const FORWARDED_HOST: &str = "x-forwarded-host";

/// The metadata of a request, as a guard sees it: names in lower case, text values only. What a header says by its own name
/// comes before what `Grpc-Metadata-*` says in its place, and where the caller is can be said by no `Grpc-Metadata-*` at all.
pub struct Shown<'a> {
    headers: &'a HeaderMap,
    peer: Option<IpAddr>,
    /// `x-forwarded-for`, which no header says: what came, and the peer behind it.
    forwarded_for: OnceLock<String>,
}

impl<'a> Shown<'a> {
    /// Borrows the headers of a request from `peer`.
    #[must_use]
    pub fn of(headers: &'a HeaderMap, peer: Option<IpAddr>) -> Self {
        Self { headers, peer, forwarded_for: OnceLock::new() }
    }

    fn said(&self, name: &str) -> Option<&str> {
        let own = |name: &str| !is_transport(name) && !name.starts_with(METADATA);
        let all = own(name).then(|| self.headers.get_all(name));
        all.into_iter().flatten().find_map(|value| value.to_str().ok())
    }

    /// What other headers say under this name.
    fn renamed(&self, name: &str) -> Option<&str> {
        let says = |header: &str| {
            header.strip_prefix(METADATA) == Some(name) && !name.is_empty() && !tells_where(name)
                || name.strip_prefix(GATEWAY) == Some(header) && is_permanent(header)
        };
        let mut values = self.headers.iter().filter(|(header, _)| says(header.as_str()));
        values.find_map(|(_, value)| value.to_str().ok())
    }

    fn forwarded_for(&self, peer: IpAddr) -> &str {
        self.forwarded_for.get_or_init(|| match self.said(FORWARDED_FOR) {
            Some(before) => format!("{before}, {peer}"),
            None => peer.to_string(),
        })
    }
}

impl Metadata for Shown<'_> {
    fn get(&self, name: &str) -> Option<&str> {
        match (name, self.peer) {
            (FORWARDED_FOR, Some(peer)) => Some(self.forwarded_for(peer)),
            (FORWARDED_HOST, _) => self.said(name).or_else(|| text(self.headers, &header::HOST)),
            _ => self.said(name).or_else(|| self.renamed(name)),
        }
    }

    fn all(&self) -> Vec<(String, String)> {
        let mut plain = Vec::with_capacity(self.headers.len() + 4);
        let mut renamed = Vec::new();
        for (name, value) in self.headers {
            let Ok(value) = value.to_str() else { continue };
            let name = name.as_str();
            if let Some(rest) = name.strip_prefix(METADATA) {
                if !rest.is_empty() && !tells_where(rest) {
                    renamed.push((rest.to_owned(), value.to_owned()));
                }
            } else if !is_transport(name) {
                plain.push((name.to_owned(), value.to_owned()));
            }
            if is_permanent(name) {
                renamed.push((format!("{GATEWAY}{name}"), value.to_owned()));
            }
        }
        if let Some(host) = text(self.headers, &header::HOST) {
            renamed.push((FORWARDED_HOST.into(), host.into()));
        }
        if let Some(peer) = self.peer {
            let value = self.forwarded_for(peer).to_owned();
            match plain.iter().position(|(name, _)| name == FORWARDED_FOR) {
                Some(at) => plain[at].1 = value,
                None => renamed.push((FORWARDED_FOR.into(), value)),
            }
        }
        plain.append(&mut renamed);
        plain
    }
}

/// The metadata that goes to a server behind a gateway: credentials, what callers added of their own, traces, and where they
/// are. What else HTTP knows is shown behind `GATEWAY` only, and what belongs to the connection not at all: the way to
/// that server is another one.
#[must_use]
pub fn forwarded(headers: &HeaderMap, peer: Option<IpAddr>) -> MetadataMap {
    let named = HeaderMap::from_iter(headers.iter().filter_map(|(name, value)| {
        let passes = is_own(name.as_str()) || is_permanent(name.as_str());
        passes.then(|| (name.clone(), value.clone()))
    }));
    let mut passed = HeaderMap::new();
    for (name, value) in Shown::of(&named, peer).all() {
        // A header that HTTP knows has its own name only among credentials.
        let hidden = is_permanent(&name) && !is_own(&name);
        if hidden || is_transport(&name) {
            continue;
        }
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            passed.append(name, value);
        }
    }
    MetadataMap::from_headers(passed)
}

/// Of the caller, under its own name on every way.
fn is_own(name: &str) -> bool {
    matches!(name, "authorization" | "cookie" | "traceparent" | "tracestate" | "baggage")
        || name.starts_with("x-")
        || name.starts_with(METADATA)
}

/// Under which name and port a request came, as it says: what HTTP/2 has beside the headers, HTTP/1.1 has in `Host`.
#[must_use]
pub fn authority<'a>(uri: &'a Uri, headers: &'a HeaderMap) -> Option<&'a str> {
    uri.authority().map(Authority::as_str).or_else(|| text(headers, &header::HOST))
}

/// The first value of a header, when it is text.
#[must_use]
pub fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

fn tells_where(name: &str) -> bool {
    name.starts_with("x-forwarded-") || name == "x-real-ip" || name == "forwarded"
}

/// Of the connection or of the body, not of the caller.
fn is_transport(name: &str) -> bool {
    name.starts_with("grpc-")
        || matches!(
            name,
            "connection"
                | "content-encoding"
                | "content-length"
                | "content-type"
                | "host"
                | "keep-alive"
                | "te"
                | "trailer"
                | "transfer-encoding"
                | "upgrade"
                | "user-agent"
        )
}

/// The names that gateways of config.v1 pass on behind [`GATEWAY`].
fn is_permanent(name: &str) -> bool {
    matches!(
        name,
        "accept"
            | "accept-charset"
            | "accept-language"
            | "accept-ranges"
            | "authorization"
            | "cache-control"
            | "content-type"
            | "cookie"
            | "date"
            | "expect"
            | "from"
            | "host"
            | "if-match"
            | "if-modified-since"
            | "if-none-match"
            | "if-schedule-tag-match"
            | "if-unmodified-since"
            | "max-forwards"
            | "origin"
            | "pragma"
            | "referer"
            | "user-agent"
            | "via"
            | "warning"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(headers: &[(&'static str, &'static str)]) -> Vec<(String, String)> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, value.parse().expect("a value"));
        }
        let shown = Shown::of(&map, Some([10, 0, 0, 1].into()));
        let all = shown.all();
        // Looked up one by one it is the same.
        for (name, _) in &all {
            assert_eq!(shown.get(name), first(&all, name), "{name}");
        }
        all
    }

    fn first<'a>(metadata: &'a [(String, String)], name: &str) -> Option<&'a str> {
        metadata.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    #[test]
    fn credentials_and_own_headers_pass() {
        let shown = of(&[
            ("grpc-metadata-authorization", "Bearer other"),
            ("authorization", "Bearer t"),
            ("cookie", "a=b"),
            ("x-role", "admin"),
            ("grpc-metadata-tenant", "blue"),
            ("user-agent", "curl"),
            ("host", "holdfast:8080"),
        ]);
        assert_eq!(first(&shown, "authorization"), Some("Bearer t"));
        assert_eq!(first(&shown, "grpcgateway-authorization"), Some("Bearer t"));
        assert_eq!(first(&shown, "cookie"), Some("a=b"));
        assert_eq!(first(&shown, "grpcgateway-cookie"), Some("a=b"));
        assert_eq!(first(&shown, "x-role"), Some("admin"));
        assert_eq!(first(&shown, "tenant"), Some("blue"));
        assert_eq!(first(&shown, "grpcgateway-user-agent"), Some("curl"));
        assert_eq!(first(&shown, "x-forwarded-host"), Some("holdfast:8080"));
        assert_eq!(first(&shown, "host"), None);
    }

    #[test]
    fn another_server_gets_what_is_the_callers() {
        let mut map = HeaderMap::new();
        for (name, value) in [
            ("authorization", "Bearer t"),
            ("x-role", "admin"),
            ("x-forwarded-for", "10.0.0.9"),
            ("cookie", "a=b"),
            ("accept-encoding", "gzip"),
            ("if-none-match", "\"7\""),
            ("connection", "upgrade"),
            ("host", "gate"),
            ("grpc-timeout", "1S"),
            ("grpc-metadata-tenant", "blue"),
            ("grpc-metadata-connection", "close"),
            ("grpc-metadata-grpc-timeout", "1n"),
            ("grpc-metadata-content-length", "7"),
        ] {
            map.append(name, value.parse().expect("a value"));
        }
        let passed = forwarded(&map, Some([10, 0, 0, 1].into())).into_headers();
        let mut names: Vec<_> = passed.keys().map(HeaderName::as_str).collect();
        names.sort_unstable();
        let expected = [
            "authorization",
            "cookie",
            "grpcgateway-authorization",
            "grpcgateway-cookie",
            "grpcgateway-host",
            "grpcgateway-if-none-match",
            "tenant",
            "x-forwarded-for",
            "x-forwarded-host",
            "x-role",
        ];
        assert_eq!(names, expected);
        assert_eq!(passed["x-forwarded-for"], "10.0.0.9, 10.0.0.1");
    }

    #[test]
    fn where_a_caller_is_cannot_be_made_up_by_metadata() {
        let shown = of(&[("grpc-metadata-x-forwarded-for", "1.1.1.1")]);
        assert_eq!(first(&shown, "x-forwarded-for"), Some("10.0.0.1"));
        let shown = of(&[("x-forwarded-for", "1.1.1.1")]);
        assert_eq!(first(&shown, "x-forwarded-for"), Some("1.1.1.1, 10.0.0.1"));
    }
}
