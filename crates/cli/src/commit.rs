//! Batches of writes through holdfast.v1 `Commit`.

use std::time::Duration;

use bytes::Bytes;
use holdfast_api::convert;
use holdfast_api::holdfast_v1::{
    CommitRequest, CommitResponse, Delete, Precondition, Put, Write, WriteMode,
};

use crate::connect::Server;
use crate::failure::Failure;

/// A put, with no condition yet.
pub fn put(namespace: &str, key: &str, codec: &str, value: Bytes) -> Write {
    let put = Put { value, codec: codec.into(), ..Put::default() };
    Write { namespace: namespace.into(), key: key.into(), action: put.into(), ..Write::default() }
}

/// A put that goes by itself after a while, or has to be new or to exist.
pub fn put_with(mut write: Write, ttl: Option<Duration>, mode: WriteMode) -> Write {
    if let Some(holdfast_api::holdfast_v1::write::Action::Put(put)) = &mut write.action {
        put.ttl = ttl.map(convert::duration).into();
        put.mode = mode.into();
    }
    write
}

/// A delete, with no condition yet.
pub fn delete(namespace: &str, key: &str, missing_ok: bool) -> Write {
    let delete = Delete { missing_ok, ..Delete::default() };
    Write {
        namespace: namespace.into(),
        key: key.into(),
        action: delete.into(),
        ..Write::default()
    }
}

/// The write, if the entry has this version (0: if it does not exist).
pub fn if_version(mut write: Write, version: Option<u64>) -> Write {
    if version.is_some() {
        write.r#if = Precondition { version, ..Precondition::default() }.into();
    }
    write
}

/// Commits all of the writes, or none.
pub async fn commit(
    server: &Server,
    writes: Vec<Write>,
    reason: &str,
) -> Result<CommitResponse, Failure> {
    let request = CommitRequest { writes, reason: reason.into(), ..CommitRequest::default() };
    let mut client = server.holdfast.clone();
    server.own(client.commit(server.request(request))).await
}
