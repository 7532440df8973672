//! Calls of stategate under the names that dashboards of its deployments know.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::registry::Registry;
use tonic::Code;

/// What the calls of stategate did; nothing is counted where nothing of it is shown.
#[derive(Debug, Clone, Default)]
pub struct StateCalls(Option<Families>);

#[derive(Debug, Clone, Default)]
struct Families {
    started: Family<Call, Counter>,
    handled: Family<Handled, Counter>,
    received: Family<Call, Counter>,
    sent: Family<Call, Counter>,
}

#[derive(Debug, Clone, Copy, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Call {
    grpc_type: &'static str,
    grpc_service: &'static str,
    grpc_method: &'static str,
}

#[derive(Debug, Clone, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Handled {
    grpc_type: &'static str,
    grpc_service: &'static str,
    grpc_method: &'static str,
    grpc_code: &'static str,
}

/// Every method, with the path by which it is called.
const CALLS: &[(&str, Call)] = &[
    ("/stategate.StateService/Set", unary("stategate.StateService", "Set")),
    ("/stategate.StateService/Get", unary("stategate.StateService", "Get")),
    ("/stategate.StateService/Del", unary("stategate.StateService", "Del")),
    ("/stategate.StateService/Search", unary("stategate.StateService", "Search")),
    ("/stategate.EntityService/Set", unary("stategate.EntityService", "Set")),
    ("/stategate.EntityService/Edit", unary("stategate.EntityService", "Edit")),
    ("/stategate.EntityService/Revert", unary("stategate.EntityService", "Revert")),
    ("/stategate.EntityService/Get", unary("stategate.EntityService", "Get")),
    ("/stategate.EntityService/Del", unary("stategate.EntityService", "Del")),
    ("/stategate.EntityService/Search", unary("stategate.EntityService", "Search")),
    ("/stategate.EventService/Get", unary("stategate.EventService", "Get")),
    ("/stategate.EventService/Ack", unary("stategate.EventService", "Ack")),
    ("/stategate.EventService/Search", unary("stategate.EventService", "Search")),
    (
        "/stategate.EventService/Stream",
        Call { grpc_type: "server_stream", ..unary("stategate.EventService", "Stream") },
    ),
    ("/stategate.PeerService/Broadcast", unary("stategate.PeerService", "Broadcast")),
    (
        "/stategate.PeerService/Stream",
        Call { grpc_type: "server_stream", ..unary("stategate.PeerService", "Stream") },
    ),
    ("/stategate.CacheService/Set", unary("stategate.CacheService", "Set")),
    ("/stategate.CacheService/Get", unary("stategate.CacheService", "Get")),
    ("/stategate.CacheService/Del", unary("stategate.CacheService", "Del")),
    ("/stategate.MutexService/Lock", unary("stategate.MutexService", "Lock")),
    ("/stategate.MutexService/Unlock", unary("stategate.MutexService", "Unlock")),
];

const fn unary(grpc_service: &'static str, grpc_method: &'static str) -> Call {
    Call { grpc_type: "unary", grpc_service, grpc_method }
}

/// The call of that path; `None`: it is none of stategate.
fn call(path: &str) -> Option<Call> {
    // Of all others the first byte is enough to say so.
    let known = || CALLS.iter().find(|(known, _)| *known == path);
    path.starts_with('/').then(known).flatten().map(|(_, call)| *call)
}

impl StateCalls {
    /// All calls from now on.
    #[must_use]
    pub fn counted() -> Self {
        Self(Some(Families::default()))
    }

    fn of(&self, path: &str) -> Option<(&Families, Call)> {
        Some((self.0.as_ref()?, call(path)?))
    }

    /// A call began.
    pub fn started(&self, path: &str) {
        let Some((families, call)) = self.of(path) else { return };
        families.started.get_or_create(&call).inc();
        families.received.get_or_create(&call).inc();
    }

    /// A message of a stream went out.
    pub fn sent(&self, path: &str) {
        let Some((families, call)) = self.of(path) else { return };
        families.sent.get_or_create(&call).inc();
    }

    /// A call ended.
    pub fn ended(&self, path: &str, code: Code) {
        let Some((families, call)) = self.of(path) else { return };
        let Call { grpc_type, grpc_service, grpc_method } = call;
        let grpc_code = go_name(code);
        let handled = Handled { grpc_type, grpc_service, grpc_method, grpc_code };
        families.handled.get_or_create(&handled).inc();
        if code == Code::Ok && grpc_type == "unary" {
            families.sent.get_or_create(&call).inc();
        }
    }

    /// A call ended before it began: its caller was refused.
    pub fn refused(&self, path: &str, code: Code) {
        if let Some((families, call)) = self.of(path) {
            families.started.get_or_create(&call).inc();
            self.ended(path, code);
        }
    }

    /// Shows them, each with every label there is.
    pub(super) fn register(&self, registry: &mut Registry) {
        let Some(families) = &self.0 else { return };
        for (_, call) in CALLS {
            for family in [&families.started, &families.received, &families.sent] {
                drop(family.get_or_create(call));
            }
            let Call { grpc_type, grpc_service, grpc_method } = *call;
            for grpc_code in (0..=16).map(|code| go_name(Code::from_i32(code))) {
                let handled = Handled { grpc_type, grpc_service, grpc_method, grpc_code };
                drop(families.handled.get_or_create(&handled));
            }
        }
        let help = "RPCs started on the server";
        registry.register("grpc_server_started", help, families.started.clone());
        let help = "RPCs completed on the server, regardless of success or failure";
        registry.register("grpc_server_handled", help, families.handled.clone());
        let help = "RPC messages received on the server";
        registry.register("grpc_server_msg_received", help, families.received.clone());
        let help = "RPC messages sent by the server";
        registry.register("grpc_server_msg_sent", help, families.sent.clone());
    }
}

/// A code by the name that Go has for it.
pub(crate) fn go_name(code: Code) -> &'static str {
    match code {
        Code::Ok => "OK",
        Code::Cancelled => "Canceled",
        Code::Unknown => "Unknown",
        Code::InvalidArgument => "InvalidArgument",
        Code::DeadlineExceeded => "DeadlineExceeded",
        Code::NotFound => "NotFound",
        Code::AlreadyExists => "AlreadyExists",
        Code::PermissionDenied => "PermissionDenied",
        Code::ResourceExhausted => "ResourceExhausted",
        Code::FailedPrecondition => "FailedPrecondition",
        Code::Aborted => "Aborted",
        Code::OutOfRange => "OutOfRange",
        Code::Unimplemented => "Unimplemented",
        Code::Internal => "Internal",
        Code::Unavailable => "Unavailable",
        Code::DataLoss => "DataLoss",
        Code::Unauthenticated => "Unauthenticated",
    }
}

#[cfg(test)]
mod tests {
    use prometheus_client::encoding::text::encode;

    use super::*;

    #[test]
    fn calls_are_counted_under_the_names_of_go() {
        let (calls, mut registry) = (StateCalls::counted(), Registry::default());
        calls.register(&mut registry);
        let set = "/stategate.StateService/Set";
        calls.started(set);
        calls.ended(set, Code::Ok);
        calls.refused(set, Code::Unauthenticated);
        calls.started("config.v1/Set");
        let mut text = String::new();
        encode(&mut text, &registry).expect("a text");
        let of_set = r#"grpc_type="unary",grpc_service="stategate.StateService",grpc_method="Set""#;
        for line in [
            format!("grpc_server_started_total{{{of_set}}} 2"),
            format!("grpc_server_msg_received_total{{{of_set}}} 1"),
            format!("grpc_server_msg_sent_total{{{of_set}}} 1"),
            format!("grpc_server_handled_total{{{of_set},grpc_code=\"OK\"}} 1"),
            format!("grpc_server_handled_total{{{of_set},grpc_code=\"Unauthenticated\"}} 1"),
            format!("grpc_server_handled_total{{{of_set},grpc_code=\"NotFound\"}} 0"),
        ] {
            assert!(text.contains(&line), "{line} is missing in\n{text}");
        }
        assert!(!text.contains("config.v1"), "{text}");
    }
}
