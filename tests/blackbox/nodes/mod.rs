//! Several servers over one database: nodes that share a log, and a channel that tells them of each other's writes.

mod audit;
mod cluster;
mod groups;
mod peers;
mod quotas;
mod signin;
mod storm;
mod subjects;
mod together;
