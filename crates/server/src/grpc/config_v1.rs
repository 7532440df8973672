//! The config.v1 dialect: its service, one line for each RPC; the handlers are in a file for each noun.

mod access;
mod aliases;
mod cursor;
mod entries;
mod error;
mod names;
mod namespaces;
mod snapshot;
mod versions;
mod watch;

use holdfast_api::Encoded;
use holdfast_api::config_v1::config_service_server::ConfigService;
use holdfast_api::config_v1::{
    CheckAccessRequest, CheckAccessResponse, DeleteAliasRequest, DeleteAliasResponse,
    DeleteRequest, DeleteResponse, GetAliasRequest, GetAliasResponse, GetRequest, GetResponse,
    GetVersionsRequest, GetVersionsResponse, ListAliasesRequest, ListAliasesResponse,
    ListCodecsRequest, ListCodecsResponse, ListNamespacesRequest, ListNamespacesResponse,
    ListRequest, ListResponse, SetAliasRequest, SetAliasResponse, SetRequest, SetResponse,
    SnapshotRequest, SnapshotResponse, WatchRequest, WatchResponse,
};
use tonic::{Request, Response, Status, async_trait};

use super::call::{Shared, Streamed, streaming, unary};

pub(crate) use entries::find;
pub(crate) use error::{Refusal, refuse};
pub(crate) use watch::{message as watch_message, wanted as watch_wanted};

/// The method of a get, in counters.
pub(crate) const GET: &str = "config.v1/Get";

/// The service.
pub struct ConfigV1 {
    shared: Shared,
}

impl ConfigV1 {
    /// Over an engine.
    #[must_use]
    pub fn new(shared: Shared) -> Self {
        Self { shared }
    }
}

type Answer<A> = Result<Response<Encoded<A>>, Status>;

#[async_trait]
impl ConfigService for ConfigV1 {
    async fn get(&self, request: Request<GetRequest>) -> Answer<GetResponse> {
        unary(&self.shared, GET, request, entries::get).await
    }

    async fn set(&self, request: Request<SetRequest>) -> Answer<SetResponse> {
        unary(&self.shared, "config.v1/Set", request, entries::set).await
    }

    async fn delete(&self, request: Request<DeleteRequest>) -> Answer<DeleteResponse> {
        unary(&self.shared, "config.v1/Delete", request, entries::delete).await
    }

    async fn list(&self, request: Request<ListRequest>) -> Answer<ListResponse> {
        unary(&self.shared, "config.v1/List", request, entries::list).await
    }

    async fn get_versions(
        &self,
        request: Request<GetVersionsRequest>,
    ) -> Answer<GetVersionsResponse> {
        unary(&self.shared, "config.v1/GetVersions", request, versions::get_versions).await
    }

    async fn snapshot(&self, request: Request<SnapshotRequest>) -> Answer<SnapshotResponse> {
        unary(&self.shared, "config.v1/Snapshot", request, snapshot::snapshot).await
    }

    type WatchStream = Streamed<WatchResponse>;

    async fn watch(
        &self,
        request: Request<WatchRequest>,
    ) -> Result<Response<Self::WatchStream>, Status> {
        streaming(&self.shared, "config.v1/Watch", request, watch::watch).await
    }

    async fn check_access(
        &self,
        request: Request<CheckAccessRequest>,
    ) -> Answer<CheckAccessResponse> {
        unary(&self.shared, "config.v1/CheckAccess", request, access::check_access).await
    }

    async fn set_alias(&self, request: Request<SetAliasRequest>) -> Answer<SetAliasResponse> {
        unary(&self.shared, "config.v1/SetAlias", request, aliases::set).await
    }

    async fn delete_alias(
        &self,
        request: Request<DeleteAliasRequest>,
    ) -> Answer<DeleteAliasResponse> {
        unary(&self.shared, "config.v1/DeleteAlias", request, aliases::delete).await
    }

    async fn get_alias(&self, request: Request<GetAliasRequest>) -> Answer<GetAliasResponse> {
        unary(&self.shared, "config.v1/GetAlias", request, aliases::get).await
    }

    async fn list_aliases(
        &self,
        request: Request<ListAliasesRequest>,
    ) -> Answer<ListAliasesResponse> {
        unary(&self.shared, "config.v1/ListAliases", request, aliases::list).await
    }

    async fn list_codecs(&self, request: Request<ListCodecsRequest>) -> Answer<ListCodecsResponse> {
        unary(&self.shared, "config.v1/ListCodecs", request, access::list_codecs).await
    }

    async fn list_namespaces(
        &self,
        request: Request<ListNamespacesRequest>,
    ) -> Answer<ListNamespacesResponse> {
        unary(&self.shared, "config.v1/ListNamespaces", request, namespaces::list).await
    }
}
