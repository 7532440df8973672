//! The contract between the nodes that share a log and what carries messages between them, and the channel that stays within
//! a process.
//!
//! Start at [`contract::EventChannel`]: its text is the list of behaviours that the conformance suite of the testkit checks,
//! one by one, on every channel.
//!
//! - [`contract`] - [`EventChannel`], [`Subscription`], [`Heard`], [`ChannelCapabilities`]
//! - [`subject`] - [`Subject`]: what a message is about
//! - [`error`] - [`ChannelError`]
//! - [`fanout`] - [`Fanout`]: from one source to the subscriptions of this process, each with a bounded queue
//! - [`local`] - [`LocalChannel`]
//! - [`link`] - [`Link`]: a channel over a connection that breaks and is made again; what backends build on
//!
//! Invariant: a channel is a doorbell. Whoever misses a message finds what it was about in the log.

pub mod contract;
pub mod error;
pub mod fanout;
pub mod link;
pub mod local;
pub mod subject;

pub use contract::{
    ChannelCapabilities, EventChannel, Heard, LARGEST_MESSAGE, Subscription, check_size,
};
pub use error::{ChannelError, sentence};
pub use fanout::Fanout;
pub use link::{Dialer, Fuse, Link, LinkSettings, Password, Task, Wire};
pub use local::LocalChannel;
pub use subject::{InvalidSubject, Subject};
