//! What a decision of a policy costs.

use std::hint::black_box;
use std::time::Instant;

use holdfast_auth::{Action, Facts, Identity, Policy, Resource};
use holdfast_policy_rego::{Modules, RegoPolicy, RegoSettings};
use serde_json::{Map, json};

use super::Bench;
use crate::Fault;
use crate::report::{Line, Section};

/// Decisions between two looks at the clock.
const DECISIONS: u64 = 100_000;

/// A caller of a team may read everything and write what is its own.
const POLICY: &str = r#"
package config.authz

default allow := false

allow if input.action == "read"

allow if {
	input.action == "write"
	startswith(input.resource.namespace, input.identity.claims.team)
}
"#;

pub(crate) async fn measure(bench: &mut Bench) -> Result<Section, Fault> {
    let keeping = policy(RegoSettings::default())?;
    let asking = policy(RegoSettings { kept_decisions: 0, ..RegoSettings::default() })?;
    let (mut asked, mut kept) = (Vec::new(), Vec::new());
    for _ in 0..bench.scale.rounds {
        asked.push(nanoseconds(&asking)?);
        kept.push(nanoseconds(&keeping)?);
    }
    let nanoseconds = |ns: f64| format!("{ns:.0} ns");
    Ok(Section {
        title: "Policies",
        about: format!(
            "In this process, on one thread: {DECISIONS} decisions of a policy in Rego about writes of one caller to one of 64 keys, the \
             input document included; and the same when decisions are kept."
        ),
        lines: vec![
            Line::bound("decision", median(asked), nanoseconds, Some(1_500.0)),
            Line::bound("kept decision", median(kept), nanoseconds, Some(150.0)),
        ],
        latencies: Vec::new(),
    })
}

fn policy(settings: RegoSettings) -> Result<RegoPolicy, Fault> {
    Ok(RegoPolicy::new(settings, &Modules::text(POLICY)?)?)
}

/// For one decision, on the average of a round.
fn nanoseconds(policy: &RegoPolicy) -> Result<f64, Fault> {
    let claims = Map::from_iter([("team".to_owned(), json!("pay"))]);
    let who = Identity::proven(Facts { user: "ann".into(), claims, ..Facts::default() });
    let keys: Vec<_> = (0..64).map(|n| Resource::key("pay-prod", format!("db/{n}"))).collect();
    let begin = Instant::now();
    for what in keys.iter().cycle().take(usize::try_from(DECISIONS)?) {
        black_box(policy.judge(black_box(&who), Action::Write, what)?);
    }
    Ok(begin.elapsed().as_nanos() as f64 / DECISIONS as f64)
}

pub(super) fn median(mut rounds: Vec<f64>) -> f64 {
    rounds.sort_by(f64::total_cmp);
    rounds[rounds.len() / 2]
}
