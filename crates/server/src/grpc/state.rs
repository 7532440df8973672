//! The stategate dialect: its services, one line for each RPC.
//!
//! - `states`: Set, Get, Del; `search`: search in states
//! - `stream`: events as they happen; `group`: with others; `events`: search in events; `event`: what an event of the log is here
//! - `access`: where every call begins; `policy`: the two policies around it; `valid`: what has to be true of a request; `fault`: what a caller is told
//! - `names`: domains, types and keys in the keyspace; `cursor`: where a page ended

mod access;
mod cursor;
mod event;
mod events;
mod fault;
mod group;
pub(crate) mod names;
mod policy;
mod search;
mod states;
mod stream;
mod valid;

use std::sync::Arc;

use buffa_types::google::protobuf::Empty;
use bytes::Bytes;
use holdfast_api::Encoded;
use holdfast_api::stategate::event_service_server::EventService;
use holdfast_api::stategate::state_service_server::StateService;
use holdfast_api::stategate::{
    AckAnswer, AckOpts, Event, EventRef, Events, SearchEventOpts, SearchStateOpts, State, StateRef,
    StateValues, StreamOpts,
};
use tonic::{Request, Response, Status, async_trait};

use super::call::{Shared, Streamed};

pub(crate) use access::refuse;
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
        let handle = |call, opts, gate| stream::lines(call, opts, gate, form);
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
impl EventService for Stategate {
    type StreamStream = Streamed<Event>;

    async fn stream(
        &self,
        request: Request<StreamOpts>,
    ) -> Result<Response<Self::StreamStream>, Status> {
        access::streaming(&self.shared, STREAM, request, stream::stream).await
    }

    async fn search(&self, request: Request<SearchEventOpts>) -> Answer<Events> {
        access::unary(&self.shared, "/stategate.EventService/Search", request, events::search).await
    }

    async fn get(&self, _request: Request<EventRef>) -> Answer<Event> {
        Err(Status::unimplemented("to come"))
    }

    async fn ack(&self, request: Request<AckOpts>) -> Answer<AckAnswer> {
        access::unary(&self.shared, "/stategate.EventService/Ack", request, group::ack).await
    }
}
