//! Answers operations.

use std::sync::Arc;

use async_graphql::parser::types::{DocumentOperations, ExecutableDocument, OperationType};
use async_graphql::{Request, Response, Schema, ServerError};
use futures::StreamExt;
use futures::stream::BoxStream;

use crate::bounds::{BRACKETS, Bounds, DIRECTIVES, TEXT_BYTES};
use crate::caller::{Caller, Services};
use crate::failure::{BAD_REQUEST, CODE, of_request};
use crate::mutation::Mutation;
use crate::persisted::Persisted;
use crate::query::Query;
use crate::subscription::Following;
use crate::weigh;

/// The schema over its services. Clones are the same.
#[derive(Clone)]
pub struct Endpoint(Arc<Inside>);

struct Inside {
    schema: Schema<Query, Mutation, Following>,
    persisted: Persisted,
    bounds: Bounds,
}

/// What the way allows on which a request came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reads {
    /// Everything.
    AndWrites,
    /// Nothing that changes anything.
    Only,
}

/// The code of the error when a request changes something and may not.
pub const NOT_BY_GET: &str = "METHOD_NOT_ALLOWED";

/// The code of what the schema has not, or what is beyond its bounds.
const INVALID: &str = "GRAPHQL_VALIDATION_FAILED";

impl Endpoint {
    /// Over these services.
    #[must_use]
    pub fn new(services: Services, bounds: Bounds) -> Self {
        let schema = Schema::build(Query, Mutation, Following)
            .data(services)
            .limit_depth(bounds.depth)
            .limit_complexity(bounds.cost)
            .limit_directives(DIRECTIVES)
            .finish();
        Self(Arc::new(Inside { schema, persisted: Persisted::new(), bounds }))
    }

    /// The schema as text.
    #[must_use]
    pub fn sdl(&self) -> String {
        self.0.schema.sdl()
    }

    /// Answers one request on behalf of a caller. What fails is in the answer.
    pub async fn answer(&self, request: Request, by: Caller, reads: Reads) -> Response {
        match self.prepared(request, reads) {
            Ok(request) => coded(self.0.schema.execute(request.data(by)).await),
            Err(error) => coded(Response::from_errors(vec![error])),
        }
    }

    /// Answers one request as often as there is something to say: a subscription until it ends, anything else once.
    #[must_use]
    pub fn follow(&self, request: Request, by: Caller) -> BoxStream<'static, Response> {
        match self.prepared(request, Reads::AndWrites) {
            Ok(request) => Box::pin(self.0.schema.execute_stream(request.data(by)).map(coded)),
            Err(error) => {
                let refused = coded(Response::from_errors(vec![error]));
                Box::pin(futures::stream::once(std::future::ready(refused)))
            }
        }
    }

    /// The request within its bounds, read but not yet validated.
    fn prepared(&self, mut request: Request, reads: Reads) -> Result<Request, ServerError> {
        if !request.uploads.is_empty() {
            return Err(of_request(BAD_REQUEST, "no field takes a file"));
        }
        let new = self.0.persisted.find(&mut request)?;
        let length = request.query.len();
        if length == 0 {
            return Err(of_request(BAD_REQUEST, "the request has no `query`"));
        }
        if length > TEXT_BYTES {
            let why = format!(
                "`query` has {length} bytes; at most {TEXT_BYTES} are read (use variables)"
            );
            return Err(of_request("RESOURCE_EXHAUSTED", why));
        }
        weigh::check_brackets(&request.query, BRACKETS)?;
        let wanted = request.operation_name.clone();
        let document = request.parsed_query()?;
        weigh::check(document, &self.0.bounds)?;
        if reads == Reads::Only && !only_reads(document, wanted.as_deref()) {
            let why = "a GET changes nothing and follows nothing: use POST, or a WebSocket";
            return Err(of_request(NOT_BY_GET, why));
        }
        if let Some(new) = new {
            self.0.persisted.keep(new);
        }
        Ok(request)
    }
}

/// What the library refuses before anything is called has no code yet.
fn coded(mut response: Response) -> Response {
    for error in response.errors.iter_mut().filter(|error| error.extensions.is_none()) {
        error.extensions.get_or_insert_default().set(CODE, INVALID);
    }
    response
}

/// Which operation is meant the execution says; when that is not clear, it runs none.
fn only_reads(document: &ExecutableDocument, wanted: Option<&str>) -> bool {
    let is_query = |kind| kind == OperationType::Query;
    match (&document.operations, wanted) {
        (DocumentOperations::Single(operation), _) => is_query(operation.node.ty),
        (DocumentOperations::Multiple(all), Some(name)) => {
            all.get(name).is_none_or(|operation| is_query(operation.node.ty))
        }
        (DocumentOperations::Multiple(all), None) => {
            all.values().all(|operation| is_query(operation.node.ty))
        }
    }
}
