//! The stategate dialect: its services, one line for each RPC.
//!
//! - `states`, `entities`: one state under its older and its newer name; `one`: what is the same of both; `merge`: what an edit makes
//! - `search`: search in states and entities
//! - `stream`: events as they happen; `wanted`: whose; `group`: with others (`group_name`); `events`: search in events; `event_get`: one of them; `event`: what an event of the log is here
//! - `outward`: events for consumers beside this server
//! - `locks`: Lock and Unlock, and writes under a lock; `cache`: cached values; `peers`: messages between those who are connected
//! - `access`: where every call begins; `policy`: the two policies around it; `valid`: what has to be true of a request; `fault`: what a caller is told
//! - `names`: domains, types and keys in the keyspace; `glob`: patterns of them; `cursor`: where a page ended

mod access;
mod cache;
mod cursor;
mod entities;
mod event;
mod event_get;
mod events;
mod fault;
mod glob;
mod group;
mod group_name;
mod locks;
mod merge;
pub(crate) mod names;
mod one;
pub(crate) mod outward;
mod peers;
mod policy;
mod relay;
mod search;
mod states;
mod stream;
mod valid;
mod wanted;

use std::sync::Arc;

use buffa_types::google::protobuf::Empty;
use bytes::Bytes;
use holdfast_api::Encoded;
use holdfast_api::stategate::entity_service_server::EntityService;
use holdfast_api::stategate::event_service_server::EventService;
use holdfast_api::stategate::state_service_server::StateService;
use holdfast_api::stategate::{
    AckAnswer, AckOpts, Entities, Entity, EntityRef, Event, EventRef, Events, SearchEntityOpts,
    SearchEventOpts, SearchStateOpts, State, StateRef, StateValues, StreamOpts,
};
use tonic::{Request, Response, Status, async_trait};

use super::call::{Shared, Streamed};
use relay::Relay;

pub(crate) use access::refuse;
pub(crate) use group_name::GroupName;
pub(crate) use stream::Form;

/// The services.
#[derive(Clone)]
pub struct Stategate {
    shared: Arc<Shared>,
}

const STREAM: &str = "/stategate.EventService/Stream";

impl Stategate {
    /// Over an engine, behind the guard of this dialect.
    #[must_use]
    pub fn new(shared: &Shared) -> Self {
        Self { shared: Arc::new(shared.of_state()) }
    }

    /// What its calls share.
    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    /// [`EventService::stream`] as lines of JSON, for HTTP.
    pub(crate) async fn lines(
        &self,
        request: Request<StreamOpts>,
        form: Form,
    ) -> Result<Response<Streamed<Bytes>>, Status> {
        let relay = Relay::of(&self.shared, &request);
        let handle = |call, opts, gate| stream::lines(call, relay, opts, gate, form);
        access::streaming(&self.shared, STREAM, request, handle).await
    }
}

type Answer<A> = Result<Response<Encoded<A>>, Status>;

#[async_trait]
impl StateService for Stategate {
    async fn set(&self, request: Request<State>) -> Answer<Empty> {
        access::unary(&self.shared, "/stategate.StateService/Set", request, states::set).await
    }

    async fn get(&self, request: Request<StateRef>) -> Answer<State> {
        access::unary(&self.shared, "/stategate.StateService/Get", request, states::get).await
    }

    async fn del(&self, request: Request<StateRef>) -> Answer<Empty> {
        access::unary(&self.shared, "/stategate.StateService/Del", request, states::del).await
    }

    async fn search(&self, request: Request<SearchStateOpts>) -> Answer<StateValues> {
        access::unary(&self.shared, "/stategate.StateService/Search", request, search::states).await
    }
}

#[async_trait]
impl EntityService for Stategate {
    async fn set(&self, request: Request<Entity>) -> Answer<Empty> {
        access::unary(&self.shared, "/stategate.EntityService/Set", request, entities::set).await
    }

    async fn edit(&self, request: Request<Entity>) -> Answer<Entity> {
        access::unary(&self.shared, "/stategate.EntityService/Edit", request, entities::edit).await
    }

    async fn revert(&self, request: Request<EventRef>) -> Answer<Entity> {
        const METHOD: &str = "/stategate.EntityService/Revert";
        let request = request.map(valid::Reverting);
        access::unary(&self.shared, METHOD, request, entities::revert).await
    }

    async fn get(&self, request: Request<EntityRef>) -> Answer<Entity> {
        access::unary(&self.shared, "/stategate.EntityService/Get", request, entities::get).await
    }

    async fn del(&self, request: Request<EntityRef>) -> Answer<Empty> {
        access::unary(&self.shared, "/stategate.EntityService/Del", request, entities::del).await
    }

    async fn search(&self, request: Request<SearchEntityOpts>) -> Answer<Entities> {
        const METHOD: &str = "/stategate.EntityService/Search";
        access::unary(&self.shared, METHOD, request, search::entities).await
    }
}

#[async_trait]
impl EventService for Stategate {
    type StreamStream = Streamed<Event>;

    async fn stream(
        &self,
        request: Request<StreamOpts>,
    ) -> Result<Response<Self::StreamStream>, Status> {
        let relay = Relay::of(&self.shared, &request);
        let handle = |call, opts, gate| stream::stream(call, relay, opts, gate);
        access::streaming(&self.shared, STREAM, request, handle).await
    }

    async fn search(&self, request: Request<SearchEventOpts>) -> Answer<Events> {
        access::unary(&self.shared, "/stategate.EventService/Search", request, events::search).await
    }

    async fn get(&self, request: Request<EventRef>) -> Answer<Event> {
        access::unary(&self.shared, "/stategate.EventService/Get", request, event_get::get).await
    }

    async fn ack(&self, request: Request<AckOpts>) -> Answer<AckAnswer> {
        let relay = Relay::of(&self.shared, &request);
        let handle = |call, opts| group::ack(call, relay, opts);
        access::unary(&self.shared, "/stategate.EventService/Ack", request, handle).await
    }
}
