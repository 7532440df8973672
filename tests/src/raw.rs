//! gRPC calls whose messages are bytes of the test's choice.

use bytes::{Buf, BufMut, Bytes};
use tonic::client::Grpc;
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::transport::Channel;
use tonic::{Request, Status};

use crate::Failure;

/// Sends `message` to a unary method such as `/config.v1.ConfigService/Get`; the bytes of the answer.
pub async fn unary(
    channel: &Channel,
    path: &'static str,
    message: Bytes,
) -> Result<Bytes, Failure> {
    let mut grpc = Grpc::new(channel.clone());
    grpc.ready().await.expect("the server takes calls");
    let path = http::uri::PathAndQuery::from_static(path);
    let answer = grpc.unary(Request::new(message), path, BytesCodec).await?;
    Ok(answer.into_inner())
}

/// Sends `message` to any method with a token, or without one; the bytes of the first answer, which of a stream may be none.
pub async fn showing(
    channel: &Channel,
    path: &str,
    message: Bytes,
    token: Option<&str>,
    streams: bool,
) -> Result<Bytes, Failure> {
    let mut grpc = Grpc::new(channel.clone());
    grpc.ready().await.expect("the server takes calls");
    let path: http::uri::PathAndQuery = path.parse().expect("a path");
    let mut request = Request::new(message);
    if let Some(token) = token {
        let value = format!("Bearer {token}").parse().expect("a header can hold it");
        request.metadata_mut().insert("authorization", value);
    }
    if streams {
        grpc.server_streaming(request, path, BytesCodec).await?;
        return Ok(Bytes::new());
    }
    Ok(grpc.unary(request, path, BytesCodec).await?.into_inner())
}

/// Bytes in, bytes out.
#[derive(Debug, Clone, Copy)]
pub struct BytesCodec;

impl Codec for BytesCodec {
    type Encode = Bytes;
    type Decode = Bytes;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for BytesCodec {
    type Item = Bytes;
    type Error = Status;

    fn encode(&mut self, item: Bytes, buf: &mut EncodeBuf<'_>) -> Result<(), Status> {
        buf.put(item);
        Ok(())
    }
}

impl Decoder for BytesCodec {
    type Item = Bytes;
    type Error = Status;

    fn decode(&mut self, buf: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        Ok(Some(buf.copy_to_bytes(buf.remaining())))
    }
}
