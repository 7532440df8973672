//! A service behind gRPC: `build.rs` generates its methods, and this is all the rest of it, once for all of them.

use std::convert::Infallible;
use std::fmt;
use std::future::{Future, ready};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use buffa::Message;
use http::{HeaderValue, header};
use tonic::body::Body;
use tonic::codec::{CompressionEncoding, EnabledCompressionEncodings};
use tonic::codegen::tokio_stream::{Stream, StreamExt};
use tonic::metadata::GRPC_CONTENT_TYPE;
use tonic::server::{Grpc, ServerStreamingService};
use tonic::{Code, Request, Response, Status};

use crate::codec::{AnyCodec, Decode, Encoded, Incoming, Outgoing, decode, open};

/// A gRPC service, whichever. Clones are the same. Its answers are never compressed.
#[derive(Clone)]
pub struct Server {
    name: &'static str,
    methods: &'static [Method],
    handler: Arc<dyn Handler>,
    accepts: EnabledCompressionEncodings,
    request_bytes: Option<usize>,
}

impl Server {
    pub(crate) fn new(
        name: &'static str,
        methods: &'static [Method],
        handler: impl Handler,
    ) -> Self {
        let handler = Arc::new(handler);
        Self { name, methods, handler, accepts: Default::default(), request_bytes: None }
    }

    /// What it is called in paths: `config.v1.ConfigService`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Takes requests that are compressed so, too; none are by default.
    #[must_use]
    pub fn accept_compressed(mut self, encoding: CompressionEncoding) -> Self {
        self.accepts.enable(encoding);
        self
    }

    /// A request may have so many bytes, 4 MiB by default; a larger one is out of range.
    #[must_use]
    pub fn max_decoding_message_size(mut self, bytes: usize) -> Self {
        self.request_bytes = Some(bytes);
        self
    }

    async fn answer(
        self,
        method: usize,
        decode: Decode,
        request: http::Request<Body>,
    ) -> http::Response<Body> {
        let mut grpc = Grpc::new(AnyCodec::of_server(decode))
            .apply_compression_config(self.accepts, Default::default())
            .apply_max_message_size_config(self.request_bytes, None);
        // Of a unary call tonic makes the same, but for how the compression of its answer is switched off.
        grpc.server_streaming(Called { handler: &*self.handler, method }, request).await
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("name", &self.name).finish_non_exhaustive()
    }
}

impl tonic::codegen::Service<http::Request<Body>> for Server {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = tonic::codegen::BoxFuture<http::Response<Body>, Infallible>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        let path = request.uri().path();
        let mut methods = self.methods.iter().enumerate();
        let Some((index, method)) = methods.find(|(_, method)| method.path == path) else {
            return Box::pin(ready(Ok(no_such_method())));
        };
        let (server, decode) = (self.clone(), method.decode);
        Box::pin(async move { Ok(server.answer(index, decode, request).await) })
    }
}

fn no_such_method() -> http::Response<Body> {
    let mut response = http::Response::new(Body::default());
    let headers = response.headers_mut();
    headers.insert(Status::GRPC_STATUS, HeaderValue::from(Code::Unimplemented as i32));
    headers.insert(header::CONTENT_TYPE, GRPC_CONTENT_TYPE);
    response
}

/// A method of a service.
pub(crate) struct Method {
    path: &'static str,
    decode: Decode,
}

impl Method {
    /// At this path, of requests of that type.
    pub(crate) const fn new<Q: Message + 'static>(path: &'static str) -> Self {
        Self { path, decode: decode::<Q> }
    }
}

/// What answers the methods of a service.
pub(crate) trait Handler: Send + Sync + 'static {
    /// Answers the method at this index among those of the service, whose [`Method`] decoded the request.
    fn handle(&self, method: usize, request: Request<Incoming>) -> Handling<'_>;
}

/// What becomes the answers of a call.
pub(crate) type Handling<'a> = Handled<'a, Answers>;
type Handled<'a, A> = Pin<Box<dyn Future<Output = Result<Response<A>, Status>> + Send + 'a>>;

/// The messages of an answer.
pub(crate) enum Answers {
    /// `None` once it was taken.
    One(Option<Outgoing>),
    Many(Pin<Box<dyn Stream<Item = Result<Outgoing, Status>> + Send>>),
}

impl Stream for Answers {
    type Item = Result<Outgoing, Status>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        match self.get_mut() {
            Self::One(message) => Poll::Ready(message.take().map(Ok)),
            Self::Many(messages) => messages.as_mut().poll_next(cx),
        }
    }
}

/// One method of a service, as tonic calls it.
struct Called<'a> {
    handler: &'a dyn Handler,
    method: usize,
}

impl<'a> ServerStreamingService<Incoming> for Called<'a> {
    type Response = Outgoing;
    type ResponseStream = Answers;
    type Future = Handling<'a>;

    fn call(&mut self, request: Request<Incoming>) -> Handling<'a> {
        self.handler.handle(self.method, request)
    }
}

/// Handles a unary call. Never inlined: all of a service in one function would have a large frame, under each of its calls.
#[inline(never)]
pub(crate) fn unary<'a, Q, A, F>(request: Request<Incoming>, call: F) -> Handling<'a>
where
    Q: Message + 'static,
    A: Message + 'static,
    F: FnOnce(Request<Q>) -> Handled<'a, Encoded<A>>,
{
    match typed(request) {
        Ok(request) => Box::pin(Unary(call(request))),
        Err(status) => failed(status),
    }
}

/// Handles a call that is answered by a stream.
#[inline(never)]
pub(crate) fn streaming<'a, Q, A, S, F>(request: Request<Incoming>, call: F) -> Handling<'a>
where
    Q: Message + 'static,
    A: Message + 'static,
    S: Stream<Item = Result<Encoded<A>, Status>> + Send + 'static,
    F: FnOnce(Request<Q>) -> Handled<'a, S>,
{
    match typed(request) {
        Ok(request) => Box::pin(Streamed(call(request))),
        Err(status) => failed(status),
    }
}

/// For an index that no method has, which nobody asks for.
pub(crate) fn nobody<'a>() -> Handling<'a> {
    failed(Status::unimplemented(""))
}

fn failed<'a>(status: Status) -> Handling<'a> {
    Box::pin(ready(Err(status)))
}

fn typed<Q: Message + 'static>(request: Request<Incoming>) -> Result<Request<Q>, Status> {
    let (metadata, extensions, message) = request.into_parts();
    Ok(Request::from_parts(metadata, extensions, open(message)?))
}

/// A future in a future costs the handler's as little as it can: this is no state machine.
struct Unary<'a, A>(Handled<'a, Encoded<A>>);

impl<A: Message + 'static> Future for Unary<'_, A> {
    type Output = Result<Response<Answers>, Status>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let answered = self.0.as_mut().poll(cx);
        answered.map_ok(|answer| answer.map(|message| Answers::One(Some(message.into()))))
    }
}

struct Streamed<'a, S>(Handled<'a, S>);

impl<A, S> Future for Streamed<'_, S>
where
    A: Message + 'static,
    S: Stream<Item = Result<Encoded<A>, Status>> + Send + 'static,
{
    type Output = Result<Response<Answers>, Status>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let begun = self.0.as_mut().poll(cx);
        begun.map_ok(|answer| {
            answer.map(|stream| Answers::Many(Box::pin(stream.map(|next| next.map(Into::into)))))
        })
    }
}
