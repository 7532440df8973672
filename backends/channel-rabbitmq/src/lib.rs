//! The event channel over RabbitMQ (AMQP 0-9-1): a fan-out exchange for each subject, a queue for each node.
//!
//! - `dialer` - [`open`]: makes connections; **start here**
//! - `tls` - certificates
//! - `wire` - one connection
//! - `names` - what a subject is called there
//!
//! Exchanges and queues are not durable, and messages are kept for nobody: the channel is a doorbell. The server confirms
//! each message.

mod dialer;
mod fault;
mod names;
mod tls;
mod wire;

pub use dialer::open;
