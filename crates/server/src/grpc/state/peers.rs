//! Messages between those who are connected.

use std::sync::Arc;

use buffa_types::google::protobuf::Empty;
use bytes::Bytes;
use futures::stream;
use holdfast_api::Encoded;
use holdfast_api::convert::state as convert;
use holdfast_api::convert::state::json::Shown;
use holdfast_api::stategate::peer_service_server::PeerService;
use holdfast_api::stategate::{Message, PeerMessage, StreamMessageOpts};
use holdfast_auth::{Action, Resource};
use holdfast_engine::{EngineError, Permit};
use tonic::{Code, Request, Response, Status, async_trait};

use super::fault::{Refusal, Subject};
use super::glob::Glob;
use super::policy::Gate;
use super::valid::{Checked, invalid, name};
use super::{Answer, Stategate, access, names};
use crate::grpc::call::{Call, Streamed};
use crate::peers::{Listener, Overrun, Peers, Sent, TooLarge};

/// The method of streams of messages.
pub(super) const STREAM: &str = "/stategate.PeerService/Stream";

#[async_trait]
impl PeerService for Stategate {
    async fn broadcast(&self, request: Request<Message>) -> Answer<Empty> {
        let peers = self.shared().peers.clone();
        let handle = |call, message| broadcast(call, message, peers);
        access::unary(self.shared(), "/stategate.PeerService/Broadcast", request, handle).await
    }

    type StreamStream = Streamed<PeerMessage>;

    async fn stream(
        &self,
        request: Request<StreamMessageOpts>,
    ) -> Result<Response<Self::StreamStream>, Status> {
        let peers = self.shared().peers.clone();
        let handle = async |call, opts, gate| {
            let listening = Listening::begin(call, opts, gate, &peers).await?;
            Ok(listening.each(|sent| Ok(Encoded::Bytes(sent.protobuf.clone()))))
        };
        access::streaming(self.shared(), STREAM, request, handle).await
    }
}

impl Stategate {
    /// [`PeerService::stream`] as lines of JSON, for HTTP.
    pub(crate) async fn peer_lines(
        &self,
        request: Request<StreamMessageOpts>,
    ) -> Result<Response<Streamed<Bytes>>, Status> {
        let peers = self.shared().peers.clone();
        let handle = async |call, opts, gate| {
            let listening = Listening::begin(call, opts, gate, &peers).await?;
            Ok(listening.each(|sent| line(sent).map(Encoded::Message)))
        };
        access::streaming(self.shared(), STREAM, request, handle).await
    }
}

impl Checked for Message {
    fn check(&self) -> Result<(), Status> {
        name("Domain", &self.domain)?;
        name("Channel", &self.channel)?;
        name("Type", &self.r#type)?;
        match self.body.is_set() {
            true => Ok(()),
            false => Err(invalid("Body", "message must exist")),
        }
    }
}

impl Checked for StreamMessageOpts {
    fn check(&self) -> Result<(), Status> {
        name("Domain", &self.domain)?;
        name("Channel", &self.channel)?;
        name("Type", &self.r#type)
    }
}

/// What the guard is asked about: `peer/<channel>/<type>` in the namespace of the domain, each part so that it is one.
fn resource(domain: &str, channel: &str, kind: &str) -> Resource<'static> {
    let key = format!("peer/{}/{}", names::segment(channel), names::segment(kind));
    Resource::key(names::namespace_of(domain), key)
}

async fn broadcast(call: Call, message: Message, peers: Peers) -> Result<Empty, Refusal> {
    let Message { domain, channel, r#type, body, .. } = message;
    let about =
        [("message_channel", &*channel), ("message_domain", &*domain), ("message_type", &*r#type)];
    // What is no JSON could not be shown to those who listen over HTTP.
    convert::members(&body).map_err(|why| invalid("Body", &why))?;
    let what = resource(&domain, &channel, &r#type);
    let allowed = call.engine.allow(&call.caller, Action::Write, what).await;
    allowed.map_err(|error| Subject(&about).failed("failed to broadcast message", &error))?;
    let claims = convert::of_members(&convert::claims(call.caller.identity.written_claims()));
    let message = PeerMessage {
        domain,
        channel,
        r#type,
        body,
        claims: claims.into(),
        ..PeerMessage::default()
    };
    let sent = peers.broadcast(message, call.engine.now()).await;
    sent.map_err(|TooLarge { size, largest }| {
        let why = format!("message of {size} bytes is too large for other nodes, {largest} pass");
        invalid("Body", &why)
    })?;
    Ok(Empty::default())
}

/// A running stream.
struct Listening {
    opts: StreamMessageOpts,
    permit: Permit,
    /// Who is asked about each message; `None`: nobody.
    gate: Option<Gate>,
    listener: Listener,
}

impl Listening {
    async fn begin(
        call: Call,
        opts: StreamMessageOpts,
        gate: Option<Gate>,
        peers: &Peers,
    ) -> Result<Self, Refusal> {
        let globs = [&opts.domain, &opts.channel, &opts.r#type].map(|text| Glob::new(text));
        let permit = call.engine.permit(&call.caller, Action::Watch, wanted(&globs)).await;
        let permit = permit.map_err(|error| failed(&opts, &error))?;
        // In a group, only who may see a message takes it from the others.
        let may = (!opts.consumer_group.is_empty()).then(|| permit.at_once());
        let wants = move |message: &PeerMessage| {
            let [domain, channel, kind] = &globs;
            domain.matches(&message.domain)
                && channel.matches(&message.channel)
                && kind.matches(&message.r#type)
                && may.as_ref().is_none_or(|may| may(&of(message)))
        };
        let listener = peers.listen(&opts.consumer_group, Box::new(wants)).await;
        Ok(Self { opts, permit, gate, listener })
    }

    /// Each message in a form.
    fn each<M: Send + 'static>(
        self,
        form: impl Fn(&Sent) -> Result<Encoded<M>, Status> + Send + 'static,
    ) -> Streamed<M> {
        Box::pin(stream::unfold(Some((self, form)), |listening| async move {
            let (mut listening, form) = listening?;
            let next = listening.next().await.map_err(Status::from);
            match next.and_then(|sent| form(&sent)) {
                Ok(message) => Some((Ok(message), Some((listening, form)))),
                Err(status) => Some((Err(status), None)),
            }
        }))
    }

    async fn next(&mut self) -> Result<Arc<Sent>, Refusal> {
        loop {
            self.permit.check().await.map_err(|error| failed(&self.opts, &error))?;
            let sent = tokio::select! {
                sent = self.listener.next() => sent.map_err(|Overrun| overrun(&self.opts))?,
                () = self.permit.changed() => continue,
            };
            if self.lets_through(&sent.message).await? {
                return Ok(sent);
            }
        }
    }

    /// Whether the caller may see a message.
    async fn lets_through(&self, message: &PeerMessage) -> Result<bool, Refusal> {
        let allowed = self.permit.covers(of(message)).await;
        if !allowed.map_err(|error| failed(&self.opts, &error))? {
            return Ok(false);
        }
        Ok(self.gate.as_ref().map_or(Ok(true), |gate| gate.event(message))?)
    }
}

fn of(message: &PeerMessage) -> Resource<'static> {
    resource(&message.domain, &message.channel, &message.r#type)
}

/// All that a stream may show. Of a pattern that is more than what it will: each message is asked about by itself.
fn wanted([domain, channel, kind]: &[Glob; 3]) -> Resource<'static> {
    match (domain.exactly(), channel.exactly(), kind.exactly()) {
        (Some(domain), Some(channel), Some(kind)) => resource(domain, channel, kind),
        (Some(domain), _, _) => Resource::namespace(names::namespace_of(domain)),
        _ => Resource::any(),
    }
}

const FAILED: &str = "failed to stream messages";

fn about(opts: &StreamMessageOpts) -> [(&'static str, &str); 3] {
    [
        ("message_channel", &*opts.channel),
        ("message_domain", &*opts.domain),
        ("message_type", &*opts.r#type),
    ]
}

fn failed(opts: &StreamMessageOpts, error: &EngineError) -> Refusal {
    Subject(&about(opts)).failed(FAILED, error)
}

fn overrun(opts: &StreamMessageOpts) -> Refusal {
    let why = "more messages came than were read, and some of them are lost; listen again";
    Subject(&about(opts)).envelope(Code::ResourceExhausted, FAILED, Some(why.into()))
}

/// `{"result":<message>}`, made once for all who read lines.
fn line(sent: &Sent) -> Result<Bytes, Status> {
    if let Some(line) = sent.line.get() {
        return Ok(line.clone());
    }
    let shown = serde_json::to_string(&Shown::new(&sent.message, false))
        .map_err(|error| Status::internal(format!("the message does not encode: {error}")))?;
    Ok(sent.line.get_or_init(|| format!("{{\"result\":{shown}}}\n").into()).clone())
}
