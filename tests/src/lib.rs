//! The harness of the black-box tests: the real binary, started on free ports, and clients that speak to it.
//!
//! - [`server`]: [`Server`], a `holdfast serve` process: **start here**
//! - [`shared`]: [`Shared`], a log in a database, for one server or for all of a run
//! - [`client`]: [`Config`] and [`Holdfast`], the two gRPC dialects; [`Failure`], an error with its details
//! - [`stategate`]: states and events of stategate; [`entities`]: entities; [`coordination`]: its locks, cached values and messages of peers
//! - [`graphql`]: stategate in GraphQL
//! - [`gateway`]: a `holdfast gateway` process; [`foreign_server`]: a server of another implementation, config.v1 only
//! - [`log`]: the whole log of a server, read and checked
//! - [`cli`]: runs other verbs of the binary; [`terminal`]: a program in a terminal of its own
//! - [`browser`]: headless Chromium with a page that tells what it sees; [`driven`]: led from page to page
//! - [`http`]: HTTP/1.1 by hand; [`sse`]: event streams byte by byte; [`lines`]: streams of lines; [`raw`]: gRPC with bytes of the test's choice; [`relay`]: a connection that is watched
//! - [`faults`]: a bad network: what is dropped, reset, late, stalled, slow
//! - [`noise`]: a message server that cannot be relied on
//! - [`visitor`]: a browser without scripts: cookies, forms, redirects; [`provider`]: an OpenID provider
//! - [`register`]: linearizability of single keys
//! - [`dice`], [`ports`], [`binary`], [`memory`], [`skip`], [`torture`]: what the ones above need
//!
//! Nothing here builds the binary (`make test` does), and nothing stands in for it.

pub mod binary;
pub mod browser;
pub mod cli;
pub mod client;
pub mod coordination;
pub mod dice;
pub mod driven;
pub mod entities;
pub mod faults;
pub mod foreign_server;
pub mod gateway;
pub mod graphql;
pub mod http;
pub mod lines;
pub mod log;
pub mod memory;
pub mod noise;
pub mod ports;
pub mod provider;
pub mod raw;
pub mod register;
pub mod relay;
pub mod server;
pub mod shared;
pub mod skip;
pub mod sse;
pub mod stategate;
pub mod terminal;
pub mod torture;
pub mod visitor;

pub use client::{Config, Failure, Holdfast};
pub use foreign_server::ForeignServer;
pub use server::Server;
pub use shared::Shared;
pub use stategate::Stategate;
