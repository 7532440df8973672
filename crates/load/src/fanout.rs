//! Changes on their way to many watchers: how long until each of them, and the last of them, has seen one.

use std::time::{Duration, Instant};

use bytes::Bytes;
use futures::StreamExt;
use futures::stream::BoxStream;
use holdfast_api::config_v1::config_service_client::ConfigServiceClient;
use holdfast_api::config_v1::{SetRequest, WatchRequest};
use holdfast_api::convert::state as convert;
use holdfast_api::stategate::event_service_client::EventServiceClient;
use holdfast_api::stategate::{Event, StreamOpts};
use tokio::task::JoinSet;
use tonic::Status;

use crate::LoadError;
use crate::drive::ticks;
use crate::measured::Measured;
use holdfast_dial::{IntoLink, Link};

/// The key that is changed; it is the only one that is watched.
const KEY: &str = "fanout/change";
/// A watcher that waits this long for a change has lost it.
const PATIENCE: Duration = Duration::from_secs(30);

/// By which API changes are watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Watched {
    /// `config.v1/Watch`.
    Config,
    /// `EventService/Stream` of stategate.
    State,
}

/// How changes are made.
#[derive(Debug, Clone)]
pub struct Fanout {
    /// How they are watched; they are made by `config.v1/Set`.
    pub by: Watched,
    /// Whose changes are watched.
    pub namespace: String,
    /// Dealt out to the connections in turn.
    pub watchers: usize,
    /// How many changes are made.
    pub changes: u32,
    /// From one change to the next.
    pub pace: Duration,
    /// Bytes of a value; no fewer than its number takes.
    pub value_size: usize,
}

/// What a fan-out came to.
#[derive(Debug, Clone, Copy)]
pub struct Delivered {
    /// Every delivery: from the call of the change until one watcher has it.
    pub each: Measured,
    /// Every change: until the last watcher has it.
    pub last: Measured,
}

/// Makes the changes over one connection and follows them on others.
///
/// # Errors
/// A call that fails; [`LoadError::Delivery`] when a watcher misses a change or sees another one.
pub async fn measure<C: IntoLink + Clone>(
    fanout: &Fanout,
    writer: &C,
    connections: &[C],
) -> Result<Delivered, LoadError> {
    let mut streams = Vec::with_capacity(fanout.watchers);
    for channel in connections.iter().cycle().take(fanout.watchers) {
        streams.push(open(channel, fanout).await?);
    }
    let mut watchers = JoinSet::new();
    for stream in streams {
        watchers.spawn(follow(stream, fanout.changes));
    }
    let began = Instant::now();
    let made = make(fanout, ConfigServiceClient::new(writer.clone().into_link())).await?;
    let mut seen = Vec::with_capacity(fanout.watchers);
    while let Some(ended) = watchers.join_next().await {
        seen.push(ended??);
    }
    told(&made, &seen, began.elapsed())
}

fn told(made: &[Instant], seen: &[Vec<Instant>], took: Duration) -> Result<Delivered, LoadError> {
    let mut each = Vec::with_capacity(made.len() * seen.len());
    let mut last = vec![0; made.len()];
    for arrivals in seen {
        for ((made, arrived), last) in made.iter().zip(arrivals).zip(&mut last) {
            let latency = ticks(arrived.saturating_duration_since(*made));
            each.push(latency);
            *last = latency.max(*last);
        }
    }
    Ok(Delivered { each: Measured::of(&each, took)?, last: Measured::of(&last, took)? })
}

/// The numbers of changes as they come; `None`: of something else.
type Numbers = BoxStream<'static, Result<Option<u32>, Status>>;

/// A watch of which the server has said that it is registered.
async fn open<C: IntoLink + Clone>(channel: &C, fanout: &Fanout) -> Result<Numbers, LoadError> {
    let link = channel.clone().into_link();
    let opening = async {
        match fanout.by {
            Watched::Config => config(link, fanout).await,
            Watched::State => state(link, fanout).await,
        }
    };
    let lost = || LoadError::Delivery(format!("a watch was not opened within {PATIENCE:?}"));
    Ok(tokio::time::timeout(PATIENCE, opening).await.map_err(|_| lost())??)
}

async fn config(link: Link, fanout: &Fanout) -> Result<Numbers, Status> {
    let request = WatchRequest {
        namespaces: vec![fanout.namespace.clone()],
        prefixes: vec![KEY.to_owned()],
        ..WatchRequest::default()
    };
    let stream = ConfigServiceClient::new(link).watch(request).await?.into_inner();
    let numbers =
        stream.map(|message| Ok(message?.entry.as_option().and_then(|entry| number(&entry.value))));
    Ok(numbers.boxed())
}

async fn state(link: Link, fanout: &Fanout) -> Result<Numbers, Status> {
    let (kind, _) = KEY.split_once('/').unwrap_or((KEY, ""));
    let request = StreamOpts {
        domain: fanout.namespace.clone(),
        r#type: kind.to_owned(),
        ..StreamOpts::default()
    };
    let stream = EventServiceClient::new(link).stream(request).await?.into_inner();
    Ok(stream.map(|event| Ok(number_in(&event?))).boxed())
}

/// What is no JSON object is the member `value`.
fn number_in(event: &Event) -> Option<u32> {
    let values = event.state.as_option()?.values.as_option()?;
    let members = convert::members(values).ok()?;
    number(members.get("value")?.as_str()?.as_bytes())
}

/// When each change arrived. The n-th change has the number n in its value.
async fn follow(mut numbers: Numbers, changes: u32) -> Result<Vec<Instant>, LoadError> {
    let mut arrivals = Vec::with_capacity(changes as usize);
    for expected in 0..changes {
        let next = tokio::time::timeout(PATIENCE, numbers.next()).await;
        let lost = || LoadError::Delivery(format!("change {expected} did not come"));
        let found = next.map_err(|_| lost())?.ok_or_else(lost)??;
        arrivals.push(Instant::now());
        if found != Some(expected) {
            let sentence = format!("change {found:?} came where {expected} was due");
            return Err(LoadError::Delivery(sentence));
        }
    }
    Ok(arrivals)
}

/// Makes the changes; when each was begun.
async fn make(
    fanout: &Fanout,
    mut client: ConfigServiceClient<Link>,
) -> Result<Vec<Instant>, Status> {
    let mut made = Vec::with_capacity(fanout.changes as usize);
    let mut clock = tokio::time::interval(fanout.pace.max(Duration::from_micros(1)));
    clock.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    for change in 0..fanout.changes {
        clock.tick().await;
        let request = SetRequest {
            namespace: fanout.namespace.clone(),
            key: KEY.to_owned(),
            value: value(change, fanout.value_size),
            ..SetRequest::default()
        };
        made.push(Instant::now());
        client.set(request).await?;
    }
    Ok(made)
}

/// A JSON text that begins with the number.
fn value(change: u32, size: usize) -> Bytes {
    let width = size.saturating_sub(2);
    format!("\"{change:-<width$}\"").into()
}

fn number(value: &[u8]) -> Option<u32> {
    let text = std::str::from_utf8(value).ok()?;
    text.trim_matches(['"', '-']).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_has_its_number_and_its_size() {
        for (change, size) in [(0, 200), (7, 3), (123_456, 4), (99, 1_024)] {
            let value = value(change, size);
            assert_eq!(number(&value), Some(change));
            assert!(value.len() == size || size < 8, "{value:?}");
            assert!(serde_json::from_slice::<String>(&value).is_ok());
        }
    }

    #[test]
    fn the_last_watcher_counts_for_a_change() {
        let start = Instant::now();
        let at = |micros| start + Duration::from_micros(micros);
        let seen = [vec![at(100), at(300)], vec![at(400), at(250)]];
        let told = told(&[at(0), at(200)], &seen, Duration::from_secs(1)).expect("some");
        assert_eq!((told.each.calls, told.last.calls), (4, 2));
        assert!((told.last.max - 400.0).abs() < 1.0 && (told.last.p50 - 100.0).abs() < 1.0);
    }
}
