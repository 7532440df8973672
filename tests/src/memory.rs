//! How much memory a process holds, from `/proc`.

use std::fs;

/// Resident bytes of a process now.
///
/// # Panics
/// When the process is gone.
pub fn resident(pid: u32) -> u64 {
    status_kib(pid, "VmRSS:") * 1_024
}

/// The most resident bytes that a process ever had.
///
/// # Panics
/// When the process is gone.
pub fn resident_peak(pid: u32) -> u64 {
    status_kib(pid, "VmHWM:") * 1_024
}

fn status_kib(pid: u32, field: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).expect("the process is running");
    let line = status.lines().find(|line| line.starts_with(field)).expect("Linux tells it");
    line.split_whitespace().nth(1).and_then(|kib| kib.parse().ok()).expect("a number of KiB")
}
