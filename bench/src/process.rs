//! Servers as processes of their own, and what the system says about them.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::Fault;

/// No server takes longer to start or to end.
const PATIENCE: Duration = Duration::from_secs(120);
/// How often a starting server is asked whether it is ready.
const POLL: Duration = Duration::from_millis(1);

/// A running server; dropped, it is killed.
pub(crate) struct Process {
    child: Child,
    started: Instant,
    log: PathBuf,
}

impl Process {
    /// Starts a program; what it says goes to a file.
    pub(crate) fn start(command: &mut Command, log: &Path) -> Result<Self, Fault> {
        let file = File::create(log)?;
        command.stdin(Stdio::null()).stdout(file.try_clone()?).stderr(file);
        let started = Instant::now();
        let child = command
            .spawn()
            .map_err(|error| format!("cannot start {:?}: {error}", command.get_program()))?;
        Ok(Self { child, started, log: log.to_owned() })
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Asks an HTTP/1.1 address until it answers 200; tells how long that was after the start.
    pub(crate) fn wait_ready(&mut self, port: u16, path: &str) -> Result<Duration, Fault> {
        loop {
            if let Ok(true) = answers_ok(port, path) {
                return Ok(self.started.elapsed());
            }
            if let Some(status) = self.child.try_wait()? {
                return Err(format!("a server ended with {status}:\n{}", self.said()).into());
            }
            if self.started.elapsed() > PATIENCE {
                return Err(format!("a server did not become ready:\n{}", self.said()).into());
            }
            std::thread::sleep(POLL);
        }
    }

    fn said(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// SIGTERM, and waits for the end.
    pub(crate) fn stop(mut self) -> Result<(), Fault> {
        let pid = i32::try_from(self.pid()).ok().and_then(Pid::from_raw);
        kill_process(pid.ok_or("no process id")?, Signal::TERM)?;
        let asked = Instant::now();
        while self.child.try_wait()?.is_none() {
            if asked.elapsed() > PATIENCE {
                return Err("a server did not end on SIGTERM".into());
            }
            std::thread::sleep(POLL);
        }
        Ok(())
    }

    /// SIGKILL, and waits for the end.
    pub(crate) fn kill(self) {
        drop(self);
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // One that has ended already is only waited for.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn answers_ok(port: u16, path: &str) -> io::Result<bool> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(1))?;
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    write!(stream, "GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    Ok(answer.starts_with(b"HTTP/1.1 200"))
}

/// A port that is free now.
pub(crate) fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

/// Processor time of a process so far, of all its threads.
pub(crate) fn cpu_time(pid: u32) -> Result<Duration, Fault> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    // The name in brackets may hold blanks; behind it, user and system time are the 12th and 13th field.
    let behind = stat.rsplit_once(')').ok_or("no /proc stat")?.1;
    let ticks: u64 = behind
        .split_whitespace()
        .skip(11)
        .take(2)
        .map(|field| field.parse::<u64>().unwrap_or_default())
        .sum();
    Ok(Duration::from_secs_f64(ticks as f64 / rustix::param::clock_ticks_per_second() as f64))
}

/// Resident bytes of a process.
pub(crate) fn resident(pid: u32) -> Result<u64, Fault> {
    memory(pid, "VmRSS:")
}

/// The most of them since its start.
pub(crate) fn peak_resident(pid: u32) -> Result<u64, Fault> {
    memory(pid, "VmHWM:")
}

fn memory(pid: u32, name: &str) -> Result<u64, Fault> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find(|line| line.starts_with(name)).ok_or("no such line")?;
    let kib: u64 = line.split_whitespace().nth(1).ok_or("no number")?.parse()?;
    Ok(kib << 10)
}

/// Copies a directory with everything in it.
pub(crate) fn copy_directory(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_directory(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), &target)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_system_tells_about_this_process() {
        let pid = std::process::id();
        let spin = Instant::now();
        while spin.elapsed() < Duration::from_millis(60) {
            std::hint::spin_loop();
        }
        assert!(cpu_time(pid).expect("Linux tells it") > Duration::ZERO);
        assert!(resident(pid).expect("Linux tells it") > 1 << 20);
    }
}
