//! The server: settings, the gRPC adapters, wiring and shutdown. It decides nothing about data: that is the engine's.
//!
//! - [`run`]: **start here**: from settings to a running server and back to silence
//! - [`settings`]: what can be set
//! - [`grpc`]: the dialects over gRPC and gRPC-Web
//! - [`http`]: the dialects over HTTP and JSON
//! - [`gateway`]: the HTTP face alone, in front of a server elsewhere
//! - [`intercept`]: what happens around every request
//! - [`observe`], [`trace`]: what is told of every request: a log line, a span
//! - [`listen`]: the accept loop
//! - [`health`], [`metrics`]: what a supervisor asks
//! - [`stores`], [`channels`]: the registries of stores and of event channels
//! - [`nodes`]: what nodes that share a log tell each other
//! - `stand_in`: what deployments of stategate expect beside its dialect
//! - [`tls`]: certificates of the server and of callers
//! - [`proxies`]: where a caller is that came through them
//! - [`rate`]: how often a client may call
//! - [`backups`]: of the running server
//! - [`offline`]: verbs of the command line that need no server
//! - [`peers`]: messages between those who are connected
//! - [`trust`]: who may do what; [`signin`]: how people sign in
//! - [`logging`], [`notify`]: log lines, and systemd
//!
//! Invariants: no handler runs before the guard recognised the caller; a watch ends with an error, never with OK; two
//! settings that contradict each other never start.

pub mod backups;
pub mod channels;
pub mod gateway;
pub mod grpc;
pub mod health;
pub mod http;
pub mod intercept;
pub mod listen;
pub mod logging;
pub mod metrics;
pub mod nodes;
pub mod notify;
pub mod observe;
pub mod offline;
pub mod peers;
pub mod proxies;
pub mod rate;
pub mod run;
pub mod settings;
pub mod signin;
mod stand_in;
pub mod stores;
pub mod tls;
pub mod trace;
pub mod trust;

pub use run::{Plugins, Running, ServeError, serve, start, start_plugged, start_with};
pub use settings::{Layers, Settings};
