//! How messages become bytes on a gRPC connection, and back.

use std::marker::PhantomData;

use buffa::{DecodeOptions, Message};
use bytes::{Buf, BufMut, Bytes};
use tonic::Status;
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};

/// An answer of a server: a message, or the bytes of one that was encoded before (a watch event goes to all its
/// watchers as the same bytes).
#[derive(Debug, Clone, PartialEq)]
pub enum Encoded<T> {
    /// Encoded when it is sent.
    Message(T),
    /// Sent as they are.
    Bytes(Bytes),
}

impl<T: Message> Encoded<T> {
    /// The message, for whoever does not send it but shows it otherwise.
    ///
    /// # Errors
    /// When bytes that were encoded before do not decode, which no server of this crate sends.
    pub fn into_message(self) -> Result<T, Status> {
        match self {
            Self::Message(message) => Ok(message),
            Self::Bytes(bytes) => T::decode_from_slice(&bytes)
                .map_err(|error| Status::internal(format!("the answer does not decode: {error}"))),
        }
    }
}

impl<T> From<T> for Encoded<T> {
    fn from(message: T) -> Self {
        Self::Message(message)
    }
}

/// What a server speaks: it sends `Encoded<Answer>` and receives requests. A request that does not decode is the
/// caller's fault.
#[derive(Debug)]
pub struct ServerCodec<E, D>(PhantomData<(E, D)>);

/// What a client speaks. An answer may be larger than any request.
#[derive(Debug)]
pub struct ClientCodec<E, D>(PhantomData<(E, D)>);

impl<E, D> Default for ServerCodec<E, D> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

impl<E, D> Default for ClientCodec<E, D> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

impl<T, D> Codec for ServerCodec<Encoded<T>, D>
where
    T: Message + 'static,
    D: Message + 'static,
{
    type Encode = Encoded<T>;
    type Decode = D;
    type Encoder = AnswerEncoder<T>;
    type Decoder = MessageDecoder<D>;

    fn encoder(&mut self) -> AnswerEncoder<T> {
        AnswerEncoder(PhantomData)
    }

    fn decoder(&mut self) -> MessageDecoder<D> {
        MessageDecoder {
            fault: Status::invalid_argument,
            options: DecodeOptions::new(),
            of: PhantomData,
        }
    }
}

impl<E, D> Codec for ClientCodec<E, D>
where
    E: Message + 'static,
    D: Message + 'static,
{
    type Encode = E;
    type Decode = D;
    type Encoder = MessageEncoder<E>;
    type Decoder = MessageDecoder<D>;

    fn encoder(&mut self) -> MessageEncoder<E> {
        MessageEncoder(PhantomData)
    }

    fn decoder(&mut self) -> MessageDecoder<D> {
        // A list of all keys decodes into more than the default budget for untrusted input; how many bytes come
        // in is bounded by the channel.
        let options = DecodeOptions::new().with_element_memory_limit(usize::MAX);
        MessageDecoder { fault: Status::internal, options, of: PhantomData }
    }
}

/// Encodes messages.
#[derive(Debug)]
pub struct MessageEncoder<T>(PhantomData<T>);

impl<T: Message + 'static> Encoder for MessageEncoder<T> {
    type Item = T;
    type Error = Status;

    fn encode(&mut self, item: T, buf: &mut EncodeBuf<'_>) -> Result<(), Status> {
        item.try_encode(buf).map_err(|error| Status::internal(format!("cannot encode: {error}")))
    }
}

/// Encodes answers, or copies those that are encoded already.
#[derive(Debug)]
pub struct AnswerEncoder<T>(PhantomData<T>);

impl<T: Message + 'static> Encoder for AnswerEncoder<T> {
    type Item = Encoded<T>;
    type Error = Status;

    fn encode(&mut self, item: Encoded<T>, buf: &mut EncodeBuf<'_>) -> Result<(), Status> {
        match item {
            Encoded::Message(message) => MessageEncoder(PhantomData).encode(message, buf),
            Encoded::Bytes(bytes) => {
                buf.put(bytes);
                Ok(())
            }
        }
    }
}

/// Decodes messages.
#[derive(Debug)]
pub struct MessageDecoder<T> {
    fault: fn(String) -> Status,
    options: DecodeOptions,
    of: PhantomData<T>,
}

impl<T: Message + 'static> Decoder for MessageDecoder<T> {
    type Item = T;
    type Error = Status;

    fn decode(&mut self, buf: &mut DecodeBuf<'_>) -> Result<Option<T>, Status> {
        // From the slice, so that `bytes` members are copies: a small value must not keep the whole receive buffer
        // alive for as long as a cache holds it.
        let decoded = if buf.chunk().len() == buf.remaining() {
            let whole = self.options.decode_from_slice(buf.chunk());
            buf.advance(buf.remaining());
            whole
        } else {
            self.options.decode(buf)
        };
        decoded
            .map(Some)
            .map_err(|error| (self.fault)(format!("the message does not decode: {error}")))
    }
}
