//! What RabbitMQ says, as errors of the channel.

use holdfast_channel::{ChannelError, Fuse, sentence};
use lapin::protocol::{AMQPErrorKind, AMQPHardError, AMQPSoftError};
use lapin::{Error, ErrorKind};

/// How the channel is called in sentences.
const CHANNEL: &str = "RabbitMQ";

pub(crate) fn fault(doing: &str, error: &Error) -> ChannelError {
    let why = sentence(doing, error);
    if is_about_rights(error) {
        ChannelError::Refused { channel: CHANNEL, why }
    } else {
        ChannelError::Unavailable { channel: CHANNEL, why }
    }
}

/// The same; after it the connection is of no more use. Any error closes an AMQP channel at least.
pub(crate) fn fatal(doing: &str, error: &Error, fuse: &Fuse) -> ChannelError {
    let fault = fault(doing, error);
    fuse.blow(fault.clone());
    fault
}

pub(crate) fn lost(why: &str) -> ChannelError {
    ChannelError::Unavailable { channel: CHANNEL, why: why.into() }
}

/// It stays what it is until an operator acts: credentials, permissions, a virtual host that is not there.
fn is_about_rights(error: &Error) -> bool {
    let ErrorKind::ProtocolError(error) = error.kind() else { return false };
    matches!(
        error.kind(),
        AMQPErrorKind::Soft(AMQPSoftError::ACCESSREFUSED)
            | AMQPErrorKind::Hard(AMQPHardError::NOTALLOWED)
    )
}
