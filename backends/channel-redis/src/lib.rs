//! The event channel over Redis: publish and subscribe, or a stream.
//!
//! - `settings` - [`RedisSettings`], [`Stream`]: **start here**
//! - `dialer` - [`open`]: makes connections
//! - `pubsub` - one connection for publish and subscribe; `stream` - one that keeps messages in streams
//!
//! Publish and subscribe forgets what nobody heard at once. A stream for each subject keeps the newest messages: after a lost
//! connection a node hears what it missed.

mod dialer;
mod fault;
mod place;
mod pubsub;
mod settings;
mod stream;

pub use dialer::open;
pub use settings::{RedisSettings, Stream};
