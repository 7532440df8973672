//! The server in this process: its dialects on the wire, what lies around them, and what embeds it. One program: each would link the whole server.

mod broken;
mod config_v1;
mod examples;
mod gateway;
mod holdfast_v1;
mod http;
mod support;
mod transport;
