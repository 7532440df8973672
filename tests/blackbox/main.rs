//! The real binary over the real wire.
//!
//! - [`config_v1`]: the contract of the config.v1 dialect, case by case

mod config_v1;
