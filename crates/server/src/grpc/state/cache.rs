//! Cached values.

use buffa_types::google::protobuf::{Empty, Timestamp, Value};
use bytes::Bytes;
use holdfast_api::convert::{model_time, state as convert, time};
use holdfast_api::stategate::cache_service_server::CacheService;
use holdfast_api::stategate::{Cache, CacheRef};
use holdfast_engine::{Cached, EngineError};
use holdfast_model::ErrorKind;
use tonic::{Code, Request, Status, async_trait};

use super::fault::{Refusal, Subject};
use super::valid::{Checked, invalid, name};
use super::{Answer, Stategate, access, names};
use crate::grpc::call::Call;

#[async_trait]
impl CacheService for Stategate {
    async fn set(&self, request: Request<Cache>) -> Answer<Empty> {
        access::unary(self.shared(), "/stategate.CacheService/Set", request, set).await
    }

    async fn get(&self, request: Request<CacheRef>) -> Answer<Cache> {
        access::unary(self.shared(), "/stategate.CacheService/Get", request, get).await
    }

    async fn del(&self, request: Request<CacheRef>) -> Answer<Empty> {
        access::unary(self.shared(), "/stategate.CacheService/Del", request, del).await
    }
}

impl Checked for Cache {
    fn check(&self) -> Result<(), Status> {
        name("Domain", &self.domain)?;
        name("Key", &self.key)?;
        if !self.value.is_set() {
            return Err(invalid("Value", "message must exist"));
        }
        check_exp(self.exp.as_option())
    }
}

impl Checked for CacheRef {
    fn check(&self) -> Result<(), Status> {
        name("Domain", &self.domain)?;
        name("Key", &self.key)
    }
}

/// What protobuf calls a time: the years 1 to 9999, nanoseconds that go forwards.
pub(super) fn check_exp(exp: Option<&Timestamp>) -> Result<(), Status> {
    let Some(exp) = exp else { return Ok(()) };
    let seconds = -62_135_596_800..=253_402_300_799;
    if seconds.contains(&exp.seconds) && (0..1_000_000_000).contains(&exp.nanos) {
        return Ok(());
    }
    Err(invalid("Exp", "value must be a time of the years 1 to 9999"))
}

async fn set(call: Call, cache: Cache) -> Result<Empty, Refusal> {
    let value = convert::json(&cache.value).map_err(|why| invalid("Value", &why))?;
    let cached = Cached {
        namespace: names::namespace_of(&cache.domain),
        key: names::plain(&cache.key),
        value: Bytes::from(value.to_string()),
        until: cache.exp.as_option().map(model_time),
    };
    let set = call.engine.set_cached(&call.caller, cached).await;
    let about = [("cache_domain", &*cache.domain), ("cache_key", &*cache.key)];
    set.map_err(|error| Subject(&about).failed("failed to set cached value", &error))?;
    Ok(Empty::default())
}

const GET: &str = "failed to get cached value";

async fn get(call: Call, of: CacheRef) -> Result<Cache, Refusal> {
    let (namespace, key) = (names::namespace_of(&of.domain), names::plain(&of.key));
    let found = call.engine.get_cached(&call.caller, &namespace, &key).await;
    let about = [("cache_domain", &*of.domain), ("cache_key", &*of.key)];
    let entry = found.map_err(|error| missing_or(Subject(&about), &error))?;
    let exp = entry.expires_at.map(|at| time(at).into()).unwrap_or_default();
    let value = value_of(&entry.value).into();
    let CacheRef { domain, key, .. } = of;
    Ok(Cache { domain, key, value, exp, ..Cache::default() })
}

/// Names that are too long to be kept are not there, either.
fn missing_or(about: Subject<'_>, error: &EngineError) -> Refusal {
    match error.kind() {
        ErrorKind::NotFound | ErrorKind::InvalidNamespace | ErrorKind::InvalidKey => {
            about.envelope(Code::NotFound, GET, None)
        }
        _ => about.failed(GET, error),
    }
}

/// A value of which the caller may see nothing is null.
fn value_of(json: &[u8]) -> Value {
    serde_json::from_slice(json).map_or_else(|_| Value::null(), |json| convert::of_json(&json))
}

async fn del(call: Call, of: CacheRef) -> Result<Empty, Refusal> {
    let (namespace, key) = (names::namespace_of(&of.domain), names::plain(&of.key));
    let deleted = call.engine.delete_cached(&call.caller, &namespace, &key).await;
    let about = [("cache_domain", &*of.domain), ("cache_key", &*of.key)];
    deleted.map_err(|error| Subject(&about).failed("failed to delete cached value", &error))?;
    Ok(Empty::default())
}
