//! What the server speaks, whom it takes the caller for, and what they may do.

use std::error::Error as _;

use holdfast_api::config_v1::{CheckAccessRequest, CheckAccessResponse, ListRequest};
use holdfast_api::convert::model_time;
use holdfast_api::holdfast_v1::{WhoAmIRequest, WhoAmIResponse};
use holdfast_api::status::exit;
use jiff::Timestamp;
use tonic::{Response, Status};

use super::clock::Answered;
use super::finding::{Finding, State};
use crate::connect::Server;
use crate::failure::{Failure, is_unknown_call};

/// A credential that ends sooner is a warning.
const SOON_DAYS: i64 = 7;
const NANOS_A_DAY: i64 = 86_400_000_000_000;

/// What is spoken, or why that is not known.
pub(super) struct Spoken {
    pub(super) findings: Vec<Finding>,
    pub(super) apis: Option<Apis>,
}

/// The two answers from which the rest is told.
pub(super) struct Apis {
    access: Result<CheckAccessResponse, Failure>,
    who: Result<WhoAmIResponse, Failure>,
    pub(super) answered: Answered,
}

impl Apis {
    /// Whether it has more than config.v1.
    pub(super) fn has_holdfast(&self) -> bool {
        !matches!(self.who, Err(Failure::NotSpoken))
    }
}

/// Asks each API something that harms nobody.
pub(super) async fn apis(server: &Server, namespace: &str) -> Spoken {
    let asked = Timestamp::now();
    let request =
        CheckAccessRequest { namespace: namespace.into(), ..CheckAccessRequest::default() };
    let mut date = None;
    let mut seen = |answer: &Result<Response<CheckAccessResponse>, Status>| {
        let headers = match answer {
            Ok(answer) => answer.metadata(),
            Err(status) => status.metadata(),
        };
        date = headers.get("date").and_then(|date| date.to_str().ok()).map(str::to_owned);
    };
    let mut client = server.config.clone();
    let access = server
        .answer(async {
            let answer = client.check_access(server.request(request)).await;
            seen(&answer);
            answer
        })
        .await;
    let came = Timestamp::now();
    if let Some(finding) = no_grpc(&access) {
        return Spoken { findings: vec![finding], apis: None };
    }
    let who =
        server.own(server.trust.clone().who_am_i(server.request(WhoAmIRequest::default()))).await;
    let apis = Apis { access, who, answered: Answered { date, asked, came } };
    let has_config =
        !matches!(&apis.access, Err(Failure::Server(status)) if is_unknown_call(status));
    let grpc = Finding::ok("http/2", "the server speaks gRPC");
    let spoken = match (has_config, apis.has_holdfast()) {
        (true, true) => Finding::ok("apis", "config.v1, holdfast.v1"),
        (true, false) => Finding::new("apis", State::Warn, "config.v1 alone").advised(
            "verbs that need holdfast.v1 (txn, apply, search, events, rollback, ...) do not work there",
        ),
        (false, true) => Finding::new("apis", State::Warn, "holdfast.v1 alone"),
        (false, false) => {
            let said = "the server speaks gRPC, but neither config.v1 nor holdfast.v1";
            let none = Finding::barred("apis", said, "this is no configuration server");
            return Spoken { findings: vec![grpc, none], apis: None };
        }
    };
    Spoken { findings: vec![grpc, spoken], apis: Some(apis) }
}

/// What is found when no gRPC server answers: no answer at all, a broken protocol, or pages for browsers.
fn no_grpc<T>(answer: &Result<T, Failure>) -> Option<Finding> {
    let advice = "does a Holdfast server listen there, or a proxy that lets gRPC (HTTP/2) through?";
    match answer {
        Err(Failure::Server(status)) if status.source().is_some() || is_no_grpc(status) => {
            let why = status
                .source()
                .map_or_else(|| status.message().to_owned(), holdfast_dial::innermost);
            Some(Finding::barred("http/2", why, advice))
        }
        Err(failure @ Failure::Timeout(_)) => Some(Finding::failed("http/2", failure, advice)),
        _ => None,
    }
}

fn is_no_grpc(status: &Status) -> bool {
    let message = status.message();
    message.contains("grpc-status header missing") || message.contains("invalid content-type")
}

/// Which release answers.
pub(super) fn version(apis: &Apis) -> Finding {
    let here = env!("CARGO_PKG_VERSION");
    match apis.who.as_ref().map(|known| known.server_version.as_str()) {
        Ok(version) if version == here => {
            Finding::ok("version", format!("{version}, as this binary"))
        }
        Ok(version) if !version.is_empty() => {
            Finding::ok("version", format!("{version}, this binary is {here}"))
        }
        _ => Finding::new("version", State::Unknown, "the server does not tell its version"),
    }
}

/// Who calls, and what they may do in the namespace.
pub(super) async fn caller(server: &Server, apis: &Apis, namespace: &str) -> Vec<Finding> {
    let mut findings = vec![credentials(apis)];
    if findings[0].state != State::Fail {
        findings.push(permissions(server, apis, namespace).await);
    }
    findings
}

fn credentials(apis: &Apis) -> Finding {
    let known = match (&apis.who, &apis.access) {
        (Ok(known), _) => known,
        (Err(Failure::NotSpoken), Err(failure)) if failure.exit_code() == exit::DENIED => {
            return Finding::failed("credentials", failure, "");
        }
        (Err(Failure::NotSpoken), _) => {
            return Finding::new(
                "credentials",
                State::Unknown,
                "the server does not tell who calls",
            );
        }
        (Err(failure), _) => return Finding::failed("credentials", failure, ""),
    };
    let by = if known.credential.is_empty() { "no credential" } else { &known.credential };
    let said = format!("{}, by {by}", known.user);
    let Some(end) = known.expires_at.as_option().map(model_time) else {
        return Finding::ok("credentials", said);
    };
    let now = i64::try_from(Timestamp::now().as_nanosecond()).unwrap_or(i64::MAX);
    let days = (end.0 - now) / NANOS_A_DAY;
    let said = format!("{said}, good until {end}");
    match days {
        ..SOON_DAYS => Finding::new("credentials", State::Warn, said)
            .advised("`holdfast token create` makes a new token"),
        _ => Finding::ok("credentials", said),
    }
}

async fn permissions(server: &Server, apis: &Apis, namespace: &str) -> Finding {
    let check = "permissions";
    match &apis.access {
        Ok(access) if access.can_read && access.can_write => {
            Finding::ok(check, format!("may read and write {namespace}"))
        }
        Ok(access) if access.can_read => {
            Finding::ok(check, format!("may read {namespace}, not write"))
        }
        // A server without credentials says no to everybody here, and means nothing by it.
        Ok(_) => match first_of(server, namespace).await {
            Ok(()) => Finding::ok(check, format!("may read {namespace}; more is not told")),
            Err(failure) => Finding::failed(check, &failure, ""),
        },
        Err(failure) => Finding::failed(check, failure, ""),
    }
}

async fn first_of(server: &Server, namespace: &str) -> Result<(), Failure> {
    let request = ListRequest { namespace: namespace.into(), limit: 1, ..ListRequest::default() };
    server.answer(server.config.clone().list(server.request(request))).await.map(|_| ())
}
