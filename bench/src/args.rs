//! The command line.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

/// Measures Holdfast beside other servers.
#[derive(Debug, Parser)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Measure, and print the tables
    Run(Run),
    /// Make one kind of call on a Holdfast that runs already, to profile it; tells rate and latencies
    Drive(Drive),
    /// Be the echo server that gets are compared with
    #[command(hide = true)]
    Echo(Echo),
    /// Be a client that follows a namespace in which nothing happens
    #[command(hide = true)]
    ClientIdle(ClientIdle),
}

#[derive(Debug, clap::Args)]
pub(crate) struct Run {
    /// Only these rows; without any, all of them, and docs/benchmarks.md is written
    pub(crate) rows: Vec<RowName>,
    /// A tenth of the keys and short rounds: for a look, not for figures to quote
    #[arg(long, env = "BENCH_QUICK", value_parser = clap::builder::BoolishValueParser::new(), default_value = "false")]
    pub(crate) quick: bool,
    /// Where the servers keep their data while they are measured; the disk decides the figures
    #[arg(long, env = "BENCH_WORK", default_value = "target/bench")]
    pub(crate) work: PathBuf,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Drive {
    /// Which call
    pub(crate) call: CallName,
    /// Port of the server on loopback
    #[arg(long, default_value_t = 8080)]
    pub(crate) port: u16,
    /// Process id of the server, whose processor time is told
    #[arg(long)]
    pub(crate) pid: u32,
    #[arg(long, default_value_t = 4)]
    pub(crate) connections: usize,
    /// Calls at once on each connection
    #[arg(long, default_value_t = 16)]
    pub(crate) in_flight: usize,
    #[arg(long, default_value_t = 10)]
    pub(crate) seconds: u64,
    /// Keys that calls are about
    #[arg(long, default_value_t = 100_000)]
    pub(crate) keys: u64,
    /// Writes each of them once before that
    #[arg(long)]
    pub(crate) fill: bool,
    /// Bytes of a value
    #[arg(long, default_value_t = 200)]
    pub(crate) bytes: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum CallName {
    /// config.v1/Get
    Get,
    /// config.v1/Set
    Set,
    /// holdfast.v1/Commit of 64 writes
    Commit,
    /// config.v1/List of 100 entries
    List,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Echo {
    /// Where to listen
    #[arg(long)]
    pub(crate) listen: SocketAddr,
}

#[derive(Debug, clap::Args)]
pub(crate) struct ClientIdle {
    /// The server
    #[arg(long)]
    pub(crate) endpoint: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum RowName {
    /// Unary get beside a bare echo server
    Get,
    /// Get over HTTP/JSON beside a bare handler
    Rest,
    /// Changes to many readers of event streams, beside a bare broadcast
    Sse,
    /// Durable set beside etcd's put
    Set,
    /// Commit of 64 writes beside etcd's transaction of 64 puts
    Commit,
    /// A page of 100 entries
    List,
    /// Reads of an earlier revision
    Past,
    /// Gets beside writers and compaction
    Mixed,
    /// From the start of the process to readiness
    Start,
    /// Decisions of a policy
    Rego,
    /// Get, set and watch with tokens and roles, beside the same without
    Trust,
    /// What the client library costs
    Client,
    /// States and their events, beside the same work through config.v1
    State,
    /// Nodes over PostgreSQL: beside a bare pool, three beside one, and a change's way between them
    Nodes,
}
