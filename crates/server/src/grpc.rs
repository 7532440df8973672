//! gRPC and gRPC-Web: authentication in front, a module for each dialect, a file for each noun.
//!
//! - [`authn`]: credentials become an identity before any handler runs
//! - [`call`]: what every handler gets, and what is counted of every call
//! - [`config_v1`], [`holdfast_v1`], [`state`]: the dialects
//! - `served`: any service as one type, so that what is around it is compiled once
//! - `sockets`: gRPC-Web over WebSockets
//! - [`services`]: all of it as routes

pub mod authn;
pub mod call;
pub mod config_v1;
pub mod holdfast_v1;
mod served;
pub mod services;
mod sockets;
pub mod state;
