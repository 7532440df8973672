//! Whose page made a request: what a browser vouches for.

use holdfast_auth::Credentials;

/// What a request proves about the page behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// It is a page of this server.
    Own,
    /// It is somebody else's, or nobody's.
    Foreign,
    /// The request does not say. Browsers do, whenever a request may change something.
    Nothing,
}

/// What `Sec-Fetch-Site` says, and where a browser does not send that, `Origin`. `own` is the origin of this server, when the
/// settings name it; else that of the request's own `Host`.
pub fn proof(shown: &Credentials<'_>, own: Option<&str>) -> Proof {
    match shown.get("sec-fetch-site") {
        Some("same-origin") => return Proof::Own,
        Some(_) => return Proof::Foreign,
        None => {}
    }
    let Some(origin) = shown.get("origin") else { return Proof::Nothing };
    let same = match own {
        Some(own) => origin.eq_ignore_ascii_case(own),
        None => origin
            .split_once("://")
            .zip(shown.authority)
            .is_some_and(|((_, name), host)| name.eq_ignore_ascii_case(host)),
    };
    if same { Proof::Own } else { Proof::Foreign }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_vouches_for_pages_of_this_server_alone() {
        let own = Some("https://config.example.org");
        for (name, value, own, expected) in [
            ("sec-fetch-site", "same-origin", own, Proof::Own),
            ("sec-fetch-site", "same-site", own, Proof::Foreign),
            ("sec-fetch-site", "cross-site", own, Proof::Foreign),
            ("sec-fetch-site", "none", own, Proof::Foreign),
            ("origin", "https://config.example.org", own, Proof::Own),
            ("origin", "http://config.example.org", own, Proof::Foreign),
            ("origin", "https://config.example.org.evil.org", own, Proof::Foreign),
            ("origin", "http://here:8080", own, Proof::Foreign),
            ("origin", "null", own, Proof::Foreign),
            ("origin", "http://here:8080", None, Proof::Own),
            ("origin", "http://here", None, Proof::Foreign),
            ("origin", "null", None, Proof::Foreign),
            ("x-other", "same-origin", None, Proof::Nothing),
        ] {
            let header = vec![(name.to_owned(), value.to_owned())];
            let shown = Credentials::new(&header, None).made_to(Some("here:8080"), false);
            assert_eq!(proof(&shown, own), expected, "{name}: {value}, {own:?}");
        }
        let both = vec![
            ("sec-fetch-site".to_owned(), "cross-site".to_owned()),
            ("origin".to_owned(), "http://here:8080".to_owned()),
        ];
        let shown = Credentials::new(&both, None).made_to(Some("here:8080"), false);
        assert_eq!(proof(&shown, None), Proof::Foreign);
    }
}
