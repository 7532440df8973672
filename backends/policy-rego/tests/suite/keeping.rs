//! Which decisions are kept.

use holdfast_auth::{Action, Identity, Policy, Resource, Verdict};
use holdfast_policy_rego::{Depends, Modules, RegoPolicy, RegoSettings};
use serde_json::json;

use crate::asking::{caller, policy, rules};

/// Nothing but the question can change what these say.
const KEPT: [&str; 9] = [
    "allow if input.identity.user_id == \"ann\"",
    "allow if input[\"identity\"][\"user_id\"] == \"ann\"",
    "allow if { input.action == \"read\"; input.resource.namespace == \"n\" }",
    "allow if input.identity.user_id in data.people",
    "allow if { some r in input.identity.claims.roles; r == \"a\" }",
    "x := input.identity\nallow if x.user_id == \"ann\"",
    "allow if count([r | some r in input.identity.claims.roles]) > 1",
    "input_like := 1\nallow if input_like == 1",
    "allow if json.match_schema(input.identity.claims, {\"required\": [\"roles\"]})[0]",
];

/// Something else can, or could.
const NOT_KEPT: [&str; 16] = [
    "allow if time.now_ns() > 0",
    "allow if time.clock(0)[0] == 0",
    "allow if rand.intn(\"a\", 2) == 0",
    "allow if uuid.rfc4122(\"a\") != \"\"",
    "allow if { print(input.action); true }",
    "allow if trace(\"a\")",
    "allow if opa.runtime().version != \"\"",
    "allow if walk(input, [_, \"ann\"])",
    "allow if count(input) == 3",
    "allow if { x := input; x.identity.user_id == \"ann\" }",
    "allow if { some m; input[m].user_id == \"ann\" }",
    "allow if count({m | some m, _ in input}) == 3",
    "allow if input.response",
    "allow if f(input)\nf(x) if x.action == \"read\"",
    "allow if io.jwt.decode(input.identity.user_id)",
    "b if input.action == \"x\"\nallow if b with input.action as \"x\"",
];

#[test]
fn what_nothing_else_can_change_is_kept() {
    for text in KEPT {
        let mut modules = Modules::text(rules(text)).expect("a text");
        modules.merge(&[], json!({"people": ["ann"]}), 10).expect("a document");
        let policy = RegoPolicy::new(RegoSettings::default(), &modules).expect("it compiles");
        assert_eq!(policy.depends(), Depends::OnTheQuestion, "{text}");
    }
}

#[test]
fn what_anything_else_could_change_is_not() {
    for text in NOT_KEPT {
        let depends = policy(&rules(text)).depends();
        assert!(matches!(depends, Depends::OnMore(_)), "{text}");
    }
    let imported = "package config.authz\nimport rego.v1\nimport input as i\nallow if i.action";
    assert!(matches!(policy(imported).depends(), Depends::OnMore(_)));
    let of_identity =
        "package config.authz\nimport rego.v1\nimport input.identity as who\nallow if who.user_id";
    assert_eq!(policy(of_identity).depends(), Depends::OnTheQuestion);
}

/// A kept decision is one about this very question, of this very policy.
#[test]
fn what_is_kept_is_never_another_s() {
    let text = rules(
        "allow if { input.identity.claims.team == \"a\"; input.resource.key == \"k\"; input.action == \"read\" }",
    );
    let policy = policy(&text);
    let (a, b) = (caller("ann", json!({"team": "a"})), caller("ann", json!({"team": "b"})));
    let k = Resource::key("n", "k");
    for _ in 0..2 {
        for (who, action, what, allowed) in [
            (&a, Action::Read, &k, true),
            (&b, Action::Read, &k, false),
            (&a, Action::Watch, &k, false),
            (&a, Action::Read, &Resource::key("nk", ""), false),
            (&a, Action::Read, &Resource::key("", "nk"), false),
        ] {
            let verdict = policy.judge(who, action, what).expect("it decides");
            assert_eq!(verdict == Verdict::Allow, allowed, "{who:?} {action:?} {what:?}");
        }
    }
    let other =
        Modules::text(rules("allow if input.identity.claims.team == \"b\"")).expect("a text");
    policy.replace(&other, 0).expect("it compiles");
    assert_ne!(policy.judge(&a, Action::Read, &k), Ok(Verdict::Allow));
    assert_eq!(policy.judge(&b, Action::Read, &k), Ok(Verdict::Allow));
}

/// More questions than are kept; every answer is right.
#[test]
fn keeping_has_a_bound_and_no_effect() {
    let settings = RegoSettings { kept_decisions: 16, ..RegoSettings::default() };
    let text = rules("allow if endswith(input.resource.key, \"7\")");
    let policy = RegoPolicy::new(settings, &Modules::text(text).expect("a text"));
    let policy = policy.expect("it compiles");
    let who = Identity::named("ann");
    for n in (0..500).chain(0..500) {
        let verdict = policy.judge(&who, Action::Read, &Resource::key("n", n.to_string()));
        assert_eq!(verdict == Ok(Verdict::Allow), n % 10 == 7, "{n}");
    }
}
