//! Addresses in headers, in the order in which they were added; `None` for one that cannot be read.

use std::net::{IpAddr, SocketAddr};

use http::HeaderMap;

/// More than any way through proxies; what stands further left does not count.
const MOST: usize = 64;

/// Those of `X-Forwarded-For`.
pub(super) fn x_forwarded_for(headers: &HeaderMap) -> Vec<Option<IpAddr>> {
    let lines = headers.get_all("x-forwarded-for").iter();
    let all = lines.flat_map(|line| match line.to_str() {
        Ok(line) => line.split(',').map(|text| address(text.trim())).collect(),
        Err(_) => vec![None],
    });
    newest(all.collect())
}

/// Those of `Forwarded`.
pub(super) fn forwarded(headers: &HeaderMap) -> Vec<Option<IpAddr>> {
    let lines = headers.get_all("forwarded").iter();
    let all = lines.flat_map(|line| match line.to_str() {
        Ok(line) => split(line, ',').into_iter().map(|element| for_of(element?)).collect(),
        Err(_) => vec![None],
    });
    newest(all.collect())
}

fn newest(mut all: Vec<Option<IpAddr>>) -> Vec<Option<IpAddr>> {
    all.split_off(all.len().saturating_sub(MOST))
}

/// The node of an element: `for=192.0.2.1`, `for="[2001:db8::1]:4711"`. Hidden ones (`unknown`, `_name`) are none.
fn for_of(element: &str) -> Option<IpAddr> {
    split(element, ';').into_iter().flatten().find_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        let value = value.trim();
        let plain = value.strip_prefix('"').and_then(|v| v.strip_suffix('"')).unwrap_or(value);
        name.trim().eq_ignore_ascii_case("for").then(|| address(plain))?
    })
}

/// Parts between separators that stand in no quotes. The one in which a quote has no end is `None`: whatever a proxy has added
/// behind it is inside of the quote, and what stands before it in the same part is the word of somebody who wants that.
fn split(text: &str, separator: char) -> Vec<Option<&str>> {
    let (mut parts, mut begin, mut quoted, mut escaped) = (Vec::new(), 0, false, false);
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            c if c == separator && !quoted => {
                parts.push(Some(text[begin..at].trim()));
                begin = at + c.len_utf8();
            }
            _ => {}
        }
    }
    parts.push((!quoted).then(|| text[begin..].trim()));
    parts
}

/// With a port or without.
fn address(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    bare.parse().ok().or_else(|| text.parse::<SocketAddr>().ok().map(|address| address.ip()))
}
