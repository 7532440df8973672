//! What travels: protobuf messages and services, their conversion to and from the model, and the one status table.
//!
//! - [`config_v1`], [`holdfast_v1`], [`stategate`]: messages, server and client of each dialect
//! - [`Server`], [`Connection`]: what the services of all dialects have in common on either side
//! - [`codec`]: how messages become bytes; [`Encoded`] lets a server send bytes that it encoded before
//! - [`convert`]: model values to wire values and back
//! - [`status`]: **start here** for errors: [`status::Row`] is the one table from a failure to a gRPC code, a reason, an
//!   HTTP status and an exit code
//! - [`google_rpc`]: the rich error model
//!
//! Nothing generated is committed: `build.rs` compiles `proto/` with the machine's Rust alone.

mod client;
pub mod codec;
pub mod convert;
mod server;
pub mod status;

pub use client::{Calling, Connection, Opening, Streaming};
pub use codec::Encoded;
pub use server::Server;

/// Messages as `build.rs` generates them, one module for each protobuf package.
#[allow(missing_docs, unreachable_pub, clippy::all, rustdoc::all)]
mod generated {
    include!(concat!(env!("OUT_DIR"), "/messages.rs"));
}

/// The config.v1 dialect.
#[allow(missing_docs, clippy::all)]
pub mod config_v1 {
    pub use crate::generated::config::v1::*;
    include!(concat!(env!("OUT_DIR"), "/config.v1.ConfigService.rs"));
}

/// The holdfast.v1 dialect.
#[allow(missing_docs, clippy::all)]
pub mod holdfast_v1 {
    pub use crate::generated::holdfast::v1::*;
    include!(concat!(env!("OUT_DIR"), "/holdfast.v1.HoldfastService.rs"));
    include!(concat!(env!("OUT_DIR"), "/holdfast.v1.TrustService.rs"));
    include!(concat!(env!("OUT_DIR"), "/holdfast.v1.AdminService.rs"));
}

/// The stategate dialect.
#[allow(missing_docs, clippy::all)]
pub mod stategate {
    pub use crate::generated::stategate::*;
    include!(concat!(env!("OUT_DIR"), "/stategate.StateService.rs"));
    include!(concat!(env!("OUT_DIR"), "/stategate.EntityService.rs"));
    include!(concat!(env!("OUT_DIR"), "/stategate.EventService.rs"));
    include!(concat!(env!("OUT_DIR"), "/stategate.PeerService.rs"));
    include!(concat!(env!("OUT_DIR"), "/stategate.CacheService.rs"));
    include!(concat!(env!("OUT_DIR"), "/stategate.MutexService.rs"));
}

/// `google.rpc.Status` and the one detail that Holdfast sends.
#[allow(missing_docs, clippy::all)]
pub mod google_rpc {
    pub use crate::generated::google::rpc::*;
}

/// All files of `proto/` as an encoded `google.protobuf.FileDescriptorSet`, for reflection.
pub const FILE_DESCRIPTOR_SET: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.bin"));
