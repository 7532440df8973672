//! Locks, cached values and messages of peers of stategate.

use std::time::{Duration, SystemTime};

use buffa_types::google::protobuf::Timestamp;
use holdfast_api::Streaming;
use holdfast_api::convert::state as convert;
use holdfast_api::stategate::cache_service_client::CacheServiceClient;
use holdfast_api::stategate::mutex_service_client::MutexServiceClient;
use holdfast_api::stategate::peer_service_client::PeerServiceClient;
use holdfast_api::stategate::{
    Cache, CacheRef, Fence, Locked, Message, Mutex, MutexRef, PeerMessage, State, StreamMessageOpts,
};
use holdfast_dial::Link;
use serde_json::Value;

use crate::stategate::state;
use crate::{Failure, Stategate};

/// How long a message may take on a loaded machine before the test gives up.
const PATIENCE: Duration = Duration::from_secs(30);

type Answer<T> = Result<T, Failure>;

impl Stategate {
    /// The generated client of locks.
    pub fn mutexes(&self) -> MutexServiceClient<Link> {
        MutexServiceClient::new(self.link())
    }

    /// The generated client of cached values.
    pub fn cache(&self) -> CacheServiceClient<Link> {
        CacheServiceClient::new(self.link())
    }

    /// The generated client of messages.
    pub fn peers(&self) -> PeerServiceClient<Link> {
        PeerServiceClient::new(self.link())
    }

    /// Lock, until a time or for good.
    pub async fn lock(
        &self,
        domain: &str,
        key: &str,
        owner: &str,
        exp: Option<Timestamp>,
    ) -> Answer<Locked> {
        let mutex = Mutex {
            domain: domain.into(),
            key: key.into(),
            owner: owner.into(),
            exp: exp.map(Into::into).unwrap_or_default(),
            ..Mutex::default()
        };
        Ok(self.mutexes().lock(mutex).await?.into_inner())
    }

    /// Unlock; an empty owner is any.
    pub async fn unlock(&self, domain: &str, key: &str, owner: &str) -> Answer<()> {
        let of = MutexRef {
            domain: domain.into(),
            key: key.into(),
            owner: owner.into(),
            ..MutexRef::default()
        };
        self.mutexes().unlock(of).await?;
        Ok(())
    }

    /// Set of a state under a lock.
    pub async fn set_under(&self, fence: &Fence, key: &str, values: Value) -> Answer<()> {
        let state = State { fence: fence.clone().into(), ..state("d", "t", key, values) };
        self.states().set(state).await?;
        Ok(())
    }

    /// Keeps a value, until a time or for good.
    pub async fn keep(
        &self,
        domain: &str,
        key: &str,
        value: &Value,
        exp: Option<Timestamp>,
    ) -> Answer<()> {
        let cache = Cache {
            domain: domain.into(),
            key: key.into(),
            value: convert::of_json(value).into(),
            exp: exp.map(Into::into).unwrap_or_default(),
            ..Cache::default()
        };
        self.cache().set(cache).await?;
        Ok(())
    }

    /// A value that is kept.
    ///
    /// # Panics
    /// When it is no JSON.
    pub async fn kept(&self, domain: &str, key: &str) -> Answer<Value> {
        let cache = self.cache().get(cached(domain, key)).await?.into_inner();
        assert!(cache.value.is_set());
        Ok(convert::json(&cache.value).expect("JSON"))
    }

    /// Forgets a value.
    pub async fn forget(&self, domain: &str, key: &str) -> Answer<()> {
        self.cache().del(cached(domain, key)).await?;
        Ok(())
    }

    /// Sends a message.
    pub async fn say(&self, name: [&str; 3], body: Value) -> Answer<()> {
        self.peers().broadcast(message(name, body)).await?;
        Ok(())
    }

    /// Listens: it is live when this answers.
    pub async fn hear(&self, name: [&str; 3], group: &str) -> Answer<Heard> {
        let [domain, channel, kind] = name.map(str::to_owned);
        let opts = StreamMessageOpts {
            domain,
            channel,
            r#type: kind,
            consumer_group: group.into(),
            ..StreamMessageOpts::default()
        };
        Ok(Heard(self.peers().stream(opts).await?.into_inner()))
    }
}

/// The name of a cached value.
pub fn cached(domain: &str, key: &str) -> CacheRef {
    CacheRef { domain: domain.into(), key: key.into(), ..CacheRef::default() }
}

/// A message.
///
/// # Panics
/// When the body is no object.
pub fn message([domain, channel, kind]: [&str; 3], body: Value) -> Message {
    let Value::Object(members) = body else { panic!("{body} is no object") };
    Message {
        domain: domain.into(),
        channel: channel.into(),
        r#type: kind.into(),
        body: convert::of_members(&members).into(),
        ..Message::default()
    }
}

/// A time from now on.
pub fn in_time(span: Duration) -> Timestamp {
    (SystemTime::now() + span).into()
}

/// A running stream of messages.
#[derive(Debug)]
pub struct Heard(Streaming<PeerMessage>);

impl Heard {
    /// The next message.
    ///
    /// # Panics
    /// When there is none in time, or the stream ends.
    pub async fn next(&mut self) -> PeerMessage {
        self.try_next().await.expect("the stream goes on")
    }

    /// The next message, or why there is none.
    pub async fn try_next(&mut self) -> Answer<PeerMessage> {
        let next = tokio::time::timeout(PATIENCE, self.0.message()).await.expect("in time");
        Ok(next?.expect("the stream does not end with OK"))
    }

    /// True when nothing comes for a moment.
    pub async fn is_quiet(&mut self) -> bool {
        tokio::time::timeout(Duration::from_millis(200), self.0.message()).await.is_err()
    }
}
