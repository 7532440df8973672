//! The codec of services that are generated here, the way tonic means it: one of two types.

use std::marker::PhantomData;

use buffa::{DecodeOptions, Message};
use bytes::Buf;
use tonic::Status;
use tonic::codec::{self, DecodeBuf, Decoder, EncodeBuf, Encoder};

/// Sends the one and receives the other.
pub(crate) struct Codec<E, D>(PhantomData<(E, D)>);

impl<E, D> Default for Codec<E, D> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

impl<E: Message + 'static, D: Message + 'static> codec::Codec for Codec<E, D> {
    type Encode = E;
    type Decode = D;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self::default()
    }

    fn decoder(&mut self) -> Self {
        Self::default()
    }
}

impl<E: Message + 'static, D> Encoder for Codec<E, D> {
    type Item = E;
    type Error = Status;

    fn encode(&mut self, item: E, buf: &mut EncodeBuf<'_>) -> Result<(), Status> {
        item.try_encode(buf).map_err(|error| Status::internal(format!("cannot encode: {error}")))
    }
}

impl<E, D: Message + 'static> Decoder for Codec<E, D> {
    type Item = D;
    type Error = Status;

    fn decode(&mut self, buf: &mut DecodeBuf<'_>) -> Result<Option<D>, Status> {
        // As many elements as the answer has: etcd lists a million keys.
        let options = DecodeOptions::new().with_element_memory_limit(usize::MAX);
        let decoded = options.decode_from_slice(buf.chunk());
        buf.advance(buf.remaining());
        decoded.map(Some).map_err(|error| Status::internal(format!("does not decode: {error}")))
    }
}
