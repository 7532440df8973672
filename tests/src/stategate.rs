//! A client of stategate, with values as JSON.

use std::time::Duration;

use holdfast_api::Streaming;
use holdfast_api::convert::state as convert;
use holdfast_api::stategate::event_service_client::EventServiceClient;
use holdfast_api::stategate::state_service_client::StateServiceClient;
use holdfast_api::stategate::{
    AckOpts, Event, Events, SearchEventOpts, SearchStateOpts, State, StateRef, StateValues,
    StreamOpts,
};
use holdfast_dial::{Bearer, Link};
use serde_json::{Map, Value};
use tonic::transport::Channel;

use crate::Failure;
use crate::client::connect;

/// How long an event may take on a loaded machine before the test gives up.
const PATIENCE: Duration = Duration::from_secs(30);
const MAX_ANSWER_BYTES: usize = 256 << 20;

type Answer<T> = Result<T, Failure>;

/// Both services on one connection.
#[derive(Debug, Clone)]
pub struct Stategate {
    channel: Channel,
    bearer: Bearer,
}

impl Stategate {
    /// With a connection of its own.
    pub async fn connect(port: u16) -> Self {
        Self { channel: connect(port).await, bearer: Bearer::default() }
    }

    /// The same connection with a token.
    ///
    /// # Panics
    /// When no header can hold it.
    #[must_use]
    pub fn showing(&self, token: &str) -> Self {
        let bearer = Bearer::of(token).expect("a header can hold it");
        Self { channel: self.channel.clone(), bearer }
    }

    /// The connection, which shows the token.
    pub(crate) fn link(&self) -> Link {
        self.bearer.clone().on(self.channel.clone())
    }

    /// The generated client of states.
    pub fn states(&self) -> StateServiceClient<Link> {
        StateServiceClient::new(self.bearer.clone().on(self.channel.clone()))
            .max_decoding_message_size(MAX_ANSWER_BYTES)
    }

    /// The generated client of events.
    pub fn events(&self) -> EventServiceClient<Link> {
        EventServiceClient::new(self.bearer.clone().on(self.channel.clone()))
            .max_decoding_message_size(MAX_ANSWER_BYTES)
    }

    /// Set.
    pub async fn set(&self, domain: &str, kind: &str, key: &str, values: Value) -> Answer<()> {
        self.states().set(state(domain, kind, key, values)).await?;
        Ok(())
    }

    /// Get: the values.
    pub async fn get(&self, domain: &str, kind: &str, key: &str) -> Answer<Value> {
        let state = self.states().get(of(domain, kind, key)).await?.into_inner();
        assert_eq!((&*state.domain, &*state.r#type, &*state.key), (domain, kind, key));
        Ok(values(&state))
    }

    /// Del.
    pub async fn del(&self, domain: &str, kind: &str, key: &str) -> Answer<()> {
        self.states().del(of(domain, kind, key)).await?;
        Ok(())
    }

    /// Search in states.
    pub async fn search(&self, opts: SearchStateOpts) -> Answer<StateValues> {
        Ok(self.states().search(opts).await?.into_inner())
    }

    /// The keys of the states that a filter finds.
    pub async fn keys(&self, domain: &str, kind: &str, filter: &str) -> Answer<Vec<String>> {
        let found = self.search(states_by(domain, kind, filter)).await?.state_values;
        Ok(found.into_iter().map(|state| state.key).collect())
    }

    /// Search in events.
    pub async fn search_events(&self, opts: SearchEventOpts) -> Answer<Events> {
        Ok(self.events().search(opts).await?.into_inner())
    }

    /// Stream: it is live when this answers.
    pub async fn stream(&self, domain: &str, kind: &str, since: &str) -> Answer<Live> {
        let opts = StreamOpts {
            domain: domain.into(),
            r#type: kind.into(),
            since: since.into(),
            ..StreamOpts::default()
        };
        self.listen(opts).await
    }

    /// Stream as one of a consumer group.
    pub async fn share(&self, group: &Group<'_>) -> Answer<Live> {
        let (domain, kind) = (group.domain.into(), group.kind.into());
        let consumer_group = group.name.into();
        let acknowledge = group.acknowledges;
        let opts =
            StreamOpts { domain, r#type: kind, consumer_group, acknowledge, ..Default::default() };
        self.listen(opts).await
    }

    /// Stream: it is live when this answers.
    pub async fn listen(&self, opts: StreamOpts) -> Answer<Live> {
        Ok(Live(self.events().stream(opts).await?.into_inner()))
    }

    /// Ack: how many of the ids were under way.
    pub async fn ack(&self, group: &Group<'_>, ids: Vec<String>) -> Answer<i64> {
        Ok(self.events().ack(group.acks(ids)).await?.into_inner().acknowledged)
    }
}

/// A consumer group, and how one of it listens.
#[derive(Debug, Clone, Copy)]
pub struct Group<'a> {
    /// Whose events.
    pub domain: &'a str,
    /// Of which type.
    pub kind: &'a str,
    /// Its name.
    pub name: &'a str,
    /// It says what it processed.
    pub acknowledges: bool,
}

impl Group<'_> {
    /// That these were processed.
    pub fn acks(&self, ids: Vec<String>) -> AckOpts {
        let (domain, r#type) = (self.domain.into(), self.kind.into());
        AckOpts { domain, r#type, consumer_group: self.name.into(), ids, ..AckOpts::default() }
    }
}

/// A running stream.
#[derive(Debug)]
pub struct Live(Streaming<Event>);

impl Live {
    /// The next event.
    ///
    /// # Panics
    /// When there is none in time, or the stream ends.
    pub async fn next(&mut self) -> Event {
        self.try_next().await.expect("the stream goes on")
    }

    /// The next event, or why there is none.
    pub async fn try_next(&mut self) -> Answer<Event> {
        let next = tokio::time::timeout(PATIENCE, self.0.message()).await.expect("in time");
        Ok(next?.expect("the stream does not end with OK"))
    }

    /// The next event, however long it takes; `None`: the stream has ended.
    pub async fn until_end(&mut self) -> Option<Event> {
        self.0.message().await.ok()?
    }

    /// The next event, if one comes soon enough; the stream may end meanwhile.
    pub async fn within(&mut self, span: Duration) -> Option<Event> {
        tokio::time::timeout(span, self.0.message()).await.ok()?.ok()?
    }

    /// True when nothing comes for a moment.
    pub async fn is_quiet(&mut self) -> bool {
        tokio::time::timeout(Duration::from_millis(200), self.0.message()).await.is_err()
    }
}

/// A state.
///
/// # Panics
/// When the values are no object.
pub fn state(domain: &str, kind: &str, key: &str, values: Value) -> State {
    let Value::Object(members) = values else { panic!("{values} is no object") };
    State {
        domain: domain.into(),
        r#type: kind.into(),
        key: key.into(),
        values: convert::of_members(&members).into(),
        ..State::default()
    }
}

/// The name of a state.
pub fn of(domain: &str, kind: &str, key: &str) -> StateRef {
    StateRef { domain: domain.into(), r#type: kind.into(), key: key.into(), ..StateRef::default() }
}

/// A search for up to 1,000 states.
pub fn states_by(domain: &str, kind: &str, filter: &str) -> SearchStateOpts {
    SearchStateOpts {
        domain: domain.into(),
        r#type: kind.into(),
        query_string: filter.into(),
        limit: 1_000,
        ..SearchStateOpts::default()
    }
}

/// A search for up to 1,000 events.
pub fn events_by(domain: &str, kind: &str, filter: &str) -> SearchEventOpts {
    SearchEventOpts {
        domain: domain.into(),
        r#type: kind.into(),
        query_string: filter.into(),
        limit: 1_000,
        ..SearchEventOpts::default()
    }
}

/// The values of a state as JSON.
///
/// # Panics
/// When there are none.
pub fn values(state: &State) -> Value {
    let values = state.values.as_option().expect("the values are there");
    convert::members(values).map_or_else(|why| panic!("{why}"), Value::Object)
}

/// The claims of an event as JSON.
///
/// # Panics
/// When there are none.
pub fn claims(event: &Event) -> Map<String, Value> {
    let claims = event.claims.as_option().expect("the claims are there");
    convert::members(claims).expect("JSON")
}
