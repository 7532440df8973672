//! The client library of Holdfast.
//!
//! - [`config`]: **start here**: configuration in memory that a watch keeps current
//! - [`mod@client`]: the calls themselves, over the network
//! - [`source`]: the contract between the two, for sources of your own
//! - [`sources`]: sources other than a server: a log in memory, files, the environment, layers of them
//! - [`entry`], [`batch`], [`error`]: what is read, what is written, what can go wrong
//! - [`live`]: values and structs that stay current
//! - [`codec`]: how bytes become values, encryption included; [`Secret`]: values that are never shown

pub mod batch;
pub mod client;
pub mod codec;
pub mod config;
pub mod entry;
pub mod error;
pub mod live;
pub mod secret;
pub mod source;
pub mod sources;

pub use batch::{Action, Batch, Committed, OnlyIf, Write};
pub use client::{Client, ClientBuilder};
pub use codec::Codecs;
pub use config::{Bounds, Config, ConfigBuilder, Namespace, Phase, Status, Value};
pub use entry::{Entry, Log};
pub use error::{Error, Kind};
pub use live::{Bound, Live};
pub use secret::Secret;
pub use source::Source;
