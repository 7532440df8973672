//! URLs: which ones may be asked, and what of them may be shown.

use std::net::IpAddr;

use reqwest::Url;

use crate::error::RemoteError;

/// The URL of the settings, if it may be asked.
pub(crate) fn permitted(text: &str, plaintext: bool) -> Result<Url, RemoteError> {
    let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "https" | "http"));
    let url = url.filter(|url| url.has_host()).ok_or_else(|| RemoteError::Url(shown(text)))?;
    if plaintext || is_safe(&url) {
        return Ok(url);
    }
    Err(RemoteError::Plaintext(shown(text)))
}

/// Whether a redirect may be followed: never to another scheme, never away from TLS or loopback unless allowed, and never to
/// another origin with something secret in the request.
pub(crate) fn follows(from: &Url, to: &Url, plaintext: bool, secretive: bool) -> bool {
    let same_origin = from.origin() == to.origin();
    from.scheme() == to.scheme() && (plaintext || is_safe(to)) && (same_origin || !secretive)
}

/// TLS, or not beyond this machine.
fn is_safe(url: &Url) -> bool {
    url.scheme() == "https" || is_loopback(url)
}

/// Names and addresses of this machine.
pub(crate) fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// A URL for logs: without user, password, query and fragment. What is no URL is not shown at all.
pub(crate) fn shown(text: &str) -> String {
    let Ok(mut url) = Url::parse(text) else { return "(not a URL)".into() };
    // A URL that cannot have a user has none to hide.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.set_query(None);
    url.set_fragment(None);
    url.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_tls_and_loopback_are_asked_unless_a_setting_says_so() {
        for fine in
            ["https://e.org/k", "http://127.0.0.1:1/k", "http://localhost/k", "http://[::1]/"]
        {
            assert!(permitted(fine, false).is_ok(), "{fine}");
        }
        for plain in [
            "http://e.org/k",
            "http://127.0.0.1.e.org/",
            "http://10.0.0.1/",
            "http://localhost.e.org",
        ] {
            assert!(matches!(permitted(plain, false), Err(RemoteError::Plaintext(_))), "{plain}");
            assert!(permitted(plain, true).is_ok(), "{plain}");
        }
        for none in ["", "file:///etc/passwd", "ftp://e.org", "e.org/k", "https://"] {
            assert!(matches!(permitted(none, true), Err(RemoteError::Url(_))), "{none}");
        }
    }

    #[test]
    fn a_redirect_stays_as_safe_as_the_request() {
        let url = |text: &str| Url::parse(text).expect("a URL");
        let (https, http) = (url("https://e.org/a"), url("http://127.0.0.1/a"));
        let other = url("https://f.org/a");
        assert!(follows(&https, &other, false, false));
        assert!(!follows(&https, &other, false, true), "the token stays with its server");
        assert!(follows(&https, &url("https://e.org/b"), false, true));
        assert!(!follows(&https, &url("http://e.org/a"), true, false), "another scheme");
        assert!(!follows(&http, &https, true, false), "another scheme");
        assert!(!follows(&http, &url("http://e.org/"), false, false), "off this machine");
    }

    #[test]
    fn what_is_shown_has_no_secrets() {
        assert_eq!(shown("https://ann:pw@e.org/k?token=1#x"), "https://e.org/k");
        assert_eq!(shown("s3cret"), "(not a URL)");
    }
}
