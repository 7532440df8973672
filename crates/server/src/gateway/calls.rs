//! config.v1 as a service that asks another one.

use std::error::Error;
use std::future::Future;
use std::time::Duration;

use futures::StreamExt;
use holdfast_api::Encoded;
use holdfast_api::config_v1::config_service_client::ConfigServiceClient;
use holdfast_api::config_v1::config_service_server::ConfigService;
use holdfast_api::config_v1::{
    CheckAccessRequest, CheckAccessResponse, DeleteAliasRequest, DeleteAliasResponse,
    DeleteRequest, DeleteResponse, GetAliasRequest, GetAliasResponse, GetRequest, GetResponse,
    GetVersionsRequest, GetVersionsResponse, ListAliasesRequest, ListAliasesResponse,
    ListCodecsRequest, ListCodecsResponse, ListNamespacesRequest, ListNamespacesResponse,
    ListRequest, ListResponse, SetAliasRequest, SetAliasResponse, SetRequest, SetResponse,
    SnapshotRequest, SnapshotResponse, WatchRequest, WatchResponse, WriteMode,
};
use holdfast_model::Precondition;
use tokio::time::timeout;
use tonic::transport::Channel;
use tonic::{Code, Request, Response, Status, async_trait};

use super::Upstream;
use crate::grpc::call::{Counted, Extras, Streamed, observation};
use holdfast_dial::innermost;

/// An answer has to be there by then; a caller who is in a hurry says so by `Grpc-Timeout`.
const ANSWER: Duration = Duration::from_secs(60);

type Client = ConfigServiceClient<Channel>;
type Answer<A> = Result<Response<Encoded<A>>, Status>;

impl Upstream {
    async fn unary<Q, A, F>(
        &self,
        method: &'static str,
        request: Request<Q>,
        call: impl FnOnce(Client, Request<Q>) -> F,
    ) -> Answer<A>
    where
        F: Future<Output = Result<Response<A>, Status>>,
    {
        let counted = Counted::new(self.metrics(), method, observation(request.extensions()));
        let answer = match timeout(ANSWER, call(self.calls(), request)).await {
            Ok(answer) => answer.map_err(in_plain_words),
            Err(_) => Err(too_late()),
        };
        counted.end(answer).map(|response| response.map(Encoded::Message))
    }
}

#[async_trait]
impl ConfigService for Upstream {
    async fn get(&self, request: Request<GetRequest>) -> Answer<GetResponse> {
        self.unary("config.v1/Get", request, async |mut to, it| to.get(it).await).await
    }

    async fn set(&self, mut request: Request<SetRequest>) -> Answer<SetResponse> {
        let condition = condition(&request);
        let mode = mode(request.get_ref().write_mode.to_i32(), &condition)?;
        request.get_mut().write_mode = mode.into();
        let answer =
            self.unary("config.v1/Set", request, async |mut to, it| to.set(it).await).await;
        answer.map_err(|status| failed(status, &condition))
    }

    async fn delete(&self, request: Request<DeleteRequest>) -> Answer<DeleteResponse> {
        let condition = condition(&request);
        if !condition.is_empty() && condition != Precondition::exists() {
            return Err(no_revisions());
        }
        let answer =
            self.unary("config.v1/Delete", request, async |mut to, it| to.delete(it).await).await;
        answer.map_err(|status| failed(status, &condition))
    }

    async fn list(&self, request: Request<ListRequest>) -> Answer<ListResponse> {
        self.unary("config.v1/List", request, async |mut to, it| to.list(it).await).await
    }

    async fn get_versions(
        &self,
        request: Request<GetVersionsRequest>,
    ) -> Answer<GetVersionsResponse> {
        let call = async |mut to: Client, it| to.get_versions(it).await;
        self.unary("config.v1/GetVersions", request, call).await
    }

    async fn snapshot(&self, request: Request<SnapshotRequest>) -> Answer<SnapshotResponse> {
        self.unary("config.v1/Snapshot", request, async |mut to, it| to.snapshot(it).await).await
    }

    type WatchStream = Streamed<WatchResponse>;

    async fn watch(
        &self,
        request: Request<WatchRequest>,
    ) -> Result<Response<Self::WatchStream>, Status> {
        let observation = observation(request.extensions());
        let counted = Counted::new(self.metrics(), "config.v1/Watch", observation);
        match self.watches().watch(request).await.map_err(in_plain_words) {
            Ok(response) => Ok(response.map(|stream| -> Streamed<WatchResponse> {
                // It counts when the stream is dropped.
                Box::pin(stream.map(move |message| {
                    let _ = &counted;
                    message.map(Encoded::Message).map_err(in_plain_words)
                }))
            })),
            Err(status) => counted.end(Err(status)),
        }
    }

    async fn check_access(
        &self,
        request: Request<CheckAccessRequest>,
    ) -> Answer<CheckAccessResponse> {
        let call = async |mut to: Client, it| to.check_access(it).await;
        self.unary("config.v1/CheckAccess", request, call).await
    }

    async fn set_alias(&self, request: Request<SetAliasRequest>) -> Answer<SetAliasResponse> {
        self.unary("config.v1/SetAlias", request, async |mut to, it| to.set_alias(it).await).await
    }

    async fn delete_alias(
        &self,
        request: Request<DeleteAliasRequest>,
    ) -> Answer<DeleteAliasResponse> {
        let call = async |mut to: Client, it| to.delete_alias(it).await;
        self.unary("config.v1/DeleteAlias", request, call).await
    }

    async fn get_alias(&self, request: Request<GetAliasRequest>) -> Answer<GetAliasResponse> {
        self.unary("config.v1/GetAlias", request, async |mut to, it| to.get_alias(it).await).await
    }

    async fn list_aliases(
        &self,
        request: Request<ListAliasesRequest>,
    ) -> Answer<ListAliasesResponse> {
        let call = async |mut to: Client, it| to.list_aliases(it).await;
        self.unary("config.v1/ListAliases", request, call).await
    }

    async fn list_codecs(&self, request: Request<ListCodecsRequest>) -> Answer<ListCodecsResponse> {
        let call = async |mut to: Client, it| to.list_codecs(it).await;
        self.unary("config.v1/ListCodecs", request, call).await
    }

    async fn list_namespaces(
        &self,
        request: Request<ListNamespacesRequest>,
    ) -> Answer<ListNamespacesResponse> {
        let call = async |mut to: Client, it| to.list_namespaces(it).await;
        self.unary("config.v1/ListNamespaces", request, call).await
    }
}

fn condition<Q>(request: &Request<Q>) -> Precondition {
    let extras = request.extensions().get::<Extras>();
    extras.map(|extras| extras.condition.clone()).unwrap_or_default()
}

/// The write mode that promises what the condition asks for. `*` has one; a revision has none.
fn mode(number: i32, condition: &Precondition) -> Result<WriteMode, Status> {
    let mode = if number == WriteMode::WRITE_MODE_CREATE as i32 {
        WriteMode::WRITE_MODE_CREATE
    } else if number == WriteMode::WRITE_MODE_UPDATE as i32 {
        WriteMode::WRITE_MODE_UPDATE
    } else {
        WriteMode::WRITE_MODE_UPSERT
    };
    let promised = if condition.is_empty() {
        return Ok(mode);
    } else if *condition == Precondition::absent() {
        WriteMode::WRITE_MODE_CREATE
    } else if *condition == Precondition::exists() {
        WriteMode::WRITE_MODE_UPDATE
    } else {
        return Err(no_revisions());
    };
    if mode == promised || mode == WriteMode::WRITE_MODE_UPSERT {
        return Ok(promised);
    }
    Err(Status::invalid_argument(
        "the write mode and the condition of the headers cannot both hold",
    ))
}

fn no_revisions() -> Status {
    Status::unimplemented(
        "this gateway speaks config.v1 to its server, which has no revisions: a write takes If-Match: * and \
         If-None-Match: * here, and no entity tag",
    )
}

/// A write mode that did not hold is a condition that did not.
fn failed(status: Status, condition: &Precondition) -> Status {
    let unmet = matches!(status.code(), Code::AlreadyExists | Code::NotFound);
    if unmet && !condition.is_empty() {
        return Status::with_details(
            Code::Aborted,
            status.message(),
            bytes::Bytes::copy_from_slice(status.details()),
        );
    }
    status
}

/// What this side's transport says says little to a caller; what the server says stays.
fn in_plain_words(status: Status) -> Status {
    if status.code() == Code::Cancelled && status.message().contains("Timeout") {
        return too_late();
    }
    let Some(cause) = status.source().map(innermost) else { return status };
    tracing::warn!(%status, %cause, "the upstream did not answer");
    Status::unavailable(
        "the server behind this gateway cannot be reached or broke off; whether a write was made is unknown",
    )
}

fn too_late() -> Status {
    Status::deadline_exceeded(
        "the server behind this gateway did not answer in time; a write may still have been applied",
    )
}

#[cfg(test)]
mod tests {
    use holdfast_model::Revision;

    use super::*;

    #[test]
    fn stars_are_write_modes_and_tags_are_none() {
        let of = |number, condition: &Precondition| mode(number, condition).map_err(|s| s.code());
        let (absent, exists) = (Precondition::absent(), Precondition::exists());
        let tag = Precondition { mod_revision: Some(Revision(7)), ..Precondition::default() };
        assert_eq!(of(0, &Precondition::default()), Ok(WriteMode::WRITE_MODE_UPSERT));
        assert_eq!(of(99, &Precondition::default()), Ok(WriteMode::WRITE_MODE_UPSERT));
        assert_eq!(of(3, &Precondition::default()), Ok(WriteMode::WRITE_MODE_UPDATE));
        assert_eq!(of(1, &absent), Ok(WriteMode::WRITE_MODE_CREATE));
        assert_eq!(of(2, &absent), Ok(WriteMode::WRITE_MODE_CREATE));
        assert_eq!(of(0, &exists), Ok(WriteMode::WRITE_MODE_UPDATE));
        assert_eq!(of(2, &exists), Err(Code::InvalidArgument));
        assert_eq!(of(1, &tag), Err(Code::Unimplemented));
    }
}
