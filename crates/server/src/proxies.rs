//! Where a caller is that came through proxies: what they say is believed only of those that the settings trust.
//!
//! - [`Proxies`]: who is trusted, and with what
//! - `protocol`: the PROXY protocol, versions 1 and 2, in front of everything else on a connection
//! - `forwarded`: the headers `Forwarded` (RFC 7239) and `X-Forwarded-For`

mod forwarded;
pub mod protocol;

use std::net::IpAddr;
use std::sync::Arc;

use http::HeaderMap;
use ipnet::IpNet;

use crate::settings::{ProxyHeader, ProxySettings};

/// Proxies whose word counts.
#[derive(Debug)]
pub struct Proxies {
    trusted: Vec<IpNet>,
    header: ProxyHeader,
    protocol: bool,
}

impl Proxies {
    /// Those of the settings; `None`: nobody is trusted, and every caller is where its connection comes from.
    #[must_use]
    pub fn of(settings: &ProxySettings) -> Option<Arc<Self>> {
        let trusted =
            settings.trusted.0.iter().filter_map(|text| network(text)).collect::<Vec<_>>();
        let (header, protocol) = (settings.header, settings.protocol);
        let any = !trusted.is_empty() && (protocol || header != ProxyHeader::None);
        any.then(|| Arc::new(Self { trusted, header, protocol }))
    }

    /// True for an address whose word counts.
    #[must_use]
    pub fn trusts(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.trusted.iter().any(|network| network.contains(&address))
    }

    /// True when a connection from there has to begin with the PROXY protocol. Of others it is never read.
    pub(crate) fn begins_with_protocol(&self, address: IpAddr) -> bool {
        self.protocol && self.trusts(address)
    }

    /// Where the caller is whose request came from `peer`: the last address on the way that is not a trusted proxy's.
    #[must_use]
    pub fn caller(&self, headers: &HeaderMap, peer: IpAddr) -> IpAddr {
        if self.header == ProxyHeader::None || !self.trusts(peer) {
            return peer;
        }
        let said = match self.header {
            ProxyHeader::None => return peer,
            ProxyHeader::Forwarded => forwarded::forwarded(headers),
            ProxyHeader::XForwardedFor => forwarded::x_forwarded_for(headers),
        };
        let mut last = peer;
        for address in said.into_iter().rev() {
            // Whoever says something that is no address hides who is behind it.
            let Some(address) = address else { return last };
            last = address.to_canonical();
            if !self.trusts(last) {
                return last;
            }
        }
        last
    }
}

/// An address, or a network such as `10.0.0.0/8`.
pub(crate) fn network(text: &str) -> Option<IpNet> {
    let address = |text: &str| text.parse::<IpAddr>().ok().map(|a| IpNet::from(a.to_canonical()));
    text.parse().ok().or_else(|| address(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Names;

    fn proxies(header: ProxyHeader) -> Arc<Proxies> {
        let trusted = Names(vec!["10.0.0.0/8".into(), "::1".into(), "192.0.2.7".into()]);
        Proxies::of(&ProxySettings { trusted, header, protocol: false }).expect("trusted")
    }

    fn caller(header: ProxyHeader, peer: &str, said: &[(&str, &str)]) -> String {
        let mut headers = HeaderMap::new();
        for (name, value) in said {
            let name: http::HeaderName = name.parse().expect("a name");
            headers.append(name, value.parse().expect("a value"));
        }
        proxies(header).caller(&headers, peer.parse().expect("an address")).to_string()
    }

    #[test]
    fn only_trusted_peers_and_the_chosen_header_count() {
        use ProxyHeader::{Forwarded, XForwardedFor};
        let xff = "x-forwarded-for";
        for (header, peer, said, expected) in [
            (XForwardedFor, "10.1.1.1", vec![], "10.1.1.1"),
            (XForwardedFor, "10.1.1.1", vec![(xff, "203.0.113.9")], "203.0.113.9"),
            (XForwardedFor, "203.0.113.1", vec![(xff, "203.0.113.9")], "203.0.113.1"),
            // What the caller itself made up stands further left.
            (
                XForwardedFor,
                "10.1.1.1",
                vec![(xff, "1.1.1.1, 203.0.113.9, 10.2.2.2")],
                "203.0.113.9",
            ),
            (
                XForwardedFor,
                "10.1.1.1",
                vec![(xff, "1.1.1.1"), (xff, "203.0.113.9")],
                "203.0.113.9",
            ),
            (XForwardedFor, "10.1.1.1", vec![(xff, "10.3.3.3, 10.2.2.2")], "10.3.3.3"),
            (XForwardedFor, "10.1.1.1", vec![(xff, "203.0.113.9, nonsense, 10.2.2.2")], "10.2.2.2"),
            (XForwardedFor, "10.1.1.1", vec![(xff, "203.0.113.9:4711")], "203.0.113.9"),
            (XForwardedFor, "::ffff:10.1.1.1", vec![(xff, "[2001:db8::9]:1")], "2001:db8::9"),
            (XForwardedFor, "10.1.1.1", vec![("forwarded", "for=203.0.113.9")], "10.1.1.1"),
            (Forwarded, "10.1.1.1", vec![("forwarded", "for=203.0.113.9")], "203.0.113.9"),
            (Forwarded, "10.1.1.1", vec![(xff, "203.0.113.9")], "10.1.1.1"),
            (
                Forwarded,
                "::1",
                vec![("forwarded", "for=1.1.1.1;proto=http, For=\"[2001:db8::9]:47\";by=x")],
                "2001:db8::9",
            ),
            (
                Forwarded,
                "10.1.1.1",
                vec![("forwarded", "for=203.0.113.9, for=unknown")],
                "10.1.1.1",
            ),
            (
                Forwarded,
                "10.1.1.1",
                vec![("forwarded", "for=203.0.113.9, for=_hidden, for=10.2.2.2")],
                "10.2.2.2",
            ),
            (
                Forwarded,
                "10.1.1.1",
                vec![("forwarded", "for=203.0.113.9, proto=https")],
                "10.1.1.1",
            ),
            (
                Forwarded,
                "10.1.1.1",
                vec![("forwarded", "for=\"203.0.113.9, for=1.1.1.1")],
                "10.1.1.1",
            ),
            // A quote that the caller leaves open swallows what the proxy adds.
            (
                Forwarded,
                "10.1.1.1",
                vec![("forwarded", "for=1.1.1.1;x=\"y, for=203.0.113.9")],
                "10.1.1.1",
            ),
            (
                Forwarded,
                "10.1.1.1",
                vec![("forwarded", "for=1.1.1.1;x=\", for=\"[2001:db8::9]:47\"")],
                "10.1.1.1",
            ),
        ] {
            assert_eq!(caller(header, peer, &said), expected, "{header:?} {peer} {said:?}");
        }
    }

    #[test]
    fn nobody_is_trusted_unless_asked_for() {
        assert!(Proxies::of(&ProxySettings::default()).is_none());
        let protocol = ProxySettings { protocol: true, ..ProxySettings::default() };
        assert!(Proxies::of(&protocol).is_none());
    }
}
