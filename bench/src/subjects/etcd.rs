//! etcd as a single node with its own defaults, but for a larger quota; nothing that makes a put durable is turned off.

use std::path::Path;
use std::process::Command;

use bytes::Bytes;
use holdfast_load::calls::spread;
use holdfast_load::data::{NAMESPACE, Values, key};
use holdfast_load::dice::Dice;
use holdfast_load::drive::Call;
use tempfile::TempDir;
use tonic::Status;
use tonic::transport::Channel;

use self::api::k_v_client::KVClient;
use self::api::{PutRequest, RequestOp, TxnRequest, request_op};
use super::connections;
use crate::Fault;
use crate::process::{Process, free_port};

/// By `build.rs`.
#[allow(missing_docs, unreachable_pub, dead_code, clippy::all)]
mod generated {
    include!(concat!(env!("OUT_DIR"), "/messages.rs"));
}

/// Messages and client.
#[allow(missing_docs, unreachable_pub, dead_code, unused_imports, clippy::all)]
mod api {
    pub use super::generated::etcdserverpb::*;

    include!(concat!(env!("OUT_DIR"), "/etcdserverpb.KV.rs"));
}

/// A running etcd over a directory of its own.
pub(crate) struct Etcd {
    pub(crate) process: Process,
    port: u16,
    _home: TempDir,
}

impl Etcd {
    /// Starts an empty one.
    pub(crate) fn start(work: &Path) -> Result<Self, Fault> {
        let home = TempDir::with_prefix_in("etcd-", work)?;
        let (port, peers) = (free_port()?, free_port()?);
        let clients = format!("http://127.0.0.1:{port}");
        let peers = format!("http://127.0.0.1:{peers}");
        let mut command = Command::new("etcd");
        command
            .arg("--data-dir")
            .arg(home.path().join("data"))
            .args(["--listen-client-urls", &clients, "--advertise-client-urls", &clients])
            .args(["--listen-peer-urls", &peers, "--initial-advertise-peer-urls", &peers])
            .args(["--initial-cluster", &format!("default={peers}")])
            .args(["--quota-backend-bytes", &(8_u64 << 30).to_string()])
            .args(["--logger", "zap", "--log-level", "warn"]);
        let mut process = Process::start(&mut command, &home.path().join("log"))?;
        process.wait_ready(port, "/health")?;
        Ok(Self { process, port, _home: home })
    }

    /// Fills it with the keys that Holdfast has.
    pub(crate) async fn fill(&self, keys: u64, bytes: usize) -> Result<(), Fault> {
        /// Below etcd's limit of 128 operations.
        const AT_ONCE: u64 = 100;
        const CALLERS: u64 = 16;
        let channel = self.connect(1).await?.remove(0);
        let mut filling = tokio::task::JoinSet::new();
        for caller in 0..CALLERS {
            let mut client = KVClient::new(channel.clone());
            filling.spawn(async move {
                let values = Values::of(bytes);
                let mut dice = Dice::new(caller);
                for batch in (caller..keys.div_ceil(AT_ONCE)).step_by(CALLERS as usize) {
                    let numbers = batch * AT_ONCE..((batch + 1) * AT_ONCE).min(keys);
                    let puts = numbers.map(|n| op(&key(n), values.pick(&mut dice)));
                    let txn = TxnRequest { success: puts.collect(), ..TxnRequest::default() };
                    client.txn(txn).await?;
                }
                Ok::<_, Status>(())
            });
        }
        while let Some(ended) = filling.join_next().await {
            ended??;
        }
        Ok(())
    }

    pub(crate) async fn connect(&self, count: usize) -> Result<Vec<Channel>, Fault> {
        connections(self.port, count).await
    }
}

/// The same text that Holdfast is sent as namespace and key.
fn name(key: &str) -> Bytes {
    format!("{NAMESPACE}/{key}").into()
}

fn put(key: &str, value: Bytes) -> PutRequest {
    PutRequest { key: name(key), value, ..PutRequest::default() }
}

fn op(key: &str, value: Bytes) -> RequestOp {
    let request = request_op::Request::RequestPut(Box::new(put(key, value)));
    RequestOp { request: Some(request), ..RequestOp::default() }
}

/// A put of one of the first `keys` keys.
#[derive(Clone)]
pub(crate) struct Put {
    client: KVClient<Channel>,
    keys: u64,
    values: Values,
}

impl Put {
    pub(crate) fn on(channels: Vec<Channel>, keys: u64, values: &Values) -> Vec<Self> {
        let call = |channel| Self { client: KVClient::new(channel), keys, values: values.clone() };
        channels.into_iter().map(call).collect()
    }
}

impl Call for Put {
    async fn call(&mut self, dice: &mut Dice) -> Result<(), Status> {
        let key = key(dice.below(self.keys));
        self.client.put(put(&key, self.values.pick(dice))).await.map(drop)
    }
}

/// A transaction of several puts.
#[derive(Clone)]
pub(crate) struct Txn {
    client: KVClient<Channel>,
    keys: u64,
    puts: u64,
    values: Values,
}

impl Txn {
    pub(crate) fn on(channels: Vec<Channel>, keys: u64, puts: u64, values: &Values) -> Vec<Self> {
        let call = |channel| {
            let client = KVClient::new(channel);
            Self { client, keys, puts, values: values.clone() }
        };
        channels.into_iter().map(call).collect()
    }
}

impl Call for Txn {
    async fn call(&mut self, dice: &mut Dice) -> Result<(), Status> {
        let numbers = spread(self.keys, self.puts, dice);
        let puts = numbers.map(|n| op(&key(n), self.values.pick(dice)));
        let txn = TxnRequest { success: puts.collect(), ..TxnRequest::default() };
        let answer = self.client.txn(txn).await?.into_inner();
        if answer.succeeded { Ok(()) } else { Err(Status::internal("the transaction failed")) }
    }
}
