//! What is fetched from and sent to servers of others, against real ones on loopback.

mod documents;
mod forms;
mod tls;
