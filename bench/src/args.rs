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
    /// Be the echo server that gets are compared with
    #[command(hide = true)]
    Echo(Echo),
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
pub(crate) struct Echo {
    /// Where to listen
    #[arg(long)]
    pub(crate) listen: SocketAddr,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum RowName {
    /// Unary get beside a bare echo server
    Get,
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
}
