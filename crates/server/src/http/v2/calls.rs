//! Every unary call as a POST of its request.

use axum::extract::State;
use holdfast_api::holdfast_v1::holdfast_service_server::HoldfastService;
use holdfast_api::holdfast_v1::{
    CommitRequest, DiffRequest, EventsRequest, GetRequest, HistoryRequest, ListRequest,
    RollbackRequest, SearchRequest, SnapshotRequest, TxnRequest,
};

use super::asked::{Asked, Message};
use super::fault::{answered, shown};
use crate::http::Face;
use crate::http::fault::Answer;

pub(super) async fn commit(
    State(_): State<Face>,
    asked: Asked,
    Message(request): Message<CommitRequest>,
) -> Answer {
    let answer = answered(asked.service.commit(asked.by(request)).await)?;
    shown(&answered(answer.into_inner().into_message())?)
}

pub(super) async fn txn(
    State(_): State<Face>,
    asked: Asked,
    Message(request): Message<TxnRequest>,
) -> Answer {
    let answer = answered(asked.service.txn(asked.by(request)).await)?;
    shown(&answered(answer.into_inner().into_message())?)
}

pub(super) async fn get(
    State(_): State<Face>,
    asked: Asked,
    Message(request): Message<GetRequest>,
) -> Answer {
    let answer = answered(asked.service.get(asked.by(request)).await)?;
    shown(&answered(answer.into_inner().into_message())?)
}

pub(super) async fn list(
    State(_): State<Face>,
    asked: Asked,
    Message(request): Message<ListRequest>,
) -> Answer {
    let answer = answered(asked.service.list(asked.by(request)).await)?;
    shown(&answered(answer.into_inner().into_message())?)
}

pub(super) async fn snapshot(
    State(_): State<Face>,
    asked: Asked,
    Message(request): Message<SnapshotRequest>,
) -> Answer {
    let answer = answered(asked.service.snapshot(asked.by(request)).await)?;
    shown(&answered(answer.into_inner().into_message())?)
}

pub(super) async fn history(
    State(_): State<Face>,
    asked: Asked,
    Message(request): Message<HistoryRequest>,
) -> Answer {
    let answer = answered(asked.service.history(asked.by(request)).await)?;
    shown(&answered(answer.into_inner().into_message())?)
}

pub(super) async fn diff(
    State(_): State<Face>,
    asked: Asked,
    Message(request): Message<DiffRequest>,
) -> Answer {
    let answer = answered(asked.service.diff(asked.by(request)).await)?;
    shown(&answered(answer.into_inner().into_message())?)
}

pub(super) async fn rollback(
    State(_): State<Face>,
    asked: Asked,
    Message(request): Message<RollbackRequest>,
) -> Answer {
    let answer = answered(asked.service.rollback(asked.by(request)).await)?;
    shown(&answered(answer.into_inner().into_message())?)
}

pub(super) async fn events(
    State(_): State<Face>,
    asked: Asked,
    Message(request): Message<EventsRequest>,
) -> Answer {
    let answer = answered(asked.service.events(asked.by(request)).await)?;
    shown(&answered(answer.into_inner().into_message())?)
}

pub(super) async fn search(
    State(_): State<Face>,
    asked: Asked,
    Message(request): Message<SearchRequest>,
) -> Answer {
    let answer = answered(asked.service.search(asked.by(request)).await)?;
    shown(&answered(answer.into_inner().into_message())?)
}
