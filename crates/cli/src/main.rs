//! The binary `holdfast`; everything is in the library beside it.

use std::process::ExitCode;

use mimalloc::MiMalloc;

/// A server's heap is many small values made on one thread and freed on another: what the system's allocator is worst at.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    small_pages();
    holdfast_cli::main()
}

/// The allocator asks for huge pages, of which one small value keeps two megabytes resident: a server that writes held half as much
/// memory again with them, and was no faster.
#[cfg(target_os = "linux")]
fn small_pages() {
    // A kernel that cannot do it has no huge pages to give either.
    let _ = rustix::thread::disable_transparent_huge_pages(true);
}

#[cfg(not(target_os = "linux"))]
fn small_pages() {}
