//! Calls of config.v1 and holdfast.v1, over the keys of [`data`](crate::data).

use std::sync::Arc;

use bytes::Bytes;
use holdfast_api::config_v1::config_service_client::ConfigServiceClient;
use holdfast_api::config_v1::{GetRequest, ListRequest, SetRequest};
use holdfast_api::holdfast_v1::holdfast_service_client::HoldfastServiceClient;
use holdfast_api::holdfast_v1::{CommitRequest, Put, Write, write};
use tonic::{Code, Status};

use crate::data::{PER_PREFIX, Values, key, prefix};
use crate::dice::Dice;
use crate::drive::Call;
use holdfast_dial::{IntoLink, Link};

/// The first so many keys of a namespace.
#[derive(Debug, Clone)]
pub struct Keys {
    namespace: Arc<str>,
    count: u64,
}

impl Keys {
    /// At least one.
    pub fn new(namespace: &str, count: u64) -> Self {
        Self { namespace: namespace.into(), count: count.max(1) }
    }

    fn any(&self, dice: &mut Dice) -> String {
        key(dice.below(self.count))
    }
}

/// A get of any of the keys.
#[derive(Debug, Clone)]
pub struct Get {
    client: ConfigServiceClient<Link>,
    keys: Keys,
}

impl Get {
    /// One on each connection.
    pub fn on(channels: Vec<impl IntoLink>, keys: &Keys) -> Vec<Self> {
        let client = ConfigServiceClient::new;
        channels
            .into_iter()
            .map(|c| Self { client: client(c.into_link()), keys: keys.clone() })
            .collect()
    }
}

impl Call for Get {
    async fn call(&mut self, dice: &mut Dice) -> Result<(), Status> {
        let asked = self.keys.any(dice);
        let request = GetRequest {
            namespace: self.keys.namespace.to_string(),
            key: asked.clone(),
            ..GetRequest::default()
        };
        let answer = self.client.get(request).await?.into_inner();
        match answer.entry.as_option() {
            Some(entry) if entry.key == asked && !entry.value.is_empty() => Ok(()),
            _ => Err(Status::new(Code::DataLoss, "another answer than was asked for")),
        }
    }
}

/// A durable set of any of the keys.
#[derive(Debug, Clone)]
pub struct Set {
    client: ConfigServiceClient<Link>,
    keys: Keys,
    values: Values,
}

impl Set {
    /// One on each connection.
    pub fn on(channels: Vec<impl IntoLink>, keys: &Keys, values: &Values) -> Vec<Self> {
        let call = |link: Link| {
            let client = ConfigServiceClient::new(link);
            Self { client, keys: keys.clone(), values: values.clone() }
        };
        channels.into_iter().map(IntoLink::into_link).map(call).collect()
    }
}

impl Call for Set {
    async fn call(&mut self, dice: &mut Dice) -> Result<(), Status> {
        let request = SetRequest {
            namespace: self.keys.namespace.to_string(),
            key: self.keys.any(dice),
            value: self.values.pick(dice),
            ..SetRequest::default()
        };
        self.client.set(request).await.map(drop)
    }
}

/// A durable commit of several writes.
#[derive(Debug, Clone)]
pub struct Commit {
    client: HoldfastServiceClient<Link>,
    keys: Keys,
    writes: u64,
    values: Values,
}

impl Commit {
    /// One on each connection, of so many writes to different keys.
    pub fn on(
        channels: Vec<impl IntoLink>,
        keys: &Keys,
        writes: u64,
        values: &Values,
    ) -> Vec<Self> {
        let call = |link: Link| {
            let client = HoldfastServiceClient::new(link);
            Self { client, keys: keys.clone(), writes, values: values.clone() }
        };
        channels.into_iter().map(IntoLink::into_link).map(call).collect()
    }
}

impl Call for Commit {
    async fn call(&mut self, dice: &mut Dice) -> Result<(), Status> {
        let writes = spread(self.keys.count, self.writes, dice);
        let writes = writes.map(|n| put(&self.keys, n, self.values.pick(dice)));
        let request = CommitRequest { writes: writes.collect(), ..CommitRequest::default() };
        self.client.commit(request).await.map(drop)
    }
}

/// A page of entries below one of the prefixes that the keys have.
#[derive(Debug, Clone)]
pub struct List {
    client: ConfigServiceClient<Link>,
    keys: Keys,
    limit: i32,
}

impl List {
    /// One on each connection; every page must be full.
    pub fn on(channels: Vec<impl IntoLink>, keys: &Keys, limit: i32) -> Vec<Self> {
        let client = ConfigServiceClient::new;
        channels
            .into_iter()
            .map(|c| Self { client: client(c.into_link()), keys: keys.clone(), limit })
            .collect()
    }
}

impl Call for List {
    async fn call(&mut self, dice: &mut Dice) -> Result<(), Status> {
        let request = ListRequest {
            namespace: self.keys.namespace.to_string(),
            prefix: prefix(dice.below((self.keys.count / PER_PREFIX).max(1))),
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

/// Writes each of the keys once.
///
/// # Errors
/// The first commit that fails; those before it stay.
pub async fn fill(channel: impl IntoLink, keys: &Keys, values: &Values) -> Result<(), Status> {
    /// Well below what one commit may hold.
    const MOST_WRITES: u64 = 1_000;
    const MOST_BYTES: u64 = 2 << 20;
    let at_once = (MOST_BYTES / values.size().max(1)).clamp(1, MOST_WRITES);
    let mut client = HoldfastServiceClient::new(channel.into_link());
    let mut dice = Dice::new(keys.count);
    for batch in 0..keys.count.div_ceil(at_once) {
        let numbers = batch * at_once..((batch + 1) * at_once).min(keys.count);
        let writes = numbers.map(|n| put(keys, n, values.pick(&mut dice)));
        let request = CommitRequest { writes: writes.collect(), ..CommitRequest::default() };
        client.commit(request).await?;
    }
    Ok(())
}

/// So many different numbers below `keys`, at the same distance from each other; `keys` is no fewer than `count`.
pub fn spread(keys: u64, count: u64, dice: &mut Dice) -> impl Iterator<Item = u64> + use<> {
    let first = dice.below(keys);
    (0..count).map(move |n| (first + n * (keys / count)) % keys)
}

fn put(keys: &Keys, number: u64, value: Bytes) -> Write {
    let put = Put { value, ..Put::default() };
    Write {
        namespace: keys.namespace.to_string(),
        key: key(number),
        action: Some(write::Action::Put(Box::new(put))),
        ..Write::default()
    }
}
