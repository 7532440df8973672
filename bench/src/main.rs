//! Measures Holdfast beside other servers, in one run on one machine: same client, same connections, same payload.
//!
//! - [`rows`]: **start here**: one file for each kind of work, what is compared and against which bar
//! - [`drive`]: the load generator of `holdfast-load`, and the server's processor time; [`scale`]: how much and how long
//! - [`subjects`]: the servers as processes of their own: Holdfast, etcd, and an echo server on the same libraries
//! - [`codec`]: of the services that are generated here
//! - [`seed`]: directories with a million keys; [`inside`]: an engine in this process
//! - [`profile`]: one kind of call against a server that runs already, for a profiler
//! - [`report`]: `docs/benchmarks.md`; [`machine`]: where all this was measured
//!
//! Rounds are interleaved (A, B, A, B, ...) and every figure is the median of its rounds, so that a disturbance of the
//! machine meets both sides.

mod args;
mod codec;
mod drive;
mod inside;
mod machine;
mod process;
mod profile;
mod report;
mod rows;
mod scale;
mod seed;
mod subjects;

use std::process::ExitCode;

use clap::Parser;

use crate::args::{Args, Command};

/// The one of the `holdfast` binary: the engine in this process, and the echo server, must not run on another.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Whatever goes wrong ends the run with a sentence.
type Fault = Box<dyn std::error::Error + Send + Sync>;

fn main() -> ExitCode {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let ended = match (runtime, Args::parse().command) {
        (Ok(runtime), Command::Run(run)) => runtime.block_on(rows::run(&run)),
        (Ok(runtime), Command::Drive(drive)) => runtime.block_on(profile::drive(&drive)),
        (Ok(runtime), Command::ClientIdle(idle)) => runtime.block_on(rows::be_idle(&idle)),
        (Ok(runtime), Command::Echo(echo)) => runtime.block_on(subjects::echo::serve(echo.listen)),
        (Err(error), _) => Err(error.into()),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("bench: {fault}");
            ExitCode::FAILURE
        }
    }
}
