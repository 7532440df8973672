//! The event channel over NATS: core, or JetStream.
//!
//! - `settings` - [`NatsSettings`], [`JetStream`]: **start here**
//! - `dialer` - [`open`]: makes connections
//! - `names` - what a subject is called there
//! - `core` - one connection without JetStream; `jetstream` - one with it
//!
//! Core NATS forgets what nobody heard at once. JetStream keeps messages for a while: it confirms each, and after a lost
//! connection a node hears what it missed.

mod core;
mod dialer;
mod fault;
mod jetstream;
mod names;
mod settings;

pub use dialer::open;
pub use settings::{JetStream, NatsSettings, Storage};
