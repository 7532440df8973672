//! Calls from a generated client to a generated server, without a network between them.

use buffa::Message as _;
use buffa_types::google::protobuf::Empty;
use bytes::Bytes;
use futures::executor::block_on;
use futures::stream::{self, BoxStream};
use futures::{Stream, StreamExt};
use holdfast_api::stategate::peer_service_client::PeerServiceClient;
use holdfast_api::stategate::peer_service_server::{PeerService, server};
use holdfast_api::stategate::{Message, PeerMessage, StreamMessageOpts};
use holdfast_api::{Connection, Encoded, Server};
use http::header;
use http_body_util::{BodyExt, Full};
use tonic::body::Body;
use tonic::codec::CompressionEncoding;
use tonic::{Code, GrpcMethod, Request, Response, Status, async_trait};
use tower::{Service, ServiceExt};

/// The largest message, in bytes.
const MOST: usize = 100;

#[derive(Clone, Copy)]
struct Peers;

type Messages = BoxStream<'static, Result<Encoded<PeerMessage>, Status>>;

#[async_trait]
impl PeerService for Peers {
    type StreamStream = Messages;

    async fn broadcast(
        &self,
        request: Request<Message>,
    ) -> Result<Response<Encoded<Empty>>, Status> {
        let asked = request.metadata().get("x-asked").cloned();
        match request.get_ref().domain.as_str() {
            "" => Err(Status::not_found("no domain")),
            "bytes" => Ok(Response::new(Encoded::Bytes(Bytes::new()))),
            "nonsense" => Ok(Response::new(Encoded::Bytes(Bytes::from_static(b"\xff")))),
            _ => {
                let mut response = Response::new(Empty::default().into());
                if let Some(asked) = asked {
                    response.metadata_mut().insert("x-heard", asked);
                }
                Ok(response)
            }
        }
    }

    /// A message, one as bytes, and then what the domain says.
    async fn stream(
        &self,
        request: Request<StreamMessageOpts>,
    ) -> Result<Response<Messages>, Status> {
        let message = |id: &str| PeerMessage { id: id.into(), ..PeerMessage::default() };
        let last = match request.into_inner().domain.as_str() {
            "refused" => return Err(Status::permission_denied("not you")),
            "fails" => Err(Status::aborted("that was it")),
            "nonsense" => Ok(Encoded::Bytes(Bytes::from_static(b"\xff"))),
            "long" => Ok(message(&"x".repeat(2 * MOST)).into()),
            _ => Ok(message("c").into()),
        };
        let messages =
            [Ok(message("a").into()), Ok(Encoded::Bytes(message("b").encode_to_bytes())), last];
        Ok(Response::new(stream::iter(messages).boxed()))
    }
}

fn peers() -> Server {
    server(Peers).max_decoding_message_size(MOST)
}

fn client() -> PeerServiceClient<impl Connection> {
    PeerServiceClient::new(peers()).max_decoding_message_size(MOST)
}

fn message(domain: &str) -> Message {
    Message { domain: domain.into(), ..Message::default() }
}

fn heard(domain: &str) -> (Vec<String>, Option<Status>) {
    let opts = StreamMessageOpts { domain: domain.into(), ..StreamMessageOpts::default() };
    block_on(async {
        let mut client = client();
        let mut stream = match client.stream(opts).await {
            Ok(response) => response.into_inner(),
            Err(status) => return (Vec::new(), Some(status)),
        };
        let mut ids = Vec::new();
        while let Some(next) = stream.next().await {
            match next {
                Ok(message) => ids.push(message.id),
                Err(status) => return (ids, Some(status)),
            }
        }
        (ids, None)
    })
}

/// What the server says to these bytes, which are no client's.
fn raw(path: &str, encoding: Option<&'static str>, flag: u8, body: &[u8]) -> Status {
    let mut frame = vec![flag];
    frame.extend_from_slice(&u32::try_from(body.len()).expect("a length").to_be_bytes());
    frame.extend_from_slice(body);
    let mut request = http::Request::post(path).header(header::CONTENT_TYPE, "application/grpc");
    if let Some(encoding) = encoding {
        request = request.header("grpc-encoding", encoding);
    }
    let request = request.body(Body::new(Full::new(Bytes::from(frame)))).expect("a request");
    let mut peers = peers().accept_compressed(CompressionEncoding::Gzip);
    let response = block_on(peers.call(request)).expect("an answer");
    assert_eq!(response.headers()[header::CONTENT_TYPE], "application/grpc");
    if let Some(status) = Status::from_header_map(response.headers()) {
        return status;
    }
    let body = block_on(response.into_body().collect()).expect("a whole body");
    Status::from_header_map(body.trailers().expect("trailers")).expect("a status")
}

#[test]
fn a_call_goes_there_and_back_with_its_metadata() {
    let mut request = Request::new(message("d"));
    request.metadata_mut().insert("x-asked", "this".parse().expect("ASCII"));
    let response = block_on(client().broadcast(request)).expect("an answer");
    assert_eq!(response.metadata().get("x-heard").expect("it was heard"), "this");
    assert_eq!(response.into_inner(), Empty::default());
    block_on(client().broadcast(message("bytes"))).expect("bytes are an answer");
    let refused = block_on(client().broadcast(message(""))).expect_err("it is refused");
    assert_eq!((refused.code(), refused.message()), (Code::NotFound, "no domain"));
}

#[test]
fn whoever_is_between_knows_the_method() {
    let named = peers().map_request(|request: http::Request<Body>| {
        let method = request.extensions().get::<GrpcMethod<'_>>().expect("a method");
        assert_eq!((method.service(), method.method()), ("stategate.PeerService", "Broadcast"));
        assert_eq!(request.uri().path(), "/stategate.PeerService/Broadcast");
        request
    });
    block_on(PeerServiceClient::new(named).broadcast(message("d"))).expect("an answer");
}

#[test]
fn a_stream_has_messages_and_bytes_in_their_order_and_its_end() {
    assert_eq!(heard("").0, ["a", "b", "c"]);
    let (ids, end) = heard("fails");
    let end = end.expect("it fails");
    assert_eq!((ids.len(), end.code(), end.message()), (2, Code::Aborted, "that was it"));
    let (ids, end) = heard("refused");
    let end = end.expect("it is refused");
    assert_eq!((ids.len(), end.code(), end.message()), (0, Code::PermissionDenied, "not you"));
}

#[test]
fn a_request_that_does_not_decode_is_the_fault_of_the_caller() {
    for method in ["Broadcast", "Stream"] {
        let status = raw(&format!("/stategate.PeerService/{method}"), None, 0, b"\xff");
        assert_eq!(status.code(), Code::InvalidArgument);
        assert!(status.message().starts_with("the message does not decode: "), "{status}");
    }
}

#[test]
fn an_answer_that_does_not_decode_is_the_fault_of_the_server() {
    let unary = block_on(client().broadcast(message("nonsense"))).expect_err("no message");
    let (ids, streamed) = heard("nonsense");
    assert_eq!(ids, ["a", "b"]);
    for status in [unary, streamed.expect("no message")] {
        assert_eq!(status.code(), Code::Internal);
        assert!(status.message().starts_with("the message does not decode: "), "{status}");
    }
}

#[test]
fn larger_messages_than_agreed_are_out_of_range() {
    let long = message(&"x".repeat(2 * MOST));
    let status = block_on(client().broadcast(long)).expect_err("it is too large");
    assert_eq!(status.code(), Code::OutOfRange);
    assert!(status.message().contains("the limit is: 100 bytes"), "{status}");
    let (ids, status) = heard("long");
    assert_eq!((ids.len(), status.expect("too large").code()), (2, Code::OutOfRange));
}

#[test]
fn a_method_that_is_not_there_is_unimplemented() {
    for path in ["/stategate.PeerService/Nothing", "/stategate.PeerService/"] {
        assert_eq!(raw(path, None, 0, b"").code(), Code::Unimplemented);
    }
}

#[test]
fn a_compressed_request_is_read_if_its_encoding_is_accepted() {
    // `domain` is "d", by gzip(1).
    let packed = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff\xe3\x62\x4c\x01\x00\xc4\xc8\x12\xa1\x03\x00\x00\x00";
    let path = "/stategate.PeerService/Broadcast";
    let status = raw(path, Some("deflate"), 1, packed);
    assert_eq!(status.code(), Code::Unimplemented, "{status}");
    let status = raw(path, Some("gzip"), 1, packed);
    assert_eq!(status.code(), Code::Ok, "{status}");
}

/// Futures and streams of calls may be held by any task.
#[test]
fn calls_go_from_thread_to_thread() {
    fn is<T: Send>(_: &T) {}
    fn is_shared<T: Send + Sync>(_: &(impl Stream<Item = Result<T, Status>> + Send + Sync)) {}
    let mut client = client();
    is(&client.broadcast(message("d")));
    let opts = StreamMessageOpts::default();
    is_shared(block_on(client.stream(opts)).expect("a stream").get_ref());
}
