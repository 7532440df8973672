//! The stategate dialect: its services, one line for each RPC.
//!
//! - `states`: Set, Get, Del
//! - `access`: where every call begins; `valid`: what has to be true of a request; `fault`: what a caller is told
//! - `names`: domains, types and keys in the keyspace

mod access;
mod fault;
pub(crate) mod names;
mod states;
mod valid;

use buffa_types::google::protobuf::Empty;
use holdfast_api::Encoded;
use holdfast_api::stategate::state_service_server::StateService;
use holdfast_api::stategate::{SearchStateOpts, State, StateRef, StateValues};
use tonic::{Request, Response, Status, async_trait};

use super::call::Shared;

pub(crate) use access::refuse;

/// The services.
#[derive(Clone)]
pub struct Stategate {
    shared: Shared,
}

impl Stategate {
    /// Over an engine.
    #[must_use]
    pub fn new(shared: Shared) -> Self {
        Self { shared }
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

    async fn search(&self, _request: Request<SearchStateOpts>) -> Answer<StateValues> {
        Err(Status::unimplemented("not yet"))
    }
}
