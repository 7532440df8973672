//! From a set on one node to a watcher on another, by each channel.

use std::time::Duration;

use holdfast_load::data::NAMESPACE;
use holdfast_load::fanout::{self, Fanout, Watched};
use holdfast_services::{Nats, RabbitMq, Redis};

use super::{VALUE_BYTES, over};
use crate::Fault;
use crate::report::{Latency, Line, Section};
use crate::rows::Bench;
use crate::subjects::holdfast::Holdfast;

/// What a channel is called here, and the settings of a node for it.
type Way = (&'static str, Vec<(&'static str, String)>);

/// The servers of the channels, and the ways over them.
struct Channels {
    ways: Vec<Way>,
    _servers: (Nats, Redis, RabbitMq),
}

impl Channels {
    fn start() -> Result<Self, Fault> {
        let missing = |what: &str| format!("{what} is not installed: make setup");
        let nats = Nats::start("bench").ok_or_else(|| missing("NATS"))?;
        let redis = Redis::start("bench").ok_or_else(|| missing("Redis"))?;
        let rabbit = RabbitMq::start("bench").ok_or_else(|| missing("RabbitMQ"))?;
        let way = |name, kind: &str, servers, url: String| {
            (name, vec![("HOLDFAST_CHANNEL__KIND", kind.to_owned()), (servers, url)])
        };
        const NATS: &str = "HOLDFAST_CHANNEL__NATS__SERVERS";
        const REDIS: &str = "HOLDFAST_CHANNEL__REDIS__SERVERS";
        const RABBIT: &str = "HOLDFAST_CHANNEL__RABBITMQ__SERVERS";
        let mut stream = way("Redis, streams", "redis", REDIS, redis.url());
        stream.1.push(("HOLDFAST_CHANNEL__REDIS__STREAM", "true".to_owned()));
        let ways = vec![
            ("LISTEN and NOTIFY", Vec::new()),
            way("NATS", "nats", NATS, nats.url()),
            way("JetStream", "jetstream", NATS, nats.url()),
            way("Redis, publish and subscribe", "redis", REDIS, redis.url()),
            stream,
            way("RabbitMQ", "rabbitmq", RABBIT, rabbit.url()),
        ];
        Ok(Self { ways, _servers: (nats, redis, rabbit) })
    }
}

pub(super) async fn measure(bench: &Bench, section: &mut Section, url: &str) -> Result<(), Fault> {
    let channels = Channels::start()?;
    for (name, settings) in &channels.ways {
        let settings: Vec<_> = settings.iter().map(|(k, v)| (*k, v.as_str())).collect();
        let settings = over(url, &settings);
        let a = Holdfast::start(bench.work(), None, &settings)?;
        let b = Holdfast::start(bench.work(), None, &settings)?;
        let fanout = Fanout {
            by: Watched::Config,
            namespace: NAMESPACE.into(),
            watchers: 1,
            changes: 500,
            pace: Duration::from_millis(20),
            value_size: VALUE_BYTES,
        };
        let (writer, reader) = (a.connect(1).await?.remove(0), b.connect(1).await?);
        let seen = fanout::measure(&fanout, &writer, &reader).await?.each;
        let work = format!("change on another node, {name}");
        section.lines.push(Line::bound(
            &format!("{work}: p50"),
            seen.p50,
            crate::report::micros,
            None,
        ));
        section.lines.push(Line::bound(
            &format!("{work}: p99"),
            seen.p99,
            crate::report::micros,
            None,
        ));
        section.latencies.push(Latency { who: work, seen });
    }
    Ok(())
}
