//! A browser without scripts: it keeps cookies, sends forms and can follow redirects, all on loopback.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::http::{self, Answer};

/// Somebody in front of a browser.
#[derive(Debug, Default, Clone)]
pub struct Visitor {
    /// By `name:port` of the server and name of the cookie.
    cookies: BTreeMap<(String, String), String>,
}

/// A loop that is longer is none that anybody wants.
const MOST_REDIRECTS: usize = 20;

impl Visitor {
    /// GET of an absolute URL.
    ///
    /// # Panics
    /// When there is no answer.
    pub async fn get(&mut self, url: &str) -> Answer {
        self.send("GET", url, &[], b"").await
    }

    /// A form that a page of the same server sends.
    ///
    /// # Panics
    /// When there is no answer.
    pub async fn submit(&mut self, url: &str, fields: &[(&str, &str)]) -> Answer {
        let (authority, _) = taken_apart(url);
        let origin = format!("http://{authority}");
        let headers = [("origin", &*origin), ("content-type", "application/x-www-form-urlencoded")];
        self.send("POST", url, &headers, encoded(fields).as_bytes()).await
    }

    /// Any request.
    ///
    /// # Panics
    /// When there is no answer.
    pub async fn send(
        &mut self,
        method: &str,
        url: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Answer {
        let (authority, path) = taken_apart(url);
        let port = authority.rsplit(':').next().and_then(|port| port.parse().ok());
        let port = port.expect("the URL has a port");
        let cookies = self.shown(authority);
        let mut all = vec![("host", authority)];
        all.extend_from_slice(headers);
        if !cookies.is_empty() {
            all.push(("cookie", &cookies));
        }
        let answer = http::bare(port, method, path, &all, body).await;
        let answer = answer.unwrap_or_else(|error| panic!("{method} {url}: {error}"));
        for line in set_cookies(&answer) {
            self.take(authority, line);
        }
        answer
    }

    /// Follows redirects from a URL; answers the last URL and what is there. It stops before a URL that begins with `until`.
    ///
    /// # Panics
    /// When there are too many.
    pub async fn follow(&mut self, url: &str, until: &str) -> (String, Option<Answer>) {
        let mut url = url.to_owned();
        for _ in 0..MOST_REDIRECTS {
            if !until.is_empty() && url.starts_with(until) {
                return (url, None);
            }
            let answer = self.get(&url).await;
            match location(&answer, &url) {
                Some(next) => url = next,
                None => return (url, Some(answer)),
            }
        }
        panic!("too many redirects, the last to {url}");
    }

    /// The value of a cookie.
    pub fn cookie(&self, authority: &str, name: &str) -> Option<&str> {
        self.cookies.get(&(authority.to_owned(), name.to_owned())).map(String::as_str)
    }

    /// Gives the browser a cookie.
    pub fn keep(&mut self, authority: &str, name: &str, value: &str) {
        self.cookies.insert((authority.to_owned(), name.to_owned()), value.to_owned());
    }

    /// The `Cookie` header for a server.
    pub fn shown(&self, authority: &str) -> String {
        let mut text = String::new();
        for ((_, name), value) in self.cookies.iter().filter(|((at, _), _)| at == authority) {
            let sign = if text.is_empty() { "" } else { "; " };
            write!(text, "{sign}{name}={value}").expect("a text");
        }
        text
    }

    fn take(&mut self, authority: &str, line: &str) {
        let pair = line.split(';').next().unwrap_or_default();
        let Some((name, value)) = pair.split_once('=') else { return };
        if value.is_empty() {
            self.cookies.remove(&(authority.to_owned(), name.to_owned()));
        } else {
            self.keep(authority, name, value);
        }
    }
}

/// The `Set-Cookie` lines of an answer.
pub fn set_cookies(answer: &Answer) -> impl Iterator<Item = &str> {
    answer.headers.iter().filter(|(name, _)| name == "set-cookie").map(|(_, value)| value.as_str())
}

/// Where an answer sends the browser that asked for `url`.
pub fn location(answer: &Answer, url: &str) -> Option<String> {
    let to = answer.header("location").filter(|_| (300..400).contains(&answer.status))?;
    let (authority, _) = taken_apart(url);
    let absolute = to.starts_with("http://");
    Some(if absolute { to.to_owned() } else { format!("http://{authority}{to}") })
}

/// A parameter of the query of a URL, as it stands there.
pub fn parameter<'a>(url: &'a str, name: &str) -> Option<&'a str> {
    let (_, query) = url.split_once('?')?;
    query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
}

fn taken_apart(url: &str) -> (&str, &str) {
    let rest = url.strip_prefix("http://").unwrap_or_else(|| panic!("{url} is not on loopback"));
    let at = rest.find('/').unwrap_or(rest.len());
    let (authority, path) = rest.split_at(at);
    (authority, if path.is_empty() { "/" } else { path })
}

fn encoded(fields: &[(&str, &str)]) -> String {
    let plain = |text: &str| {
        let mut out = String::new();
        for byte in text.bytes() {
            match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => {
                    out.push(char::from(byte));
                }
                other => write!(out, "%{other:02X}").expect("a text"),
            }
        }
        out
    };
    let pairs: Vec<_> =
        fields.iter().map(|(name, value)| format!("{}={}", plain(name), plain(value))).collect();
    pairs.join("&")
}
