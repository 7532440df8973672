//! SPIFFE IDs: `spiffe://trust-domain/path` (SPIFFE-ID 1.0, section 2).

/// Of a whole ID.
const MAX_BYTES: usize = 2048;
/// Of a trust domain.
const MAX_DOMAIN: usize = 255;

/// A workload's name. Borrowed from the URI that it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SpiffeId<'a> {
    /// Who vouches for it.
    pub trust_domain: &'a str,
    /// With the leading slash; empty for the trust domain itself.
    pub path: &'a str,
}

impl<'a> SpiffeId<'a> {
    /// `None`: not of this scheme. `Some(None)`: of this scheme, and wrong.
    pub fn parse(uri: &'a str) -> Option<Option<Self>> {
        let (scheme, rest) = uri.split_once(':')?;
        if !scheme.eq_ignore_ascii_case("spiffe") {
            return None;
        }
        Some(rest.strip_prefix("//").filter(|_| uri.len() <= MAX_BYTES).and_then(Self::of))
    }

    fn of(rest: &'a str) -> Option<Self> {
        let (trust_domain, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let domain =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-_".contains(&byte);
        let fine =
            (1..=MAX_DOMAIN).contains(&trust_domain.len()) && trust_domain.bytes().all(domain);
        let path_fine = path.is_empty() || path[1..].split('/').all(is_segment);
        (fine && path_fine).then_some(Self { trust_domain, path })
    }
}

fn is_segment(segment: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-_".contains(&byte);
    !matches!(segment, "" | "." | "..") && segment.bytes().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_has_a_trust_domain_and_a_path() {
        let id = SpiffeId::parse("spiffe://e.org/ns/a/sa/b").flatten().expect("an ID");
        assert_eq!((id.trust_domain, id.path), ("e.org", "/ns/a/sa/b"));
        assert_eq!(SpiffeId::parse("spiffe://e.org").flatten().expect("an ID").path, "");
        assert_eq!(SpiffeId::parse("https://e.org"), None);
    }

    #[test]
    fn what_is_almost_one_is_none() {
        let long = format!("spiffe://{}/a", "d".repeat(256));
        for uri in [
            "spiffe:",
            "spiffe:e.org",
            "spiffe://",
            "spiffe:///a",
            "spiffe://E.org/a",
            "spiffe://e.org/",
            "spiffe://e.org//a",
            "spiffe://e.org/../a",
            "spiffe://e.org/a?b",
            "spiffe://e.org/a#b",
            "spiffe://u@e.org/a",
            "spiffe://e.org:1/a",
            "spiffe://e.org/a%2fb",
            "SPIFFE://é/a",
            &long,
        ] {
            assert_eq!(SpiffeId::parse(uri), Some(None), "{uri}");
        }
    }
}
