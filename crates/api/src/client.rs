//! A service on the other side of a connection: `build.rs` generates its methods, and this is all the rest of it, once for each kind of
//! connection.

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};

use buffa::Message;
use bytes::Bytes;
use http::uri::PathAndQuery;
use tonic::body::Body;
use tonic::client::{Grpc, GrpcService};
use tonic::codegen::tokio_stream::Stream;
use tonic::codegen::{Body as HttpBody, StdError};
use tonic::metadata::MetadataMap;
use tonic::{GrpcMethod, IntoRequest, Request, Response, Status};

use crate::codec::{AnyCodec, Decode, Incoming, Outgoing, decode, open};

/// What calls go over: a [`Channel`](tonic::transport::Channel), or whatever is around one.
pub trait Connection:
    GrpcService<
        Body,
        Error: Into<StdError>,
        Future: Send,
        ResponseBody: HttpBody<Data = Bytes, Error: Into<StdError> + Send> + Send + 'static,
    > + Send
{
}

impl<T> Connection for T where
    T: GrpcService<
            Body,
            Error: Into<StdError>,
            Future: Send,
            ResponseBody: HttpBody<Data = Bytes, Error: Into<StdError> + Send> + Send + 'static,
        > + Send
{
}

/// A method of a service.
pub(crate) struct Method {
    pub(crate) service: &'static str,
    pub(crate) name: &'static str,
    pub(crate) path: &'static str,
}

/// A service on the other side, whichever.
#[derive(Debug, Clone)]
pub(crate) struct Client<T> {
    grpc: Grpc<T>,
}

impl<T> Client<T> {
    pub(crate) fn new(connection: T) -> Self {
        Self { grpc: Grpc::new(connection) }
    }

    pub(crate) fn max_decoding_message_size(self, bytes: usize) -> Self {
        Self { grpc: self.grpc.max_decoding_message_size(bytes) }
    }
}

impl<T: Connection> Client<T> {
    pub(crate) fn unary<Q, A>(
        &mut self,
        method: &'static Method,
        request: impl IntoRequest<Q>,
    ) -> Calling<'_, A>
    where
        Q: Message + 'static,
        A: Message + 'static,
    {
        let request = request.into_request().map(Outgoing::message);
        let answer = Box::pin(self.send(method, decode::<A>, request));
        Calling { answer, of: PhantomData }
    }

    pub(crate) fn streaming<Q, A>(
        &mut self,
        method: &'static Method,
        request: impl IntoRequest<Q>,
    ) -> Opening<'_, A>
    where
        Q: Message + 'static,
        A: Message + 'static,
    {
        let request = request.into_request().map(Outgoing::message);
        let answer = Box::pin(self.open(method, decode::<A>, request));
        Opening { answer, of: PhantomData }
    }

    async fn send(
        &mut self,
        method: &'static Method,
        decode: Decode,
        mut request: Request<Outgoing>,
    ) -> Result<Response<Incoming>, Status> {
        let path = self.begin(method, &mut request).await?;
        self.grpc.unary(request, path, AnyCodec::of_client(decode)).await
    }

    async fn open(
        &mut self,
        method: &'static Method,
        decode: Decode,
        mut request: Request<Outgoing>,
    ) -> Result<Response<tonic::Streaming<Incoming>>, Status> {
        let path = self.begin(method, &mut request).await?;
        self.grpc.server_streaming(request, path, AnyCodec::of_client(decode)).await
    }

    async fn begin(
        &mut self,
        method: &'static Method,
        request: &mut Request<Outgoing>,
    ) -> Result<PathAndQuery, Status> {
        let ready = self.grpc.ready().await;
        ready.map_err(|error| {
            let error: StdError = error.into();
            Status::unknown(format!("Service was not ready: {error}"))
        })?;
        request.extensions_mut().insert(GrpcMethod::new(method.service, method.name));
        Ok(PathAndQuery::from_static(method.path))
    }
}

type Boxed<'a, A> = Pin<Box<dyn Future<Output = Result<Response<A>, Status>> + Send + 'a>>;

/// A call under way, which one message answers. Dropped, it is cancelled.
#[must_use = "futures do nothing unless polled"]
pub struct Calling<'a, A> {
    answer: Boxed<'a, Incoming>,
    of: PhantomData<fn() -> A>,
}

impl<A: 'static> Future for Calling<'_, A> {
    type Output = Result<Response<A>, Status>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.answer.as_mut().poll(cx).map(|answered| {
            let (metadata, message, extensions) = answered?.into_parts();
            Ok(Response::from_parts(metadata, open(message)?, extensions))
        })
    }
}

impl<A> fmt::Debug for Calling<'_, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Calling").finish_non_exhaustive()
    }
}

/// A call under way, which a stream answers. Dropped, it is cancelled.
#[must_use = "futures do nothing unless polled"]
pub struct Opening<'a, A> {
    answer: Boxed<'a, tonic::Streaming<Incoming>>,
    of: PhantomData<fn() -> A>,
}

impl<A> Future for Opening<'_, A> {
    type Output = Result<Response<Streaming<A>>, Status>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let begun = self.answer.as_mut().poll(cx);
        begun.map_ok(|answer| answer.map(|messages| Streaming { messages, of: PhantomData }))
    }
}

impl<A> fmt::Debug for Opening<'_, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opening").finish_non_exhaustive()
    }
}

/// Messages that a server sends one after the other, as [`tonic::Streaming`] has them. Dropped, the call is cancelled.
pub struct Streaming<A> {
    messages: tonic::Streaming<Incoming>,
    of: PhantomData<fn() -> A>,
}

impl<A: 'static> Streaming<A> {
    /// The next message; `None`: there are no more.
    ///
    /// # Errors
    /// The status that the call ended with, and of a message that does not decode that it is internal.
    pub async fn message(&mut self) -> Result<Option<A>, Status> {
        self.messages.message().await?.map(open).transpose()
    }

    /// What the server says behind its last message. Messages before it are lost.
    ///
    /// # Errors
    /// The status that the call ended with.
    pub async fn trailers(&mut self) -> Result<Option<MetadataMap>, Status> {
        self.messages.trailers().await
    }
}

impl<A: 'static> Stream for Streaming<A> {
    type Item = Result<A, Status>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let next = Pin::new(&mut self.messages).poll_next(cx);
        next.map(|next| next.map(|message| message.and_then(open)))
    }
}

impl<A> fmt::Debug for Streaming<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Streaming").finish_non_exhaustive()
    }
}
