//! The real binary over the real wire.
//!
//! - [`config_v1`]: the contract of the config.v1 dialect, case by case
//! - [`foreign`]: a gRPC client of another implementation
//! - [`crash`]: SIGKILL under load
//! - [`watch`]: 100 watchers, slow and resuming, over restarts
//! - [`shutdown`]: an orderly stop

mod config_v1;
mod crash;
mod foreign;
mod shutdown;
mod watch;
