//! Which pages of other origins may call: none, until the setting `cors.origins` names them.

use http::{HeaderName, HeaderValue, Method, header};
use tower_http::cors::{AllowHeaders, AllowOrigin, CorsLayer};

/// The layer for the origins of the setting; `None` when there are none. Cookies are never asked for: callers from other
/// origins authenticate by a header.
#[must_use]
pub fn layer(origins: &str) -> Option<CorsLayer> {
    let origins = parse(origins).ok().filter(|origins| !origins.is_empty())?;
    let origins = if origins.iter().any(|origin| origin == "*") {
        AllowOrigin::any()
    } else {
        AllowOrigin::list(origins)
    };
    let exposed = [
        header::ETAG,
        header::RETRY_AFTER,
        header::WWW_AUTHENTICATE,
        HeaderName::from_static("x-access-level"),
        HeaderName::from_static("grpc-status"),
        HeaderName::from_static("grpc-message"),
        HeaderName::from_static("grpc-status-details-bin"),
    ];
    let methods = [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::DELETE];
    let layer = CorsLayer::new().allow_origin(origins).allow_methods(methods);
    Some(layer.allow_headers(AllowHeaders::mirror_request()).expose_headers(exposed))
}

/// Reads the setting: origins with commas between them, or `*`.
///
/// # Errors
/// A sentence about the first that can be none.
pub fn parse(origins: &str) -> Result<Vec<HeaderValue>, String> {
    let named = origins.split(',').map(str::trim).filter(|origin| !origin.is_empty());
    named
        .map(|origin| if origin == "*" { Ok(HeaderValue::from_static("*")) } else { one(origin) })
        .collect()
}

fn one(origin: &str) -> Result<HeaderValue, String> {
    let bad = || {
        format!(
            "cors.origins: {origin:?} is no origin such as \"https://example.org\" or \"http://localhost:3000\""
        )
    };
    let (scheme, host) = origin.split_once("://").ok_or_else(bad)?;
    let plain = |text: &str| !text.is_empty() && !text.contains(['/', '?', '#', ' ', '@']);
    if !plain(scheme) || !plain(host) {
        return Err(bad());
    }
    HeaderValue::from_str(origin).map_err(|_| bad())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_have_a_scheme_and_no_path() {
        assert!(layer("").is_none());
        assert!(layer("https://a.example, http://localhost:3000").is_some());
        assert!(layer("*").is_some());
        for bad in ["example.org", "https://", "https://a/b", "https://a b", "://a"] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }
}
