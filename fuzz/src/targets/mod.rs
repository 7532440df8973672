//! The targets, a file for each kind of decoder.

pub(crate) mod audit;
pub(crate) mod commit;
pub(crate) mod contexts;
pub(crate) mod disk;
pub(crate) mod documents;
pub(crate) mod graphql;
pub(crate) mod grpc;
pub(crate) mod import;
pub(crate) mod policy;
pub(crate) mod proxies;
pub(crate) mod query;
pub(crate) mod rest;
pub(crate) mod sealed;
pub(crate) mod settings;
pub(crate) mod text;
pub(crate) mod trust;
