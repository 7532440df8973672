//! What NATS says, as errors of the channel.

use std::error::Error;

use async_nats::{ConnectError, ConnectErrorKind};
use bytes::Bytes;
use holdfast_channel::{ChannelError, sentence};

/// How the channel is called in sentences.
const CHANNEL: &str = "NATS";

/// Passes by itself.
pub(crate) fn unavailable(doing: &str, error: impl Error) -> ChannelError {
    ChannelError::Unavailable { channel: CHANNEL, why: sentence(doing, &error) }
}

/// Does not.
pub(crate) fn refused(why: impl ToString) -> ChannelError {
    ChannelError::Refused { channel: CHANNEL, why: why.to_string() }
}

pub(crate) fn lost(why: &str) -> ChannelError {
    ChannelError::Unavailable { channel: CHANNEL, why: why.into() }
}

pub(crate) fn not_connected(error: &ConnectError) -> ChannelError {
    match error.kind() {
        ConnectErrorKind::Authentication | ConnectErrorKind::AuthorizationViolation => {
            refused("the credentials are not accepted (authorization violation)")
        }
        _ => unavailable("no connection", error),
    }
}

pub(crate) fn too_large(message: &Bytes, largest: usize) -> ChannelError {
    ChannelError::TooLarge { size: message.len(), largest }
}
