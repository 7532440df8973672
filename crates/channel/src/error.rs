//! What can go wrong in a channel.

use std::error::Error as StdError;

use thiserror::Error;

/// A call to a channel failed. No log is ever the worse for it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ChannelError {
    /// Nothing was sent, and the same message will be refused again.
    #[error(
        "a message of {size} bytes is too large for the channel, which carries up to {largest}"
    )]
    TooLarge {
        /// Bytes of the message.
        size: usize,
        /// Bytes that pass.
        largest: usize,
    },
    /// The server cannot be reached or does not answer; a message may have been sent or not. Passes by itself.
    #[error("{channel} is not available: {why}")]
    Unavailable {
        /// The channel's name.
        channel: &'static str,
        /// What was being done, and what came of it.
        why: String,
    },
    /// The server said no: to the credentials, or to what was asked. An operator has to act; it is tried on and on.
    #[error("{channel} refused: {why}")]
    Refused {
        /// The channel's name.
        channel: &'static str,
        /// In the server's words.
        why: String,
    },
    /// The settings cannot work; the sentence says which and why.
    #[error("{0}")]
    Settings(String),
    /// The channel was closed.
    #[error("the channel is closed")]
    Closed,
}

/// What was being done, what came of it, and why: an error with its causes, for [`ChannelError`].
pub fn sentence(doing: &str, error: &dyn StdError) -> String {
    let mut text = format!("{doing}: {error}");
    let mut cause = error.source();
    while let Some(error) = cause {
        let more = error.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        cause = error.source();
    }
    text
}
