//! Holdfast as its users run it, and the calls that are measured.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use bytes::Bytes;
use holdfast_api::config_v1::config_service_client::ConfigServiceClient;
use holdfast_api::config_v1::{GetRequest, ListRequest, SetRequest};
use holdfast_api::holdfast_v1::holdfast_service_client::HoldfastServiceClient;
use holdfast_api::holdfast_v1::{CommitRequest, Put, Write, write};
use tempfile::TempDir;
use tonic::transport::Channel;
use tonic::{Code, Status};

use super::connections;
use crate::Fault;
use crate::data::{NAMESPACE, Values, key, prefix};
use crate::dice::Dice;
use crate::load::Call;
use crate::process::{Process, copy_directory, free_port};

/// A running Holdfast over a directory of its own.
pub(crate) struct Holdfast {
    pub(crate) process: Process,
    port: u16,
    /// From the start of the process to readiness.
    pub(crate) ready_after: Duration,
    home: TempDir,
    settings: Vec<(&'static str, String)>,
}

impl Holdfast {
    /// Starts one over a copy of `seed`, or over nothing. Settings are names in the environment.
    pub(crate) fn start(
        work: &Path,
        seed: Option<&Path>,
        settings: &[(&'static str, &str)],
    ) -> Result<Self, Fault> {
        let home = TempDir::with_prefix_in("holdfast-", work)?;
        if let Some(seed) = seed {
            copy_directory(seed, &home.path().join("data"))?;
        }
        let settings: Vec<_> = settings.iter().map(|(k, v)| (*k, (*v).to_owned())).collect();
        let (process, port, ready_after) = launch(home.path(), &settings)?;
        Ok(Self { process, port, ready_after, home, settings })
    }

    /// Ends it, with SIGTERM or SIGKILL, and starts it again over the same directory.
    pub(crate) fn restart(self, cleanly: bool) -> Result<Self, Fault> {
        let Self { process, home, settings, .. } = self;
        if cleanly {
            process.stop()?
        } else {
            process.kill()
        }
        let (process, port, ready_after) = launch(home.path(), &settings)?;
        Ok(Self { process, port, ready_after, home, settings })
    }

    pub(crate) async fn connect(&self, count: usize) -> Result<Vec<Channel>, Fault> {
        connections(self.port, count).await
    }
}

fn launch(
    home: &Path,
    settings: &[(&'static str, String)],
) -> Result<(Process, u16, Duration), Fault> {
    let (port, admin) = (free_port()?, free_port()?);
    let mut command = Command::new(binary()?);
    for (name, _) in env::vars_os() {
        if name.to_string_lossy().starts_with("HOLDFAST_") {
            command.env_remove(name);
        }
    }
    command
        .args(["serve", "--dev", "--listen", &format!("127.0.0.1:{port}")])
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

/// A get of one of the first `keys` keys.
#[derive(Clone)]
pub(crate) struct Get {
    client: ConfigServiceClient<Channel>,
    keys: u64,
}

impl Get {
    pub(crate) fn on(channels: Vec<Channel>, keys: u64) -> Vec<Self> {
        let client = ConfigServiceClient::new;
        channels.into_iter().map(|channel| Self { client: client(channel), keys }).collect()
    }
}

impl Call for Get {
    async fn call(&mut self, dice: &mut Dice) -> Result<(), Status> {
        let request = GetRequest {
            namespace: NAMESPACE.into(),
            key: key(dice.below(self.keys)),
            ..GetRequest::default()
        };
        let asked = request.key.clone();
        let answer = self.client.get(request).await?.into_inner();
        let entry = answer.entry.as_option();
        match entry {
            Some(entry) if entry.key == asked && entry.value.len() > 100 => Ok(()),
            _ => Err(Status::new(Code::DataLoss, "another answer than was asked for")),
        }
    }
}

/// A durable set of one of the first `keys` keys.
#[derive(Clone)]
pub(crate) struct Set {
    client: ConfigServiceClient<Channel>,
    keys: u64,
    values: Values,
}

impl Set {
    pub(crate) fn on(channels: Vec<Channel>, keys: u64, values: &Values) -> Vec<Self> {
        let call = |channel| {
            let client = ConfigServiceClient::new(channel);
            Self { client, keys, values: values.clone() }
        };
        channels.into_iter().map(call).collect()
    }
}

impl Call for Set {
    async fn call(&mut self, dice: &mut Dice) -> Result<(), Status> {
        let request = SetRequest {
            namespace: NAMESPACE.into(),
            key: key(dice.below(self.keys)),
            value: self.values.pick(dice),
            ..SetRequest::default()
        };
        self.client.set(request).await.map(drop)
    }
}

/// A durable commit of several writes.
#[derive(Clone)]
pub(crate) struct Commit {
    client: HoldfastServiceClient<Channel>,
    keys: u64,
    writes: u64,
    values: Values,
}

impl Commit {
    pub(crate) fn on(channels: Vec<Channel>, keys: u64, writes: u64, values: &Values) -> Vec<Self> {
        let call = |channel| {
            let client = HoldfastServiceClient::new(channel);
            Self { client, keys, writes, values: values.clone() }
        };
        channels.into_iter().map(call).collect()
    }
}

impl Call for Commit {
    async fn call(&mut self, dice: &mut Dice) -> Result<(), Status> {
        let writes = spread(self.keys, self.writes, dice);
        let writes = writes.map(|n| put(&key(n), self.values.pick(dice)));
        let request = CommitRequest { writes: writes.collect(), ..CommitRequest::default() };
        self.client.commit(request).await.map(drop)
    }
}

/// Writes each of the first `keys` keys once.
pub(crate) async fn fill(channel: Channel, keys: u64, values: &Values) -> Result<(), Status> {
    const AT_ONCE: u64 = 1_000;
    let mut client = HoldfastServiceClient::new(channel);
    let mut dice = Dice::new(keys);
    for batch in 0..keys.div_ceil(AT_ONCE) {
        let numbers = batch * AT_ONCE..((batch + 1) * AT_ONCE).min(keys);
        let writes = numbers.map(|n| put(&key(n), values.pick(&mut dice)));
        let request = CommitRequest { writes: writes.collect(), ..CommitRequest::default() };
        client.commit(request).await?;
    }
    Ok(())
}

/// So many different keys, at the same distance from each other.
pub(crate) fn spread(keys: u64, count: u64, dice: &mut Dice) -> impl Iterator<Item = u64> + use<> {
    let first = dice.below(keys);
    (0..count).map(move |n| (first + n * (keys / count)) % keys)
}

fn put(key: &str, value: Bytes) -> Write {
    let put = Put { value, ..Put::default() };
    Write {
        namespace: NAMESPACE.into(),
        key: key.into(),
        action: Some(write::Action::Put(Box::new(put))),
        ..Write::default()
    }
}

/// A page of entries below one of the first `prefixes` prefixes.
#[derive(Clone)]
pub(crate) struct List {
    client: ConfigServiceClient<Channel>,
    prefixes: u64,
    limit: i32,
}

impl List {
    pub(crate) fn on(channels: Vec<Channel>, prefixes: u64, limit: i32) -> Vec<Self> {
        let client = ConfigServiceClient::new;
        channels.into_iter().map(|c| Self { client: client(c), prefixes, limit }).collect()
    }
}

impl Call for List {
    async fn call(&mut self, dice: &mut Dice) -> Result<(), Status> {
        let request = ListRequest {
            namespace: NAMESPACE.into(),
            prefix: prefix(dice.below(self.prefixes)),
            limit: self.limit,
            ..ListRequest::default()
        };
        let found = self.client.list(request).await?.into_inner().entries.len();
        if i32::try_from(found) == Ok(self.limit) {
            Ok(())
        } else {
            Err(Status::new(Code::DataLoss, format!("a page of {found} entries")))
        }
    }
}
