//! The binary `holdfast`; everything is in the library beside it.

use std::process::ExitCode;

use mimalloc::MiMalloc;

/// A server's heap is many small values made on one thread and freed on another: what the system's allocator is worst at.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    holdfast_cli::main()
}
