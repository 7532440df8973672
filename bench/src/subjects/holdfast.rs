//! Holdfast as its users run it.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use tempfile::TempDir;
use tonic::transport::Channel;

use super::connections;
use crate::Fault;
use crate::process::{Process, copy_directory, free_port};

/// A running Holdfast over a directory of its own.
pub(crate) struct Holdfast {
    pub(crate) process: Process,
    port: u16,
    /// From the start of the process to readiness.
    pub(crate) ready_after: Duration,
    home: TempDir,
    settings: Vec<(&'static str, String)>,
    way: Way,
}

/// How it is started.
#[derive(Debug, Clone, Copy)]
enum Way {
    /// `--dev`: everybody may do everything.
    Open,
    /// With tokens and roles.
    Guarded,
}

impl Holdfast {
    /// Starts one over a copy of `seed`, or over nothing. Settings are names in the environment.
    pub(crate) fn start(
        work: &Path,
        seed: Option<&Path>,
        settings: &[(&'static str, &str)],
    ) -> Result<Self, Fault> {
        Self::begin(work, seed, settings, Way::Open)
    }

    /// The same with tokens and roles, as it starts without settings.
    pub(crate) fn start_guarded(work: &Path, seed: Option<&Path>) -> Result<Self, Fault> {
        Self::begin(work, seed, &[], Way::Guarded)
    }

    /// The token that a guarded one made at its first start.
    pub(crate) fn root_token(&self) -> Result<String, Fault> {
        Ok(fs::read_to_string(self.home.path().join("data/root-token"))?.trim().to_owned())
    }

    fn begin(
        work: &Path,
        seed: Option<&Path>,
        settings: &[(&'static str, &str)],
        way: Way,
    ) -> Result<Self, Fault> {
        let home = TempDir::with_prefix_in("holdfast-", work)?;
        if let Some(seed) = seed {
            copy_directory(seed, &home.path().join("data"))?;
        }
        let settings: Vec<_> = settings.iter().map(|(k, v)| (*k, (*v).to_owned())).collect();
        let (process, port, ready_after) = launch(home.path(), &settings, way)?;
        Ok(Self { process, port, ready_after, home, settings, way })
    }

    /// Ends it, with SIGTERM or SIGKILL, and starts it again over the same directory.
    pub(crate) fn restart(self, cleanly: bool) -> Result<Self, Fault> {
        let Self { process, home, settings, way, .. } = self;
        if cleanly {
            process.stop()?
        } else {
            process.kill()
        }
        let (process, port, ready_after) = launch(home.path(), &settings, way)?;
        Ok(Self { process, port, ready_after, home, settings, way })
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    pub(crate) async fn connect(&self, count: usize) -> Result<Vec<Channel>, Fault> {
        connections(self.port, count).await
    }
}

fn launch(
    home: &Path,
    settings: &[(&'static str, String)],
    way: Way,
) -> Result<(Process, u16, Duration), Fault> {
    let (port, admin) = (free_port()?, free_port()?);
    let mut command = Command::new(binary()?);
    for (name, _) in env::vars_os() {
        if name.to_string_lossy().starts_with("HOLDFAST_") {
            command.env_remove(name);
        }
    }
    command
        .arg("serve")
        .args(matches!(way, Way::Open).then_some("--dev"))
        .args(["--listen", &format!("127.0.0.1:{port}")])
        .args(["--admin-listen", &format!("127.0.0.1:{admin}"), "--data-dir"])
        .arg(home.join("data"))
        .envs(settings.iter().map(|(name, value)| (name, value)))
        .current_dir(home);
    let mut process = Process::start(&mut command, &home.join("log"))?;
    let ready_after = process.wait_ready(admin, "/readyz")?;
    Ok((process, port, ready_after))
}

/// The binary named by `HOLDFAST_BIN`, or the one that was built beside this program.
pub(crate) fn binary() -> Result<PathBuf, Fault> {
    let beside = || Some(env::current_exe().ok()?.parent()?.join("holdfast"));
    let path = env::var_os("HOLDFAST_BIN").map(PathBuf::from).or_else(beside);
    let path = path.filter(|path| path.is_file());
    path.ok_or_else(|| "no holdfast binary beside this program: use bench/run".into())
}
