//! stategate in GraphQL: a schema over the same services that answer gRPC, and what bounds a request before any of them is called.
//!
//! - [`Endpoint`]: **start here**: answers operations
//! - `query`, `mutation`, `subscription`: the fields, one call of a service each
//! - `inputs`, `outputs`, `scalars`: what they take and what they answer
//! - [`caller`]: on whose behalf, and the services; `failure`: what goes wrong
//! - [`bounds`]: how long, how deep and how costly a request may be; `weigh`: what fragments make of it
//! - `persisted`: requests by the hash of their text
//! - [`reading`]: requests as they come over HTTP
//! - [`talk`]: subscriptions over a WebSocket, in both protocols that there are

pub mod bounds;
pub mod caller;
mod endpoint;
mod failure;
mod inputs;
mod mutation;
mod outputs;
mod persisted;
mod query;
pub mod reading;
mod scalars;
mod subscription;
pub mod talk;
mod weigh;

pub use async_graphql::{Request, Response};
pub use bounds::Bounds;
pub use caller::{Caller, Reception, Services, Streamed};
pub use endpoint::{Endpoint, NOT_BY_GET, Reads};
pub use failure::{BAD_REQUEST, refusal};
