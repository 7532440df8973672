//! The servers that are measured.

pub(crate) mod database;
pub(crate) mod echo;
pub(crate) mod etcd;
pub(crate) mod holdfast;
pub(crate) mod http;

use tonic::transport::{Channel, Endpoint};

use crate::Fault;

/// The same connection for every server.
async fn connect(port: u16) -> Result<Channel, Fault> {
    Ok(Endpoint::from_shared(format!("http://127.0.0.1:{port}"))?.connect().await?)
}

/// So many of them, each a connection of its own.
pub(crate) async fn connections(port: u16, count: usize) -> Result<Vec<Channel>, Fault> {
    let mut channels = Vec::with_capacity(count);
    for _ in 0..count {
        channels.push(connect(port).await?);
    }
    Ok(channels)
}
