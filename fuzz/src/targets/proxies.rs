//! What proxies say about who is behind them.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, LazyLock};

use holdfast_server::proxies::{Proxies, protocol};
use holdfast_server::settings::{Names, ProxyHeader, ProxySettings};
use http::{HeaderMap, HeaderValue};

/// Trusted, and somebody who is not.
const PROXY: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1));
const CALLER: IpAddr = IpAddr::V4(Ipv4Addr::new(203, 0, 113, 9));

static BY_FORWARDED: LazyLock<Arc<Proxies>> = LazyLock::new(|| proxies(ProxyHeader::Forwarded));
static BY_LIST: LazyLock<Arc<Proxies>> = LazyLock::new(|| proxies(ProxyHeader::XForwardedFor));

fn proxies(header: ProxyHeader) -> Arc<Proxies> {
    let trusted = Names(vec!["10.0.0.0/8".into()]);
    let settings = ProxySettings { trusted, header, protocol: true };
    Proxies::of(&settings).unwrap_or_else(|| unreachable!("somebody is trusted"))
}

/// Whatever a caller writes in front, the address that the last proxy adds is the one that counts, or a proxy's own.
pub(crate) fn said(data: &[u8]) {
    header(data);
    let both = [
        (&*BY_FORWARDED, "forwarded", format!("for={CALLER}")),
        (&*BY_LIST, "x-forwarded-for", CALLER.to_string()),
    ];
    for (proxies, name, added) in both {
        let Ok(made_up) = HeaderValue::from_bytes(data) else { return };
        let mut apart = HeaderMap::new();
        apart.append(name, made_up);
        assert_eq!(proxies.caller(&apart, CALLER), CALLER, "a stranger's header counts");
        apart.append(name, added.parse().unwrap_or_else(|_| unreachable!("a value")));
        let together = [data, b", ", added.as_bytes()].concat();
        let Ok(together) = HeaderValue::from_bytes(&together) else { return };
        let mut one = HeaderMap::new();
        one.append(name, together);
        for headers in [apart, one] {
            let found = proxies.caller(&headers, PROXY);
            assert!(found == CALLER || proxies.trusts(found), "{found} from {headers:?}");
        }
    }
}

/// A header of the PROXY protocol is what it is whatever stands behind it.
fn header(data: &[u8]) {
    let Ok(Some((address, size))) = protocol::parse(data) else { return };
    assert!(size <= data.len());
    for rest in [&b""[..], b"GET / HTTP/1.1", data] {
        let again = protocol::parse(&[&data[..size], rest].concat());
        assert_eq!(again.ok().flatten(), Some((address, size)));
    }
}
