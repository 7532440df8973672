//! The name and the connection.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;

use super::finding::Finding;

/// Resolves the name and connects to the first address that answers.
pub(super) async fn connect(
    host: &str,
    port: u16,
    patience: Duration,
) -> (Vec<Finding>, Option<TcpStream>) {
    let addresses = match resolve(host, port, patience).await {
        Ok(addresses) => addresses,
        Err(why) => {
            let advice = "is the name right, and does this machine's resolver know it?";
            return (vec![Finding::barred("name", format!("{host}: {why}"), advice)], None);
        }
    };
    let shown: Vec<String> = addresses.iter().map(|address| address.ip().to_string()).collect();
    let said = match host.parse::<IpAddr>() {
        Ok(_) => format!("{host} is an address"),
        Err(_) => format!("{host} is {}", shown.join(", ")),
    };
    let name = Finding::ok("name", said);
    let mut last = (addresses[0], io::Error::from(io::ErrorKind::TimedOut));
    for address in addresses {
        let begun = Instant::now();
        match timeout(patience, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => {
                let took = begun.elapsed();
                let connected =
                    Finding::ok("connect", format!("{address} in {}", shown_time(took)));
                return (vec![name, connected], Some(stream));
            }
            Ok(Err(error)) => last = (address, error),
            Err(_) => last = (address, io::ErrorKind::TimedOut.into()),
        }
    }
    let (address, error) = last;
    let advice =
        "is `holdfast serve` running there, on this port, and does no firewall stand between?";
    (vec![name, Finding::barred("connect", format!("{address}: {error}"), advice)], None)
}

async fn resolve(host: &str, port: u16, patience: Duration) -> Result<Vec<SocketAddr>, io::Error> {
    let found = timeout(patience, lookup_host((host, port))).await;
    let mut addresses: Vec<SocketAddr> =
        found.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))??.collect();
    addresses.dedup();
    match addresses.is_empty() {
        true => Err(io::Error::other("the name has no address")),
        false => Ok(addresses),
    }
}

/// A short time for people.
pub(super) fn shown_time(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1e3)
}
