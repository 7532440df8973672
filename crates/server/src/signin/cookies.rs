//! Cookies: one is looked up, one is set.

use std::time::Duration;

use http::HeaderValue;

/// A longer value is not looked at: none of this server's is.
const MAX_BYTES: usize = 8 << 10;

/// What a request shows under a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found<'a> {
    /// Nothing.
    Nothing,
    /// One value.
    One(&'a str),
    /// Several, or one that is too long: it is not known whose they are.
    Unclear,
}

/// The cookie of a name in all `Cookie` headers of a request (HTTP/2 sends one for each cookie). The same value twice is one:
/// browsers do that for two paths.
pub fn find<'a>(headers: impl Iterator<Item = &'a str>, name: &str) -> Found<'a> {
    let mut found = Found::Nothing;
    for pair in headers.flat_map(|header| header.split(';')) {
        let Some((key, value)) = pair.trim_matches(BLANKS).split_once('=') else { continue };
        if key != name {
            continue;
        }
        found = match found {
            _ if value.len() > MAX_BYTES => return Found::Unclear,
            Found::Nothing => Found::One(value),
            Found::One(before) if before == value => found,
            _ => return Found::Unclear,
        };
    }
    found
}

const BLANKS: [char; 2] = [' ', '\t'];

/// How a cookie is kept by browsers.
#[derive(Debug, Clone)]
pub struct Jar {
    /// Its name.
    pub name: String,
    /// Sent over TLS only.
    pub secure: bool,
    /// Not sent when another site's page leads here; else such a page may at least link to us.
    pub strict: bool,
}

impl Jar {
    /// A cookie with this value, for as long as the browser runs, or for a while.
    #[must_use]
    pub fn set(&self, value: &str, lasts: Option<Duration>) -> Option<HeaderValue> {
        let lasts = lasts.map(|lasts| format!("; Max-Age={}", lasts.as_secs()));
        let strict = if self.strict { "Strict" } else { "Lax" };
        let secure = if self.secure { "; Secure" } else { "" };
        // The whole server, because the calls that a page makes are not below the page.
        let text = format!(
            "{}={value}; Path=/; HttpOnly; SameSite={strict}{secure}{}",
            self.name,
            lasts.unwrap_or_default()
        );
        let mut value = HeaderValue::from_str(&text).ok()?;
        value.set_sensitive(true);
        Some(value)
    }

    /// Takes it away.
    #[must_use]
    pub fn clear(&self) -> Option<HeaderValue> {
        self.set("", Some(Duration::ZERO))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_cookie_is_found_among_others() {
        let find = |headers: &[&'static str]| find(headers.iter().copied(), "s");
        for (headers, expected) in [
            (&[][..], Found::Nothing),
            (&["a=1; b=2"], Found::Nothing),
            (&["s"], Found::Nothing),
            (&["S=1; xs=2; s.=3"], Found::Nothing),
            (&["a=1; s=v.w-x_=; b=2"], Found::One("v.w-x_=")),
            (&["a=1", "s=1"], Found::One("1")),
            (&["s="], Found::One("")),
            (&["s=1;s=1"], Found::One("1")),
            (&["s=1; s=2"], Found::Unclear),
            (&["s=1", "s=2", "s=1"], Found::Unclear),
        ] {
            assert_eq!(find(headers), expected, "{headers:?}");
        }
        let long = format!("s={}", "x".repeat(MAX_BYTES + 1));
        assert_eq!(super::find([long.as_str()].into_iter(), "s"), Found::Unclear);
    }

    #[test]
    fn what_is_set_no_script_can_read() {
        let jar = Jar { name: "s".into(), secure: true, strict: true };
        let text = |value: Option<HeaderValue>| {
            value.expect("a header").to_str().expect("a text").to_owned()
        };
        assert_eq!(text(jar.set("v", None)), "s=v; Path=/; HttpOnly; SameSite=Strict; Secure");
        let jar = Jar { secure: false, strict: false, ..jar };
        assert_eq!(text(jar.clear()), "s=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0");
        assert!(jar.set("a\r\nb", None).is_none());
    }
}
