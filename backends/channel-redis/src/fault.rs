//! What Redis says, as errors of the channel.

use holdfast_channel::{ChannelError, Fuse, sentence};
use redis::{ErrorKind, RedisError};

/// How the channel is called in sentences.
const CHANNEL: &str = "Redis";
/// Answers about who asks: they stay what they are until an operator acts.
const ABOUT_RIGHTS: [&str; 3] = ["NOAUTH", "WRONGPASS", "NOPERM"];

pub(crate) fn fault(doing: &str, error: &RedisError) -> ChannelError {
    let about_rights = error.code().is_some_and(|code| ABOUT_RIGHTS.contains(&code));
    if about_rights || error.kind() == ErrorKind::AuthenticationFailed {
        let why = sentence("the credentials are not accepted", error);
        return ChannelError::Refused { channel: CHANNEL, why };
    }
    ChannelError::Unavailable { channel: CHANNEL, why: sentence(doing, error) }
}

/// The same; a connection that is of no more use blows the fuse.
pub(crate) fn fatal(doing: &str, error: &RedisError, fuse: &Fuse) -> ChannelError {
    let fault = fault(doing, error);
    if error.is_io_error() || error.is_connection_dropped() {
        fuse.blow(fault.clone());
    }
    fault
}

pub(crate) fn lost(why: &str) -> ChannelError {
    ChannelError::Unavailable { channel: CHANNEL, why: why.into() }
}
