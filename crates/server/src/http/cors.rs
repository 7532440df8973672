//! Which pages of other origins may call: none, until the setting `cors.origins` names them.

use std::str::FromStr;

use http::{HeaderName, HeaderValue, Method, header};
use tower_http::cors::{AllowHeaders, AllowOrigin, CorsLayer};

use crate::settings::CorsSettings;

/// The layer for the origins of the setting; `None` when there are none. Cookies are not asked for unless a setting says so: callers
/// from other origins authenticate by a header.
#[must_use]
pub fn layer(settings: &CorsSettings) -> Option<CorsLayer> {
    let CorsSettings { origins, methods, headers, credentials } = settings;
    let origins = parse(origins).ok().filter(|origins| !origins.is_empty())?;
    let methods = listed(methods, METHODS).ok().filter(|methods| !methods.is_empty());
    let headers = listed(headers, HEADERS).ok().filter(|headers| !headers.is_empty());
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
    let served = || {
        let others = [Method::POST, Method::PUT, Method::PATCH, Method::DELETE];
        [Method::GET, Method::HEAD].into_iter().chain(others).collect()
    };
    let layer = CorsLayer::new().allow_origin(origins).allow_credentials(*credentials);
    let layer = layer.allow_methods(methods.unwrap_or_else(served)).expose_headers(exposed);
    Some(layer.allow_headers(headers.map_or_else(AllowHeaders::mirror_request, Into::into)))
}

const METHODS: &str = "cors.methods";
const HEADERS: &str = "cors.headers";

/// What is wrong with the settings.
#[must_use]
pub fn faults(settings: &CorsSettings) -> Vec<String> {
    let CorsSettings { origins, methods, headers, credentials } = settings;
    let every = origins.split(',').any(|origin| origin.trim() == "*");
    let sentence = "cors.credentials: cannot be for all origins (cors.origins \"*\"); name them";
    let too_open = (*credentials && every).then(|| sentence.to_owned());
    let names = [
        parse(origins).err(),
        listed::<Method>(methods, METHODS).err(),
        listed::<HeaderName>(headers, HEADERS).err(),
        too_open,
    ];
    names.into_iter().flatten().collect()
}

/// Names with commas between them.
fn listed<T: FromStr>(names: &str, setting: &str) -> Result<Vec<T>, String> {
    let named = names.split(',').map(str::trim).filter(|name| !name.is_empty());
    let read = |name: &str| name.parse().map_err(|_| format!("{setting}: {name:?} is none"));
    named.map(read).collect()
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
        let of =
            |origins: &str| CorsSettings { origins: origins.into(), ..CorsSettings::default() };
        assert!(layer(&of("")).is_none());
        assert!(layer(&of("https://a.example, http://localhost:3000")).is_some());
        assert!(layer(&of("*")).is_some());
        let open = CorsSettings { credentials: true, ..of("https://a.example") };
        assert!(layer(&open).is_some() && faults(&open).is_empty());
        let all = CorsSettings { credentials: true, ..of("https://a.example, *") };
        assert!(faults(&all)[0].starts_with("cors.credentials"));
        let bad = CorsSettings { methods: "GET,P T".into(), headers: "a b".into(), ..of("*") };
        assert_eq!(faults(&bad).len(), 2, "{:?}", faults(&bad));
        for bad in ["example.org", "https://", "https://a/b", "https://a b", "://a"] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }
}
