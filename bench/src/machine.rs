//! Where it was measured.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use holdfast_load::measured::median;

use crate::Fault;

/// Facts for the head of the report, a line each.
pub(crate) fn facts(work: &Path) -> Result<Vec<String>, Fault> {
    let cpu = field("/proc/cpuinfo", "model name").unwrap_or_else(|| "unknown processor".into());
    let cores = std::thread::available_parallelism()?;
    let memory = field("/proc/meminfo", "MemTotal").unwrap_or_default();
    let kib: u64 = memory.split_whitespace().next().and_then(|n| n.parse().ok()).unwrap_or(0);
    let flush = flush(work, 2_000)?;
    Ok(vec![
        format!("{cores} cores of {cpu}, {} GiB memory, a virtual machine", kib >> 20),
        format!("Linux {}, {}", said("uname", &["-r"]), file_system(work)),
        format!(
            "the disk: an append of 512 bytes with its flush (fdatasync) takes {flush:.0} us in the median"
        ),
        said("etcd", &["--version"]).lines().next().unwrap_or("no etcd").to_owned(),
        format!("Holdfast at commit {}", said("git", &["rev-parse", "--short", "HEAD"]).trim()),
    ])
}

/// Microseconds of a small append with its flush: the least that a durable write can take.
pub(crate) fn flush(work: &Path, times: usize) -> Result<f64, Fault> {
    use std::io::Write;
    let mut file = tempfile::tempfile_in(work)?;
    let mut took = Vec::with_capacity(times);
    for _ in 0..times {
        let began = Instant::now();
        file.write_all(&[7; 512])?;
        file.sync_data()?;
        took.push(began.elapsed().as_secs_f64() * 1e6);
    }
    Ok(median(took.into_iter()))
}

fn field(file: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

fn said(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output();
    output.map_or_else(|_| String::new(), |o| String::from_utf8_lossy(&o.stdout).trim().to_owned())
}

/// Of the mount that holds the directory.
fn file_system(work: &Path) -> String {
    let path = work.canonicalize().unwrap_or_default();
    let mounts = fs::read_to_string("/proc/mounts").unwrap_or_default();
    let fields = mounts.lines().map(|line| line.split(' ').collect::<Vec<_>>());
    let holding = fields.filter(|f| f.len() > 2 && path.starts_with(f[1]));
    let longest = holding.max_by_key(|f| f[1].len());
    longest.map_or_else(|| "unknown file system".into(), |f| format!("{} on {}", f[2], f[0]))
}
