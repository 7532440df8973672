//! The PROXY protocol: a header in front of TLS and HTTP, in which a proxy says for whom it connects.

use std::io;
use std::net::IpAddr;
use std::time::Duration;

use proxy_header::{Error, ParseConfig, ProxyHeader};
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::time::sleep;

/// The largest header that is read: addresses, and room for what a proxy adds about its own connection.
const MOST: usize = 4 << 10;

/// The address in the header at the beginning of these bytes, `None` when the proxy speaks for itself, and how long the header is;
/// `None` when more bytes may make one of it.
///
/// # Errors
/// When it is no such header, or too long a one.
pub fn parse(seen: &[u8]) -> io::Result<Option<(Option<IpAddr>, usize)>> {
    let config = ParseConfig { include_tlvs: false, ..ParseConfig::default() };
    match ProxyHeader::parse(seen, config) {
        Ok((header, size)) => {
            let proxied = header.proxied_address();
            Ok(Some((proxied.map(|proxied| proxied.source.ip().to_canonical()), size)))
        }
        Err(Error::BufferTooShort) if seen.len() < MOST => Ok(None),
        Err(error) => Err(io::Error::new(io::ErrorKind::InvalidData, error.to_string())),
    }
}

/// Takes the header off the connection: the address it speaks for, `None` when the proxy speaks for itself (a health check).
pub(crate) async fn read(stream: &mut TcpStream) -> io::Result<Option<IpAddr>> {
    let mut seen = vec![0; MOST];
    let mut before = 0;
    loop {
        stream.readable().await?;
        let length = match stream.peek(&mut seen).await? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            length => length,
        };
        if let Some((address, size)) = parse(&seen[..length])? {
            // Only the header: what stands behind it is for TLS or HTTP.
            stream.read_exact(&mut seen[..size]).await?;
            return Ok(address);
        }
        if length == before {
            // What is there stays readable, so waiting for readiness would spin.
            sleep(Duration::from_millis(5)).await;
        }
        before = length;
    }
}
