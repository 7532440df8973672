//! How messages become bytes on a gRPC connection, and back.
//!
//! A codec of tonic is of two types, and for each pair of them all of tonic's calls are compiled again: their bodies, their streams, their
//! futures. This one is of none: what it carries is any message, and only the few lines that decode one, or encode it, exist for each
//! type.

use std::any::Any;

use buffa::{DecodeError, DecodeOptions, EncodeError, Message};
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

/// A message that goes out, whatever its type.
pub(crate) enum Outgoing {
    /// Encoded when it is sent.
    Message(Box<dyn Encode>),
    /// Sent as they are.
    Bytes(Bytes),
}

impl Outgoing {
    pub(crate) fn message<T: Message + 'static>(message: T) -> Self {
        Self::Message(Box::new(message))
    }
}

impl<T: Message + 'static> From<Encoded<T>> for Outgoing {
    fn from(answer: Encoded<T>) -> Self {
        match answer {
            Encoded::Message(message) => Self::message(message),
            Encoded::Bytes(bytes) => Self::Bytes(bytes),
        }
    }
}

/// A message whose type is of no interest to who sends it.
pub(crate) trait Encode: Send + Sync {
    fn encode_into(&self, buf: &mut EncodeBuf<'_>) -> Result<(), EncodeError>;
}

impl<T: Message> Encode for T {
    fn encode_into(&self, buf: &mut EncodeBuf<'_>) -> Result<(), EncodeError> {
        self.try_encode(buf)
    }
}

/// A message that came in; [`open`] it as what its [`Decode`] made of it.
pub(crate) type Incoming = Box<dyn Any + Send + Sync>;

/// How bytes become a message of one type.
pub(crate) type Decode = fn(&DecodeOptions, &[u8]) -> Result<Incoming, DecodeError>;

/// The [`Decode`] of that type.
pub(crate) fn decode<T: Message + 'static>(
    options: &DecodeOptions,
    bytes: &[u8],
) -> Result<Incoming, DecodeError> {
    Ok(Box::new(options.decode_from_slice::<T>(bytes)?))
}

/// The message as what it is.
///
/// # Errors
/// When it is of another type, which is no message of the other side but a mistake in what is generated.
pub(crate) fn open<T: 'static>(message: Incoming) -> Result<T, Status> {
    let message = message.downcast::<T>();
    message.map(|message| *message).map_err(|_| Status::internal("a message of another type"))
}

/// The codec of a call, which knows of no type.
#[derive(Clone)]
pub(crate) struct AnyCodec {
    decode: Decode,
    fault: fn(String) -> Status,
    options: DecodeOptions,
}

impl AnyCodec {
    /// What a server speaks that receives such requests. One that does not decode is the caller's fault.
    pub(crate) fn of_server(decode: Decode) -> Self {
        Self { decode, fault: Status::invalid_argument, options: DecodeOptions::new() }
    }

    /// What a client speaks that receives such answers. One may be larger than any request.
    pub(crate) fn of_client(decode: Decode) -> Self {
        // A list of all keys decodes into more than the default budget for untrusted input; how many bytes come
        // in is bounded by the channel.
        let options = DecodeOptions::new().with_element_memory_limit(usize::MAX);
        Self { decode, fault: Status::internal, options }
    }
}

impl Codec for AnyCodec {
    type Encode = Outgoing;
    type Decode = Incoming;
    type Encoder = AnyEncoder;
    type Decoder = Self;

    fn encoder(&mut self) -> AnyEncoder {
        AnyEncoder
    }

    fn decoder(&mut self) -> Self {
        self.clone()
    }
}

/// Encodes messages, or copies those that are encoded already.
pub(crate) struct AnyEncoder;

impl Encoder for AnyEncoder {
    type Item = Outgoing;
    type Error = Status;

    fn encode(&mut self, item: Outgoing, buf: &mut EncodeBuf<'_>) -> Result<(), Status> {
        match item {
            Outgoing::Message(message) => message
                .encode_into(buf)
                .map_err(|error| Status::internal(format!("cannot encode: {error}"))),
            Outgoing::Bytes(bytes) => {
                buf.put(bytes);
                Ok(())
            }
        }
    }
}

impl Decoder for AnyCodec {
    type Item = Incoming;
    type Error = Status;

    fn decode(&mut self, buf: &mut DecodeBuf<'_>) -> Result<Option<Incoming>, Status> {
        // From the slice, so that `bytes` members are copies: a small value must not keep the whole receive buffer
        // alive for as long as a cache holds it.
        let decoded = if buf.chunk().len() == buf.remaining() {
            let whole = (self.decode)(&self.options, buf.chunk());
            buf.advance(buf.remaining());
            whole
        } else {
            // Tonic hands out one piece. A decoder for what is in pieces would be all of them a second time.
            (self.decode)(&self.options, &buf.copy_to_bytes(buf.remaining()))
        };
        decoded
            .map(Some)
            .map_err(|error| (self.fault)(format!("the message does not decode: {error}")))
    }
}
