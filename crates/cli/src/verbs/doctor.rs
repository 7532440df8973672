//! `holdfast doctor`.

mod clock;
mod finding;
mod network;
mod rights;
mod streams;
mod tls;

use clap::Args;

use crate::args::Global;
use crate::connect::{self, Server};
use crate::credentials;
use crate::failure::Failure;
use crate::output::{self, Layout};
use crate::record::printable;
use crate::screen::{Ink, Paint};
use holdfast_tree::Value;

use finding::{Finding, State};

/// Check the way to a server, step by step, and what it lets the caller do.
///
/// Each step is ok, a warning or a failure with what to do about it; after a failure that bars the way nothing further is asked. The exit
/// code is that of the first failure.
#[derive(Debug, Args)]
pub struct Doctor {
    /// Only ask whether the server can be reached and is ready: needs no credentials
    #[arg(long)]
    ready: bool,
}

impl Doctor {
    /// Checks and shows.
    pub async fn run(self, global: &Global) -> Result<(), Failure> {
        let findings = examine(global, self.ready).await?;
        show(&findings, global.output.unwrap_or(Layout::Table))?;
        match findings.iter().find(|finding| finding.state == State::Fail) {
            None => Ok(()),
            Some(first) => {
                let count = findings.iter().filter(|f| f.state == State::Fail).count();
                let checks = if count == 1 { "check" } else { "checks" };
                Err(Failure::Told(format!("{count} {checks} failed"), first.code))
            }
        }
    }
}

/// From the outside in: each step needs those before it.
async fn examine(global: &Global, ready: bool) -> Result<Vec<Finding>, Failure> {
    // An address or a file that makes no sense is nothing to examine.
    let endpoint = connect::endpoint(global)?;
    let bearer = credentials::bearer(global)?;
    let uri = endpoint.uri();
    let host = uri.host().unwrap_or_default().trim_matches(['[', ']']).to_owned();
    let secure = uri.scheme_str() == Some("https");
    let port = uri.port_u16().unwrap_or(if secure { 443 } else { 80 });
    let mut findings = Vec::new();

    let (found, stream) = network::connect(&host, port, global.call_timeout()).await;
    findings.extend(found);
    let Some(stream) = stream else { return Ok(findings) };
    if secure {
        let found = tls::examine(stream, &host, &global.proofs, global.call_timeout()).await?;
        let barred = found.iter().any(|finding| finding.state == State::Fail);
        findings.extend(found);
        if barred {
            return Ok(findings);
        }
    }
    let channel = match connect::channel(global).await {
        Ok(channel) => channel,
        Err(failure) => {
            findings.push(Finding::failed(
                "http/2",
                &failure,
                "does a Holdfast server listen there?",
            ));
            return Ok(findings);
        }
    };
    let server = Server::on(bearer.on(channel.clone()), global);
    if ready {
        findings.push(streams::health(&server, channel).await);
        return Ok(findings);
    }
    let spoken = rights::apis(&server, &global.namespace).await;
    findings.extend(spoken.findings);
    let Some(apis) = spoken.apis else { return Ok(findings) };
    findings.push(rights::version(&apis));
    findings.push(clock::check(&apis.answered));
    findings.extend(rights::caller(&server, &apis, &global.namespace).await);
    findings.push(streams::health(&server, channel).await);
    findings.push(streams::watch(&server, &apis, &global.namespace).await);
    findings.push(streams::round_trip(&server, &global.namespace).await);
    Ok(findings)
}

fn show(findings: &[Finding], layout: Layout) -> Result<(), Failure> {
    let paint = Paint::stdout();
    match layout {
        Layout::Raw => {
            output::lines(findings.iter().map(|f| format!("{} {}", f.state.word(), f.check)))
        }
        Layout::Table => output::lines(findings.iter().flat_map(|finding| {
            let ink = match finding.state {
                State::Ok => Ink::Green,
                State::Warn => Ink::Yellow,
                State::Fail => Ink::Red,
                State::Unknown => Ink::Dim,
            };
            let word = paint.ink(ink, &format!("{:<7}", finding.state.word()));
            let said = format!("{word} {:<12} {}", finding.check, printable(&finding.said));
            let advice = finding.advice.iter().map(|advice| format!("{:20} {advice}", ""));
            std::iter::once(said).chain(advice).collect::<Vec<_>>()
        })),
        layout => {
            let documents = findings.iter().map(document).collect();
            output::document(&Value::List(documents), layout)
        }
    }
}

fn document(finding: &Finding) -> Value {
    let mut members = vec![
        ("check".to_owned(), Value::from(finding.check)),
        ("result".to_owned(), Value::from(finding.state.word())),
        ("what".to_owned(), Value::from(finding.said.as_str())),
    ];
    members.extend(finding.advice.iter().map(|a| ("advice".to_owned(), Value::from(a.as_str()))));
    Value::Table(members)
}
