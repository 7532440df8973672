//! Traces of others go on here: W3C trace context in, spans out by OTLP over HTTP.
//!
//! A request whose `traceparent` asks for it has a span, and of the others as many as the settings say. Spans wait in a
//! bounded queue for a thread of their own; when it is full, they are dropped.

use std::net::IpAddr;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use opentelemetry::propagation::TextMapPropagator;
use opentelemetry::trace::{
    Span as _, SpanContext, SpanKind, Status, TraceContextExt, TraceId, Tracer as _,
    TracerProvider as _,
};
use opentelemetry::{Context, KeyValue};
use opentelemetry_http::{HeaderExtractor, HttpClient, HttpError};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::{Sampler, SdkTracer, SdkTracerProvider, Span as SdkSpan};
use thiserror::Error;
use tokio::runtime::Handle;

use crate::settings::TraceSettings;

/// Where a collector takes spans, behind an endpoint that names no path.
const PATH: &str = "/v1/traces";
/// A collector has to answer by then.
const TIMEOUT: Duration = Duration::from_secs(10);
/// At the end the last spans have so long to go out.
const LAST: Duration = Duration::from_secs(3);

/// Traces cannot be had. Nothing was started.
#[derive(Debug, Error)]
#[error("trace.otlp.endpoint: {0}")]
pub struct TraceError(String);

/// Makes spans and sends them.
#[derive(Debug, Clone)]
pub struct Traces {
    provider: SdkTracerProvider,
    tracer: SdkTracer,
    /// Requests without a trace of their own get one.
    begins_own: bool,
}

impl Traces {
    /// Those of the settings; `None`: they name no collector. Has to be called inside a runtime, which sends the spans.
    ///
    /// # Errors
    /// When the endpoint is no URL.
    pub fn of(settings: &TraceSettings) -> Result<Option<Self>, TraceError> {
        let Some(endpoint) = &settings.endpoint else { return Ok(None) };
        let wrong = |error: &dyn std::fmt::Display| TraceError(format!("{endpoint:?}: {error}"));
        let mut url = reqwest::Url::parse(endpoint).map_err(|error| wrong(&error))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(wrong(&"expected a URL such as http://127.0.0.1:4318"));
        }
        if matches!(url.path(), "" | "/") {
            url.set_path(PATH);
        }
        let client = reqwest::Client::builder().timeout(TIMEOUT).build();
        let client =
            Client { inner: client.map_err(|error| wrong(&error))?, runtime: Handle::current() };
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(client)
            .with_protocol(Protocol::HttpBinary)
            .with_endpoint(url.as_str())
            .with_timeout(TIMEOUT);
        let exporter = exporter.build().map_err(|error| wrong(&error))?;
        let share = settings.sample.0;
        let resource = Resource::builder()
            .with_service_name(service_name())
            .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
            .build();
        let provider = SdkTracerProvider::builder()
            .with_sampler(Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(share))))
            .with_resource(resource)
            .with_batch_exporter(exporter)
            .build();
        let tracer = provider.tracer("holdfast");
        Ok(Some(Self { provider, tracer, begins_own: share > 0.0 }))
    }

    /// A span for a request, when it is to have one.
    pub(crate) fn begin(&self, parent: Option<&SpanContext>) -> Option<Span> {
        if !parent.map_or(self.begins_own, SpanContext::is_sampled) {
            return None;
        }
        let parent = match parent {
            Some(parent) => Context::new().with_remote_span_context(parent.clone()),
            None => Context::new(),
        };
        let builder = self.tracer.span_builder("request").with_kind(SpanKind::Server);
        let span = builder.start_with_context(&self.tracer, &parent);
        span.is_recording().then(|| Span(Box::new(span)))
    }

    /// Sends what is left.
    pub async fn end(self) {
        let ending = move || self.provider.shutdown_with_timeout(LAST);
        if let Ok(Err(error)) = tokio::task::spawn_blocking(ending).await {
            tracing::warn!(%error, "the last spans may be lost");
        }
    }
}

/// As the environment of OpenTelemetry names it.
fn service_name() -> String {
    std::env::var("OTEL_SERVICE_NAME").unwrap_or_else(|_| "holdfast".into())
}

/// What `traceparent` and `tracestate` say, when they are there and make sense.
pub(crate) fn remote_context(headers: &HeaderMap) -> Option<SpanContext> {
    headers.get("traceparent")?;
    let context = TraceContextPropagator::new()
        .extract_with_context(&Context::new(), &HeaderExtractor(headers));
    let span = context.span();
    Some(span.span_context().clone()).filter(SpanContext::is_valid)
}

/// A span of a request that is under way.
pub(crate) struct Span(Box<SdkSpan>);

/// What is known of a request that is over.
pub(crate) struct Ended<'a> {
    /// `config.v1.ConfigService/Get`; `None`: it is not gRPC.
    pub(crate) rpc: Option<&'a str>,
    /// `config.v1/Get`, in every protocol.
    pub(crate) call: Option<&'static str>,
    pub(crate) http_method: &'a str,
    pub(crate) route: Option<&'a str>,
    pub(crate) scheme: &'static str,
    /// 0: there was no answer.
    pub(crate) status: u16,
    pub(crate) code: tonic::Code,
    pub(crate) code_name: &'static str,
    pub(crate) user: Option<&'a str>,
    pub(crate) peer: Option<IpAddr>,
    pub(crate) request_id: &'a str,
    pub(crate) messages: Option<u64>,
    pub(crate) is_failure: bool,
}

impl Span {
    pub(crate) fn trace_id(&self) -> TraceId {
        self.0.span_context().trace_id()
    }

    /// Ends it with attributes by OpenTelemetry's conventions. The path of a request is not among them: there are keys in it.
    pub(crate) fn end(mut self, ended: Ended<'_>) {
        let span = &mut self.0;
        let text = |name: &'static str, value: &str| KeyValue::new(name, value.to_owned());
        let mut attributes = Vec::with_capacity(12);
        if let Some(rpc) = ended.rpc {
            span.update_name(rpc.to_owned());
            attributes.push(KeyValue::new("rpc.system.name", "grpc"));
            attributes.push(text("rpc.method", rpc));
            attributes.push(KeyValue::new("rpc.response.status_code", ended.code_name));
        } else {
            // Other words than those of HTTP are not repeated.
            let known = matches!(
                ended.http_method,
                "GET"
                    | "HEAD"
                    | "POST"
                    | "PUT"
                    | "DELETE"
                    | "OPTIONS"
                    | "PATCH"
                    | "TRACE"
                    | "CONNECT"
            );
            let method = if known { ended.http_method } else { "_OTHER" };
            span.update_name(match ended.route {
                Some(route) => format!("{method} {route}"),
                None => method.to_owned(),
            });
            attributes.push(text("http.request.method", method));
            attributes.push(KeyValue::new("url.scheme", ended.scheme));
            attributes.extend(ended.route.map(|route| text("http.route", route)));
            if ended.status > 0 {
                attributes
                    .push(KeyValue::new("http.response.status_code", i64::from(ended.status)));
            }
            attributes.push(KeyValue::new("holdfast.code", ended.code_name));
        }
        attributes.extend(ended.call.map(|call| KeyValue::new("holdfast.call", call)));
        attributes.extend(ended.user.map(|user| text("user.id", user)));
        attributes.extend(ended.peer.map(|peer| text("client.address", &peer.to_string())));
        attributes.push(text("holdfast.request_id", ended.request_id));
        let messages = ended.messages.and_then(|messages| i64::try_from(messages).ok());
        attributes.extend(messages.map(|messages| KeyValue::new("holdfast.messages", messages)));
        if ended.is_failure || ended.status >= 500 {
            attributes.push(KeyValue::new("error.type", ended.code_name));
            span.set_status(Status::error(ended.code.description()));
        }
        span.set_attributes(attributes);
        span.end();
    }
}

/// Sends on the server's runtime what the thread with the spans hands over.
#[derive(Debug)]
struct Client {
    inner: reqwest::Client,
    runtime: Handle,
}

#[async_trait]
impl HttpClient for Client {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let client = self.inner.clone();
        let sending = self.runtime.spawn(async move {
            let answer = client.execute(reqwest::Request::try_from(request)?).await?;
            let status = answer.status();
            let mut told = Response::new(answer.bytes().await?);
            *told.status_mut() = status;
            Ok::<_, reqwest::Error>(told)
        });
        Ok(sending.await??)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_context_that_makes_sense_is_taken_over() {
        let of = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert("traceparent", text.parse().expect("a value"));
            remote_context(&headers)
        };
        let good = of("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01").expect("good");
        assert_eq!(good.trace_id().to_string(), "0af7651916cd43dd8448eb211c80319c");
        assert!(good.is_sampled());
        for bad in [
            "",
            "00-00000000000000000000000000000000-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
            "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
            "nonsense",
        ] {
            assert!(of(bad).is_none(), "{bad}");
        }
        assert!(remote_context(&HeaderMap::new()).is_none());
    }

    #[tokio::test]
    async fn an_endpoint_is_a_url() {
        let of = |endpoint: &str| {
            Traces::of(&TraceSettings {
                endpoint: Some(endpoint.into()),
                ..TraceSettings::default()
            })
        };
        for bad in ["", "collector:4318", "ftp://x", "/v1/traces"] {
            assert!(of(bad).is_err(), "{bad}");
        }
        assert!(Traces::of(&TraceSettings::default()).expect("none").is_none());
    }
}
