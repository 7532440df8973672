//! Private servers of databases and message brokers, for tests and measurements.
//!
//! Each runs the programs of an installed package on a free port of 127.0.0.1, with its data in a temporary folder, as `nobody`
//! where the test is root. It ends when it is dropped, and with the test's process however that ends. Start at
//! [`Postgres`]; the others are like it.
//!
//! - [`postgres`], [`mariadb`], [`redis`], [`nats`], [`rabbitmq`] - a server each
//! - [`service`] - [`Service`]: stop, kill, freeze, thaw, start again on the same port and data
//! - [`certificates`] - [`Certificates`]: an authority, a server's certificate for the loopback, a client's
//! - [`programs`] - where programs are, and the environment variables that say otherwise
//! - [`skip`] - what is not installed is said by name; with `CI=true` it is a failure
//!
//! Everything here panics when a server that is installed does not work.

pub mod certificates;
mod launch;
pub mod mariadb;
pub mod nats;
pub mod ports;
pub mod postgres;
pub mod programs;
pub mod rabbitmq;
pub mod redis;
pub mod service;
pub mod skip;

pub use certificates::Certificates;
pub use mariadb::{MariaDb, MariaDbOptions};
pub use nats::{Nats, NatsOptions};
pub use postgres::{Postgres, PostgresOptions};
pub use rabbitmq::{RabbitMq, RabbitMqOptions};
pub use redis::{Redis, RedisOptions};
pub use service::Service;
