//! Writes of single keys through config.v1, which any server of that API understands.

use bytes::Bytes;
use holdfast_api::config_v1::{DeleteRequest, SetRequest, WriteMode};

use crate::connect::Server;
use crate::failure::Failure;

/// Where a value goes, and when.
#[derive(Debug)]
pub struct Put<'a> {
    /// In which namespace.
    pub namespace: &'a str,
    /// Under which key.
    pub key: &'a str,
    /// How it is encoded.
    pub codec: &'a str,
    /// Whether the key has to be new, or to exist.
    pub mode: WriteMode,
}

/// Writes a value; answers the version that it became.
pub async fn put(server: &Server, put: Put<'_>, value: Bytes) -> Result<u64, Failure> {
    let request = SetRequest {
        namespace: put.namespace.into(),
        key: put.key.into(),
        value,
        codec: put.codec.into(),
        write_mode: put.mode.into(),
        ..SetRequest::default()
    };
    let answer = server.answer(server.config.clone().set(server.request(request))).await?;
    let version = answer.entry.as_option().map_or(0, |entry| entry.version);
    Ok(u64::try_from(version).unwrap_or_default())
}

/// Deletes a key; one that does not exist is an error.
pub async fn delete(server: &Server, namespace: &str, key: &str) -> Result<(), Failure> {
    let request =
        DeleteRequest { namespace: namespace.into(), key: key.into(), ..DeleteRequest::default() };
    server.answer(server.config.clone().delete(server.request(request))).await?;
    Ok(())
}
